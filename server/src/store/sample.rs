//! What a new build of the index is asked, to compare it with the live one: titles, and what was asked of late.

use retrieval::access::Clearance;
use retrieval::model::DocumentId;

use super::{Store, StoreError, reach, rows};

/// Shorter titles are no questions.
const SHORTEST_TITLE: i64 = 12;

impl Store {
    /// Titles that one document alone has. Ids are random, so their order picks from everywhere alike.
    pub async fn titles_sample(
        &self,
        clearance: &Clearance,
        many: usize,
    ) -> Result<Vec<(String, DocumentId)>, StoreError> {
        let select = "SELECT v.title, d.id, d.tier, d.group_names FROM documents d JOIN versions v ON v.id = d.live_version \
                      WHERE d.workspace_id = $1 AND length(v.title) >= $2 AND d.near_of IS NULL \
                        AND (SELECT COUNT(*) FROM documents e JOIN versions u ON u.id = e.live_version \
                             WHERE e.workspace_id = $1 AND u.title = v.title) = 1 \
                      ORDER BY v.content_hash LIMIT $3";
        let found: Vec<(String, String, i64, String)> = sqlx::query_as(select)
            .bind(clearance.workspace().to_string())
            .bind(SHORTEST_TITLE)
            .bind(rows::count(many))
            .fetch_all(&self.reader)
            .await?;
        let mut titles = Vec::new();
        for (title, document, tier, groups) in found {
            if clearance.admits(clearance.workspace(), &rows::label(tier, &groups)?) {
                titles.push((title, rows::id(&document)?));
            }
        }
        Ok(titles)
    }

    /// What was asked of late, each question once. The house's own business: it is compared, and never shown.
    pub async fn questions_asked(&self, clearance: &Clearance, many: usize) -> Result<Vec<String>, StoreError> {
        let select = "SELECT question, tier, group_names FROM answer_records WHERE workspace_id = $1 \
                      ORDER BY created_ms DESC, id LIMIT $2";
        let found: Vec<(String, i64, String)> = sqlx::query_as(select)
            .bind(clearance.workspace().to_string())
            .bind(rows::count(many.saturating_mul(4)))
            .fetch_all(&self.reader)
            .await?;
        let mut asked: Vec<String> = Vec::new();
        for (question, tier, groups) in found {
            if asked.len() < many && reach::is_within(clearance, tier, &groups)? && !asked.contains(&question) {
                asked.push(question);
            }
        }
        Ok(asked)
    }
}
