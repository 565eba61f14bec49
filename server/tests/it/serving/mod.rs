//! The listener as the network meets it: real sockets, of clients that mean ill too. No model and no program of ours runs.

mod program;
mod socket;
mod tls;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use server::http::{Listening, Patience, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::http::{Served, TOKEN, limited, served};

/// Longer than anything here takes, so that a hang is a failure and not a hang.
const PATIENCE: Duration = Duration::from_secs(60);
/// For what a test waits to run out.
const SHORT: Duration = Duration::from_millis(200);
/// For what a test must not see run out.
const LONG: Duration = Duration::from_secs(600);

/// A listener, and what it serves.
struct Open {
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    served: Served,
}

/// Nobody is hung up on but for a reason.
fn listening() -> Listening {
    let patience = Patience { head: LONG, body: LONG, idle: LONG, drain: LONG };
    Listening { tls: None, connections: 1_024, patience }
}

async fn open(listening: Listening) -> Open {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    open_on(listener, listening, served().await, false)
}

fn open_on(listener: TcpListener, listening: Listening, served: Served, behind_proxy: bool) -> Open {
    let (address, stop, mut desk) = (listener.local_addr().unwrap(), CancellationToken::new(), served.desk.clone());
    desk.front.behind_proxy = behind_proxy;
    let serving = tokio::spawn(serve(listener, desk, listening, stop.clone()));
    Open { address, stop, serving, served }
}

impl Open {
    /// Whatever comes back until the other end hangs up.
    async fn sent(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // It may be hung up on before it has said all.
        let _ = stream.write_all(request).await;
        read(&mut stream).await
    }

    async fn is_well(&self) -> bool {
        self.sent(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.starts_with("HTTP/1.1 200")
    }

    /// Told to stop, it ends.
    async fn ends(self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.serving).await.expect("it does not end").unwrap();
    }
}

/// To its end, which has to come. A reset is an end, too.
async fn read(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut said)).await.expect("nobody hangs up");
    String::from_utf8_lossy(&said).into_owned()
}

/// A connection from this address, of this machine like all that begin with 127.
async fn connect_from(address: &str, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(address.parse::<IpAddr>().unwrap(), 0)).unwrap();
    socket.connect(to).await.unwrap()
}

#[tokio::test]
async fn whoever_does_not_come_to_the_point_is_hung_up_on() {
    let mut listening = listening();
    (listening.patience.head, listening.patience.idle) = (SHORT, SHORT);
    let open = open(listening).await;
    for begun in [
        "",
        "G",
        "GET / HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\nx: ",
        "PRI * HTTP/2.0\r\n\r\nSM",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let said = open.sent(begun.as_bytes()).await;
        assert!(!said.contains("HTTP/1.1 200"), "{begun}: {said}");
    }
    for then in ["", "GET / HT"] {
        let said = open.sent(format!("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n{then}").as_bytes()).await;
        assert_eq!(said.matches("HTTP/1.1 200").count(), 1, "{said}");
    }
    assert!(open.is_well().await);
    open.ends().await;
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let mut listening = listening();
    listening.patience.body = SHORT;
    let open = open(listening).await;
    let head = "POST /api/v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
    let said = open.sent(format!("{head}content-length: 100\r\n\r\n{{").as_bytes()).await;
    assert!(said.starts_with("HTTP/1.1 400") && said.contains("did not arrive whole"), "{said}");
    open.ends().await;
}

#[tokio::test]
async fn three_hundred_half_open_connections_stop_nobody() {
    let open = open(listening()).await;
    let mut held = Vec::new();
    for n in 0..300 {
        let mut stream = TcpStream::connect(open.address).await.unwrap();
        stream.write_all(if n % 2 == 0 { b"GET / HTTP/1.1\r\nx: " } else { b"PRI * HTTP/2.0" }).await.unwrap();
        held.push(stream);
    }
    assert!(open.is_well().await);
    // It does not wait for them to say more, either.
    open.ends().await;
}

