//! Errands and identities as the store keeps them, on both databases.

use std::time::Duration;

use retrieval::access::Role;
use server::store::{Identity, NewPerson, PersonError, PersonState};

use crate::ground::{Ground, label, on_both};

on_both!(an_errand_is_taken_once, an_identity_is_one_persons);

fn new(login: &str) -> NewPerson {
    NewPerson {
        login: login.into(),
        name: login.into(),
        role: Role::Reader,
        label: label("public"),
        state: PersonState::Active,
        password: None,
    }
}

async fn an_errand_is_taken_once(ground: Ground) {
    let (store, replica) = (&ground.store, ground.open_again().await.unwrap());
    let other = store.workspace_ensure("other").await.unwrap();
    store.errand_insert(ground.workspace, "a", Duration::from_secs(1)).await.unwrap();
    assert!(!store.errand_take(other, "a").await.unwrap());
    assert!(!store.errand_take(ground.workspace, "b").await.unwrap());
    assert!(replica.errand_take(ground.workspace, "a").await.unwrap());
    assert!(!store.errand_take(ground.workspace, "a").await.unwrap());
    store.errand_insert(ground.workspace, "c", Duration::from_secs(1)).await.unwrap();
    ground.turn(1_000);
    assert!(!store.errand_take(ground.workspace, "c").await.unwrap());
}

async fn an_identity_is_one_persons(ground: Ground) {
    let (store, workspace) = (&ground.store, ground.workspace);
    let identity = |subject| Identity { issuer: "https://id.example", subject };
    let ada = store.identity_make(workspace, identity("1"), &new("ada")).await.unwrap().unwrap();
    let known =
        async |subject| store.identity_person(workspace, identity(subject)).await.unwrap().map(|found| found.id);
    assert_eq!((known("1").await, known("2").await), (Some(ada), None));
    let elsewhere = Identity { issuer: "https://other.example", subject: "1" };
    assert_eq!(store.identity_person(workspace, elsewhere).await.unwrap(), None);
    // Somebody is known so: nobody is made.
    assert_eq!(store.identity_make(workspace, identity("1"), &new("bob")).await.unwrap(), None);
    let taken = store.identity_make(workspace, identity("2"), &new("ada")).await;
    assert!(matches!(taken, Err(PersonError::LoginTaken(_))), "{taken:?}");
    assert_eq!(store.people(workspace, "", 10).await.unwrap().len(), 1);
    // One name each, of one house.
    assert!(!store.identity_link(workspace, identity("2"), ada).await.unwrap());
    assert!(store.identity_link(workspace, elsewhere, ada).await.unwrap());
    assert_eq!(known("2").await, None);
    store.person_remove(workspace, ada).await.unwrap();
    assert_eq!(known("1").await, None);
}
