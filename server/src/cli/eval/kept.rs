//! Runs in the configured data directory: noted when nobody else uses it, and read again.

use anyhow::Context as _;

use crate::cli::{Context, Failure, Outcome, print};
use crate::datadir::{DataDir, HoldError};
use crate::evaluation::kept::{Measured, Run, Settings};
use crate::store::Evaluation;
use crate::wiring;

/// A run that was just made.
pub struct Made {
    pub set: String,
    pub mode: String,
    pub settings: Settings,
    pub measured: Measured,
}

/// Note the runs. A server on the directory is no failure of the measurement: it is said that they are not kept.
pub async fn keep(context: &Context, made: Vec<Made>) -> Outcome {
    let data = DataDir::new(&context.config.data_dir);
    let _held = match data.hold() {
        Ok(held) => held,
        Err(HoldError::InUse) => {
            print::complain("this run is not kept: a server uses the data directory; stop it, or use another one");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let (store, workspace) = wiring::rows(&context.config, &data).await?;
    let generation = store.generation_live(workspace).await?.map(|generation| generation.id);
    for run in &made {
        store.evaluation_insert(workspace, generation, &row(run)?).await?;
    }
    store.close().await;
    Ok(())
}

/// The latest `many` runs of every set, or of the named one.
pub async fn latest(context: &Context, set: Option<&str>, many: i64) -> Result<Vec<Run>, Failure> {
    let data = DataDir::new(&context.config.data_dir);
    let _held = data.hold().map_err(|error| match error {
        HoldError::InUse => anyhow::anyhow!("a server uses {}: stop it to see its runs", data.root().display()),
        unusable => unusable.into(),
    })?;
    let (store, workspace) = wiring::rows(&context.config, &data).await?;
    let found = store.evaluation_latest(workspace, set, many).await?;
    store.close().await;
    let readable = |run: anyhow::Result<Run>| run.inspect_err(|error| print::complain(&format!("{error:#}"))).ok();
    Ok(found.into_iter().map(run).filter_map(readable).collect())
}

fn row(run: &Made) -> anyhow::Result<Evaluation> {
    Ok(Evaluation {
        set: run.set.clone(),
        kind: run.measured.kind().to_owned(),
        mode: run.mode.clone(),
        settings: serde_json::to_value(&run.settings)?,
        measures: serde_json::to_value(&run.measured)?,
    })
}

fn run((created_ms, kept): (i64, Evaluation)) -> anyhow::Result<Run> {
    let unreadable = || format!("a run over {} was kept by another version and is left out", kept.set);
    Ok(Run {
        settings: serde_json::from_value(kept.settings).with_context(unreadable)?,
        measured: serde_json::from_value(kept.measures).with_context(unreadable)?,
        set: kept.set.clone(),
        mode: kept.mode,
        created_ms,
    })
}
