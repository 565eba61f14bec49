//! What conversations are called, and in which of them something was said.

use retrieval::access::Clearance;
use server::store::{Conversation, NewTurn, Rest, StoreError};

use super::conversations::{begun, cited, named, owner};
use crate::ground::{Ground, label, on_both};

on_both!(
    a_conversation_is_called_as_it_begins_until_its_owner_calls_it_something,
    a_title_is_its_owners_to_give,
    words_are_found_where_they_were_said,
    nothing_in_the_words_means_anything_else,
    an_answer_is_found_as_long_as_it_is_read,
);

async fn say(ground: &Ground, conversation: &Conversation, question: &str, answer: &str, rests: &[Rest]) {
    let turn = NewTurn {
        question,
        asked_as: Some("walrus"),
        answer,
        declined: false,
        record: None,
        clearance: "a note",
        simulated: false,
        rests,
    };
    ground.store.turn_append(conversation, &turn).await.unwrap().unwrap();
}

async fn again(ground: &Ground, conversation: &Conversation) -> Conversation {
    ground.store.conversation(ground.workspace, &owner("person a"), conversation.id).await.unwrap().unwrap()
}

async fn saying(
    ground: &Ground,
    clearance: &Clearance,
    among: &[Conversation],
    words: &str,
) -> Result<Vec<usize>, StoreError> {
    let found = ground.store.conversations_saying(clearance, among, words).await?;
    Ok((0..among.len()).filter(|at| found.contains(&among[*at].id)).collect())
}

async fn a_conversation_is_called_as_it_begins_until_its_owner_calls_it_something(ground: Ground) {
    let conversation = begun(&ground, "person a").await;
    assert_eq!(conversation.title(), "");
    let question = format!("How long\n do \u{200b}refunds {}?", "really ".repeat(500));
    say(&ground, &conversation, &question, "SECRET of a document", &[]).await;
    say(&ground, &conversation, "and then?", "more", &[]).await;
    let title = again(&ground, &conversation).await.title();
    assert!(title.starts_with("How long do refunds really") && title.ends_with('\u{2026}'), "{title}");
    assert!(title.chars().count() <= 80 && !title.contains('\n'), "{title}");
    let (store, owner) = (&ground.store, owner("person a"));
    assert!(store.conversation_rename(ground.workspace, &owner, conversation.id, "Money back").await.unwrap());
    assert_eq!(again(&ground, &conversation).await.title(), "Money back");
    let listed = store.conversations(ground.workspace, &owner, None, 9).await.unwrap();
    assert_eq!(listed.iter().map(Conversation::title).collect::<Vec<_>>(), ["Money back"]);
    assert!(store.conversation_rename(ground.workspace, &owner, conversation.id, "").await.unwrap());
    assert_eq!(again(&ground, &conversation).await.title(), title);
}

async fn a_title_is_its_owners_to_give(ground: Ground) {
    let store = &ground.store;
    let elsewhere = store.workspace_ensure("other").await.unwrap();
    let conversation = begun(&ground, "person a").await;
    for (workspace, name) in [(ground.workspace, "person b"), (elsewhere, "person a"), (ground.workspace, "")] {
        assert!(!store.conversation_rename(workspace, &owner(name), conversation.id, "mine").await.unwrap());
    }
    assert_eq!(again(&ground, &conversation).await.called, "");
    ground.turn(24 * crate::ground::HOUR_MS);
    let renamed = store.conversation_rename(ground.workspace, &owner("person a"), conversation.id, "late").await;
    assert!(!renamed.unwrap(), "it is over");
}

