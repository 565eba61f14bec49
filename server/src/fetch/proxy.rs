//! The browser's only way out: a forward proxy on loopback that holds every connection to the same gate as our own.
//!
//! It lives as long as one rendering. A page's scripts may ask for anything; what they ask for is checked when it is
//! connected, name by name and address by address, and all of it together has an end in bytes. Inside a tunnel it sees
//! nothing; plain requests are one to a connection, so that no second one slips through to the first one's server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};
use url::{Position, Url};

use super::head::Head;
use super::resolve::{Gate, NoAddress};

/// What one rendering may use of the network.
#[derive(Clone, Copy, Debug)]
pub struct ProxyLimits {
    pub connections: usize,
    /// Of everything that comes and goes, together.
    pub bytes: u64,
    /// For the name and the connection.
    pub connect: Duration,
    /// Then everything is closed, and nothing opened any more: a page that waits for an answer for ever stops waiting.
    pub open: Duration,
}

/// Stops, with all its connections, when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    accepting: AbortHandle,
}

struct Road {
    gate: Gate,
    connect: Duration,
    bytes_left: AtomicU64,
}

/// Why a connection is not carried on, as the browser is told.
pub enum Stop {
    Refused,
    Unreachable,
    Malformed,
    /// One of the two is gone, or the bytes are used up: there is nobody to tell.
    Gone,
}

const PIECE: usize = 16 * 1024;

impl Proxy {
    pub async fn start(gate: Gate, limits: ProxyLimits) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let road = Road { gate, connect: limits.connect, bytes_left: AtomicU64::new(limits.bytes) };
        let accepting = timeout(limits.open, accept(listener, Arc::new(road), limits.connections.max(1)));
        let accepting = tokio::spawn(accepting).abort_handle();
        Ok(Self { address, accepting })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// The connections are the set's, so they end with this task.
async fn accept(listener: TcpListener, road: Arc<Road>, most: usize) {
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = open.join_next() => {}
            accepted = listener.accept(), if open.len() < most => match accepted {
                Ok((client, _)) => { open.spawn(serve(client, Arc::clone(&road))); }
                Err(_) => sleep(Duration::from_millis(50)).await, // out of files, perhaps; there may be some soon
            }
        }
    }
}

async fn serve(mut client: TcpStream, road: Arc<Road>) {
    let status = match carry(&mut client, &road).await {
        Ok(()) | Err(Stop::Gone) => return,
        Err(Stop::Refused) => "403 Forbidden",
        Err(Stop::Unreachable) => "502 Bad Gateway",
        Err(Stop::Malformed) => "400 Bad Request",
    };
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let _ = client.write_all(answer.as_bytes()).await; // whoever does not hear it has gone
}

async fn carry(client: &mut TcpStream, road: &Road) -> Result<(), Stop> {
    let asked = Head::read(client, Vec::new()).await?;
    let mut words = asked.first.split(' ');
    let (Some(method), Some(target), Some("HTTP/1.1"), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(Stop::Malformed);
    };
    if method == "CONNECT" {
        // Spelled as a URL, so that the parser that reads all other addresses reads this one.
        let url = Url::parse(&format!("https://{target}/")).map_err(|_| Stop::Malformed)?;
        let server = road.connect(&url).await?;
        return tunnel(client, server, &asked.rest, road).await;
    }
    let url = Url::parse(target).map_err(|_| Stop::Malformed)?;
    let server = road.connect(&url).await?;
    if url.scheme() == "https" {
        return Err(Stop::Malformed);
    }
    exchange(client, server, &url, &asked, road).await
}

async fn tunnel(client: &mut TcpStream, mut server: TcpStream, early: &[u8], road: &Road) -> Result<(), Stop> {
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    server.write_all(early).await?;
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let up = async {
        road.pump(&mut from_client, &mut to_server).await?;
        Ok(to_server.shutdown().await?)
    };
    let down = async {
        road.pump(&mut from_server, &mut to_client).await?;
        Ok(to_client.shutdown().await?)
    };
    tokio::try_join!(up, down).map(|_| ())
}

/// One request and its answer, after which both sides close.
async fn exchange(
    client: &mut TcpStream,
    mut server: TcpStream,
    url: &Url,
    asked: &Head,
    road: &Road,
) -> Result<(), Stop> {
    let method = asked.first.split(' ').next().unwrap_or("GET");
    let first = format!("{method} {} HTTP/1.1", &url[Position::BeforePath..Position::AfterQuery]);
    let host = format!("Host: {}", &url[Position::BeforeHost..Position::AfterPort]);
    server.write_all(&asked.anew(&first, &[&host])).await?;
    let (mut from_client, mut to_client) = client.split();
    road.pump(&mut asked.rest.as_slice().chain(&mut from_client).take(asked.body_bytes()?), &mut server).await?;
    let answer = async {
        let mut head = Head::read(&mut server, Vec::new()).await?;
        while head.is_interim() {
            head = Head::read(&mut server, head.rest).await?;
        }
        to_client.write_all(&head.anew(&head.first, &[])).await?;
        road.pump(&mut head.rest.as_slice().chain(&mut server), &mut to_client).await?;
        Ok(to_client.shutdown().await?)
    };
    let mut next = [0];
    tokio::select! {
        ended = answer => ended,
        _ = from_client.read(&mut next) => Err(Stop::Gone), // it left, or asks for more than one connection carries
    }
}

impl Road {
    /// To the first address that answers, out of those that were checked.
    async fn connect(&self, url: &Url) -> Result<TcpStream, Stop> {
        let connecting = async {
            let addresses = self.gate.addresses(url).await?;
            TcpStream::connect(addresses.as_slice()).await.map_err(|_| Stop::Unreachable)
        };
        timeout(self.connect, connecting).await.unwrap_or(Err(Stop::Unreachable))
    }

    /// Until one end closes, or the rendering has had its bytes.
    async fn pump(&self, from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin)) -> Result<(), Stop> {
        let mut piece = vec![0; PIECE];
        loop {
            let read = from.read(&mut piece).await?;
            if read == 0 {
                return Ok(());
            }
            self.charge(read as u64)?;
            to.write_all(&piece[..read]).await?;
        }
    }

    fn charge(&self, bytes: u64) -> Result<(), Stop> {
        let left = |left: u64| left.checked_sub(bytes);
        let charged = self.bytes_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
        charged.map(|_| ()).map_err(|_| Stop::Gone)
    }
}

impl From<io::Error> for Stop {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

impl From<NoAddress> for Stop {
    fn from(error: NoAddress) -> Self {
        match error {
            NoAddress::Refused(_) => Self::Refused,
            NoAddress::Unknown(..) => Self::Unreachable,
        }
    }
}
