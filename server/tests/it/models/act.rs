//! What a server does once it was asked: it says something, or it fails in one of the ways in which servers fail.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncWriteExt as _, Result};
use tokio::net::tcp::OwnedWriteHalf;

use super::format::Format;

/// Words without an end, or with one.
pub type Words = Box<dyn Iterator<Item = String> + Send>;

#[derive(Clone)]
pub enum Act {
    /// A word at a time where it is asked to stream, else in one piece.
    Say(Saying),
    /// In one piece, whatever it is asked.
    SayAtOnce(Saying),
    /// Word by word, with pauses; ends when the words do.
    Tell {
        words: Arc<dyn Fn() -> Words + Send + Sync>,
        before: Duration,
        between: Duration,
    },
    Status(u16, Vec<(&'static str, String)>, String),
    /// This body of a stream, to the byte; then it ends as it should.
    Body(Vec<u8>),
    /// Not a byte.
    Silence,
    /// The head, and then nothing.
    SilenceWithin,
    /// These words, and then nothing.
    Stall(String),
    /// These words, and then the connection is reset.
    Cut(String),
}

/// A reply and what goes with it.
#[derive(Clone, Debug)]
pub struct Saying {
    pub text: String,
    pub cut_off: bool,
    /// Input and output; `None` for a server that does not count.
    pub usage: Option<(u64, u64)>,
    /// As it calls itself.
    pub model: String,
}

const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\
                      Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";

impl Saying {
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), cut_off: false, usage: Some((7, 3)), model: "itself-2026".into() }
    }
}

impl Act {
    pub fn say(text: &str) -> Self {
        Self::Say(Saying::new(text))
    }

    pub fn status(status: u16) -> Self {
        Self::Status(status, Vec::new(), String::new())
    }

    pub async fn perform(self, format: Format, asked: &Value, to: &mut OwnedWriteHalf) -> Result<()> {
        match self {
            Self::Say(saying) if asked["stream"] == true => {
                let words: Vec<String> = saying.text.split_inclusive(' ').map(str::to_owned).collect();
                stream(format, &saying, words.into_iter(), [Duration::ZERO; 2], to).await?;
                last_chunk(to).await
            }
            Self::Say(saying) | Self::SayAtOnce(saying) => {
                status(200, &[], &format.whole(&saying).to_string(), to).await
            }
            Self::Tell { words, before, between } => {
                stream(format, &Saying::new(""), words(), [before, between], to).await?;
                last_chunk(to).await
            }
            Self::Status(code, headers, body) => status(code, &headers, &body, to).await,
            Self::Body(bytes) => {
                to.write_all(STREAM.as_bytes()).await?;
                chunk(&bytes, to).await?;
                last_chunk(to).await
            }
            Self::Silence => std::future::pending().await,
            Self::SilenceWithin => {
                to.write_all(STREAM.as_bytes()).await?;
                std::future::pending().await
            }
            Self::Stall(text) => {
                begin(format, &text, to).await?;
                std::future::pending().await
            }
            Self::Cut(text) => {
                begin(format, &text, to).await?;
                // A reset may overtake what was written just before it.
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(())
            }
        }
    }
}

async fn begin(format: Format, text: &str, to: &mut OwnedWriteHalf) -> Result<()> {
    to.write_all(STREAM.as_bytes()).await?;
    chunk(format.opening(&Saying::new("")).as_bytes(), to).await?;
    chunk(format.piece(text).as_bytes(), to).await
}

async fn stream(
    format: Format,
    saying: &Saying,
    words: impl Iterator<Item = String>,
    [before, between]: [Duration; 2],
    to: &mut OwnedWriteHalf,
) -> Result<()> {
    to.write_all(STREAM.as_bytes()).await?;
    tokio::time::sleep(before).await;
    chunk(format.opening(saying).as_bytes(), to).await?;
    for word in words {
        chunk(format.piece(&word).as_bytes(), to).await?;
        if !between.is_zero() {
            tokio::time::sleep(between).await;
        }
    }
    chunk(format.closing(saying).as_bytes(), to).await
}

async fn status(code: u16, headers: &[(&str, String)], body: &str, to: &mut OwnedWriteHalf) -> Result<()> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let kind = if body.starts_with('<') { "text/html" } else { "application/json" };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {code} X\r\nContent-Type: {kind}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    to.write_all((head + body).as_bytes()).await
}

async fn chunk(bytes: &[u8], to: &mut OwnedWriteHalf) -> Result<()> {
    let framed = [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    to.write_all(&framed).await
}

async fn last_chunk(to: &mut OwnedWriteHalf) -> Result<()> {
    to.write_all(b"0\r\n\r\n").await
}
