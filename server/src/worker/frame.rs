//! The words between parent and worker: length-prefixed, a JSON head and raw bytes one way, JSON the other.

use ingest::parse::{Page, Parsed};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// No answer is longer: 20 MB of text with room for escapes.
const LONGEST_ANSWER: u32 = 128 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
pub struct Head {
    pub name: String,
    pub bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct WirePage {
    number: u32,
    text: String,
}

#[derive(Serialize, Deserialize)]
struct WireParsed {
    title: Option<String>,
    language: Option<String>,
    markdown: String,
    pages: Vec<WirePage>,
    problems: Vec<String>,
}

type WireAnswer = Result<WireParsed, String>;

pub async fn send_document(to: &mut (impl AsyncWriteExt + Unpin), name: &str, bytes: &[u8]) -> io::Result<()> {
    let head = serde_json::to_vec(&Head { name: name.to_owned(), bytes: bytes.len() as u64 })?;
    to.write_all(&length(&head)?).await?;
    to.write_all(&head).await?;
    to.write_all(bytes).await?;
    to.flush().await
}

pub async fn receive_answer(from: &mut (impl AsyncReadExt + Unpin)) -> io::Result<Result<Parsed, String>> {
    let length = from.read_u32_le().await?;
    if length > LONGEST_ANSWER {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the answer is too long"));
    }
    let mut answer = vec![0; length as usize];
    from.read_exact(&mut answer).await?;
    let answer: WireAnswer = serde_json::from_slice(&answer)?;
    Ok(answer.map(from_wire))
}

/// The next document, or `None` when the parent has hung up.
pub fn receive_document(from: &mut impl Read) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut head = vec![0; u32::from_le_bytes(length) as usize];
    from.read_exact(&mut head)?;
    let head: Head = serde_json::from_slice(&head)?;
    let mut bytes = Vec::new();
    from.take(head.bytes).read_to_end(&mut bytes)?;
    Ok(Some((head.name, bytes)))
}

pub fn send_answer(to: &mut impl Write, answer: Result<Parsed, String>) -> io::Result<()> {
    let answer = serde_json::to_vec(&answer.map(to_wire))?;
    to.write_all(&length(&answer)?)?;
    to.write_all(&answer)?;
    to.flush()
}

fn length(message: &[u8]) -> io::Result<[u8; 4]> {
    u32::try_from(message.len()).map(u32::to_le_bytes).map_err(io::Error::other)
}

fn to_wire(parsed: Parsed) -> WireParsed {
    let Parsed { title, language, markdown, pages, problems } = parsed;
    let pages = pages.into_iter().map(|Page { number, text }| WirePage { number, text }).collect();
    WireParsed { title, language, markdown, pages, problems }
}

fn from_wire(parsed: WireParsed) -> Parsed {
    let WireParsed { title, language, markdown, pages, problems } = parsed;
    let pages = pages.into_iter().map(|WirePage { number, text }| Page { number, text }).collect();
    Parsed { title, language, markdown, pages, problems }
}
