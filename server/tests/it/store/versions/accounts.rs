//! Writes about people, what they hold and what they did: none of them changes what a document's readers see, but its label.

use std::time::Duration;

use retrieval::access::{AccessLabel, AccessTier, Reach, Role, Scope};
use retrieval::model::PersonId;
use server::store::{
    CanaryRun, Claimed, Identity, Link, LinkPurpose, NewAudit, NewKey, NewPerson, NewSignIn, NewTurn, Owner,
    PersonChange, PersonState, Redemption, RepeatKey, SettingName, Summary,
};

use super::Witness;
use crate::ground::label;

const HOUR: Duration = Duration::from_secs(3_600);

fn somebody(login: &str) -> NewPerson {
    let (login, name, label) = (login.to_owned(), "Somebody".to_owned(), AccessLabel::tier(AccessTier::Public));
    NewPerson { login, name, role: Role::Reader, label, state: PersonState::Active, password: None }
}

pub async fn accounts(witness: &mut Witness<'_>) {
    let (store, workspace) = (&witness.ground.store, witness.ground.workspace);
    let group = "hr".parse().unwrap();
    store.group_insert(workspace, &group).await.unwrap();
    witness.quiet("group_insert").await;
    let person = store.person_insert(workspace, &somebody("ada")).await.unwrap();
    witness.quiet("person_insert").await;
    let change = PersonChange { groups: Some([group.clone()].into()), ..PersonChange::default() };
    assert!(store.person_change(workspace, person, &change).await.unwrap());
    witness.quiet("person_change").await;
    store.password_set(person, "a proof").await.unwrap();
    witness.quiet("password_set").await;
    assert!(store.group_remove(workspace, &group).await.unwrap());
    witness.quiet("group_remove").await;
    credentials(witness, person).await;
    elsewhere(witness, person).await;
    said_and_done(witness, person).await;
    assert!(witness.ground.store.person_remove(workspace, person).await.unwrap());
    witness.quiet("person_remove").await;
}

async fn credentials(witness: &mut Witness<'_>, person: PersonId) {
    let (store, workspace) = (&witness.ground.store, witness.ground.workspace);
    let new = NewSignIn { person, secret_hash: "s", way: "password", address: "here", agent: "test" };
    let stay = store.sign_in_insert(&new).await.unwrap();
    witness.quiet("sign_in_insert").await;
    store.sign_in_seen(stay).await.unwrap();
    witness.quiet("sign_in_seen").await;
    assert!(store.sign_in_remove(person, stay).await.unwrap());
    witness.quiet("sign_in_remove").await;
    store.sign_ins_remove_others(person, None).await.unwrap();
    witness.quiet("sign_ins_remove_others").await;
    store.sign_ins_sweep(0, 0).await.unwrap();
    witness.quiet("sign_ins_sweep").await;
    let scopes = [Scope::Read].into();
    let new = NewKey {
        owner: person,
        name: "k",
        prefix: "lak_",
        secret_hash: "k",
        scopes: &scopes,
        within: None,
        ends_ms: None,
    };
    let key = store.key_insert(&new).await.unwrap();
    witness.quiet("key_insert").await;
    store.key_used(key).await.unwrap();
    witness.quiet("key_used").await;
    assert!(store.key_remove(key).await.unwrap());
    witness.quiet("key_remove").await;
    store.link_insert(workspace, Link { purpose: LinkPurpose::Reset, person: Some(person) }, "l", HOUR).await.unwrap();
    witness.quiet("link_insert").await;
    let redemption = Redemption { login: None, name: None, password: "another proof".into() };
    assert!(store.link_redeem(workspace, "l", &redemption).await.unwrap().is_some());
    witness.quiet("link_redeem").await;
    store.links_sweep().await.unwrap();
    witness.quiet("links_sweep").await;
}

async fn elsewhere(witness: &mut Witness<'_>, person: PersonId) {
    let (store, workspace) = (&witness.ground.store, witness.ground.workspace);
    store.errand_insert(workspace, "e", HOUR).await.unwrap();
    witness.quiet("errand_insert").await;
    assert!(store.errand_take(workspace, "e").await.unwrap());
    witness.quiet("errand_take").await;
    assert!(store.identity_link(workspace, Identity { issuer: "i", subject: "1" }, person).await.unwrap());
    witness.quiet("identity_link").await;
    let made = store.identity_make(workspace, Identity { issuer: "i", subject: "2" }, &somebody("eve")).await;
    assert!(made.unwrap().is_some());
    witness.quiet("identity_make").await;
}

