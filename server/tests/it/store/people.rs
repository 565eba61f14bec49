//! People and what they hold, on both databases: what is kept, what goes with whom, and what two at once cannot do.

use std::time::Duration;

use retrieval::access::{AccessTier, Role, Scope};
use retrieval::model::{PersonId, WorkspaceId};
use server::people::door::{Door, Stay};
use server::people::{KeyWish, Link, LinkPurpose, People, PersonChange, PersonError, PersonState, Whence};
use server::store::{NewPerson, Redemption, Store};

use crate::ground::{Ground, HOUR_MS, label, on_both};

on_both!(
    people_are_found_by_login_and_listed_in_its_order,
    a_change_is_whole_or_not_at_all,
    what_somebody_holds_goes_with_them,
    two_admins_do_not_demote_each_other_at_once,
    a_name_written_back_does_not_undo_a_demotion,
    of_many_first_admins_at_once_one_is_made,
    a_link_is_used_up_by_one_of_many,
    links_and_stays_that_are_over_are_swept,
    a_key_is_counted_and_known_with_its_owner,
    a_workspace_knows_its_own_alone,
    groups_are_counted_for_who_may_know,
);

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g";

fn new(login: &str, role: Role, who: &str) -> NewPerson {
    let (login, name, state) = (login.to_owned(), login.to_owned(), PersonState::Active);
    NewPerson { login, name, role, label: label(who), state, password: Some(HASH.into()) }
}

async fn add(ground: &Ground, login: &str, role: Role) -> PersonId {
    ground.store.person_insert(ground.workspace, &new(login, role, "internal")).await.unwrap()
}

fn people(store: &Store, workspace: WorkspaceId) -> People {
    let stay = Stay { idle: Duration::from_secs(3_600), longest: Duration::from_secs(7_200) };
    let operator = "operator".to_owned().into();
    People::new(Door { store: store.clone(), workspace, operator, visitors: true, stay })
}

async fn people_are_found_by_login_and_listed_in_its_order(ground: Ground) {
    let (store, workspace) = (&ground.store, ground.workspace);
    for login in ["eve", "ada", "bob"] {
        add(&ground, login, Role::Reader).await;
    }
    let logins = async |after: &str, limit| -> Vec<String> {
        store.people(workspace, after, limit).await.unwrap().into_iter().map(|person| person.login).collect()
    };
    assert_eq!(logins("", 9).await, ["ada", "bob", "eve"]);
    assert_eq!(logins("ada", 1).await, ["bob"]);
    assert_eq!(logins("eve", 9).await, [""; 0]);
    let (bob, kept) = store.person_by_login(workspace, "bob").await.unwrap().unwrap();
    assert_eq!((bob.login.as_str(), kept.as_deref(), bob.has_password), ("bob", Some(HASH), true));
    assert_eq!(store.person_named(workspace, "bob").await.unwrap(), Some(bob));
    assert_eq!(store.person_named(workspace, "Bob").await.unwrap(), None);
    let taken = store.person_insert(workspace, &new("bob", Role::Admin, "public")).await.err().unwrap();
    assert!(matches!(taken, PersonError::LoginTaken(login) if login == "bob"));
}

async fn a_change_is_whole_or_not_at_all(ground: Ground) {
    let (store, workspace) = (&ground.store, ground.workspace);
    let ada = add(&ground, "ada", Role::Reader).await;
    let before = store.person(workspace, ada).await.unwrap().unwrap();
    let groups = Some(label("public,groups=nowhere").groups);
    let change =
        PersonChange { name: Some("Ada".into()), tier: Some(AccessTier::Public), groups, ..Default::default() };
    let error = store.person_change(workspace, ada, &change).await.err().unwrap();
    assert!(matches!(error, PersonError::NoSuchGroup(group) if group.as_str() == "nowhere"));
    assert_eq!(store.person(workspace, ada).await.unwrap().unwrap(), before);
    store.group_insert(workspace, &"nowhere".parse().unwrap()).await.unwrap();
    assert!(store.person_change(workspace, ada, &change).await.unwrap());
    let after = store.person(workspace, ada).await.unwrap().unwrap();
    assert_eq!((after.name.as_str(), after.label), ("Ada", label("public,groups=nowhere")));
}

