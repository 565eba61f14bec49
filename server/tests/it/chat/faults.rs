//! Seven ways in which a model's server fails, in both formats, streamed and in one piece: each ends in an error that says
//! what to do next, or another model answers.

use std::sync::Arc;

use futures_util::future::join_all;
use prompts::chat::{ChatError, ChatModel, Payer};
use server::chat::Patience;
use server::clock::Clock;

use super::{HASTY, PATIENT, RESTLESS, asked, heard, ladder, question, remote};
use crate::models::{Act, Format, ModelServer};

/// What was said before it failed.
const BEGUN: &str = "Refunds take ";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    Down,
    Slow,
    Stall,
    TooMany,
    Broken,
    Cut,
    Garbage,
}

impl Fault {
    const ALL: [Self; 7] = [Self::Down, Self::Slow, Self::Stall, Self::TooMany, Self::Broken, Self::Cut, Self::Garbage];

    fn act(self, format: Format) -> Act {
        match self {
            Self::Down => Act::Silence, // nobody gets there
            Self::Slow => Act::Silence,
            Self::Stall => Act::Stall(BEGUN.into()),
            Self::TooMany => Act::Status(429, vec![("Retry-After", "0".into())], format.error("rate_limit_error", "")),
            Self::Broken => Act::Status(500, Vec::new(), format.error("api_error", "")),
            Self::Cut => Act::Cut(BEGUN.into()),
            Self::Garbage => Act::Body(b"data: {\"half\n\ndata: \xff\xfe\n\n".to_vec()),
        }
    }

    /// Silence is the only thing that there is no waiting for.
    fn patience(self) -> Patience {
        match self {
            Self::Slow => HASTY,
            Self::Stall => RESTLESS,
            Self::Down | Self::TooMany | Self::Broken | Self::Cut | Self::Garbage => PATIENT,
        }
    }

    fn is_midway(self) -> bool {
        matches!(self, Self::Stall | Self::Cut)
    }

    fn is_told_by(self, error: &ChatError) -> bool {
        match self {
            Self::Garbage => matches!(error, ChatError::Garbled(_)),
            _ => matches!(error, ChatError::Unavailable(_)),
        }
    }

    /// A model that fails so, and its server while there is one.
    async fn model(self, format: Format) -> (Arc<dyn ChatModel>, Option<ModelServer>) {
        let patience = self.patience();
        if self == Self::Down {
            return (remote(&ModelServer::down(), format, "main", patience), None);
        }
        let server = ModelServer::doing([self.act(format)]).await;
        (remote(&server.url(), format, "main", patience), Some(server))
    }
}

fn all() -> impl Iterator<Item = (Fault, Format)> {
    Fault::ALL.into_iter().flat_map(|fault| Format::BOTH.map(|format| (fault, format)))
}

#[tokio::test]
async fn every_fault_ends_in_an_error_that_says_what_to_do() {
    join_all(all().map(|(fault, format)| async move {
        let (model, server) = fault.model(format).await;
        let (text, end) = asked(&model).await;
        let error = end.unwrap_err();
        assert!(fault.is_told_by(&error), "{fault:?} {format:?}: {error}");
        assert_eq!(text, if fault.is_midway() { BEGUN } else { "" }, "{fault:?} {format:?}");
        let error = model.complete(&question(), &Payer::House).await.unwrap_err();
        assert!(fault.is_told_by(&error), "{fault:?} {format:?}: {error}");
        if let Some(server) = server {
            assert!(server.comes_to(0).await, "{fault:?} {format:?}: its call stays open");
        }
    }))
    .await;
}

#[tokio::test]
async fn another_model_answers_where_nothing_was_said_yet() {
    join_all(all().map(|(fault, format)| async move {
        let (main, _server) = fault.model(format).await;
        let spare = ModelServer::saying("Ten days.").await;
        let models = ladder([main, remote(&spare.url(), format, "spare", PATIENT)], &Clock::system());
        let (text, end) = asked(&models).await;
        let reply = models.complete(&question(), &Payer::House).await;
        if fault.is_midway() {
            assert_eq!((text.as_str(), spare.heard().len()), (BEGUN, 0), "{fault:?}: two models speak in one answer");
            assert!(fault.is_told_by(&end.unwrap_err()) && fault.is_told_by(&reply.unwrap_err()), "{fault:?}");
        } else {
            assert_eq!((text.as_str(), end.map(|ending| ending.model)), ("Ten days.", Ok("itself-2026".into())));
            assert_eq!(reply.map(|reply| reply.text), Ok("Ten days.".into()), "{fault:?} {format:?}");
        }
    }))
    .await;
}

type Kind = fn(String) -> ChatError;

#[tokio::test]
async fn what_is_no_reply_is_told_by_what_to_do_next() {
    let status = |code, body: &str| Act::Status(code, Vec::new(), body.to_owned());
    let long = Format::OpenAi.error("context_length_exceeded", "too many tokens");
    let body = |text: &str| Act::Body(text.as_bytes().to_vec());
    let cases: [(Act, Kind); 15] = [
        (status(503, "<html>"), ChatError::Unavailable),
        (body("data: {\"error\":{\"type\":\"overloaded_error\"}}\n\n"), ChatError::Unavailable),
        (body("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"), ChatError::Unavailable),
        (status(400, &long), ChatError::TooLong),
        (status(413, ""), ChatError::TooLong),
        (status(401, &Format::OpenAi.error("", "who are you")), ChatError::Refused),
        (status(404, &Format::OpenAi.error("", "no such model")), ChatError::Refused),
        (body("data: {\"choices\":[{\"finish_reason\":\"content_filter\"}]}\n\n"), ChatError::Refused),
        (status(200, "<html>a proxy</html>"), ChatError::Garbled),
        (status(200, "{\"choices\": []}"), ChatError::Garbled),
        (status(200, "{\"choices\": [{\"message\": {\"content\": null}}]}"), ChatError::Garbled),
        (status(200, &"x".repeat(2_000_000)), ChatError::Garbled),
        (body(""), ChatError::Garbled),
        (body("data: [DONE]\n\n"), ChatError::Garbled),
        (body(&"data: x\n".repeat(200_000)), ChatError::Garbled),
    ];
    join_all(cases.map(|(act, kind)| async move {
        let server = ModelServer::doing([act]).await;
        let error = asked(&remote(&server.url(), Format::OpenAi, "m", PATIENT)).await.1.unwrap_err();
        assert_eq!(std::mem::discriminant(&error), std::mem::discriminant(&kind(String::new())), "{error}");
    }))
    .await;
}

/// A reader that is never read from holds nobody else up, and what it was sent stays bounded.
#[tokio::test]
async fn nothing_is_sent_before_somebody_listens() {
    let server = ModelServer::saying("Ten days.").await;
    let model = remote(&server.url(), Format::OpenAi, "m", PATIENT);
    let streaming = model.stream(&question(), &Payer::House);
    tokio::task::yield_now().await;
    assert_eq!(server.heard().len(), 0);
    assert_eq!(heard(streaming).await.0, "Ten days.");
}
