//! The cookie of a stay: sent back to this host alone, over a safe line alone, seen by no script.

use std::time::Duration;

use axum::http::HeaderValue;

use crate::config::Secret;

/// The prefix makes browsers insist on `Secure`, on this host and on every path.
const NAME: &str = "__Host-lectern";

/// Of whoever is away to sign in elsewhere. `Lax`: it has to come along when the provider sends them back.
const ERRAND: &str = "__Host-lectern-errand";

const KEPT_LONGER: Duration = Duration::from_secs(90 * 24 * 3_600);

/// What the cookie of a stay holds, among all the cookies of a request. Two of that name are nobody's.
pub fn of<'a>(cookies: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    called(NAME, cookies)
}

/// The same of an errand.
pub fn errand_of<'a>(cookies: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    called(ERRAND, cookies)
}

fn called<'a>(wanted: &str, mut cookies: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let named = |pair: &'a str| pair.trim().split_once('=').filter(|(name, _)| *name == wanted).map(|(_, value)| value);
    let mut found = cookies.by_ref().flat_map(|line| line.split(';')).filter_map(named);
    let first = found.next()?;
    Some(if found.next().is_some() { "" } else { first })
}

/// The browser keeps it for longer than it opens: a page that comes with a dead one is told so, where one that came with none
/// would be answered as a visitor's, and nobody would know.
pub fn stay(secret: &Secret, lasts: Duration) -> HeaderValue {
    let kept = lasts.saturating_add(KEPT_LONGER).as_secs();
    line(&format!("{NAME}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={kept}", secret.reveal()))
}

pub fn gone() -> HeaderValue {
    line(&format!("{NAME}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"))
}

pub fn errand(secret: &Secret, lasts: Duration) -> HeaderValue {
    line(&format!("{ERRAND}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}", secret.reveal(), lasts.as_secs()))
}

pub fn errand_gone() -> HeaderValue {
    line(&format!("{ERRAND}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"))
}

/// As a browser sends it back.
pub fn held(secret: &Secret) -> HeaderValue {
    line(&format!("{NAME}={}", secret.reveal()))
}

/// Ours are letters, digits and `-_`; anything else could not be sent.
fn line(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let check = |lines: &[&str], expected: Option<&str>| assert_eq!(of(lines.iter().copied()), expected);
        check(&["a=b; __Host-lectern=x; c=d"], Some("x"));
        check(&["a=b", "__Host-lectern=x"], Some("x"));
        check(&["a=b"], None);
        check(&["__Host-lectern"], None);
        check(&["__Host-lectern="], Some(""));
        check(&["x__Host-lectern=x; __host-lectern=y"], None);
        check(&["__Host-lectern=x; __Host-lectern=y"], Some(""));
    }

    #[test]
    fn the_end_of_a_stay_is_met_with_its_cookie_in_hand() {
        let lasts = Duration::from_secs(3_600);
        let line = stay(&Secret::from("s".to_owned()), lasts).to_str().unwrap().to_owned();
        let kept: u64 = line.rsplit_once("Max-Age=").unwrap().1.parse().unwrap();
        assert!(kept > 2 * lasts.as_secs(), "{line}");
        assert!(stay(&Secret::from("s".to_owned()), Duration::MAX).to_str().unwrap().contains("Max-Age="));
    }
}
