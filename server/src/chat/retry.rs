//! When the same is asked again: how often, and after what pause.
//!
//! Pure: the chance that spreads the askers is an argument.

use std::time::Duration;

use super::refusal::Again;

/// After the first try. Whoever asked is waiting, and there may be another model.
const TRIES: u32 = 2;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// A server that wants to be left alone for longer is left alone.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The pause before the next try, when `tries` have been repeated; `None` is to give up. `chance` is from 0 to 1.
pub fn pause(tries: u32, again: Again, chance: f64) -> Option<Duration> {
    let backoff = FIRST_PAUSE * 2_u32.saturating_pow(tries);
    let pause = match again {
        _ if tries >= TRIES => return None,
        Again::Never => return None,
        // Those who failed together should not come back together.
        Again::Soon => backoff.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0),
        Again::After(wait) if wait > LONGEST_WAIT => return None,
        // Never earlier than was asked for.
        Again::After(wait) => wait + FIRST_PAUSE.mul_f64(chance.clamp(0.0, 1.0)),
    };
    Some(pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_are_spread_and_end() {
        let check = |tries, again, chance, expected: Option<u64>| {
            assert_eq!(pause(tries, again, chance), expected.map(Duration::from_millis), "{tries} {again:?} {chance}");
        };
        check(0, Again::Soon, 0.0, Some(125));
        check(0, Again::Soon, 1.0, Some(250));
        check(1, Again::Soon, 0.0, Some(250));
        check(1, Again::Soon, 1.0, Some(500));
        check(2, Again::Soon, 0.0, None);
        check(u32::MAX, Again::Soon, 0.0, None);
        check(0, Again::Never, 0.0, None);
        check(0, Again::After(Duration::from_secs(5)), 0.0, Some(5_000));
        check(1, Again::After(Duration::ZERO), 1.0, Some(250));
        check(0, Again::After(Duration::from_secs(6)), 0.0, None);
        check(0, Again::After(Duration::MAX), 0.5, None);
        check(0, Again::Soon, f64::INFINITY, Some(250));
    }
}
