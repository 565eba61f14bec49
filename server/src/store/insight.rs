//! Looking back in sum: what was asked and how it went, what nobody could be told, what the library holds and what nobody
//! needed.
//!
//! Questions are their askers' own words, and how many there were tells of them: whatever is counted here is counted of those
//! who could read no more than whoever looks (`reach`). Documents are those that the clearance admits.

use futures_util::TryStreamExt;
use retrieval::access::Clearance;
use retrieval::model::{DocumentId, RecordId};
use sqlx::FromRow;

use super::{DocumentLine, Narrowing, Passed, Sorting, Stages, Store, StoreError, reach, rows};

/// An answer, as far as sums need it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    pub at_ms: i64,
    pub is_declined: bool,
    pub mode: String,
    pub took_ms: i64,
    pub stages: Option<Stages>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost_micros: i64,
}

/// A word on an answer, at the moment of that answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Judgement {
    pub at_ms: i64,
    pub is_helpful: bool,
}

/// An answer for which passages were looked for, and what was thought of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rated {
    /// How likely they were to answer, in thousandths.
    pub confidence: i64,
    pub is_declined: bool,
    /// As far as anybody said so.
    pub is_helpful: Option<bool>,
}

/// A question without an answer, or with one that did not help.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gap {
    pub record: RecordId,
    pub question: String,
    pub is_declined: bool,
    pub is_unhelpful: bool,
    pub asked_ms: i64,
}

/// What came into the library in a day and is still there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Growth {
    /// Since 1970, in UTC.
    pub day: i64,
    pub documents: i64,
    pub chunks: i64,
}

/// Where a document came from and when its text was last another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Provenance {
    /// Empty where no source brings it.
    pub source: String,
    pub updated_ms: i64,
}

/// Where a list of what nobody needed goes on.
#[derive(Clone, Copy, Debug)]
pub struct UnusedPassed<'a> {
    pub since_ms: i64,
    pub after: Option<&'a Passed>,
}

#[derive(FromRow)]
struct AskedRow {
    created_ms: i64,
    tier: i64,
    group_names: String,
    declined: i64,
    mode: String,
    took_ms: i64,
    stages: String,
    input_tokens: i64,
    output_tokens: i64,
    cost_micros: i64,
}

#[derive(FromRow)]
struct GapRow {
    id: String,
    question: String,
    declined: i64,
    helpful: i64,
    tier: i64,
    group_names: String,
    created_ms: i64,
}

const DAY_MS: i64 = 86_400_000;

impl Store {
    /// The answers since then.
    pub async fn asked_since(&self, clearance: &Clearance, since_ms: i64) -> Result<Vec<Asked>, StoreError> {
        let select = "SELECT created_ms, tier, group_names, declined, mode, took_ms, stages, input_tokens, output_tokens, \
                        cost_micros FROM answer_records WHERE workspace_id = $1 AND created_ms >= $2 ORDER BY created_ms";
        let mut found = sqlx::query_as::<_, AskedRow>(select)
            .bind(clearance.workspace().to_string())
            .bind(since_ms)
            .fetch(&self.reader);
        let mut asked = Vec::new();
        while let Some(row) = found.try_next().await? {
            if reach::is_within(clearance, row.tier, &row.group_names)? {
                asked.push(Asked::from(row));
            }
        }
        Ok(asked)
    }

    /// What was said of those.
    pub async fn judged_since(&self, clearance: &Clearance, since_ms: i64) -> Result<Vec<Judgement>, StoreError> {
        let select = "SELECT r.created_ms, r.tier, r.group_names, f.helpful FROM feedback f \
                      JOIN answer_records r ON r.id = f.record_id WHERE f.workspace_id = $1 AND r.created_ms >= $2";
        let found: Vec<(i64, i64, String, i64)> = sqlx::query_as(select)
            .bind(clearance.workspace().to_string())
            .bind(since_ms)
            .fetch_all(&self.reader)
            .await?;
        let mut judged = Vec::new();
        for (at_ms, tier, groups, helpful) in found {
            if reach::is_within(clearance, tier, &groups)? {
                judged.push(Judgement { at_ms, is_helpful: helpful != 0 });
            }
        }
        Ok(judged)
    }

