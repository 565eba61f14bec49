//! `lectern audit`: what was done, by whom; and whether the log is whole.
//!
//! Reads the rows themselves, beside a running server: a log that is verified by way of the server would prove little.

use anyhow::{Context as _, anyhow};
use clap::Subcommand;
use retrieval::model::WorkspaceId;
use serde_json::json;

use super::{Context, Failure, Outcome, desk, print};
use crate::audit::{Audit, AuditFilter, AuditHead, AuditRow, Deed, Occasion, What};
use crate::clock::moment;
use crate::datadir::DataDir;
use crate::http::wire::AuditLine;
use crate::people::eyes::find;
use crate::store::Store;
use crate::wiring;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    filter: Filter,
    /// How many of the newest
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
    limit: u16,
}

#[derive(Subcommand)]
enum Action {
    /// Check that no row is missing or altered, and print the end of the chain
    Verify {
        /// An end that was printed before, as in 12:HASH: it has to be part of the chain
        #[arg(long, value_name = "NUMBER:HASH", value_parser = known)]
        known: Option<AuditHead>,
    },
    /// Print all of it, oldest first, one JSON object a line
    Export {
        #[command(flatten)]
        filter: Filter,
    },
}

#[derive(clap::Args)]
struct Filter {
    /// By whom: operator, visitor, house, or a person by name or id
    #[arg(long)]
    actor: Option<String>,
    /// What was done, as in signed_in or document_relabelled
    #[arg(long)]
    what: Option<String>,
    /// To what: an id, or a kind such as document
    #[arg(long)]
    object: Option<String>,
    /// From this day or moment on, as in 2026-11-21 or 2026-11-21T23:00:55Z
    #[arg(long, value_parser = at)]
    since: Option<i64>,
    /// Before this day or moment
    #[arg(long, value_parser = at)]
    until: Option<i64>,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let data = DataDir::new(&context.config.data_dir);
    data.create()?;
    let (store, workspace) = wiring::rows(&context.config, &data).await?;
    let audit = Audit::new(store.clone(), workspace);
    let done = match args.action {
        None => list(context, &audit, &args.filter.meant(&store, workspace).await?, usize::from(args.limit)).await,
        Some(Action::Verify { known }) => verify(context, &audit, known.as_ref()).await,
        Some(Action::Export { filter }) => {
            let filter = filter.meant(&store, workspace).await?;
            let deed = Deed::new(What::AuditExported, Occasion::here());
            audit.note(&desk::operator_of(workspace), deed).await?;
            export(&audit, &filter).await
        }
    };
    store.close().await;
    done
}

impl Filter {
    async fn meant(self, store: &Store, workspace: WorkspaceId) -> Result<AuditFilter, Failure> {
        let Self { actor, what, object, since, until } = self;
        if let Some(what) = what.as_deref().filter(|what| !What::ALL.iter().any(|known| known.as_str() == *what)) {
            let known: Vec<&str> = What::ALL.iter().map(|what| what.as_str()).collect();
            return Err(Failure::Usage(format!("{what} is none of: {}", known.join(", "))));
        }
        let actor = match actor {
            Some(name) => find(store, workspace, &name).await?.map_or(name, |person| person.id.to_string()),
            None => String::new(),
        };
        Ok(AuditFilter {
            actor,
            what: what.unwrap_or_default(),
            object: object.unwrap_or_default(),
            since_ms: since.unwrap_or(0),
            until_ms: until.unwrap_or(i64::MAX),
        })
    }
}

async fn list(context: &Context, audit: &Audit, filter: &AuditFilter, limit: usize) -> Outcome {
    // The newest last, where the eye is.
    for row in audit.newest(filter, i64::MAX, limit).await?.into_iter().rev() {
        match context.json {
            true => print::json(&AuditLine::from(row)),
            false => print::line(&line(row)),
        }
    }
    Ok(())
}

async fn export(audit: &Audit, filter: &AuditFilter) -> Outcome {
    let mut above = 0;
    loop {
        let page = audit.onward(filter, above).await?;
        let Some(last) = page.last() else { return Ok(()) };
        above = last.number;
        page.into_iter().for_each(|row| print::json(&AuditLine::from(row)));
    }
}

async fn verify(context: &Context, audit: &Audit, known: Option<&AuditHead>) -> Outcome {
    let verified = audit.verify(known).await?.map_err(|broken| anyhow!("the audit log is broken: {broken}"))?;
    let AuditHead { number, hash } = verified.head;
    match context.json {
        true => print::json(&json!({"whole": true, "rows": number, "head": format!("{number}:{hash}")})),
        false if number == 0 => print::line("nothing was noted yet"),
        false => {
            print::line(&format!("{number} rows, none missing or altered; the chain ends at {number}:{hash}"));
            print::note("keep that elsewhere: `lectern audit verify --known` then tells a new chain from this one");
        }
    }
    Ok(())
}

fn line(row: AuditRow) -> String {
    let line = AuditLine::from(row);
    let who = line.person.map_or(line.actor.clone(), |person| format!("{} {person}", line.actor));
    let object = [line.object_kind, line.object_id].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let detail = if line.detail == json!({}) { String::new() } else { line.detail.to_string() };
    let words = [&line.at, &who, &line.what, &object, &detail, &line.address];
    let told: Vec<&str> = words.into_iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    // A name that somebody chose must not move the terminal's cursor.
    let text = format!("{:>6}  {}", line.number, told.join("  "));
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn at(text: &str) -> Result<i64, String> {
    moment(text).ok_or_else(|| "name a moment as in 2026-11-21 or 2026-11-21T23:00:55Z".to_owned())
}

fn known(text: &str) -> Result<AuditHead, String> {
    let head = || -> anyhow::Result<AuditHead> {
        let (number, hash) = text.split_once(':').context("no colon")?;
        let number: i64 = number.parse()?;
        anyhow::ensure!(number > 0 && hash.len() == 64);
        Ok(AuditHead { number, hash: hash.to_owned() })
    };
    head().map_err(|_| "name an end as `lectern audit verify` prints it: NUMBER:HASH".to_owned())
}