async fn what_somebody_holds_goes_with_them(ground: Ground) {
    let (store, workspace) = (&ground.store, ground.workspace);
    let (people, ada) = (people(store, workspace), add(&ground, "ada", Role::Reader).await);
    let hold = async || {
        let whence = Whence { address: "here".into(), agent: "test".into() };
        people.stay(ada, "password", &whence).await.unwrap();
        let wish = KeyWish { name: "k".into(), scopes: [Scope::Read].into(), within: None, lasts: None };
        people.make_key(ada, &wish).await.unwrap();
        let person = store.person(workspace, ada).await.unwrap().unwrap();
        people.link_again(&person).await.unwrap();
    };
    let held = async || {
        let count = "SELECT (SELECT COUNT(*) FROM sign_ins) || ' ' || (SELECT COUNT(*) FROM api_keys) || ' ' || \
                     (SELECT COUNT(*) FROM links) || ' ' || (SELECT COUNT(*) FROM memberships)";
        ground.texts(count).await
    };
    hold().await;
    assert_eq!(held().await, ["1 1 1 0"]);
    store.password_set(ada, HASH).await.unwrap();
    assert_eq!(held().await, ["0 1 0 0"], "another password ends stays and links");
    hold().await;
    let change = PersonChange { state: Some(PersonState::Suspended), ..Default::default() };
    store.person_change(workspace, ada, &change).await.unwrap();
    assert_eq!(held().await, ["0 2 0 0"], "keys of the suspended do not open, and are theirs still");
    assert!(store.person_remove(workspace, ada).await.unwrap());
    assert!(!store.person_remove(workspace, ada).await.unwrap());
    assert_eq!(held().await, ["0 0 0 0"]);
}

async fn two_admins_do_not_demote_each_other_at_once(ground: Ground) {
    let (store, workspace) = (ground.store.clone(), ground.workspace);
    for round in 0..5 {
        let admins = [
            add(&ground, &format!("a{round}"), Role::Admin).await,
            add(&ground, &format!("b{round}"), Role::Admin).await,
        ];
        let demote = |person| {
            let store = store.clone();
            let change = PersonChange { role: Some(Role::Reader), ..Default::default() };
            tokio::spawn(async move { store.person_change(workspace, person, &change).await })
        };
        let done = [demote(admins[0]), demote(admins[1])];
        let mut refused = 0;
        for done in done {
            match done.await.unwrap() {
                Ok(true) => {}
                Err(PersonError::LastAdmin) => refused += 1,
                other => panic!("{other:?}"),
            }
        }
        assert!(store.has_admin(workspace).await.unwrap());
        assert_eq!(refused, 1, "round {round}");
        for admin in admins {
            ground.sql(&format!("DELETE FROM people WHERE id = '{admin}'")).await;
        }
    }
}

async fn a_name_written_back_does_not_undo_a_demotion(ground: Ground) {
    let (store, workspace) = (ground.store.clone(), ground.workspace);
    add(&ground, "root", Role::Admin).await;
    for round in 0..10 {
        let ada = add(&ground, &format!("ada{round}"), Role::Admin).await;
        let change = |change: PersonChange| {
            let store = store.clone();
            tokio::spawn(async move { store.person_change(workspace, ada, &change).await.unwrap() })
        };
        let both = [
            change(PersonChange { role: Some(Role::Reader), ..Default::default() }),
            change(PersonChange { name: Some("Ada".into()), ..Default::default() }),
        ];
        for done in both {
            assert!(done.await.unwrap());
        }
        let after = store.person(workspace, ada).await.unwrap().unwrap();
        assert_eq!((after.role, after.name.as_str()), (Role::Reader, "Ada"), "round {round}");
    }
}

fn redemption(login: &str) -> Redemption {
    Redemption { login: Some(login.into()), name: None, password: HASH.into() }
}

