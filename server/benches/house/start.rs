//! The program as a person starts it: how long until it answers, and what it holds while nobody asks.
//!
//! `lectern serve` on a data directory where setup is done, on a free port, stopped as a service manager stops it. Time
//! is taken from before the process exists to the first 200 of `/readyz`.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::ground::{self, Ground};
use super::machine::Resident;
use super::progress;
use super::report::{Findings, Target, median};

const ROUNDS: usize = 5;
/// How long nobody asks before memory is looked at.
const IDLE: Duration = Duration::from_secs(3);
/// A start that fills the library takes its time; one that never ends must not hang the bench.
const PATIENCE: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(2);

/// One start.
pub struct Served {
    ready_seconds: f64,
    idle: Resident,
}

pub fn measure(ground: &Ground) -> anyhow::Result<Findings> {
    let mut found = Findings::default();
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        progress(&format!("start: an empty library, round {round} of {ROUNDS}"));
        let site = ground.fresh()?;
        first.push(serve(site.path(), &[])?);
        later.push(serve(site.path(), &[])?);
    }
    judge(&mut found, "`lectern serve`, its first start", &first);
    judge(&mut found, "`lectern serve`, an empty library", &later);

    progress("start: the example handbook");
    let (site, seed) = (ground.fresh()?, ground::seed());
    let seeding = serve(site.path(), &["--seed", &seed.to_string_lossy()])?;
    let seeded = (0..ROUNDS).map(|_| serve(site.path(), &[])).collect::<anyhow::Result<Vec<_>>>()?;
    judge(&mut found, "`lectern serve`, the example handbook", &seeded);
    found.row("the first start that takes the example handbook in", seeding.ready_seconds, "s");
    found.remark(format!("{ROUNDS} starts each, the median counts; memory after {} idle seconds", IDLE.as_secs()));
    Ok(found)
}

/// Two rows: ready, and idle.
pub fn judge(found: &mut Findings, name: &str, served: &[Served]) {
    let middle = |value: fn(&Served) -> f64| median(&served.iter().map(value).collect::<Vec<_>>());
    let slowest = served.iter().map(|served| served.ready_seconds).fold(0.0, f64::max);
    let row = found.row(format!("{name}: ready after"), middle(|served| served.ready_seconds), "s");
    row.target(Target::Below(1.0)).also("slowest", slowest);
    let row = found.row(format!("{name}: idle memory"), middle(|served| served.idle.total), "MiB");
    let row = row.target(Target::Below(200.0)).also("anonymous", middle(|served| served.idle.anonymous));
    row.also("peak", middle(|served| served.idle.peak));
}

/// Start the server, wait until it is ready, leave it alone for a while, look, and stop it.
pub fn serve(data_dir: &Path, more: &[&str]) -> anyhow::Result<Served> {
    let started = Instant::now();
    let mut server = Server::ready(data_dir, more)?;
    let ready_seconds = started.elapsed().as_secs_f64();
    std::thread::sleep(IDLE);
    let idle = Resident::of(server.process.id()).context("the memory of a process cannot be read here")?;
    server.stop()?;
    Ok(Served { ready_seconds, idle })
}

/// A server that does not outlive the bench.
pub struct Server {
    pub address: SocketAddr,
    process: Child,
}

impl Server {
    /// Once it answers.
    pub fn ready(data_dir: &Path, more: &[&str]) -> anyhow::Result<Self> {
        let (address, started) = (free_address()?, Instant::now());
        let mut command = Command::new(env!("CARGO_BIN_EXE_lectern"));
        command.arg("--data-dir").arg(data_dir).args(["serve", "--listen", &address.to_string()]).args(more);
        command.env_remove("LECTERN_DATABASE_URL").env_remove("LECTERN_QDRANT_URL");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().context("lectern cannot be started")?;
        let mut server = Self { address, process };
        while !is_ready(address) {
            if let Some(status) = server.process.try_wait()? {
                bail!("lectern ended with {status} before it was ready");
            }
            if started.elapsed() > PATIENCE {
                bail!("lectern was not ready after {} seconds", PATIENCE.as_secs());
            }
            std::thread::sleep(PAUSE);
        }
        Ok(server)
    }

    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// As a service manager does; the next start finds everything put down in order.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        Command::new("kill").arg(self.process.id().to_string()).status().context("kill cannot be started")?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Does nothing once it was stopped.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// The socket takes connections before the house stands; the answer comes when it does.
fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.split(' ').nth(1) == Some("200"))
    };
    ask().unwrap_or(false)
}