    /// The answers since then for which passages were looked for.
    pub async fn rated_since(&self, clearance: &Clearance, since_ms: i64) -> Result<Vec<Rated>, StoreError> {
        let select = "SELECT r.confidence, r.declined, COALESCE(f.helpful, -1) AS helpful, r.tier, r.group_names \
                      FROM answer_records r LEFT JOIN feedback f ON f.record_id = r.id \
                      WHERE r.workspace_id = $1 AND r.created_ms >= $2 AND r.confidence >= 0";
        let mut found = sqlx::query_as::<_, (i64, i64, i64, i64, String)>(select)
            .bind(clearance.workspace().to_string())
            .bind(since_ms)
            .fetch(&self.reader);
        let mut rated = Vec::new();
        while let Some((confidence, declined, helpful, tier, groups)) = found.try_next().await? {
            if reach::is_within(clearance, tier, &groups)? {
                let is_helpful = (helpful >= 0).then_some(helpful > 0);
                rated.push(Rated { confidence, is_declined: declined != 0, is_helpful });
            }
        }
        Ok(rated)
    }

    /// When conversations were passed on to a person since then.
    pub async fn passed_on_since(&self, clearance: &Clearance, since_ms: i64) -> Result<Vec<i64>, StoreError> {
        let select = "SELECT begun_ms, tier, group_names FROM handoffs WHERE workspace_id = $1 AND begun_ms >= $2";
        let found: Vec<(i64, i64, String)> = sqlx::query_as(select)
            .bind(clearance.workspace().to_string())
            .bind(since_ms)
            .fetch_all(&self.reader)
            .await?;
        let mut begun = Vec::new();
        for (at_ms, tier, groups) in found {
            if reach::is_within(clearance, tier, &groups)? {
                begun.push(at_ms);
            }
        }
        Ok(begun)
    }

    /// The newest of the questions since then that had no answer, or one that did not help.
    pub async fn gaps_since(&self, clearance: &Clearance, since_ms: i64, limit: usize) -> Result<Vec<Gap>, StoreError> {
        let select = "SELECT r.id, r.question, r.declined, COALESCE(f.helpful, -1) AS helpful, r.tier, r.group_names, \
                        r.created_ms \
                      FROM answer_records r LEFT JOIN feedback f ON f.record_id = r.id \
                      WHERE r.workspace_id = $1 AND r.created_ms >= $2 AND (r.declined = 1 OR f.helpful = 0) \
                      ORDER BY r.created_ms DESC, r.id DESC";
        let mut found = sqlx::query_as::<_, GapRow>(select)
            .bind(clearance.workspace().to_string())
            .bind(since_ms)
            .fetch(&self.reader);
        let mut gaps = Vec::new();
        while let Some(row) = found.try_next().await? {
            if gaps.len() == limit {
                break;
            }
            if reach::is_within(clearance, row.tier, &row.group_names)? {
                gaps.push(row.gap()?);
            }
        }
        Ok(gaps)
    }

    /// The library by the days on which its documents came.
    pub async fn library_growth(&self, clearance: &Clearance) -> Result<Vec<Growth>, StoreError> {
        let day = format!("d.created_ms / {DAY_MS}");
        let columns = format!(
            "{day} AS day, COUNT(*) AS documents, CAST(COALESCE(SUM((SELECT COUNT(*) FROM chunks c \
             WHERE c.version_id = d.live_version)), 0) AS BIGINT) AS chunks"
        );
        let Some(mut phrase) = self.narrowed(&columns, clearance, &Narrowing::NONE).await? else {
            return Ok(Vec::new());
        };
        phrase.push(&format!(" GROUP BY {day} ORDER BY 1"));
        let found: Vec<(i64, i64, i64)> = phrase.fetch_all(&self.reader).await?;
        Ok(found.into_iter().map(|(day, documents, chunks)| Growth { day, documents, chunks }).collect())
    }

