//! An honest provider: who comes in, as whom, and with which rights.

use axum::http::StatusCode;
use retrieval::access::{AccessLabel, AccessTier, Role};
use serde_json::{Value, json};
use server::people::oidc::Provider;
use server::people::{Invitation, Login, PersonChange, PersonState};
use server::store::NewPerson;

use super::issuer::Saying;
use super::keys::Signed;
use super::{Browser, ERRAND, House, STAY, config};
use crate::ground::{Ground, HOUR_MS, label, on_both};

on_both!(
    a_first_sign_in_makes_a_person,
    a_second_finds_the_same,
    rights_are_those_of_today,
    who_lost_all_is_let_go,
    the_suspended_stay_outside,
    an_address_opens_an_account_once,
    an_invitation_is_taken_up,
    the_last_admin_stays_one,
);

fn groups(groups: &[&str]) -> impl Fn(&mut Value) + Send + Sync + 'static + use<> {
    let groups = json!(groups);
    move |claims| claims["groups"] = groups.clone()
}

async fn somebody(house: &House, login: &str, role: Role) -> NewPerson {
    let person = NewPerson {
        login: login.into(),
        name: "Somebody".into(),
        role,
        label: label("customer"),
        state: PersonState::Active,
        password: Some("$argon2id$".into()),
    };
    house.people.door.store.person_insert(house.people.door.workspace, &person).await.unwrap();
    person
}

async fn set(house: &House, login: &str, state: PersonState) {
    let (person, change) =
        (house.by_login(login).await.unwrap(), PersonChange { state: Some(state), ..PersonChange::default() });
    assert!(house.people.change(person.id, change).await.unwrap());
}

async fn a_first_sign_in_makes_a_person(ground: Ground) {
    let house = House::new(ground).await;
    let mut browser = house.lets_in().await;
    assert!(browser.cookies[STAY].starts_with("lsi_") && !browser.cookies.contains_key(ERRAND));
    let me = browser.me(&house).await;
    assert_eq!((&me["person"]["login"], &me["person"]["name"]), (&json!("ada@corp.example"), &json!("Ada Lovelace")));
    assert_eq!((&me["role"], &me["tier"], &me["groups"]), (&json!("editor"), &json!("internal"), &json!(["billing"])));
    assert_eq!(me["has_password"], json!(false));
    assert_eq!(house.ground.texts("SELECT way FROM sign_ins").await, ["oidc"]);
    assert_eq!(house.ground.texts("SELECT subject FROM identities").await, ["1042"]);
    assert_eq!(house.ground.texts("SELECT secret_hash FROM errands").await, [""; 0]);
    assert!(!house.issuer.heard().contains(&"userinfo"), "what is not signed was asked for");
}

async fn a_second_finds_the_same(ground: Ground) {
    let house = House::new(ground).await;
    let first = house.lets_in().await.me(&house).await;
    house.issuer.claims(|claims| {
        claims["email"] = json!("ada.king@corp.example");
        claims["name"] = json!("Ada King");
    });
    assert_eq!(house.lets_in().await.me(&house).await, first);
    // Another subject with the address that the first one had is somebody else.
    house.issuer.claims(|claims| claims["sub"] = json!("2077"));
    let other = house.lets_in().await.me(&house).await;
    assert!(other["person"]["login"].as_str().unwrap().starts_with("oidc-"), "{other}");
    assert_ne!(other["person"]["id"], first["person"]["id"]);
    assert_eq!(house.everybody().await.len(), 2);
    // An address that is not proven to be theirs is no name either.
    house.issuer.claims(|claims| {
        claims["sub"] = json!("3");
        claims["email"] = json!("boss@corp.example");
        claims["email_verified"] = json!(false);
    });
    house.lets_in().await;
    assert!(house.by_login("boss@corp.example").await.is_none());
    assert_eq!(house.everybody().await.len(), 3);
}

async fn rights_are_those_of_today(ground: Ground) {
    let house = House::new(ground).await;
    somebody(&house, "boss", Role::Admin).await; // an admin stays, whoever is lowered
    house.issuer.claims(groups(&["support-de", "hr"]));
    let mut browser = house.lets_in().await;
    let me = browser.me(&house).await;
    assert_eq!((&me["tier"], &me["groups"]), (&json!("restricted"), &json!(["billing", "hr"])));
    // What an admin gave by hand goes with the rest: the rules say what they have.
    let person = house.by_login("ada@corp.example").await.unwrap();
    let change = PersonChange { role: Some(Role::Admin), ..PersonChange::default() };
    house.people.change(person.id, change).await.unwrap();
    house.issuer.claims(groups(&["support-at"]));
    house.lets_in().await;
    // In the browser of before, too.
    let me = browser.me(&house).await;
    assert_eq!((&me["role"], &me["tier"], &me["groups"]), (&json!("editor"), &json!("internal"), &json!(["billing"])));
}

