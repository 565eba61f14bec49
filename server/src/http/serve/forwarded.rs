//! From where a request comes: the other end of the connection, or what the proxy there says.

use std::net::{IpAddr, SocketAddr};

use axum::http::header::FORWARDED;
use axum::http::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address that a proxy in front added last. What stands before it was there when the request reached the proxy, so
/// anybody can have written it. Where two headers tell of two addresses, one of them is a client's, and neither counts.
pub fn of(peer: IpAddr, headers: &HeaderMap, behind_proxy: bool) -> IpAddr {
    let told = || match (last(headers, &X_FORWARDED_FOR), last(headers, &FORWARDED)) {
        (Some(one), Some(other)) => address(one).filter(|one| for_in(other).and_then(address) == Some(*one)),
        (Some(one), None) => address(one),
        (None, Some(other)) => for_in(other).and_then(address),
        (None, None) => None,
    };
    Some(behind_proxy).filter(|behind| *behind).and_then(|_| told()).unwrap_or(peer).to_canonical()
}

/// The last element of all headers of this name.
fn last<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let line = headers.get_all(name).iter().next_back()?;
    // Not text is there all the same, and no address.
    Some(line.to_str().map_or("", |line| line.rsplit(',').next().unwrap_or_default().trim()))
}

/// The `for` of an element such as `for="[2001:db8::1]:4711";proto=https`.
fn for_in(element: &str) -> Option<&str> {
    let pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(name, _)| name.eq_ignore_ascii_case("for"));
    found.next().map(|(_, value)| value.trim_matches('"'))
}

/// With a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse().ok().or_else(with_port).or_else(bracketed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[(&'static str, &str)], behind_proxy: bool) -> String {
        let line = |(name, value): &(&'static str, &str)| (HeaderName::from_static(name), value.parse().unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in lines.iter().map(line) {
            headers.append(name, value);
        }
        of("127.0.0.1".parse().unwrap(), &headers, behind_proxy).to_string()
    }

    #[test]
    fn the_proxy_has_the_last_word() {
        let check = |lines, expected| assert_eq!(told(lines, true), expected, "{lines:?}");
        check(&[("x-forwarded-for", "203.0.113.7")], "203.0.113.7");
        check(&[("x-forwarded-for", "6.6.6.6, 203.0.113.7")], "203.0.113.7");
        check(&[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "203.0.113.7")], "203.0.113.7");
        check(&[("x-forwarded-for", "203.0.113.7:99")], "203.0.113.7");
        check(&[("x-forwarded-for", "[2001:db8::1]:99")], "2001:db8::1");
        check(&[("x-forwarded-for", "::ffff:203.0.113.7")], "203.0.113.7");
        check(&[("forwarded", "for=6.6.6.6, For=\"[2001:db8::1]\";proto=https")], "2001:db8::1");
        check(&[("forwarded", "proto=https;for=203.0.113.7")], "203.0.113.7");
        check(&[("forwarded", "for=203.0.113.7"), ("x-forwarded-for", "203.0.113.7")], "203.0.113.7");
    }

    #[test]
    fn what_makes_no_sense_is_not_believed() {
        for value in ["", ",", "unknown", "203.0.113.7,", "203.0.113", "[::1", "a\u{7f}b", "203.0.113.7 6.6.6.6"] {
            if let Ok(value) = value.parse::<axum::http::HeaderValue>() {
                let headers = HeaderMap::from_iter([(X_FORWARDED_FOR, value)]);
                assert_eq!(of("127.0.0.1".parse().unwrap(), &headers, true).to_string(), "127.0.0.1");
            }
        }
        assert_eq!(told(&[("forwarded", "for=_hidden")], true), "127.0.0.1");
        assert_eq!(told(&[("forwarded", "for=6.6.6.6"), ("x-forwarded-for", "203.0.113.7")], true), "127.0.0.1");
    }

    #[test]
    fn without_a_proxy_nobody_is_believed() {
        assert_eq!(told(&[("x-forwarded-for", "6.6.6.6"), ("forwarded", "for=6.6.6.6")], false), "127.0.0.1");
    }
}
