//! The operator's conversations, wherever the work is done: on the rows of the data directory, or by the running server. No
//! model and no index is opened for it.

use retrieval::access::Principal;

use super::remote::Remote;
use super::{Context, Failure, desk};
use crate::conversation::{Claim, ConversationError, Conversations, Title, Wanted};
use crate::datadir::{DataDir, Held, HoldError};
use crate::http::wire::{Behind, ConversationLine, ConversationList, ConversationReply, Rename, Sought, Viewer};
use crate::store::Store;
use crate::wiring;

/// The conversations here, or a server that has them.
pub enum Talks {
    Here(Box<Here>),
    There(Remote),
}

pub struct Here {
    store: Store,
    operator: Principal,
    _held: Held,
}

/// Of a page, of turns or of conversations.
const PAGE: usize = 200;

impl Talks {
    pub async fn open(context: &Context) -> Result<Self, Failure> {
        let data = DataDir::new(&context.config.data_dir);
        let held = match data.hold() {
            Ok(held) => held,
            Err(HoldError::InUse) => return Ok(Self::There(Remote::connect(&data)?)),
            Err(error) => return Err(error.into()),
        };
        let (store, workspace) = wiring::rows(&context.config, &data).await?;
        Ok(Self::Here(Box::new(Here { store, operator: desk::operator_of(workspace), _held: held })))
    }

    /// Put everything down in order.
    pub async fn close(self) {
        match self {
            Self::Here(here) => here.store.close().await,
            Self::There(_) => {}
        }
    }

    /// A page of them, or of those that hold some words.
    pub async fn list(&self, words: Option<&str>, after: Option<String>) -> Result<ConversationList, Failure> {
        let words = words.map(str::to_owned);
        match self {
            Self::There(server) => server.conversations(&Sought { q: words, after, limit: Some(PAGE) }).await,
            Self::Here(here) => {
                let before = after.and_then(|after| after.parse().ok());
                let (clearance, wanted) = (here.operator.clearance()?, Wanted { before, limit: PAGE, words });
                Ok(here.conversations().list(&here.operator, &clearance, &wanted).await?.into())
            }
        }
    }

    /// A page of what was said in it; `None` when there is no such conversation.
    pub async fn read(&self, name: &str, after: Option<String>) -> Result<Option<ConversationReply>, Failure> {
        match self {
            Self::There(server) => server.conversation(name, &Behind { after, limit: Some(PAGE) }).await,
            Self::Here(here) => {
                let behind = after.and_then(|after| after.parse().ok()).unwrap_or(0);
                let clearance = here.operator.clearance()?;
                let read = here.conversations().read(here.claim(name), &clearance, behind, PAGE).await;
                Ok(there(read)?.map(|found| ConversationReply::new(found, PAGE, Viewer::Editor)))
            }
        }
    }

    pub async fn rename(&self, name: &str, title: &Title) -> Result<Option<ConversationLine>, Failure> {
        match self {
            Self::There(server) => server.rename(name, &Rename { title: title.as_str().to_owned() }).await,
            Self::Here(here) => {
                let renamed = here.conversations().rename(here.claim(name), title).await;
                Ok(there(renamed)?.map(ConversationLine::from))
            }
        }
    }

    /// False when there was none.
    pub async fn remove(&self, name: &str) -> Result<bool, Failure> {
        match self {
            Self::There(server) => server.forget_conversation(name).await,
            Self::Here(here) => Ok(there(here.conversations().remove(here.claim(name)).await)?.is_some()),
        }
    }
}

impl Here {
    fn conversations(&self) -> Conversations {
        Conversations::new(&self.store)
    }

    fn claim<'a>(&'a self, name: &'a str) -> Claim<'a> {
        Claim { principal: &self.operator, name, secret: None }
    }
}

/// `None` for what is absent.
fn there<T>(found: Result<T, ConversationError>) -> Result<Option<T>, Failure> {
    match found {
        Err(ConversationError::Absent) => Ok(None),
        found => Ok(Some(found?)),
    }
}