async fn who_lost_all_is_let_go(ground: Ground) {
    let house = House::with(ground, |config| config.link_by_email = true).await;
    let mut browser = house.lets_in().await;
    for nothing in [json!([]), json!(["sales"]), json!(null), json!({"support-de": true}), json!([1, ["support-de"]])] {
        house.issuer.claims(move |claims| claims["groups"] = nothing.clone());
        let (_, reply) = house.signs_in().await;
        super::assert_refused(&reply, "not_let_in", "no rule");
    }
    assert_eq!((house.stays().await, house.everybody().await.len()), (0, 1));
    assert_eq!(browser.get(&house, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    let person = house.by_login("ada@corp.example").await.unwrap();
    assert_eq!((person.role, person.label), (Role::Reader, AccessLabel::tier(AccessTier::Public)));
    // Somebody new without any group is nobody here.
    house.issuer.claims(|claims| {
        claims["sub"] = json!("new");
        claims.as_object_mut().unwrap().remove("groups");
    });
    house.refuses("not_let_in", "no groups").await;
}

async fn the_suspended_stay_outside(ground: Ground) {
    let house = House::new(ground).await;
    house.lets_in().await;
    set(&house, "ada@corp.example", PersonState::Suspended).await;
    house.refuses("not_let_in", "suspended").await;
    house.issuer.claims(groups(&[]));
    house.refuses("not_let_in", "suspended, and without groups").await;
    // Nor as somebody new with the same address.
    house.issuer.claims(|claims| claims["sub"] = json!("2077"));
    house.refuses("not_let_in", "the address of somebody suspended").await;
    house.issuer.say(Saying::default());
    set(&house, "ada@corp.example", PersonState::Active).await;
    house.lets_in().await;
}

async fn an_address_opens_an_account_once(ground: Ground) {
    let house = House::with(ground, |config| config.link_by_email = true).await;
    somebody(&house, "ada@corp.example", Role::Reader).await;
    for twist in [
        |claims: &mut Value| claims["email_verified"] = json!(false),
        |claims: &mut Value| claims["email_verified"] = json!("no"),
        |claims: &mut Value| _ = claims.as_object_mut().unwrap().remove("email_verified"),
    ] {
        house.issuer.claims(move |claims| {
            claims["sub"] = json!("mallory");
            twist(claims);
        });
        house.signs_in().await;
        assert_eq!(house.by_login("ada@corp.example").await.unwrap().role, Role::Reader);
        let select = "SELECT p.login FROM identities i JOIN people p ON p.id = i.person_id";
        assert!(!house.ground.texts(select).await.contains(&"ada@corp.example".to_owned()));
    }
    house.issuer.claims(|claims| claims["email"] = json!("ADA@corp.example"));
    let me = house.lets_in().await.me(&house).await;
    assert_eq!((&me["person"]["login"], &me["role"]), (&json!("ada@corp.example"), &json!("editor")));
    assert_eq!(me["has_password"], json!(true));
    // The address went to somebody else, who must not find what was hers.
    house.issuer.claims(|claims| claims["sub"] = json!("her successor"));
    let other = house.lets_in().await.me(&house).await;
    assert_ne!(other["person"]["id"], me["person"]["id"]);
}

async fn an_invitation_is_taken_up(ground: Ground) {
    let house = House::with(ground, |config| (config.link_by_email, config.create) = (true, false)).await;
    somebody(&house, "boss", Role::Admin).await; // an admin stays, whoever is lowered
    house.refuses("not_let_in", "nobody is made").await;
    let login = Login::parse("ada@corp.example").unwrap();
    let (role, label) = (Role::Admin, label("restricted"));
    let (_, link) = house.people.invite(Invitation { login, name: None, role, label }).await.unwrap();
    let me = house.lets_in().await.me(&house).await;
    assert_eq!((&me["person"]["login"], &me["role"]), (&json!("ada@corp.example"), &json!("editor")));
    assert!(house.people.link_for(link.reveal()).await.is_err(), "the invitation lies around still");
    assert_eq!(house.everybody().await.len(), 2);
}

async fn the_last_admin_stays_one(ground: Ground) {
    let house = House::with(ground, |config| config.link_by_email = true).await;
    somebody(&house, "ada@corp.example", Role::Admin).await;
    let (_, reply) = house.signs_in().await;
    super::assert_refused(&reply, "not_let_in", "the rules would lower the last admin");
    assert_eq!(house.by_login("ada@corp.example").await.unwrap().role, Role::Admin);
    house.issuer.claims(groups(&["root"]));
    assert_eq!(house.lets_in().await.me(&house).await["reads_everything"], json!(true));
}

#[tokio::test]
async fn every_algorithm_of_the_list() {
    let house = House::new(Ground::sqlite().await).await;
    for signed in [Signed::Es256, Signed::EdDsa, Signed::Rs256, Signed::Ps256] {
        house.issuer.say(Saying { signed, ..Saying::default() });
        house.lets_in().await;
    }
    assert_eq!(house.everybody().await.len(), 1);
}

#[tokio::test]
async fn names_are_shown_as_far_as_they_can_be() {
    let house = House::new(Ground::sqlite().await).await;
    let check = async |sub: &'static str, name: Value, shown: &str| {
        house.issuer.claims(move |claims| {
            claims["sub"] = json!(sub);
            claims["name"] = name.clone();
            claims["email"] = json!(format!("{sub}@corp.example"));
        });
        let me = house.lets_in().await.me(&house).await;
        assert_eq!(me["person"]["name"], json!(shown));
    };
    check("a", json!("\u{202e}Ada\u{0}\u{1b}[2J "), "Ada[2J").await;
    check("b", json!("\u{200b} \n"), "b@corp.example").await;
    check("c", json!("x".repeat(1_000)), &"x".repeat(200)).await;
    check("d", json!(null), "d@corp.example").await;
}

#[tokio::test]
async fn one_secret_of_the_client_for_all_and_none_for_the_public_one() {
    let house =
        House::with(Ground::sqlite().await, |config| config.client_secret = Some("wrong".to_owned().into())).await;
    house.refuses("refused", "the secret of another client").await;
    let house = House::with(Ground::sqlite().await, |config| config.client_secret = None).await;
    house.refuses("refused", "no secret, where one is needed").await;
}

#[tokio::test]
async fn keys_change() {
    let house = House::new(Ground::sqlite().await).await;
    house.lets_in().await;
    let asked = |house: &House| house.issuer.heard().iter().filter(|endpoint| **endpoint == "keys").count();
    let unknown = Saying { signed: Signed::Unknown, ..Saying::default() };
    house.issuer.say(Saying { new_key: true, ..unknown.clone() });
    house.refuses("refused", "read a moment ago").await;
    assert_eq!(asked(&house), 1);
    house.ground.turn(61_000);
    house.lets_in().await;
    assert_eq!(asked(&house), 2);
    // Known now, and asked for no more, until all is old.
    house.lets_in().await;
    assert_eq!(asked(&house), 2);
    house.ground.turn(HOUR_MS + 1_000);
    house.issuer.say(unknown);
    house.refuses("refused", "a key that was given up").await;
    assert_eq!(asked(&house), 3);
}

#[tokio::test]
async fn the_house_does_without_its_provider() {
    let house = House::new(Ground::sqlite().await).await;
    house.issuer.say(Saying { away: true, ..Saying::default() });
    house.refuses("unavailable", "away").await;
    assert_eq!(Browser::default().get(&house, "/healthz").await.status, StatusCode::OK);
    house.issuer.say(Saying::default());
    house.lets_in().await;
    // Nobody listens there at all.
    let clock = house.people.door.store.clock().clone();
    let nobody = Provider::new(config("http://127.0.0.1:9/nobody"), clock).unwrap();
    let error = house.people.set_out(&nobody).await.unwrap_err();
    assert_eq!(error.code(), "unavailable");
}

#[tokio::test]
async fn the_page_is_told_how_to_sign_in() {
    let house = House::new(Ground::sqlite().await).await;
    let reply = Browser::default().get(&house, "/api/v1/sign-in-ways").await;
    assert_eq!(reply.body, r#"{"password":true,"oidc":{"name":"Corp"}}"#);
}
