//! Which addresses may be asked: what a URL says, before anybody looks its name up.
//!
//! The same URL type is checked and connected, so there are no two readers to disagree. Names are only judged by how
//! they look; what they resolve to is `resolve`'s to check, on every connection.

use std::net::IpAddr;

use url::{Host, Url};

use super::network::{Cidr, is_public};

/// Where the house may go. The default is the internet, on the ports that the web is served on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedAddresses {
    /// Networks of the inside that may be reached all the same: an intranet, or this machine in a test.
    pub networks: Vec<Cidr>,
    /// No port in this list means none.
    pub ports: Vec<u16>,
}

impl Default for AllowedAddresses {
    fn default() -> Self {
        Self { networks: Vec::new(), ports: vec![80, 443, 8080, 8443] }
    }
}

/// Why an address is not asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("only http and https addresses are fetched, not {0}:")]
    Scheme(String),
    #[error("an address with a user name or password in it is not fetched")]
    Credentials,
    #[error("port {0} is not among the allowed ports")]
    Port(u16),
    #[error("the address is longer than {MOST_CHARACTERS} characters")]
    Long,
    #[error("the address names no host")]
    Nowhere,
    #[error("{0} is a name of an internal network")]
    Name(String),
    #[error("{0} is not an address of the public internet")]
    Address(IpAddr),
}

const MOST_CHARACTERS: usize = 4_096;
/// Names that only inside networks answer to. Whoever allows such a network gets to its names too.
const INSIDE: [&str; 6] = ["localhost", "local", "internal", "localdomain", "lan", "home.arpa"];

impl AllowedAddresses {
    /// Everything that can be said without resolving. Literals are read here in every spelling, since the URL's parser
    /// has made one of them: `0x7f.1`, `2130706433` and `0177.0.0.1` are all `127.0.0.1`.
    pub fn check_url(&self, url: &Url) -> Result<(), Refusal> {
        if !["http", "https"].contains(&url.scheme()) {
            return Err(Refusal::Scheme(url.scheme().to_owned()));
        }
        if url.as_str().len() > MOST_CHARACTERS {
            return Err(Refusal::Long);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials);
        }
        let port = url.port_or_known_default().unwrap_or(0);
        if !self.ports.contains(&port) {
            return Err(Refusal::Port(port));
        }
        match url.host().ok_or(Refusal::Nowhere)? {
            Host::Domain(name) => self.check_name(name),
            Host::Ipv4(address) => self.check_address(address.into()),
            Host::Ipv6(address) => self.check_address(address.into()),
        }
    }

    pub fn check_address(&self, address: IpAddr) -> Result<(), Refusal> {
        let allowed = is_public(address) || self.networks.iter().any(|network| network.contains(address));
        if allowed { Ok(()) } else { Err(Refusal::Address(address)) }
    }

    /// A name without a dot is completed by the machine's own search list, so it too is a name of the inside.
    fn check_name(&self, name: &str) -> Result<(), Refusal> {
        let bare = name.trim_end_matches('.');
        if bare.is_empty() {
            return Err(Refusal::Nowhere);
        }
        let below = |zone: &&str| bare.strip_suffix(*zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let inside = !bare.contains('.') || INSIDE.iter().any(below);
        if inside && self.networks.is_empty() { Err(Refusal::Name(bare.to_owned())) } else { Ok(()) }
    }
}
