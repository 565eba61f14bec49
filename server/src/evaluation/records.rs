//! The parser of an evaluation's house: records are handed over as they are, the corpus is text already.

use async_trait::async_trait;
use ingest::parse::{Kind, PageRules, Parsed};
use ingest::ports::{Parse, ParseFault, Reading, TakeParts};

use super::beir::Record;

pub struct Records;

impl Records {
    /// A record as the bytes of an upload.
    pub fn bytes(record: &Record) -> Vec<u8> {
        serde_json::to_vec(&(&record.title, &record.text)).unwrap_or_default()
    }
}

#[async_trait]
impl Parse for Records {
    async fn parse(
        &self,
        _: &str,
        bytes: Vec<u8>,
        _: &PageRules,
        _: &mut dyn TakeParts,
    ) -> Result<Reading, ParseFault> {
        let refused = |error: &dyn std::fmt::Display| ParseFault::Refused(error.to_string());
        let record: (String, String) = serde_json::from_slice(&bytes).map_err(|error| refused(&error))?;
        let title = Some(record.0).filter(|title| !title.is_empty());
        let parsed = Parsed { title: title.or(Some(String::new())), markdown: record.1, ..Parsed::default() };
        Ok(Reading { kind: Kind::Markdown, parsed })
    }
}

/// About as long as the passages that documents are cut into.
const PIECE: usize = 1_200;

/// The corpus in pieces of about the length of passages, with their titles: for measuring how many terms one holds.
pub fn pieces(documents: &[Record]) -> Vec<String> {
    let mut pieces = Vec::new();
    for record in documents {
        let characters: Vec<char> = record.text.chars().collect();
        let many = characters.len().div_ceil(PIECE).max(1);
        // Even ones: a chunker leaves no crumbs either.
        let cuts = characters.chunks(characters.len().div_ceil(many).max(1));
        pieces.extend(cuts.map(|cut| format!("{}\n\n{}", record.title, cut.iter().collect::<String>())));
    }
    pieces
}
