//! An answer as a page may show it: HTML from a list of tags, links only to addresses that the caller names.

use prompts::render::{self, Allowed};

use super::Answer;

impl Answer {
    /// The same text, rendered: its markers lead to the citations, and nothing in it is fetched or run.
    pub fn html(&self, addresses: &[String]) -> String {
        let cited: Vec<usize> = self.citations.iter().map(|citation| citation.n).collect();
        render::html(&self.text, Allowed { urls: addresses, cited: &cited })
    }
}
