//! The oldest server that keeps what it confirmed.
//!
//! Knows version numbers only.

use crate::ports::IndexError;

/// 1.17.0 to 1.18.3 serve stale reads after a restart although the write was `Completed`; older ones are not tested.
const OLDEST: [u64; 3] = [1, 19, 0];

/// Refuse a server that says it is too old. One that says nothing readable (some proxies) is let through.
pub(super) fn check(reported: &str) -> Result<(), IndexError> {
    match numbers(reported) {
        Some(version) if version < OLDEST => Err(IndexError::Refused(format!(
            "the Qdrant server is version {reported}, which can lose sight of confirmed writes after a restart; upgrade it to 1.19.0 or newer"
        ))),
        _ => Ok(()),
    }
}

fn numbers(reported: &str) -> Option<[u64; 3]> {
    let release = reported.trim_start_matches('v').split(['-', '+']).next()?;
    let mut parts = release.split('.').map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?])
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn only_a_version_that_is_known_to_be_old_is_refused() {
        for fine in ["1.19.0", "1.19.0-dev", "v1.20.3", "2.0", "1.100.1", "", "unknown"] {
            assert!(check(fine).is_ok(), "{fine}");
        }
        for old in ["1.18.3", "1.9.9", "0.20.0", "1.18"] {
            assert!(check(old).is_err(), "{old}");
        }
    }
}
