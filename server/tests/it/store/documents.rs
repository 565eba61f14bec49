//! Documents: published, joined, revised, re-labelled and removed, and what the outbox is told of it.

use ingest::dedupe::{Decision, decide};
use ingest::draft::hash_of;
use ingest::ports::{Change, Draft};
use retrieval::model::{Cut, DocumentId, WorkspaceId};
use server::store::Task;
use uuid::Uuid;

use crate::ground::{Ground, draft, label, on_both};

on_both!(
    a_published_document_is_known_by_its_origin_and_its_twins_by_label,
    a_copy_joins_and_the_document_lives_as_long_as_an_origin_leads_to_it,
    a_revision_replaces_what_is_seen_and_queues_the_old_points,
    a_removed_document_is_gone_with_its_origins,
    what_was_under_way_when_its_document_was_removed_stays_out,
    relabelling_queues_the_label_as_it_is_when_it_is_told,
    a_name_finds_only_what_the_reader_may_know_of,
    documents_are_counted_per_reader,
    a_label_that_cannot_be_read_is_an_error_everywhere,
    outbox_rows_leave_when_struck_and_not_before,
);

/// The tasks that wait, without their row ids.
async fn outbox(ground: &Ground) -> Vec<Task> {
    let rows = ground.store.outbox_next(ground.workspace, 100).await.unwrap();
    assert_eq!(ground.store.outbox_len(ground.workspace).await.unwrap(), rows.len());
    rows.into_iter().map(|(_, task)| task).collect()
}

async fn a_published_document_is_known_by_its_origin_and_its_twins_by_label(ground: Ground) {
    let published = ground.publish("a.md", "internal,groups=hr+billing", "one\ntwo").await;
    let check = |origin: &'static str, who: &'static str, text: &'static str, expected: Decision| {
        let ground = &ground;
        async move {
            let standing = ground.standing(origin, who, text).await;
            assert_eq!(decide(&standing, hash_of(text), &label(who)), expected, "{origin} {who} {text}");
        }
    };
    let own = published.document;
    check("a.md", "internal,groups=billing+hr", "one\ntwo", Decision::Keep(own)).await;
    check("a.md", "internal,groups=billing+hr", "three", Decision::Revise(own)).await;
    check("a.md", "internal", "one\ntwo", Decision::Relabel(own)).await;
    check("b.md", "internal,groups=billing+hr", "one\ntwo", Decision::Join(own)).await;
    check("b.md", "internal", "one\ntwo", Decision::Create).await;
    check("b.md", "restricted,groups=billing+hr", "one\ntwo", Decision::Create).await;
    assert_eq!(ground.store.document_chunk_count(own).await.unwrap(), 2);
    assert_eq!(outbox(&ground).await, []);
}

async fn a_copy_joins_and_the_document_lives_as_long_as_an_origin_leads_to_it(ground: Ground) {
    let first = ground.publish("a.md", "public", "shared").await;
    let (lease, items) = ground.job(&[("b.md", "public")]).await;
    ground.settle(&lease, &items[0], Change::Join(first.document)).await;
    ground.store.job_finish(&lease).await.unwrap();
    assert!(!ground.standing("a.md", "public", "other").await.known.unwrap().sole_origin);

    // Each origin in turn goes its own way; the shared document goes with the last of them.
    let moved = ground.publish("a.md", "public", "a alone").await;
    assert_eq!(ground.store.document_count(&ground.everything()).await.unwrap(), 2);
    assert_eq!(ground.standing("b.md", "public", "shared").await.known.unwrap().document, first.document);
    assert_eq!(outbox(&ground).await, []);
    let (lease, items) = ground.job(&[("b.md", "public")]).await;
    ground.settle(&lease, &items[0], Change::Join(moved.document)).await;
    assert_eq!(ground.store.document_count(&ground.everything()).await.unwrap(), 1);
    assert_eq!(outbox(&ground).await, [Task::Delete(first.draft.version)]);
}

async fn a_revision_replaces_what_is_seen_and_queues_the_old_points(ground: Ground) {
    let first = ground.publish("a.md", "public", "old one\nold two\nold three").await;
    let (lease, items) = ground.job(&[("a.md", "internal")]).await;
    let mut revision = draft(&items[0], "new");
    revision.document = first.document;
    ground.settle(&lease, &items[0], Change::Publish(Box::new(revision.clone()))).await;
    assert_eq!(ground.store.document_chunk_count(first.document).await.unwrap(), 1);
    assert_eq!(ground.store.document_count(&ground.reader("customer")).await.unwrap(), 0);
    assert_eq!(ground.store.document_count(&ground.reader("internal")).await.unwrap(), 1);
    assert_eq!(outbox(&ground).await, [Task::Delete(first.draft.version)]);
    let live = ground.store.document_live(&ground.everything(), Cut::default()).await.unwrap();
    assert_eq!((live.len(), live[0].version, live[0].chunks), (1, revision.version, 1));
    // What was replaced is no twin of anything.
    assert_eq!(ground.standing("b.md", "public", "old one\nold two\nold three").await.twin, None);
}

async fn a_removed_document_is_gone_with_its_origins(ground: Ground) {
    let published = ground.publish("a.md", "public", "text").await;
    let elsewhere = WorkspaceId(Uuid::from_u128(9));
    assert_eq!(ground.store.document_remove(elsewhere, published.document).await.unwrap(), None);
    assert!(ground.store.document_remove(ground.workspace, published.document).await.unwrap().is_some());
    assert_eq!(ground.store.document_remove(ground.workspace, published.document).await.unwrap(), None);
    assert_eq!(outbox(&ground).await, [Task::Delete(published.draft.version)]);
    let standing = ground.standing("a.md", "public", "text").await;
    assert_eq!((standing.known, standing.twin), (None, None));
    let again = ground.publish("a.md", "public", "text").await;
    assert_ne!(again.document, published.document);
}

