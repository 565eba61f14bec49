//! The handlers of looking through other eyes: who, what, call, answer.

use axum::Json;
use axum::extract::State;
use retrieval::access::{AccessError, Clearance, Principal};
use retrieval::ports::Scored;
use retrieval::search::Depth;
use serde_json::{Value, json};

use super::Desk;
use super::audit::During;
use super::error::ApiError;
use super::handlers::{Body, malformed, viewer};
use super::who::Asker;
use super::wire::{
    AccessReply, AccessRequest, AskReply, CompareReply, CompareRequest, Hit, OnlyHere, Side, Viewer, parse_eyes,
};
use crate::answer::Question;
use crate::audit::{Deed, Occasion, Thing, What};
use crate::people::door::By;
use crate::people::eyes::{self, Eyes, EyesError, find};
use crate::people::policy::{Kind, Relation, Verb};
use crate::people::verdict;

/// Passages that are compared: as many as anybody can page through.
const COMPARED: usize = 100;

/// Whoever asks, with the eyes that the request names. Those of a person, and any that are wider than one's own, are for
/// who may simulate, and whenever they look through some it is noted, before anything is seen.
pub async fn seeing(
    desk: &Desk,
    asker: &Asker,
    as_text: Option<&str>,
    occasion: &Occasion,
) -> Result<Principal, ApiError> {
    let Some(text) = as_text else { return Ok(asker.principal.clone()) };
    let eyes = parse_eyes(text)?;
    let may_simulate = asker.may(Verb::Make, Kind::Simulation, Relation::Others);
    if matches!(eyes, Eyes::Person(_)) && !may_simulate {
        return Err(refused(asker));
    }
    let (principal, person) = match eyes::through(&desk.people.door.store, &asker.principal, eyes).await {
        Ok(seen) => seen,
        Err(EyesError::Access(AccessError::Widening)) => return Err(refused(asker)),
        Err(error) => return Err(error.into()),
    };
    if may_simulate {
        let deed = Deed::new(What::Simulated, occasion.clone());
        let deed = match person {
            Some(person) => deed.to(Thing::Person, person.id).with(json!({"login": person.login})),
            None => deed.to(Thing::Label, text),
        };
        desk.audit.note(&asker.principal, deed).await?;
    }
    Ok(principal)
}

fn refused(asker: &Asker) -> ApiError {
    match asker.by {
        By::Nothing => ApiError::not_allowed(),
        By::Operator | By::SignIn(_) | By::Key(_) => ApiError::forbidden(),
    }
}

/// What two askers are shown, side by side.
pub async fn compare(
    State(desk): State<Desk>,
    asker: Asker,
    During(occasion): During,
    body: Body<CompareRequest>,
) -> Result<Json<CompareReply>, ApiError> {
    let CompareRequest { query, question, left, right } = body.map_err(malformed)?.0;
    desk.readiness.to_answer()?;
    let (text, is_question) = match (query, question) {
        (Some(query), None) => (query, false),
        (None, Some(question)) => (question, true),
        _ => return Err(ApiError::bad_request("give a query to search for, or a question to answer")),
    };
    let question = Question::parse(&text)?;
    let both =
        [seeing(&desk, &asker, Some(&left), &occasion).await?, seeing(&desk, &asker, Some(&right), &occasion).await?];
    let mut sides = Vec::with_capacity(2);
    for (principal, named) in both.iter().zip([left, right]) {
        let other = both.iter().find(|other| !std::ptr::eq(*other, principal));
        let other = other.and_then(|other| other.clearance().ok());
        sides.push(side(&desk, viewer(&asker), principal, other.as_ref(), &question, is_question, named).await?);
    }
    let [left, right]: [Side; 2] = sides.try_into().map_err(|_| ApiError::internal("two sides were not two"))?;
    Ok(Json(CompareReply { left, right }))
}

async fn side(
    desk: &Desk,
    viewer: Viewer,
    principal: &Principal,
    other: Option<&Clearance>,
    question: &Question,
    is_question: bool,
    as_label: String,
) -> Result<Side, ApiError> {
    // Whoever reads nothing is shown nothing; that is what was asked.
    let Ok(clearance) = principal.clearance() else {
        let (answer, hits, only_here) = Default::default();
        return Ok(Side { as_label, reads: false, answer, hits, only_here });
    };
    let answer = match is_question {
        true => Some(AskReply::new(desk.answerer.ask(principal, question, &[]).await?, viewer)),
        false => None,
    };
    let found = desk.answerer.searcher().search(&clearance, question.as_str(), Depth::Full, COMPARED).await?;
    let mut only_here: Vec<OnlyHere> = Vec::new();
    for Scored { passage, .. } in &found.passages {
        let both_read = other.is_some_and(|other| other.admits(clearance.workspace(), &passage.label));
        let document = OnlyHere {
            document_id: passage.document.to_string(),
            title: passage.title.clone(),
            tier: passage.label.tier.to_string(),
            groups: passage.label.groups.iter().map(ToString::to_string).collect(),
        };
        if !both_read && !only_here.contains(&document) {
            only_here.push(document);
        }
    }
    let hits = found.passages.into_iter().map(|scored| Hit::new(scored, viewer)).collect();
    Ok(Side { as_label, reads: true, answer, hits, only_here })
}

/// Which rule decides whether somebody reads a document.
pub async fn explain(
    State(desk): State<Desk>,
    asker: Asker,
    During(occasion): During,
    body: Body<AccessRequest>,
) -> Result<Json<AccessReply>, ApiError> {
    let AccessRequest { person, document } = body.map_err(malformed)?.0;
    let (store, workspace) = (&desk.people.door.store, asker.principal.workspace());
    let Some(person) = find(store, workspace, &person).await? else { return Ok(Json(AccessReply::nobody())) };
    // Of what the asker may not know of, nothing is said about anybody.
    let found = desk.library.inspect(&asker.principal.clearance()?, &document).await?;
    let Some(found) = found else { return Ok(Json(AccessReply::no_document(person.login))) };
    let decided = verdict::explain(workspace, &person, &found.label)?;
    let detail: Value = json!({"person": person.id.to_string(), "reads": decided.reads});
    let deed = Deed::new(What::AccessExplained, occasion).to(Thing::Document, found.document).with(detail);
    desk.audit.note(&asker.principal, deed).await?;
    Ok(Json(AccessReply::decided(person.login, found.document.to_string(), found.title, decided)))
}

impl From<EyesError> for ApiError {
    fn from(error: EyesError) -> Self {
        match error {
            EyesError::Nobody | EyesError::Outside(_) => Self::bad_request(error.to_string()),
            EyesError::Access(error) => error.into(),
            EyesError::Store(error) => error.into(),
        }
    }
}
