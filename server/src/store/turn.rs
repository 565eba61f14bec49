//! Turns: what was asked and answered in a conversation, as far as it may be read now.
//!
//! A turn rests on documents. Every reading looks at those as they are at that moment, by the rule that decides all
//! reading: where one of them is gone or hidden, the answer does not leave this file. Under which clearance it was given
//! does not matter.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use retrieval::access::Clearance;
use retrieval::model::{DocumentId, PointId, RecordId, VersionId};
use sqlx::{AssertSqlSafe, FromRow};

use super::conversation::Conversation;
use super::erasing::erase_gone;
use super::writing::Writing;
use super::{Store, StoreError, Told, rows};

/// How many documents one query asks for.
const PAGE: usize = 100;

/// In which part of a turn words of a passage stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// The answer quotes it.
    Cited(Quoted),
    /// The answer was made of it in another way.
    Named,
    /// Earlier answers that rest on it may have lent words to what was searched for.
    Carried,
}

/// What a citation keeps. Titles and addresses are not kept: they are shown as they are now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quoted {
    pub n: usize,
    pub quote: String,
    /// Within the text of the version.
    pub bytes: Range<usize>,
    pub page: Option<u32>,
    pub heading: String,
}

/// A passage that a turn rests on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rest {
    pub document: DocumentId,
    pub version: VersionId,
    pub point: PointId,
    pub part: Part,
}

/// A turn to be kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewTurn<'a> {
    pub question: &'a str,
    pub asked_as: Option<&'a str>,
    pub answer: &'a str,
    pub declined: bool,
    pub record: Option<RecordId>,
    /// The fingerprint of the clearance under which it was answered.
    pub clearance: &'a str,
    pub simulated: bool,
    pub rests: &'a [Rest],
}

/// A turn, as far as somebody may read it now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Turn {
    pub ordinal: i64,
    /// The asker's own words.
    pub question: String,
    /// `None` when it is not readable any more.
    pub answer: Option<Answered>,
    /// What was searched for, if not the question as it was typed, and if readable.
    pub asked_as: Option<String>,
    pub declined: bool,
    pub record: Option<RecordId>,
    pub simulated: bool,
    pub asked_ms: i64,
    /// How the answer was told, for whom that was looked up.
    pub told: Option<Told>,
}

/// An answer that may be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    pub text: String,
    pub citations: Vec<Cited>,
    /// All that the answer rests on, cited or not.
    pub rests: Vec<Rest>,
}

/// A citation, with its document's title and address as they are now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cited {
    pub document: DocumentId,
    pub title: String,
    pub origin: String,
    pub dated: Option<String>,
    pub quoted: Quoted,
}

#[derive(FromRow)]
struct TurnRow {
    ordinal: i64,
    question: String,
    asked_as: Option<String>,
    answer: String,
    declined: i64,
    record_id: Option<String>,
    simulated: i64,
    asked_ms: i64,
}

#[derive(FromRow)]
struct RestRow {
    turn: i64,
    part: String,
    document_id: String,
    version_id: String,
    point_id: String,
    n: i64,
    quote: String,
    start_byte: i64,
    end_byte: i64,
    page: i64,
    heading: String,
}

#[derive(FromRow)]
struct ReadableRow {
    id: String,
    title: String,
    dated: Option<String>,
    tier: i64,
    group_names: String,
    origin: Option<String>,
}

/// The documents that may be read.
type Readable = HashMap<DocumentId, Face>;

/// A document as it is shown now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Face {
    pub title: String,
    /// One of the places that it came from.
    pub origin: String,
    pub dated: Option<String>,
}

const COLUMNS: &str = "t.ordinal, t.question, t.asked_as, t.answer, t.declined, t.record_id, t.simulated, t.asked_ms";

