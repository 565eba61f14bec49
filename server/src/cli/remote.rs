//! Talking to the server that owns the data directory, with the token that it left there.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Failure;
use crate::config::Secret;
use crate::datadir::DataDir;
use crate::http::wire::{
    Accepted, AskReply, AskRequest, Confirmed, ExplainReply, ExplainRequest, InspectReply, JobReply, LedgerReply,
    NewDocuments, PageReply, Queued, Removed, Retried, Retry, SearchReply, SearchRequest, SiteRequest, SourceReply,
    Sources, SyncReply, SyncRequest, WhyReply, WhyRequest,
};

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

    pub async fn search(&self, request: &SearchRequest) -> Result<SearchReply, Failure> {
        self.call(self.client.post(self.at("/search")).json(request)).await
    }

    pub async fn why(&self, request: &WhyRequest) -> Result<WhyReply, Failure> {
        self.call(self.client.post(self.at("/why")).json(request)).await
    }

    pub async fn ask(&self, question: &str, as_text: &str) -> Result<AskReply, Failure> {
        let (question, as_label) = (question.to_owned(), Some(as_text.to_owned()));
        self.call(self.client.post(self.at("/ask")).json(&AskRequest { question, as_label, history: Vec::new() })).await
    }

    pub async fn add(&self, documents: &NewDocuments) -> Result<Accepted, Failure> {
        self.call(self.client.post(self.at("/documents")).json(documents)).await
    }

    pub async fn remove(&self, name: &str) -> Result<bool, Failure> {
        let removed: Removed =
            self.call(self.client.delete(self.at("/documents")).json(&json!({"name": name}))).await?;
        Ok(removed.removed)
    }

    /// `None` when there is no such document.
    pub async fn inspect(&self, name: &str) -> Result<Option<InspectReply>, Failure> {
        let mut at: url::Url = self.at("/documents/inspect").parse().context("the server's address cannot be read")?;
        at.query_pairs_mut().append_pair("name", name);
        self.find(self.client.get(at)).await
    }

    pub async fn sync(&self, request: &SyncRequest) -> Result<SyncReply, Failure> {
        self.call(self.client.post(self.at("/documents/sync")).json(request)).await
    }

    pub async fn retry(&self, job: Option<String>) -> Result<Retried, Failure> {
        self.call(self.client.post(self.at("/jobs/retry")).json(&Retry { job })).await
    }

    pub async fn crawl(&self, site: &SiteRequest) -> Result<Queued, Failure> {
        self.call(self.client.post(self.at("/sources")).json(site)).await
    }

    pub async fn sources(&self) -> Result<Vec<SourceReply>, Failure> {
        let found: Sources = self.call(self.client.get(self.at("/sources"))).await?;
        Ok(found.sources)
    }

    pub async fn source(&self, id: &str) -> Result<Option<SourceReply>, Failure> {
        self.find(self.client.get(self.at(&format!("/sources/{id}")))).await
    }

    pub async fn pages(&self, id: &str) -> Result<Vec<PageReply>, Failure> {
        let found: LedgerReply = self.call(self.client.get(self.at(&format!("/sources/{id}/pages")))).await?;
        Ok(found.pages)
    }

    pub async fn confirm(&self, id: &str) -> Result<Confirmed, Failure> {
        self.call(self.client.post(self.at(&format!("/sources/{id}/confirm")))).await
    }

    pub async fn forget(&self, id: &str) -> Result<Confirmed, Failure> {
        self.call(self.client.delete(self.at(&format!("/sources/{id}")))).await
    }

    pub async fn explain(&self, id: &str, url: &str) -> Result<ExplainReply, Failure> {
        let request = ExplainRequest { url: url.to_owned() };
        self.call(self.client.post(self.at(&format!("/sources/{id}/explain"))).json(&request)).await
    }

    pub async fn job(&self, job: &str) -> Result<JobReply, Failure> {
        self.call(self.client.get(self.at(&format!("/jobs/{job}")))).await
    }

    fn at(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.url)
    }

    async fn call<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, Failure> {
        self.read(self.send(request).await?).await
    }

    async fn find<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<Option<T>, Failure> {
        let reply = self.send(request).await?;
        match reply.status() {
            reqwest::StatusCode::NOT_FOUND => Ok(None),
            _ => self.read(reply).await.map(Some),
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, Failure> {
        let sent = request.bearer_auth(self.token.reveal()).send().await;
        Ok(sent.context("the running server does not answer")?)
    }

    async fn read<T: DeserializeOwned>(&self, reply: reqwest::Response) -> Result<T, Failure> {
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
