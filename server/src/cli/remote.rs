//! Talking to the server that owns the data directory, with the token that it left there.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use retrieval::model::RecordId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Failure;
use crate::config::Secret;
use crate::datadir::DataDir;
use crate::http::wire::BackupRequest;
use crate::http::wire::{
    Accepted, AskReply, AskRequest, Confirmed, ExplainReply, ExplainRequest, Format, InspectReply, LedgerReply,
    NewDocuments, PageReply, Queued, ReceiptReply, Receipts, RecordReply, Removed, Retried, Retry, SearchReply,
    SearchRequest, SelfCheckReply, SiteRequest, SourceReply, Sources, SpendingReply, SyncReply, SyncRequest, WhyReply,
    WhyRequest,
};
use crate::http::wire::{Behind, ConversationLine, ConversationList, ConversationReply, Rename, Sought};
use crate::http::wire::{
    GroupReply, GroupsReply, Invited, KeyMade, KeyReply, KeysReply, LinkMade, NewKeyRequest, NewPersonRequest,
    PeopleQuery, PeopleReply, PersonChangeRequest, PersonReply,
};

const CONNECT: Duration = Duration::from_secs(5);
/// A server may be writing its index anew before it can take something out.
const ANSWER: Duration = Duration::from_secs(120);
/// Of a whole check for leaks.
const CHECK: Duration = Duration::from_secs(900);

/// What a server writes beside its data for its own command line.
#[derive(Serialize, Deserialize)]
pub struct ServerFile {
    pub url: String,
    pub token: String,
}

pub struct Remote {
    pub(super) client: reqwest::Client,
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

    pub async fn record(&self, record: RecordId) -> Result<Option<RecordReply>, Failure> {
        self.find(self.client.get(self.at(&format!("/answers/{record}")))).await
    }

    pub async fn ask(&self, question: &str, as_text: Option<&str>, session: Option<&str>) -> Result<AskReply, Failure> {
        let request = AskRequest {
            question: question.to_owned(),
            as_label: as_text.map(str::to_owned),
            history: Vec::new(),
            conversation: session.map(str::to_owned),
            conversation_secret: None,
            generation: None,
            format: Format::Text,
        };
        self.call(self.client.post(self.at("/ask")).json(&request)).await
    }

    /// `None` when that build of the index is not kept.
    pub async fn ask_of(&self, question: &str, as_text: Option<&str>, of: &str) -> Result<Option<AskReply>, Failure> {
        let asked = json!({"question": question, "as": as_text, "generation": of});
        self.find(self.client.post(self.at("/ask")).json(&asked)).await
    }

    /// As long as it takes: the server begins to answer only when it is done.
    pub async fn self_check(&self) -> Result<SelfCheckReply, Failure> {
        let patient = reqwest::Client::builder().no_proxy().connect_timeout(CONNECT).timeout(CHECK).build()?;
        self.call(patient.post(self.at("/self-check"))).await
    }

    pub async fn spending(&self) -> Result<SpendingReply, Failure> {
        self.call(self.client.get(self.at("/spending"))).await
    }

    /// What comes of it is read piece by piece: it is as large as the library.
    pub async fn backup(&self, request: &BackupRequest) -> Result<reqwest::Response, Failure> {
        let reply = self.send(self.client.post(self.at("/backup")).json(request)).await?;
        match reply.status().is_success() {
            true => Ok(reply),
            false => Err(self.read::<Value>(reply).await.err().unwrap_or_else(|| anyhow!("no backup came").into())),
        }
    }

    /// How the last check for leaks ended; `None` before the first.
    pub async fn last_check(&self) -> Result<Option<SelfCheckReply>, Failure> {
        let reply = self.send(self.client.get(format!("{}/readyz", self.url))).await?;
        // Not ready is an answer, too.
        let told: Value = reply.json().await.context("the running server's answer cannot be read")?;
        Ok(serde_json::from_value(told["details"]["leaks"].clone())
            .context("the running server's answer cannot be read")?)
    }

    pub async fn add(&self, documents: &NewDocuments) -> Result<Accepted, Failure> {
        self.call(self.client.post(self.at("/documents")).json(documents)).await
    }

    pub async fn remove(&self, name: &str) -> Result<Vec<String>, Failure> {
        let removed: Removed =
            self.call(self.client.delete(self.at("/documents")).json(&json!({"name": name}))).await?;
        Ok(removed.documents)
    }

    pub async fn receipts(&self, limit: usize) -> Result<Vec<ReceiptReply>, Failure> {
        Ok(self.call::<Receipts>(self.client.get(self.at(&format!("/receipts?limit={limit}")))).await?.receipts)
    }