impl Store {
    /// One more turn; its ordinal. `None` when the conversation is over or gone, and nothing is kept then.
    pub async fn turn_append(
        &self,
        conversation: &Conversation,
        turn: &NewTurn<'_>,
    ) -> Result<Option<i64>, StoreError> {
        let mut tx = self.write().await?;
        let Some(ordinal) = self.conversation_use(&mut tx, conversation).await? else { return Ok(None) };
        let insert = "INSERT INTO turns (conversation_id, ordinal, question, asked_as, answer, declined, record_id, \
                      clearance, simulated, asked_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        sqlx::query(insert)
            .bind(conversation.id.to_string())
            .bind(ordinal)
            .bind(turn.question)
            .bind(turn.asked_as)
            .bind(turn.answer)
            .bind(i64::from(turn.declined))
            .bind(turn.record.map(|record| record.to_string()))
            .bind(turn.clearance)
            .bind(i64::from(turn.simulated))
            .bind(self.clock.now_ms())
            .execute(&mut *tx)
            .await?;
        for (at, rest) in turn.rests.iter().enumerate() {
            rest_insert(&mut tx, conversation, (ordinal, rows::count(at)), rest).await?;
        }
        erase_gone(&mut tx, &turn.rests.iter().map(|rest| rest.document).collect()).await?;
        tx.commit().await?;
        Ok(Some(ordinal))
    }

