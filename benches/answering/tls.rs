//! A self-signed certificate for the bench, and a client that trusts it.

use std::io;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// The name in the certificate.
const NAME: &str = "localhost";

/// A connection over TLS.
pub(crate) type Stream = StreamOwned<ClientConnection, TcpStream>;

/// Writes a certificate (ECDSA P-256) and its key into a folder, as `cert.pem` and `key.pem`. Returns settings for a
/// client that trusts it and resumes no session, so that each handshake is a full one.
pub(crate) fn certify(folder: &Path) -> Arc<ClientConfig> {
    let parameters = rcgen::CertificateParams::new([NAME.to_owned()]).expect("it is a name");
    let key = rcgen::KeyPair::generate().expect("the system has randomness");
    let certificate = parameters.self_signed(&key).expect("a new key can sign");
    std::fs::write(folder.join("cert.pem"), certificate.pem()).expect("the folder can be written");
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).expect("the folder can be written");
    let mut trusted = RootCertStore::empty();
    trusted.add(certificate.der().clone()).expect("it was made here");
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
        .with_root_certificates(trusted)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Arc::new(config)
}

/// Performs a handshake on a connection.
pub(crate) fn over(tcp: TcpStream, config: &Arc<ClientConfig>) -> io::Result<Stream> {
    let name = ServerName::try_from(NAME).expect("it is a name");
    let connection =
        ClientConnection::new(Arc::clone(config), name).expect("the settings are whole");
    let mut stream = StreamOwned::new(connection, tcp);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}
