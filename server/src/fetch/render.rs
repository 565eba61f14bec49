//! Pages that are nothing without their scripts: shown to a browser, and read as it shows them.
//!
//! A headless Chromium of the operator's own, started for one page and killed with everything it started. It gets no
//! environment, a profile that is thrown away, and no way out but our proxy: it resolves no name itself, and what its
//! scripts ask for is checked like any address. Knows nothing of robots.txt; the page itself was allowed before.
//!
//! A source's own headers cannot be handed over, so its pages are not rendered: as a stranger sees them, they would be
//! somebody's login page.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use ingest::crawl::ports::{FetchFault, Request};
use rustix::process::{Pid, Signal, geteuid, kill_process_group};
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::proxy::{Proxy, ProxyLimits};
use super::resolve::Gate;
use super::{forbidden, seconds};

/// The browser, and what one page may cost.
#[derive(Clone, Debug)]
pub struct RenderSettings {
    pub program: PathBuf,
    /// By the page's own clock, which stands still while it waits for the network.
    pub budget_ms: u32,
    /// By everybody's clock. At half of it the network is closed, so that the page's own clock goes on.
    pub wall_clock: Duration,
    /// Of the page as it is read; what it may load is a multiple of this.
    pub most_bytes: usize,
}

impl RenderSettings {
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let wall_clock = Duration::from_secs(30);
        Self { program: program.into(), budget_ms: 8_000, wall_clock, most_bytes: 10 * 1024 * 1024 }
    }
}

pub struct Renderer {
    settings: RenderSettings,
    gate: Gate,
    connect: Duration,
    places: Semaphore,
}

/// A browser takes a processor and some hundred megabytes: one at a time, the others wait.
const PLACES: usize = 1;
const CONNECTIONS: usize = 64;
/// Scripts, styles and data weigh more than the page that they make.
const LOADED_PER_PAGE: u64 = 5;
/// The name of our proxy in the browser's world, where no other name leads anywhere.
const PROXY: &str = "way-out.invalid";
/// What the browser shows instead of a page that it could not load.
const ERROR_PAGE: &[u8] = b"id=\"main-frame-error\"";

/// Quiet, alone, and nothing that goes around the proxy: no names, no peer connections, no QUIC.
const FLAGS: [&str; 27] = [
    "--headless",
    "--dump-dom",
    "--incognito",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-notifications",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--mute-audio",
    "--metrics-recording-only",
    "--password-store=basic",
    "--blink-settings=imagesEnabled=false",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
];

impl Renderer {
    pub fn new(settings: RenderSettings, gate: Gate, connect: Duration) -> Self {
        Self { settings, gate, connect, places: Semaphore::new(PLACES) }
    }

    /// The page after its scripts ran, in UTF-8; `None` where it is not for a browser.
    pub async fn render(&self, request: &Request) -> Option<Result<Vec<u8>, FetchFault>> {
        if !request.headers.is_empty() {
            return None;
        }
        let _place = self.places.acquire().await.ok()?;
        Some(self.shown(request).await)
    }

    async fn shown(&self, request: &Request) -> Result<Vec<u8>, FetchFault> {
        self.gate.check_url(&request.url).map_err(forbidden)?;
        let most_bytes = request.most_bytes.min(self.settings.most_bytes);
        let limits = ProxyLimits {
            connections: CONNECTIONS,
            bytes: self.settings.most_bytes as u64 * LOADED_PER_PAGE,
            connect: self.connect,
            open: self.settings.wall_clock / 2,
        };
        let missing = |what: &str, error| FetchFault::Unreachable(format!("{what} for the browser: {error}"));
        let proxy = Proxy::start(self.gate.clone(), limits).await.map_err(|error| missing("no connection", error))?;
        let profile = tempfile::tempdir().map_err(|error| missing("no folder", error))?;
        let arguments = self.arguments(request, &proxy, profile.path());
        let mut browser = Browser::start(&self.settings.program, &arguments, profile)?;
        let shown = timeout(self.settings.wall_clock, browser.shown(most_bytes)).await;
        browser.end().await;
        let wall_clock = seconds(self.settings.wall_clock);
        shown.map_err(|_| FetchFault::Unreachable(format!("the browser took longer than {wall_clock}")))?
    }

    fn arguments(&self, request: &Request, proxy: &Proxy, profile: &Path) -> Vec<String> {
        let mut arguments: Vec<String> = FLAGS.map(str::to_owned).into();
        arguments.extend([
            format!("--virtual-time-budget={}", self.settings.budget_ms),
            format!("--user-data-dir={}", profile.display()),
            format!("--proxy-server=http://{PROXY}:{}", proxy.address().port()),
            "--proxy-bypass-list=<-loopback>".to_owned(),
            format!("--host-resolver-rules=MAP {PROXY} {}, MAP * ~NOTFOUND", proxy.address().ip()),
        ]);
        arguments.extend(request.user_agent.iter().map(|agent| format!("--user-agent={agent}")));
        if geteuid().is_root() {
            // It refuses to start otherwise. Whoever cares runs the house as somebody else.
            arguments.push("--no-sandbox".to_owned());
        }
        arguments.push(request.url.to_string()); // starts with http, so it is never read as a flag
        arguments
    }
}

/// A started browser. It leads a group of processes, which ends with it.
struct Browser {
    process: Child,
    profile: Option<TempDir>,
    program: PathBuf,
}

impl Browser {
    fn start(program: &Path, arguments: &[String], profile: TempDir) -> Result<Self, FetchFault> {
        let process = Command::new(program)
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin") // the program may be a script that finds the browser
            .env("LANG", "C.UTF-8")
            .envs(["HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"].map(|name| (name, profile.path())))
            .current_dir(profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| FetchFault::Unreachable(format!("the browser cannot be started: {error}")))?;
        Ok(Self { process, profile: Some(profile), program: program.to_owned() })
    }

    async fn shown(&mut self, most_bytes: usize) -> Result<Vec<u8>, FetchFault> {
        let silent = || {
            let program = self.program.display();
            FetchFault::Unreachable(format!(
                "the browser shows nothing: it could not load the page, or {program} fails"
            ))
        };
        let output = self.process.stdout.take().ok_or_else(silent)?;
        let mut page = Vec::new();
        output.take(most_bytes as u64 + 1).read_to_end(&mut page).await.map_err(|_| silent())?;
        match page.len() {
            0 => Err(silent()),
            size if size > most_bytes => Err(FetchFault::TooLarge { most_bytes }),
            _ if is_error_page(&page) => Err(FetchFault::Unreachable("the browser could not load the page".into())),
            _ => Ok(page),
        }
    }

    /// Ended, and its profile gone. Removing that takes long enough to be in others' way.
    async fn end(mut self) {
        self.kill();
        let _ = self.process.wait().await; // it is dead; how it died says nothing
        let profile = self.profile.take();
        let _ = tokio::task::spawn_blocking(move || drop(profile)).await;
    }

    /// The number stands for this group as long as nobody waited for its leader, which only `end` does.
    fn kill(&self) {
        let group = self.process.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        if let Some(group) = group {
            let _ = kill_process_group(group, Signal::KILL); // they may all have gone by themselves
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Near the start, where the browser's own page says so. A page about browsers may quote it further down.
fn is_error_page(page: &[u8]) -> bool {
    let head = &page[..page.len().min(64 * 1024)];
    head.windows(10).any(|window| window == b"\"neterror\"") && page.windows(ERROR_PAGE.len()).any(|w| w == ERROR_PAGE)
}
