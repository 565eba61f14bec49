//! What a worker may not do: use more than its share, or reach anything but its parent.
//!
//! Limits of the kernel, set before the first byte of a stranger is read. Processor time is counted per document; the
//! rest holds for the worker's life, and for every program that it starts.

use std::io;

use rlimit::Resource;

/// No file that a worker writes is larger; it has no business writing any but pictures for text recognition.
const LARGEST_FILE: u64 = 256 * 1024 * 1024;
const OPEN_FILES: u64 = 32;
/// What `/proc` counts processor time in, on every machine that we run on.
const TICKS_PER_SECOND: u64 = 100;

/// Confine this process for the rest of its life.
pub fn confine(memory_bytes: u64) -> io::Result<()> {
    let limits = [
        (Resource::AS, memory_bytes),
        (Resource::NOFILE, OPEN_FILES),
        (Resource::FSIZE, LARGEST_FILE),
        (Resource::CORE, 0),
    ];
    for (resource, limit) in limits {
        resource.set(limit, limit)?;
    }
    without_network()
}

/// Let this process run for so long from now on; the kernel ends it when it does not stop.
pub fn allow_seconds(seconds: u64) -> io::Result<()> {
    let (_, hard) = Resource::CPU.get()?;
    Resource::CPU.set((used_seconds()? + seconds).min(hard), hard)
}

/// Processor time of this process so far, rounded up.
fn used_seconds() -> io::Result<u64> {
    let unreadable = || io::Error::other("/proc/self/stat is not as expected");
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name of the program stands in brackets and may hold anything; the fields after it are numbers.
    let fields: Vec<&str> = stat.rsplit_once(')').ok_or_else(unreadable)?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).ok_or_else(unreadable);
    Ok((ticks(11)? + ticks(12)?).div_ceil(TICKS_PER_SECOND))
}

/// No sockets, nor other ways out of the process: a document has nothing to ask anybody.
#[cfg(target_os = "linux")]
fn without_network() -> io::Result<()> {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
    let forbidden = [
        libc::SYS_socket,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept4,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_io_uring_setup,
        libc::SYS_bpf,
        libc::SYS_keyctl,
        libc::SYS_mount,
        libc::SYS_unshare,
        libc::SYS_setns,
    ];
    let rules = forbidden.into_iter().map(|call| (call, Vec::new())).collect();
    let denied = SeccompAction::Errno(libc::EACCES.unsigned_abs());
    let machine = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, denied, machine).map_err(io::Error::other)?;
    let program: BpfProgram = filter.try_into().map_err(io::Error::other)?;
    seccompiler::apply_filter(&program).map_err(io::Error::other)
}

/// Elsewhere the kernel is asked in other ways, which are not written yet: the operator has to allow it.
#[cfg(not(target_os = "linux"))]
fn without_network() -> io::Result<()> {
    Err(io::Error::other("this system has no system-call filter that lectern knows"))
}
