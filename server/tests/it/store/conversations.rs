//! Conversations in the store: whose they are, in what order they were said, and what of them is readable now.

use std::collections::BTreeSet;

use retrieval::access::{AccessLabel, AccessTier, Clearance, Principal, Role};
use retrieval::model::{ConversationId, DocumentId, PersonId, PointId};
use server::store::{
    Conversation, NewPerson, NewTurn, Owner, Part, PersonChange, PersonState, Quoted, Rest, Store, Turn,
};

use crate::ground::{Ground, HOUR_MS, Published, label, on_both};

on_both!(
    a_conversation_is_its_owners_alone,
    turns_come_back_in_the_order_in_which_they_were_said,
    turns_that_are_said_at_once_stand_one_behind_the_other,
    an_answer_is_read_as_long_as_all_that_it_rests_on,
    another_version_changes_no_answer,
    what_was_carried_is_hidden_by_itself,
    titles_and_addresses_are_told_as_they_are_now,
    what_is_unused_ends,
    with_the_person_goes_what_they_said,
    a_row_that_cannot_be_read_is_an_error,
);

const SECRET: &str = "zebra seventeen";

pub(super) fn owner(name: &str) -> Owner {
    Owner { name: name.into(), person: None }
}

pub(super) async fn begun(ground: &Ground, name: &str) -> Conversation {
    ground.store.conversation_insert(ground.workspace, &owner(name), None).await.unwrap().unwrap()
}

pub(super) fn cited(ground: &Ground, published: &Published) -> Rest {
    let quoted = Quoted { n: 1, quote: SECRET.into(), bytes: 3..18, page: Some(2), heading: "A > B".into() };
    Rest { part: Part::Cited(quoted), ..named(ground, published) }
}

pub(super) fn named(ground: &Ground, published: &Published) -> Rest {
    let (document, version) = (published.document, published.draft.version);
    let point = PointId::of(ground.workspace, document, version, 0);
    Rest { document, version, point, part: Part::Named }
}

async fn say(store: &Store, conversation: &Conversation, question: &str, rests: &[Rest]) -> Option<i64> {
    let turn = NewTurn {
        question,
        asked_as: Some("asked otherwise"),
        answer: SECRET,
        declined: false,
        record: None,
        clearance: "a note",
        simulated: false,
        rests,
    };
    store.turn_append(conversation, &turn).await.unwrap()
}

pub(super) async fn turns(ground: &Ground, clearance: &Clearance, conversation: &Conversation) -> Vec<Turn> {
    ground.store.turns(clearance, conversation, 0, 100).await.unwrap()
}

/// The only turn, both ways to read it being one.
async fn only(ground: &Ground, clearance: &Clearance, conversation: &Conversation) -> Turn {
    let found = turns(ground, clearance, conversation).await;
    assert_eq!(found, ground.store.turns_last(clearance, conversation, 6).await.unwrap());
    let [turn] = &found[..] else { panic!("{found:?}") };
    turn.clone()
}

async fn check(ground: &Ground, clearance: &Clearance, conversation: &Conversation, is_readable: bool) {
    let turn = only(ground, clearance, conversation).await;
    assert_eq!(turn.question, "why?");
    assert_eq!(turn.answer.is_some(), is_readable, "{turn:?}");
    assert_eq!(format!("{turn:?}").contains(SECRET), is_readable, "{turn:?}");
}

