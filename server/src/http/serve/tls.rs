//! TLS: the certificate and its key, from files, and anew from them while the house is open.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, InconsistentKeys, ServerConfig};

use crate::config::TlsConfig;

/// Why there can be no TLS with these files.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{} cannot be read: {}", .0.display(), .1)]
    Unreadable(PathBuf, String),
    #[error("{} holds no certificate: it has to be in PEM", .0.display())]
    NoCertificate(PathBuf),
    #[error("{} holds no private key: it has to be in PEM, and not locked by a password", .0.display())]
    NoKey(PathBuf),
    #[error("the key in {} is not the one of the certificate in {}", .0.display(), .1.display())]
    Mismatch(PathBuf, PathBuf),
    #[error("TLS cannot be spoken with {}: {}", .0.display(), .1)]
    Unfit(PathBuf, rustls::Error),
}

/// A certificate that is shown, and where it came from.
#[derive(Clone)]
pub struct Tls {
    files: TlsConfig,
    shown: Arc<Shown>,
    read: Arc<Mutex<Written>>,
    pub(super) acceptor: TlsAcceptor,
}

/// When the files were last written: certificate, key.
type Written = [Option<SystemTime>; 2];

struct Shown(RwLock<Arc<CertifiedKey>>);

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown(..)")
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Tls {
    pub fn open(files: &TlsConfig) -> Result<Self, TlsError> {
        let (written, provider) = (written(files), Arc::new(ring::default_provider()));
        let shown = Arc::new(Shown(RwLock::new(Arc::new(pair(files, &provider)?))));
        let unfit = |error| TlsError::Unfit(files.certificate.clone(), error);
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut config = config.map_err(unfit)?.with_no_client_auth().with_cert_resolver(Arc::clone(&shown) as _);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let read = Arc::new(Mutex::new(written));
        Ok(Self { files: files.clone(), shown, read, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    /// Show what the files hold now, if they were written since they were last read. Where they do not fit together,
    /// which is so while the second of two is still being replaced, what is shown stays.
    pub fn refresh(&self) -> Result<bool, TlsError> {
        let now = written(&self.files);
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if now == *read {
            return Ok(false);
        }
        let pair = Arc::new(pair(&self.files, &ring::default_provider())?);
        *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = pair;
        *read = now;
        Ok(true)
    }
}

fn written(files: &TlsConfig) -> Written {
    [&files.certificate, &files.key].map(|file| fs::metadata(file).and_then(|about| about.modified()).ok())
}

fn pair(files: &TlsConfig, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let TlsConfig { certificate, key } = files;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes_of(certificate)?).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or(TlsError::NoCertificate(certificate.clone()))?;
    let private = PrivateKeyDer::from_pem_slice(&bytes_of(key)?).map_err(|_| TlsError::NoKey(key.clone()))?;
    warn_of_readers(key);
    CertifiedKey::from_der(chain, private, provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            TlsError::Mismatch(key.clone(), certificate.clone())
        }
        error => TlsError::Unfit(certificate.clone(), error),
    })
}

fn bytes_of(file: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(file).map_err(|error| TlsError::Unreadable(file.to_owned(), error.to_string()))
}

/// Whoever reads the key can be the house to anybody.
fn warn_of_readers(key: &Path) {
    #[cfg(unix)]
    if fs::metadata(key).is_ok_and(|about| std::os::unix::fs::MetadataExt::mode(&about) & 0o007 != 0) {
        tracing::warn!(file = %key.display(), "everybody on this machine may read the TLS key: chmod 600 it");
    }
    #[cfg(not(unix))]
    let _ = key;
}
