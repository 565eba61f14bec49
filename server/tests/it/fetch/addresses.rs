//! Addresses that must not be asked, in every spelling, through the whole client: nobody may come to the sentinel.

use std::net::Ipv4Addr;
use std::sync::atomic::Ordering;

use ingest::crawl::ports::{Fetch as _, FetchFault};
use server::fetch::{AllowedAddresses, Cidr};
use url::Url;

use super::{client, get, sentinel};

/// The inside, as scripts, clouds and homes know it.
const INSIDE: [Ipv4Addr; 8] = [
    Ipv4Addr::new(127, 0, 0, 1),
    Ipv4Addr::new(127, 8, 9, 10),
    Ipv4Addr::new(0, 0, 0, 0),
    Ipv4Addr::new(10, 0, 0, 1),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(172, 16, 254, 1),
    Ipv4Addr::new(192, 168, 1, 1),
];

/// Every way to write this address that some reader somewhere understands.
fn spellings(address: Ipv4Addr) -> Vec<String> {
    let ([a, b, c, d], whole) = (address.octets(), address.to_bits());
    let (tail, half) = (whole & 0xff_ffff, whole & 0xffff);
    let dotted = address.to_string();
    let swapped = |from: char| {
        move |letter: char| {
            let digit = letter.to_digit(10).and_then(|digit| char::from_u32(from as u32 + digit));
            digit.unwrap_or(letter)
        }
    };
    let circled = |letter: char| match letter.to_digit(10) {
        Some(0) => '⓪',
        Some(digit) => char::from_u32('①' as u32 + digit - 1).unwrap(),
        None => letter,
    };
    let escaped: String = dotted.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let nat64 = format!("{:x}:{:x}", whole >> 16, half);
    vec![
        dotted.clone(),
        format!("{dotted}."),
        format!("{whole}"),
        format!("0{whole:o}"),
        format!("0x{whole:x}"),
        format!("0X{whole:08X}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("0x{a:04x}.0x{b:04x}.0x{c:04x}.0x{d:04x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("00000{a:o}.000{b:o}.00{c:o}.0{d:o}"),
        format!("0x{a:x}.0{b:o}.{c}.0x{d:x}"),
        format!("{a}.{tail}"),
        format!("{a}.{b}.{half}"),
        format!("0x{a:x}.{tail}"),
        format!("0{a:o}.0x{tail:x}"),
        dotted.replace('.', "。"),
        dotted.replace('.', "．"),
        dotted.replace('.', "｡"),
        dotted.replace('.', "%2e"),
        dotted.chars().map(swapped('０')).collect(),
        dotted.chars().map(swapped('𝟘')).collect(),
        dotted.chars().map(swapped('𝟎')).collect(),
        dotted.chars().map(swapped('𝟶')).collect(),
        dotted.chars().map(circled).collect(),
        dotted.replace('.', "\u{ad}."),
        dotted.replace('.', "\u{200b}."),
        dotted.replace('.', "\t.\n"),
        escaped,
        format!("[::ffff:{dotted}]"),
        format!("[::FFFF:{nat64}]"),
        format!("[0:0:0:0:0:ffff:{nat64}]"),
        format!("[0000:0000:0000:0000:0000:ffff:{dotted}]"),
        format!("[::{dotted}]"),
        format!("[::{nat64}]"),
        format!("[::ffff:0:{dotted}]"),
        format!("[64:ff9b::{dotted}]"),
        format!("[64:ff9b:1::{nat64}]"),
        format!("[2002:{nat64}::]"),
        format!("[2002:{nat64}::1]"),
        format!("[2001:0:{nat64}::]"),
        format!("[2001:0:4136:e378:8000:63bf:{:x}:{:x}]", !whole >> 16, !half & 0xffff),
    ]
}

/// Hosts and whole addresses that are no spelling of a number. `{}` is the sentinel's port.
const OTHERS: [&str; 64] = [
    "http://localhost:{}/",
    "http://LOCALHOST:{}/",
    "http://localhost.:{}/",
    "http://localhost..:{}/",
    "http://a.localhost:{}/",
    "http://a.b.localhost.:{}/",
    "http://ｌｏｃａｌｈｏｓｔ:{}/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{}/",
    "http://loc\u{ad}alhost:{}/",
    "http://loc%61lhost:{}/",
    "http://localhost.localdomain:{}/",
    "http://printer.local:{}/",
    "http://PRINTER.LOCAL.:{}/",
    "http://metadata.google.internal:{}/",
    "http://metadata:{}/",
    "http://router.lan:{}/",
    "http://nas.home.arpa:{}/",
    "http://wiki:{}/",
    "http://ip6-localhost:{}/",
    "http://[::]:{}/",
    "http://[::1]:{}/",
    "http://[0:0:0:0:0:0:0:1]:{}/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]:{}/",
    "http://[::0:1]:{}/",
    "http://[fe80::1]:{}/",
    "http://[fe80::1%25eth0]:{}/",
    "http://[febf::1]:{}/",
    "http://[fec0::1]:{}/",
    "http://[fc00::1]:{}/",
    "http://[fd00:ec2::254]:{}/",
    "http://[ff02::1]:{}/",
    "http://[100::1]:{}/",
    "http://[2001:db8::1]:{}/",
    "http://[2001:10::1]:{}/",
    "http://[2001:20::1]:{}/",
    "http://[3fff::1]:{}/",
    "http://[5f00::1]:{}/",
    "http://192.0.0.192:{}/",
    "http://192.0.2.1:{}/",
    "http://198.18.0.1:{}/",
    "http://198.51.100.1:{}/",
    "http://203.0.113.1:{}/",
    "http://224.0.0.1:{}/",
    "http://240.0.0.1:{}/",
    "http://255.255.255.255:{}/",
    "http://168.63.129.16:{}/",
    "http://127.0.0.1@example.org:{}/",
    "http://example.org@127.0.0.1:{}/",
    "http://example.org:80@127.0.0.1:{}/",
    "http://:x@example.org:{}/",
    "http://example.org%40x@127.0.0.1:{}/",
    "http://127.0.0.1:{}\\@example.org/",
    "http:\\\\127.0.0.1:{}/",
    "http:/127.0.0.1:{}/",
    "http:127.0.0.1:{}/",
    "hTTp://127.0.0.1:{}/",
    " \t http://127.0.0.1:{}/ \n",
    "ht\ntp://127.0.0.1:{}/",
    "http://127.0.0.1:0{}/",
    "ftp://example.org:{}/",
    "gopher://127.0.0.1:{}/",
    "file:///etc/passwd?{}",
    "data:text/plain,{}",
    "javascript:{}",
];

#[tokio::test]
async fn no_spelling_leads_inside() {
    let (address, came) = sentinel("127.0.0.1:0").await;
    let client = client(address, "");
    let port = address.port();
    let generated = INSIDE.iter().flat_map(|address| spellings(*address));
    let generated = generated.map(|host| format!("http://{host}:{port}/"));
    let others = OTHERS.iter().map(|other| other.replace("{}", &port.to_string()));
    let all: Vec<String> = generated.chain(others).collect();
    assert!(all.len() > 300, "{}", all.len());
    let mut read = 0;
    for spelling in &all {
        // What is no URL to us cannot be asked for at all.
        let Ok(url) = Url::parse(spelling) else { continue };
        read += 1;
        let answer = client.fetch(&get(url.clone())).await;
        assert!(matches!(answer, Err(FetchFault::Forbidden(_))), "{spelling} as {url}: {answer:?}");
    }
    assert!(read > 300, "only {read} of {} are URLs", all.len());
    assert_eq!(came.load(Ordering::SeqCst), 0);
}

fn check(allowed: &AllowedAddresses, url: &str, expected: Result<(), &str>) {
    let answer = allowed.check_url(&url.parse().unwrap()).map_err(|refusal| refusal.to_string());
    match (&answer, expected) {
        (Err(why), Err(words)) => assert!(why.contains(words), "{url}: {why}"),
        _ => assert_eq!(answer.is_ok(), expected.is_ok(), "{url}: {answer:?}"),
    }
}

#[test]
fn the_internet_is_allowed_on_its_ports() {
    let internet = AllowedAddresses::default();
    check(&internet, "http://example.org/", Ok(()));
    check(&internet, "https://example.org./a?b#c", Ok(()));
    check(&internet, "https://example.org:8443/", Ok(()));
    check(&internet, "http://example.org:8080/", Ok(()));
    check(&internet, "http://EXAMPLE.org:80/", Ok(()));
    check(&internet, "https://bücher.example/", Ok(()));
    check(&internet, "http://notlocalhost.org/", Ok(()));
    check(&internet, "http://local.example.org/", Ok(()));
    check(&internet, "http://1.1.1.1/", Ok(()));
    check(&internet, "http://[2606:4700:4700::1111]/", Ok(()));
    check(&internet, "http://example.org:22/", Err("port 22"));
    check(&internet, "http://example.org:0/", Err("port 0"));
    check(&internet, "http://example.org:6379/", Err("port 6379"));
    check(&internet, "ftp://example.org/", Err("not ftp:"));
    check(&internet, "http://user@example.org/", Err("user name"));
    check(&internet, "http://wiki.internal/", Err("wiki.internal is a name"));
    check(&internet, "http://10.1.2.3/", Err("10.1.2.3 is not"));
    check(&internet, &format!("http://example.org/{}", "x".repeat(5_000)), Err("longer than"));
}

#[test]
fn an_intranet_is_allowed_by_its_network() {
    let networks: Vec<Cidr> = ["10.1.0.0/16", "fd00:1::/32"].map(|network| network.parse().unwrap()).into();
    let intranet = AllowedAddresses { networks, ..AllowedAddresses::default() };
    check(&intranet, "http://10.1.2.3/", Ok(()));
    check(&intranet, "http://0xa010203/", Ok(()));
    check(&intranet, "http://[fd00:1::5]/", Ok(()));
    check(&intranet, "http://wiki/", Ok(()));
    check(&intranet, "http://wiki.internal/", Ok(()));
    check(&intranet, "http://example.org/", Ok(()));
    check(&intranet, "http://10.2.0.1/", Err("10.2.0.1"));
    check(&intranet, "http://[::ffff:10.1.2.3]/", Err("::ffff:10.1.2.3"));
    check(&intranet, "http://127.0.0.1/", Err("127.0.0.1"));
    check(&intranet, "http://10.1.2.3:22/", Err("port 22"));
    let closed = AllowedAddresses { networks: Vec::new(), ports: Vec::new() };
    check(&closed, "http://example.org/", Err("port 80"));
}
