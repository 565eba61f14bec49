//! Pages that need their scripts, shown to a real browser where the machine has one, and to programs that behave badly.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ingest::crawl::ports::{Fetch as _, FetchFault, Request};
use rustix::process::geteuid;
use server::fetch::{FetchSettings, RenderSettings, WebClient};
use tokio::io::AsyncWriteExt as _;
use tokio::net::UdpSocket;
use tokio::process::Command;
use tokio::time::sleep;

use super::{Site, get, page, sentinel, settings};

/// The machine's browser, if it has one that works where nothing is asked of it.
async fn browser() -> Option<&'static str> {
    let known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let program = known.into_iter().find(|program| Path::new(program).exists())?;
    let home = tempfile::tempdir().unwrap();
    let mut probe = Command::new(program);
    probe.args(["--headless", "--dump-dom", "--disable-gpu", "data:text/html,<p>works</p>"]);
    probe.arg(format!("--user-data-dir={}", home.path().display())).args(geteuid().is_root().then_some("--no-sandbox"));
    probe.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", home.path()).env("TMPDIR", home.path());
    let shown = probe.stdin(Stdio::null()).stderr(Stdio::null()).output().await.ok()?;
    String::from_utf8_lossy(&shown.stdout).contains("works").then_some(program)
}

fn renderer(port: u16, render: RenderSettings) -> WebClient {
    WebClient::new(FetchSettings { render: Some(render), ..settings(port, "127.0.0.1/32") }).unwrap()
}

/// Packets, which know no connections.
async fn packets() -> (u16, Arc<AtomicUsize>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (port, came) = (socket.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&came);
    tokio::spawn(async move {
        while socket.recv_from(&mut [0; 2_000]).await.is_ok() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    (port, came)
}

/// A page that is written by its script, which then knocks wherever it can think of.
fn knocking(inside: &str, udp: u16) -> String {
    format!(
        "<!doctype html><title>Empty</title><p id=p>not yet</p><img src='http://{inside}/img'>\
         <link rel=stylesheet href='http://{inside}/css'><link rel=dns-prefetch href='//inside.example.org'>\
         <link rel=preconnect href='http://{inside}'><iframe src='http://{inside}/frame'></iframe>\
         <script src='http://{inside}/js'></script><script>\
         const tries = [fetch('http://{inside}/fetch', {{mode: 'no-cors'}}), fetch('https://{inside}/tls'),\
           fetch('file:///etc/passwd'), fetch('http://localhost:1/'),\
           new Promise(done => setTimeout(done, 3000)), fetch('/same')];\
         try {{ new WebSocket('ws://{inside}/ws'); }} catch {{}}\
         try {{ new WebTransport('https://127.0.0.1:{udp}/wt'); }} catch {{}}\
         try {{ navigator.sendBeacon('http://{inside}/beacon', 'x'); }} catch {{}}\
         try {{ const peer = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{udp}'}}]}});\
           peer.createDataChannel('x');\
           peer.createOffer().then(offer => peer.setLocalDescription(offer)); }} catch {{}}\
         Promise.allSettled(tries).then(all =>\
           document.getElementById('p').textContent = 'ran: ' + all.map(one => one.status).join(' '));\
         </script>"
    )
}

#[tokio::test]
async fn a_page_is_shown_after_its_scripts_and_they_reach_nothing_inside() {
    let Some(program) = browser().await else { return };
    let (udp, packets) = packets().await;
    let (other, by_port) = sentinel("127.0.0.1:0").await;
    let site = Site::doing(move |mut client, head| async move {
        let body = if head.starts_with("GET /page") { knocking(&other.to_string(), udp) } else { "same".to_owned() };
        client.write_all(&page("Content-Type: text/html\r\n", body)).await
    })
    .await;
    let (_, by_address) = sentinel(&format!("127.0.0.2:{}", site.address.port())).await;
    let client = renderer(site.address.port(), RenderSettings::new(program));
    let request = Request { user_agent: Some("own agent".into()), ..get(site.url("/page")) };
    let shown = client.render(&request).await.unwrap().unwrap();
    let shown = String::from_utf8(shown).unwrap();
    assert!(shown.contains("ran: ") && shown.contains("fulfilled</p>"), "{shown}");
    let knocked = [&packets, &by_port, &by_address].map(|came| came.load(Ordering::SeqCst));
    assert_eq!(knocked, [0, 0, 0]);
    assert!(site.asked().iter().all(|head| head.contains("own agent")), "{:?}", site.asked());
    let refused = client.render(&get(format!("http://{other}/").parse().unwrap())).await.unwrap();
    assert!(matches!(refused, Err(FetchFault::Forbidden(_))), "{refused:?}");
}

/// A request that is never answered stops the page's own clock, until the network is closed.
#[tokio::test]
async fn a_page_that_waits_for_ever_is_shown_all_the_same() {
    let Some(program) = browser().await else { return };
    let site = Site::doing(move |mut client, head| async move {
        if head.starts_with("GET /never") {
            std::future::pending::<()>().await;
        }
        let script = "fetch('/never'); setTimeout(() => document.getElementById('p').textContent = 'written', 3000)";
        client.write_all(&page("Content-Type: text/html\r\n", format!("<p id=p></p><script>{script}</script>"))).await
    })
    .await;
    let client = renderer(site.address.port(), RenderSettings::new(program));
    let shown = client.render(&get(site.url("/page"))).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&shown).contains(">written<"), "{}", String::from_utf8_lossy(&shown));
}

