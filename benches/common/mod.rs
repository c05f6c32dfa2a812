//! The shared parts of the benches: files of any number of sessions, and figures of a process.

#![allow(dead_code, reason = "each bench uses its part")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The instant of publication, so that every run does the same work.
pub(crate) const AT: &str = "2026-11-01T12:00:00Z";
/// The number of series in a file.
const SERIES: usize = 10;
/// Zones with different changes: in spring and autumn, on other days, never, and by half an hour.
const ZONES: [&str; 8] = [
    "America/Los_Angeles",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Nairobi",
    "Asia/Tokyo",
    "Europe/Dublin",
];
const TOPICS: [&str; 7] = ["housing", "climate", "care", "schools", "votes", "food", "water"];
const WORDS: [&str; 40] = [
    "solidarity",
    "across",
    "difference",
    "movement",
    "neighbours",
    "organise",
    "together",
    "bridge",
    "practice",
    "listening",
    "campaign",
    "history",
    "community",
    "learn",
    "because",
    "everyone",
    "between",
    "elections",
    "silence",
    "power",
    "question",
    "answer",
    "local",
    "strategy",
    "shared",
    "story",
    "tools",
    "attack",
    "defend",
    "freedom",
    "care",
    "work",
    "union",
    "school",
    "street",
    "budget",
    "press",
    "court",
    "garden",
    "kitchen",
];

/// Returns a file of `sessions` sessions in ten series, with realistic texts.
///
/// Every second session has its own zone. The sessions are spread over all months of four years or more, so both summer
/// and winter time occur.
pub(crate) fn list(sessions: usize) -> String {
    let mut toml = head();
    for n in 0..SERIES {
        let _ = write!(
            toml,
            "\n[[series]]\nid = \"series-{n}\"\ntitle = \"Series {n}: {}\"\ndescription = \"{}\"\n",
            words(n, 3),
            words(n + 3, 12)
        );
    }
    for n in 0..sessions {
        write_session(&mut toml, n, &format!("series-{}", n % SERIES));
    }
    toml
}

/// Returns the same sessions in a single series, with `selections` selections that each hold every session.
pub(crate) fn list_with_selections(sessions: usize, selections: usize) -> String {
    let mut toml = head();
    toml.push_str("\n[[series]]\nid = \"one\"\ntitle = \"One\"\n");
    for n in 0..selections {
        let _ = write!(
            toml,
            "\n[[feeds]]\nid = \"feed-{n}\"\ntitle = \"Feed {n}\"\nseries = \"one\"\n"
        );
    }
    for n in 0..sessions {
        write_session(&mut toml, n, "one");
    }
    toml
}

fn head() -> String {
    "[calendar]\nid = \"all\"\ntitle = \"Everything\"\nurl = \"https://calendar.example\"\n\
     timezone = \"America/New_York\"\nalso_in = [\"America/Los_Angeles\"]\nduration = \"45m\"\n\
     organizer = { name = \"The organisers\", email = \"office@calendar.example\" }\n"
        .to_owned()
}

fn write_session(toml: &mut String, n: usize, series: &str) {
    let (year, month, day) = (2025 + n % 4 + n / 16_128 * 4, n / 4 % 12 + 1, n / 48 % 28 + 1);
    let (hour, minute) = (8 + n / 1_344 % 12, n % 2 * 30);
    let _ = write!(
        toml,
        "\n[[sessions]]\nid = \"session-{n}\"\nseries = \"{series}\"\ntitle = \"{}\"\n\
         start = {year}-{month:02}-{day:02}T{hour:02}:{minute:02}:00\n",
        title(n)
    );
    if n % 2 == 1 {
        let _ = writeln!(toml, "timezone = \"{}\"", ZONES[n / 2 % ZONES.len()]);
    }
    let _ = write!(
        toml,
        "register = \"https://calendar.example/register/{n}\"\n\
         tags = [\"{}\", \"{}\"]\ndescription = \"\"\"\n{}, *{}*; {}.\n\n\
         More at [the {}](https://calendar.example/about/{n}). {}?\"\"\"\n",
        TOPICS[n % TOPICS.len()],
        TOPICS[(n / 7 + 3) % TOPICS.len()],
        words(n, 9),
        words(n + 11, 2),
        words(n + 5, 12),
        words(n + 2, 1),
        words(n + 17, 8),
    );
}

