//! What the person who takes documents in reads: a line an item, and a summary.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{Outcome, desk, print};
use crate::http::wire::ItemReply;

/// Printed as it goes.
pub struct Lines {
    style: Style,
    counts: BTreeMap<String, usize>,
    /// For `lectern jobs`.
    pub(in crate::cli) jobs: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Json,
    Words,
    /// Only what failed.
    Silent,
}

impl Lines {
    pub fn new(json: bool) -> Self {
        let style = if json { Style::Json } else { Style::Words };
        Self { style, counts: BTreeMap::new(), jobs: Vec::new() }
    }

    pub fn silent() -> Self {
        Self { style: Style::Silent, counts: BTreeMap::new(), jobs: Vec::new() }
    }

    pub fn item(&mut self, item: &ItemReply) {
        *self.counts.entry(item.status.clone()).or_default() += 1;
        match self.style {
            Style::Json => return print::json(item),
            Style::Silent if item.reason.is_none() => return,
            Style::Silent | Style::Words => {}
        }
        let name = item.path.as_deref().or(item.url.as_deref()).unwrap_or_default();
        match &item.reason {
            Some(reason) => print::line(&format!("{:<10} {name}: {reason}", item.status)),
            None => print::line(&format!("{:<10} {name}", item.status)),
        }
    }

    pub fn refused(&mut self, path: &Path, reason: String) {
        let path = Some(path.to_string_lossy().into_owned());
        self.item(&ItemReply {
            path,
            url: None,
            status: "failed".into(),
            document_id: None,
            chunks: 0,
            reason: Some(reason),
        });
    }

    /// A file that vanished, and what came from it with it.
    pub(super) fn retired(&mut self, origin: &str) {
        let (path, url) = (Some(origin.to_owned()), None);
        self.item(&ItemReply { path, url, status: "retired".into(), document_id: None, chunks: 0, reason: None });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// What a server took before something went wrong: it will be worked on.
    pub(super) fn accepted(&self) {
        if !self.jobs.is_empty() {
            print::note(&format!("accepted before that: job {}", self.jobs.join(", ")));
        }
    }

    pub fn summary(&self) -> Outcome {
        let failed = self.counts.get("failed").copied().unwrap_or(0);
        let total: usize = self.counts.values().sum();
        if self.style == Style::Json {
            let counts: serde_json::Map<String, Value> =
                self.counts.iter().map(|(status, count)| (status.clone(), json!(count))).collect();
            print::json(&json!({"summary": counts, "items": total, "jobs": self.jobs}));
        } else {
            let counts: Vec<String> = self.counts.iter().map(|(status, count)| format!("{count} {status}")).collect();
            let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
            let jobs = if self.jobs.is_empty() { String::new() } else { format!(" (job {})", self.jobs.join(", ")) };
            print::note(&format!("{total} items{counts}{jobs}"));
        }
        match (failed, total) {
            (0, _) => Ok(()),
            _ => Err(desk::gone(&format!("{failed} of {total} items failed"))),
        }
    }
}
