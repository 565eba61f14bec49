//! Evaluations: the latest runs of every set, in both databases.

use retrieval::model::GenerationId;
use serde_json::json;
use server::store::{Evaluation, StoreError};
use uuid::Uuid;

use crate::ground::{Ground, HOUR_MS, on_both};

on_both!(
    the_latest_runs_of_every_set_come_in_order,
    a_run_that_cannot_be_read_is_named,
    runs_leave_with_their_workspace,
);

fn run(set: &str, mode: &str, ndcg: f64) -> Evaluation {
    Evaluation {
        set: set.to_owned(),
        kind: "retrieval".to_owned(),
        mode: mode.to_owned(),
        settings: json!({"language": "english"}),
        measures: json!({"ndcg_at_10": ndcg, "of_each": [0.5, 1.0]}),
    }
}

async fn keep(ground: &Ground, generation: Option<GenerationId>, evaluation: &Evaluation) {
    ground.store.evaluation_insert(ground.workspace, generation, evaluation).await.unwrap();
    ground.turn(HOUR_MS);
}

async fn the_latest_runs_of_every_set_come_in_order(ground: Ground) {
    let generation = Some(GenerationId(Uuid::from_u128(7)));
    for (set, mode, ndcg) in [("b", "full", 0.1), ("a", "full", 0.2), ("a", "dense", 0.3), ("a", "full", 0.4)] {
        keep(&ground, generation, &run(set, mode, ndcg)).await;
    }
    keep(&ground, None, &run("a", "full", 0.6)).await;
    let latest = |set: Option<&'static str>, many| {
        let (store, workspace) = (ground.store.clone(), ground.workspace);
        async move {
            let found = store.evaluation_latest(workspace, set, many).await.unwrap();
            found.into_iter().map(|(_, found)| found).collect::<Vec<_>>()
        }
    };
    let (dense, newest, before, other) =
        (run("a", "dense", 0.3), run("a", "full", 0.6), run("a", "full", 0.4), run("b", "full", 0.1));
    assert_eq!(latest(None, 2).await, [dense.clone(), newest.clone(), before, other.clone()]);
    assert_eq!(latest(None, 1).await, [dense, newest, other.clone()]);
    assert_eq!(latest(Some("b"), 2).await, [other]);
    assert_eq!(latest(Some("'; DROP TABLE evaluations; --"), 2).await, []);
    let times: Vec<i64> = ground
        .store
        .evaluation_latest(ground.workspace, Some("a"), 9)
        .await
        .unwrap()
        .iter()
        .map(|(at, _)| *at)
        .collect();
    assert_eq!((times[1] - times[2], times[2] - times[3]), (HOUR_MS, 2 * HOUR_MS));
}

async fn a_run_that_cannot_be_read_is_named(ground: Ground) {
    keep(&ground, None, &run("scifact", "full", 0.5)).await;
    ground.sql("UPDATE evaluations SET measures = 'garbage'").await;
    let error = ground.store.evaluation_latest(ground.workspace, None, 2).await.unwrap_err();
    assert!(matches!(&error, StoreError::Unreadable(what) if what.contains("scifact")), "{error}");
}

async fn runs_leave_with_their_workspace(ground: Ground) {
    keep(&ground, None, &run("a", "full", 0.5)).await;
    let other = ground.store.workspace_ensure("other").await.unwrap();
    assert!(ground.store.evaluation_latest(other, None, 2).await.unwrap().is_empty());
    ground.store.workspace_remove(ground.workspace).await.unwrap();
    assert!(ground.store.evaluation_latest(ground.workspace, None, 2).await.unwrap().is_empty());
}
