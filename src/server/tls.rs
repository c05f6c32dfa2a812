//! TLS: reads the certificate and its key, and reads them again when their files change.
//!
//! Polls compare the contents of the files, because renewals exchange links, mounts and files. A pair is adopted when
//! two polls agree on it, so that a new certificate is never used with an old key.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use super::validity::not_after;
use crate::error::{Action, Error, chain};
use crate::files::read_bounded;
use crate::telemetry::Telemetry;

/// The time between two polls of the files.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// The largest certificate or key, in bytes; chains have a few KiB.
const MAX_BYTES: u64 = 1 << 20;
/// The offered protocols, the preferred one first (RFC 7301).
pub(super) const HTTP_2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

/// The paths of a certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and its chain, in PEM (RFC 7468).
    pub certificate: PathBuf,
    /// The private key, in PEM.
    pub key: PathBuf,
}

/// A certificate in use, and the state of its files.
#[derive(Debug)]
pub(super) struct Tls {
    files: TlsFiles,
    configs: watch::Sender<Arc<ServerConfig>>,
    /// The last second of the validity of the certificate in use, UTC.
    not_after: Option<DateTime<Utc>>,
    /// The pair that was checked last, with the reason if it is not used.
    judged: KeyPair,
    refused: Option<String>,
    fresh: Option<KeyPair>,
}

/// The contents of a valid pair.
struct Usable {
    config: ServerConfig,
    not_after: Option<DateTime<Utc>>,
}

/// The contents of both files.
#[derive(PartialEq, Eq)]
struct KeyPair {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A key must not be logged.
        f.write_str("KeyPair")
    }
}

impl Tls {
    /// Reads both files.
    ///
    /// # Errors
    /// [`Error::File`] if one cannot be read, [`Error::Tls`] if one has invalid contents.
    pub(super) fn load(files: TlsFiles) -> Result<Self, Error> {
        let judged = files.read()?;
        let Usable { config, not_after } = judged.check(&files)?;
        let configs = watch::Sender::new(Arc::new(config));
        Ok(Self { files, configs, not_after, judged, refused: None, fresh: None })
    }

    /// Returns the configuration for handshakes, which is always the newest one.
    pub(super) fn configs(&self) -> watch::Receiver<Arc<ServerConfig>> {
        self.configs.subscribe()
    }

    /// Starts a thread that polls the files, so that a hanging file system delays no client and no timeout. The thread
    /// ends with the last listener.
    pub(super) fn watch(self, telemetry: Arc<Telemetry>) {
        self.report(&telemetry);
        if let Err(error) = std::thread::Builder::new().spawn(move || self.keep_watch(&telemetry)) {
            tracing::warn!(
                "certificate renewals will not be noticed: cannot start a thread: {error}"
            );
        }
    }

    fn keep_watch(mut self, telemetry: &Telemetry) {
        let mut unreadable = false;
        loop {
            std::thread::sleep(POLL_INTERVAL);
            if self.configs.is_closed() {
                return;
            }
            match self.files.read() {
                Ok(polled) => {
                    unreadable = false;
                    if self.poll(polled) {
                        self.report(telemetry);
                    }
                }
                // The error is logged once until it changes.
                Err(error) if !unreadable => {
                    unreadable = true;
                    telemetry.certificate(self.not_after, Some(refuse(&error)));
                }
                Err(_) => {}
            }
        }
    }

    /// Returns whether to check a polled pair, which is at the second poll that finds it.
    fn poll(&mut self, polled: KeyPair) -> bool {
        if polled == self.judged {
            self.fresh = None;
            return true;
        }
        if self.fresh.as_ref() != Some(&polled) {
            self.fresh = Some(polled);
            return false;
        }
        self.refused = match polled.check(&self.files) {
            Ok(Usable { config, not_after }) => {
                self.configs.send_replace(Arc::new(config));
                self.not_after = not_after;
                tracing::info!("using a new certificate: {}", self.files.certificate.display());
                None
            }
            Err(error) => Some(refuse(&error)),
        };
        // A refused pair is not tried again until it changes.
        (self.judged, self.fresh) = (polled, None);
        true
    }

    fn report(&self, telemetry: &Telemetry) {
        telemetry.certificate(self.not_after, self.refused.clone());
    }
}

/// Logs the reason why a renewal is not used, and returns it.
fn refuse(error: &Error) -> String {
    let reason = chain(error);
    tracing::error!("the certificate in use stays: {reason}");
    reason
}

impl TlsFiles {
    fn read(&self) -> Result<KeyPair, Error> {
        let read = |path: &PathBuf| {
            let read = read_bounded(path, MAX_BYTES).map_err(std::io::Error::from);
            read.map_err(Error::file(Action::ReadCertificate, path))
        };
        Ok(KeyPair { certificate: read(&self.certificate)?, key: read(&self.key)? })
    }
}

impl KeyPair {
    fn check(&self, files: &TlsFiles) -> Result<Usable, Error> {
        let refuse = |path: &PathBuf, reason: String| Error::Tls { path: path.clone(), reason };
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&self.certificate)
            .collect::<Result<_, _>>()
            .map_err(|error| refuse(&files.certificate, error.to_string()))?;
        let Some(leaf) = chain.first() else {
            let reason = "there is no `-----BEGIN CERTIFICATE-----` in it";
            return Err(refuse(&files.certificate, reason.to_owned()));
        };
        let not_after = not_after(leaf);
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| {
            let reason = "there is no private key without a password in it, such as behind \
                          `-----BEGIN PRIVATE KEY-----`";
            refuse(&files.key, reason.to_owned())
        })?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|error| match error {
                rustls::Error::InconsistentKeys(_) => refuse(
                    &files.key,
                    format!("it is not the key of {}", files.certificate.display()),
                ),
                error => refuse(&files.certificate, error.to_string()),
            })?;
        config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1_1.to_vec()];
        Ok(Usable { config, not_after })
    }
}
