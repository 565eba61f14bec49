//! Rendering: a model's Markdown as HTML that is safe to show, and as plain text for a terminal.
//!
//! Nothing of the model's passes through: tags are written here, from a short list, and everything else is text. An
//! address is a link only if it is one of this turn's, to the letter; there are no images. Markers leave the text before
//! Markdown is read and come back as links of ours, so that no link, heading or definition can be made of one. Knows no
//! page and no source.

mod html;
mod marks;
mod plain;
mod pointer;

pub use html::html;
pub use plain::plain;
pub use pointer::pointer;

/// What may be pointed to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Allowed<'a> {
    /// Addresses of this turn's sources.
    pub urls: &'a [String],
    /// Aliases that were cited and checked.
    pub cited: &'a [usize],
}

impl Allowed<'_> {
    /// Also when a source has an address that is none for a browser to follow, it is not followed.
    fn is_link(&self, url: &str) -> bool {
        let web = url.starts_with("https://") || url.starts_with("http://");
        let ours = url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\");
        (web || ours) && self.urls.iter().any(|allowed| allowed == url)
    }
}
