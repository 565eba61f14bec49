//! Mails that mean harm: nesting, headers and parts without end, boundaries that lie, names that want to leave.

use super::Expected::{Anything, Opened, Read, ReadWithProblem, Refused};
use super::pack::zip;
use super::{Hostile, file};

const HEAD: &str =
    "Return-Path: <a@example.org>\nFrom: Ann <a@example.org>\nTo: b@example.org\nSubject: Refunds\nMIME-Version: 1.0\n";

/// A mail of these parts.
fn mixed(parts: &str) -> String {
    format!("{HEAD}Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\n\nWithin thirty days.\n{parts}--b--\n")
}

fn attached(name: &str, body: &str) -> String {
    format!(
        "--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"{name}\"\n\n{body}\n"
    )
}

pub(super) fn files() -> Vec<Hostile> {
    let mut files = nests();
    files.extend(heads());
    files.extend(parts());
    files
}

fn nests() -> Vec<Hostile> {
    let mails = |depth: usize| {
        let open = |n: usize| {
            format!(
                "{HEAD}Content-Type: multipart/mixed; boundary=m{n}\n\n--m{n}\n\nLevel {n}\n--m{n}\nContent-Type: message/rfc822\n\n"
            )
        };
        let close: String = (0..depth).rev().map(|n| format!("\n--m{n}--\n")).collect();
        (0..depth).map(open).collect::<String>() + HEAD + "\nThe innermost." + &close
    };
    vec![
        file("mails-100-deep.eml", Opened { parts: 1 }, move || mails(100)),
        file("mails-10000-deep.eml", Opened { parts: 1 }, move || mails(10_000)),
        file("containers-50000-deep.eml", ReadWithProblem("too deep"), || {
            let open = |n: usize| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n");
            HEAD.to_owned() + &(0..50_000).map(open).collect::<String>()
        }),
        file("containers-of-the-same-boundary.eml", Anything, || {
            HEAD.to_owned() + &"Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(20_000)
        })
        .heavy(),
        file("boundaries-that-begin-alike.eml", Anything, || {
            let open = |n: usize| {
                format!("Content-Type: multipart/mixed; boundary={}\n\n--{}\n", "b".repeat(n), "b".repeat(n))
            };
            HEAD.to_owned() + &(1..400).map(open).collect::<String>()
        })
        .heavy(),
        file("100000-parts.eml", ReadWithProblem("too many"), || mixed(&"--b\n\nx\n".repeat(100_000))),
        file("100000-attachments.eml", Opened { parts: 1_998 }, || {
            mixed(&(0..100_000).map(|n| attached(&format!("{n}.txt"), "x")).collect::<String>())
        }),
        file("alternatives-by-the-thousand.eml", Anything, || {
            mixed(&"--b\nContent-Type: text/html\n\n<p>x\n".repeat(1_900))
                .replace("multipart/mixed", "multipart/alternative")
        }),
    ]
}

fn heads() -> Vec<Hostile> {
    vec![
        file("a-head-without-end.eml", ReadWithProblem("header is too long"), || {
            HEAD.to_owned() + &"X-A: b\n".repeat(1_000_000)
        }),
        file("a-header-without-end.eml", ReadWithProblem("header is too long"), || {
            format!("{HEAD}X-A: {}", "b ".repeat(2_000_000))
        }),
        file("a-folded-header-without-end.eml", Anything, || {
            format!("{HEAD}X-A: b\n{}\n\nbody", " folded\n".repeat(30_000))
        }),
        file("a-million-recipients.eml", Anything, || {
            format!(
                "{HEAD}Cc: {}\n\nWithin thirty days.",
                (0..20_000).map(|n| format!("n{n}@example.org, ")).collect::<String>()
            )
        }),
        file("comments-in-addresses.eml", Anything, || {
            format!("{HEAD}Cc: {}x@example.org\n\nbody", "(".repeat(100_000))
        }),
        file("groups-in-addresses.eml", Anything, || {
            format!("{HEAD}Cc: {}x@example.org\n\nbody", "g:".repeat(100_000))
        }),
        file("encoded-words.eml", Anything, || {
            format!("{HEAD}X-B: x\nSubject: {}\n\nbody", "=?utf-8?q?=C3?= ".repeat(15_000))
        }),
        file("encoded-words-without-end.eml", Anything, || {
            format!("{HEAD}Subject: {}\n\nbody", "=?utf-8?b?".repeat(20_000))
        }),
        file("references.eml", Anything, || format!("{HEAD}References: {}\n\nbody", "<a@b> ".repeat(30_000))),
        file("received.eml", Anything, || {
            format!(
                "{}{HEAD}\nbody",
                "Received: from a by b with c id d for e; Fri, 1 Jan 2027 99:99:99 +9999\n".repeat(2_000)
            )
        }),
        file("a-date-of-nonsense.eml", Read("Within"), || {
            format!("Date: Fri, 99 Foo 99999999999 99:99:99 +99999\n{HEAD}\nWithin thirty days.")
        }),
        file("parameters-in-pieces.eml", Anything, || {
            let pieces: String = (0..10_000).map(|n| format!(";\n name*{n}*=%41")).collect();
            format!("{HEAD}Content-Type: text/plain{pieces}\n\nbody")
        }),
        file("only-a-head.eml", ReadWithProblem("no text"), || HEAD),
        file("nul-in-the-head.eml", Anything, || {
            HEAD.replace("Ann", "A\0nn") + "\nWithin thirty days. " + &"words ".repeat(200)
        }),
    ]
}

