//! Opening: migrations, newer databases, odd paths, workspaces and generations.

use retrieval::model::Cut;
use server::clock::Clock;
use server::store::{Database, Originals, Store, StoreError};

use crate::ground::{Ground, generation, on_both};

on_both!(
    opens_twice_and_keeps_what_is_there,
    a_newer_database_is_refused_and_left_alone,
    a_workspace_is_made_once,
    a_generation_is_live_from_its_birth,
    a_length_is_unknown_and_known_in_turn,
    a_removed_workspace_takes_everything_with_it,
);

async fn opens_twice_and_keeps_what_is_there(ground: Ground) {
    let published = ground.publish("a.md", "public", "kept").await;
    let again = ground.open_again().await.unwrap();
    again.ping().await.unwrap();
    let found = again.document_by_name(&ground.everything(), "a.md").await.unwrap();
    assert_eq!(found, Some(published.document));
}

async fn a_newer_database_is_refused_and_left_alone(ground: Ground) {
    ground.publish("a.md", "public", "kept").await;
    ground
        .sql(
            "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
             SELECT 9999, 'from the future', installed_on, success, checksum, execution_time FROM _sqlx_migrations \
             WHERE version = 1",
        )
        .await;
    let refused = ground.open_again().await.err().unwrap();
    assert!(matches!(refused, StoreError::Newer), "{refused}");
    assert!(refused.to_string().contains("newer version of lectern"));
    ground.sql("DELETE FROM _sqlx_migrations WHERE version = 9999").await;
    let back = ground.open_again().await.unwrap();
    assert_eq!(back.document_count(&ground.everything()).await.unwrap(), 1);
}

async fn a_workspace_is_made_once(ground: Ground) {
    assert_eq!(ground.store.workspace_ensure("main").await.unwrap(), ground.workspace);
    let other = ground.store.workspace_ensure("other").await.unwrap();
    assert_ne!(other, ground.workspace);
    let together: Vec<_> = futures_util::future::join_all((0..8).map(|_| ground.store.workspace_ensure("raced"))).await;
    let ids: Vec<_> = together.into_iter().map(Result::unwrap).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

async fn a_generation_is_live_from_its_birth(ground: Ground) {
    assert_eq!(ground.store.generation_live(ground.workspace).await.unwrap(), Some(ground.generation.clone()));
    let other = ground.store.workspace_ensure("other").await.unwrap();
    assert_eq!(ground.store.generation_live(other).await.unwrap(), None);
    let first = ground.store.generation_begin(other, &generation(), Cut::default()).await.unwrap();
    assert_eq!(ground.store.generation_live(other).await.unwrap(), Some(first));
}

/// Often enough that every connection of a pool has done both.
async fn a_length_is_unknown_and_known_in_turn(ground: Ground) {
    let generation = ground.generation.id;
    for average in [None, Some(41.5), None, Some(0.25)].into_iter().cycle().take(80) {
        ground.store.generation_set_average_terms(generation, average).await.unwrap();
        assert_eq!(ground.store.generation_average_terms(generation).await.unwrap(), average);
    }
}

async fn a_removed_workspace_takes_everything_with_it(ground: Ground) {
    ground.publish("a.md", "public", "gone").await;
    ground.store.workspace_remove(ground.workspace).await.unwrap();
    assert_eq!(ground.store.document_count(&ground.everything()).await.unwrap(), 0);
    assert_eq!(ground.store.outbox_len(ground.workspace).await.unwrap(), 0);
    let again = ground.store.workspace_ensure("main").await.unwrap();
    assert_ne!(again, ground.workspace);
}

#[tokio::test]
async fn a_data_directory_may_have_any_name() {
    for name in ["with space", "100%", "a?b", "a#b", "a%41b", "Größe", "it's"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::create_dir(&path).unwrap();
        let (database, originals) = (Database::Sqlite(path.join("lectern.db")), Originals::open(&path).unwrap());
        let store = Store::open(&database, originals, Clock::system()).await.unwrap_or_else(|e| panic!("{name}: {e}"));
        store.workspace_ensure("main").await.unwrap();
        store.close().await;
        assert!(path.join("lectern.db").is_file(), "{name}: the database stands elsewhere");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lectern.db");
    std::fs::write(&path, "this is a letter to my aunt, and a long one: ".repeat(100)).unwrap();
    let opened = Store::open(&Database::Sqlite(path), Originals::open(folder.path()).unwrap(), Clock::system()).await;
    let error = opened.err().unwrap().to_string();
    assert!(error.contains("the database cannot be used") && error.contains("not a database"), "{error}");
}
