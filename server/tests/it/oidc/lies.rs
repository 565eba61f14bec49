//! A provider that lies, or somebody in its place: about who it is, for whom, when, about which sign-in, and by what key.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::House;
use super::issuer::{Act, CLIENT, Saying};
use super::keys::Signed;
use crate::ground::Ground;

type Lie = (&'static str, fn(&mut Value));

fn without(claims: &mut Value, name: &str) {
    claims.as_object_mut().unwrap().remove(name);
}

fn moved(claims: &mut Value, name: &str, by_s: i64) {
    claims[name] = json!(claims[name].as_i64().unwrap() + by_s);
}

#[tokio::test]
async fn what_a_token_says_has_to_hold() {
    let house = House::new(Ground::sqlite().await).await;
    let lies: [Lie; 34] = [
        ("another issuer", |claims| claims["iss"] = json!("https://evil.example")),
        ("almost the issuer", |claims| claims["iss"] = json!(format!("{}/", claims["iss"].as_str().unwrap()))),
        ("no issuer", |claims| without(claims, "iss")),
        ("issuer null", |claims| claims["iss"] = json!(null)),
        ("issuers", |claims| claims["iss"] = json!([claims["iss"]])),
        ("another audience", |claims| claims["aud"] = json!("somebody-else")),
        ("almost the audience", |claims| claims["aud"] = json!("Lectern")),
        ("no audience", |claims| without(claims, "aud")),
        ("empty audience", |claims| claims["aud"] = json!([])),
        ("audience null", |claims| claims["aud"] = json!(null)),
        ("two audiences without azp", |claims| claims["aud"] = json!([CLIENT, "other"])),
        ("made for another", |claims| claims["azp"] = json!("other")),
        ("two audiences, made for the other", |claims| {
            claims["aud"] = json!([CLIENT, "other"]);
            claims["azp"] = json!("other");
        }),
        ("another nonce", |claims| claims["nonce"] = json!("n")),
        ("empty nonce", |claims| claims["nonce"] = json!("")),
        ("no nonce", |claims| without(claims, "nonce")),
        ("nonce null", |claims| claims["nonce"] = json!(null)),
        ("nonce zero", |claims| claims["nonce"] = json!(0)),
        ("expired", |claims| moved(claims, "exp", -300 - 60)),
        ("expired long ago", |claims| claims["exp"] = json!(0)),
        ("expired before 1970", |claims| claims["exp"] = json!(-1)),
        ("no end", |claims| without(claims, "exp")),
        ("end null", |claims| claims["exp"] = json!(null)),
        ("end in words", |claims| claims["exp"] = json!("never")),
        ("end beyond all time", |claims| claims["exp"] = json!(1e300)),
        ("issued in the future", |claims| moved(claims, "iat", 61)),
        ("issued in a far future", |claims| claims["iat"] = json!(i64::MAX)),
        ("no moment of issue", |claims| without(claims, "iat")),
        ("no subject", |claims| without(claims, "sub")),
        ("empty subject", |claims| claims["sub"] = json!("")),
        ("subject null", |claims| claims["sub"] = json!(null)),
        ("subject with a zero byte", |claims| claims["sub"] = json!("1042\u{0}")),
        ("subject without an end", |claims| claims["sub"] = json!("x".repeat(256))),
        ("not even an object", |claims| *claims = json!([])),
    ];
    for (why, lie) in lies {
        house.issuer.say(Saying { claims: Arc::new(lie), ..Saying::default() });
        house.refuses("refused", why).await;
    }
    assert_eq!(house.everybody().await, []);
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute() {
    let house = House::new(Ground::sqlite().await).await;
    let truths: [Lie; 4] = [
        ("ended just now", |claims| moved(claims, "exp", -300 - 59)),
        ("issued in a moment", |claims| moved(claims, "iat", 60)),
        ("two audiences, made for us", |claims| {
            claims["aud"] = json!([CLIENT, "other"]);
            claims["azp"] = json!(CLIENT);
        }),
        ("one audience in a list", |claims| claims["aud"] = json!([CLIENT])),
    ];
    for (_, truth) in truths {
        house.issuer.say(Saying { claims: Arc::new(truth), ..Saying::default() });
        house.lets_in().await;
    }
}

#[tokio::test]
async fn only_the_providers_own_signature_counts() {
    let house = House::new(Ground::sqlite().await).await;
    for signed in [
        Signed::Not,
        Signed::NotSaid,
        Signed::ByAnother,
        Signed::Unknown,
        Signed::WithPublicKey,
        Signed::WithSecret,
        Signed::Mixed,
        Signed::Changed,
        Signed::BringsItsKey,
        Signed::Critical,
    ] {
        house.issuer.say(Saying { signed, ..Saying::default() });
        house.refuses("refused", &format!("{signed:?}")).await;
        // Where it might look for another key, too.
        house.ground.turn(61_000);
        house.refuses("refused", &format!("{signed:?}, later")).await;
    }
    assert_eq!(house.everybody().await, []);
}

#[tokio::test]
async fn a_description_has_to_hold() {
    type Description = (&'static str, &'static str, fn(&mut Value));
    let lies: [Description; 9] = [
        ("refused", "another issuer", |said| said["issuer"] = json!("https://evil.example")),
        ("refused", "almost the issuer", |said| {
            said["issuer"] = json!(format!("{}/", said["issuer"].as_str().unwrap()))
        }),
        ("refused", "no issuer", |said| without(said, "issuer")),
        ("refused", "people sent off without TLS", |said| {
            said["authorization_endpoint"] = json!("http://evil.example/")
        }),
        ("unavailable", "keys without TLS", |said| said["jwks_uri"] = json!("http://10.0.0.1/keys")),
        ("refused", "keys from a file", |said| said["jwks_uri"] = json!("file:///etc/passwd")),
        ("unavailable", "the secret told without TLS", |said| said["token_endpoint"] = json!("http://192.0.2.1/token")),
        ("refused", "no token endpoint", |said| without(said, "token_endpoint")),
        ("refused", "not even an object", |said| *said = json!(7)),
    ];
    for (code, why, lie) in lies {
        let house = House::new(Ground::sqlite().await).await;
        house.issuer.say(Saying { description: Arc::new(lie), ..Saying::default() });
        house.refuses(code, why).await;
        assert!(!house.issuer.heard().contains(&"token"), "{why}");
    }
}

#[tokio::test]
async fn a_token_endpoint_may_do_anything() {
    let house = House::new(Ground::sqlite().await).await;
    for (act, code) in [
        (Act::Fails, "unavailable"),
        (Act::Huge, "unavailable"),
        (Act::Garbage, "refused"),
        (Act::NoIdentity, "refused"),
        (Act::Elsewhere, "refused"),
    ] {
        house.issuer.say(Saying { act, ..Saying::default() });
        house.refuses(code, &format!("{act:?}")).await;
    }
    // Silence has to end, and it is an end of its own if something else takes as long here.
    let hasty = House::with(Ground::sqlite().await, |config| config.timeout = Duration::from_secs(1)).await;
    hasty.issuer.say(Saying { act: Act::Silent, ..Saying::default() });
    hasty.refuses("unavailable", "silence").await;
    assert!(!house.issuer.heard().contains(&"elsewhere"), "a redirect was followed, with the secret");
    house.issuer.say(Saying::default());
    house.lets_in().await;
}
