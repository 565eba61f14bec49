//! Passages: whose text leaves the store, for every pair of reader and label.

use ingest::ports::Change;
use retrieval::access::AccessTier;
use retrieval::model::{Cut, PointId};
use retrieval::ports::Shelf;

use crate::ground::{Ground, draft, label, on_both};

on_both!(
    every_reader_sees_what_the_rule_admits_and_nothing_else,
    what_is_stale_removed_or_foreign_is_left_out_without_a_word,
    an_unreadable_label_is_an_error_and_no_passage,
    passages_come_in_the_order_asked_for_and_as_they_were_stored,
    the_chunks_of_live_versions_rebuild_an_index,
);

const GROUPS: [&str; 4] = ["", ",groups=billing", ",groups=hr", ",groups=billing+hr"];

fn labels() -> impl Iterator<Item = String> {
    AccessTier::ALL.into_iter().flat_map(|tier| GROUPS.map(|groups| format!("{tier}{groups}")))
}

async fn every_reader_sees_what_the_rule_admits_and_nothing_else(ground: Ground) {
    let mut published = Vec::new();
    for who in labels() {
        let document = ground.publish(&who, &who, &format!("for {who}")).await;
        published.push((label(&who), point(&ground, &document.draft, 0), document.document));
    }
    let points: Vec<PointId> = published.iter().map(|(_, point, _)| *point).collect();
    let mut shown = 0;
    for who in labels() {
        let clearance = ground.reader(&who);
        let expected: Vec<PointId> = published
            .iter()
            .filter(|(label, ..)| clearance.admits(ground.workspace, label))
            .map(|(_, point, _)| *point)
            .collect();
        let found = ground.store.passages(&clearance, &points).await.unwrap();
        assert_eq!(found.iter().map(|passage| passage.point).collect::<Vec<_>>(), expected, "{who}");
        assert!(found.iter().all(|passage| clearance.admits(ground.workspace, &passage.label)), "{who}");
        shown += found.len();
    }
    // Written out once by hand: tiers 1+2+3+4 of 4, and of each tier's four labels 1, 3, 3 and 4.
    assert_eq!(shown, (1 + 2 + 3 + 4) * (1 + 3 + 3 + 4));
    // Re-labelled, each is seen by its new readers from the commit on.
    for (_, point, document) in &published {
        ground.store.document_relabel(ground.workspace, *document, &label("internal,groups=hr")).await.unwrap();
        let seen = |who| ground.reader(who);
        assert_eq!(ground.store.passages(&seen("restricted,groups=billing"), &[*point]).await.unwrap(), []);
        assert_eq!(ground.store.passages(&seen("internal,groups=hr"), &[*point]).await.unwrap().len(), 1);
    }
}

async fn what_is_stale_removed_or_foreign_is_left_out_without_a_word(ground: Ground) {
    let revised = ground.publish("a.md", "public", "old").await;
    let removed = ground.publish("b.md", "public", "removed").await;
    let kept = ground.publish("c.md", "public", "kept").await;
    let (lease, items) = ground.job(&[("a.md", "public")]).await;
    let mut revision = draft(&items[0], "new");
    revision.document = revised.document;
    ground.settle(&lease, &items[0], Change::Publish(Box::new(revision.clone()))).await;
    ground.store.document_remove(ground.workspace, removed.document).await.unwrap();
    let points = [&revised.draft, &removed.draft, &kept.draft, &revision].map(|draft| point(&ground, draft, 0));
    let unknown = PointId(uuid::Uuid::from_u128(3));
    let asked: Vec<PointId> = points.into_iter().chain([unknown]).collect();
    let found = ground.store.passages(&ground.everything(), &asked).await.unwrap();
    assert_eq!(found.iter().map(|passage| passage.text.as_str()).collect::<Vec<_>>(), ["kept", "new"]);
    assert_eq!(ground.store.passages(&ground.everything(), &[]).await.unwrap(), []);

    let other = ground.store.workspace_ensure("other").await.unwrap();
    let stranger = retrieval::access::Principal::operator(other).clearance().unwrap();
    assert_eq!(ground.store.passages(&stranger, &asked).await.unwrap(), []);
    assert_eq!(ground.store.chunk_list(&stranger, Cut::default(), &[kept.draft.version]).await.unwrap(), []);
    assert_eq!(ground.store.document_live(&stranger, Cut::default()).await.unwrap(), []);
}

async fn an_unreadable_label_is_an_error_and_no_passage(ground: Ground) {
    let published = ground.publish("a.md", "public", "text").await;
    let points = [point(&ground, &published.draft, 0)];
    for damage in ["tier = 7", "tier = 0, group_names = ','"] {
        ground.sql(&format!("UPDATE documents SET {damage}")).await;
        for clearance in [ground.everything(), ground.reader("restricted")] {
            let error = ground.store.passages(&clearance, &points).await.err().unwrap().to_string();
            assert!(error.contains("does not understand"), "{damage}: {error}");
        }
    }
}

async fn passages_come_in_the_order_asked_for_and_as_they_were_stored(ground: Ground) {
    let lines: Vec<String> = (0..250).map(|n| format!("line {n}: 'quoted' \\ ü 数 😀")).collect();
    let published = ground.publish("a.md", "public", &lines.join("\n")).await;
    let mut asked: Vec<PointId> = (0..250).map(|ordinal| point(&ground, &published.draft, ordinal)).collect();
    asked.reverse();
    let found = ground.store.passages(&ground.reader("public"), &asked).await.unwrap();
    assert_eq!(found.len(), 250);
    for (passage, ordinal) in found.iter().zip((0..250).rev()) {
        let chunk = &published.draft.chunks[ordinal];
        assert_eq!((passage.ordinal as usize, &passage.text, &passage.bytes), (ordinal, &chunk.text, &chunk.bytes));
        assert_eq!(&published.draft.text[passage.bytes.clone()], passage.text);
        assert_eq!((passage.page, passage.heading.as_str(), passage.title.as_str()), (chunk.page, "Heading", "Title"));
        assert_eq!(
            (passage.document, passage.version, passage.origin.as_str()),
            (published.document, published.draft.version, "a.md")
        );
    }
}

async fn the_chunks_of_live_versions_rebuild_an_index(ground: Ground) {
    let one = ground.publish("a.md", "internal", "a0\na1").await;
    let two = ground.publish("b.md", "public,groups=hr", "b0").await;
    let versions = [one.draft.version, two.draft.version];
    let listed = ground.store.chunk_list(&ground.everything(), Cut::default(), &versions).await.unwrap();
    assert_eq!(listed.len(), 3);
    for chunk in &listed {
        let draft = if chunk.document == one.document { &one.draft } else { &two.draft };
        let ordinal = draft.chunks.iter().position(|own| own.text == chunk.text).unwrap();
        assert_eq!((chunk.point, &chunk.label), (point(&ground, draft, ordinal as u32), &draft.label));
        assert_eq!(chunk.text_in_context(), draft.chunks[ordinal].text_in_context("Title"));
        assert_eq!(chunk.vector_key, draft.vectors[ordinal].0);
    }
    // Not even a rebuild lists more than its clearance admits.
    let public = ground.store.chunk_list(&ground.reader("public"), Cut::default(), &versions).await.unwrap();
    assert_eq!(public, []);
}

fn point(ground: &Ground, draft: &ingest::ports::Draft, ordinal: u32) -> PointId {
    PointId::of(ground.workspace, draft.document, draft.version, ordinal)
}
