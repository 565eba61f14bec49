//! The handler that gives a conversation as a file. It is read and sent a part at a time, however long it is; what is
//! masked when its part is read is masked in the file.

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, future, stream};
use retrieval::access::Principal;

use super::Desk;
use super::conversations::{HeldSecret, Name, conversations, named};
use super::error::ApiError;
use super::handlers::viewer;
use super::headers::Sandboxed;
use super::originals::disposition;
use super::who::Asker;
use super::wire::{ConversationLine, ExportQuery, ReplyLine, Transcript, TurnReply, Viewer};
use crate::conversation::{Claim, ConversationError, Said, Turn};
use crate::people::policy::{Kind, Relation, Verb};

/// Turns that are held at a time.
const PART: usize = 50;
/// Of a file's name, so that its ending stays.
const LONGEST_STEM: usize = 80;

/// What a file is written from, part by part.
struct Reading {
    desk: Desk,
    asker: Principal,
    name: String,
    secret: Option<String>,
    viewer: Viewer,
    format: Transcript,
}

pub async fn export(
    State(desk): State<Desk>,
    asker: Asker,
    HeldSecret(secret): HeldSecret,
    name: Name,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Result<Response, ApiError> {
    asker.must(Verb::Read, Kind::Conversation, Relation::Own)?;
    let format = query.ok().and_then(|Query(query)| Transcript::named(query.format.as_deref()));
    let format = format.ok_or_else(|| ApiError::bad_request("format is json or markdown"))?;
    let (name, viewer) = (named(name)?, viewer(&asker));
    let reading = Reading { desk, asker: asker.principal, name, secret, viewer, format };
    let Said { conversation, turns, replies, .. } = reading.part(0).await?;
    let line = ConversationLine::from(conversation);
    let mut given = HeaderMap::new();
    given.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media()));
    given.insert(header::CONTENT_DISPOSITION, disposition(&file_name(&line.title, format))?);
    let head = stream::once(future::ok(format.begin(&line)));
    let foot = stream::once(future::ok(format.end(&replies.into_iter().map(ReplyLine::from).collect::<Vec<_>>())));
    Ok((given, Sandboxed, Body::from_stream(head.chain(reading.parts(turns)).chain(foot))).into_response())
}

impl Reading {
    async fn part(&self, after: i64) -> Result<Said, ConversationError> {
        let claim = Claim { principal: &self.asker, name: &self.name, secret: self.secret.as_deref() };
        conversations(&self.desk).read(claim, &self.asker.clearance()?, after, PART).await
    }

    /// From these turns on.
    fn parts(self, first: Vec<Turn>) -> impl stream::Stream<Item = Result<String, ConversationError>> {
        stream::try_unfold((self, first), |(reading, turns)| async move {
            let Some(last) = turns.last().map(|turn| turn.ordinal) else { return Ok(None) };
            let behind = match turns.len() < PART {
                true => Ok(Vec::new()),
                false => reading.part(last).await.map(|said| said.turns),
            };
            let behind = behind.inspect_err(|error| tracing::warn!(%error, "a conversation's file broke off"))?;
            Ok(Some((reading.written(turns), (reading, behind))))
        })
    }

    fn written(&self, turns: Vec<Turn>) -> String {
        turns.into_iter().map(|turn| self.format.turn(&TurnReply::new(turn, self.viewer))).collect()
    }
}

fn file_name(title: &str, format: Transcript) -> String {
    let stem: String = title.chars().map(|c| if "/\\:".contains(c) { '-' } else { c }).take(LONGEST_STEM).collect();
    let stem = stem.trim_matches(['.', ' ']);
    format!("{}.{}", if stem.is_empty() { "conversation" } else { stem }, format.ending())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_the_conversation() {
        let check = |title: &str, expected: &str| assert_eq!(file_name(title, Transcript::Markdown), expected);
        check("How long do refunds take?", "How long do refunds take?.md");
        check("../etc/passwd", "-etc-passwd.md");
        check("", "conversation.md");
        check("...", "conversation.md");
        assert_eq!(file_name(&"x".repeat(120), Transcript::Json), format!("{}.json", "x".repeat(80)));
    }
}