async fn a_conversation_is_its_owners_alone(ground: Ground) {
    let (store, here) = (&ground.store, ground.workspace);
    let elsewhere = store.workspace_ensure("other").await.unwrap();
    let mine = begun(&ground, "person a").await;
    let theirs = store.conversation_insert(elsewhere, &owner("person a"), None).await.unwrap().unwrap();
    for (workspace, name, id, expected) in [
        (here, "person a", mine.id, true),
        (here, "person b", mine.id, false),
        (here, "", mine.id, false),
        (here, "person a%", mine.id, false),
        (elsewhere, "person a", mine.id, false),
        (here, "person a", theirs.id, false),
        (here, "person a", ConversationId(uuid::Uuid::nil()), false),
    ] {
        let found = store.conversation(workspace, &owner(name), id).await.unwrap();
        assert_eq!(found.is_some(), expected, "{name} {id}");
        let listed = store.conversations(workspace, &owner(name), None, 10).await.unwrap();
        assert_eq!(listed.iter().any(|one| one.id == id), expected, "{name} {id}");
        if !expected {
            assert!(!store.conversation_remove(workspace, &owner(name), id).await.unwrap(), "{name} {id}");
        }
    }
    let taken = store.conversation_insert(here, &owner("person b"), Some(mine.id)).await.unwrap();
    assert_eq!(taken, None, "an id is somebody's");
    say(store, &mine, "why?", &[]).await.unwrap();
    assert!(store.conversation_remove(here, &owner("person a"), mine.id).await.unwrap());
    assert_eq!(store.conversation(here, &owner("person a"), mine.id).await.unwrap(), None);
    assert_eq!(turns(&ground, &ground.everything(), &mine).await, []);
    assert_eq!(say(store, &mine, "still there?", &[]).await, None, "what is gone takes no turn");
}

async fn turns_come_back_in_the_order_in_which_they_were_said(ground: Ground) {
    let (store, everything) = (&ground.store, ground.everything());
    let conversation = begun(&ground, "operator").await;
    for n in 1..=9 {
        assert_eq!(say(store, &conversation, &n.to_string(), &[]).await, Some(n));
    }
    let questions = |turns: Vec<Turn>| turns.into_iter().map(|turn| turn.question).collect::<Vec<_>>().join("");
    assert_eq!(questions(turns(&ground, &everything, &conversation).await), "123456789");
    assert_eq!(questions(store.turns(&everything, &conversation, 3, 4).await.unwrap()), "4567");
    assert_eq!(questions(store.turns(&everything, &conversation, 9, 4).await.unwrap()), "");
    assert_eq!(questions(store.turns_last(&everything, &conversation, 6).await.unwrap()), "456789");
    ground.turn(1);
    let ids: Vec<ConversationId> = vec![begun(&ground, "operator").await.id, conversation.id];
    let first = store.conversations(ground.workspace, &owner("operator"), None, 1).await.unwrap();
    let second = store.conversations(ground.workspace, &owner("operator"), Some(first[0].id), 9).await.unwrap();
    assert_eq!([first, second].concat().iter().map(|one| one.id).collect::<Vec<_>>(), ids);
}

async fn turns_that_are_said_at_once_stand_one_behind_the_other(ground: Ground) {
    let conversation = begun(&ground, "operator").await;
    let said = (0..40).map(|n| {
        let (store, conversation) = (ground.store.clone(), conversation.clone());
        tokio::spawn(async move { say(&store, &conversation, &n.to_string(), &[]).await })
    });
    let mut ordinals = BTreeSet::new();
    for said in said.collect::<Vec<_>>() {
        ordinals.extend(said.await.unwrap());
    }
    assert_eq!(ordinals, (1..=40).collect());
    let kept = turns(&ground, &ground.everything(), &conversation).await;
    assert_eq!(kept.iter().map(|turn| turn.ordinal).collect::<BTreeSet<_>>(), ordinals);
    assert_eq!(kept.iter().map(|turn| &turn.question).collect::<BTreeSet<_>>().len(), 40);
}

