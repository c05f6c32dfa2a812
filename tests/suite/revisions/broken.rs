//! Unusable revisions files, while the program runs or at its start: the program serves the last good edition, names
//! the line, and overwrites nothing.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use convene::publish::Publisher;
use convene::reload::Reloader;

use super::{day, entry, revisions, written};
use crate::support::{Answer, Fixture, Running, body, instant, list, session};

const FEED: &str = "/feeds/test.ics";

fn titled(title: &str) -> String {
    list(&session("a", "2027-04-30T14:00:00", "").replace("Session a", title))
}

/// A function that makes a revisions file unusable; it gets the path and the bytes of the good file.
type Damage = fn(&Path, &[u8]);

const DAMAGES: [(&str, Damage); 9] = [
    ("line 5: its checksum", |file, good| {
        let text = String::from_utf8(good.to_vec()).unwrap();
        std::fs::write(file, text.replacen("\"sequence\":1", "\"sequence\":0", 1)).unwrap();
    }),
    ("line ", |file, good| std::fs::write(file, &good[..good.len() / 2]).unwrap()),
    ("line 1: ", |file, _| std::fs::write(file, "<<<<<<< HEAD\n").unwrap()),
    ("line 2: a newer release", |file, good| {
        let text = String::from_utf8(good.to_vec()).unwrap();
        std::fs::write(file, text.replacen("\"schema\": 3", "\"schema\": 9", 1)).unwrap();
    }),
    ("line 3: a byte that is not UTF-8", |file, _| {
        std::fs::write(file, b"{\n\"schema\": 3,\n\"calendar\": \"\xff\"").unwrap();
    }),
    ("is a ", |file, _| {
        std::fs::remove_file(file).unwrap();
        std::fs::create_dir(file).unwrap();
    }),
    ("not a regular file", |file, _| {
        std::fs::remove_file(file).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(file).status().unwrap().success());
    }),
    ("not a regular file", |file, _| {
        std::fs::remove_file(file).unwrap();
        symlink("/dev/null", file).unwrap();
    }),
    ("Too many levels of symbolic links", |file, _| {
        std::fs::remove_file(file).unwrap();
        symlink(file.file_name().unwrap(), file).unwrap();
    }),
];