fn title(n: usize) -> String {
    let mut text = words(n + 29, 4);
    text[..1].make_ascii_uppercase();
    format!("{text}, part {n}")
}

/// Returns different words for each session.
fn words(seed: usize, count: usize) -> String {
    let mut state = seed as u64 + 1;
    let picked: Vec<&str> = (0..count)
        .map(|_| {
            // This is one step of Knuth's generator, which gives the same words everywhere without a dependency.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
            WORDS[(state >> 33) as usize % WORDS.len()]
        })
        .collect();
    picked.join(" ")
}

/// Pins this process to one core.
pub(crate) fn pin(core: &str) {
    let own = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-pc", core, &own]).output();
    assert!(pinned.is_ok_and(|output| output.status.success()), "taskset (util-linux) is needed");
}

/// Returns the processor time of a process, user and system. The time includes only the current threads.
pub(crate) fn cpu(pid: u32) -> Duration {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("the process runs");
    let spent = tasks.flatten().map(|task| {
        let line = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        line.split(' ').next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0)
    });
    Duration::from_nanos(spent.sum())
}

/// Returns the median.
pub(crate) fn middle(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Returns the value of a line of `/proc/PID/status` in KiB.
pub(crate) fn memory(pid: u32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let found = status.lines().find_map(|own| own.strip_prefix(line)?.strip_prefix(':'));
    let number = found.and_then(|value| value.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// A server with its child processes, which stop when it is dropped.
pub(crate) struct Served {
    child: Child,
    pub(crate) address: String,
}

impl Served {
    /// Starts a command, waits until it accepts connections, and returns the time until the first byte of a response.
    pub(crate) fn start(mut command: Command, address: &str, path: &str) -> (Self, Duration) {
        let before = std::time::Instant::now();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} did not start: {error}"));
        let served = Self { child, address: address.to_owned() };
        let request = format!("GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n");
        for _ in 0..1_000_000 {
            if first_byte(address, &request).is_some() {
                return (served, before.elapsed());
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        panic!("{command:?} does not answer on {address}");
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops the server and waits for it.
    pub(crate) fn stop(mut self) {
        self.terminate();
    }

    fn terminate(&mut self) {
        // A signal lets nginx stop its workers, and lets callgrind print its sum.
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.child.wait();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.terminate();
        }
    }
}

fn first_byte(address: &str, request: &str) -> Option<u8> {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut byte = [0];
    stream.read_exact(&mut byte).ok()?;
    Some(byte[0])
}

/// Returns the response for a path as text; the text is empty if there is no response.
pub(crate) fn get(address: &str, path: &str) -> String {
    use std::io::{Read as _, Write as _};
    let mut text = String::new();
    if let Ok(mut stream) = std::net::TcpStream::connect(address) {
        let request = format!("GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n");
        let _ =
            stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_string(&mut text));
    }
    text
}

/// Returns a free local address.
pub(crate) fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there are free ports");
    listener.local_addr().expect("it was bound").to_string()
}

/// Returns the command that serves a file with an up-to-date state.
pub(crate) fn serve(file: &Path, address: &str) -> Command {
    let mut command = convene(&["--at", AT, "serve", "--listen", address]);
    command.arg("--config").arg(file);
    command
}

pub(crate) fn convene(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_convene"));
    command.args(arguments);
    command
}

/// Creates a temporary folder with a file. Returns the folder and the path of the file.
pub(crate) fn folder(toml: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("there is a folder for temporary files");
    let file = dir.path().join("sessions.toml");
    std::fs::write(&file, toml).expect("it can be written");
    (dir, file)
}

/// Returns whether `cargo bench` runs this target. `cargo test --all-targets` also runs every target, but must not
/// bench.
pub(crate) fn asked() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// Returns whether a flag follows `--` on the command line.
pub(crate) fn flag(name: &str) -> bool {
    std::env::args().any(|argument| argument == name)
}

/// Returns the value of a flag on the command line.
pub(crate) fn value_of(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}
