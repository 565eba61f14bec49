//! TLS over real sockets, with certificates made for the test.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use server::config::TlsConfig;
use server::http::{Listening, Tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Open, SHORT, listening, open, read};

/// A fresh pair for `localhost` in a folder.
pub fn pair(folder: &Path) -> (TlsConfig, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = TlsConfig { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") };
    std::fs::write(&files.certificate, cert.pem()).unwrap();
    std::fs::write(&files.key, signing_key.serialize_pem()).unwrap();
    (files, cert.der().clone())
}

/// The version agreed upon and the reply, as seen by who trusts this certificate alone.
async fn get(open: &Open, trusted: &CertificateDer<'static>, offered: &[&str]) -> std::io::Result<(Vec<u8>, String)> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = offered.iter().map(|version| version.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(open.address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let agreed = stream.get_ref().1.alpn_protocol().unwrap_or_default().to_vec();
    if agreed == b"h2" {
        return Ok((agreed, String::new()));
    }
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
    let mut said = String::new();
    stream.read_to_string(&mut said).await?;
    Ok((agreed, said))
}

#[tokio::test]
async fn tls_is_spoken_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (files, trusted) = pair(folder.path());
    let mut listening = listening();
    listening.patience.head = SHORT;
    let open = open(Listening { tls: Some(Tls::open(&files).unwrap()), ..listening }).await;
    let (agreed, said) = get(&open, &trusted, &["http/1.1"]).await.unwrap();
    assert_eq!(agreed, b"http/1.1");
    assert!(said.starts_with("HTTP/1.1 200") && said.contains("strict-transport-security: max-age="), "{said}");
    assert_eq!(get(&open, &trusted, &["h2", "http/1.1"]).await.unwrap().0, b"h2");
    assert!(get(&open, &trusted, &[]).await.unwrap().1.starts_with("HTTP/1.1 200"));
    assert!(get(&open, &trusted, &["gopher"]).await.is_err());
    let plain = open.sent(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(!plain.contains("HTTP/1.1"), "{plain}");
    // Half a handshake, and none.
    for begun in [&b"\x16\x03\x01"[..], b""] {
        let mut stream = TcpStream::connect(open.address).await.unwrap();
        stream.write_all(begun).await.unwrap();
        read(&mut stream).await;
    }
    open.ends().await;
}

#[tokio::test]
async fn a_new_certificate_is_shown_once_it_is_whole() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (files, former) = pair(folder.path());
    let tls = Tls::open(&files).unwrap();
    let open = open(Listening { tls: Some(tls.clone()), ..listening() }).await;
    assert!(!tls.refresh().unwrap());
    let (next, trusted) = pair(other.path());
    let put = |from: &PathBuf, to: &PathBuf| {
        std::fs::copy(from, to).unwrap();
        // Whatever the file system's clock makes of two writes at once.
        let later = std::fs::metadata(to).unwrap().modified().unwrap() + std::time::Duration::from_secs(60);
        std::fs::File::options().write(true).open(to).unwrap().set_modified(later).unwrap();
    };
    put(&next.certificate, &files.certificate);
    assert!(tls.refresh().unwrap_err().to_string().contains("is not the one of the certificate"));
    assert!(get(&open, &former, &["http/1.1"]).await.is_ok());
    put(&next.key, &files.key);
    assert!(tls.refresh().unwrap());
    assert!(get(&open, &trusted, &["http/1.1"]).await.is_ok());
    assert!(get(&open, &former, &["http/1.1"]).await.is_err());
    open.ends().await;
}

#[test]
fn files_that_do_not_do_are_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let (files, _) = pair(folder.path());
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let other = write("other.pem", &KeyPair::generate().unwrap().serialize_pem());
    let (empty, text) = (write("empty.pem", ""), write("text.pem", "hello"));
    let broken = write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let nowhere = folder.path().join("nowhere.pem");
    let check = |certificate: &PathBuf, key: &PathBuf, words: &str| {
        let config = TlsConfig { certificate: certificate.clone(), key: key.clone() };
        let error = Tls::open(&config).err().unwrap().to_string();
        assert!(error.contains(words) && !error.contains("BEGIN"), "{error}");
    };
    check(&files.certificate, &other, "is not the one of the certificate");
    check(&nowhere, &files.key, "nowhere.pem cannot be read");
    check(&files.certificate, &nowhere, "nowhere.pem cannot be read");
    check(&empty, &files.key, "empty.pem holds no certificate");
    check(&text, &files.key, "text.pem holds no certificate");
    check(&files.key, &files.key, "key.pem holds no certificate");
    check(&broken, &files.key, "broken.pem");
    check(&files.certificate, &empty, "empty.pem holds no private key");
    check(&files.certificate, &files.certificate, "certificate.pem holds no private key");
    check(&files.certificate, &folder.path().to_owned(), "cannot be read");
    assert!(Tls::open(&files).is_ok());
}
