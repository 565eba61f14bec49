//! Keys of requests that may come twice: one runs, its answer is kept for a day, and dead claims do not stay.

use server::store::{Claimed, KEPT_FOR_MS, RUNS_FOR_MS, RepeatKey};

use crate::ground::{Ground, on_both};

on_both!(
    one_runs_and_the_others_hear_of_it,
    what_was_given_up_or_died_is_free,
    an_answer_is_kept_for_a_day,
    of_two_servers_one_runs,
);

fn key(ground: &Ground, asker: &str) -> RepeatKey {
    RepeatKey { workspace: ground.workspace, asker: asker.into(), key_hash: "k".into() }
}

fn fresh(claimed: Claimed) -> String {
    match claimed {
        Claimed::Fresh(claim) => claim,
        other => panic!("not free: {other:?}"),
    }
}

async fn one_runs_and_the_others_hear_of_it(ground: Ground) {
    let (store, key) = (&ground.store, key(&ground, "ada"));
    let claim = fresh(store.repeat_claim(&key).await.unwrap());
    assert_eq!(store.repeat_claim(&key).await.unwrap(), Claimed::Running);
    store.repeat_answer(&key, "another claim", "b", (500, "no")).await.unwrap();
    assert_eq!(store.repeat_claim(&key).await.unwrap(), Claimed::Running);
    store.repeat_answer(&key, &claim, "body", (202, "{}")).await.unwrap();
    let answered = Claimed::Answered { body_hash: "body".into(), status: 202, reply: "{}".into() };
    assert_eq!(store.repeat_claim(&key).await.unwrap(), answered);
    store.repeat_give_up(&key, &claim).await.unwrap();
    assert_eq!(store.repeat_claim(&key).await.unwrap(), answered);
    fresh(store.repeat_claim(&self::key(&ground, "bob")).await.unwrap());
}

async fn what_was_given_up_or_died_is_free(ground: Ground) {
    let (store, key) = (&ground.store, key(&ground, "ada"));
    let claim = fresh(store.repeat_claim(&key).await.unwrap());
    store.repeat_give_up(&key, &claim).await.unwrap();
    let dead = fresh(store.repeat_claim(&key).await.unwrap());
    ground.turn(RUNS_FOR_MS + 1);
    let alive = fresh(store.repeat_claim(&key).await.unwrap());
    // Whoever was taken for dead writes nothing any more.
    store.repeat_answer(&key, &dead, "b", (202, "late")).await.unwrap();
    store.repeat_give_up(&key, &dead).await.unwrap();
    assert_eq!(store.repeat_claim(&key).await.unwrap(), Claimed::Running);
    store.repeat_answer(&key, &alive, "b", (202, "right")).await.unwrap();
    assert!(matches!(store.repeat_claim(&key).await.unwrap(), Claimed::Answered { reply, .. } if reply == "right"));
}

async fn an_answer_is_kept_for_a_day(ground: Ground) {
    let (store, key) = (&ground.store, key(&ground, "ada"));
    let claim = fresh(store.repeat_claim(&key).await.unwrap());
    store.repeat_answer(&key, &claim, "body", (202, "{}")).await.unwrap();
    ground.turn(KEPT_FOR_MS);
    assert!(matches!(store.repeat_claim(&key).await.unwrap(), Claimed::Answered { .. }));
    ground.turn(1);
    fresh(store.repeat_claim(&key).await.unwrap());
}

async fn of_two_servers_one_runs(ground: Ground) {
    let other = ground.open_again().await.unwrap();
    let key = key(&ground, "ada");
    let (here, there) = tokio::join!(ground.store.repeat_claim(&key), other.repeat_claim(&key));
    let mut claims = [here.unwrap(), there.unwrap()];
    claims.sort_by_key(|claim| *claim == Claimed::Running);
    assert!(matches!(claims, [Claimed::Fresh(_), Claimed::Running]), "{claims:?}");
}
