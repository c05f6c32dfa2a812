//! Listeners: several addresses, Unix sockets, and passed sockets.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::FEED;
use super::tls::{FLAGS, client, connect, renew};
use crate::support::{Answer, BEFORE, EXAMPLE, Fixture, Running, list, session};

/// Returns the status of the feed over a Unix socket.
fn over(path: &Path) -> u16 {
    let mut stream = UnixStream::connect(path).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    write!(stream, "GET {FEED} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    Answer::parse(&answer).status
}

/// Returns a command that serves on a free port and on a Unix socket in the folder of the file.
fn with_socket(fixture: &Fixture) -> Command {
    fixture.command(&["--at", BEFORE, "--listen", "127.0.0.1:0", "--listen", "unix:s"])
}

/// Returns the first lines of output of a program that listens only on a Unix socket.
fn greeting(fixture: &Fixture, more: &[&str], lines: usize) -> String {
    let arguments = [&["--at", BEFORE, "--listen", "unix:a b"], more].concat();
    let mut command = fixture.command(&arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let said = BufReader::new(child.stdout.take().unwrap()).lines();
    let said: Vec<String> = said.take(lines).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    said[1..].join("\n")
}

#[test]
fn the_greeting_shows_a_command_for_a_socket_without_links() {
    let named = list(&session("a", "2027-04-30T14:00:00", ""));
    let unnamed = named.replace("url = \"https://cal.example\"\n", "");
    let said = greeting(&Fixture::new(&unnamed), &[], 4);
    let wanted = "listening on unix:a b\n\
        open       curl --unix-socket 'a b' http://localhost/\n\
        no url     links lead to http://127.0.0.1:8080, where nothing listens;";
    assert!(said.starts_with(wanted), "{said}");
    let wanted = |url: &str| {
        format!("listening on unix:a b\nopen       {url}/\nsubscribe  {url}/feeds/test.ics")
    };
    assert_eq!(greeting(&Fixture::new(&named), &[], 4), wanted("https://cal.example"));
    let url = ["--url", "http://127.0.0.1:8080"];
    assert_eq!(greeting(&Fixture::new(&unnamed), &url, 4), wanted(url[1]));
}

/// Returns the output of a failed start.
fn refused(fixture: &Fixture, arguments: &[&str]) -> String {
    let output = fixture.run(&[&["--at", BEFORE], arguments].concat());
    assert_eq!(output.status.code(), Some(3), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn end(running: &mut Running) {
    running.signal("TERM");
    let said = std::io::read_to_string(running.child.stderr.take().unwrap()).unwrap();
    assert_eq!(running.child.wait().unwrap().code(), Some(0), "{said}");
    assert!(!said.contains("WARN") && !said.contains("ERROR"), "{said}");
}

#[test]
fn the_server_listens_on_every_address_and_prints_it() {
    let fixture = Fixture::new(EXAMPLE);
    let mut running = fixture.serve(&["--at", BEFORE, "--listen", "[::1]:0", "--listen", "unix:s"]);
    assert!(running.address.is_ipv6(), "{}", running.address);
    let places = running.next_lines(2);
    let second = places.strip_prefix("listening on unix:s\nlistening on 127.0.0.1:").unwrap();
    assert_eq!(running.get(FEED, &[]).status, 200);
    assert_eq!(over(&fixture.dir().join("s")), 200);
    running.address = format!("127.0.0.1:{}", second.trim()).parse().unwrap();
    assert_eq!(running.get(FEED, &[]).status, 200);
    end(&mut running);
    assert!(!fixture.dir().join("s").exists(), "the socket is taken away at the end");
}

#[test]
fn the_socket_of_a_dead_process_is_replaced_and_that_of_a_live_one_is_not() {
    let fixture = Fixture::new(EXAMPLE);
    let socket = fixture.dir().join("s");
    let start = || Running::start(with_socket(&fixture));
    let mut killed = start();
    assert_eq!(over(&socket), 200);
    let said = refused(&fixture, &["--listen", "unix:s"]);
    assert!(said.contains("another program already listens on unix:s"), "{said}");
    assert_eq!(over(&socket), 200);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    assert!(socket.exists() && UnixStream::connect(&socket).is_err());
    let mut running = start();
    assert_eq!(over(&socket), 200);
    end(&mut running);
    assert!(!socket.exists());
}

#[test]
fn a_file_of_another_kind_is_never_replaced() {
    let fixture = Fixture::new(EXAMPLE);
    std::fs::write(fixture.dir().join("s"), "mine").unwrap();
    let said = refused(&fixture, &["--listen", "unix:s"]);
    assert!(said.contains("or the file is not a socket"), "{said}");
    assert_eq!(std::fs::read_to_string(fixture.dir().join("s")).unwrap(), "mine");
    let said = refused(&fixture, &["--listen", "unix:nowhere/s"]);
    assert!(said.contains("there is no folder for unix:nowhere/s"), "{said}");
}

#[test]
fn the_socket_of_a_successor_is_left() {
    let fixture = Fixture::new(EXAMPLE);
    let socket = fixture.dir().join("s");
    let mut running = Running::start(with_socket(&fixture));
    std::fs::remove_file(&socket).unwrap();
    let _successor = UnixListener::bind(&socket).unwrap();
    end(&mut running);
    assert!(socket.exists());
}

/// Returns a command that gets a listening socket as descriptor 3, as from systemd.
fn activated(fixture: &Fixture, socket: OwnedFd, more: &[&str]) -> Command {
    let script = "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.current_dir(fixture.dir()).args(["-c", script, env!("CARGO_BIN_EXE_convene")]);
    command.args(["--at", BEFORE]).args(more).stdin(Stdio::from(socket));
    command
}

#[test]
fn only_a_passed_socket_is_served() {
    let fixture = Fixture::new(EXAMPLE);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut running = Running::start(activated(&fixture, listener.into(), &[]));
    assert_eq!(running.address, address);
    assert_eq!(running.get(FEED, &[]).status, 200);
    let next = running.next_lines(1);
    assert!(next.starts_with("open "), "{next}");
    end(&mut running);
}

#[test]
fn a_unix_socket_that_is_handed_over_stays_its_owners() {
    let fixture = Fixture::new(EXAMPLE);
    let socket = fixture.dir().join("s");
    let listener = UnixListener::bind(&socket).unwrap();
    let more = ["--listen", "127.0.0.1:0"];
    let mut command = activated(&fixture, listener.into(), &more);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    assert_eq!(over(&socket), 200);
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(socket.exists());
}

#[test]
fn a_certificate_that_no_socket_would_use_is_refused() {
    let fixture = Fixture::new(EXAMPLE);
    renew(fixture.dir());
    let socket = fixture.dir().join("s");
    let listener = UnixListener::bind(&socket).unwrap();
    let output = activated(&fixture, listener.into(), &FLAGS).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("no address would serve HTTPS") && said.contains("`ListenStream=443`"),
        "{said}"
    );
    assert!(socket.exists());
}

#[test]
fn a_unix_socket_works_next_to_an_https_address() {
    let fixture = Fixture::new(EXAMPLE);
    let trusted = renew(fixture.dir());
    let mut command = with_socket(&fixture);
    command.args(FLAGS);
    let running = Running::start(command);
    assert!(connect(running.address, client(&trusted, &[])).is_ok());
    assert_eq!(over(&fixture.dir().join("s")), 200);
}

#[test]
fn the_service_manager_is_notified_of_readiness_and_stopping() {
    let fixture = Fixture::new(EXAMPLE);
    let path = fixture.dir().join("notify");
    let notified = UnixDatagram::bind(&path).unwrap();
    notified.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut command = fixture.command(&["--at", BEFORE, "--listen", "127.0.0.1:0"]);
    command.env("NOTIFY_SOCKET", &path);
    let mut running = Running::start(command);
    let hear = || {
        let mut word = [0; 64];
        let length = notified.recv(&mut word).unwrap();
        String::from_utf8(word[..length].to_vec()).unwrap()
    };
    assert_eq!(hear(), "READY=1");
    assert_eq!(running.get(FEED, &[]).status, 200);
    end(&mut running);
    assert_eq!(hear(), "STOPPING=1");
}
