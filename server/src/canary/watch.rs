//! Watching: a sweep when it is asked for and once a day, and what the last one came to.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use retrieval::model::WorkspaceId;
use tokio::sync::Mutex;

use super::{Cage, CanaryError, CanaryRun, Report};
use crate::store::{Store, StoreError};

/// After a start the house has better things to do.
const FIRST: Duration = Duration::from_secs(600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// A house that leaks everywhere need not say so ten thousand times.
const MOST_REMARKS: usize = 100;

/// Where cages come from.
#[async_trait]
pub trait Cages: Send + Sync {
    async fn cage(&self) -> Result<Cage, CanaryError>;
}

/// In a cage there is no other cage.
pub struct NoCages;

#[async_trait]
impl Cages for NoCages {
    async fn cage(&self) -> Result<Cage, CanaryError> {
        Err(CanaryError::NoCage("this house has none".into()))
    }
}

#[derive(Clone)]
pub struct Watch {
    cages: Arc<dyn Cages>,
    store: Store,
    workspace: WorkspaceId,
    running: Arc<Mutex<()>>,
}

impl Watch {
    /// Results are kept in this workspace of this store.
    pub fn new(cages: Arc<dyn Cages>, store: Store, workspace: WorkspaceId) -> Self {
        Self { cages, store, workspace, running: Arc::default() }
    }

    /// One at a time: each makes a house.
    pub async fn sweep(&self) -> Result<CanaryRun, CanaryError> {
        let _running = self.running.try_lock().map_err(|_| CanaryError::Busy)?;
        let Report { probes, leaks, blind } = self.cages.cage().await?.sweep().await?;
        let many = leaks.len();
        let remarks = leaks.into_iter().chain(blind).take(MOST_REMARKS).collect();
        let run = CanaryRun { at_ms: self.store.clock().now_ms(), probes, leaks: many, remarks };
        self.store.canary_run_insert(self.workspace, &run).await?;
        metrics::counter!("lectern_canary_probes_total").increment(probes as u64);
        show(&run);
        if run.remarks.is_empty() {
            tracing::info!(probes, "no canary was seen where it should not be");
        } else {
            tracing::error!(probes, leaks = many, remarks = ?run.remarks, "the check for leaks failed");
        }
        Ok(run)
    }

    /// `None` before the first.
    pub async fn last(&self) -> Result<Option<CanaryRun>, StoreError> {
        self.store.canary_run_last(self.workspace).await
    }

    /// Once a day, until cancelled.
    pub async fn keep(&self) {
        // Metrics begin with what is known from before.
        if let Ok(Some(run)) = self.last().await {
            show(&run);
        }
        tokio::time::sleep(FIRST).await;
        loop {
            if let Err(error) = self.sweep().await {
                tracing::warn!(%error, "there was no check for leaks today");
            }
            tokio::time::sleep(DAY).await;
        }
    }
}

fn show(run: &CanaryRun) {
    metrics::gauge!("lectern_canary_leaks").set(run.leaks as f64);
    metrics::gauge!("lectern_canary_last_run_seconds").set(run.at_ms as f64 / 1e3);
}
