//! How often one asker may ask: so many requests and so many questions a minute, by person, or by address for whoever did
//! not sign in.
//!
//! A bucket of one minute's worth, kept as the time at which it will be full again: a single number that fills by
//! itself. Whoever holds several keys still is one person, and whoever holds the data directory is not limited. Does not
//! know what a request is about.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use retrieval::access::Origin;
use retrieval::model::{GuestId, PersonId};

use super::error::ApiError;
use super::who::Peer;
use crate::clock::Clock;
use crate::config::LimitConfig;
use crate::people::door::{By, Entered};

const MINUTE_US: i64 = 60_000_000;
const SECOND_US: u64 = 1_000_000;
/// More buckets than this are not kept; those that are fullest go, as they say least.
const MOST: usize = 50_000;

/// What a request costs whoever sends it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Cost {
    /// A probe, which has to be told the truth about the house, most of all when it is busy.
    Nothing,
    Request,
    /// A request that makes the models work.
    Question,
}

const PROBES: [&str; 2] = ["/healthz", "/readyz"];
const QUESTIONS: [&str; 5] =
    ["/api/v1/search", "/api/v1/ask", "/api/v1/why", "/api/v1/simulate/compare", "/v1/chat/completions"];

/// What a route of the table costs.
pub fn cost(method: &str, path: &str) -> Cost {
    match method {
        "GET" if PROBES.contains(&path) => Cost::Nothing,
        "POST" if QUESTIONS.contains(&path) => Cost::Question,
        _ => Cost::Request,
    }
}

/// Whose bucket it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Whose {
    Person(PersonId),
    Guest(GuestId),
    Network(IpAddr),
}

impl Whose {
    /// `None` for the operator, and where there is no address because there is no connection.
    pub fn of(entered: &Entered, peer: Option<&Peer>) -> Option<Self> {
        match entered.by {
            By::Operator => None,
            By::SignIn(_) | By::Key(_) => entered.principal.whose().map(Self::Person),
            By::Nothing => match entered.principal.origin() {
                Origin::Guest(guest) => Some(Self::Guest(guest)),
                _ => Self::at(peer),
            },
        }
    }

    pub fn at(peer: Option<&Peer>) -> Option<Self> {
        let address = peer.and_then(|Peer(address)| address.parse().ok());
        address.map(|address| Self::Network(network(address)))
    }
}

/// All of it is one household's, as far as anybody can tell: an address of IPv4, the first half of one of IPv6.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}

/// Count what is turned away, by why.
pub fn refused(reason: &'static str) {
    metrics::counter!("lectern_refused_total", "reason" => reason).increment(1);
}

#[derive(Clone)]
pub struct Limits {
    clock: Clock,
    config: LimitConfig,
    full_at: Arc<Mutex<HashMap<(Whose, Cost), i64>>>,
}

impl Limits {
    pub fn new(clock: Clock, config: LimitConfig) -> Self {
        Self { clock, config, full_at: Arc::default() }
    }

    /// Take what it costs out of their buckets, if there is enough in them.
    pub fn take(&self, whose: Option<Whose>, cost: Cost) -> Result<(), ApiError> {
        let Some(whose) = whose else { return Ok(()) };
        let request = |()| self.take_one(whose, Cost::Request, self.config.requests_per_minute, "requests");
        match cost {
            Cost::Nothing => Ok(()),
            Cost::Request => request(()),
            Cost::Question => {
                request(())?;
                self.take_one(whose, Cost::Question, self.config.questions_per_minute, "questions")
            }
        }
    }

    fn take_one(&self, whose: Whose, cost: Cost, per_minute: u32, of: &'static str) -> Result<(), ApiError> {
        let (now, one) = (self.clock.now_ms().saturating_mul(1_000), MINUTE_US / i64::from(per_minute.max(1)));
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST {
            forget_the_fullest(&mut buckets, now);
        }
        let full_at = buckets.entry((whose, cost)).or_insert(now);
        // A clock that was turned back must not lock anybody out for longer than a minute.
        let after = (*full_at).clamp(now, now + MINUTE_US) + one;
        let wait = after - (now + MINUTE_US);
        if wait <= 0 {
            *full_at = after;
            return Ok(());
        }
        drop(buckets);
        refused(of);
        let seconds = u64::try_from(wait).unwrap_or(0).div_ceil(SECOND_US).max(1);
        Err(ApiError::too_many(format!("too many {of}: wait {seconds} seconds"), seconds))
    }
}