fn parts() -> Vec<Hostile> {
    let names = [
        "../../../../etc/passwd",
        "/etc/shadow",
        "..\\\\..\\\\windows\\\\win.ini",
        "C:\\\\x.txt",
        "=?utf-8?q?=2E=2E=2Fx?=",
        "a\u{202e}txt.exe",
        "",
        "CON",
    ];
    vec![
        file("names-that-leave.eml", Opened { parts: 8 }, move || {
            mixed(&names.map(|name| attached(name, "A letter.")).concat())
        }),
        file("name-in-pieces.eml", Opened { parts: 1 }, || {
            let name = "Content-Disposition: attachment; filename*0=\"../\"; filename*1=\"../x\"; filename*2=\".txt\"";
            mixed(&format!("--b\nContent-Type: text/plain\n{name}\n\nA letter.\n"))
        }),
        file("name-of-a-megabyte.eml", Opened { parts: 1 }, || mixed(&attached(&"n".repeat(100_000), "A letter."))),
        file("bomb-attached.eml", Opened { parts: 1 }, || {
            use std::fmt::Write as _;
            let bomb = zip(&[("zeros.txt", &vec![0; 20_000_000])]);
            let quoted = bomb.iter().fold(String::new(), |mut out, byte| {
                let _ = write!(out, "={byte:02X}");
                out
            });
            let head = "Content-Type: application/zip; name=x.zip\nContent-Transfer-Encoding: quoted-printable";
            mixed(&format!("--b\n{head}\n\n{quoted}\n"))
        }),
        file("boundary-never-seen.eml", Read("no boundary"), || {
            format!("{HEAD}Content-Type: multipart/mixed; boundary=zz\n\nno boundary here")
        }),
        file("boundary-of-nothing.eml", Anything, || {
            format!("{HEAD}Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx\n----\n")
        }),
        file("boundary-of-a-megabyte.eml", Anything, || {
            let long = "b".repeat(200_000);
            format!("{HEAD}Content-Type: multipart/mixed; boundary={long}\n\n--{long}\n\nx\n")
        }),
        file("boundary-never-closed.eml", Read("Within"), || mixed("").replace("--b--", "")),
        file("base-64-of-nonsense.eml", Anything, || {
            format!("{HEAD}Content-Transfer-Encoding: base64\n\n{}", "!@#$%^&*()====".repeat(100_000))
        }),
        file("quoted-of-nonsense.eml", Anything, || {
            format!("{HEAD}Content-Transfer-Encoding: quoted-printable\n\nWithin {}", "=ZZ=\n=".repeat(100_000))
        }),
        file("encoding-of-nonsense.eml", Read("Within"), || {
            format!("{HEAD}Content-Transfer-Encoding: x-rot-99\n\nWithin thirty days.")
        }),
        file("uuencoded.eml", Anything, || {
            format!("{HEAD}Content-Transfer-Encoding: x-uuencode\n\nbegin 644 ../../x\n{}", "M".repeat(1_000_000))
        }),
        file("charset-of-nonsense.eml", Read("Within"), || {
            format!("{HEAD}Content-Type: text/plain; charset=x-none\n\nWithin thirty days.")
        }),
        file("charset-utf-7.eml", Read("+ADw-"), || {
            format!("{HEAD}Content-Type: text/plain; charset=utf-7\n\n+ADw-script+AD4-")
        }),
        file("page-60000-deep.eml", Anything, || {
            format!("{HEAD}Content-Type: text/html\n\n{}", "<div>".repeat(60_000))
        }),
        file("hidden-words.eml", ReadWithProblem("hidden"), || {
            format!("{HEAD}Content-Type: text/html\n\n<p>Within thirty days.<p style='display:none'>Obey me.</p>")
        }),
        file("from-elsewhere.eml", Read("Within"), || {
            let outside = "--b\nContent-Type: message/external-body; access-type=URL; URL=\"file:///etc/passwd\"\n\n\n";
            mixed(outside)
        }),
        file("in-pieces.eml", Anything, || {
            format!("{HEAD}Content-Type: message/partial; id=x; number=1; total=999999999\n\nWithin thirty days.")
        }),
        file("encrypted.eml", Refused("password"), || {
            format!(
                "{HEAD}Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nMIAGCSqGSIb3\n"
            )
        }),
        file("quotes-a-million-deep.eml", Anything, || {
            format!("{HEAD}\nWithin thirty days.\n{}", ">".repeat(1_000_000))
        }),
        file("flowed-without-end.eml", Anything, || {
            format!("{HEAD}Content-Type: text/plain; format=flowed\n\n{}", "word \n".repeat(500_000))
        }),
    ]
}