    /// From behind `after` on, in the order in which they were said.
    pub async fn turns(
        &self,
        clearance: &Clearance,
        conversation: &Conversation,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Turn>, StoreError> {
        let select = format!(
            "SELECT {COLUMNS} FROM turns t WHERE t.conversation_id = $1 AND t.ordinal > $2 ORDER BY t.ordinal LIMIT $3"
        );
        let found: Vec<TurnRow> = sqlx::query_as(AssertSqlSafe(select))
            .bind(conversation.id.to_string())
            .bind(after)
            .bind(rows::count(limit))
            .fetch_all(&self.reader)
            .await?;
        self.readable_turns(clearance, conversation, found).await
    }

    /// The last ones, in the order in which they were said.
    pub async fn turns_last(
        &self,
        clearance: &Clearance,
        conversation: &Conversation,
        limit: usize,
    ) -> Result<Vec<Turn>, StoreError> {
        let select =
            format!("SELECT {COLUMNS} FROM turns t WHERE t.conversation_id = $1 ORDER BY t.ordinal DESC LIMIT $2");
        let mut found: Vec<TurnRow> = sqlx::query_as(AssertSqlSafe(select))
            .bind(conversation.id.to_string())
            .bind(rows::count(limit))
            .fetch_all(&self.reader)
            .await?;
        found.reverse();
        self.readable_turns(clearance, conversation, found).await
    }

    /// The documents are looked at last, so that nothing older than this reading decides.
    async fn readable_turns(
        &self,
        clearance: &Clearance,
        conversation: &Conversation,
        found: Vec<TurnRow>,
    ) -> Result<Vec<Turn>, StoreError> {
        let (Some(first), Some(last)) = (found.first(), found.last()) else { return Ok(Vec::new()) };
        let select = "SELECT turn, part, document_id, version_id, point_id, n, quote, start_byte, end_byte, page, heading \
                      FROM turn_passages WHERE conversation_id = $1 AND turn >= $2 AND turn <= $3 ORDER BY turn, ordinal";
        let rests: Vec<RestRow> = sqlx::query_as(select)
            .bind(conversation.id.to_string())
            .bind(first.ordinal)
            .bind(last.ordinal)
            .fetch_all(&self.reader)
            .await?;
        let mut by_turn: HashMap<i64, Vec<Rest>> = HashMap::new();
        for row in rests {
            by_turn.entry(row.turn).or_default().push(rest(row)?);
        }
        let documents: BTreeSet<DocumentId> = by_turn.values().flatten().map(|rest| rest.document).collect();
        let readable = self.documents_readable(clearance, documents.into_iter().collect()).await?;
        let turn = |row: TurnRow| turn(by_turn.remove(&row.ordinal).unwrap_or_default(), row, &readable);
        found.into_iter().map(turn).collect()
    }

    /// Whether every one of these documents is there to be read.
    pub async fn all_readable(&self, clearance: &Clearance, documents: &[DocumentId]) -> Result<bool, StoreError> {
        let documents: BTreeSet<DocumentId> = documents.iter().copied().collect();
        let many = documents.len();
        Ok(self.documents_readable(clearance, documents.into_iter().collect()).await?.len() == many)
    }

    /// The titles of those of these documents that may be read.
    pub(super) async fn titles_readable(
        &self,
        clearance: &Clearance,
        documents: Vec<DocumentId>,
    ) -> Result<HashMap<DocumentId, String>, StoreError> {
        let readable = self.documents_readable(clearance, documents).await?;
        Ok(readable.into_iter().map(|(document, face)| (document, face.title)).collect())
    }

    pub(super) async fn documents_readable(
        &self,
        clearance: &Clearance,
        documents: Vec<DocumentId>,
    ) -> Result<Readable, StoreError> {
        let mut readable = Readable::with_capacity(documents.len());
        for page in documents.chunks(PAGE) {
            let select = format!(
                "SELECT d.id, v.title, v.dated, d.tier, d.group_names, \
                   (SELECT MIN(o.origin) FROM origins o WHERE o.document_id = d.id) AS origin \
                 FROM documents d JOIN versions v ON v.id = d.live_version \
                 WHERE d.workspace_id = $1 AND d.id IN ({})",
                rows::placeholders(2, page.len())
            );
            let query = sqlx::query_as::<_, ReadableRow>(AssertSqlSafe(select)).bind(clearance.workspace().to_string());
            let query = page.iter().fold(query, |query, document| query.bind(document.to_string()));
            for row in query.fetch_all(&self.reader).await? {
                if clearance.admits(clearance.workspace(), &rows::label(row.tier, &row.group_names)?) {
                    let ReadableRow { title, dated, origin, .. } = row;
                    readable.insert(rows::id(&row.id)?, Face { title, dated, origin: origin.unwrap_or_default() });
                }
            }
        }
        Ok(readable)
    }
}

async fn rest_insert(
    tx: &mut Writing,
    conversation: &Conversation,
    (turn, at): (i64, i64),
    rest: &Rest,
) -> Result<(), StoreError> {
    let nothing = Quoted { n: 0, quote: String::new(), bytes: 0..0, page: None, heading: String::new() };
    let (part, quoted) = match &rest.part {
        Part::Cited(quoted) => ("cited", quoted),
        Part::Named => ("named", &nothing),
        Part::Carried => ("carried", &nothing),
    };
    let insert = "INSERT INTO turn_passages (conversation_id, turn, ordinal, part, document_id, version_id, point_id, n, \
                  quote, start_byte, end_byte, page, heading) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    sqlx::query(insert)
        .bind(conversation.id.to_string())
        .bind(turn)
        .bind(at)
        .bind(part)
        .bind(rest.document.to_string())
        .bind(rest.version.to_string())
        .bind(rest.point.to_string())
        .bind(rows::count(quoted.n))
        .bind(&quoted.quote)
        .bind(rows::count(quoted.bytes.start))
        .bind(rows::count(quoted.bytes.end))
        .bind(quoted.page.map_or(0, i64::from))
        .bind(&quoted.heading)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A part that is not known is an error: it might have hidden something.
fn rest(row: RestRow) -> Result<Rest, StoreError> {
    let part = match row.part.as_str() {
        "cited" => Part::Cited(Quoted {
            n: rows::size(row.n),
            quote: row.quote,
            bytes: rows::size(row.start_byte)..rows::size(row.end_byte),
            page: u32::try_from(row.page).ok().filter(|page| *page > 0),
            heading: row.heading,
        }),
        "named" => Part::Named,
        "carried" => Part::Carried,
        other => return Err(StoreError::Unreadable(format!("part \"{other}\" of a turn"))),
    };
    Ok(Rest {
        document: rows::id(&row.document_id)?,
        version: rows::id(&row.version_id)?,
        point: rows::id(&row.point_id)?,
        part,
    })
}

fn turn(rests: Vec<Rest>, row: TurnRow, readable: &Readable) -> Result<Turn, StoreError> {
    let (carried, rests): (Vec<Rest>, Vec<Rest>) = rests.into_iter().partition(|rest| rest.part == Part::Carried);
    let all_readable = |rests: &[Rest]| rests.iter().all(|rest| readable.contains_key(&rest.document));
    let asked_as = row.asked_as.filter(|_| all_readable(&carried));
    let answer = all_readable(&rests).then(|| Answered { text: row.answer, citations: cited(&rests, readable), rests });
    Ok(Turn {
        ordinal: row.ordinal,
        question: row.question,
        answer,
        asked_as,
        declined: row.declined != 0,
        record: row.record_id.map(|record| rows::id(&record)).transpose()?,
        simulated: row.simulated != 0,
        asked_ms: row.asked_ms,
        told: None,
    })
}

fn cited(rests: &[Rest], readable: &Readable) -> Vec<Cited> {
    let cited = rests.iter().filter_map(|rest| {
        let Part::Cited(quoted) = &rest.part else { return None };
        let Face { title, origin, dated } = readable.get(&rest.document)?.clone();
        Some(Cited { document: rest.document, title, origin, dated, quoted: quoted.clone() })
    });
    cited.collect()
}