async fn words_are_found_where_they_were_said(ground: Ground) {
    let mut among = Vec::new();
    for _ in 0..5 {
        among.push(begun(&ground, "person a").await);
    }
    let titled = &among[0];
    ground.store.conversation_rename(ground.workspace, &owner("person a"), titled.id, "About Zebras").await.unwrap();
    say(&ground, &among[1], "Where do zebras sleep?", "Nowhere.", &[]).await;
    say(&ground, &among[2], "Where?", "In the stable of the ZEBRAS.", &[]).await;
    say(&ground, &among[3], "Where do lions sleep?", "In Überlingen.", &[]).await;
    let everything = ground.everything();
    for (words, expected) in [
        ("zebras", vec![0, 1, 2]),
        ("ZEBRAS", vec![0, 1, 2]),
        ("zebras sleep", vec![1]),
        ("sleep", vec![1, 3]),
        ("Überlingen", vec![3]),
        ("zebra  sleep", vec![]),
        ("walrus", vec![]),
    ] {
        assert_eq!(saying(&ground, &everything, &among, words).await.unwrap(), expected, "{words}");
    }
    assert_eq!(saying(&ground, &everything, &[], "zebras").await.unwrap(), [0; 0]);
    assert_eq!(saying(&ground, &everything, &among[3..], "zebras").await.unwrap(), [0; 0], "of those alone");
}

async fn nothing_in_the_words_means_anything_else(ground: Ground) {
    let among = [begun(&ground, "person a").await, begun(&ground, "person a").await];
    say(&ground, &among[0], "plain", "plain", &[]).await;
    say(&ground, &among[1], "100% of _ ! ' \" \\ $1 -- ?", "100% of _ ! ' \" \\ $1 -- ?", &[]).await;
    for words in ["%", "_", "!", "'", "\"", "\\", "$1", "--", "?", "0% of _ !"] {
        assert_eq!(saying(&ground, &ground.everything(), &among, words).await.unwrap(), [1], "{words}");
    }
    for words in ["p%n", "pla_n", "%%", "!%"] {
        assert_eq!(saying(&ground, &ground.everything(), &among, words).await.unwrap(), [0; 0], "{words}");
    }
}

async fn an_answer_is_found_as_long_as_it_is_read(ground: Ground) {
    let (store, here) = (&ground.store, ground.workspace);
    let [stays, moves] =
        [ground.publish("stays.md", "public", "s").await, ground.publish("moves.md", "internal", "m").await];
    let among = [begun(&ground, "person a").await, begun(&ground, "person a").await, begun(&ground, "person a").await];
    say(&ground, &among[0], "Where?", "With the zebras.", &[cited(&ground, &stays), named(&ground, &moves)]).await;
    say(&ground, &among[1], "Where?", "With the zebras.", &[cited(&ground, &stays)]).await;
    let carried = Rest { part: server::store::Part::Carried, ..named(&ground, &moves) };
    say(&ground, &among[2], "Where?", "With the zebras.", &[cited(&ground, &stays), carried]).await;
    let (internal, public) = (ground.reader("internal"), ground.reader("public"));
    assert_eq!(saying(&ground, &internal, &among, "zebras").await.unwrap(), [0, 1, 2]);
    assert_eq!(saying(&ground, &public, &among, "zebras").await.unwrap(), [1, 2]);
    assert_eq!(saying(&ground, &public, &among, "where").await.unwrap(), [0, 1, 2], "questions are one's own");
    assert!(store.document_relabel(here, moves.document, &label("public")).await.unwrap());
    assert_eq!(saying(&ground, &public, &among, "zebras").await.unwrap(), [0, 1, 2]);
    store.document_remove(here, moves.document).await.unwrap();
    assert_eq!(saying(&ground, &ground.everything(), &among, "zebras").await.unwrap(), [1, 2]);
    // A second turn of the same conversation still says so.
    say(&ground, &among[0], "Where?", "Zebras, as I said.", &[]).await;
    assert_eq!(saying(&ground, &public, &among, "zebras").await.unwrap(), [0, 1, 2]);
    ground.sql("UPDATE turn_passages SET document_id = '*' WHERE part = 'cited'").await;
    assert!(saying(&ground, &internal, &among, "with the").await.is_err(), "what cannot be read hides");
}
