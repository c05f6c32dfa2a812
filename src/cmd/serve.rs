//! `convene serve`: reads, binds, says where it is, serves until it is told to stop.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use convene::error::Error;
use convene::publish::{Published, Publisher};
use convene::server::Server;
use tokio::sync::watch;

use crate::cli::Common;
use crate::cmd;

pub(crate) fn run(common: &Common, listen: SocketAddr, now: DateTime<Utc>) -> ExitCode {
    // The address first: with port 0 the system chooses, and the links name what it chose.
    let bound = Server::bind(listen)
        .and_then(|server| Ok((cmd::publisher(common, None, server.address())?, server)));
    let (publisher, server) = match bound {
        Ok(bound) => bound,
        Err(error) => return cmd::machine(&error),
    };
    let published = match publisher.publish(now) {
        Ok(published) => published,
        Err(refusal) => return cmd::refuse(&refusal),
    };
    cmd::announce(&publisher, &published);
    if let Some(reason) = &published.degraded {
        cmd::not_remembered(reason, "This edition is served from memory");
    }
    // Before the greeting: whoever waits for it may send a signal at once.
    let (stop, stopped) = watch::channel(false);
    if let Err(error) = stop_on_signals(stop) {
        return cmd::machine(&error);
    }
    greet(&publisher, &published, server.address());
    // Whoever reloads sends the next site here; the sender must live as long as the server.
    let (_sites, site) = watch::channel(Arc::new(published.site));
    match server.run(&site, &stopped) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cmd::machine(&error),
    }
}

fn greet(publisher: &Publisher, published: &Published, address: SocketAddr) {
    let edition = &published.edition;
    let paths = &edition.paths;
    let count = edition.catalog.sessions.len();
    let sessions = if count == 1 { "1 session".to_owned() } else { format!("{count} sessions") };
    cmd::say(&format!(
        "{}: {sessions}, time zones by tzdata {}",
        publisher.file.display(),
        publisher.rules.version()
    ));
    cmd::say(&format!("listening on {address}"));
    cmd::say(&format!("open       {}", paths.absolute(&paths.root())));
    for feed in edition.catalog.feeds() {
        cmd::say(&format!("subscribe  {}", paths.absolute(&paths.feed_calendar(feed.id))));
    }
}

/// Stops on SIGINT and SIGTERM, watched by a thread of its own.
fn stop_on_signals(stop: watch::Sender<bool>) -> Result<(), Error> {
    let refuse = |source| Error::Listen { address: "signals".to_owned(), source };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(refuse)?;
    let signals = {
        let _entered = runtime.enter();
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::interrupt()).and_then(|a| Ok((a, signal(SignalKind::terminate())?)))
    };
    let (mut interrupt, mut terminate) = signals.map_err(refuse)?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        });
        // The server is gone already if nobody listens.
        let _ = stop.send(true);
    });
    Ok(())
}
