//! `convene export` writes the served bytes as files.

use std::time::{Duration, SystemTime};

use super::{
    FINE, MACHINE, WRONG_FILE, at_before, broken, files, moved, names, stderr, stdout, two,
};
use crate::support::{BEFORE, EXAMPLE, Fixture, instant};

#[test]
fn every_exported_file_equals_the_response_at_that_instant() {
    for toml in
        [EXAMPLE.to_owned(), EXAMPLE.replace("http://127.0.0.1:8080", "https://org.example/r")]
    {
        let base = if toml == EXAMPLE { "" } else { "/r" };
        let fixture = Fixture::new(&toml);
        assert_eq!(at_before(&fixture, &["export", "--out", "out"]).status.code(), FINE);
        let exported = files(&fixture.dir().join("out"));
        let running = fixture.serve(&["--at", BEFORE]);
        let mut compared = Vec::new();
        for (name, bytes) in &exported {
            let path = match name.strip_suffix("index.html") {
                Some("") if base.is_empty() => "/".to_owned(),
                Some(folder) => format!("{base}/{}", folder.trim_end_matches('/')),
                None if name == ".convene-export" => continue,
                // Hosts send this file for missing paths; it has no address of its own.
                None if name == "404.html" => {
                    let answer = running.get(&format!("{base}/nothing"), &[]);
                    assert_eq!((answer.status, &answer.body), (404, bytes));
                    continue;
                }
                None if name == "robots.txt" => "/robots.txt".to_owned(),
                None => format!("{base}/{name}"),
            };
            let path = path.strip_suffix("/").filter(|path| !path.is_empty()).unwrap_or(&path);
            let answer = running.get(path, &[]);
            // The export writes a redirect as a file, too.
            assert!([200, 302].contains(&answer.status), "{name} at {path}: {}", answer.status);
            assert!(answer.body == *bytes, "{name} differs from {path}");
            compared.push(path.to_owned());
        }
        for path in ["", "/feeds/2024-series", "/feeds/2024-series.ics", "/sessions/era-of-silos"] {
            let path = if toml == EXAMPLE && path.is_empty() { "/" } else { path };
            assert!(compared.contains(&format!("{base}{path}")), "{path}: {compared:?}");
        }
        assert!(compared.len() >= 12, "{compared:?}");
    }
}

#[test]
fn a_second_export_changes_nothing() {
    let fixture = Fixture::new(&two());
    let first = at_before(&fixture, &["export", "--out", "out"]);
    // The count includes all files except the manifest.
    let count = names(&fixture.dir().join("out")).len() - 1;
    assert_eq!(stdout(&first), format!("out: {count} written, 0 unchanged, 0 removed\n"));
    let before = files(fixture.dir());
    for at in [BEFORE, "2024-06-01T00:00:00Z"] {
        let again = fixture.run(&["export", "--out", "out", "--at", at]);
        assert_eq!(again.status.code(), FINE);
        assert_eq!(stdout(&again), format!("out: 0 written, {count} unchanged, 0 removed\n"));
        assert_eq!(files(fixture.dir()), before);
    }
}

