//! Summaries of conversations: read as long as all that they rest on, and gone with their conversation.

use server::store::{Rest, Summary};

use super::conversations::{begun, named, owner};
use crate::ground::{Ground, HOUR_MS, label, on_both};

on_both!(
    a_summary_is_read_as_long_as_all_that_it_rests_on,
    one_that_goes_further_takes_its_place,
    with_the_conversation_it_goes,
);

fn summary(turns: i64, text: &str, rests: Vec<Rest>) -> Summary {
    Summary { turns, text: text.to_owned(), rests }
}

async fn a_summary_is_read_as_long_as_all_that_it_rests_on(ground: Ground) {
    let (store, here) = (&ground.store, ground.workspace);
    let [stays, moves] =
        [ground.publish("stays.md", "public", "s").await, ground.publish("moves.md", "internal", "m").await];
    let conversation = begun(&ground, "person a").await;
    assert_eq!(store.summary(&ground.everything(), &conversation).await.unwrap(), None);
    let mut rests = vec![named(&ground, &stays), named(&ground, &moves)];
    rests.sort_by_key(|rest| rest.document.to_string());
    let put = summary(7, "It was about zebras.", rests);
    assert!(store.summary_put(&conversation, &put).await.unwrap());
    let check = async |who: &str, expected: bool| {
        let found = store.summary(&ground.reader(who), &conversation).await.unwrap();
        assert_eq!(found, expected.then(|| put.clone()), "{who}");
    };
    check("internal", true).await;
    check("public", false).await;
    assert!(store.document_relabel(here, moves.document, &label("internal,groups=hr")).await.unwrap());
    check("internal", false).await;
    check("internal,groups=hr", true).await;
    assert!(store.document_relabel(here, moves.document, &label("public")).await.unwrap());
    check("public", true).await;
    let elsewhere = ground.elsewhere().await;
    assert_eq!(store.summary(&elsewhere.everything(), &conversation).await.unwrap(), None);
    ground.sql("UPDATE summary_passages SET version_id = '*'").await;
    assert!(store.summary(&ground.everything(), &conversation).await.is_err(), "what cannot be read is an error");
    store.document_remove(here, moves.document).await.unwrap();
    assert_eq!(store.summary(&ground.everything(), &conversation).await.unwrap(), None);
    assert!(ground.texts("SELECT summary FROM summaries").await.is_empty(), "it left with what it rested on");
}

async fn one_that_goes_further_takes_its_place(ground: Ground) {
    let (store, everything) = (&ground.store, ground.everything());
    let published = ground.publish("a.md", "public", "a").await;
    let conversation = begun(&ground, "person a").await;
    for (turns, text, expected, left) in [
        (6, "first", true, "first"),
        (12, "second", true, "second"),
        (6, "late", false, "second"),
        (12, "again", true, "again"),
    ] {
        let put = summary(turns, text, vec![named(&ground, &published)]);
        assert_eq!(store.summary_put(&conversation, &put).await.unwrap(), expected, "{text}");
        assert_eq!(store.summary(&everything, &conversation).await.unwrap().unwrap().text, left);
    }
    let puts = (13..33).map(|turns| {
        let (store, conversation) = (store.clone(), conversation.clone());
        let put = summary(turns, &turns.to_string(), vec![named(&ground, &published)]);
        tokio::spawn(async move { store.summary_put(&conversation, &put).await.unwrap() })
    });
    for put in puts.collect::<Vec<_>>() {
        put.await.unwrap();
    }
    let last = store.summary(&everything, &conversation).await.unwrap().unwrap();
    assert_eq!((last.turns, last.text.as_str(), last.rests.len()), (32, "32", 1));
}

async fn with_the_conversation_it_goes(ground: Ground) {
    let store = &ground.store;
    let published = ground.publish("a.md", "public", "a").await;
    let put = || summary(6, "zebras", vec![named(&ground, &published)]);
    let conversation = begun(&ground, "person a").await;
    assert!(store.summary_put(&conversation, &put()).await.unwrap());
    assert!(store.conversation_remove(ground.workspace, &owner("person a"), conversation.id).await.unwrap());
    for table in ["summaries", "summary_passages"] {
        assert_eq!(ground.texts(&format!("SELECT '1' FROM {table}")).await, Vec::<String>::new(), "{table}");
    }
    assert!(!store.summary_put(&conversation, &put()).await.unwrap(), "it is gone");
    let over = begun(&ground, "person a").await;
    ground.turn(24 * HOUR_MS);
    assert!(!store.summary_put(&over, &put()).await.unwrap(), "it is over");
    assert_eq!(ground.texts("SELECT summary FROM summaries").await, Vec::<String>::new());
}