/// Those that are full say nothing at all. If that is not enough, a tenth goes of what is nearest to it.
fn forget_the_fullest(buckets: &mut HashMap<(Whose, Cost), i64>, now: i64) {
    buckets.retain(|_, full_at| *full_at > now);
    if buckets.len() < MOST {
        return;
    }
    let mut times: Vec<i64> = buckets.values().copied().collect();
    let (_, tenth, _) = times.select_nth_unstable(MOST / 10);
    let tenth = *tenth;
    buckets.retain(|_, full_at| *full_at > tenth);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::http::ROUTES;

    fn limits() -> (Limits, Arc<AtomicU64>) {
        let dial = Arc::new(AtomicU64::new(1_000_000_000));
        let turned = Arc::clone(&dial);
        let clock = Clock::from_fn(move || UNIX_EPOCH + Duration::from_millis(turned.load(Ordering::SeqCst)));
        let config = LimitConfig { questions_per_minute: 20, requests_per_minute: 600, connections: 16 };
        (Limits::new(clock, config), dial)
    }

    fn at(address: &str) -> Option<Whose> {
        Whose::at(Some(&Peer(address.into())))
    }

    /// How many of so many are let through.
    fn let_through(limits: &Limits, whose: Option<Whose>, cost: Cost, of: usize) -> usize {
        (0..of).filter(|_| limits.take(whose, cost).is_ok()).count()
    }

    #[test]
    fn a_minutes_worth_at_once_and_then_as_it_fills() {
        let (limits, dial) = limits();
        assert_eq!(let_through(&limits, at("10.0.0.1"), Cost::Question, 100), 20);
        assert_eq!(let_through(&limits, at("10.0.0.2"), Cost::Question, 100), 20);
        dial.fetch_add(2_999, Ordering::SeqCst);
        assert_eq!(let_through(&limits, at("10.0.0.1"), Cost::Question, 5), 0);
        dial.fetch_add(1, Ordering::SeqCst);
        assert_eq!(let_through(&limits, at("10.0.0.1"), Cost::Question, 5), 1);
        dial.fetch_add(3_600_000, Ordering::SeqCst);
        assert_eq!(let_through(&limits, at("10.0.0.1"), Cost::Question, 100), 20);
        assert_eq!(let_through(&limits, at("10.0.0.3"), Cost::Request, 1_000), 600);
        assert_eq!(let_through(&limits, at("10.0.0.3"), Cost::Nothing, 1_000), 1_000);
        assert_eq!(let_through(&limits, None, Cost::Question, 1_000), 1_000);
    }

    #[test]
    fn a_clock_that_is_turned_back_locks_nobody_out() {
        let (limits, dial) = limits();
        assert_eq!(let_through(&limits, at("10.0.0.1"), Cost::Question, 20), 20);
        dial.fetch_sub(500_000_000, Ordering::SeqCst);
        assert_eq!(let_through(&limits, at("10.0.0.1"), Cost::Question, 1), 0);
        dial.fetch_add(60_000, Ordering::SeqCst);
        assert!(let_through(&limits, at("10.0.0.1"), Cost::Question, 1) <= 1);
        dial.fetch_add(500_000_000, Ordering::SeqCst);
        assert_eq!(let_through(&limits, at("10.0.0.1"), Cost::Question, 100), 20);
    }

    #[test]
    fn an_address_is_a_household() {
        assert_eq!(at("2001:db8:1:2::3"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::3"), at("2001:db8:1:3::3"));
        assert_ne!(at("10.0.0.1"), at("10.0.0.2"));
        assert_eq!(at("::ffff:10.0.0.1"), at("10.0.0.1"));
        assert_eq!(at("unknown"), None);
    }

    #[test]
    fn memory_is_bounded_and_the_emptiest_buckets_stay() {
        let (limits, _) = limits();
        assert_eq!(let_through(&limits, at("2001:db8::1"), Cost::Question, 100), 20);
        for n in 0..2 * MOST as u128 {
            let address = Ipv6Addr::from_bits((0x2001 << 112) + (n << 64)).to_string();
            assert!(limits.take(at(&address), Cost::Request).is_ok());
        }
        assert!(limits.full_at.lock().unwrap().len() <= MOST);
        assert_eq!(let_through(&limits, at("2001:db8::1"), Cost::Question, 1), 0);
    }

    #[test]
    fn what_costs_more_stands_in_the_table() {
        let costing = |cost_of| ROUTES.iter().filter(move |route| cost(route.method, route.path) == cost_of).count();
        assert_eq!((costing(Cost::Nothing), costing(Cost::Question)), (PROBES.len(), QUESTIONS.len()));
    }
}