#[tokio::test]
async fn nobody_has_more_than_a_share_of_the_connections() {
    let open = open(Listening { connections: 20, ..listening() }).await;
    let mut held = Vec::new();
    for _ in 0..30 {
        held.push(connect_from("127.0.0.2", open.address).await);
    }
    // Those beyond the share are hung up on at once; the others are kept.
    for mut beyond in held.split_off(10) {
        assert_eq!(read(&mut beyond).await, "");
    }
    assert!(open.is_well().await);
    for _ in 0..10 {
        held.push(connect_from("127.0.0.3", open.address).await);
    }
    let mut waiting = TcpStream::connect(open.address).await.unwrap();
    waiting.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    // Whoever comes when all seats are taken is served when one is free.
    held.truncate(5);
    assert!(read(&mut waiting).await.starts_with("HTTP/1.1 200"));
    drop(held);
    open.ends().await;
}

#[tokio::test]
async fn huge_heads_are_refused() {
    let open = open(listening()).await;
    let long = format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "y".repeat(200_000));
    let many = format!("GET / HTTP/1.1\r\nhost: a\r\n{}\r\n", "x: y\r\n".repeat(5_000));
    let path = format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "y".repeat(200_000));
    for request in [long, many, path] {
        let said = open.sent(request.as_bytes()).await;
        assert!(said.is_empty() || ["HTTP/1.1 431", "HTTP/1.1 414"].iter().any(|no| said.starts_with(no)), "{said}");
    }
    for nonsense in
        ["\r\n\r\n\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00", "GET / HTTP/9.9\r\n\r\n", "\0\0\0\0"]
    {
        let mut stream = TcpStream::connect(open.address).await.unwrap();
        stream.write_all(nonsense.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let said = read(&mut stream).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 400"), "{nonsense:?}: {said}");
    }
    assert!(open.is_well().await);
    open.ends().await;
}

/// A gigabyte for a route that needs credentials, without any: how much of it is taken.
#[tokio::test]
async fn nothing_is_read_of_whoever_may_not_send_it() {
    const BUFFER: u32 = 16 * 1024;
    let socket = TcpSocket::new_v4().unwrap();
    // Small ones in the kernel, so that what is written is near to what is read.
    socket.set_recv_buffer_size(BUFFER).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let open = open_on(socket.listen(16).unwrap(), listening(), served().await, false);
    for (encoding, length) in [
        ("", format!("content-length: {}\r\n", 1 << 30)),
        ("", "transfer-encoding: chunked\r\n".into()),
        ("content-encoding: gzip\r\n", format!("content-length: {}\r\n", 1 << 30)),
    ] {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(BUFFER).unwrap();
        let (mut reading, mut writing) = socket.connect(open.address).await.unwrap().into_split();
        let head = format!("POST /api/v1/documents HTTP/1.1\r\nhost: a\r\n{encoding}{length}\r\n");
        writing.write_all(head.as_bytes()).await.unwrap();
        let pouring = tokio::spawn(async move {
            let mut taken = 0;
            let chunk = [b"4000\r\n".as_slice(), &[b'x'; 0x4000], b"\r\n"].concat();
            while let Ok(written) = writing.write(&chunk).await {
                taken += written;
                assert!(taken < 64 << 20, "it is read on and on");
            }
            taken
        });
        let mut said = Vec::new();
        let _ = tokio::time::timeout(PATIENCE, reading.read_to_end(&mut said)).await.expect("nobody hangs up");
        let said = String::from_utf8_lossy(&said);
        assert!(said.starts_with("HTTP/1.1 401") && said.contains("not_allowed"), "{said}");
        let taken = tokio::time::timeout(PATIENCE, pouring).await.expect("nobody hangs up").unwrap();
        // 64 KiB, and what two kernels' buffers hold, which they double.
        assert!(taken <= (64 + 2 * 2 * 2 * 16) * 1024, "{taken} bytes were taken of who may send none");
    }
    open.ends().await;
}

