//! Names made into addresses, every one of them checked, so that the checked address is the connected one.
//!
//! A name whose owner answers with a public address first and an inside one later is asked anew for every connection
//! and refused as soon as one of its addresses is inside. Literals never come here: `AllowedAddresses` reads them.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::address::{AllowedAddresses, Refusal};

/// Asks somebody for the addresses of a name: the machine's own resolver, or a test that lies.
#[async_trait]
pub trait Lookup: Send + Sync {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// As the machine is set up: its hosts file, its name servers.
pub struct SystemLookup;

/// Everybody who connects anywhere asks here first. A clone shares what it asks.
#[derive(Clone)]
pub struct Gate {
    allowed: Arc<AllowedAddresses>,
    lookup: Arc<dyn Lookup>,
}

/// Why there is no address to connect to.
#[derive(Debug, thiserror::Error)]
pub enum NoAddress {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the name {0} is not known: {1}")]
    Unknown(String, String),
}

/// More addresses than this are checked, but not tried.
const TRIED: usize = 8;

impl Gate {
    pub fn new(allowed: AllowedAddresses, lookup: Arc<dyn Lookup>) -> Self {
        Self { allowed: Arc::new(allowed), lookup }
    }

    pub fn check_url(&self, url: &Url) -> Result<(), Refusal> {
        self.allowed.check_url(url)
    }

    /// Where to connect to for this URL.
    pub async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, NoAddress> {
        self.check_url(url)?;
        let addresses = match url.host().ok_or(Refusal::Nowhere)? {
            Host::Domain(name) => self.resolve(name).await?,
            Host::Ipv4(address) => vec![address.into()],
            Host::Ipv6(address) => vec![address.into()],
        };
        let port = url.port_or_known_default().unwrap_or(0);
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }

    /// One address of the inside refuses the name: which of them is tried is up to the network.
    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, NoAddress> {
        let unknown = |why: String| NoAddress::Unknown(name.to_owned(), why);
        let mut addresses = self.lookup.lookup(name).await.map_err(|error| unknown(error.to_string()))?;
        if addresses.is_empty() {
            return Err(unknown("it has no address".into()));
        }
        addresses.iter().try_for_each(|address| self.allowed.check_address(*address))?;
        addresses.truncate(TRIED);
        Ok(addresses)
    }
}

impl Resolve for Gate {
    fn resolve(&self, name: Name) -> Resolving {
        let gate = self.clone();
        Box::pin(async move {
            let addresses = Gate::resolve(&gate, name.as_str()).await?;
            let addresses: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}
