//! A program of this machine as a function: bytes in, text out, within limits.
//!
//! Everything goes through pipes, so no file of ours is ever named to a program, and no name in a file reaches a
//! command line. A program that outlives its time is ended; its memory is bounded as ours is, since children inherit
//! the limits of their parent.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const LONGEST_RUN: Duration = Duration::from_secs(60);
const MOST_OUTPUT_BYTES: u64 = 32 << 20;
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What the program wrote, or `None` when it failed, was ended, or cannot be started.
pub(super) fn run(program: &Path, arguments: &[&str], input: &[u8]) -> Option<String> {
    let mut child = Command::new(program)
        .args(arguments)
        // Text recognition is several times as fast when its threads do not fight for two cores.
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let (stdin, stdout) = (child.stdin.take()?, child.stdout.take()?);
    thread::scope(|scope| {
        let mut stdin = stdin;
        // A program that has seen enough closes its end; what it wrote still counts.
        scope.spawn(move || stdin.write_all(input).ok());
        let output = scope.spawn(move || {
            let mut bytes = Vec::new();
            stdout.take(MOST_OUTPUT_BYTES).read_to_end(&mut bytes).ok().map(|_| bytes)
        });
        let is_done = finished(&mut child);
        let bytes = output.join().ok().flatten()?;
        is_done.then(|| String::from_utf8_lossy(&bytes).into_owned())
    })
}

/// Whether the program ended well and in time.
fn finished(child: &mut Child) -> bool {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if start.elapsed() < LONGEST_RUN => thread::sleep(LOOK_EVERY),
            _ => break,
        }
    }
    child.kill().ok();
    child.wait().ok();
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_a_function() {
        assert_eq!(run(Path::new("/bin/cat"), &["-"], b"through").as_deref(), Some("through"));
        assert_eq!(run(Path::new("/bin/cat"), &["/nowhere/at/all"], b""), None);
        assert_eq!(run(Path::new("/nowhere/at/all"), &[], b""), None);
    }
}
