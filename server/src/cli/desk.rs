//! Where a command's work is done: in this process when it can own the data directory, by the running server otherwise.

use std::time::Instant;

use anyhow::anyhow;
use retrieval::access::Principal;
use retrieval::model::{RecordId, WorkspaceId};
use retrieval::search::Depth;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::remote::Remote;
use super::{Context, Failure};
use crate::answer::{Past, Question, Teller, WhyError};
use crate::audit::{Audit, Deed, Occasion, Thing, What};
use crate::conversation::{Claim, Conversations};
use crate::datadir::{DataDir, HoldError};
use crate::http::wire::{
    AskReply, Hit, InspectReply, ReceiptReply, RecordReply, SearchExplanation, SearchReply, SearchRequest, SyncReply,
    SyncRequest, Viewer, WhyReply, WhyRequest, parse_eyes,
};
use crate::library::LibraryError;
use crate::people::eyes::{EyesError, through};
use crate::review::Review;
use crate::wiring::{self, House};

/// Passages, where a request names no number.
const HITS: usize = 10;

/// The house here, or a server that has it.
pub enum Desk {
    Here(Box<House>),
    There(Remote),
}

impl Desk {
    pub async fn open(context: &Context) -> Result<Self, Failure> {
        let data = DataDir::new(&context.config.data_dir);
        match data.hold() {
            Ok(held) => {
                let house = wiring::open(&context.config, held).await?;
                if house.rebuilding {
                    // A server says so on /readyz and fills the index meanwhile; a command has only this moment.
                    house.library.reconcile().await?;
                }
                Ok(Self::Here(Box::new(house)))
            }
            Err(HoldError::InUse) => Ok(Self::There(Remote::connect(&data)?)),
            Err(error) => Err(error.into()),
        }
    }

    /// Without `as` in the request everything is seen.
    pub async fn search(&self, request: &SearchRequest) -> Result<SearchReply, Failure> {
        let house = match self {
            Self::There(server) => return server.search(request).await,
            Self::Here(house) => house,
        };
        let (question, started) = (question(&request.query)?, Instant::now());
        let clearance = seeing_as(house, request.as_label.as_deref()).await?.clearance()?;
        let (searcher, limit) = (house.answerer.searcher(), request.limit.unwrap_or(HITS));
        let asked = house.answerer.rewriter.stand_alone(question.as_str(), &[]).await;
        let found = searcher.search(&clearance, &asked.text, Depth::Full, limit).await?;
        let explanation = request.explain.then(|| SearchExplanation::new(&searcher, &asked, &found));
        let hits = found.passages.into_iter().map(|scored| Hit::new(scored, Viewer::Editor)).collect();
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(SearchReply { hits, asked_as: None, took_ms, explanation })
    }

    /// Where a document was lost, seen as the request's `as` says, which may see everything.
    pub async fn why(&self, request: &WhyRequest) -> Result<WhyReply, Failure> {
        match self {
            Self::There(server) => server.why(request).await,
            Self::Here(house) => {
                let asked = question(&request.question)?;
                let principal = seeing_as(house, request.as_label.as_deref()).await?;
                match house.answerer.why(&principal, &request.document, &asked).await {
                    Err(error @ (WhyError::Nameless | WhyError::Several(_))) => Err(Failure::Usage(error.to_string())),
                    told => Ok(told?.into()),
                }
            }
        }
    }

    /// How an answer came about; `None` when there is no record of it.
    pub async fn record(&self, record: RecordId) -> Result<Option<RecordReply>, Failure> {
        match self {
            Self::There(server) => server.record(record).await,
            Self::Here(house) => {
                let found = Review::of(&house.store).record(&operator(house).clearance()?, record).await?;
                Ok(found.map(|found| RecordReply::new(found, house.answerer.generation())))
            }
        }
    }

    /// Asked anew of one build of the index; `None` when it is not kept.
    pub async fn ask_of(&self, text: &str, as_text: Option<&str>, of: &str) -> Result<Option<AskReply>, Failure> {
        let house = match self {
            Self::There(server) => return server.ask_of(text, as_text, of).await,
            Self::Here(house) => house,
        };
        let standing = match house.library.kept_index(of).await {
            Err(LibraryError::NoBuild) => return Ok(None),
            found => found?,
        };
        let (eyes, question) = (seeing_as(house, as_text).await?, question(text)?);
        let answer = house.answerer.only_in(standing).ask(&eyes, &question, &[]).await?;
        Ok(Some(AskReply::new(answer, Viewer::Editor)))
    }

