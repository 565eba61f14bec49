//! Reading a reply as it comes: bytes to events, events to what was said, within limits of time and size.
//!
//! Knows no wire format but by its verb, and nothing of how the reply was asked for.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::stream;
use prompts::chat::{ChatError, Request, Said, Streaming};
use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use super::heard::{Heard, Known, Stop, garbled};
use super::refusal::Fault;
use super::remote::{Api, RemoteSettings, broken, late};
use super::sse::Events;

/// A token is rarely longer than this, on an average of hundreds never.
const MOST_BYTES_OF_A_TOKEN: usize = 32;
const LEAST_LIMIT_BYTES: usize = 4 * 1024;

/// A reply on its way.
pub struct Reading {
    /// `None` once nothing more is to come.
    line: Option<Line>,
    /// Heard and not yet passed on.
    said: VecDeque<Said>,
}

/// The open call; dropping it ends it.
struct Line {
    response: Response,
    api: Api,
    /// As it is configured.
    model: String,
    events: Events,
    known: Known,
    /// Text that may still come: a model that does not keep to what it may say is cut off.
    left_bytes: usize,
    /// Whether anything of a reply came.
    is_begun: bool,
    /// Whether the model gave a sign.
    is_at_work: bool,
    idle: Duration,
    silent_since: Instant,
    deadline: Instant,
}

impl Reading {
    pub fn new(response: Response, settings: &RemoteSettings, request: &Request, deadline: Instant) -> Self {
        let most_bytes = MOST_BYTES_OF_A_TOKEN.saturating_mul(request.max_tokens as usize);
        let line = Line {
            response,
            api: settings.api,
            model: settings.model.clone(),
            events: Events::default(),
            known: Known::of(&request.tools),
            left_bytes: most_bytes.saturating_add(LEAST_LIMIT_BYTES),
            is_begun: false,
            is_at_work: false,
            idle: settings.patience.idle,
            silent_since: Instant::now(),
            deadline,
        };
        Self { line: Some(line), said: VecDeque::new() }
    }

    /// A reply that came in one piece.
    pub fn whole(text: String, end: Vec<Said>) -> Self {
        let piece = Some(text).filter(|text| !text.is_empty()).map(Said::Piece);
        Self { line: None, said: piece.into_iter().chain(end).collect() }
    }

    /// Until there is something to pass on, which has to be a word or a call: an ending alone is no reply. `until` is for a model
    /// that gives no sign; one that thinks may take longer.
    pub async fn wait(&mut self, until: Instant) -> Result<(), Fault> {
        while self.said.is_empty() {
            let Some(line) = &mut self.line else { break };
            let until = if line.is_at_work { until.max(line.patient_until()) } else { until };
            if line.hear(until, &mut self.said).await? {
                self.line = None;
            }
        }
        match self.said.front() {
            Some(Said::Piece(_) | Said::Call(_)) => Ok(()),
            Some(Said::End(_)) | None => Err(Fault::last(garbled("it holds no text"))),
        }
    }

    pub fn streaming(self) -> Streaming {
        Box::pin(stream::try_unfold(self, |mut reading| async move {
            let next = reading.next().await?;
            Ok::<_, ChatError>(next.map(|said| (said, reading)))
        }))
    }

    async fn next(&mut self) -> Result<Option<Said>, ChatError> {
        if let Some(line) = &mut self.line {
            // A reader who takes their time is no silence of the model.
            line.silent_since = Instant::now();
        }
        while self.said.is_empty() {
            let Some(line) = &mut self.line else { return Ok(None) };
            let until = line.patient_until();
            if line.hear(until, &mut self.said).await.map_err(|fault| fault.error)? {
                self.line = None;
            }
        }
        Ok(self.said.pop_front())
    }
}

impl Line {
    fn patient_until(&self) -> Instant {
        self.deadline.min(self.silent_since + self.idle)
    }

    /// What comes next, and whether it was the last.
    async fn hear(&mut self, until: Instant, said: &mut VecDeque<Said>) -> Result<bool, Fault> {
        let is_over = match timeout_at(until, self.response.chunk()).await {
            Ok(Ok(Some(bytes))) => self.take(&bytes, said)?,
            // A server may leave out the words that end it, if it has said why it stopped.
            Ok(_) | Err(_) if self.known.stop.is_some() => true,
            Ok(Ok(None)) if !self.is_begun => return Err(Fault::last(garbled("it ends before it begins"))),
            Ok(Ok(None)) => return Err(Fault::passing(cut())),
            Ok(Err(error)) => return Err(broken(&error)),
            Err(_) => return Err(late()),
        };
        if is_over {
            said.extend(self.known.end(&self.model).map_err(Fault::last)?);
        }
        Ok(is_over)
    }

    fn take(&mut self, bytes: &[u8], said: &mut VecDeque<Said>) -> Result<bool, Fault> {
        let mut events = Vec::new();
        let unbearable = self.events.feed(bytes, &mut events).err();
        for data in events {
            let heard = self.api.event(&data, &mut self.known).map_err(Fault::passing_if_unavailable)?;
            self.is_begun = true;
            match heard {
                Heard::Text(text) => said.extend(self.within_limit(text).map(Said::Piece)),
                Heard::Work => {}
                Heard::Nothing => continue,
                Heard::All => return Ok(true),
            }
            (self.is_at_work, self.silent_since) = (true, Instant::now());
            if self.left_bytes == 0 {
                self.known.stop = Some(Stop::CutOff);
                return Ok(true);
            }
        }
        unbearable.map_or(Ok(false), |why| Err(Fault::last(garbled(&why.to_string()))))
    }

    fn within_limit(&mut self, mut text: String) -> Option<String> {
        if text.len() > self.left_bytes {
            text.truncate(text.floor_char_boundary(self.left_bytes));
            self.left_bytes = 0;
        }
        self.left_bytes = self.left_bytes.saturating_sub(text.len());
        Some(text).filter(|text| !text.is_empty())
    }
}

fn cut() -> ChatError {
    ChatError::Unavailable("the connection ended in the middle".to_owned())
}
