//! What servers answer, and what becomes of it: good answers, hostile ones, and slow ones.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use ingest::crawl::ports::{Fetch as _, FetchFault, Fetched, Request};
use server::fetch::{FetchSettings, Timeouts, WebClient};
use tokio::io::AsyncWriteExt as _;
use tokio::time::sleep;

use super::{Site, client, get, page, settings};
use crate::models::nobody;

const MOST: usize = 1_000_000;

/// Status and body, or a part of the reason.
type Expected<'a> = Result<(u16, &'a [u8]), &'a str>;

fn check(case: &str, answer: Result<Fetched, FetchFault>, expected: Expected<'_>) {
    match (&answer, expected) {
        (Ok(answer), Ok((status, body))) => assert_eq!((answer.status, &answer.body[..]), (status, body), "{case}"),
        (Err(fault), Err(words)) => assert!(fault.to_string().contains(words), "{case}: {fault}"),
        (Ok(answer), Err(words)) => panic!("{case}: {} was read, instead of: {words}", answer.status),
        (Err(fault), Ok(_)) => panic!("{case}: {fault}"),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bomb() -> Vec<u8> {
    vec![0; 10 * 1024 * 1024]
}

/// The same ten megabytes of zeros.
const BROTLI_BOMB: [u8; 27] = [
    203, 255, 255, 63, 248, 39, 0, 226, 177, 64, 32, 247, 254, 47, 255, 255, 63, 240, 79, 0, 196, 97, 17, 128, 238,
    253, 7,
];

#[tokio::test]
async fn good_answers_are_read_whole() {
    let cases: [(&str, Vec<u8>, Expected<'_>); 16] = [
        ("plain", page("", "hello"), Ok((200, b"hello"))),
        ("empty", page("", ""), Ok((200, b""))),
        ("to the end", b"HTTP/1.0 200 OK\r\n\r\nuntil it closes".into(), Ok((200, b"until it closes"))),
        ("gzip", page("Content-Encoding: gzip\r\n", gzip(b"small")), Ok((200, b"small"))),
        ("deflate", page("Content-Encoding: deflate\r\n", zlib(b"small")), Ok((200, b"small"))),
        ("brotli", page("Content-Encoding: br\r\n", b"\x0b\x02\x80hello\x03"), Ok((200, b"hello"))),
        ("identity", page("Content-Encoding: identity\r\n", "hello"), Ok((200, b"hello"))),
        (
            "chunked",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n".into(),
            Ok((200, b"hello")),
        ),
        ("early hints", [b"HTTP/1.1 103 Early Hints\r\n\r\n", &page("", "hello")[..]].concat(), Ok((200, b"hello"))),
        ("not modified", b"HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\n\r\n".into(), Ok((304, b""))),
        ("no content", b"HTTP/1.1 204 No Content\r\n\r\n".into(), Ok((204, b""))),
        ("gone", b"HTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\ngone".into(), Ok((410, b""))),
        ("odd status", b"HTTP/1.1 799 Odd\r\nContent-Length: 1\r\n\r\nx".into(), Ok((799, b""))),
        ("shorter than it is", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhello".into(), Ok((200, b"hel"))),
        ("as large as may be", page("", vec![b'x'; MOST]), Ok((200, &[b'x'; MOST]))),
        ("one byte more", page("", vec![b'x'; MOST + 1]), Err("larger than 1000000 bytes")),
    ];
    for (case, answer, expected) in cases {
        check(case, Site::saying(answer).await.answers(MOST).await, expected);
    }
}

#[tokio::test]
async fn hostile_answers_have_a_reason() {
    let endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let lines: String = (0..1_000).map(|n| format!("X-Flood-{n}: {n}\r\n")).collect();
    let cases: [(&str, Vec<u8>, &str); 20] = [
        ("gzip bomb", page("Content-Encoding: gzip\r\n", gzip(&bomb())), "larger than"),
        ("deflate bomb", page("Content-Encoding: deflate\r\n", zlib(&bomb())), "larger than"),
        ("brotli bomb", page("Content-Encoding: br\r\n", BROTLI_BOMB), "larger than"),
        ("declared too large", b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx".into(), "larger than"),
        ("longer than it is", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello".into(), "broke off"),
        ("cut between pieces", [&endless[..], b"3\r\nhel\r\n"].concat(), "broke off"),
        ("cut within a piece", [&endless[..], b"ff\r\nhel"].concat(), "broke off"),
        ("wrong piece", [&endless[..], b"zz\r\nhel\r\n"].concat(), "broke off"),
        ("large piece", [&endless[..], b"ffffffffffffffffff\r\nhel\r\n"].concat(), "broke off"),
        ("gzip cut", page("Content-Encoding: gzip\r\n", &gzip(&[b'x'; 5_000])[..20]), "broke off"),
        ("not gzip", page("Content-Encoding: gzip\r\n", "hello"), "broke off"),
        ("gzip in gzip", page("Content-Encoding: gzip, gzip\r\n", gzip(&gzip(b"x"))), "did not ask for"),
        ("zstd", page("Content-Encoding: zstd\r\n", "x"), "did not ask for"),
        ("header flood", format!("HTTP/1.1 200 OK\r\n{lines}\r\nx").into(), "cannot be read"),
        ("one long header", format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\nx", "x".repeat(999_999)).into(), "cannot be read"),
        ("wrong status", b"HTTP/1.1 2000 OK\r\n\r\nx".into(), "cannot be read"),
        ("no status", b"HTTP/1.1 OK\r\n\r\nx".into(), "cannot be read"),
        ("another protocol", b"SSH-2.0-OpenSSH_9.2\r\n".into(), "cannot be read"),
        (
            "two lengths",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy".into(),
            "cannot be read",
        ),
        ("nothing", b"".into(), "cannot be read"),
    ];
    for (case, answer, expected) in cases {
        check(case, Site::saying(answer).await.answers(MOST).await, Err(expected));
    }
}

#[tokio::test]
async fn bodies_without_end_are_cut() {
    let site = Site::doing(|mut client, _| async move {
        client.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await?;
        loop {
            client.write_all(format!("1000\r\n{}\r\n", "x".repeat(4_096)).as_bytes()).await?;
        }
    })
    .await;
    check("endless", site.answers(MOST).await, Err("larger than"));
    let site = Site::doing(|mut client, _| async move {
        client.write_all(b"HTTP/1.1 200 OK\r\n").await?;
        loop {
            client.write_all(b"X-More: x\r\n").await?;
        }
    })
    .await;
    check("endless head", site.answers(MOST).await, Err("cannot be read"));
}

/// Each wait is tried alone, the others being long: whatever else is slow on the machine, the reason is this one.
#[tokio::test]
async fn patience_ends() {
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    let (short, long) = (Duration::from_millis(50), Timeouts::default());
    let silent = Timeouts { connect: short * 10, first_byte: short, ..long };
    let slow = Timeouts { patience: short, ..long };
    let late = Timeouts { total: Duration::from_millis(200), ..long };
    let cases: [(&str, Timeouts, [&'static [u8]; 2], &str); 8] = [
        ("silent", silent, [b"", b""], "no answer"),
        ("half a head", silent, [b"HTTP/1.1 200 OK\r\nX: ", b""], "no answer"),
        ("head in drips", silent, [b"HTTP/1.1 200 OK\r\nX: ", b"x"], "no answer"),
        ("hints for ever", silent, [b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"], "no answer"),
        ("no body", slow, [HEAD, b""], "too slowly"),
        ("body in drips", slow, [HEAD, b"x"], "too slowly"),
        ("quick, and never done", late, [b"HTTP/1.1 200 OK\r\n\r\n", &[b'x'; 1_000]], "took longer"),
        ("late with everything", late, [b"", b""], "took longer"),
    ];
    for (case, timeouts, [first, drip], expected) in cases {
        let site = Site::doing(move |mut client, _| async move {
            client.write_all(first).await?;
            loop {
                sleep(Duration::from_millis(5)).await;
                client.write_all(drip).await?;
            }
        })
        .await;
        let client = WebClient::new(FetchSettings { timeouts, ..settings(site.address.port(), "127.0.0.1/32") });
        check(case, client.unwrap().fetch(&get(site.url("/"))).await, Err(expected));
    }
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let nobody = nobody();
    let url = format!("http://{nobody}/").parse().unwrap();
    check("nobody", client(nobody, "127.0.0.1/32").fetch(&get(url)).await, Err("no connection"));
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    for status in [301, 302, 303, 307, 308] {
        let head = format!("HTTP/1.1 {status} Moved\r\nLocation: /elsewhere?ü\r\nContent-Length: 5\r\n\r\nmoved");
        let site = Site::saying(head).await;
        let answer = site.answers(MOST).await.unwrap();
        assert_eq!((answer.status, answer.location.as_deref()), (status, Some("/elsewhere?ü")));
        assert_eq!((answer.body.len(), site.asked().len()), (0, 1));
    }
}

#[tokio::test]
async fn the_head_is_told_as_it_was_sent() {
    let lines = "Content-Type: text/html; charset=UTF-8\r\n\
                 ETag: W/\"1\"\r\n\
                 Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                 X-Robots-Tag: noindex\r\nx-robots-tag: otherbot: nofollow\r\nRetry-After: 120\r\n";
    let answer = Site::saying(page(lines, "x")).await.answers(MOST).await.unwrap();
    let expected = Fetched {
        status: 200,
        content_type: Some("text/html; charset=UTF-8".into()),
        location: None,
        etag: Some("W/\"1\"".into()),
        last_modified: Some("Sun, 06 Nov 1994 08:49:37 GMT".into()),
        robots_tags: vec!["noindex".into(), "otherbot: nofollow".into()],
        retry_after: Some(Duration::from_secs(120)),
        body: b"x".into(),
    };
    assert_eq!(answer, expected);
    let long = format!("ETag: {}\r\n{}", "x".repeat(5_000), "X-Robots-Tag: a\r\n".repeat(99));
    let answer = Site::saying(page(&long, "x")).await.answers(MOST).await.unwrap();
    assert_eq!((answer.etag, answer.robots_tags.len()), (None, 16));
}

#[tokio::test]
async fn the_request_says_what_it_was_given() {
    let site = Site::saying(page("Set-Cookie: session=1; Path=/\r\n", "x")).await;
    let client = client(site.address, "127.0.0.1/32");
    let plain = get(site.url("/a?b=c#d"));
    client.fetch(&plain).await.unwrap();
    let known = Request { etag: Some("\"1\"".into()), last_modified: Some("yesterday".into()), ..plain.clone() };
    client.fetch(&known).await.unwrap();
    let headers = vec![("Authorization".into(), "Bearer x".into()), ("Cookie".into(), "own=1".into())];
    client.fetch(&Request { headers, user_agent: Some("other".into()), ..plain.clone() }).await.unwrap();
    client.fetch(&plain).await.unwrap();
    let asked: Vec<String> = site.asked().iter().map(|head| head.to_ascii_lowercase()).collect();
    let check = |number: usize, line: &str, expected: bool| {
        assert_eq!(asked[number].contains(line), expected, "{line} in {}", asked[number]);
    };
    check(0, "get /a?b=c http/1.1\r\n", true);
    check(0, "user-agent: lectern-test\r\n", true);
    check(0, "accept: text/html", true);
    check(0, "gzip", true);
    check(0, "if-none-match", false);
    check(1, "if-none-match: \"1\"\r\n", true);
    check(1, "if-modified-since: yesterday\r\n", true);
    check(2, "authorization: bearer x\r\n", true);
    check(2, "cookie: own=1\r\n", true);
    check(2, "user-agent: other\r\n", true);
    check(2, "lectern-test", false);
    for nothing_kept in ["cookie", "authorization", "referer", "other"] {
        check(3, nothing_kept, false);
    }
}

#[tokio::test]
async fn headers_of_the_connection_are_not_the_sources_to_set() {
    let site = Site::saying(page("", "x")).await;
    let client = client(site.address, "127.0.0.1/32");
    let wrong = [
        ("Host", "elsewhere"),
        ("host", "elsewhere"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "5"),
        ("Connection", "upgrade"),
        ("Accept-Encoding", "zstd"),
        ("Range", "bytes=0-1"),
        ("X-Split", "a\r\nX-Other: b"),
        ("X Space", "x"),
        ("", "x"),
        ("X-Nul", "a\0b"),
    ];
    for (name, value) in wrong {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let answer = client.fetch(&Request { headers, ..get(site.url("/")) }).await;
        assert!(matches!(&answer, Err(FetchFault::Forbidden(why)) if why.contains("header")), "{name}: {answer:?}");
    }
    let agent = client.fetch(&Request { user_agent: Some("a\nb".into()), ..get(site.url("/")) }).await;
    assert!(matches!(agent, Err(FetchFault::Forbidden(_))), "{agent:?}");
    assert_eq!(site.asked().len(), 0);
}

#[tokio::test]
async fn text_in_another_charset_is_utf_8_and_says_so() {
    let answer = Site::saying(page("Content-Type: text/html; charset=windows-1252\r\n", b"caf\xe9")).await;
    check("windows-1252", answer.answers(MOST).await, Ok((200, "\u{feff}café".as_bytes())));
    let answer = Site::saying(page("Content-Type: text/html; charset=utf-8\r\n", "café")).await;
    check("utf-8", answer.answers(MOST).await, Ok((200, "café".as_bytes())));
    let answer = Site::saying(page("Content-Type: application/pdf; charset=latin1\r\n", b"%PDF\xe9")).await;
    check("not text", answer.answers(MOST).await, Ok((200, b"%PDF\xe9")));
}
