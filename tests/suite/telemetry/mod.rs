//! Telemetry for the operator: metrics, readiness and logs of the real program.

mod admin;
mod certificate;
mod links;
mod logs;
mod metrics;
mod readiness;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::support::{Answer, BEFORE, Fixture, Running, list, session};

const FEED: &str = "/feeds/test.ics";
const PAGE: &str = "/sessions/talk";

/// Returns a file with one upcoming session of a series, with a link to register.
fn talk() -> String {
    let more = "register = \"https://org.example/sign-up\"\nseries = \"spring\"";
    list(&session("talk", "2024-04-30T14:00:00", more))
        + "\n[[series]]\nid = \"spring\"\ntitle = \"Spring\"\n"
}

/// The program with an admin listener.
pub(crate) struct Watched {
    // This field is dropped before the folder, so that the program ends first.
    pub(crate) running: Running,
    admin: SocketAddr,
    pub(crate) fixture: Fixture,
}

impl Watched {
    pub(crate) fn new(toml: &str, arguments: &[&str]) -> Self {
        Self::on(Fixture::new(toml), arguments)
    }

    pub(crate) fn on(fixture: Fixture, arguments: &[&str]) -> Self {
        let arguments = [&["--admin", "127.0.0.1:0", "--at", BEFORE], arguments].concat();
        let mut running = fixture.serve(&arguments);
        let admin = loop {
            let line = running.next_lines(1);
            // The output lists other addresses before this one.
            if let Some(rest) = line.strip_prefix("admin on ") {
                break rest.split(": ").next().unwrap().parse().unwrap();
            }
        };
        Self { running, admin, fixture }
    }

    /// Returns the response of the admin listener at a path.
    pub(crate) fn get(&self, path: &str) -> String {
        self.ask("GET", path).text().to_owned()
    }

    fn ask(&self, method: &str, path: &str) -> Answer {
        ask(self.admin, method, path)
    }

    /// Returns the value of a row, such as `convene_sessions`, if there is one.
    pub(crate) fn value(&self, row: &str) -> Option<f64> {
        let metrics = self.ask("GET", "/metrics");
        let rows = metrics.text().lines().filter_map(|line| line.rsplit_once(' '));
        let mut values = rows.filter(|(name, _)| *name == row).map(|(_, value)| value);
        let value = values.next().map(|value| value.parse().unwrap());
        assert!(values.next().is_none(), "{row} is there twice");
        value
    }

    /// Returns the rows of a metric, without those that are still 0.
    fn rows(&self, metric: &str) -> Vec<String> {
        let metrics = self.ask("GET", "/metrics");
        let rows = metrics.text().lines().filter_map(|line| line.strip_prefix(metric));
        rows.filter(|row| row.starts_with('{') && !row.ends_with(" 0"))
            .map(ToOwned::to_owned)
            .collect()
    }

    /// Polls until a row has a value; a reload takes one to two seconds.
    pub(crate) fn wait(&self, row: &str, value: f64) {
        wait_until(|| (self.value(row) == Some(value)).then_some(()));
    }
}

fn ask(admin: SocketAddr, method: &str, path: &str) -> Answer {
    let mut stream = TcpStream::connect(admin).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    Answer::parse(&answer)
}

fn wait_until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Ends the program and returns its standard error.
fn end(running: Running) -> String {
    running.last_words()
}
