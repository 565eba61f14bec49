//! The words between parent and worker: length-prefixed JSON, raw bytes after it where it says so.
//!
//! The parent sends a [`Request`] with the bytes of a document. The worker answers with any number of [`Reply::Part`],
//! each followed by its bytes, and one last reply. Lengths are checked on both sides before anything is read.

use std::io::{self, Read, Write};

use ingest::parse::{Kind, Page, PageRules, Parsed, Survey};
use ingest::ports::Reading;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// No message is longer: 20 MB of text with room for escapes.
const LONGEST_MESSAGE: u32 = 128 * 1024 * 1024;

/// What the parent asks of a document.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    Parse,
    Survey,
}

#[derive(Serialize, Deserialize)]
pub struct Request {
    pub verb: Verb,
    pub name: String,
    /// What a person says it is, in the words of `Kind::named`; its content says so otherwise.
    pub kind: Option<String>,
    /// Where a page came from, when its name does not say so.
    pub url: Option<String>,
    pub rules: WireRules,
    /// How many workers died over this document before.
    pub deaths: usize,
    /// How many bytes follow.
    pub bytes: u64,
}

#[derive(Serialize, Deserialize, Default)]
pub struct WireRules {
    keep: Vec<String>,
    drop: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// A file inside the document; its bytes follow.
    Part {
        name: String,
        bytes: u64,
    },
    Read(Result<WireReading, String>),
    Surveyed(WireSurvey),
}

#[derive(Serialize, Deserialize)]
pub struct WireReading {
    kind: String,
    title: Option<String>,
    language: Option<String>,
    author: Option<String>,
    dated: Option<String>,
    markdown: String,
    pages: Vec<(u32, String)>,
    problems: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub struct WireSurvey {
    links: Vec<String>,
    canonical: Option<String>,
    refresh: Option<String>,
    noindex: bool,
    nofollow: bool,
    needs_scripts: bool,
}

pub async fn send(to: &mut (impl AsyncWriteExt + Unpin), request: &Request, bytes: &[u8]) -> io::Result<()> {
    let head = serde_json::to_vec(request)?;
    to.write_all(&length(&head)?).await?;
    to.write_all(&head).await?;
    to.write_all(bytes).await?;
    to.flush().await
}

pub async fn receive(from: &mut (impl AsyncReadExt + Unpin)) -> io::Result<Reply> {
    let length = from.read_u32_le().await?;
    if length > LONGEST_MESSAGE {
        return Err(too_long());
    }
    let mut reply = vec![0; length as usize];
    from.read_exact(&mut reply).await?;
    Ok(serde_json::from_slice(&reply)?)
}

/// The bytes that follow a part's announcement, if they are no more than `most`.
pub async fn receive_bytes(from: &mut (impl AsyncReadExt + Unpin), many: u64, most: usize) -> io::Result<Vec<u8>> {
    let many = usize::try_from(many).ok().filter(|many| *many <= most).ok_or_else(too_long)?;
    let mut bytes = vec![0; many];
    from.read_exact(&mut bytes).await?;
    Ok(bytes)
}

/// The next request with its document, or `None` when the parent has hung up.
pub fn next_request(from: &mut impl Read) -> io::Result<Option<(Request, Vec<u8>)>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let request: Request = message(from, u32::from_le_bytes(length))?;
    let mut bytes = Vec::new();
    from.take(request.bytes).read_to_end(&mut bytes)?;
    Ok(Some((request, bytes)))
}

pub fn answer(to: &mut impl Write, reply: &Reply, bytes: &[u8]) -> io::Result<()> {
    let reply = serde_json::to_vec(reply)?;
    to.write_all(&length(&reply)?)?;
    to.write_all(&reply)?;
    to.write_all(bytes)?;
    to.flush()
}

fn message<T: DeserializeOwned>(from: &mut impl Read, length: u32) -> io::Result<T> {
    if length > LONGEST_MESSAGE {
        return Err(too_long());
    }
    let mut bytes = vec![0; length as usize];
    from.read_exact(&mut bytes)?;
    Ok(serde_json::from_slice(&bytes)?)
}

fn length(message: &[u8]) -> io::Result<[u8; 4]> {
    u32::try_from(message.len()).map(u32::to_le_bytes).map_err(io::Error::other)
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the message is too long")
}

impl From<&PageRules> for WireRules {
    fn from(PageRules { keep, drop }: &PageRules) -> Self {
        Self { keep: keep.clone(), drop: drop.clone() }
    }
}

impl From<WireRules> for PageRules {
    fn from(WireRules { keep, drop }: WireRules) -> Self {
        Self { keep, drop }
    }
}

impl From<Reading> for WireReading {
    fn from(Reading { kind, parsed }: Reading) -> Self {
        let Parsed { title, language, author, dated, markdown, pages, problems } = parsed;
        let pages = pages.into_iter().map(|Page { number, text }| (number, text)).collect();
        let kind = kind.as_str().to_owned();
        Self { kind, title, language, author, dated, markdown, pages, problems }
    }
}

impl TryFrom<WireReading> for Reading {
    type Error = String;

    fn try_from(wire: WireReading) -> Result<Self, String> {
        let WireReading { kind, title, language, author, dated, markdown, pages, problems } = wire;
        let kind = Kind::named(&kind).ok_or_else(|| format!("the worker calls it \"{kind}\""))?;
        let pages = pages.into_iter().map(|(number, text)| Page { number, text }).collect();
        Ok(Self { kind, parsed: Parsed { title, language, author, dated, markdown, pages, problems } })
    }
}

impl From<Survey> for WireSurvey {
    fn from(survey: Survey) -> Self {
        let Survey { links, canonical, refresh, noindex, nofollow, needs_scripts } = survey;
        Self { links, canonical, refresh, noindex, nofollow, needs_scripts }
    }
}

impl From<WireSurvey> for Survey {
    fn from(wire: WireSurvey) -> Self {
        let WireSurvey { links, canonical, refresh, noindex, nofollow, needs_scripts } = wire;
        Self { links, canonical, refresh, noindex, nofollow, needs_scripts }
    }
}
