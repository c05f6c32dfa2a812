//! Varnish on a loopback port, with the configuration of docs/deploy.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use super::{free_port, given, until};

/// A running Varnish, which ends when it is dropped.
pub(super) struct Varnish {
    child: Child,
    pub(super) address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Varnish {
    /// Starts Varnish for the program at an address, with the parameter from the head of the configuration.
    pub(super) fn start(origin: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host = format!("\"{}\"", origin.ip());
        let port = format!("\"{}\"", origin.port());
        let text = given("varnish.vcl", &[("\"127.0.0.1\"", &host), ("\"8080\"", &port)]);
        let vcl = folder.path().join("default.vcl");
        std::fs::write(&vcl, text).unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let mut child = Command::new("varnishd")
            .args(["-p", "http_gzip_support=off"])
            .args(["-F", "-j", "none", "-s", "malloc,64m", "-a", &address.to_string()])
            .arg("-f")
            .arg(&vcl)
            .arg("-n")
            .arg(folder.path().join("work"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("varnishd does not start: {error}"));
        until("varnish listens", || {
            assert!(child.try_wait().unwrap().is_none(), "varnishd refused the configuration");
            TcpStream::connect(address).is_ok()
        });
        Self { child, address, _folder: folder }
    }
}

impl Drop for Varnish {
    fn drop(&mut self) {
        // SIGTERM also ends the child process; a killed Varnish would leave it running.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}