async fn an_answer_is_read_as_long_as_all_that_it_rests_on(ground: Ground) {
    let (store, here) = (&ground.store, ground.workspace);
    let relabelled = |document: DocumentId, who: &'static str| async move {
        assert!(store.document_relabel(here, document, &label(who)).await.unwrap());
    };
    for is_cited in [true, false] {
        let origin = |name: &str| format!("{name}-{is_cited}.md");
        let [stays, moves, goes] = [
            ground.publish(&origin("stays"), "public", "stays").await,
            ground.publish(&origin("moves"), "internal", "moves").await,
            ground.publish(&origin("goes"), "internal", "goes").await,
        ];
        let rest = |published: &Published| if is_cited { cited(&ground, published) } else { named(&ground, published) };
        let [first, second] = [begun(&ground, "person a").await, begun(&ground, "person a").await];
        say(store, &first, "why?", &[rest(&stays), rest(&moves)]).await.unwrap();
        say(store, &second, "why?", &[rest(&goes), rest(&stays)]).await.unwrap();
        let (internal, public) = (ground.reader("internal"), ground.reader("public"));
        check(&ground, &internal, &first, true).await;
        check(&ground, &public, &first, false).await;
        relabelled(moves.document, "internal,groups=hr").await;
        check(&ground, &internal, &first, false).await;
        check(&ground, &ground.reader("internal,groups=hr"), &first, true).await;
        check(&ground, &ground.reader("internal,groups=it"), &first, false).await;
        check(&ground, &ground.reader("customer,groups=hr"), &first, false).await;
        relabelled(moves.document, "restricted").await;
        check(&ground, &internal, &first, false).await;
        relabelled(moves.document, "public").await;
        check(&ground, &public, &first, true).await;
        check(&ground, &internal, &second, true).await;
        store.document_remove(here, goes.document).await.unwrap();
        check(&ground, &ground.everything(), &second, false).await;
        let elsewhere = store.workspace_ensure("other").await.unwrap();
        let foreign = Principal::upkeep(elsewhere, "test").clearance().unwrap();
        check(&ground, &foreign, &first, false).await;
    }
}

async fn another_version_changes_no_answer(ground: Ground) {
    let published = ground.publish("a.md", "internal", "before").await;
    let conversation = begun(&ground, "person a").await;
    say(&ground.store, &conversation, "why?", &[cited(&ground, &published)]).await.unwrap();
    let (lease, mut items) = ground.job(&[("a.md", "internal")]).await;
    items[0].document = published.document;
    let draft = crate::ground::draft(&items[0], "after");
    ground.settle(&lease, &items[0], ingest::ports::Change::Publish(Box::new(draft))).await;
    check(&ground, &ground.reader("internal"), &conversation, true).await;
    check(&ground, &ground.reader("customer"), &conversation, false).await;
}

async fn what_was_carried_is_hidden_by_itself(ground: Ground) {
    let [own, carried] =
        [ground.publish("own.md", "public", "own").await, ground.publish("carried.md", "internal", "carried").await];
    let conversation = begun(&ground, "person a").await;
    let lent = Rest { part: Part::Carried, ..named(&ground, &carried) };
    say(&ground.store, &conversation, "why?", &[cited(&ground, &own), lent]).await.unwrap();
    let seen = only(&ground, &ground.reader("internal"), &conversation).await;
    assert_eq!(seen.asked_as.as_deref(), Some("asked otherwise"));
    assert_eq!(seen.answer.unwrap().rests.len(), 1);
    let seen = only(&ground, &ground.reader("public"), &conversation).await;
    assert!(seen.asked_as.is_none() && seen.answer.is_some(), "{seen:?}");
}

async fn titles_and_addresses_are_told_as_they_are_now(ground: Ground) {
    let published = ground.publish("https://example.test/a", "public", "text").await;
    let conversation = begun(&ground, "person a").await;
    say(&ground.store, &conversation, "why?", &[cited(&ground, &published)]).await.unwrap();
    ground.sql("UPDATE versions SET title = 'Another title'").await;
    let turn = only(&ground, &ground.reader("public"), &conversation).await;
    let [cited] = &turn.answer.as_ref().unwrap().citations[..] else { panic!("{turn:?}") };
    assert_eq!((cited.title.as_str(), cited.origin.as_str()), ("Another title", "https://example.test/a"));
    let quoted = Quoted { n: 1, quote: SECRET.into(), bytes: 3..18, page: Some(2), heading: "A > B".into() };
    assert_eq!((cited.document, &cited.quoted), (published.document, &quoted));
}

