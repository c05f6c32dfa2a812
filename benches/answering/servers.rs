//! Runs convene and nginx with the same bytes and the same headers on the same core.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::ClientConfig;

use crate::client::{Target, fetch};
use crate::common::{self, Served, folder, free_address};
use crate::tls;

/// Configurations of nginx for sending a file; the file's size decides which is the cheapest.
pub(crate) const NGINX: [(&str, &str); 3] = [
    ("sendfile", "sendfile on;"),
    ("sendfile, nopush", "sendfile on; tcp_nopush on;"),
    ("buffers", "sendfile off; output_buffers 1 1m;"),
];

/// An exported file in a temporary folder, with a written state, so that no start has to write it.
pub(crate) struct Exported {
    dir: tempfile::TempDir,
    file: PathBuf,
    /// The settings of a client that trusts the certificate in the folder.
    trusting: Arc<ClientConfig>,
}

impl Exported {
    pub(crate) fn new(toml: &str) -> Self {
        let (dir, file) = folder(toml);
        let mut export = common::convene(&["--at", common::AT, "export", "--out"]);
        export.arg(dir.path().join("out")).arg(&file);
        let output = export.output().expect("the program is built");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let trusting = tls::certify(dir.path());
        Self { dir, file, trusting }
    }

    /// Returns a server as the client's target.
    pub(crate) fn target(&self, served: &Served, https: bool) -> Target {
        let address = served.address.clone();
        Target { address, https: https.then(|| Arc::clone(&self.trusting)) }
    }

    /// Writes the gzip encoding next to a file, with convene's bytes.
    pub(crate) fn compress(&self, convene: &Target, path: &str) {
        let (_, body) = fetch(convene, path, "Accept-Encoding: gzip\r\n");
        let file = self.dir.path().join(format!("out{path}.gz"));
        std::fs::write(file, body).expect("the folder can be written");
    }

    /// Starts convene through `before` (such as `taskset`).
    pub(crate) fn convene(&self, before: &[&str]) -> (Served, Duration) {
        self.convene_with(before, &[])
    }

    /// Starts convene with HTTPS.
    pub(crate) fn convene_by_tls(&self, before: &[&str]) -> (Served, Duration) {
        let [certificate, key] = self.certificate().map(|file| file.display().to_string());
        self.convene_with(before, &["--tls-cert", &certificate, "--tls-key", &key])
    }

    /// Starts convene with additional arguments.
    pub(crate) fn convene_with(&self, before: &[&str], more: &[&str]) -> (Served, Duration) {
        let address = free_address();
        let mut command = common::serve(&self.file, &address);
        command.args(more);
        Served::start(behind(before, &command), &address, "/robots.txt")
    }

    /// Starts hyper alone with convene's response for a path, through `before`.
    pub(crate) fn bare(&self, before: &[&str], path: &str) -> (Served, Duration) {
        let (convene, _) = self.convene(&[]);
        let (head, body) = fetch(&self.target(&convene, false), path, "");
        let (head_file, body_file) = (self.dir.path().join("head"), self.dir.path().join("body"));
        std::fs::write(&head_file, head).expect("the folder can be written");
        std::fs::write(&body_file, body).expect("the folder can be written");
        let address = free_address();
        let mut command = Command::new(std::env::current_exe().expect("it runs"));
        command.args(["--bare", &address, "--head"]).arg(head_file).arg("--body").arg(body_file);
        Served::start(behind(before, &command), &address, path)
    }

    /// Starts nginx in one configuration, through `before`: as a single process, or with a master and a worker, which
    /// is the default.
    pub(crate) fn nginx(&self, before: &[&str], way: &str, single: bool) -> (Served, Duration) {
        self.nginx_with(before, way, single, "")
    }

    /// Starts nginx as a single process with HTTPS and convene's certificate.
    pub(crate) fn nginx_by_tls(&self, before: &[&str], way: &str) -> (Served, Duration) {
        let [certificate, key] = self.certificate().map(|file| file.display().to_string());
        let tls = format!(
            "ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3;"
        );
        self.nginx_with(before, way, true, &tls)
    }

    /// Returns the paths of the certificate and its key.
    fn certificate(&self) -> [PathBuf; 2] {
        ["cert.pem", "key.pem"].map(|name| self.dir.path().join(name))
    }

    fn nginx_with(
        &self,
        before: &[&str],
        way: &str,
        single: bool,
        tls: &str,
    ) -> (Served, Duration) {
        let address = free_address();
        let work = self.dir.path().join(format!("nginx-{}", address.replace(':', "-")));
        std::fs::create_dir_all(&work).expect("the folder can be written");
        let out = self.dir.path().join("out");
        let file = work.join("nginx.conf");
        std::fs::write(&file, configuration(&address, &work, &out, way, single, tls))
            .expect("the folder can be written");
        let mut command = Command::new("nginx");
        command.arg("-p").arg(&work).arg("-e").arg(work.join("error.log")).arg("-c").arg(&file);
        Served::start(behind(before, &command), &address, "/robots.txt")
    }
}

fn behind(before: &[&str], command: &Command) -> Command {
    let Some((program, arguments)) = before.split_first() else {
        let mut same = Command::new(command.get_program());
        same.args(command.get_args());
        return same;
    };
    let mut outer = Command::new(program);
    outer.args(arguments).arg(command.get_program()).args(command.get_args());
    outer
}

/// Returns a configuration with convene's headers, because operators of static calendars set them, too.
fn configuration(
    address: &str,
    work: &Path,
    out: &Path,
    way: &str,
    single: bool,
    tls: &str,
) -> String {
    let ssl = if tls.is_empty() { "" } else { " ssl" };
    let (work, out) = (work.display(), out.display());
    let master = if single { "off" } else { "on" };
    format!(
        "daemon off; master_process {master}; worker_processes 1; user root;
pid {work}/pid;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fcgi;
  uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
  keepalive_requests 1000000000; keepalive_timeout 3600s; tcp_nodelay on;
  types {{ text/calendar ics; text/html html; text/plain txt; }}
  charset utf-8; charset_types text/calendar text/plain; etag on; gzip_static on; gzip_vary on;
  {way}
  server {{
    listen {address}{ssl}; {tls}
    root {out};
    add_header X-Content-Type-Options nosniff;
    add_header Cache-Control 'public, max-age=300, stale-while-revalidate=3600, stale-if-error=604800';
    add_header Access-Control-Allow-Origin '*';
    add_header X-Robots-Tag noindex;
  }}
}}
"
    )
}
