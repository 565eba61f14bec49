//! The machine as Linux tells of it: what it is, who else uses it, and what one process takes of it.
//!
//! Elsewhere than on Linux most of this is unknown and shown as such. Knows nothing of what is measured.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

/// What every number in the table depends on.
#[derive(Serialize)]
pub struct Machine {
    pub cores: usize,
    pub processor: String,
    /// Whether it multiplies eight-bit integers in one instruction.
    pub vnni: bool,
    pub memory_mib: Option<f64>,
    /// Processes that wanted to run in the last minute, before anything was measured.
    pub load: Option<f64>,
}

impl Machine {
    pub fn look() -> Self {
        let processors = read("/proc/cpuinfo");
        let facts = fields(processors.split("\n\n").next().unwrap_or_default());
        let flags: Vec<&str> = facts.get("flags").map_or_else(Vec::new, |flags| flags.split(' ').collect());
        Self {
            cores: cores(),
            processor: facts
                .get("model name")
                .map_or_else(|| "unknown processor".to_owned(), |name| (*name).to_owned()),
            vnni: flags.contains(&"avx512_vnni") || flags.contains(&"avx_vnni"),
            memory_mib: fields(&read("/proc/meminfo")).get("MemTotal").copied().and_then(mib),
            load: read("/proc/loadavg").split(' ').next().and_then(|load| load.parse().ok()),
        }
    }

    pub fn words(&self) -> String {
        let vnni = if self.vnni { "with VNNI" } else { "without VNNI" };
        let memory = self.memory_mib.map_or_else(String::new, |mib| format!(", {:.1} GiB of memory", mib / 1024.0));
        let load = self.load.map_or_else(String::new, |load| format!(", load {load} before the start"));
        format!("{} cores of {} {vnni}{memory}{load}", self.cores, self.processor)
    }
}

/// The memory of a process, in MiB.
#[derive(Clone, Copy, Default)]
pub struct Resident {
    pub total: f64,
    /// What only this process has; the rest are pages of files, libraries among them.
    pub anonymous: f64,
    pub peak: f64,
}

impl Resident {
    pub fn of(process: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let facts = fields(&status);
        let in_mib = |name| facts.get(name).copied().and_then(mib);
        Some(Self { total: in_mib("VmRSS")?, anonymous: in_mib("RssAnon")?, peak: in_mib("VmHWM")? })
    }

    pub fn own() -> Self {
        Self::of(std::process::id()).unwrap_or_default()
    }
}

/// The memory of every process that this one has started and that still lives.
pub fn children() -> Vec<Resident> {
    let own = std::process::id();
    processes()
        .filter(|process| stat(*process).is_some_and(|stat| stat.parent == own))
        .filter_map(Resident::of)
        .collect()
}

/// Forget the peak of this process's memory, so that the next one belongs to what comes.
pub fn forget_peak() {
    // Where it cannot be forgotten the peak is merely too high.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// Bytes that the files at and below a path take on the disk.
pub fn disk_bytes(path: &Path) -> u64 {
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| disk_bytes(&entry.path())).sum(),
        Err(_) => fs::metadata(path).map_or(0, |file| blocks(&file)),
    }
}

#[cfg(unix)]
fn blocks(file: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::blocks(file) * 512
}

#[cfg(not(unix))]
fn blocks(file: &fs::Metadata) -> u64 {
    file.len()
}

/// A stop-watch that also sees processor time: ours, with our children's, and everybody else's.
pub struct Watch {
    started: Instant,
    own_seconds: f64,
    busy_seconds: f64,
}

/// What passed on a [`Watch`].
#[derive(Clone, Copy)]
pub struct Spent {
    pub seconds: f64,
    pub own_seconds: f64,
    /// Cores that other work kept busy, on average.
    pub others: f64,
}

impl Watch {
    pub fn start() -> Self {
        Self { started: Instant::now(), own_seconds: own_seconds(), busy_seconds: busy_seconds() }
    }

    pub fn stop(&self) -> Spent {
        let seconds = self.started.elapsed().as_secs_f64();
        let own_seconds = own_seconds() - self.own_seconds;
        let others = (busy_seconds() - self.busy_seconds - own_seconds).max(0.0) / seconds.max(f64::EPSILON);
        Spent { seconds, own_seconds, others }
    }
}

impl Spent {
    /// The sentence that tells how much to trust a part's times.
    pub fn remark(&self) -> String {
        format!(
            "other work kept {:.1} of {} cores busy meanwhile: ratios hold, times are too long",
            self.others,
            cores()
        )
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Linux counts processor time in hundredths of a second, whatever its own clock does.
const TICKS: f64 = 100.0;

/// This process, the children that have ended, and the children that live.
fn own_seconds() -> f64 {
    let own = std::process::id();
    let ours = processes().filter_map(|process| stat(process).filter(|stat| process == own || stat.parent == own));
    ours.map(|stat| stat.ticks).sum::<u64>() as f64 / TICKS
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

struct Stat {
    parent: u32,
    /// User and system, own and of children that have ended.
    ticks: u64,
}

fn stat(process: u32) -> Option<Stat> {
    let line = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold anything; after it come the state, the parent, and nine more before the times.
    let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
    let times = fields.get(11..15)?.iter().filter_map(|ticks| ticks.parse::<u64>().ok());
    Some(Stat { parent: fields.get(1)?.parse().ok()?, ticks: times.sum() })
}

/// All processors together, not counting idleness and waiting for disks.
fn busy_seconds() -> f64 {
    let stat = read("/proc/stat");
    let ticks = stat.lines().next().unwrap_or_default().split_whitespace().skip(1).enumerate();
    let busy = ticks.filter(|(at, _)| ![3, 4, 8, 9].contains(at)).filter_map(|(_, ticks)| ticks.parse::<u64>().ok());
    busy.sum::<u64>() as f64 / TICKS
}

fn read(file: &str) -> String {
    fs::read_to_string(file).unwrap_or_default()
}

/// `name: value` lines.
fn fields(text: &str) -> HashMap<&str, &str> {
    text.lines().filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim())).collect()
}

fn mib(text: &str) -> Option<f64> {
    text.strip_suffix("kB")?.trim().parse::<f64>().ok().map(|kib| kib / 1024.0)
}
