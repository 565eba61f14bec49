//! The fetch client, end to end: real sockets, servers that lie, names that flip, and a browser where there is one.
//!
//! Everything runs on loopback, which each client is told to allow as far as its test needs. A sentinel stands where
//! nobody may come: it counts who came all the same. No test looks at a clock.

mod addresses;
mod answers;
mod folders;
mod names;
mod proxy;
mod rendering;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ingest::crawl::ports::{Fetch as _, FetchFault, Fetched, Request};
use server::fetch::{AllowedAddresses, FetchSettings, Lookup, WebClient};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// A server that reads one request a connection and then does as it is told.
struct Site {
    address: SocketAddr,
    /// The heads of the requests that came.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// Says these bytes, whatever is asked, and closes.
    async fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Arc<[u8]> = answer.into().into();
        Self::doing(move |mut client, _| {
            let answer = Arc::clone(&answer);
            async move { client.write_all(&answer).await }
        })
        .await
    }

    async fn doing<F, Done>(act: F) -> Self
    where
        F: Fn(TcpStream, String) -> Done + Clone + Send + 'static,
        Done: Future<Output = io::Result<()>> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, asked) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let heard = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (act, heard) = (act.clone(), Arc::clone(&heard));
                tokio::spawn(async move {
                    let head = head(&mut client).await;
                    heard.lock().unwrap().push(head.clone());
                    let _ = act(client, head).await; // the client may have had enough
                });
            }
        });
        Self { address, asked }
    }

    fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    async fn answers(&self, most_bytes: usize) -> Result<Fetched, FetchFault> {
        client(self.address, "127.0.0.1/32").fetch(&Request { most_bytes, ..get(self.url("/")) }).await
    }
}

async fn head(client: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match client.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Counts the connections to an address where nobody may come.
async fn sentinel(address: &str) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(address).await.unwrap();
    let (address, came) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&came);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    (address, came)
}

/// Every name is the next of these lists, round and round.
struct Turning {
    answers: Vec<Vec<IpAddr>>,
    turn: AtomicUsize,
}

impl Turning {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let read = |list: &&[&str]| list.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self { answers: answers.iter().map(read).collect(), turn: AtomicUsize::new(0) })
    }
}

#[async_trait]
impl Lookup for Turning {
    async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let turn = self.turn.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers[turn % self.answers.len()].clone())
    }
}

fn settings(port: u16, network: &str) -> FetchSettings {
    let _ = rustls::crypto::ring::default_provider().install_default(); // once in the process, whoever comes first
    let networks = network.split(' ').filter(|one| !one.is_empty()).map(|one| one.parse().unwrap()).collect();
    let allowed = AllowedAddresses { networks, ports: vec![port] };
    FetchSettings { allowed, ..FetchSettings::new("lectern-test") }
}

/// A client that may go to this port, and to these networks besides the internet.
fn client(site: SocketAddr, network: &str) -> WebClient {
    WebClient::new(settings(site.port(), network)).unwrap()
}

fn get(url: Url) -> Request {
    let (etag, last_modified, headers, user_agent) = (None, None, Vec::new(), None);
    Request { url, etag, last_modified, headers, user_agent, most_bytes: 1_000_000 }
}

fn page(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n{head}\r\n", body.len());
    [head.as_bytes(), body].concat()
}
