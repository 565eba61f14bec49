//! Politeness: when a host may be asked again.
//!
//! At most two requests at once, a pause between two starts, a longer one when the host says that it is too much, and
//! an end when it keeps failing. Time is handed in; nothing here waits.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

pub const AT_ONCE: usize = 2;
/// Failures in a row, over whatever pages, after which the rest of a host's pages are left.
const MOST_FAILURES: u32 = 5;
/// What a host may ask for with `Retry-After`: more is for the next round.
pub const MOST_PAUSE: Duration = Duration::from_secs(300);
/// Doubled with every failure in a row.
const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// What is known of every host of a crawl.
#[derive(Debug)]
pub struct Politeness {
    delay: Duration,
    hosts: HashMap<String, Host>,
}

#[derive(Debug, Default)]
struct Host {
    in_flight: usize,
    /// The site's own wish, where it is longer than ours.
    delay: Duration,
    not_before: Option<Instant>,
    failures: u32,
    /// Whether it ever answered: until then it is asked for one page at a time.
    proven: bool,
    given_up: Option<String>,
}

/// How a request to a host ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Answered,
    /// It is overloaded, failing or out of reach; why, and how long it asks us to wait.
    Failing {
        why: String,
        wait: Option<Duration>,
    },
}

impl Politeness {
    pub fn new(delay: Duration) -> Self {
        Self { delay, hosts: HashMap::new() }
    }

    /// When the host may be asked: at once, later, or only after an answer that is under way (`None`).
    pub fn ready_at(&self, host: &str, now: Instant) -> Option<Instant> {
        let Some(host) = self.hosts.get(host) else { return Some(now) };
        let most = if host.proven { AT_ONCE } else { 1 };
        (host.in_flight < most).then(|| host.not_before.map_or(now, |at| at.max(now)))
    }

    pub fn start(&mut self, host: &str, now: Instant) {
        let own_delay = self.delay;
        let host = self.host(host);
        host.in_flight += 1;
        host.not_before = host.not_before.max(Some(now + host.delay.max(own_delay)));
    }

    pub fn end(&mut self, host: &str, ending: &Ending, now: Instant) {
        let host = self.host(host);
        host.in_flight = host.in_flight.saturating_sub(1);
        match ending {
            Ending::Answered => {
                host.proven = true;
                host.failures = 0;
            }
            Ending::Failing { why, wait } => {
                host.failures += 1;
                let pause = wait.unwrap_or(FIRST_PAUSE * 2_u32.pow(host.failures.min(6) - 1)).min(MOST_PAUSE);
                host.not_before = host.not_before.max(Some(now + pause));
                if host.failures >= MOST_FAILURES {
                    host.given_up = Some(format!("the host failed {MOST_FAILURES} times in a row: {why}"));
                }
            }
        }
    }

    /// The site asks for a pause of its own between requests.
    pub fn slow_down(&mut self, host: &str, delay: Duration) {
        let host = self.host(host);
        host.delay = host.delay.max(delay);
    }

    /// Why nothing more is asked of a host.
    pub fn given_up(&self, host: &str) -> Option<&str> {
        self.hosts.get(host)?.given_up.as_deref()
    }

    pub fn is_proven(&self, host: &str) -> bool {
        self.hosts.get(host).is_some_and(|host| host.proven)
    }

    fn host(&mut self, host: &str) -> &mut Host {
        self.hosts.entry(host.to_owned()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn failing(wait: Option<Duration>) -> Ending {
        Ending::Failing { why: "status 503".to_owned(), wait }
    }

    #[test]
    fn two_at_once_with_a_pause_between_starts() {
        let (mut polite, now) = (Politeness::new(SECOND), Instant::now());
        assert_eq!(polite.ready_at("a", now), Some(now));
        polite.start("a", now);
        assert_eq!(polite.ready_at("a", now + SECOND), None, "not proven: one at a time");
        polite.end("a", &Ending::Answered, now);
        assert_eq!(polite.ready_at("a", now), Some(now + SECOND));
        polite.start("a", now + SECOND);
        assert_eq!(polite.ready_at("a", now + SECOND), Some(now + 2 * SECOND));
        polite.start("a", now + 2 * SECOND);
        assert_eq!(polite.ready_at("a", now + 9 * SECOND), None);
        assert_eq!(polite.ready_at("b", now), Some(now));
    }

    #[test]
    fn a_longer_delay_of_the_site_wins() {
        let (mut polite, now) = (Politeness::new(SECOND), Instant::now());
        polite.slow_down("a", 5 * SECOND);
        polite.start("a", now);
        polite.end("a", &Ending::Answered, now);
        assert_eq!(polite.ready_at("a", now), Some(now + 5 * SECOND));
    }

    #[test]
    fn failures_pause_longer_and_end() {
        let (mut polite, mut now) = (Politeness::new(SECOND), Instant::now());
        for wait in [2, 4, 8, 16] {
            polite.start("a", now);
            polite.end("a", &failing(None), now);
            assert_eq!(polite.ready_at("a", now), Some(now + wait * SECOND));
            now += wait * SECOND;
        }
        assert_eq!(polite.given_up("a"), None);
        polite.start("a", now);
        polite.end("a", &failing(None), now);
        assert_eq!(polite.given_up("a"), Some("the host failed 5 times in a row: status 503"));
    }

    #[test]
    fn retry_after_is_kept_within_reason() {
        let (mut polite, now) = (Politeness::new(SECOND), Instant::now());
        polite.start("a", now);
        polite.end("a", &failing(Some(40 * SECOND)), now);
        assert_eq!(polite.ready_at("a", now), Some(now + 40 * SECOND));
        polite.end("a", &failing(Some(100_000 * SECOND)), now);
        assert_eq!(polite.ready_at("a", now), Some(now + MOST_PAUSE));
    }
}