/// A program that is no browser at all.
fn script(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("browser");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn a_browser_that_behaves_badly_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let check = async |text: &str, most_bytes: usize, expected: Result<&str, &str>| {
        let program = script(folder.path(), text);
        let hangs = expected.is_err_and(|words| words.contains("took longer"));
        let wall_clock = if hangs { Duration::from_millis(500) } else { Duration::from_secs(60) };
        let client = renderer(80, RenderSettings { wall_clock, ..RenderSettings::new(program) });
        let request = Request { most_bytes, ..get("http://127.0.0.1/".parse().unwrap()) };
        let shown = client.render(&request).await.unwrap().map(|page| String::from_utf8(page).unwrap());
        match (&shown, expected) {
            (Ok(shown), Ok(words)) => assert!(shown.contains(words), "{text}: {shown}"),
            (Err(fault), Err(words)) => assert!(fault.to_string().contains(words), "{text}: {fault}"),
            _ => panic!("{text}: {shown:?}"),
        }
    };
    check("echo '<p>page</p>'", 100, Ok("<p>page</p>")).await;
    check("echo \"$*\"", 9_000, Ok("--proxy-server=http://way-out.invalid:")).await;
    check("echo \"$*\"", 9_000, Ok("http://127.0.0.1/\n")).await;
    check("env", 9_000, Ok("LANG=C.UTF-8")).await;
    check("env | grep -c CARGO", 100, Ok("0")).await;
    check("exit 1", 100, Err("shows nothing")).await;
    check("echo '<body class=\"neterror\"><div id=\"main-frame-error\">'", 100, Err("could not load")).await;
    check("exec yes", 100_000, Err("larger than 100000 bytes")).await;
    check("exec sleep 60", 100, Err("took longer than 0.5 seconds")).await;
    check("trap '' TERM; sleep 60 & wait", 100, Err("took longer")).await;
}

/// A browser that notes its child and its home, and then does something else.
fn noting(folder: &Path, then: &str) -> (RenderSettings, PathBuf) {
    let notes = folder.join("notes");
    let program = script(folder, &format!("sleep 600 & echo $! $HOME > {}; {then}", notes.display()));
    (RenderSettings { wall_clock: Duration::from_secs(600), ..RenderSettings::new(program) }, notes)
}

/// Whoever adopts the child may take a moment to bury it; dead is enough.
async fn assert_all_gone(notes: &Path) {
    let notes = std::fs::read_to_string(notes).unwrap();
    let (child, profile) = notes.trim().split_once(' ').unwrap();
    assert!(!Path::new(profile).exists(), "{profile}");
    for _ in 0..500 {
        let state = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        let state = state.rsplit(") ").next().unwrap_or_default();
        if state.is_empty() || state.starts_with(['Z', 'X']) {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("process {child} outlived its browser");
}

#[tokio::test]
async fn a_browser_takes_its_children_and_its_profile_along() {
    let folder = tempfile::tempdir().unwrap();
    let (settings, notes) = noting(folder.path(), "exec yes");
    let shown = renderer(80, settings).render(&get("http://127.0.0.1/".parse().unwrap())).await.unwrap();
    assert!(matches!(shown, Err(FetchFault::TooLarge { .. })), "{shown:?}");
    assert_all_gone(&notes).await;
}

#[tokio::test]
async fn a_rendering_that_nobody_waits_for_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (settings, notes) = noting(folder.path(), "wait");
    let (client, request) = (renderer(80, settings), get("http://127.0.0.1/".parse().unwrap()));
    let noted = async {
        while !std::fs::read_to_string(&notes).is_ok_and(|notes| notes.ends_with('\n')) {
            sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        shown = client.render(&request) => panic!("{shown:?}"),
        () = noted => {}
    }
    assert_all_gone(&notes).await;
}

#[tokio::test]
async fn some_pages_are_not_for_a_browser() {
    let site = Site::saying(page("", "x")).await;
    let without = super::client(site.address, "127.0.0.1/32");
    assert_eq!(without.render(&get(site.url("/"))).await, None);
    let missing = renderer(site.address.port(), RenderSettings::new("/nowhere/chromium"));
    let headers = vec![("Authorization".to_owned(), "x".to_owned())];
    assert_eq!(missing.render(&Request { headers, ..get(site.url("/")) }).await, None);
    let shown = missing.render(&get(site.url("/"))).await.unwrap();
    assert!(matches!(&shown, Err(FetchFault::Unreachable(why)) if why.contains("cannot be started")), "{shown:?}");
}