    /// Where each document of the library came from.
    pub async fn library_provenance(&self, clearance: &Clearance) -> Result<Vec<Provenance>, StoreError> {
        let columns = "COALESCE((SELECT MIN(p.source_id) FROM origins o JOIN crawl_pages p ON p.origin = o.origin \
                       JOIN sources s ON s.id = p.source_id AND s.workspace_id = d.workspace_id \
                       WHERE o.document_id = d.id AND p.live = 1), '') AS source, d.updated_ms";
        let Some(phrase) = self.narrowed(columns, clearance, &Narrowing::NONE).await? else { return Ok(Vec::new()) };
        let found: Vec<(String, i64)> = phrase.fetch_all(&self.reader).await?;
        Ok(found.into_iter().map(|(source, updated_ms)| Provenance { source, updated_ms }).collect())
    }

    /// Documents that were there before and that no answer since then has quoted, as far as this clearance knows of answers;
    /// the newest first.
    pub async fn documents_unused(
        &self,
        clearance: &Clearance,
        UnusedPassed { since_ms, after }: UnusedPassed<'_>,
        limit: usize,
    ) -> Result<Vec<DocumentLine>, StoreError> {
        let cited = self.cited_since(clearance, since_ms).await?;
        let (mut unused, mut after) = (Vec::new(), after.cloned());
        loop {
            let lines =
                self.documents(clearance, &Narrowing::NONE, Sorting::Newest, after.as_ref(), limit.max(PAGE)).await?;
            let is_last = lines.len() < limit.max(PAGE);
            after = lines.last().map(|line| Passed {
                updated_ms: line.updated_ms,
                title: line.title.clone(),
                document: line.document,
            });
            let old = lines.into_iter().filter(|line| line.updated_ms < since_ms && !cited.contains(&line.document));
            unused.extend(old);
            if is_last || unused.len() >= limit {
                unused.truncate(limit);
                return Ok(unused);
            }
        }
    }

    async fn cited_since(
        &self,
        clearance: &Clearance,
        since_ms: i64,
    ) -> Result<std::collections::HashSet<DocumentId>, StoreError> {
        let select = "SELECT DISTINCT a.document_id, r.tier, r.group_names FROM answer_records r \
                      JOIN answer_documents a ON a.record_id = r.id \
                      WHERE r.workspace_id = $1 AND r.created_ms >= $2 AND a.cited = 1";
        let found: Vec<(String, i64, String)> = sqlx::query_as(select)
            .bind(clearance.workspace().to_string())
            .bind(since_ms)
            .fetch_all(&self.reader)
            .await?;
        let mut cited = std::collections::HashSet::new();
        for (document, tier, groups) in found {
            if reach::is_within(clearance, tier, &groups)? {
                cited.insert(rows::id(&document)?);
            }
        }
        Ok(cited)
    }
}

/// Documents that are looked at at once.
const PAGE: usize = 200;

impl From<AskedRow> for Asked {
    fn from(row: AskedRow) -> Self {
        let AskedRow { created_ms, declined, mode, took_ms, stages, input_tokens, output_tokens, cost_micros, .. } =
            row;
        let (at_ms, is_declined, stages) = (created_ms, declined != 0, Stages::from_sql(&stages));
        Self { at_ms, is_declined, mode, took_ms, stages, input_tokens, output_tokens, cost_micros }
    }
}

impl GapRow {
    fn gap(self) -> Result<Gap, StoreError> {
        Ok(Gap {
            record: rows::id(&self.id)?,
            question: self.question,
            is_declined: self.declined != 0,
            is_unhelpful: self.helpful == 0,
            asked_ms: self.created_ms,
        })
    }
}
