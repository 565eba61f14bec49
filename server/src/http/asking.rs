//! The handlers of asking: a question, answered in one piece or as it is worked out.
//!
//! An answer is made beside the request that asked for it, so that whoever hangs up leaves a record, and whoever was cut
//! off can come back for the rest.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use retrieval::access::Principal;
use tokio_util::sync::CancellationToken;

use super::Desk;
use super::audit::During;
use super::conversations::{Before, Name, named};
use super::error::ApiError;
use super::handlers::{Body, malformed, viewer};
use super::live::{self, Ending, Pen, SeenWith, Still, Telling};
use super::simulate::seeing;
use super::who::Asker;
use super::wire::{AskReply, AskRequest, CheckedEvent, Format, SourcesEvent, Viewer, WordsEvent};
use crate::answer::{Answer, Event, Question, Teller};
use crate::audit::Occasion;
use crate::library::bare_origin;
use crate::people::policy::{Kind, Relation, Verb};

/// A question that may be asked: by whom, with whose eyes, after what.
pub struct Asking {
    desk: Desk,
    asker: Principal,
    eyes: Principal,
    as_label: Option<String>,
    viewer: Viewer,
    question: Question,
    before: Before,
    format: Format,
}

pub async fn ask(
    State(desk): State<Desk>,
    asker: Asker,
    During(occasion): During,
    headers: HeaderMap,
    body: Body<AskRequest>,
) -> Result<Response, ApiError> {
    let asking = Asking::of(&desk, &asker, &occasion, body.map_err(malformed)?.0).await?;
    match live::is_wanted(&headers) {
        true => Ok(live::told(asking.begin(&headers)?)),
        false => Ok(Json(asking.whole().await?).into_response()),
    }
}

/// The rest of an answer, for whoever was cut off.
pub async fn resume(
    State(desk): State<Desk>,
    asker: Asker,
    headers: HeaderMap,
    stream: Name,
) -> Result<Response, ApiError> {
    let after = live::wants_from(&headers).ok_or_else(|| ApiError::bad_request("Last-Event-ID is none of ours"))?;
    let reader = desk.streams.join(&asker.principal, &named(stream)?)?;
    let still = Still::new(&desk, &headers, reader.seen_with());
    Ok(live::told(Telling::from_behind(after, reader, still).await))
}

/// Enough of an answer: what was told of it stays.
pub async fn stop(State(desk): State<Desk>, asker: Asker, stream: Name) -> Result<StatusCode, ApiError> {
    desk.streams.join(&asker.principal, &named(stream)?)?.stop();
    Ok(StatusCode::NO_CONTENT)
}

impl Asking {
    pub async fn of(
        desk: &Desk,
        asker: &Asker,
        occasion: &Occasion,
        mut request: AskRequest,
    ) -> Result<Self, ApiError> {
        desk.readiness.to_answer()?;
        let question = Question::parse(&request.question)?;
        let eyes = seeing(desk, asker, request.as_label.as_deref(), occasion).await?;
        let before = Before::of(desk, asker, &eyes, &mut request).await?;
        let (mut desk, principal) = (desk.clone(), asker.principal.clone());
        let AskRequest { as_label, generation, format, .. } = request;
        if let Some(name) = generation {
            asker.must(Verb::Read, Kind::Explanation, Relation::Others)?;
            desk.answerer = desk.answerer.only_in(desk.library.kept_index(&name).await?);
        }
        Ok(Self { desk, asker: principal, eyes, as_label, viewer: viewer(asker), question, before, format })
    }

    /// In one piece. Whoever does not wait for it leaves it to end by itself, with what it came to.
    pub async fn whole(self) -> Result<AskReply, ApiError> {
        let enough = CancellationToken::new();
        let _waited_for = enough.clone().drop_guard();
        let streams = self.desk.streams.clone();
        let answered = streams.beside(async move { self.answer(Teller::to_nobody(enough)).await }).await;
        answered.unwrap_or_else(|broken| Err(ApiError::internal(broken)))
    }

    /// As it is worked out.
    pub fn begin(self, headers: &HeaderMap) -> Result<Telling, ApiError> {
        let streams = self.desk.streams.clone();
        let eyes = SeenWith::new(&self.eyes, self.as_label.as_deref());
        let (asker, still) = (self.asker.clone(), Still::new(&self.desk, headers, eyes.clone()));
        let reader = streams.open(&asker, eyes, |pen| async move {
            let (viewer, enough) = (self.viewer, pen.enough());
            let teller = Teller::new(enough, move |event| say(&pen, viewer, event));
            match self.answer(teller).await {
                Ok(reply) => Ending::done(&reply),
                Err(error) => Ending::failed(error),
            }
        })?;
        Ok(Telling::from_the_first(reader, still))
    }

    async fn answer(self, teller: Teller) -> Result<AskReply, ApiError> {
        let Self { desk, eyes, viewer, question, before, format, .. } = self;
        let answer = match before.called(&desk, &eyes, &question) {
            Some(team) => desk.answerer.pass_on(&eyes, &team, &question, teller).await?,
            None => desk.answerer.tell(&eyes, &question, before.past(), teller).await?,
        };
        let kept = before.keep(&desk, &eyes, &question, &answer).await;
        before.sum_up(&desk, eyes, kept.as_ref());
        let declined = if answer.declined { "true" } else { "false" };
        metrics::counter!("lectern_answers_total", "declined" => declined).increment(1);
        let html = (format == Format::Html).then(|| answer.html(&addresses(&answer)));
        Ok(AskReply { html, ..AskReply::new(answer, viewer).kept(kept) })
    }
}

/// Where the sources of an answer are on the web.
fn addresses(answer: &Answer) -> Vec<String> {
    answer.sources.iter().map(|source| bare_origin(&source.origin).to_owned()).collect()
}

fn say(pen: &Pen, viewer: Viewer, event: Event) {
    match event {
        Event::Sources { asked_as, sources } => {
            pen.rests_on(sources.iter().map(|source| source.document).collect());
            pen.say("sources", &SourcesEvent::new(pen.stream(), asked_as, sources, viewer));
        }
        Event::Words(text) => pen.say("delta", &WordsEvent { text }),
        Event::Checked(checked) => pen.say("checked", &CheckedEvent::new(checked, viewer)),
    }
}
