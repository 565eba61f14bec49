//! Talking to the server that owns the data directory, with the token that it left there.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Failure;
use crate::config::Secret;
use crate::datadir::DataDir;
use crate::http::wire::{Accepted, AskReply, AskRequest, JobReply, NewDocuments, Removed, SearchReply, SearchRequest};

const CONNECT: Duration = Duration::from_secs(5);
/// A server may be writing its index anew before it can take something out.
const ANSWER: Duration = Duration::from_secs(120);

/// What a server writes beside its data for its own command line.
#[derive(Serialize, Deserialize)]
pub struct ServerFile {
    pub url: String,
    pub token: String,
}

pub struct Remote {
    client: reqwest::Client,
    url: String,
    token: Secret,
}

impl Remote {
    pub fn connect(data: &DataDir) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(data.server_file());
        let text =
            text.map_err(|_| anyhow!("another lectern command uses {}: wait for it to end", data.root().display()))?;
        let file: ServerFile = serde_json::from_str(&text).context("the server's file cannot be read")?;
        let client = reqwest::Client::builder().no_proxy().connect_timeout(CONNECT).read_timeout(ANSWER).build()?;
        Ok(Self { client, url: file.url, token: file.token.into() })
    }

    pub async fn search(&self, query: &str, as_text: &str, limit: usize) -> Result<SearchReply, Failure> {
        let (query, as_label) = (query.to_owned(), Some(as_text.to_owned()));
        self.call(self.client.post(self.at("/search")).json(&SearchRequest { query, limit: Some(limit), as_label }))
            .await
    }

    pub async fn ask(&self, question: &str, as_text: &str) -> Result<AskReply, Failure> {
        let (question, as_label) = (question.to_owned(), Some(as_text.to_owned()));
        self.call(self.client.post(self.at("/ask")).json(&AskRequest { question, as_label })).await
    }

    pub async fn add(&self, documents: &NewDocuments) -> Result<Accepted, Failure> {
        self.call(self.client.post(self.at("/documents")).json(documents)).await
    }

    pub async fn remove(&self, name: &str) -> Result<bool, Failure> {
        let removed: Removed =
            self.call(self.client.delete(self.at("/documents")).json(&json!({"name": name}))).await?;
        Ok(removed.removed)
    }

    pub async fn job(&self, job: &str) -> Result<JobReply, Failure> {
        self.call(self.client.get(self.at(&format!("/jobs/{job}")))).await
    }

    fn at(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.url)
    }

    async fn call<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, Failure> {
        let reply =
            request.bearer_auth(self.token.reveal()).send().await.context("the running server does not answer")?;
        let status = reply.status();
        if status.is_success() {
            return Ok(reply.json().await.context("the running server's answer cannot be read")?);
        }
        let body: Value = reply.json().await.unwrap_or_default();
        let sentence = body["error"]["message"].as_str().map_or_else(|| status.to_string(), str::to_owned);
        match status {
            reqwest::StatusCode::BAD_REQUEST => Err(Failure::Usage(sentence)),
            _ => Err(Failure::Work(anyhow!("the running server says: {sentence}"))),
        }
    }
}