    /// `None` when no document of this name left.
    pub async fn receipt(&self, document: &str) -> Result<Option<ReceiptReply>, Failure> {
        self.find(self.client.get(self.at(&format!("/receipts/{document}")))).await
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

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Those whose logins come after this one, as many as a reply holds.
    pub async fn people(&self, after: &str) -> Result<PeopleReply, Failure> {
        let after = (!after.is_empty()).then(|| after.to_owned());
        self.ask_for_people(&PeopleQuery { after, limit: Some(200), login: None }).await
    }

    pub async fn person_named(&self, login: &str) -> Result<Option<PersonReply>, Failure> {
        let query = PeopleQuery { login: Some(login.to_owned()), ..PeopleQuery::default() };
        Ok(self.ask_for_people(&query).await?.people.into_iter().next())
    }

    async fn ask_for_people(&self, query: &PeopleQuery) -> Result<PeopleReply, Failure> {
        let limit = query.limit.map(|limit| limit.to_string());
        let at = self.asking("/people", [("after", &query.after), ("login", &query.login), ("limit", &limit)])?;
        self.call(self.client.get(at)).await
    }

    pub async fn invite(&self, request: &NewPersonRequest) -> Result<Invited, Failure> {
        self.call(self.client.post(self.at("/people")).json(request)).await
    }

    pub async fn change(&self, id: &str, request: &PersonChangeRequest) -> Result<PersonReply, Failure> {
        self.call(self.client.patch(self.at(&format!("/people/{id}"))).json(request)).await
    }

    pub async fn remove_person(&self, id: &str) -> Result<bool, Failure> {
        self.gone(&format!("/people/{id}")).await
    }

    pub async fn link(&self, id: &str) -> Result<LinkMade, Failure> {
        self.call(self.client.post(self.at(&format!("/people/{id}/link")))).await
    }

    pub async fn groups(&self) -> Result<Vec<GroupReply>, Failure> {
        let found: GroupsReply = self.call(self.client.get(self.at("/groups"))).await?;
        Ok(found.groups)
    }

    pub async fn add_group(&self, name: &str) -> Result<(), Failure> {
        let _: GroupReply = self.call(self.client.post(self.at("/groups")).json(&json!({"name": name}))).await?;
        Ok(())
    }

    pub async fn remove_group(&self, name: &str) -> Result<bool, Failure> {
        self.gone(&format!("/groups/{name}")).await
    }

    /// Of the person with this id, or of `all`.
    pub async fn keys(&self, owner: &str) -> Result<Vec<KeyReply>, Failure> {
        let found: KeysReply = self.call(self.client.get(self.at(&format!("/keys?owner={owner}")))).await?;
        Ok(found.keys)
    }

    pub async fn make_key(&self, request: &NewKeyRequest) -> Result<KeyMade, Failure> {
        self.call(self.client.post(self.at("/keys")).json(request)).await
    }

    pub async fn revoke(&self, id: &str) -> Result<bool, Failure> {
        self.gone(&format!("/keys/{id}")).await
    }

    /// Remove what this path names; false when it was not there.
    pub(super) async fn gone(&self, path: &str) -> Result<bool, Failure> {
        self.gone_at(self.at(path)).await
    }

    async fn gone_at(&self, at: impl reqwest::IntoUrl) -> Result<bool, Failure> {
        let reply = self.send(self.client.delete(at)).await?;
        match reply.status() {
            reqwest::StatusCode::NOT_FOUND => Ok(false),
            reqwest::StatusCode::NO_CONTENT => Ok(true),
            _ => self.read::<Value>(reply).await.map(|_| true),
        }
    }

    pub async fn conversations(&self, sought: &Sought) -> Result<ConversationList, Failure> {
        let limit = sought.limit.map(|limit| limit.to_string());
        let at = self.asking("/conversations", [("q", &sought.q), ("after", &sought.after), ("limit", &limit)])?;
        self.call(self.client.get(at)).await
    }

    /// `None` when there is no such conversation.
    pub async fn conversation(&self, name: &str, behind: &Behind) -> Result<Option<ConversationReply>, Failure> {
        let limit = behind.limit.map(|limit| limit.to_string());
        let at = with(self.conversation_at(name)?, [("after", &behind.after), ("limit", &limit)]);
        self.find(self.client.get(at)).await
    }

    pub async fn rename(&self, name: &str, rename: &Rename) -> Result<Option<ConversationLine>, Failure> {
        self.find(self.client.patch(self.conversation_at(name)?).json(rename)).await
    }

    pub async fn forget_conversation(&self, name: &str) -> Result<bool, Failure> {
        self.gone_at(self.conversation_at(name)?).await
    }

    /// A name may hold anything; it is one part of the address.
    fn conversation_at(&self, name: &str) -> Result<url::Url, Failure> {
        let mut at: url::Url = self.at("/conversations").parse().context("the server's address cannot be read")?;
        if let Ok(mut parts) = at.path_segments_mut() {
            parts.push(name);
        }
        Ok(at)
    }

    /// With what is asked for in the address, of this the parts that are there.
    pub(super) fn asking<const N: usize>(
        &self,
        path: &str,
        parts: [(&str, &Option<String>); N],
    ) -> Result<url::Url, Failure> {
        Ok(with(self.at(path).parse().context("the server's address cannot be read")?, parts))
    }

    pub(super) fn at(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.url)
    }

    pub(super) async fn call<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, Failure> {
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

fn with<const N: usize>(mut at: url::Url, parts: [(&str, &Option<String>); N]) -> url::Url {
    for (name, value) in parts {
        if let Some(value) = value {
            at.query_pairs_mut().append_pair(name, value);
        }
    }
    at
}