#[tokio::test]
async fn only_a_proxy_says_from_where_a_request_comes() {
    let limits = server::config::LimitConfig { questions_per_minute: 9, requests_per_minute: 2, connections: 64 };
    for behind_proxy in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = open_on(listener, listening(), limited(true, limits).await, behind_proxy);
        let get = async |header: &str| {
            let request = format!("GET / HTTP/1.1\r\nhost: a\r\n{header}connection: close\r\n\r\n");
            open.sent(request.as_bytes()).await.split(' ').nth(1).unwrap_or_default().to_owned()
        };
        for (n, expected) in ["200", "200", if behind_proxy { "200" } else { "429" }].into_iter().enumerate() {
            let said = get(&format!("x-forwarded-for: 6.6.6.6, 203.0.113.{n}\r\n")).await;
            assert_eq!(said, expected, "behind a proxy: {behind_proxy}");
        }
        // What a client claims before the proxy's own word makes them nobody else.
        let expected: &[&str] = if behind_proxy { &["200", "429", "429"] } else { &["429"; 3] };
        for (n, expected) in expected.iter().enumerate() {
            assert_eq!(get(&format!("x-forwarded-for: 9.9.9.{n}, 203.0.113.0\r\n")).await, *expected);
        }
        open.ends().await;
    }
}

#[tokio::test]
async fn both_versions_are_spoken_and_bounded() {
    let _ = rustls::crypto::ring::default_provider().install_default(); // once in the process, whoever comes first
    let open = open(listening()).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let url = format!("http://{}/api/v1/search", open.address);
    let ask = |n: usize| {
        let request = client.post(&url).body(r#"{"query":"refunds"}"#).header("content-type", "application/json");
        request.header("x-n", n).send()
    };
    let replies = futures_util::future::join_all((0..200).map(ask)).await;
    for reply in replies {
        let reply = reply.unwrap();
        assert_eq!((reply.version(), reply.status().as_u16()), (reqwest::Version::HTTP_2, 200));
        assert!(reply.headers().contains_key("content-security-policy"));
    }
    let large = client.get(&url).header("x", "y".repeat(100_000)).send().await;
    assert!(large.map_or(true, |reply| reply.status().as_u16() == 431));
    assert!(open.is_well().await);
    open.ends().await;
}

#[tokio::test]
async fn what_runs_may_end_and_what_does_not_is_cut() {
    let mut listening = listening();
    listening.patience.drain = SHORT;
    let open = open(listening).await;
    let head = format!(
        "POST /api/v1/documents HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {TOKEN}\r\ncontent-type: application/json\r\n\
         content-length: 100\r\n\r\n{{"
    );
    let mut stream = TcpStream::connect(open.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut other = TcpStream::connect(open.address).await.unwrap();
    other.write_all(head.as_bytes()).await.unwrap();
    // Both are waited for, as this one shows that they were read.
    assert!(open.is_well().await);
    let address = open.address;
    open.ends().await;
    assert!(!read(&mut stream).await.contains("HTTP/1.1 2"));
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_request_that_runs_is_answered_before_the_end() {
    let open = open(listening()).await;
    let body = r#"{"query":"refunds"}"#;
    let mut stream = TcpStream::connect(open.address).await.unwrap();
    let head = format!(
        "POST /api/v1/search HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut continued = [0; 25];
    // It says so when the handler begins to read.
    stream.read_exact(&mut continued).await.unwrap();
    assert!(continued.starts_with(b"HTTP/1.1 100"));
    open.stop.cancel();
    stream.write_all(body.as_bytes()).await.unwrap();
    let said = read(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 200") && said.contains("connection: close"), "{said}");
    assert_eq!(open.served.readiness.state(), server::http::ReadyState::Draining);
    open.ends().await;
}
