//! Headings: what the parts of documents are called, for whoever may read them.
//!
//! Documents come as their readers see them, so what the clearance does not admit is not even counted. Does not know what
//! a question is.

use std::collections::HashMap;

use retrieval::access::Clearance;
use retrieval::model::{Cut, DocumentId};
use sqlx::AssertSqlSafe;

use super::generation::of_live_cut;
use super::listing::{Narrowing, Places, Sorting};
use super::{Store, StoreError, rows};

/// How many documents one query asks for.
const PAGE: usize = 100;
/// Of each document: a book of a thousand chapters must not hold up a page that opens.
const CHUNKS: i64 = 40;

/// A document and the headings in it, in its order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Headings {
    pub document: DocumentId,
    pub title: String,
    pub headings: Vec<String>,
}

impl Store {
    /// Of so many documents that this clearance admits, the newest first.
    pub async fn headings(&self, clearance: &Clearance, limit: usize) -> Result<Vec<Headings>, StoreError> {
        let all = Narrowing { places: Places::Shown, ..Narrowing::NONE };
        let lines = self.documents(clearance, &all, Sorting::Newest, None, limit).await?;
        let mut found = Vec::with_capacity(lines.len());
        for page in lines.chunks(PAGE) {
            let ids: Vec<String> = page.iter().map(|line| line.document.to_string()).collect();
            let mut headings = self.headings_of(clearance, &ids).await?;
            let of = |line: &super::DocumentLine| {
                let headings = headings.remove(&line.document)?;
                Some(Headings { document: line.document, title: line.title.clone(), headings })
            };
            found.extend(page.iter().filter_map(of));
        }
        Ok(found)
    }

    /// Asked of the rows once more: what was readable a moment ago may not be.
    async fn headings_of(
        &self,
        clearance: &Clearance,
        documents: &[String],
    ) -> Result<HashMap<DocumentId, Vec<String>>, StoreError> {
        type Row = (String, i64, String, String, String);
        // Only the heading above a chunk stands by itself; those within are read where there may be a question.
        let select = format!(
            "SELECT d.id, d.tier, d.group_names, c.heading, CASE WHEN c.body LIKE '%#%?%' THEN c.body ELSE '' END \
             FROM documents d JOIN chunks c ON c.version_id = d.live_version \
             WHERE d.workspace_id = $1 AND {} AND c.ordinal % {} < $2 AND d.id IN ({}) ORDER BY d.id, c.ordinal",
            of_live_cut(1),
            Cut::SPAN,
            rows::placeholders(3, documents.len())
        );
        let query = sqlx::query_as::<_, Row>(AssertSqlSafe(select)).bind(clearance.workspace().to_string());
        let query = documents.iter().fold(query.bind(CHUNKS), |query, document| query.bind(document));
        let mut found: HashMap<DocumentId, Vec<String>> = HashMap::new();
        for (id, tier, groups, heading, body) in query.fetch_all(&self.reader).await? {
            if clearance.admits(clearance.workspace(), &rows::label(tier, &groups)?) {
                let of_document = found.entry(rows::id(&id)?).or_default();
                of_document.extend(heading.split(" > ").chain(within(&body)).map(str::to_owned));
            }
        }
        Ok(found)
    }
}

/// Lines of Markdown that are headings; in a block of code such a line is a remark.
fn within(body: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    body.lines().filter_map(move |line| {
        in_code ^= line.trim_start().starts_with("```");
        let text = line.trim_start_matches('#');
        (!in_code && text.len() < line.len()).then(|| text.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_stand_within_chunks_too() {
        let body = "# One\n\ntext # no\n\n```\n# remark?\n```\n\n### How two?\n";
        assert_eq!(within(body).collect::<Vec<_>>(), ["One", "How two?"]);
    }
}