async fn what_is_unused_ends(ground: Ground) {
    let (store, everything) = (&ground.store, ground.everything());
    let is_there = |id| async move { store.conversation(ground.workspace, &owner("operator"), id).await.unwrap() };
    let [empty, used] = [begun(&ground, "operator").await, begun(&ground, "operator").await];
    say(store, &used, "1", &[]).await.unwrap();
    ground.turn(24 * HOUR_MS - 1);
    assert!(is_there(empty.id).await.is_some());
    ground.turn(1);
    assert!(is_there(empty.id).await.is_none() && is_there(used.id).await.is_some());
    assert_eq!(say(store, &empty, "too late", &[]).await, None);
    ground.turn(28 * 24 * HOUR_MS);
    assert_eq!(say(store, &used, "2", &[]).await, Some(2));
    ground.turn(30 * 24 * HOUR_MS - 1);
    assert!(is_there(used.id).await.is_some());
    assert_eq!(store.conversations_sweep().await.unwrap(), 1);
    ground.turn(1);
    assert!(is_there(used.id).await.is_none());
    assert_eq!(store.conversations(ground.workspace, &owner("operator"), None, 9).await.unwrap(), []);
    assert!(!store.conversation_remove(ground.workspace, &owner("operator"), used.id).await.unwrap());
    // A name is free again once what had it is over, whether or not somebody has swept.
    let again = store.conversation_insert(ground.workspace, &owner("operator"), Some(used.id)).await.unwrap().unwrap();
    assert_eq!((again.id, again.turns), (used.id, 0));
    assert_eq!(turns(&ground, &everything, &again).await, []);
    assert_eq!(store.conversations_sweep().await.unwrap(), 0);
}

async fn with_the_person_goes_what_they_said(ground: Ground) {
    let new = |login: &str| NewPerson {
        login: login.into(),
        name: login.into(),
        role: Role::Reader,
        label: AccessLabel::tier(AccessTier::Internal),
        state: PersonState::Active,
        password: None,
    };
    let person: PersonId = ground.store.person_insert(ground.workspace, &new("ada")).await.unwrap();
    let owner = Owner { name: format!("person {person}"), person: Some(person) };
    let begun = ground.store.conversation_insert(ground.workspace, &owner, None).await.unwrap().unwrap();
    say(&ground.store, &begun, "why?", &[]).await.unwrap();
    let change = PersonChange { state: Some(PersonState::Suspended), ..PersonChange::default() };
    assert!(ground.store.person_change(ground.workspace, person, &change).await.unwrap());
    assert!(ground.store.conversation(ground.workspace, &owner, begun.id).await.unwrap().is_some());
    assert!(ground.store.person_remove(ground.workspace, person).await.unwrap());
    assert!(ground.store.conversation(ground.workspace, &owner, begun.id).await.unwrap().is_none());
    for table in ["conversations", "turns", "turn_passages"] {
        assert_eq!(ground.texts(&format!("SELECT '1' FROM {table}")).await, Vec::<String>::new(), "{table}");
    }
}

async fn a_row_that_cannot_be_read_is_an_error(ground: Ground) {
    let published = ground.publish("a.md", "public", "text").await;
    let conversation = begun(&ground, "person a").await;
    say(&ground.store, &conversation, "why?", &[cited(&ground, &published)]).await.unwrap();
    for (damage, repair) in [
        ("UPDATE turn_passages SET part = 'hidden'", "UPDATE turn_passages SET part = 'cited'"),
        ("UPDATE turn_passages SET document_id = '*'", "DELETE FROM turn_passages"),
    ] {
        ground.sql(damage).await;
        let read = ground.store.turns(&ground.everything(), &conversation, 0, 9).await;
        assert!(read.is_err(), "{damage}: {read:?}");
        ground.sql(repair).await;
    }
    ground.sql("UPDATE documents SET tier = 9").await;
    say(&ground.store, &conversation, "why?", &[cited(&ground, &published)]).await.unwrap();
    assert!(ground.store.turns(&ground.everything(), &conversation, 0, 9).await.is_err());
}
