//! `lectern serve`: the page and the API, until told to stop.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use ingest::source;
use metrics_exporter_prometheus::PrometheusBuilder;
use retrieval::access::{AccessLabel, AccessTier, Group};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::chores::{look_after, until};
use super::ingest::{Files, Lines, here};
use super::remote::ServerFile;
use super::{Context, Failure, Outcome, print};
use crate::audit::{Audit, Deed, Occasion, Thing, What};
use crate::canary::Watch;
use crate::config::FrontConfig;
use crate::datadir::{DataDir, Held, HoldError, write_private};
use crate::http::limits::Limits;
use crate::http::{self, Desk, Front, Listening, Patience, Readiness, ReadyState, Streams, Tls, Widget};
use crate::people::People;
use crate::people::door::{Door, Stay};
use crate::people::oidc::Provider;
use crate::people::secret::{Purpose, mint};
use crate::wiring::{self, CageMaker, House};

/// How often a new certificate is looked for.
const CERTIFICATE: Duration = Duration::from_secs(60);
/// How long a person stays signed in, unused and at all.
const IDLE: Duration = Duration::from_secs(3 * 24 * 3_600);
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3_600);

#[derive(clap::Args)]
pub struct Args {
    /// Address to listen on [default: 127.0.0.1:8080, or LECTERN_LISTEN]. Others than this machine's own need TLS or a
    /// proxy that speaks it: see `tls` and `behind_proxy` in lectern.example.toml
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
    let tls = front(&context.config.front, context.config.listen)?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let signalled = stop.clone();
    tasks.spawn(until(stop.clone(), move || {
        let signalled = signalled.clone();
        async move {
            told_to_stop().await;
            signalled.cancel();
        }
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
    desk.audit.note(&super::desk::operator(&house), configuration(context)).await?;
    let address = listener.local_addr()?;
    let answers_at = format!("{}://{address}", if tls.is_some() { "https" } else { "http" });
    let limits = &context.config.front.limits;
    let plain = || Listening { tls: None, connections: limits.connections, patience: Patience::default() };
    let mut server = ServerFile { url: answers_at.clone(), token: desk.people.door.operator.reveal().to_owned() };
    if tls.is_some() {
        // The certificate is for the name that people use, not for this machine's own address: commands have a way of
        // their own, which does not leave it.
        let own = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        server.url = format!("http://{}", own.local_addr()?);
        let mut desk = desk.clone();
        (desk.front.is_secure, desk.front.behind_proxy) = (false, false);
        tasks.spawn(http::serve(own, desk, plain(), stop.clone()));
    }
    let file = serde_json::to_vec(&server).map_err(anyhow::Error::from)?;
    write_private(&data.server_file(), &file).context("the server's file cannot be written")?;
    print::note(&format!("lectern answers at {answers_at}"));
    if let Some(link) = desk.people.first_admin().await? {
        print::note(&format!("nobody looks after it yet: become its admin at {answers_at}/join#{}", link.reveal()));
    }

    house.library.ensure_schedules().await?;
    house.library.reconcile_soon().await?;
    look_after(&tasks, &stop, &house.library, &desk);
    if let Some(tls) = tls.clone() {
        tasks.spawn(until(stop.clone(), move || refresh(tls.clone())));
    }
    http::serve(listener, desk, Listening { tls, ..plain() }, stop.clone()).await;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    let _ = std::fs::remove_file(data.server_file());
    house.close().await;
    Ok(())
}

/// What passwords and answers go over has to be safe, or to stay on this machine.
fn front(config: &FrontConfig, listen: SocketAddr) -> Result<Option<Tls>, Failure> {
    if !listen.ip().is_loopback() && config.tls.is_none() && !config.behind_proxy {
        return Err(Failure::Usage(format!(
            "{listen} can be reached from other machines, and without TLS anybody on the way reads along: listen on 127.0.0.1, \
             name a certificate and its key under [tls], or say behind_proxy = true if a proxy with TLS stands before it \
             and nothing else reaches this address"
        )));
    }
    let tls = config.tls.as_ref().map(Tls::open).transpose();
    tls.map_err(|error| Failure::Usage(format!("[tls]: {error}")))
}

/// Show a new certificate once it is there: looked for every minute, and at once on SIGHUP.
async fn refresh(tls: Tls) {
    let mut told = told_to_look();
    loop {
        tokio::select! {
            () = tokio::time::sleep(CERTIFICATE) => {}
            () = told.next() => {}
        }
        let looking = tls.clone();
        match tokio::task::spawn_blocking(move || looking.refresh()).await {
            Ok(Ok(true)) => tracing::info!("the new certificate is shown"),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the new certificate cannot be used; the former is shown"),
            Err(error) => tracing::error!(%error, "the certificate could not be looked at"),
        }
    }
}

/// The house, provisioned and with its seed: minutes the first time.
async fn furnish(context: &Context, held: Held, folder: Option<&Path>) -> Result<House, Failure> {
    let house = wiring::open(&context.config, held).await?;
    if let Some(folder) = folder {
        seed(&house, folder).await?;
    }
    Ok(house)
}

/// Which settings it begins with: a digest, in which secrets are not, so that a change is seen and a value is not.
fn configuration(context: &Context) -> Deed {
    let settings = blake3::hash(format!("{:?}", context.config).as_bytes()).to_hex().to_string();
    let detail =
        json!({"settings": settings, "version": env!("CARGO_PKG_VERSION"), "visitors": context.config.visitors});
    Deed::new(What::Configuration, Occasion::here()).to(Thing::House, "").with(detail)
}

fn desk(context: &Context, house: &House) -> Result<Desk, Failure> {
    let state = if house.rebuilding { ReadyState::Rebuilding } else { ReadyState::Ready };
    let door = Door {
        store: house.store.clone(),
        workspace: house.library.workspace,
        operator: mint(Purpose::Operator)?.text,
        visitors: context.config.visitors,
        stay: Stay { idle: IDLE, longest: LONGEST },
    };
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let cages = Arc::new(CageMaker::new(&context.config, house, metrics.clone()));
    let FrontConfig { behind_proxy, tls, limits } = &context.config.front;
    let front = Front {
        is_secure: *behind_proxy || tls.is_some(),
        behind_proxy: *behind_proxy,
        limits: Limits::new(house.store.clock().clone(), *limits),
    };
    let provider = |config| Provider::new(config, house.store.clock().clone());
    Ok(Desk {
        people: People::new(door),
        audit: Audit::new(house.store.clone(), house.library.workspace),
        watch: Watch::new(cages, house.store.clone(), house.library.workspace),
        oidc: context.config.oidc.clone().map(provider).transpose().context("no line to the provider of sign-ins")?,
        answerer: house.answerer.clone(),
        streams: Streams::default(),
        library: Arc::clone(&house.library),
        readiness: Readiness::new(state),
        caches: house.caches.clone(),
        metrics,
        till: house.till.clone(),
        settings: Arc::new(context.config.shown()),
        branding: Arc::new(context.config.branding.clone()),
        widget: context
            .config
            .widget
            .as_ref()
            .map(|widget| Widget::new(widget, house.store.clock().clone(), limits.connections)),
        front,
    })
}

/// SIGHUP, where there is such a thing.
struct Told(#[cfg(unix)] Option<tokio::signal::unix::Signal>);

fn told_to_look() -> Told {
    #[cfg(unix)]
    return Told(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok());
    #[cfg(not(unix))]
    Told()
}

impl Told {
    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.0 {
            signal.recv().await;
            return;
        }
        std::future::pending().await
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
