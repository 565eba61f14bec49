//! Tests: mails, well-formed and not.

use proptest::prelude::*;

use super::*;

fn check(mail: &str, expected: &str) -> Parsed {
    let parsed = parse(mail.as_bytes()).unwrap();
    assert_eq!(parsed.markdown, expected);
    parsed
}

fn check_body(mail: &str, expected: &str) -> Vec<String> {
    let parsed = parse(mail.as_bytes()).unwrap();
    assert_eq!(parsed.markdown.trim(), expected);
    parsed.problems
}

fn parts(mail: &str) -> Vec<(String, String)> {
    let mut parts = Vec::new();
    let mut each = |part: Part| parts.push((part.name, String::from_utf8_lossy(&part.bytes).into_owned()));
    unpack(mail.as_bytes(), &mut each).unwrap();
    parts
}

#[test]
fn a_mail_is_a_page() {
    let parsed = check(
        "From: =?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <jm@example.org>\r\nTo: Help <help@example.org>, bob@example.org\r\n\
         Date: Fri, 20 Nov 2026 10:30:00 +0100\r\nSubject: =?iso-8859-1?Q?R=FCckgabe?=\r\n of the printer\r\n\
         Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
         Hello,\r\n\r\nit prints gr=FCn only.\r\n",
        "From: Jürgen Müller \\<jm@example.org>  \nTo: Help \\<help@example.org>, bob@example.org  \n\
         Date: 2026-11-20 10:30  \n\nHello,\n\nit prints grün only.\n",
    );
    assert_eq!(parsed.title.as_deref(), Some("Rückgabe of the printer"));
    assert_eq!(parsed.author.as_deref(), Some("Jürgen Müller <jm@example.org>"));
    assert_eq!(parsed.dated.as_deref(), Some("2026-11-20T10:30:00+01:00"));
    assert!(parsed.problems.is_empty());
}

fn alternatives(plain: &str, html: &str) -> String {
    format!(
        "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: \
         text/plain\n\n{plain}\n--b\nContent-Type: text/html\n\n{html}\n--b--\n"
    )
}

#[test]
fn the_better_alternative_is_read() {
    check_body(&alternatives("Plain words", "<p>Rich words"), "Plain words");
    check_body(&alternatives("  ", "<p>Rich words"), "Rich words");
    check_body(&alternatives("This mail needs HTML.", "<p>Rich words"), "Rich words");
    check_body(&alternatives("This mail needs HTML.", ""), "This mail needs HTML.");
    check_body("Subject: x\nContent-Type: text/html\n\n<p>Only rich", "Only rich");
    check_body("Subject: x\n\n<html><p>Mislabelled", "Mislabelled");
}

#[test]
fn a_reply_keeps_one_level_of_quotes() {
    let problems =
        check_body("Subject: Re: x\n\nYes.\n\nAnn wrote:\n> Works?\n>> Try it.\n", "Yes.\n\nAnn wrote:\n\n> Works?");
    assert_eq!(problems, ["lines quoted from older mails, left out: 1"]);
    let html = "Subject: Re: x\nContent-Type: text/html\n\n<p>Yes.</p><blockquote><p>Works?</p><blockquote><p>Try it.";
    check_body(html, "Yes.\n\n> Works?\n>");
}

#[test]
fn flowing_lines_are_joined() {
    check_body(
        "Subject: x\nContent-Type: text/plain; format=flowed\n\nOne long \nsentence.\n> quoted \n> too\n-- \nAnn",
        "One long sentence.\n\n> quoted too\n\n-- \nAnn",
    );
}

const MIXED: &str = "From: ann@example.org\nSubject: Offer\nContent-Type: multipart/mixed; boundary=m\n\n\
    --m\nContent-Type: multipart/related; boundary=r\n\n\
    --r\nContent-Type: text/html\n\n<p>See the file.<img src=cid:logo>\n\
    --r\nContent-Type: image/png; name=logo.png\nContent-ID: <logo>\n\nPNG\n--r--\n\
    --m\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"C:\\\\x\\\\price list.pdf\"\n\
    Content-Transfer-Encoding: base64\n\nJVBERi0=\n\
    --m\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n\
    --m\nContent-Type: application/pkcs7-signature; name=smime.p7s\n\nx\n\
    --m\nContent-Type: message/rfc822\n\nSubject: Old offer\n\nOld.\n--m--\n";

#[test]
fn attachments_are_parts_and_noise_is_not() {
    assert_eq!(
        parts(MIXED),
        [
            ("price list.pdf".to_owned(), "%PDF-".to_owned()),
            ("Old offer.eml".to_owned(), "Subject: Old offer\n\nOld.".to_owned())
        ]
    );
    check_body(MIXED, "From: ann@example.org  \nAttached: price list.pdf, Old offer.eml  \n\nSee the file.");
    let text = "Subject: x\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\nBody.\n--m\nContent-Type: text/plain; \
                name=log.txt\n\na log\n--m--";
    assert_eq!(parts(text), [("log.txt".to_owned(), "a log".to_owned())]);
}

#[test]
fn encrypted_mails_are_told() {
    let pgp = "Subject: x\nContent-Type: multipart/encrypted; boundary=e\n\n--e\nContent-Type: application/pgp-encrypted\
               \n\nVersion: 1\n--e\nContent-Type: application/octet-stream\n\nabc\n--e--";
    assert_eq!(parse(pgp.as_bytes()), Err(ParseError::Protected));
    let smime = "Subject: x\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nabc";
    assert_eq!(parse(smime.as_bytes()), Err(ParseError::Protected));
    let problems = check_body("Subject: x\nContent-Type: application/pkcs7-mime; smime-type=signed-data\n\nabc", "");
    assert_eq!(problems, ["signed parts that hide their text, left out", "the mail has no text"]);
}

#[test]
fn what_is_no_mail_is_refused() {
    assert_eq!(parse(b" \n"), Err(ParseError::Empty));
    assert!(matches!(parse(&[b'x'; 4000]), Err(ParseError::Damaged(_))));
    check_body("From someone Mon Nov 20\nSubject: x\n\nFrom a mailbox.", "From a mailbox.");
    check_body("Subject: x\nDate: yesterday\nFrom: ,,<>;\n\na\0b", "a\0b");
}

#[test]
fn bombs_are_slow_for_nobody() {
    let mails = "Content-Type: message/rfc822\n\n".repeat(200_000);
    assert_eq!(parts(&mails).len(), 1);
    let digests: String = "Content-Type: multipart/digest; boundary=b\n\n--b\n\n".repeat(50_000);
    parse(digests.as_bytes()).unwrap();
    let attributes = format!("Content-Type: text/plain{}\n\nwords", "; a*0*=b".repeat(30_000));
    parse(attributes.as_bytes()).unwrap();
    let addresses = format!("To: {}\n\nwords", "a <b@c>, ".repeat(100_000));
    parse(addresses.as_bytes()).unwrap();
    let quotes = format!("Subject: x\n\n{}", format!("{}\n", ">".repeat(1000)).repeat(10_000));
    parse(quotes.as_bytes()).unwrap();
}

proptest! {
    #[test]
    fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn damaged_mails_never_panic(at in 0..MIXED.len(), bytes in prop::collection::vec(any::<u8>(), 0..8)) {
        let mut mail = MIXED.as_bytes().to_vec();
        mail.splice(at..(at + bytes.len()).min(MIXED.len()), bytes);
        let _ = parse(&mail);
        let _ = unpack(&mail, &mut |_| ());
    }
}
