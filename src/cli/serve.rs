//! Defines the options of `convene serve`, with their defaults.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use convene::model::Length;
use convene::server::{self, Listen, TlsFiles};
use convene::site::CacheSize;

/// The default address to listen on, which links use by default.
pub(crate) const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

#[derive(Debug, Clone, Args)]
pub(crate) struct Serve {
    /// Listen on this address, or on unix:PATH; repeat it for more [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Vec<Listen>,
    /// Serve HTTPS with this certificate, a PEM file; reloaded when it changes
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of --tls-cert, a PEM file
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Redirect HTTP to HTTPS on this address, such as 0.0.0.0:80; repeat it for more
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) redirect_http: Vec<SocketAddr>,
    /// Exit if the file has errors at a start, instead of serving the last good edition
    #[arg(long)]
    pub(crate) strict: bool,
    /// Bytes of memory for rendered pages and other cached responses [default: 33554432]
    #[arg(long, value_name = "BYTES", value_parser = cache_size)]
    pub(crate) cache_size: Option<u64>,
    #[command(flatten)]
    pub(crate) see: See,
    #[command(flatten, next_help_heading = "Limits")]
    pub(crate) limits: LimitOptions,
}

impl Serve {
    /// Returns the address for links if no public URL is given and nothing is served.
    pub(crate) fn address(&self) -> SocketAddr {
        let tcp = self.listen.iter().find_map(|place| match place {
            Listen::Tcp(address) => Some(*address),
            Listen::Unix(_) => None,
        });
        tcp.unwrap_or(LISTEN)
    }

    /// Returns the capacity of the cache.
    pub(crate) fn cache(&self) -> CacheSize {
        self.cache_size.map_or_else(CacheSize::default, CacheSize)
    }

    /// Returns the settings of the server.
    ///
    /// # Errors
    /// A sentence, if the options contradict each other.
    pub(crate) fn settings(&self) -> Result<server::Settings, &'static str> {
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                Some(TlsFiles { certificate: certificate.clone(), key: key.clone() })
            }
            (None, None) if self.redirect_http.is_empty() => None,
            (None, None) => {
                return Err(
                    "--redirect-http needs a certificate for HTTPS\n  Add `--tls-cert FILE \
                     --tls-key FILE`, or let the proxy that has the certificate redirect.",
                );
            }
            (Some(_), None) => {
                return Err("a certificate needs its private key\n  Add `--tls-key FILE`.");
            }
            (None, Some(_)) => {
                return Err("a private key needs its certificate\n  Add `--tls-cert FILE`.");
            }
        };
        Ok(server::Settings {
            addresses: self.listen.clone(),
            fallback: Listen::Tcp(LISTEN),
            tls,
            redirect: self.redirect_http.clone(),
            limits: self.limits.all(),
        })
    }

    /// Returns the options after the command's name; an option that is missing there has its value from before the
    /// name.
    pub(super) fn or(self, before: &Self) -> Self {
        Self {
            listen: or(self.listen, &before.listen),
            tls_cert: self.tls_cert.or_else(|| before.tls_cert.clone()),
            tls_key: self.tls_key.or_else(|| before.tls_key.clone()),
            redirect_http: or(self.redirect_http, &before.redirect_http),
            strict: self.strict || before.strict,
            cache_size: self.cache_size.or(before.cache_size),
            see: self.see.or(&before.see),
            limits: self.limits.or(&before.limits),
        }
    }
}

/// Options of telemetry.
#[derive(Debug, Clone, Args)]
pub(crate) struct See {
    /// Serve /healthz, /readyz and /metrics on this address; keep it private
    #[arg(long, value_name = "ADDRESS", value_parser = address_within)]
    pub(crate) admin: Option<SocketAddr>,
    /// Log a line for each response, without the client's address
    #[arg(long)]
    pub(crate) access_log: bool,
    /// The format of the log [default: text]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
}