async fn of_many_first_admins_at_once_one_is_made(ground: Ground) {
    let (store, workspace) = (ground.store.clone(), ground.workspace);
    let day = Duration::from_secs(86_400);
    let first = Link { purpose: LinkPurpose::FirstAdmin, person: None };
    store.link_insert(workspace, first, "hash 0", day).await.unwrap();
    // As several servers would have printed them at once.
    for number in 1..6 {
        let insert = format!(
            "INSERT INTO links (secret_hash, workspace_id, purpose, ends_ms, created_ms) \
             SELECT 'hash {number}', workspace_id, purpose, ends_ms, created_ms FROM links WHERE secret_hash = 'hash 0'"
        );
        ground.sql(&insert).await;
    }
    let redeem = |number: usize| {
        let store = store.clone();
        let redemption = redemption(&format!("root{number}"));
        tokio::spawn(async move { store.link_redeem(workspace, &format!("hash {number}"), &redemption).await.unwrap() })
    };
    let redeemed: Vec<_> = (0..6).map(redeem).collect();
    let mut admins = 0;
    for done in redeemed {
        admins += usize::from(done.await.unwrap().is_some());
    }
    assert_eq!(admins, 1);
    assert_eq!(store.people(workspace, "", 9).await.unwrap().len(), 1);
}

async fn a_link_is_used_up_by_one_of_many(ground: Ground) {
    let (store, workspace) = (ground.store.clone(), ground.workspace);
    let ada = add(&ground, "ada", Role::Reader).await;
    let reset = Link { purpose: LinkPurpose::Reset, person: Some(ada) };
    store.link_insert(workspace, reset, "hash", Duration::from_secs(60)).await.unwrap();
    assert_eq!(store.link(workspace, "hash").await.unwrap(), Some(reset));
    let redeem = |_| {
        let store = store.clone();
        tokio::spawn(async move { store.link_redeem(workspace, "hash", &redemption("x")).await.unwrap() })
    };
    let redeemed: Vec<_> = (0..6).map(redeem).collect();
    let mut used = 0;
    for done in redeemed {
        used += usize::from(done.await.unwrap() == Some(ada));
    }
    assert_eq!(used, 1);
    assert_eq!(store.person(workspace, ada).await.unwrap().unwrap().login, "ada", "their login stays their own");
}

async fn links_and_stays_that_are_over_are_swept(ground: Ground) {
    let (store, workspace) = (&ground.store, ground.workspace);
    let (people, ada) = (people(store, workspace), add(&ground, "ada", Role::Reader).await);
    let whence = Whence { address: "here".into(), agent: "test".into() };
    people.stay(ada, "password", &whence).await.unwrap();
    people.link_again(&store.person(workspace, ada).await.unwrap().unwrap()).await.unwrap();
    assert_eq!(people.sweep().await.unwrap(), 0);
    ground.turn(HOUR_MS + 1);
    assert_eq!(people.sweep().await.unwrap(), 1, "the stay, unused for an hour");
    ground.turn(24 * HOUR_MS);
    assert_eq!(people.sweep().await.unwrap(), 1, "the link");
    assert_eq!(people.sweep().await.unwrap(), 0);
}

async fn a_key_is_counted_and_known_with_its_owner(ground: Ground) {
    let (store, workspace) = (&ground.store, ground.workspace);
    let (people, ada) = (people(store, workspace), add(&ground, "ada", Role::Reader).await);
    let eve = add(&ground, "eve", Role::Reader).await;
    let within = Some(label("customer,groups=billing+hr"));
    let wish = KeyWish { name: "k".into(), scopes: Scope::ALL.into(), within: within.clone(), lasts: None };
    let (id, minted) = people.make_key(ada, &wish).await.unwrap();
    let key = store.key(workspace, id).await.unwrap().unwrap();
    assert_eq!((key.owner, key.owner_login.as_str(), &key.within, key.ends_ms), (ada, "ada", &within, None));
    assert_eq!((key.scopes.clone(), minted.text.reveal().starts_with(&key.prefix)), (Scope::ALL.into(), true));
    assert_eq!((store.keys_count(ada).await.unwrap(), store.keys_count(eve).await.unwrap()), (1, 0));
    assert_eq!(store.keys(workspace, None).await.unwrap(), std::slice::from_ref(&key));
    assert_eq!(
        (store.keys(workspace, Some(ada)).await.unwrap(), store.keys(workspace, Some(eve)).await.unwrap()),
        (vec![key], vec![])
    );
    assert!(store.key_remove(id).await.unwrap() && !store.key_remove(id).await.unwrap());
}

