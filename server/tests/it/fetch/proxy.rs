//! The browser's way out, asked directly: what it carries, and what it turns away.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use server::fetch::{AllowedAddresses, Gate, Lookup, Proxy, ProxyLimits, SystemLookup};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Site, Turning, page, sentinel};

async fn proxy(port: u16, bytes: u64, lookup: Arc<dyn Lookup>) -> Proxy {
    let allowed = AllowedAddresses { networks: vec!["127.0.0.1".parse().unwrap()], ports: vec![port] };
    let limits = ProxyLimits { connections: 4, bytes, connect: Duration::from_secs(5), open: Duration::from_secs(60) };
    Proxy::start(Gate::new(allowed, lookup), limits).await.unwrap()
}

/// All that comes back for these bytes.
async fn said(proxy: &Proxy, request: &str) -> String {
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await; // cut off, perhaps
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn plain_requests_are_carried_one_to_a_connection() {
    let site = Site::doing(|mut client, head| async move {
        let mut body = vec![0; if head.starts_with("POST") { 4 } else { 0 }];
        client.read_exact(&mut body).await?;
        let answer = String::from_utf8_lossy(&page("Keep-Alive: 5\r\nX-Kept: yes\r\n", "public")).into_owned();
        client.write_all(format!("HTTP/1.1 103 Early Hints\r\n\r\n{answer}").as_bytes()).await
    })
    .await;
    let proxy = proxy(site.address.port(), 1_000_000, Arc::new(SystemLookup)).await;
    let target = site.url("/a?b");
    let lines = "Host: elsewhere\r\nProxy-Authorization: x\r\nConnection: keep-alive\r\nX-Own: ü\r\n";
    let answer = said(&proxy, &format!("GET {target} HTTP/1.1\r\n{lines}\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\npublic"), "{answer}");
    assert!(answer.contains("X-Kept: yes") && !answer.contains("Keep-Alive"), "{answer}");
    let answer = said(&proxy, &format!("POST {target} HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody")).await;
    assert!(answer.ends_with("public"), "{answer}");
    let address = site.address;
    let asked = site.asked();
    let expected = format!("GET /a?b HTTP/1.1\r\nHost: {address}\r\nX-Own: ü\r\nConnection: close\r\n\r\n");
    assert_eq!(asked[0], expected);
    assert_eq!(asked.len(), 2);
}

#[tokio::test]
async fn tunnels_are_carried() {
    let site = Site::saying("tunnelled").await;
    let proxy = proxy(site.address.port(), 1_000_000, Arc::new(SystemLookup)).await;
    let address = site.address;
    let answer = said(&proxy, &format!("CONNECT {address} HTTP/1.1\r\n\r\nearly\r\n\r\n")).await;
    assert_eq!(answer, "HTTP/1.1 200 Connection established\r\n\r\ntunnelled");
    assert_eq!(site.asked(), ["early\r\n\r\n"]);
}

#[tokio::test]
async fn the_inside_is_refused() {
    let site = Site::saying(page("", "public")).await;
    let port = site.address.port();
    let (_, came) = sentinel(&format!("127.0.0.2:{port}")).await;
    let (other, other_came) = sentinel("127.0.0.1:0").await;
    let proxy = proxy(port, 1_000_000, Turning::new(&[&["127.0.0.2"], &["127.0.0.1", "127.0.0.2"]])).await;
    let hosts = [
        format!("127.0.0.2:{port}"),
        format!("0x7f000002:{port}"),
        format!("[::ffff:127.0.0.2]:{port}"),
        format!("[::1]:{port}"),
        format!("user@127.0.0.1:{port}"),
        format!("flips.example.org:{port}"),
        format!("FLIPS.example.org.:{port}"),
        other.to_string(),
        "169.254.169.254:80".to_owned(),
        "example.org".to_owned(),
    ];
    for host in &hosts {
        let plain = said(&proxy, &format!("GET http://{host}/ HTTP/1.1\r\n\r\n")).await;
        let tunnel = said(&proxy, &format!("CONNECT {host} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        for answer in [plain, tunnel] {
            assert!(answer.starts_with("HTTP/1.1 403 "), "{host}: {answer}");
        }
    }
    assert_eq!((came.load(Ordering::SeqCst), other_came.load(Ordering::SeqCst), site.asked().len()), (0, 0, 0));
}

#[tokio::test]
async fn nonsense_is_turned_away() {
    let site = Site::saying(page("", "public")).await;
    let proxy = proxy(site.address.port(), 1_000_000, Arc::new(SystemLookup)).await;
    let target = site.url("/");
    let secure = target.as_str().replace("http:", "https:");
    let cases = [
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), "400"),
        (format!("GET {target}\r\n\r\n"), "400"),
        (format!("GET {target} HTTP/2\r\n\r\n"), "400"),
        (format!("GET {target} x HTTP/1.1\r\n\r\n"), "400"),
        (format!("GET {secure} HTTP/1.1\r\n\r\n"), "400"),
        (format!("GET {target} HTTP/1.1\r\nX: a\rb\r\n\r\n"), "400"),
        (format!("POST {target} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "400"),
        (format!("POST {target} HTTP/1.1\r\nContent-Length: x\r\n\r\n"), "400"),
        (format!("GET {target} HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(65_600)), "400"),
        ("GET file:///etc/passwd HTTP/1.1\r\n\r\n".to_owned(), "403"),
        ("CONNECT  HTTP/1.1\r\n\r\n".to_owned(), "400"),
    ];
    for (request, expected) in cases {
        let answer = said(&proxy, &request).await;
        let shown = &request[..request.len().min(80)];
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected} ")), "{shown:?}: {answer}");
    }
}

#[tokio::test]
async fn a_rendering_has_its_bytes_and_its_end() {
    let site = Site::saying(page("", "x".repeat(500_000))).await;
    let proxy = proxy(site.address.port(), 100_000, Arc::new(SystemLookup)).await;
    let target = site.url("/");
    let answer = said(&proxy, &format!("GET {target} HTTP/1.1\r\n\r\n")).await;
    assert!(answer.len() < 110_000, "{}", answer.len());
    let mut open = TcpStream::connect(proxy.address()).await.unwrap();
    drop(proxy);
    assert_eq!(open.read(&mut [0]).await.unwrap_or(0), 0);
}
