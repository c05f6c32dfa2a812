//! nginx on a loopback port, with one of the configurations of docs/deploy.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use super::{free_port, given, until};
use crate::support::{Answer, ask};

/// A running nginx, which ends when it is dropped.
pub(super) struct Nginx {
    child: Child,
    pub(super) address: SocketAddr,
    folder: tempfile::TempDir,
}

impl Nginx {
    /// Starts nginx with a configuration in which only its address and these texts are replaced.
    pub(super) fn start(name: &str, replaced: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let listen = format!("listen 127.0.0.1:{port};");
        let cache = folder.path().join("cache").to_str().unwrap().to_owned();
        let mut all = vec![("listen 80;", listen.as_str()), ("listen [::]:80;", "")];
        all.extend_from_slice(replaced);
        let server = given(name, &all).replace("/var/cache/nginx/convene", &cache);
        let own = folder.path().display();
        // This is the rest of a distribution's nginx.conf. Under root, workers would run as another account, which
        // cannot read a test's folders.
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {own}/{kind};\n"))
            .concat();
        let config = format!(
            "user root;\nworker_processes 1;\npid {own}/pid;\nerror_log {own}/error.log;\n\
             events {{}}\nhttp {{\naccess_log off;\n{temporary}include server.conf;\n}}\n"
        );
        std::fs::write(folder.path().join("server.conf"), server).unwrap();
        std::fs::write(folder.path().join("nginx.conf"), config).unwrap();
        let child = Command::new("nginx")
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(folder.path().join("nginx.conf"))
            .args(["-e", "stderr", "-g", "daemon off;"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("nginx does not start: {error}"));
        let mut nginx =
            Self { child, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), folder };
        let address = nginx.address;
        until("nginx listens", || {
            let ended = nginx.child.try_wait().unwrap();
            assert!(ended.is_none(), "nginx refused {name}: {}", nginx.errors());
            TcpStream::connect(address).is_ok()
        });
        nginx
    }

    pub(super) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        ask(self.address, "GET", path, headers)
    }

    fn errors(&mut self) -> String {
        use std::io::Read as _;
        let mut text =
            std::fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default();
        if let Some(stderr) = &mut self.child.stderr {
            let _ = stderr.read_to_string(&mut text);
        }
        text
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // SIGTERM also ends the workers; a killed nginx would leave them running.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}