fn wait(running: &Running, path: &str, wanted: impl Fn(&Answer) -> bool) -> Answer {
    let began = Instant::now();
    loop {
        let answer = running.get(path, &[]);
        assert_eq!(answer.status, 200);
        if wanted(&answer) {
            return answer;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "still {}", answer.text());
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn has(text: &str) -> impl Fn(&Answer) -> bool {
    move |answer| answer.text().contains(text)
}

/// Restores the good file, in place of any other file.
fn restore(fixture: &Fixture, good: &[u8]) {
    let file = fixture.revisions_file();
    let kind = file.symlink_metadata().unwrap();
    if kind.is_dir() { std::fs::remove_dir(&file) } else { std::fs::remove_file(&file) }.unwrap();
    std::fs::write(file, good).unwrap();
}

#[test]
fn a_start_serves_the_last_good_edition_and_continues_when_the_file_is_repaired() {
    for (reason, damage) in DAMAGES {
        let fixture = Fixture::new(&titled("Zero"));
        fixture.publish(&day(0));
        fixture.write(&titled("One"));
        let good = fixture.publish(&day(1));
        let whole = written(&fixture).0;
        damage(&fixture.revisions_file(), &whole);
        // The test can compare only a regular file.
        let broken = reason.starts_with("line").then(|| written(&fixture).0);
        fixture.write(&titled("Two"));
        let running = fixture.serve(&["--at", &day(2)]);
        assert_eq!(running.get(FEED, &[]).text(), body(&good, FEED), "{reason}");
        // A second start behaves the same.
        running.last_words();
        let running = fixture.serve(&["--at", &day(3)]);
        assert_eq!(running.get(FEED, &[]).text(), body(&good, FEED), "{reason}");
        if let Some(broken) = broken {
            assert_eq!(written(&fixture).0, broken);
        }
        restore(&fixture, &whole);
        let after = wait(&running, FEED, has("SUMMARY:Two"));
        assert!(after.text().contains("SEQUENCE:2\r\n"), "{reason}: {}", after.text());
        assert_eq!(entry(&fixture, "a").sequence, 2);
        let said = running.last_words();
        assert!(said.contains(reason), "{reason}: {said}");
        assert!(said.contains("the last good edition is published"), "{reason}: {said}");
    }
}

#[test]
fn a_start_with_a_broken_or_missing_file_and_broken_revisions_serves_the_last_good_edition() {
    let (_, damage) = DAMAGES[0];
    for list in [Some("[calendar\n"), None] {
        let fixture = Fixture::new(&titled("Zero"));
        fixture.publish(&day(0));
        fixture.write(&titled("One"));
        let good = fixture.publish(&day(1));
        damage(&fixture.revisions_file(), &written(&fixture).0);
        match list {
            Some(list) => fixture.write(list),
            None => std::fs::remove_file(fixture.file()).unwrap(),
        }
        let running = fixture.serve(&["--at", &day(2)]);
        assert_eq!(running.get(FEED, &[]).text(), body(&good, FEED));
    }
}

#[test]
fn commands_that_write_and_strict_refuse_a_broken_file() {
    let (reason, damage) = DAMAGES[0];
    let fixture = Fixture::new(&titled("Zero"));
    fixture.publish(&day(0));
    fixture.write(&titled("One"));
    fixture.publish(&day(1));
    damage(&fixture.revisions_file(), &written(&fixture).0);
    let broken = written(&fixture);
    for command in [
        &["serve", "--strict", "--listen", "127.0.0.1:0"][..],
        &["serve", "--frozen", "--listen", "127.0.0.1:0"],
        &["record"],
        &["export", "--out", "out"],
        &["check"],
    ] {
        let output = fixture.run(&[command, &["--at", &day(2)]].concat());
        assert_eq!(output.status.code(), Some(3), "{command:?}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(reason) && said.contains("was not changed"), "{said}");
        assert_eq!(written(&fixture), broken);
    }
}

#[test]
fn a_file_that_breaks_under_a_running_program_is_reported_at_once_and_left_alone() {
    std::thread::scope(|scope| {
        for (reason, damage) in DAMAGES {
            scope.spawn(move || breaks_while_running(reason, damage));
        }
    });
}

fn breaks_while_running(reason: &str, damage: Damage) {
    let fixture = Fixture::new(&titled("Zero"));
    fixture.publish(&day(0));
    fixture.write(&titled("One"));
    let mut running = fixture.serve(&["--at", &day(1), "--admin", "127.0.0.1:0"]);
    let admin = running.next_lines(1);
    let admin = admin.trim().strip_prefix("admin on ").unwrap().split(':').take(2);
    let admin: std::net::SocketAddr = admin.collect::<Vec<_>>().join(":").parse().unwrap();
    let ready = || crate::support::ask(admin, "GET", "/readyz", &[]);
    let good = running.get(FEED, &[]);
    let whole = written(&fixture).0;
    damage(&fixture.revisions_file(), &whole);
    // The program notices the damage without a change of `sessions.toml`.
    let began = Instant::now();
    while !ready().text().contains(reason) {
        assert!(began.elapsed() < Duration::from_secs(20), "{reason}: {}", ready().text());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(ready().status, 200);
    fixture.write(&titled("Two"));
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(running.get(FEED, &[]).body, good.body, "{reason}");
    restore(&fixture, &whole);
    let after = wait(&running, FEED, has("SUMMARY:Two"));
    assert!(after.text().contains("SEQUENCE:2\r\n"), "{reason}: {}", after.text());
    assert_eq!(ready().text().trim(), "ready");
    let said = running.last_words();
    assert!(said.contains("degraded") && said.contains(reason), "{said}");
}

#[test]
fn an_older_copy_under_a_running_program_gets_its_numbers_back_without_an_edit() {
    let fixture = Fixture::new(&titled("0"));
    fixture.publish(&day(0));
    let older = written(&fixture).0;
    for step in 1..4 {
        fixture.write(&titled(&step.to_string()));
        fixture.publish(&day(step));
    }
    let running = fixture.serve(&["--at", &day(5)]);
    let good = running.get(FEED, &[]);
    let known = revisions(&fixture);
    std::fs::write(fixture.revisions_file(), older).unwrap();
    let began = Instant::now();
    while revisions(&fixture) != known {
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(running.get(FEED, &[]).body, good.body);
    let said = running.last_words();
    assert!(said.contains("is older than the last publication of this process"), "{said}");
}

#[test]
fn editions_follow_time_after_a_start_with_a_broken_file() {
    let talk = session("a", "2027-04-30T14:00:00", "") + &session("b", "2027-05-30T14:00:00", "");
    let fixture = Fixture::new(&list(&talk));
    fixture.publish(&day(0));
    let (_, damage) = DAMAGES[2];
    damage(&fixture.revisions_file(), &written(&fixture).0);
    let broken = written(&fixture);
    let publisher = Publisher { fall_back: true, ..fixture.publisher() };
    let (published, polling) = fixture.start(&publisher, &day(1));
    let mut reloader = Reloader::new(&publisher, polling, &published);
    let page = |site: &convene::site::Site| {
        String::from_utf8(site.get("/").unwrap().identity().body.to_vec()).unwrap()
    };
    let later = "2027-05-01T00:00:00Z";
    let mut polls = (1..500).map(|poll| Duration::from_millis(50) * poll);
    let site = polls.find_map(|at| reloader.poll(false, instant(later), at));
    let another = Fixture::new(&list(&talk)).publish(later);
    assert_ne!(page(&published.site), page(&another.site));
    assert_eq!(page(&site.expect("time does not go on")), page(&another.site));
    assert_eq!(written(&fixture), broken);
}
