//! `convene serve`: reads the file, binds, prints the addresses, and serves until a signal stops it.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use convene::diagnostic::Severity;
use convene::error::{Error, chain};
use convene::model::BaseUrl;
use convene::publish::{Published, Publisher};
use convene::reload::{BeforeStep, Order, Patience, Supervisor};
use convene::server::notify::{State, notify};
use convene::server::{Listen, Server};
use convene::telemetry::{Admin, Telemetry, Watch};
use listenfd::ListenFd;
use tokio::sync::watch;

use crate::cli::{self, Common, See, Serve};
use crate::cmd;
use crate::cmd::signals;
use convene::urls::FeedRoute;

/// The time for a reload in progress after the last response.
const MOMENT: Duration = Duration::from_millis(500);

/// Inputs of the process other than its arguments.
pub(crate) struct Surroundings {
    /// Sockets passed by systemd.
    pub(crate) sockets: ListenFd,
    /// The socket for readiness notifications: NOTIFY_SOCKET.
    pub(crate) notify: Option<OsString>,
    /// The start of the process by the system clock, which file times are compared with.
    pub(crate) started: SystemTime,
    /// The real clock, which dates in requests are compared with; it does not depend on `--at`.
    pub(crate) real_clock: fn() -> DateTime<Utc>,
}

pub(crate) fn run(
    common: &Common,
    serve: &Serve,
    Surroundings { sockets, notify: notified, started, real_clock }: Surroundings,
    clock: impl Fn() -> DateTime<Utc> + Clone + Send + 'static,
) -> ExitCode {
    // The server binds first: with port 0 the system chooses the port, and links contain it.
    let settings = match serve.settings() {
        Ok(settings) => settings,
        Err(sentence) => return cmd::usage(sentence),
    };
    let (secure, drain) = (settings.tls.is_some(), settings.limits.drain);
    let (stop, stopped) = watch::channel(false);
    let (order, orders) = mpsc::channel();
    // Signals are received before any step that may block on a lock, a disk or the log.
    let serving = match signals::watch(stop, order.clone(), notified.clone(), drain) {
        Ok(serving) => serving,
        Err(error) => return cmd::machine(&error),
    };
    let bound = Server::bind(sockets, settings).and_then(|server| {
        let address = server.address().unwrap_or(cli::LISTEN);
        let mut publisher = cmd::publisher(common, None, address)?;
        if secure {
            publisher.default_url = cmd::own_url("https", address);
        }
        Ok((publisher, server))
    });
    let (publisher, server) = match bound {
        Ok((publisher, server)) => {
            (Publisher { fall_back: !serve.strict, cache: serve.cache(), ..publisher }, server)
        }
        Err(error) => return cmd::machine(&error),
    };
    // The admin listener serves probes before the first edition, so that they can wait for it.
    let (telemetry, admin) = match watched(&serve.see, &publisher, &stopped, clock.clone()) {
        Ok(watched) => watched,
        Err(error) => return no_admin(&error),
    };
    std::thread::scope(|scope| {
        let supervisor = Supervisor {
            publisher: &publisher,
            telemetry: &telemetry,
            clock: clock.clone(),
            patience: Patience::default(),
            before: BeforeStep::default(),
        };
        let (published, first) = match supervisor.start(scope, started) {
            Ok(started) => started,
            Err(refusal) => return cmd::refuse(&refusal),
        };
        telemetry.published(&published, None, clock());
        cmd::announce(&published);
        if let Some(error) = &published.broken_state {
            cmd::error(&cmd::explain(error));
        }
        if let Some(reason) = &published.degraded {
            cmd::not_remembered(reason, "This edition is served from memory");
        }
        // This precedes the greeting, because a script that waits for the greeting may send a signal at once.
        serving.begin();
        greet(&publisher, &published, &server, admin);
        notify(notified.as_deref(), State::Ready);
        let (sites, site) = watch::channel(Arc::new(published.into_site()));
        let reloading = scope.spawn(move || supervisor.run(scope, first, &orders, &sites));
        let ended = server.run(&site, &stopped, &telemetry, real_clock);
        // A send error means that the reloader has ended.
        let _ = order.send(Order::Stop);
        telemetry.end();
        let code = match &ended {
            Ok(()) => 0,
            Err(error) => {
                cmd::machine(error);
                cmd::MACHINE
            }
        };
        if !ends_soon(&reloading) {
            tracing::warn!(
                "a reload is still in progress, or waits for a lock or a disk; it is abandoned, \
                 and the state is unchanged"
            );
            // A return would wait for the reload.
            cmd::output::flush();
            std::process::exit(code.into());
        }
        ExitCode::from(code)
    })
}

