//! What a browser brings back: the right answer, of this browser, once, in time.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;

use super::issuer::Saying;
use super::{Browser, ERRAND, House, START, STAY, assert_refused};
use crate::ground::{Ground, on_both};

on_both!(an_answer_counts_once, an_answer_is_of_this_browser);

const CALLBACK: &str = "/api/v1/oidc/callback";

async fn an_answer_counts_once(ground: Ground) {
    let house = House::new(ground).await;
    let mut browser = Browser::default();
    let path = browser.goes(&house).await.unwrap();
    let mut thief = browser.clone();
    assert_eq!(browser.get(&house, &path).await.location(), "/");
    // With everything that the browser had.
    assert_refused(&thief.get(&house, &path).await, "stale", "used twice");
    assert_refused(&browser.get(&house, &path).await, "stale", "used again without its cookie");
    assert_eq!(house.stays().await, 1);

    let path = browser.goes(&house).await.unwrap();
    house.ground.turn(10 * 60 * 1_000);
    assert_refused(&browser.get(&house, &path).await, "stale", "after ten minutes");
    // The next who sets out takes away what was left lying.
    browser.goes(&house).await.unwrap();
    assert_eq!(house.ground.texts("SELECT secret_hash FROM errands").await.len(), 1);

    // At once, twice: one comes in.
    let path = browser.goes(&house).await.unwrap();
    let (mut one, mut other) = (browser.clone(), browser.clone());
    let both = tokio::join!(one.get(&house, &path), other.get(&house, &path));
    let mut places = [both.0.location(), both.1.location()];
    places.sort_unstable();
    assert_eq!(places, ["/", "/sign-in#oidc=stale"]);
}

async fn an_answer_is_of_this_browser(ground: Ground) {
    let house = House::new(ground).await;
    let (mut ada, mut eve) = (Browser::default(), Browser::default());
    let (hers, evil) = (ada.goes(&house).await.unwrap(), eve.goes(&house).await.unwrap());
    assert_refused(&Browser::default().get(&house, &hers).await, "stale", "no cookie");
    // She would be signed in as Eve, and tell Eve what she asks.
    assert_refused(&ada.get(&house, &evil).await, "stale", "the answer of another browser");
    for (cookie, why) in [
        ("", "empty"),
        ("null", "null"),
        ("0", "zero"),
        ("ler_", "a prefix"),
        (&ada.cookies[ERRAND][..40], "truncated"),
        (&ada.cookies[ERRAND].replace("ler_", "lsi_"), "of another purpose"),
        (&ada.cookies[ERRAND].to_uppercase(), "in capitals"),
        (&eve.cookies[ERRAND], "of another browser"),
    ] {
        let mut browser = Browser::default();
        browser.cookies.insert(ERRAND.into(), cookie.to_owned());
        assert_refused(&browser.get(&house, &hers).await, "stale", why);
        // And it opens nothing else.
        let mut browser = Browser::default();
        browser.cookies.insert(STAY.into(), ada.cookies[ERRAND].clone());
        assert_eq!(browser.get(&house, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!((house.everybody().await.len(), house.stays().await), (0, 0));
    // None of it spoilt what she had begun.
    assert_eq!(ada.get(&house, &hers).await.location(), "/");
}

#[tokio::test]
async fn an_answer_is_whole() {
    let house = House::new(Ground::sqlite().await).await;
    let answer = |name: &'static str, value: &str| vec![(name, value.to_owned())];
    for (answer, code, why) in [
        (answer("state", ""), "stale", "no state"),
        (answer("state", "x"), "stale", "another state"),
        (answer("code", ""), "refused", "no code"),
        (answer("code", "x"), "refused", "another code"),
        (answer("code", &"x".repeat(10_000)), "refused", "a long code"),
        (answer("code", "\u{0}'\";--"), "refused", "a hostile code"),
        (answer("iss", "https://evil.example"), "refused", "of another issuer"),
        (answer("error", "access_denied"), "cancelled", "they said no"),
        (answer("error", "server_error"), "refused", "an error, and a code"),
        (answer("error", "<script>alert(1)</script>"), "refused", "a hostile error"),
        (
            vec![("error", "x".into()), ("error_description", "call 555".into()), ("code", String::new())],
            "refused",
            "words",
        ),
    ] {
        house.issuer.say(Saying { answer, ..Saying::default() });
        house.refuses(code, why).await;
    }
    for query in ["", "?", "?state", "?code=x", "?state=&code=", "?state=a&state=b&code=c", "?%ff=%ff", "?state=%00"] {
        let reply = Browser::default().get(&house, &format!("{CALLBACK}{query}")).await;
        assert_refused(&reply, "stale", query);
    }
}

#[tokio::test]
async fn a_provider_that_names_itself_must() {
    let house = House::new(Ground::sqlite().await).await;
    let announced = Saying {
        description: Arc::new(|said| said["authorization_response_iss_parameter_supported"] = json!(true)),
        ..Saying::default()
    };
    house.issuer.say(announced.clone());
    house.refuses("refused", "it does not say who it is").await;
    let answer = vec![("iss", house.issuer.url.clone())];
    house.issuer.say(Saying { answer, ..announced });
    house.lets_in().await;
}

#[tokio::test]
async fn a_stay_does_not_tell_what_led_to_it() {
    let house = House::new(Ground::sqlite().await).await;
    let mut browser = Browser::default();
    let reply = browser.get(&house, START).await;
    let errand = browser.cookies[ERRAND].clone();
    assert!(!reply.location().contains(&errand[4..]), "the secret of the browser goes abroad");
    let kept = house.ground.texts("SELECT secret_hash FROM errands").await;
    assert!(kept.len() == 1 && !kept[0].contains(&errand[4..]));
    for word in ["code_verifier", "client_secret"] {
        assert!(!reply.location().contains(word), "{}", reply.location());
    }
}
