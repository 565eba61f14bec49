//! Language models for tests: a real server on loopback that speaks both wire formats, streaming or not.
//!
//! It does what its script says, in order, the last for ever. Without a script the model that is asked for decides:
//! `echo`, `obedient`, or a knob such as `mock-ttft80-itl4-len600` (`character`). It keeps what it was asked and counts the
//! calls that are open, so that a test can see that one was let go. Knows nothing of the house.

mod act;
mod character;
mod format;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

pub use act::{Act, Saying};
pub use format::Format;

/// Far longer than it takes: what is waited for is that it comes at all.
const SOON: Duration = Duration::from_secs(10);

pub struct ModelServer {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    script: Mutex<VecDeque<Act>>,
    heard: Mutex<Vec<(String, Value)>>,
    open: AtomicUsize,
}

/// A call that is being answered.
struct Open(Arc<State>);

impl ModelServer {
    /// With a character for each model that may be asked for.
    pub async fn new() -> Self {
        Self::doing([]).await
    }

    pub async fn doing(script: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Mutex::new(script.into_iter().collect());
        let state = Arc::new(State { script, ..State::default() });
        let attending = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(attend(client, Arc::clone(&attending)));
            }
        });
        Self { address, state }
    }

    pub async fn saying(text: &str) -> Self {
        Self::doing([Act::Say(Saying::new(text))]).await
    }

    /// Where a server would be, if one listened.
    pub fn down() -> String {
        format!("http://{}/v1", nobody())
    }

    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Head and body of every request.
    pub fn heard(&self) -> Vec<(String, Value)> {
        self.state.heard.lock().unwrap().clone()
    }

    pub fn open(&self) -> usize {
        self.state.open.load(Ordering::SeqCst)
    }

    /// Whether so many calls are open, soon.
    pub async fn comes_to(&self, open: usize) -> bool {
        let come = async {
            while self.open() != open {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(SOON, come).await.is_ok()
    }
}

/// An address at which nobody listens, and nobody will: another test could be given a port that was let go.
pub fn nobody() -> SocketAddr {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    std::mem::forget(socket);
    address
}

impl State {
    /// The next of the script, of which the last is never used up.
    fn next(&self) -> Option<Act> {
        let mut script = self.script.lock().unwrap();
        if script.len() > 1 { script.pop_front() } else { script.front().cloned() }
    }
}

impl Open {
    fn new(state: &Arc<State>) -> Self {
        state.open.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(state))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn attend(mut client: TcpStream, state: Arc<State>) {
    let Some((head, body)) = request(&mut client).await else { return };
    let _open = Open::new(&state);
    let format = Format::of(&head);
    state.heard.lock().unwrap().push((head, body.clone()));
    let act = state.next().unwrap_or_else(|| character::of(&body));
    if matches!(act, Act::Cut(_)) {
        client.set_zero_linger().unwrap(); // so that it ends with a reset
    }
    let (mut from, mut to) = client.into_split();
    let hung_up = async { while matches!(from.read(&mut [0; 64]).await, Ok(1..)) {} };
    tokio::select! {
        _ = act.perform(format, &body, &mut to) => {} // the client may have had enough
        () = hung_up => {}
    }
    // Closed as a whole: a half would be shut down politely, and a reset is not polite.
    drop(from.reunite(to));
}

/// Head and body of a request; the body as JSON.
async fn request(client: &mut TcpStream) -> Option<(String, Value)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.to_lowercase().split("content-length: ").nth(1)?.lines().next()?.parse().ok()?;
    let mut body = vec![0; length];
    client.read_exact(&mut body).await.ok()?;
    Some((head, serde_json::from_slice(&body).unwrap()))
}