impl See {
    fn or(&self, before: &Self) -> Self {
        Self {
            admin: self.admin.or(before.admin),
            access_log: self.access_log || before.access_log,
            log_format: self.log_format.or(before.log_format),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// For programs: one JSON object a line
    Json,
}

/// The limits given on the command line.
#[derive(Debug, Clone, Args)]
pub(crate) struct LimitOptions {
    /// Open connections; when full, the longest-waiting one is closed for a new one [default: 16384]
    #[arg(long, value_name = "NUMBER", value_parser = connections)]
    pub(crate) max_connections: Option<NonZeroUsize>,
    /// Bytes of a request line and header section; larger ones get 431 [default: 16384]
    #[arg(long, value_name = "BYTES", value_parser = header_size)]
    pub(crate) max_header_size: Option<usize>,
    /// Header fields of a request; more get 431 [default: 100]
    #[arg(long, value_name = "NUMBER", value_parser = headers)]
    pub(crate) max_headers: Option<usize>,
    /// Time from connecting, or from a request's first byte, to the end of its headers [default: 15s]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) header_timeout: Option<Duration>,
    /// Time from the end of a response to the next request [default: 75s]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) idle_timeout: Option<Duration>,
    /// Bytes of responses buffered for a client that has not read them [default: 262144]
    #[arg(long, value_name = "BYTES", value_parser = unsent)]
    pub(crate) max_unsent: Option<usize>,
    /// Time that a client may read nothing of a response [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) write_timeout: Option<Duration>,
    /// Time for in-flight responses to finish after SIGTERM or SIGINT [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) drain: Option<Duration>,
}

impl LimitOptions {
    /// Returns every limit of the server.
    pub(crate) fn all(&self) -> server::Limits {
        let default = server::Limits::default();
        server::Limits {
            max_connections: self.max_connections.unwrap_or(default.max_connections),
            max_header_size: self.max_header_size.unwrap_or(default.max_header_size),
            max_headers: self.max_headers.unwrap_or(default.max_headers),
            header_timeout: self.header_timeout.unwrap_or(default.header_timeout),
            idle_timeout: self.idle_timeout.unwrap_or(default.idle_timeout),
            max_unsent: self.max_unsent.unwrap_or(default.max_unsent),
            write_timeout: self.write_timeout.unwrap_or(default.write_timeout),
            drain: self.drain.unwrap_or(default.drain),
        }
    }

    fn or(self, before: &Self) -> Self {
        Self {
            max_connections: self.max_connections.or(before.max_connections),
            max_header_size: self.max_header_size.or(before.max_header_size),
            max_headers: self.max_headers.or(before.max_headers),
            header_timeout: self.header_timeout.or(before.header_timeout),
            idle_timeout: self.idle_timeout.or(before.idle_timeout),
            max_unsent: self.max_unsent.or(before.max_unsent),
            write_timeout: self.write_timeout.or(before.write_timeout),
            drain: self.drain.or(before.drain),
        }
    }
}

/// Returns the values after the command's name, or else those before it.
fn or<T: Clone>(behind: Vec<T>, before: &[T]) -> Vec<T> {
    if behind.is_empty() { before.to_vec() } else { behind }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "an IP address and a port such as 0.0.0.0:80 or [::]:80".to_owned())
}

/// Parses an address that readers should not reach.
fn address_within(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "an IP address and a port such as 127.0.0.1:9090".to_owned())
}

fn connections(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "a number from 1 up such as 16384".to_owned())
}

fn header_size(text: &str) -> Result<usize, String> {
    bytes(text, server::Limits::LEAST_HEADER_SIZE, 1024 * 1024)
}

fn unsent(text: &str) -> Result<usize, String> {
    bytes(text, server::Limits::LEAST_UNSENT, 64 * 1024 * 1024)
}

fn bytes(text: &str, least: usize, most: usize) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|bytes| (least..=most).contains(bytes))
        .ok_or_else(|| format!("a number of bytes from {least} to {most}"))
}

/// Parses a size of at most one TiB, so that no sum of sizes overflows.
fn cache_size(text: &str) -> Result<u64, String> {
    const MOST: u64 = 1 << 40;
    text.parse()
        .ok()
        .filter(|bytes| *bytes <= MOST)
        .ok_or_else(|| format!("a number of bytes from 0 to {MOST}"))
}

fn headers(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|lines| (16..=1000).contains(lines))
        .ok_or_else(|| "a number of header lines from 16 to 1000".to_owned())
}

fn time(text: &str) -> Result<Duration, String> {
    match Length::parse(text) {
        Ok(Length::Elapsed(time)) => time.to_std().ok(),
        _ => None,
    }
    .ok_or_else(|| "a time such as 30s or 2m".to_owned())
}