/// Returns whether a thread ends within [`MOMENT`].
fn ends_soon(thread: &ScopedJoinHandle<'_, ()>) -> bool {
    let end = Instant::now() + MOMENT;
    while !thread.is_finished() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
    thread.is_finished()
}

/// Starts telemetry. Returns it with the address of the admin listener, if there is one.
fn watched(
    see: &See,
    publisher: &Publisher,
    stopped: &watch::Receiver<bool>,
    clock: impl Fn() -> DateTime<Utc> + Clone + Send + 'static,
) -> Result<(Arc<Telemetry>, Option<SocketAddr>), Error> {
    let telemetry = Arc::new(Telemetry::new(Watch {
        counting: see.admin.is_some(),
        access_log: see.access_log,
        file: publisher.file.display().to_string(),
        tzdata: publisher.rules.version().to_owned(),
        dropped: cmd::output::dropped(),
    }));
    let Some(address) = see.admin else { return Ok((telemetry, None)) };
    if !address.ip().is_loopback() {
        tracing::warn!(
            "anyone who can reach {address} can read the metrics and errors; \
             `--admin 127.0.0.1:{}` limits that to this machine",
            address.port()
        );
    }
    let admin = Admin::bind(address)?;
    let address = admin.address();
    admin.start(Arc::clone(&telemetry), stopped.clone(), clock)?;
    Ok((telemetry, Some(address)))
}

fn no_admin(error: &Error) -> ExitCode {
    cmd::error(&format!(
        "{}\n  Choose another address for it, such as `--admin 127.0.0.1:9091`.",
        chain(error)
    ));
    ExitCode::from(cmd::MACHINE)
}

fn greet(publisher: &Publisher, published: &Published, server: &Server, admin: Option<SocketAddr>) {
    let edition = published.site.edition();
    let urls = &edition.urls;
    let count = edition.catalog.sessions.len();
    let sessions = if count == 1 { "1 session".to_owned() } else { format!("{count} sessions") };
    cmd::say(&format!(
        "{}: {sessions}, time zones by tzdata {}",
        publisher.file.display(),
        publisher.rules.version()
    ));
    for place in server.addresses() {
        cmd::say(&format!("listening on {place}"));
    }
    for place in server.redirecting() {
        cmd::say(&format!("to https   from {place}"));
    }
    if let Some(admin) = admin {
        cmd::say(&format!("admin on {admin}: /healthz, /readyz, /metrics"));
    }
    let named = publisher.url.is_some() || edition.catalog.calendar.url.is_some();
    match server.addresses().next() {
        // With neither a URL nor a port, no link can lead to this server.
        Some(Listen::Unix(socket)) if !named && server.address().is_none() => {
            let (socket, root) = (quoted(&socket.display().to_string()), urls.root());
            cmd::say(&format!("open       curl --unix-socket {socket} http://localhost{root}"));
            cmd::say(&format!(
                "no url     links lead to {}, where nothing listens; write the address of the proxy \
                 into the file, such as `url = \"https://calendar.example.org\"`",
                urls.base().as_str()
            ));
        }
        _ => {
            let leads_nowhere = leads_nowhere(urls.base(), &publisher.default_url, server);
            let address = |path: &str| match leads_nowhere {
                true => format!("{}{path}", publisher.default_url.as_str()),
                false => urls.absolute(path),
            };
            cmd::say(&format!("open       {}", address(&urls.root())));
            for feed in edition.catalog.feeds() {
                cmd::say(&format!(
                    "subscribe  {}",
                    address(&urls.feed(feed.id, FeedRoute::Calendar))
                ));
            }
            if leads_nowhere {
                cmd::say(&format!(
                    "wrong url  links lead to {}, where nothing listens; write the address that readers use \
                     into the file, such as `url = \"https://calendar.example.org\"`",
                    urls.base().as_str()
                ));
            }
        }
    }
    let count_of = |severity| published.findings.iter().filter(|f| f.severity == severity).count();
    tracing::info!(
        sessions = count,
        warnings = count_of(Severity::Warning),
        errors = published.last_good.then(|| count_of(Severity::Error)),
        tzdata = publisher.rules.version(),
        listen = %server.addresses().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        admin = admin.map(tracing::field::display),
        version = env!("CARGO_PKG_VERSION"),
        "started"
    );
}

/// Returns whether the public URL is a local address that the server does not listen on, for example because the file
/// still has the template's `url` and `--listen` has another port.
fn leads_nowhere(base: &BaseUrl, own: &BaseUrl, server: &Server) -> bool {
    let is_here =
        |place: &Listen| matches!(place, Listen::Tcp(address) if base.port() == address.port());
    let [wanted, spoken] = [base, own].map(|url| url.as_str().starts_with("https:"));
    base.is_loopback() && !(wanted == spoken && server.addresses().any(is_here))
}

/// Quotes a word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-".contains(letter);
    if word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
