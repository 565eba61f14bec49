//! From the order of the reranker to what is given, with a shelf that is a list; and passages for the trials beside.

use async_trait::async_trait;
use uuid::Uuid;

use super::*;
use crate::access::{AccessLabel, AccessTier, Principal};
use crate::model::{Passage, SAMPLE_WORKSPACE, VersionId};
use crate::ports::Candidate;

pub(super) fn scored(passage: Passage, score: f32) -> Scored {
    let Passage { point, document, version, .. } = passage;
    Scored::new(passage, Candidate { point, document, version, score, dense: None, sparse: None })
}

/// The chunks of one document out of its text, with `/` where it was cut; a chunk has no white space around it.
fn chunks(text: &str) -> (String, Vec<Passage>) {
    let whole = text.replace('/', "");
    let (mut chunks, mut at, mut ended) = (Vec::<Passage>::new(), 0, None);
    for piece in text.split('/') {
        let start = at + piece.len() - piece.trim_start().len();
        let bytes = start..start + piece.trim().len();
        let gap = ended.map(|end| whole[end..bytes.start].to_owned());
        (at, ended) = (at + piece.len(), Some(bytes.end));
        chunks.push(Passage { bytes, gap, ..Passage::sample(1, chunks.len() as u32, piece.trim()) });
    }
    (whole, chunks)
}

struct List(Vec<Passage>);

#[async_trait]
impl Shelf for List {
    async fn passages(&self, clearance: &Clearance, points: &[PointId]) -> Result<Vec<Passage>, ShelfError> {
        let find = |point: &PointId| self.0.iter().find(|passage| passage.point == *point);
        let found = points.iter().filter_map(find).filter(|found| clearance.admits(SAMPLE_WORKSPACE, &found.label));
        Ok(found.cloned().collect())
    }

    async fn version(&self, _: &Clearance) -> Result<u64, ShelfError> {
        Ok(0)
    }
}

async fn arranged(shelf: Vec<Passage>, hits: &[usize], limit: usize) -> Arranged {
    let reader = Principal::operator(SAMPLE_WORKSPACE).seeing_as(AccessLabel::tier(AccessTier::Public)).unwrap();
    let hits = hits.iter().zip(0..).map(|(at, rank)| scored(shelf[*at].clone(), 1.0 - rank as f32 / 10.0)).collect();
    arrange(&List(shelf), &reader.clearance().unwrap(), collapse("", hits), limit).await.unwrap()
}

/// What becomes of these hits, by their places in the text that was cut at each `/`.
async fn check(text: &str, hits: &[usize], limit: usize, expected: &[&str]) {
    let (whole, chunks) = chunks(text);
    let arranged = arranged(chunks, hits, limit).await;
    let texts: Vec<&str> = arranged.passages.iter().map(|scored| scored.passage.text.as_str()).collect();
    assert_eq!(texts, expected);
    assert_eq!(arranged.passages.len() + arranged.left_out.len(), hits.len());
    for scored in &arranged.passages {
        assert_eq!(whole[scored.passage.bytes.clone()], scored.passage.text, "a passage is a stretch of its text");
    }
    assert!(arranged.passages.is_sorted_by(|a, b| a.score >= b.score));
}

#[tokio::test]
async fn hits_side_by_side_are_one_passage() {
    let text = "One. /\n\nTwo.  /\n Three./\nFour.";
    check(text, &[1, 2], 9, &["Two.  \n Three."]).await;
    check(text, &[2, 0], 9, &["Three.", "One."]).await;
    check(text, &[2, 0, 1], 9, &["One. \n\nTwo.  \n Three."]).await;
    check(text, &[2, 0, 1], 2, &["Three.", "One."]).await;
    check(text, &[2, 1, 0], 2, &["One. \n\nTwo.  \n Three."]).await;
    check(text, &[2, 1, 0], 0, &[]).await;
}

#[tokio::test]
async fn a_broken_thought_is_made_whole() {
    check("Ask./\n- a/\n- b/\n- c", &[2], 9, &["- a\n- b\n- c"]).await;
    check("Ask./\n- a/\n- b", &[0], 9, &["Ask."]).await;
    check("Ask for it./ In that case, wait./ Go.", &[1], 9, &["Ask for it. In that case, wait."]).await;
    check("Ask for it./ In that case, wait./ Go.", &[0], 9, &["Ask for it."]).await;
    check("It begins./ Then it ends.", &[0], 9, &["It begins."]).await;
    check("| a |\n|---|\n| 1 |/\n| 2 |/\n| 3 |", &[1], 9, &["| a |\n|---|\n| 1 |\n| 2 |\n| 3 |"]).await;
}

#[tokio::test]
async fn a_neighbour_stands_in_one_passage_only() {
    check("- a/\n- b/\n- c/\n- d/\n- e", &[1, 3], 9, &["- a\n- b\n- c", "- d\n- e"]).await;
}

