//! Modes, links and limits on the files of the state.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use super::{day, entry, written};
use crate::support::{Fixture, list, session};

fn titled(title: &str) -> String {
    list(&session("a", "2027-04-30T14:00:00", "").replace("Session a", title))
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn copies(fixture: &Fixture) -> [PathBuf; 3] {
    let names = ["sessions.revisions.json", ".sessions.last-good.json", ".sessions.last-good.toml"];
    names.map(|name| fixture.dir().join(name))
}

fn record(fixture: &Fixture, umask: &str, step: u32) {
    let program = env!("CARGO_BIN_EXE_convene");
    let command = format!("umask {umask}; '{program}' record --at {}", day(step));
    let output =
        Command::new("sh").args(["-c", &command]).current_dir(fixture.dir()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn every_copy_has_the_mode_of_the_authors_file() {
    for umask in ["022", "077", "000"] {
        for wanted in [0o600, 0o640, 0o644, 0o660, 0o664, 0o400, 0o444] {
            let fixture = Fixture::new(&titled("One"));
            set_mode(&fixture.file(), wanted);
            record(&fixture, umask, 0);
            for copy in copies(&fixture) {
                assert_eq!(mode(&copy), wanted, "{} under {umask}", copy.display());
            }
        }
    }
}

#[test]
fn a_mode_set_by_an_operator_stays() {
    let fixture = Fixture::new(&titled("0"));
    set_mode(&fixture.file(), 0o644);
    record(&fixture, "022", 0);
    let [revisions, last_good_revisions, last_good] = copies(&fixture);
    for (step, wanted) in (1..).zip([0o600, 0o640, 0o664, 0o400]) {
        set_mode(&revisions, wanted);
        fixture.write(&titled(&step.to_string()));
        record(&fixture, "022", step);
        assert_eq!((mode(&revisions), mode(&last_good_revisions)), (wanted, wanted));
        assert_eq!(mode(&last_good), 0o644);
    }
    // When the file becomes private, its copy does, too, although the bytes are the same.
    set_mode(&fixture.file(), 0o600);
    record(&fixture, "022", 9);
    assert_eq!(mode(&last_good), 0o600);
}

#[test]
#[ignore = "needs root, to give files away"]
fn every_copy_has_the_owner_of_the_authors_file() {
    let fixture = Fixture::new(&titled("One"));
    std::os::unix::fs::chown(fixture.file(), Some(65532), Some(65533)).unwrap();
    record(&fixture, "022", 0);
    let owner = |path: &Path| {
        let file = std::fs::metadata(path).unwrap();
        (file.uid(), file.gid())
    };
    for copy in copies(&fixture) {
        assert_eq!(owner(&copy), (65532, 65533), "{}", copy.display());
    }
    std::os::unix::fs::chown(fixture.revisions_file(), Some(65534), None).unwrap();
    fixture.write(&titled("Two"));
    record(&fixture, "022", 1);
    assert_eq!(owner(&fixture.revisions_file()), (65534, 65533));
}

/// Runs `record` as an unprivileged account that owns the folder.
fn record_as_owner(fixture: &Fixture) -> std::process::Output {
    let account = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
    // The account may have no access to the build folder of the program.
    let program = fixture.dir().join("convene");
    let _ = std::fs::copy(env!("CARGO_BIN_EXE_convene"), &program);
    Command::new("setpriv")
        .current_dir(fixture.dir())
        .args(account)
        .arg(program)
        .args(["record", "--at", &day(9)])
        .output()
        .unwrap()
}

fn owned_by_an_account() -> Fixture {
    let fixture = Fixture::new(&titled("One"));
    for path in [fixture.dir().to_owned(), fixture.file()] {
        std::os::unix::fs::chown(path, Some(65534), Some(65534)).unwrap();
    }
    fixture
}

#[test]
#[ignore = "needs root and setpriv, to be another account"]
fn a_record_by_root_does_not_block_the_owner_of_the_folder() {
    for umask in ["022", "077"] {
        let fixture = owned_by_an_account();
        record(&fixture, umask, 0);
        fixture.write(&titled("Two"));
        let output = record_as_owner(&fixture);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
}

#[test]
#[ignore = "needs root and setpriv, to be another account"]
fn a_lock_of_another_account_is_used_or_there_is_a_command_that_gives_it_back() {
    for (mode_of_lock, code) in [(0o644, 0), (0o640, 3)] {
        let fixture = owned_by_an_account();
        let lock = fixture.dir().join(".sessions.lock");
        std::fs::write(&lock, "").unwrap();
        set_mode(&lock, mode_of_lock);
        let output = record_as_owner(&fixture);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        if code == 3 {
            let help =
                "`sudo chown --reference=. ./.sessions.lock` gives it to the owner of the folder";
            assert!(said.contains(help), "{said}");
            let mut chown = Command::new("chown");
            chown.current_dir(fixture.dir()).args(["--reference=.", "./.sessions.lock"]);
            assert!(chown.status().unwrap().success());
            assert_eq!(record_as_owner(&fixture).status.code(), Some(0));
        }
    }
}

#[test]
fn other_accounts_cannot_hold_the_lock() {
    for umask in ["022", "002", "000"] {
        let fixture = Fixture::new(&titled("One"));
        record(&fixture, umask, 0);
        assert_eq!(mode(&fixture.dir().join(".sessions.lock")) & 0o7, 0, "{umask}");
    }
}

#[test]
fn nothing_is_written_through_a_link_at_the_path_of_a_temporary_file_or_the_lock() {
    let names = [
        ".sessions.revisions.json.new",
        "..sessions.last-good.toml.new",
        "..sessions.last-good.json.new",
        ".sessions.lock",
    ];
    for name in names {
        for exists in [true, false] {
            let fixture = Fixture::new(&titled("One"));
            let victim = fixture.dir().join("victim");
            if exists {
                std::fs::write(&victim, "mine").unwrap();
            }
            symlink(&victim, fixture.dir().join(name)).unwrap();
            let output = fixture.run(&["record", "--at", &day(0)]);
            let is_lock = name == ".sessions.lock";
            assert_eq!(output.status.code(), Some(if is_lock { 3 } else { 0 }), "{output:?}");
            assert_eq!(std::fs::read(&victim).ok(), exists.then(|| b"mine".to_vec()), "{name}");
            assert_eq!(fixture.revisions_file().exists(), !is_lock, "{name}");
        }
    }
}

#[test]
fn no_pipe_in_the_place_of_a_file_of_the_state_is_waited_for() {
    for name in [
        "sessions.revisions.json",
        ".sessions.last-good.json",
        ".sessions.last-good.toml",
        ".sessions.lock",
        ".sessions.revisions.json.new",
    ] {
        let fixture = Fixture::new(&titled("One"));
        let pipe = fixture.dir().join(name);
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut child = fixture.command(&["record", "--at", &day(0)]).spawn().unwrap();
        let began = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if began.elapsed() > Duration::from_secs(20) {
                child.kill().unwrap();
                panic!("{name} is waited for");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let blocks = ["sessions.revisions.json", ".sessions.lock"].contains(&name);
        assert_eq!(status.code(), Some(if blocks { 3 } else { 0 }), "{name}");
    }
}

#[test]
fn a_limit_on_the_size_of_files_degrades_and_does_not_kill() {
    let fixture = Fixture::new(&titled("One"));
    let running = fixture.serve(&["--at", &day(0)]);
    let pid = Pid::from_raw(running.pid() as i32);
    let limit = |current| {
        prlimit(pid, Resource::Fsize, Rlimit { current, maximum: None }).unwrap();
    };
    limit(Some(100));
    let before = written(&fixture);
    let title = |wanted: &str| {
        let began = Instant::now();
        while !running.get("/feeds/test.ics", &[]).text().contains(wanted) {
            assert!(began.elapsed() < Duration::from_secs(20), "{wanted} is not served");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    // An earlier release copied such a large body into a file.
    let large = format!("description = \"{}\"\n", "word ".repeat(20_000));
    fixture.write(&(titled("Two") + &large));
    title("SUMMARY:Two");
    let feed = running.get("/feeds/test.ics", &[]);
    assert!(feed.body.len() > 100_000 && feed.text().ends_with("END:VCALENDAR\r\n"));
    assert_eq!(written(&fixture), before);
    assert!(!fixture.dir().join(".sessions.revisions.json.new").exists());
    limit(None);
    fixture.write(&titled("Three"));
    title("SUMMARY:Three");
    assert_eq!(entry(&fixture, "a").sequence, 2);
    let said = running.last_words();
    assert!(said.contains("degraded") && said.contains("File too large"), "{said}");
}

#[test]
fn commands_report_a_limit_on_the_size_of_files() {
    for command in ["record", "export --out out"] {
        let fixture = Fixture::new(&titled("One"));
        let program = env!("CARGO_BIN_EXE_convene");
        // The unit of this limit is 512 bytes (POSIX).
        let command = format!("ulimit -f 1; '{program}' {command} --at {}", day(0));
        let output =
            Command::new("sh").args(["-c", &command]).current_dir(fixture.dir()).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("File too large"), "{said}");
        assert!(!fixture.revisions_file().exists());
    }
}