async fn said_and_done(witness: &mut Witness<'_>, person: PersonId) {
    let (store, workspace) = (&witness.ground.store, witness.ground.workspace);
    let owner = Owner { name: "operator".into(), person: None };
    let talk = store.conversation_insert(workspace, &owner, None).await.unwrap().unwrap();
    witness.quiet("conversation_insert").await;
    let turn = NewTurn {
        question: "why",
        asked_as: None,
        answer: "because",
        declined: false,
        record: None,
        clearance: "public",
        simulated: false,
        rests: &[],
    };
    assert!(store.turn_append(&talk, &turn).await.unwrap().is_some());
    witness.quiet("turn_append").await;
    assert!(store.conversation_rename(workspace, &owner, talk.id, "a title").await.unwrap());
    witness.quiet("conversation_rename").await;
    let summary = Summary { turns: 1, text: "They wonder.".into(), rests: Vec::new() };
    assert!(store.summary_put(&talk, &summary).await.unwrap());
    witness.quiet("summary_put").await;
    assert!(store.handoff_open(workspace, &talk, ("asked", ""), &Reach::Everything).await.unwrap());
    witness.quiet("handoff_open").await;
    assert!(!store.handoff_widen(&talk, &Reach::Everything).await.unwrap());
    witness.quiet("handoff_widen").await;
    let handoff = store.handoff_of(&talk).await.unwrap().unwrap();
    assert!(store.reply_insert(&handoff, "soon").await.unwrap());
    witness.quiet("reply_insert").await;
    witness.quiet("conversation_lengthen").await;
    assert!(store.handoff_resolve(&handoff).await.unwrap());
    witness.quiet("handoff_resolve").await;
    assert!(store.conversation_remove(workspace, &owner, talk.id).await.unwrap());
    witness.quiet("conversation_remove").await;
    store.conversations_sweep().await.unwrap();
    witness.quiet("conversations_sweep").await;
    let deed = NewAudit {
        actor: "operator",
        person_id: "",
        what: "simulated",
        object_kind: "",
        object_id: "",
        detail: "{}",
        address: "",
        request_id: "",
    };
    store.audit_append(workspace, &deed).await.unwrap();
    witness.quiet("audit_append").await;
    store.settings_put(workspace, &[(SettingName::Name, Some("Harbour".into()))]).await.unwrap();
    witness.quiet("settings_put").await;
    let run = CanaryRun { at_ms: 1, probes: 1, leaks: 0, remarks: Vec::new() };
    store.canary_run_insert(workspace, &run).await.unwrap();
    witness.quiet("canary_run_insert").await;
    let key = RepeatKey { workspace, asker: person.to_string(), key_hash: "k".into() };
    let Claimed::Fresh(claim) = store.repeat_claim(&key).await.unwrap() else { panic!("the key was not free") };
    witness.quiet("repeat_claim").await;
    store.repeat_answer(&key, &claim, "body", (202, "{}")).await.unwrap();
    witness.quiet("repeat_answer").await;
    store.repeat_give_up(&key, &claim).await.unwrap();
    witness.quiet("repeat_give_up").await;
    let job = witness.ground.job(&[("begun.md", "public")]).await.0.job;
    witness.note("job_begin").await;
    witness.ground.store.job_set_begun_by(job, person).await.unwrap();
    witness.quiet("job_set_begun_by").await;
}

/// The one that readers notice.
pub async fn readers(witness: &mut Witness<'_>) {
    let published = witness.ground.publish("seen.md", "internal", "Words that are seen.").await;
    witness.note("settle").await;
    let (store, workspace) = (&witness.ground.store, witness.ground.workspace);
    let seen = store.document_read(&witness.ground.everything(), published.document).await.unwrap().unwrap();
    assert!(store.document_relabel_seen(workspace, &seen, &label("restricted")).await.unwrap());
    witness.raised("document_relabel_seen").await;
}