#[tokio::test]
async fn a_passage_stays_short() {
    let item = |number: u32| format!("- {number} {}.", "word ".repeat(200).trim_end());
    let items = [0, 1, 2, 3].map(item);
    let (text, two) = (items.join("/\n"), |at: usize| items[at..at + 2].join("\n"));
    check(&text, &[2], 9, &[&two(1)]).await;
    check(&text, &[0, 1, 2, 3], 9, &[&two(0), &two(2)]).await;
}

#[tokio::test]
async fn another_heading_page_or_an_unknown_gap_part() {
    let parted = |change: fn(&mut Passage)| async move {
        let (_, mut chunks) = chunks("Zero./ - One/\n - Two");
        change(&mut chunks[2]);
        arranged(chunks, &[1, 2], 9).await.passages.len()
    };
    assert_eq!(parted(|_| {}).await, 1);
    assert_eq!(parted(|chunk| chunk.heading = "(name | price)".into()).await, 1);
    assert_eq!(parted(|chunk| chunk.heading = "Elsewhere".into()).await, 2);
    assert_eq!(parted(|chunk| chunk.page = Some(2)).await, 2);
    assert_eq!(parted(|chunk| chunk.gap = None).await, 2);
    assert_eq!(parted(|chunk| chunk.gap = Some("  \n".into())).await, 2);
    assert_eq!(parted(|chunk| chunk.version = VersionId(Uuid::from_u128(9))).await, 2);
}

#[tokio::test]
async fn a_chunk_may_end_under_the_heading_of_the_next() {
    let (_, mut chunks) = chunks("One.\n\n## **Two**\n\n- a/\n- b");
    chunks[1].heading = "One > Two".into();
    assert_eq!(arranged(chunks.clone(), &[0, 1], 9).await.passages.len(), 1);
    chunks[0].heading = "One > Other".into();
    chunks[1].heading = "One > Other".into();
    assert_eq!(arranged(chunks, &[0, 1], 9).await.passages.len(), 2);
}

#[tokio::test]
async fn chunks_that_overlap_are_joined_once() {
    let (_, mut all) = chunks("Größe: x./ y.");
    let whole = "Größe: x. y.";
    all[1].text = whole[4..].into();
    (all[1].bytes, all[1].gap) = (4..whole.len(), Some(String::new()));
    let joined = arranged(all.clone(), &[0, 1], 9).await;
    assert_eq!((joined.passages[0].passage.text.as_str(), joined.passages[0].passage.bytes.clone()), (whole, 0..14));
    all[1].bytes.start = 0; // says that it holds all of the first, and does not
    all[1].text = "y".into();
    assert_eq!(arranged(all, &[0, 1], 9).await.passages.len(), 2);
}

#[tokio::test]
async fn what_the_reader_may_not_open_is_no_neighbour() {
    let (_, mut chunks) = chunks("- a/\n- b/\n- c");
    chunks[0].label = AccessLabel::tier(AccessTier::Restricted);
    let arranged = arranged(chunks, &[1], 9).await;
    assert_eq!(arranged.passages[0].passage.text, "- b\n- c");
}

#[tokio::test]
async fn what_became_of_the_others_is_told() {
    let (_, mut all) = chunks("One./ Two./ Three./ Four./ Five.");
    all[4] = Passage { bytes: all[0].bytes.clone(), ..Passage::sample(2, 0, "One.") };
    let told = arranged(all.clone(), &[0, 4, 1, 3], 1).await;
    let points: Vec<PointId> = all.iter().map(|passage| passage.point).collect();
    let expected = [(4, Why::CopyOf(points[0])), (1, Why::BeyondLimit), (3, Why::BeyondLimit)];
    assert_eq!(told.left_out, expected.map(|(at, why)| LeftOut { point: points[at], why }));
    assert_eq!(told.passages[0].instead_of.len(), 1);
    let told = arranged(all, &[0, 1], 2).await;
    assert_eq!(told.left_out, [LeftOut { point: points[1], why: Why::JoinedTo(points[0]) }]);
}

#[tokio::test]
async fn what_comes_back_as_a_neighbour_is_told_as_joined() {
    let (_, all) = chunks("Ask for it./ In that case, wait./ Go./ Come.");
    let points: Vec<PointId> = all.iter().map(|passage| passage.point).collect();
    let told = arranged(all, &[1, 0, 3], 1).await;
    assert_eq!(told.passages[0].passage.text, "Ask for it. In that case, wait.");
    let expected = [(0, Why::JoinedTo(points[1])), (3, Why::BeyondLimit)];
    assert_eq!(told.left_out, expected.map(|(at, why)| LeftOut { point: points[at], why }));
}