async fn what_was_under_way_when_its_document_was_removed_stays_out(ground: Ground) {
    let published = ground.publish("a.md", "public", "old").await;
    let (lease, items) = ground.job(&[("a.md", "public")]).await;
    let revision = Draft { document: published.document, ..draft(&items[0], "new") };
    ground.store.document_remove(ground.workspace, published.document).await.unwrap();
    ground.turn(1);
    ground.settle(&lease, &items[0], Change::Publish(Box::new(revision.clone()))).await;
    assert_eq!(ground.store.document_count(&ground.everything()).await.unwrap(), 0);
    assert_eq!(outbox(&ground).await, [Task::Delete(published.draft.version), Task::Delete(revision.version)]);
}

async fn relabelling_queues_the_label_as_it_is_when_it_is_told(ground: Ground) {
    let published = ground.publish("a.md", "public", "text").await;
    for who in ["restricted", "internal,groups=hr"] {
        assert!(ground.store.document_relabel(ground.workspace, published.document, &label(who)).await.unwrap());
    }
    let told = Task::Relabel(published.document, Some(label("internal,groups=hr")));
    assert_eq!(outbox(&ground).await, [told.clone(), told]);
    ground.turn(1); // what was decided first is told first
    ground.store.document_remove(ground.workspace, published.document).await.unwrap();
    let gone = Task::Relabel(published.document, None);
    assert!(outbox(&ground).await.starts_with(&[gone.clone(), gone]));

    let nobody = DocumentId(Uuid::from_u128(1));
    assert!(!ground.store.document_relabel(ground.workspace, nobody, &label("public")).await.unwrap());
    assert_eq!(outbox(&ground).await.len(), 3);
}

async fn a_name_finds_only_what_the_reader_may_know_of(ground: Ground) {
    let published = ground.publish("docs/pay.md", "internal,groups=hr", "text").await;
    let id = published.document.to_string();
    for (who, expected) in [
        ("restricted,groups=hr", Some(published.document)),
        ("internal,groups=hr+billing", Some(published.document)),
        ("internal,groups=billing", None),
        ("internal", None),
        ("customer,groups=hr", None),
        ("public", None),
    ] {
        for name in ["docs/pay.md", id.as_str()] {
            assert_eq!(
                ground.store.document_by_name(&ground.reader(who), name).await.unwrap(),
                expected,
                "{who} {name}"
            );
        }
    }
    for name in ["docs/pay", "DOCS/PAY.MD", "%", "", "' OR 1=1 --"] {
        assert_eq!(ground.store.document_by_name(&ground.everything(), name).await.unwrap(), None, "{name}");
    }
}

async fn documents_are_counted_per_reader(ground: Ground) {
    for (at, who) in ["public", "customer", "customer,groups=hr", "internal", "restricted,groups=hr"].iter().enumerate()
    {
        ground.publish(&format!("{at}.md"), who, &format!("text {at}")).await;
    }
    for (who, expected) in
        [("public", 1), ("customer", 2), ("customer,groups=hr", 3), ("restricted", 3), ("restricted,groups=hr", 5)]
    {
        assert_eq!(ground.store.document_count(&ground.reader(who)).await.unwrap(), expected, "{who}");
        assert_eq!(
            ground.store.document_live(&ground.reader(who), Cut::default()).await.unwrap().len(),
            expected,
            "{who}"
        );
    }
}

async fn a_label_that_cannot_be_read_is_an_error_everywhere(ground: Ground) {
    let published = ground.publish("a.md", "public", "text").await;
    ground.store.document_relabel(ground.workspace, published.document, &label("public")).await.unwrap();
    for damage in ["tier = 4", "tier = -1", "tier = 0, group_names = 'a,,b'", "tier = 0, group_names = 'HR'"] {
        ground.sql(&format!("UPDATE documents SET {damage}")).await;
        let (store, everything) = (&ground.store, ground.everything());
        let errors = [
            store.document_count(&everything).await.err().map(|error| error.to_string()),
            store.document_live(&everything, Cut::default()).await.err().map(|error| error.to_string()),
            store.document_by_name(&everything, "a.md").await.err().map(|error| error.to_string()),
            store
                .chunk_list(&everything, Cut::default(), &[published.draft.version])
                .await
                .err()
                .map(|error| error.to_string()),
            store.outbox_next(ground.workspace, 1).await.err().map(|error| error.to_string()),
        ];
        for error in errors {
            assert!(error.as_deref().is_some_and(|words| words.contains("does not understand")), "{damage}: {error:?}");
        }
    }
}

async fn outbox_rows_leave_when_struck_and_not_before(ground: Ground) {
    for at in 0..7 {
        let published = ground.publish(&format!("{at}.md"), "public", &format!("text {at}")).await;
        ground.store.document_remove(ground.workspace, published.document).await.unwrap();
        ground.turn(1);
    }
    let first = ground.store.outbox_next(ground.workspace, 3).await.unwrap();
    assert_eq!(first, ground.store.outbox_next(ground.workspace, 3).await.unwrap());
    let ids: Vec<String> = first.into_iter().map(|(id, _)| id).collect();
    ground.store.outbox_strike(&ids).await.unwrap();
    ground.store.outbox_strike(&ids).await.unwrap();
    ground.store.outbox_strike(&[]).await.unwrap();
    assert_eq!(ground.store.outbox_len(ground.workspace).await.unwrap(), 4);
    assert_eq!(ground.store.outbox_len(WorkspaceId(Uuid::from_u128(9))).await.unwrap(), 0);
}
