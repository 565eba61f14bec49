//! `lectern access explain`: which rule decides whether somebody reads a document.
//!
//! Asks the rows themselves, so it answers beside a running server and needs neither model nor index.

use std::path::Path;

use anyhow::anyhow;
use clap::Subcommand;
use serde_json::json;

use super::ingest::origin;
use super::{Context, Outcome, desk, print};
use crate::audit::{Audit, Deed, Occasion, Thing, What};
use crate::datadir::DataDir;
use crate::http::wire::AccessReply;
use crate::people::eyes::find;
use crate::people::verdict;
use crate::wiring;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Say which rule decides whether somebody reads a document
    Explain {
        /// By the name that they sign in by, or their id
        person: String,
        /// The document's id, or the file or the address that it came from
        document: String,
    },
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let Action::Explain { person, document } = args.action;
    let data = DataDir::new(&context.config.data_dir);
    data.create()?;
    let (store, workspace) = wiring::rows(&context.config, &data).await?;
    let owner = desk::operator_of(workspace);
    let clearance = owner.clearance()?;
    let reply = match find(&store, workspace, &person).await? {
        None => AccessReply::nobody(),
        Some(person) => {
            let id = match store.document_by_name(&clearance, &document).await? {
                Some(id) => Some(id),
                None => store.document_by_name(&clearance, &origin(Path::new(&document))).await?,
            };
            let found = match id {
                Some(id) => store.document_inspect(&clearance, id).await?,
                None => None,
            };
            match found {
                None => AccessReply::no_document(person.login),
                Some(found) => {
                    let decided = verdict::explain(workspace, &person, &found.label)?;
                    let detail = json!({"person": person.id.to_string(), "reads": decided.reads});
                    let deed = Deed::new(What::AccessExplained, Occasion::here());
                    let deed = deed.to(Thing::Document, found.document).with(detail);
                    Audit::new(store.clone(), workspace).note(&owner, deed).await?;
                    AccessReply::decided(person.login, found.document.to_string(), found.title, decided)
                }
            }
        }
    };
    store.close().await;
    match context.json {
        true => print::json(&reply),
        false => show(&reply),
    }
    // Whoever asks about nobody or nothing has misspelt it.
    if reply.document_id.is_none() { Err(anyhow!("{}", reply.verdict).into()) } else { Ok(()) }
}

fn show(reply: &AccessReply) {
    for ground in &reply.grounds {
        let mark = if ground.holds { '\u{2713}' } else { '\u{2717}' };
        print::line(&format!("{mark} {:<7} {}", ground.rule, ground.sentence));
    }
    if let Some(title) = &reply.title {
        print::line(&format!("\n{}: {title}", reply.verdict));
    }
}
