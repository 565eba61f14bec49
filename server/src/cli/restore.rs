//! `lectern restore`: a backup into an empty data directory and an empty database, proved before it may be used.

use std::path::PathBuf;

use anyhow::anyhow;
use retrieval::model::WorkspaceId;
use serde_json::json;

use super::backup::passphrase;
use super::{Context, Outcome, desk, print};
use crate::audit::{Audit, Deed, Occasion, Thing, What};
use crate::backup::{Agreement, Contents, Rankings, Restored, Target, aside, originals_hold, restore};
use crate::clock::spelt;
use crate::datadir::{DataDir, Held};
use crate::faults::{self, Step};
use crate::store::{Originals, Store};
use crate::wiring::{self, Keywords, Opening};

/// So many of all passages that stood first have to do so again. What moves is told in any case: vectors that were left out
/// and made again by another processor differ a little, and so do scores that are almost the same.
const LEAST_SHARE: f64 = 0.9;

/// Bring a backup back: into a data directory and a database that hold nothing yet, whichever of the two databases it was
/// taken of. It is read to its end before anything of it is used, and usable only when all of it is there. The index is not in
/// it: the first start builds it, or --verify does.
#[derive(clap::Args)]
pub struct Args {
    file: PathBuf,
    /// Prove it before it may be used: read every original again, build the index, and ask the questions that were recorded
    #[arg(long)]
    verify: bool,
    /// The passphrase is in this file [default: LECTERN_BACKUP_PASSPHRASE, or backup.passphrase_file]
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let passphrase = passphrase(context, args.passphrase_file.as_deref())?;
    let data = DataDir::new(&context.config.data_dir);
    let held = data.hold_to_restore()?;
    let originals = Originals::open(&data.originals())?;
    let database = context.config.database(data.database());
    let target = Target { data: &data, database: &database, originals: &originals };
    let Restored { contents, was_there } = restore(&args.file, passphrase, &target).await?;
    if was_there {
        print::note("the rows and originals of this backup are there already, by a run that did not come to its end");
    }
    let (store, workspace) = wiring::rows(&context.config, &data).await?;
    let detail = json!({"taken": spelt(contents.head.taken_ms), "rows_hash": contents.trailer.rows_hash});
    let deed = Deed::new(What::Restored, Occasion::here()).to(Thing::House, "").with(detail);
    Audit::new(store.clone(), workspace).note(&desk::operator_of(workspace), deed).await?;
    let agreement = match args.verify {
        true => Some(proved(context, &data, held, (&store, workspace), &contents).await?),
        false => None,
    };
    faults::at(Step::RestoreProved)?;
    data.end_restore()?;
    faults::at(Step::RestoreEnded)?;
    store.close().await;
    tell(context, &contents, agreement.as_ref());
    Ok(())
}

/// Every original, the index built anew, and the questions of then asked again.
async fn proved(
    context: &Context,
    data: &DataDir,
    held: Held,
    (store, workspace): (&Store, WorkspaceId),
    contents: &Contents,
) -> anyhow::Result<Agreement> {
    let (originals, trailer) = (store.originals().clone(), contents.trailer.clone());
    aside(move || originals_hold(&originals, &trailer)).await?;
    begin_index(context, data, store, workspace).await?;
    let house = wiring::open(&context.config, held).await?;
    let report = house.library.reconcile().await?;
    print::note(&format!("the index is built: {} documents", report.rebuilt));
    let asked = match &contents.rankings {
        Some(rankings) => judged(&house.library.prover().compare(rankings).await?, rankings),
        None => Ok(Agreement::default()),
    };
    house.close().await;
    asked
}

/// The index is begun with the mean length that the former one was begun with: by another its keyword scores would be others.
async fn begin_index(context: &Context, data: &DataDir, store: &Store, workspace: WorkspaceId) -> anyhow::Result<()> {
    let Some(generation) = store.generation_live(workspace).await? else { return Ok(()) };
    let recorded = store.generation_average_terms(generation.id).await?;
    let average = recorded.map_or_else(|| Keywords::new(&generation.language).map(|usual| usual.average_terms), Ok)?;
    let clearance = desk::operator_of(workspace).clearance()?;
    let opening = Opening {
        config: &context.config,
        data,
        store,
        generation: &generation,
        clearance: &clearance,
        average_terms: Some(average),
    };
    opening.open().await?;
    Ok(())
}

/// What differs is told; too much of it, and it may not be used.
fn judged(agreement: &Agreement, then: &Rankings) -> anyhow::Result<Agreement> {
    for (question, same) in &agreement.differing {
        print::note(&format!("other passages, or in another order ({same} are the same): {question}"));
    }
    if !then.is_exact {
        print::note("the library changed while the questions were asked for the backup, so some may differ");
        return Ok(agreement.clone());
    }
    match agreement.share(then) {
        share if share >= LEAST_SHARE => Ok(agreement.clone()),
        share => Err(anyhow!(
            "only {:.0} % of the passages that stood first do so again: it may not be used; look at the model and the language \
             of the configuration, and restore again",
            share * 100.0
        )),
    }
}

fn tell(context: &Context, contents: &Contents, agreement: Option<&Agreement>) {
    let Contents { head, trailer, lost, .. } = contents;
    let documents = trailer.rows.get("documents").copied().unwrap_or(0);
    if context.json {
        let asked =
            agreement.map(|agreement| json!({"questions": agreement.questions, "identical": agreement.identical}));
        print::json(&json!({
            "taken": spelt(head.taken_ms), "documents": documents, "rows": trailer.rows, "rows_hash": trailer.rows_hash,
            "originals": trailer.originals, "originals_lost": lost, "verified": asked,
        }));
        return;
    }
    print::line(&format!(
        "{documents} documents and {} originals are as they were on {}: every row counted and compared",
        trailer.originals,
        spelt(head.taken_ms)
    ));
    if let Some(Agreement { questions, identical, .. }) = agreement {
        print::line(&format!("{identical} of {questions} questions find the same ten passages in the same order"));
    }
    print::note("everybody signs in anew; links that were on their way have to be made again");
}
