//! `lectern serve`: the page and the API, until told to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use ingest::source;
use metrics_exporter_prometheus::PrometheusBuilder;
use retrieval::access::{AccessLabel, AccessTier, Group};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::ingest::{Files, Lines, here};
use super::remote::ServerFile;
use super::{Context, Failure, Outcome, print};
use crate::datadir::{DataDir, Held, HoldError, write_private};
use crate::http::{self, Desk, Readiness, ReadyState};
use crate::library::Library;
use crate::wiring::{self, House};

/// How often the library looks for work that nobody announced.
const PAUSE: Duration = Duration::from_millis(500);
const RECONCILE: Duration = Duration::from_secs(3_600);

#[derive(clap::Args)]
pub struct Args {
    /// Address to listen on [default: 127.0.0.1:8080, or LECTERN_LISTEN]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Fill an empty library from this folder: one sub-folder per tier, groups in groups/NAME below it
    #[arg(long, value_name = "FOLDER")]
    seed: Option<PathBuf>,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    if let Some(folder) = args.seed.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(Failure::Usage(format!("{} is not a folder", folder.display())));
    }
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let signalled = stop.clone();
    tasks.spawn(until(stop.clone(), async move {
        told_to_stop().await;
        signalled.cancel();
    }));
    let data = DataDir::new(&context.config.data_dir);
    let held = data.hold().map_err(|error| match error {
        HoldError::InUse => anyhow::anyhow!("{error}: {}", data.root().display()),
        unusable => unusable.into(),
    })?;
    let listen = context.config.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let house = tokio::select! {
        house = furnish(context, held, args.seed.as_deref()) => house?,
        // What setup has fetched so far stays, and so does what was taken in.
        () = stop.cancelled() => return Ok(()),
    };
    let desk = desk(context, &house)?;
    let server = ServerFile {
        url: format!("http://{}", listener.local_addr()?),
        token: desk.operator_token.reveal().to_owned(),
    };
    let file = serde_json::to_vec(&server).map_err(anyhow::Error::from)?;
    write_private(&data.server_file(), &file).context("the server's file cannot be written")?;
    print::note(&format!("lectern answers at {}", server.url));

    tasks.spawn(until(stop.clone(), upkeep(Arc::clone(&house.library), desk.readiness.clone())));
    tasks.spawn(until(stop.clone(), work(Arc::clone(&house.library))));
    tasks.spawn(until(stop.clone(), crawl(Arc::clone(&house.library))));
    let served = http::serve(listener, desk, stop.clone()).await;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    let _ = std::fs::remove_file(data.server_file());
    house.close().await;
    Ok(served?)
}

/// The house, provisioned and with its seed: minutes the first time.
async fn furnish(context: &Context, held: Held, folder: Option<&Path>) -> Result<House, Failure> {
    let house = wiring::open(&context.config, held).await?;
    if let Some(folder) = folder {
        seed(&house, folder).await?;
    }
    Ok(house)
}

fn desk(context: &Context, house: &House) -> Result<Desk, Failure> {
    let state = if house.rebuilding { ReadyState::Rebuilding } else { ReadyState::Ready };
    Ok(Desk {
        workspace: house.library.workspace,
        answerer: house.answerer.clone(),
        library: Arc::clone(&house.library),
        readiness: Readiness::new(state),
        operator_token: Uuid::new_v4().simple().to_string().into(),
        visitors: context.config.visitors,
        caches: house.caches.clone(),
        metrics: PrometheusBuilder::new().install_recorder()?,
    })
}

/// Reconcile at the start and every hour; an index that started empty is ready after the first time.
async fn upkeep(library: Arc<Library>, readiness: Readiness) {
    loop {
        match library.reconcile().await {
            Ok(report) => {
                tracing::info!(?report, "index and catalog agree");
                metrics::gauge!("lectern_index_points").set(report.points as f64);
                metrics::counter!("lectern_reconcile_orphans_total").increment(report.orphans as u64);
                metrics::counter!("lectern_reconcile_rebuilt_total").increment(report.rebuilt as u64);
                if readiness.state() == ReadyState::Rebuilding {
                    readiness.set(ReadyState::Ready);
                }
                tokio::time::sleep(RECONCILE).await;
            }
            Err(error) => {
                tracing::error!(%error, "index and catalog could not be compared; will try again");
                tokio::time::sleep(PAUSE * 20).await;
            }
        }
    }
}

async fn work(library: Arc<Library>) {
    library.keep_working(PAUSE).await;
}

async fn crawl(library: Arc<Library>) {
    library.keep_crawling(PAUSE).await;
}

/// What is cut off here is taken up again at the next start: nothing half done is visible.
async fn until(stop: CancellationToken, task: impl Future<Output = ()>) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = task => {}
    }
}

#[cfg(unix)]
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[cfg(not(unix))]
async fn told_to_stop() {
    let _ = tokio::signal::ctrl_c().await;
}

/// Take the folder in if the library holds nothing yet.
pub(super) async fn seed(house: &House, folder: &Path) -> Outcome {
    if house.store.document_count(&house.library.clearance).await? > 0 {
        return Ok(());
    }
    let mut files = Files::default();
    for tier in AccessTier::ALL {
        let below = folder.join(tier.as_str());
        if below.exists() {
            files.add(source::list(&below), |path| seed_label(tier, &below, path));
        }
    }
    if files.files.is_empty() {
        return Err(Failure::Usage(format!("{} has no documents in sub-folders named after tiers", folder.display())));
    }
    print::note(&format!("filling the library with {} documents from {}", files.files.len(), folder.display()));
    let mut lines = Lines::silent();
    files.refused.into_iter().for_each(|(path, reason)| lines.refused(&path, reason));
    here(house, files.files, &mut lines).await?;
    // What failed was named; the rest can be asked about.
    let _ = lines.summary();
    Ok(())
}

/// `groups/NAME` below the tier's folder means that group. What lies there without the name of a group is for nobody:
/// it was put there to be kept from somebody.
fn seed_label(tier: AccessTier, below: &Path, path: &Path) -> Result<AccessLabel, String> {
    let parts: Vec<String> = path
        .strip_prefix(below)
        .map(|rest| rest.iter().map(|part| part.to_string_lossy().into_owned()).collect())
        .unwrap_or_default();
    let group = match parts.as_slice() {
        [groups, name, _, ..] if groups == "groups" => Some(name.parse::<Group>().map_err(|error| error.to_string())?),
        [groups, _] if groups == "groups" => return Err("it stands in `groups` without the folder of a group".into()),
        _ => None,
    };
    Ok(AccessLabel { tier, groups: group.into_iter().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_say_who_may_read() {
        let label = |path: &str| seed_label(AccessTier::Internal, Path::new("seed/internal"), Path::new(path));
        let check = |path: &str, expected: &[&str]| {
            let label = label(path).unwrap();
            assert_eq!(label.groups.iter().map(Group::as_str).collect::<Vec<_>>(), expected);
        };
        check("seed/internal/leave.md", &[]);
        check("seed/internal/groups/billing/refunds.md", &["billing"]);
        check("seed/internal/groups/billing/2026/refunds.md", &["billing"]);
        for refused in ["groups/readme.md", "groups/HR/salaries.md", "groups/Human Resources/salaries.md"] {
            assert!(label(&format!("seed/internal/{refused}")).is_err(), "{refused}");
        }
    }
}