async fn a_workspace_knows_its_own_alone(ground: Ground) {
    let (store, here) = (&ground.store, ground.workspace);
    let there = store.workspace_ensure("other").await.unwrap();
    let ada = store.person_insert(there, &new("ada", Role::Admin, "internal")).await.unwrap();
    let wish = KeyWish { name: "k".into(), scopes: Scope::ALL.into(), within: None, lasts: None };
    let (key, minted) = people(store, there).make_key(ada, &wish).await.unwrap();
    let reset = Link { purpose: LinkPurpose::Reset, person: Some(ada) };
    store.link_insert(there, reset, "hash", Duration::from_secs(60)).await.unwrap();

    assert_eq!(store.person(here, ada).await.unwrap(), None);
    assert_eq!(store.person_named(here, "ada").await.unwrap(), None);
    assert!(store.people(here, "", 9).await.unwrap().is_empty() && store.keys(here, None).await.unwrap().is_empty());
    assert!(store.keys(here, Some(ada)).await.unwrap().is_empty());
    assert_eq!(store.key(here, key).await.unwrap(), None);
    assert_eq!(store.link(here, "hash").await.unwrap(), None);
    assert_eq!(store.link_redeem(here, "hash", &redemption("x")).await.unwrap(), None);
    let change = PersonChange { role: Some(Role::Reader), ..Default::default() };
    assert!(!store.person_change(here, ada, &change).await.unwrap() && !store.person_remove(here, ada).await.unwrap());
    assert!(!store.has_admin(here).await.unwrap());
    assert!(people(store, here).make_key(ada, &wish).await.is_err());
    let door = people(store, here).door;
    let held = server::people::door::Held::Bearer(minted.text.reveal());
    assert!(door.enter(held).await.is_err(), "a key of another workspace does not open this one");
    assert_eq!(store.link(there, "hash").await.unwrap(), Some(reset));
}

async fn groups_are_counted_for_who_may_know(ground: Ground) {
    let (store, workspace) = (&ground.store, ground.workspace);
    for group in ["hr", "billing"] {
        assert!(store.group_insert(workspace, &group.parse().unwrap()).await.unwrap());
    }
    assert!(!store.group_insert(workspace, &"hr".parse().unwrap()).await.unwrap());
    store.person_insert(workspace, &new("ada", Role::Reader, "internal,groups=hr")).await.unwrap();
    ground.publish("pay.md", "internal,groups=hr", "pay").await;
    ground.publish("deal.md", "restricted,groups=billing+hr", "deal").await;
    let lines = async |clearance| -> Vec<(String, usize, usize)> {
        let found = store.groups(&clearance).await.unwrap();
        found.into_iter().map(|line| (line.group.to_string(), line.members, line.documents)).collect()
    };
    let line = |name: &str, members, documents| (name.to_owned(), members, documents);
    assert_eq!(lines(ground.everything()).await, [line("billing", 0, 1), line("hr", 1, 2)]);
    assert_eq!(lines(ground.reader("internal,groups=hr")).await, [line("billing", 0, 0), line("hr", 1, 1)]);
    assert!(store.group_remove(workspace, &"hr".parse().unwrap()).await.unwrap());
    assert!(!store.group_remove(workspace, &"hr".parse().unwrap()).await.unwrap());
    assert_eq!(lines(ground.everything()).await, [line("billing", 0, 1)]);
    assert!(store.person_named(workspace, "ada").await.unwrap().unwrap().label.groups.is_empty());
}
