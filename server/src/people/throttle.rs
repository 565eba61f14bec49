//! Waiting: whoever guesses wrongly waits longer before each next guess, per name and per address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use super::Login;
use crate::clock::Clock;

/// Wrong guesses that cost nothing: people mistype.
const FREE: u32 = 5;
/// Of all who share an address, as a whole office may.
const FREE_TOGETHER: u32 = 50;
const LONGEST_WAIT_MS: i64 = 15 * 60 * 1_000;
/// After so long nothing is held against anybody.
const FORGOTTEN_MS: i64 = 60 * 60 * 1_000;
/// More names than this are not remembered; the stalest go.
const MOST: usize = 20_000;

#[derive(Clone)]
pub struct Throttle {
    clock: Clock,
    guesses: Arc<Mutex<HashMap<Against, Guesses>>>,
}

/// What a wrong guess is held against.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Against {
    Login(String),
    Address(String),
}

impl Against {
    pub fn login(login: &Login) -> Self {
        Self::Login(login.as_str().to_owned())
    }

    /// Of an IPv6 address the half that one customer has all to themselves. An address that nobody knows would be held
    /// against everybody.
    pub fn address(address: &str) -> Option<Self> {
        match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(IpAddr::V6(address)) => {
                Some(Self::Address(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).to_string()))
            }
            Ok(IpAddr::V4(address)) => Some(Self::Address(address.to_string())),
            Err(_) => None,
        }
    }

    fn free(&self) -> u32 {
        match self {
            Self::Login(_) => FREE,
            Self::Address(_) => FREE_TOGETHER,
        }
    }
}

#[derive(Clone, Copy)]
struct Guesses {
    wrong: u32,
    last_ms: i64,
}

impl Guesses {
    fn wait_ms(self, against: &Against) -> i64 {
        match self.wrong.checked_sub(against.free()) {
            None => 0,
            Some(over) => (1_000_i64 << over.min(20)).min(LONGEST_WAIT_MS),
        }
    }
}

/// How long to wait before the next guess.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    pub seconds: u64,
}

impl Throttle {
    pub fn new(clock: Clock) -> Self {
        Self { clock, guesses: Arc::default() }
    }

    /// A guess under each of these names: counted as wrong until [`Throttle::forgive`] says otherwise, so that guesses
    /// made at once are not all free.
    pub fn guess(&self, names: &[Against]) -> Result<(), Wait> {
        let now = self.clock.now_ms();
        let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        if guesses.len() >= MOST {
            guesses.retain(|name, guesses| now - guesses.last_ms < guesses.wait_ms(name).max(FORGOTTEN_MS / 10));
        }
        let left = |name: &Against| {
            let known = guesses.get(name)?;
            Some(known.last_ms + known.wait_ms(name) - now).filter(|left| *left > 0)
        };
        if let Some(left) = names.iter().filter_map(left).max() {
            return Err(Wait { seconds: u64::try_from(left).unwrap_or(0).div_ceil(1_000) });
        }
        for name in names {
            let known = guesses.entry(name.clone()).or_insert(Guesses { wrong: 0, last_ms: now });
            if now - known.last_ms > FORGOTTEN_MS {
                known.wrong = 0;
            }
            *known = Guesses { wrong: known.wrong.saturating_add(1), last_ms: now };
        }
        Ok(())
    }

    /// It was right: nothing is held against this login any more. The address is given back this one guess and no more:
    /// whoever has an account would otherwise guess at all the others' from there.
    pub fn forgive(&self, name: &Against) {
        let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        match (name, guesses.get_mut(name)) {
            (Against::Address(_), Some(known)) if known.wrong > 1 => known.wrong -= 1,
            _ => drop(guesses.remove(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn named(name: &str) -> Against {
        Against::Login(name.to_owned())
    }

    fn throttle() -> (Throttle, Arc<AtomicU64>) {
        let dial = Arc::new(AtomicU64::new(1_000_000));
        let turned = Arc::clone(&dial);
        let clock = Clock::from_fn(move || UNIX_EPOCH + Duration::from_millis(turned.load(Ordering::SeqCst)));
        (Throttle::new(clock), dial)
    }

    #[test]
    fn guesses_get_slower() {
        let (throttle, dial) = throttle();
        let names = [named("ada")];
        for _ in 0..FREE {
            assert_eq!(throttle.guess(&names), Ok(()));
        }
        let mut waits = Vec::new();
        for _ in 0..12 {
            let Err(Wait { seconds }) = throttle.guess(&names) else { panic!("no wait") };
            waits.push(seconds);
            dial.fetch_add(seconds * 1_000, Ordering::SeqCst);
            assert_eq!(throttle.guess(&names), Ok(()));
        }
        assert_eq!(waits[..5], [1, 2, 4, 8, 16]);
        assert_eq!(waits[11], 900);
        assert_eq!(throttle.guess(&[named("eve")]), Ok(()));
    }

    #[test]
    fn a_right_guess_and_time_forgive() {
        let (throttle, dial) = throttle();
        let names = [named("ada")];
        (0..FREE).for_each(|_| throttle.guess(&names).unwrap());
        assert!(throttle.guess(&names).is_err());
        throttle.forgive(&names[0]);
        (0..FREE).for_each(|_| throttle.guess(&names).unwrap());
        dial.fetch_add(2 * FORGOTTEN_MS as u64, Ordering::SeqCst);
        (0..FREE).for_each(|_| throttle.guess(&names).unwrap());
        assert!(throttle.guess(&names).is_err());
    }

    #[test]
    fn ten_thousand_guesses_are_few() {
        let (throttle, dial) = throttle();
        let mut let_in = 0;
        for _ in 0..10_000 {
            dial.fetch_add(100, Ordering::SeqCst);
            let_in += usize::from(throttle.guess(&[named("ada")]).is_ok());
        }
        assert!(let_in < 20, "{let_in} guesses in a quarter of an hour");
    }

    #[test]
    fn an_address_is_shared_and_not_wiped_clean_by_ones_own_account() {
        let (throttle, _) = throttle();
        let address = Against::address("192.0.2.7").unwrap();
        for turn in 0..FREE_TOGETHER {
            assert_eq!(throttle.guess(&[named(&format!("victim {turn}")), address.clone()]), Ok(()));
            assert_eq!(throttle.guess(&[named("own"), address.clone()]).is_ok(), turn + 1 < FREE_TOGETHER);
            [named("own"), address.clone()].iter().for_each(|name| throttle.forgive(name));
        }
    }

    #[test]
    fn whose_address_it_is() {
        let check = |address: &str, expected: Option<&str>| {
            assert_eq!(Against::address(address), expected.map(|name| Against::Address(name.to_owned())), "{address}");
        };
        check("192.0.2.7", Some("192.0.2.7"));
        check("::ffff:192.0.2.7", Some("192.0.2.7"));
        check("2001:db8:1:2:3:4:5:6", Some("2001:db8:1:2::"));
        check("unknown", None);
        check("", None);
    }
}
