//! How asking goes, as it crosses the wire: sums by the day, questions without a good answer, what nobody needed.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DocumentLineReply, Viewer};
use crate::clock::spelt;
use crate::insight::{
    AGES, BINS, Bin, Day, DocumentLine, Freshness, Gap, Gaps, Group, Growth, Overview, ProblemLine, SAME, STAGES,
    StageTime,
};

const DAY_MS: i64 = 86_400_000;
/// Questions of a group that are named.
const NAMED: usize = 20;
const MOST_PROBLEMS: usize = 100;

#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InsightQuery {
    /// How far back, today among them: 1 to 366, 30 if nothing is said.
    pub days: Option<u32>,
}

#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnusedQuery {
    /// For so long nothing was quoted of it: 1 to 366, 90 if nothing is said.
    pub days: Option<u32>,
    pub after: Option<String>,
    pub limit: Option<usize>,
}

/// Of what was asked by whoever could read no more than the viewer, and of the documents that the viewer reads.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct InsightReply {
    /// The oldest first, none left out.
    pub days: Vec<InsightDay>,
    /// What the library holds, by the days on which that came; the oldest first.
    pub library: Vec<LibraryDay>,
    pub freshness: Vec<FreshnessReply>,
    /// The bounds of `freshness`, in days.
    pub ages: Vec<i64>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct InsightDay {
    /// In UTC, as in `2026-11-22`.
    pub day: String,
    /// All of them; greetings and questions back are neither answered nor declined.
    pub questions: u64,
    pub answered: u64,
    pub declined: u64,
    /// Conversations that were passed on to a person.
    pub escalated: u64,
    pub helpful: u64,
    pub unhelpful: u64,
    /// Half of what was looked up took no longer; none on a day without.
    pub median_ms: Option<i64>,
    /// Nor 95 in a hundred.
    pub p95_ms: Option<i64>,
    /// The steps of what was looked up, in their order; empty on a day without.
    pub stages: Vec<InsightStage>,
    /// Answers in a language model's words.
    pub generated: u64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    /// Millionths of the currency of the prices.
    pub cost_micros: i64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct InsightStage {
    /// `rewrite`, `embedding`, `search`, `order`, `first_word` or `words`.
    pub stage: String,
    pub mean_ms: i64,
    /// 95 in a hundred took no longer.
    pub p95_ms: i64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct LibraryDay {
    pub day: String,
    /// That are there at the end of it, of those that are there now.
    pub documents: i64,
    pub chunks: i64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct FreshnessReply {
    /// The id of a source; none for what was handed in.
    pub source: Option<String>,
    pub address: Option<String>,
    pub newest_ms: i64,
    /// How many documents had another text within the first of `ages`, the second and so on; the last are older.
    pub documents: Vec<usize>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct GapsReply {
    /// Questions of one meaning together, the largest group first.
    pub groups: Vec<GapGroup>,
    /// The cosine from which two questions are of one meaning.
    pub threshold: f32,
    /// How many questions were compared, of the newest.
    pub compared: usize,
    /// And how many were not.
    pub left_out: usize,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct GapGroup {
    /// The one that the others are near to.
    pub question: String,
    /// How often it was asked.
    pub asked: usize,
    pub declined: usize,
    pub unhelpful: usize,
    pub last_ms: i64,
    /// The newest first, at most twenty.
    pub questions: Vec<GapReply>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct GapReply {
    /// `/api/v1/answers/RECORD`.
    pub record_id: String,
    pub question: String,
    pub declined: bool,
    /// Its asker says that the answer did not help.
    pub unhelpful: bool,
    pub asked_ms: i64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProblemsReply {
    /// The most usual first, at most a hundred.
    pub problems: Vec<ProblemReply>,
}

/// Something that was lost or guessed on the way in.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProblemReply {
    /// As `GET /api/v1/documents?problem=` takes it.
    pub problem: String,
    pub documents: usize,
}

/// Of the questions that passages were looked for: how likely those were to answer, and what came of it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReliabilityReply {
    /// A tenth each, the least likely first.
    pub bins: Vec<ReliabilityBin>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReliabilityBin {
    pub from: f64,
    pub to: f64,
    /// The mean of how likely they were; none where there were none.
    pub confidence: Option<f64>,
    pub asked: usize,
    pub answered: usize,
    /// Those of which their askers said whether they helped.
    pub judged: usize,
    pub helpful: usize,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct UnusedReply {
    pub documents: Vec<DocumentLineReply>,
    pub next: Option<String>,
}

impl InsightReply {
    /// `named` are the addresses of the sources that the viewer knows; what comes from others stands with what was handed in.
    pub fn new(overview: Overview, named: &HashMap<String, String>) -> Self {
        let Overview { days, growth, freshness } = overview;
        Self {
            days: days.into_iter().map(InsightDay::from).collect(),
            library: grown(growth),
            freshness: by_place(freshness, named),
            ages: AGES.to_vec(),
        }
    }
}

/// From what came to what is there.
fn grown(growth: Vec<Growth>) -> Vec<LibraryDay> {
    let (mut documents, mut chunks) = (0, 0);
    let day = |Growth { day, documents: more, chunks: parts }| {
        (documents, chunks) = (documents + more, chunks + parts);
        LibraryDay { day: day_of(day), documents, chunks }
    };
    growth.into_iter().map(day).collect()
}

fn by_place(freshness: Vec<Freshness>, named: &HashMap<String, String>) -> Vec<FreshnessReply> {
    let mut handed_in = Freshness::default();
    let mut places = Vec::new();
    for place in freshness {
        match named.get(&place.source) {
            Some(address) => places.push(FreshnessReply::new(Some((place.source.clone(), address.clone())), place)),
            None => {
                handed_in.newest_ms = handed_in.newest_ms.max(place.newest_ms);
                for (sum, more) in handed_in.documents.iter_mut().zip(place.documents) {
                    *sum += more;
                }
            }
        }
    }
    let is_there = handed_in.documents.iter().any(|many| *many > 0);
    is_there.then(|| FreshnessReply::new(None, handed_in)).into_iter().chain(places).collect()
}

impl FreshnessReply {
    fn new(source: Option<(String, String)>, place: Freshness) -> Self {
        let (source, address) = source.unzip();
        Self { source, address, newest_ms: place.newest_ms, documents: place.documents.to_vec() }
    }
}

impl From<Day> for InsightDay {
    fn from(day: Day) -> Self {
        Self {
            day: day_of(day.day),
            questions: day.questions,
            answered: day.answered,
            declined: day.declined,
            escalated: day.passed_on,
            helpful: day.helpful,
            unhelpful: day.unhelpful,
            median_ms: day.median_ms,
            p95_ms: day.slow_ms,
            stages: day.stages.map(|stages| staged(&stages)).unwrap_or_default(),
            generated: day.worded,
            input_tokens: day.input_tokens,
            output_tokens: day.output_tokens,
            cost_micros: day.cost_micros,
        }
    }
}

impl From<Vec<ProblemLine>> for ProblemsReply {
    fn from(lines: Vec<ProblemLine>) -> Self {
        let reply = |ProblemLine { problem, documents }| ProblemReply { problem, documents };
        Self { problems: lines.into_iter().take(MOST_PROBLEMS).map(reply).collect() }
    }
}

fn staged(stages: &[StageTime; STAGES.len()]) -> Vec<InsightStage> {
    let reply = |(stage, time): (&&str, &StageTime)| InsightStage {
        stage: (*stage).to_owned(),
        mean_ms: time.mean_ms,
        p95_ms: time.slow_ms,
    };
    STAGES.iter().zip(stages).map(reply).collect()
}

impl From<[Bin; BINS]> for ReliabilityReply {
    fn from(bins: [Bin; BINS]) -> Self {
        let tenth = |at: usize| at as f64 / BINS as f64;
        let bin = |(at, bin): (usize, Bin)| {
            let Bin { asked, answered, judged, helpful, confidence } = bin;
            let confidence = confidence.map(|thousandths| thousandths as f64 / 1e3);
            ReliabilityBin { from: tenth(at), to: tenth(at + 1), confidence, asked, answered, judged, helpful }
        };
        Self { bins: bins.into_iter().enumerate().map(bin).collect() }
    }
}

/// The time behind the day is always midnight.
fn day_of(day: i64) -> String {
    spelt(day * DAY_MS).chars().take_while(|c| *c != 'T').collect()
}

impl From<Gaps> for GapsReply {
    fn from(Gaps { groups, compared, left_out }: Gaps) -> Self {
        Self { groups: groups.into_iter().map(GapGroup::from).collect(), threshold: SAME, compared, left_out }
    }
}

impl From<Group> for GapGroup {
    fn from(group: Group) -> Self {
        let question = group.question().to_owned();
        let mut gaps = group.gaps;
        gaps.sort_by_key(|gap| std::cmp::Reverse(gap.asked_ms));
        Self {
            question,
            asked: gaps.len(),
            declined: gaps.iter().filter(|gap| gap.is_declined).count(),
            unhelpful: gaps.iter().filter(|gap| gap.is_unhelpful).count(),
            last_ms: gaps.first().map_or(0, |gap| gap.asked_ms),
            questions: gaps.into_iter().take(NAMED).map(GapReply::from).collect(),
        }
    }
}

impl From<Gap> for GapReply {
    fn from(Gap { record, question, is_declined, is_unhelpful, asked_ms }: Gap) -> Self {
        Self { record_id: record.to_string(), question, declined: is_declined, unhelpful: is_unhelpful, asked_ms }
    }
}

impl UnusedReply {
    pub fn new(documents: Vec<DocumentLine>, next: Option<String>) -> Self {
        let line = |line| DocumentLineReply::new(line, Viewer::Editor);
        Self { documents: documents.into_iter().map(line).collect(), next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_what_came_so_far() {
        let told =
            grown([(0, 2, 5), (3, 1, 1)].map(|(day, documents, chunks)| Growth { day, documents, chunks }).into());
        let told: Vec<_> = told.iter().map(|day| (day.day.as_str(), day.documents, day.chunks)).collect();
        assert_eq!(told, [("1970-01-01", 2, 5), ("1970-01-04", 3, 6)]);
    }

    #[test]
    fn what_comes_from_an_unknown_source_was_handed_in() {
        let place = |source: &str, newest_ms, documents| Freshness { source: source.into(), newest_ms, documents };
        let named = HashMap::from([("known".to_owned(), "https://example.test/".to_owned())]);
        let all = vec![
            place("", 5, [1, 0, 0, 0, 0]),
            place("hidden", 9, [0, 2, 0, 0, 0]),
            place("known", 7, [0, 0, 0, 0, 3]),
        ];
        let told: Vec<_> =
            by_place(all, &named).into_iter().map(|one| (one.source, one.newest_ms, one.documents)).collect();
        assert_eq!(told, [(None, 9, vec![1, 2, 0, 0, 0]), (Some("known".to_owned()), 7, vec![0, 0, 0, 0, 3])]);
    }
}