    /// In the operator's conversation of this name, if there is one.
    pub async fn ask(&self, text: &str, as_text: Option<&str>, session: Option<&str>) -> Result<AskReply, Failure> {
        let house = match self {
            Self::There(server) => return server.ask(text, as_text, session).await,
            Self::Here(house) => house,
        };
        let (operator, question) = (operator(house), question(text)?);
        let (eyes, conversations) = (seeing_as(house, as_text).await?, Conversations::of(&house.answerer));
        let Some(name) = session else {
            let answer = house.answerer.ask(&eyes, &question, &[]).await?;
            return Ok(AskReply::new(answer, Viewer::Editor));
        };
        let claim = Claim { principal: &operator, name, secret: None };
        let talk = conversations.resume(claim, &eyes, question.as_str()).await?;
        let teller = Teller::to_nobody(CancellationToken::new());
        let answer = match conversations.called(&eyes, &question) {
            Some(team) => house.answerer.pass_on(&eyes, &team, &question, teller).await?,
            None => {
                let past = Past { turns: &talk.history, notes: talk.notes.as_deref(), is_kept: true };
                house.answerer.tell(&eyes, &question, past, teller).await?
            }
        };
        let kept = conversations.keep(&talk, &eyes, question.as_str(), &answer).await;
        Ok(AskReply::new(answer, Viewer::Editor).kept(kept))
    }

    /// Which documents left.
    pub async fn remove(&self, name: &str) -> Result<Vec<String>, Failure> {
        match self {
            Self::There(server) => server.remove(name).await,
            Self::Here(house) => {
                let clearance = operator(house).clearance()?;
                let found = house.library.find(&clearance, name).await?;
                let removed = house.library.remove(&found).await?;
                if removed > 0 {
                    let deed = Deed::new(What::DocumentRemoved, Occasion::here()).to(Thing::Document, name);
                    let audit = Audit::new(house.store.clone(), house.library.workspace);
                    audit.note(&operator(house), deed.with(json!({"documents": removed}))).await?;
                }
                Ok(found.iter().map(ToString::to_string).collect())
            }
        }
    }

    /// Of what left, the newest first.
    pub async fn receipts(&self, limit: usize) -> Result<Vec<ReceiptReply>, Failure> {
        match self {
            Self::There(server) => server.receipts(limit).await,
            Self::Here(house) => {
                let receipts = house.library.receipts(&operator(house).clearance()?, None, limit).await?;
                Ok(receipts.into_iter().map(ReceiptReply::from).collect())
            }
        }
    }

    /// `None` when no document of this name left.
    pub async fn receipt(&self, document: &str) -> Result<Option<ReceiptReply>, Failure> {
        let Ok(id) = document.parse() else { return Ok(None) };
        match self {
            Self::There(server) => server.receipt(document).await,
            Self::Here(house) => {
                let receipt = house.library.receipt(&operator(house).clearance()?, id).await?;
                Ok(receipt.map(ReceiptReply::from))
            }
        }
    }

    /// Everything about a document; `None` when there is no such.
    pub async fn inspect(&self, name: &str) -> Result<Option<InspectReply>, Failure> {
        match self {
            Self::There(server) => server.inspect(name).await,
            Self::Here(house) => {
                let clearance = operator(house).clearance()?;
                Ok(house.library.inspect(&clearance, name).await?.map(InspectReply::from))
            }
        }
    }

    pub async fn sync(&self, request: SyncRequest) -> Result<SyncReply, Failure> {
        match self {
            Self::There(server) => server.sync(&request).await,
            Self::Here(house) => {
                let SyncRequest { folder, present, confirmed } = request;
                Ok(house.library.sync_folder(&folder, &present, confirmed).await?.into())
            }
        }
    }

    /// Put everything down in order. Nothing would be lost without it, but the next start would have more to do.
    pub async fn close(self) {
        match self {
            Self::Here(house) => house.close().await,
            Self::There(_) => {}
        }
    }
}

/// Whoever can open the data directory can read all of it.
pub fn operator(house: &House) -> Principal {
    operator_of(house.library.workspace)
}

/// The same where no more than the rows is opened.
pub fn operator_of(workspace: WorkspaceId) -> Principal {
    Principal::operator(workspace)
}

/// With whose eyes; noted where they are not one's own.
async fn seeing_as(house: &House, as_text: Option<&str>) -> Result<Principal, Failure> {
    let Some(text) = as_text else { return Ok(operator(house)) };
    let eyes = parse_eyes(text).map_err(|error| Failure::Usage(error.to_string()))?;
    let (principal, person) = match through(&house.store, &operator(house), eyes).await {
        Err(error @ (EyesError::Nobody | EyesError::Outside(_))) => return Err(Failure::Usage(error.to_string())),
        seen => seen?,
    };
    let deed = Deed::new(What::Simulated, Occasion::here());
    let deed = match person {
        Some(person) => deed.to(Thing::Person, person.id).with(json!({"login": person.login})),
        None => deed.to(Thing::Label, text),
    };
    Audit::new(house.store.clone(), house.library.workspace).note(&operator(house), deed).await?;
    Ok(principal)
}

/// Checked before anything is opened, so that a typing error costs nothing.
pub fn question(text: &str) -> Result<Question, Failure> {
    Question::parse(text).map_err(|error| Failure::Usage(error.to_string()))
}

pub fn gone(what: &str) -> Failure {
    Failure::Work(anyhow!("{what}"))
}