#[cfg(unix)]
#[test]
fn a_second_export_touches_no_file() {
    use std::os::unix::fs::MetadataExt as _;
    let fixture = Fixture::new(&two());
    let look = || {
        at_before(&fixture, &["export", "--out", "out", "--prune"]);
        let out = fixture.dir().join("out");
        names(&out)
            .into_iter()
            .map(|name| {
                let file = std::fs::metadata(out.join(&name)).unwrap();
                // `ctime` is the time of the last change of the file, including changes of its name and its times.
                (name, file.ino(), file.mtime_nsec(), file.ctime(), file.ctime_nsec())
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(look(), look());
}

#[test]
fn a_change_writes_only_what_it_changes() {
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    let out = fixture.dir().join("out");
    let before = files(&out);
    fixture.write(&moved());
    assert_eq!(at_before(&fixture, &["export", "--out", "out"]).status.code(), FINE);
    let after = files(&out);
    let changed: Vec<&str> = before
        .iter()
        .filter(|(name, bytes)| after[*name] != **bytes)
        .map(|(name, _)| name.as_str())
        .collect();
    let ours = ["sessions/first.ics", "sessions/first/index.html", "robots.txt"];
    for file in ["feeds/test.ics", "feeds/test/index.html", "index.html", "sessions/second.ics"] {
        assert!(changed.contains(&file), "{file} did not change: {changed:?}");
    }
    for file in ours {
        assert!(before.contains_key(file), "{file}");
        assert!(!changed.contains(&file), "{file} changed: {changed:?}");
    }
}

#[test]
fn a_calendars_file_has_the_time_of_its_last_modified() {
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    let file = fixture.dir().join("out/feeds/test.ics");
    let modified = || std::fs::metadata(&file).unwrap().modified().unwrap();
    assert_eq!(modified(), SystemTime::from(instant(BEFORE)));
    // A checkout or a copy may change the time of a file. The bytes are current, so the export corrects only the time.
    let other = SystemTime::from(instant(BEFORE)) + Duration::from_secs(1000);
    std::fs::File::options().append(true).open(&file).unwrap().set_modified(other).unwrap();
    at_before(&fixture, &["export", "--out", "out"]);
    assert_eq!(modified(), SystemTime::from(instant(BEFORE)));
}

#[test]
fn an_export_that_is_cut_off_has_every_asset_and_every_session_that_a_feed_names() {
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["export", "--out", "whole"]);
    let whole = names(&fixture.dir().join("whole"));
    let out = fixture.dir().join("out");
    // A folder that is not empty prevents the export from writing a file at its path.
    std::fs::create_dir_all(out.join("feeds/test/index.html/folder")).unwrap();
    assert_eq!(at_before(&fixture, &["export", "--out", "out"]).status.code(), MACHINE);
    let written = names(&out);
    let first = |name: &&String| {
        name.starts_with("sessions/")
            || [".css", ".js", ".svg"].iter().any(|end| name.ends_with(end))
    };
    let expected: Vec<&String> = whole.iter().filter(first).collect();
    assert!(expected.len() > 8, "{expected:?}");
    for name in expected {
        assert!(written.contains(name), "{name} is missing: {written:?}");
    }
    assert!(!written.contains(&"index.html".to_owned()), "{written:?}");
}

#[test]
fn an_interrupted_export_removes_nothing_and_a_later_one_knows_its_files() {
    let fixture = Fixture::new(&two());
    let out = fixture.dir().join("out");
    at_before(&fixture, &["export", "--out", "out"]);
    fixture.write(&two().replace("\"second\"", "\"other\""));
    std::fs::remove_file(out.join("index.html")).unwrap();
    std::fs::create_dir_all(out.join("index.html/folder")).unwrap();
    let cut = at_before(&fixture, &["export", "--out", "out", "--prune"]);
    assert_eq!(cut.status.code(), MACHINE);
    let there = names(&out);
    for name in ["sessions/second.ics", "sessions/other.ics"] {
        assert!(there.contains(&name.to_owned()), "{name}: {there:?}");
    }
    std::fs::remove_dir_all(out.join("index.html")).unwrap();
    fixture.write(&soon_gone());
    at_before(&fixture, &["record"]);
    let output = fixture.run(&["export", "--out", "out", "--prune", "--at", LONG_AFTER]);
    assert_eq!(output.status.code(), FINE, "{}", stderr(&output));
    let there = names(&out);
    for name in ["sessions/second.ics", "sessions/other.ics"] {
        assert!(!there.contains(&name.to_owned()), "{name}: {there:?}");
    }
}

#[test]
fn an_open_file_keeps_its_old_contents() {
    use std::io::Read as _;
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    let file = fixture.dir().join("out/feeds/test.ics");
    let before = std::fs::read(&file).unwrap();
    let mut open = std::fs::File::open(&file).unwrap();
    fixture.write(&moved());
    at_before(&fixture, &["export", "--out", "out"]);
    let mut read = Vec::new();
    open.read_to_end(&mut read).unwrap();
    assert_eq!(read, before);
    assert_ne!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn without_prune_the_files_of_a_removed_session_stay() {
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    let before = names(&fixture.dir().join("out"));
    fixture.write(first_only().as_str());
    let output = at_before(&fixture, &["export", "--out", "out"]);
    assert!(stdout(&output).contains("0 removed"), "{}", stdout(&output));
    let after = names(&fixture.dir().join("out"));
    assert!(before.iter().all(|name| after.contains(name)), "{after:?}");
}

/// An instant after the addresses of the first removals have ended.
const LONG_AFTER: &str = "2024-01-20T12:00:00Z";

/// Returns the file with only the first session; the addresses of the second one end soon.
fn soon_gone() -> String {
    first_only().replacen("duration = \"1h\"", "duration = \"1h\"\nkeep_gone = \"2d\"", 1)
}

#[test]
fn prune_removes_only_files_of_earlier_exports() {
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    let out = fixture.dir().join("out");
    let mine = ["CNAME", "sessions/second/photo.jpg", "sessions/third.ics", "notes/index.html"];
    for name in mine {
        std::fs::create_dir_all(out.join(name).parent().unwrap()).unwrap();
        std::fs::write(out.join(name), "mine").unwrap();
    }
    let before = names(&out);
    fixture.write(&soon_gone());
    // An intermediate export without --prune must keep the record of written files.
    at_before(&fixture, &["export", "--out", "out"]);
    let output = fixture.run(&["export", "--out", "out", "--prune", "--at", LONG_AFTER]);
    assert_eq!(output.status.code(), FINE);
    let after = names(&out);
    let (gone, kept): (Vec<&String>, Vec<&String>) =
        before.iter().partition(|name| !after.contains(name));
    // The intermediate export wrote the redirects of removed sessions.
    let removed = format!(", {} removed\n", gone.len() + 2);
    assert!(stdout(&output).ends_with(&removed), "{removed}: {}", stdout(&output));
    for name in ["sessions/second.ics", "sessions/second/index.html"] {
        assert!(gone.iter().any(|gone| *gone == name), "{name}: {gone:?}");
    }
    assert!(gone.iter().all(|name| name.starts_with("sessions/second")), "{gone:?}");
    let left: Vec<&&String> =
        kept.iter().filter(|name| name.starts_with("sessions/second")).collect();
    assert_eq!(left, [&"sessions/second/photo.jpg"]);
    for name in mine {
        assert_eq!(std::fs::read(out.join(name)).unwrap(), b"mine", "{name}");
    }
}

#[test]
fn a_broken_line_of_the_manifest_and_other_line_ends_hide_nothing() {
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    let manifest = fixture.dir().join("out/.convene-export");
    let whole = std::fs::read(&manifest).unwrap();
    let whole = String::from_utf8(whole).unwrap().replace('\n', "\r\n");
    std::fs::write(&manifest, [b"\xff\xfe\n", whole.as_bytes()].concat()).unwrap();
    fixture.write(&soon_gone());
    at_before(&fixture, &["record"]);
    let output = fixture.run(&["export", "--out", "out", "--prune", "--at", LONG_AFTER]);
    assert_eq!(output.status.code(), FINE, "{}", stderr(&output));
    assert!(!fixture.dir().join("out/sessions/second.ics").exists());
    assert!(std::fs::read_to_string(&manifest).is_ok());
}

#[test]
fn prune_leaves_no_empty_folder_of_its_own() {
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    fixture.write(&soon_gone());
    at_before(&fixture, &["export", "--out", "out", "--prune"]);
    assert!(fixture.dir().join("out/sessions/second/index.html").exists());
    fixture.run(&["export", "--out", "out", "--prune", "--at", LONG_AFTER]);
    assert!(!fixture.dir().join("out/sessions/second").exists());
    assert!(fixture.dir().join("out/sessions/first/index.html").exists());
}

#[test]
fn prune_follows_no_name_out_of_its_folder() {
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    let outside = fixture.dir().join("precious.txt");
    std::fs::write(&outside, "mine").unwrap();
    let manifest = fixture.dir().join("out/.convene-export");
    let mut text = std::fs::read_to_string(&manifest).unwrap();
    text.push_str(&format!("../precious.txt\n{}\nfeeds/../../precious.txt\n", outside.display()));
    std::fs::write(&manifest, text).unwrap();
    assert_eq!(at_before(&fixture, &["export", "--out", "out", "--prune"]).status.code(), FINE);
    assert_eq!(std::fs::read(&outside).unwrap(), b"mine");
}

#[cfg(unix)]
#[test]
fn prune_follows_no_link_out_of_its_folder() {
    use std::os::unix::fs::symlink;
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    let out = fixture.dir().join("out");
    // A session's folder and invite were moved away and replaced with links.
    for name in ["sessions/second", "sessions/second.ics"] {
        let elsewhere = fixture.dir().join(name.replace('/', "-"));
        std::fs::rename(out.join(name), &elsewhere).unwrap();
        symlink(&elsewhere, out.join(name)).unwrap();
    }
    let before = files(&fixture.dir().join("sessions-second"));
    fixture.write(&soon_gone());
    at_before(&fixture, &["record"]);
    let output = fixture.run(&["export", "--out", "out", "--prune", "--at", LONG_AFTER]);
    assert_eq!(output.status.code(), FINE, "{}", stderr(&output));
    assert!(stdout(&output).ends_with(", 0 removed\n"), "{}", stdout(&output));
    assert_eq!(files(&fixture.dir().join("sessions-second")), before);
    assert!(fixture.dir().join("sessions-second.ics").exists());
    assert!(out.join("sessions/second.ics").is_symlink());
}

#[cfg(unix)]
#[test]
fn a_link_is_replaced_by_a_file_and_its_target_stays() {
    let fixture = Fixture::new(&two());
    let outside = fixture.dir().join("precious.txt");
    std::fs::write(&outside, "mine").unwrap();
    let feed = fixture.dir().join("out/feeds/test.ics");
    std::fs::create_dir_all(feed.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&outside, &feed).unwrap();
    assert_eq!(at_before(&fixture, &["export", "--out", "out"]).status.code(), FINE);
    assert_eq!(std::fs::read(&outside).unwrap(), b"mine");
    assert!(!feed.is_symlink() && std::fs::read(&feed).unwrap().starts_with(b"BEGIN:VCALENDAR"));
}

#[test]
fn a_file_with_errors_exports_nothing_and_changes_nothing() {
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    let exported = files(&fixture.dir().join("out"));
    let recorded = std::fs::read(fixture.revisions_file()).unwrap();
    fixture.write(&broken());
    let output = at_before(&fixture, &["export", "--out", "out", "--prune"]);
    assert_eq!(output.status.code(), WRONG_FILE);
    assert!(stderr(&output).contains("--> sessions.toml:"), "{}", stderr(&output));
    assert_eq!(files(&fixture.dir().join("out")), exported);
    assert_eq!(std::fs::read(fixture.revisions_file()).unwrap(), recorded);
}

#[test]
fn the_file_may_be_an_argument() {
    let fixture = Fixture::new(&broken());
    std::fs::write(fixture.dir().join("talks.toml"), two()).unwrap();
    let output = at_before(&fixture, &["export", "talks.toml", "--out", "deep/in/out"]);
    assert_eq!(output.status.code(), FINE, "{}", stderr(&output));
    assert!(fixture.dir().join("deep/in/out/feeds/test.ics").exists());
    assert!(fixture.dir().join("talks.revisions.json").exists());
}

#[test]
fn the_address_on_the_command_line_is_in_the_files() {
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["export", "--out", "out", "--url", "https://org.example/c"]);
    let feed = std::fs::read_to_string(fixture.dir().join("out/feeds/test.ics")).unwrap();
    let feed = feed.replace("\r\n ", "");
    assert!(feed.contains("https://org.example/c/feeds/test.ics"), "{feed}");
    assert!(!feed.contains("cal.example"), "{feed}");
}

#[test]
fn files_are_right_and_exit_is_3_where_state_cannot_be_written() {
    let fixture = Fixture::new(&two());
    let output = at_before(&fixture, &["export", "--out", "out", "--state", "sessions.toml/x"]);
    assert_eq!(output.status.code(), MACHINE);
    let said = stderr(&output);
    assert!(said.contains("The exported files are correct"), "{said}");
    assert!(said.contains("convene record") && said.contains("--frozen"), "{said}");
    assert_eq!(at_before(&fixture, &["export", "--out", "other"]).status.code(), FINE);
    assert_eq!(files(&fixture.dir().join("out")), files(&fixture.dir().join("other")));
}

fn first_only() -> String {
    two().split("\n[[sessions]]\nid = \"second\"").next().unwrap().to_owned()
}

#[test]
#[cfg(unix)]
fn a_link_at_the_name_of_a_temporary_file_is_not_written_through() {
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    let (out, victim) = (fixture.dir().join("out"), fixture.dir().join("victim"));
    std::fs::write(&victim, "mine").unwrap();
    std::fs::remove_file(out.join("index.html")).unwrap();
    std::os::unix::fs::symlink(&victim, out.join(".index.html.new")).unwrap();
    assert_eq!(at_before(&fixture, &["export", "--out", "out"]).status.code(), FINE);
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "mine");
    assert!(!out.join("index.html").is_symlink());
}
