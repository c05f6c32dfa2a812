//! Live reload: the file is saved, broken, repaired and replaced, and the output changes with time.

use std::time::{Duration, Instant};

use convene::publish::Publisher;
use convene::reload::Reloader;

use crate::support::{Answer, BEFORE, Fixture, Running, body, instant, list, session};

const FEED: &str = "/feeds/test.ics";
const POLL: Duration = Duration::from_millis(50);

fn titled(title: &str) -> String {
    list(&session("talk", "2024-04-30T14:00:00", "")).replace("Session talk", title)
}

/// Sends requests until the response is as expected; a reload takes one to two seconds.
fn wait(running: &Running, path: &str, wanted: impl Fn(&Answer) -> bool) -> Answer {
    let start = Instant::now();
    loop {
        let answer = running.get(path, &[]);
        if wanted(&answer) {
            return answer;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "still {}", answer.text());
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn has(text: &str) -> impl Fn(&Answer) -> bool {
    move |answer| answer.text().contains(text)
}

#[test]
fn a_saved_file_is_live_with_the_next_sequence() {
    let fixture = Fixture::new(&titled("One"));
    let running = fixture.serve(&[]);
    let before = running.get(FEED, &[]);
    fixture.write(&titled("Two"));
    let after = wait(&running, FEED, has("SUMMARY:Two"));
    assert!(after.text().contains("SEQUENCE:1\r\n"), "{}", after.text());
    assert_ne!(before.header("etag"), after.header("etag"));
    assert!(before.header("last-modified").is_some());
    assert!(fixture.revisions_file().exists());
}

#[test]
fn a_lost_revisions_file_is_written_again_and_no_number_goes_back() {
    let fixture = Fixture::new(&titled("One"));
    let publisher = fixture.publisher();
    publisher.publish(instant(BEFORE)).unwrap();
    for (number, title) in ["Two", "Three"].into_iter().enumerate() {
        fixture.write(&titled(title));
        publisher.publish(instant("2024-01-16T12:00:00Z")).unwrap();
        if number == 0 {
            std::fs::remove_file(fixture.revisions_file()).unwrap();
        }
    }
    let after = publisher.publish(instant("2024-01-17T12:00:00Z")).unwrap();
    assert!(body(&after, FEED).contains("SEQUENCE:2\r\n"), "{}", body(&after, FEED));
    // Another process reads the revision from the file.
    let next = fixture.publish("2024-01-18T12:00:00Z");
    assert_eq!(body(&next, FEED), body(&after, FEED));
}

#[test]
fn a_start_without_the_revisions_file_after_a_publication_logs_the_consequences() {
    let fixture = Fixture::new(&titled("One"));
    let first = fixture.serve(&["--at", BEFORE]).last_words();
    std::fs::remove_file(fixture.revisions_file()).unwrap();
    let second = fixture.serve(&["--at", BEFORE]).last_words();
    let wanted = "although sessions were published before";
    assert!(!first.contains(wanted) && second.contains(wanted), "{first}\n{second}");
}

#[test]
fn a_broken_file_changes_no_output_until_it_is_repaired() {
    let fixture = Fixture::new(&titled("One"));
    let running = fixture.serve(&[]);
    let before = running.get(FEED, &[]);
    let state = std::fs::read(fixture.revisions_file()).unwrap();
    fixture.write("[calendar\nthis is no list");
    // Waits for twice the time of a reload.
    std::thread::sleep(Duration::from_secs(3));
    let after = running.get(FEED, &[]);
    assert_eq!((after.status, &after.body), (200, &before.body));
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!(std::fs::read(fixture.revisions_file()).unwrap(), state);
    fixture.write(&titled("Mended"));
    wait(&running, FEED, has("SUMMARY:Mended"));
}

#[test]
fn the_last_edition_stays_when_a_broken_file_follows_an_unwritten_state() {
    let fixture = Fixture::new(&titled("One"));
    let publisher = Publisher { fall_back: true, ..fixture.publisher() };
    publisher.publish(instant(BEFORE)).unwrap();
    // The first folder blocks all writes of the state until it is removed; the other blocks only those of the source.
    let in_the_way = fixture.dir().join(".sessions.revisions.json.new");
    std::fs::create_dir(&in_the_way).unwrap();
    std::fs::create_dir(fixture.dir().join("..sessions.last-good.toml.new")).unwrap();
    for (title, degraded) in [("Two", true), ("Three", false)] {
        fixture.write(&titled(title));
        let good = publisher.publish(instant("2024-01-16T12:00:00Z")).unwrap();
        assert_eq!(good.degraded.is_some(), degraded);
        fixture.write("[calendar\nthis is no list");
        let after = publisher.publish(instant("2024-01-17T12:00:00Z")).unwrap();
        assert!(after.last_good);
        assert_eq!(body(&after, FEED), body(&good, FEED), "{title}");
        if degraded {
            std::fs::remove_dir(&in_the_way).unwrap();
        }
    }
}

#[test]
fn a_file_is_published_after_a_system_error_without_another_save() {
    let fixture = Fixture::new(&titled("One"));
    let publisher = fixture.publisher();
    let (published, polling) = fixture.start(&publisher, BEFORE);
    let mut reloader = Reloader::new(&publisher, polling, &published);
    let state = std::fs::read(fixture.revisions_file()).unwrap();
    // A merge of two branches that both recorded leaves such a file.
    std::fs::write(fixture.revisions_file(), "<<<<<<< ours\n").unwrap();
    fixture.write(&titled("Two"));
    let now = instant("2024-01-16T12:00:00Z");
    let mut polls = (1..).map(|poll| POLL * poll);
    assert!(polls.by_ref().take(500).all(|at| reloader.poll(false, now, at).is_none()));
    std::fs::write(fixture.revisions_file(), state).unwrap();
    let site = polls.take(500).find_map(|at| reloader.poll(false, now, at));
    let site = site.expect("it is never published");
    let feed = site.get(FEED).unwrap().identity().body.to_vec();
    assert!(String::from_utf8(feed).unwrap().contains("SUMMARY:Two"));
}

#[test]
fn a_replaced_file_or_switched_link_is_noticed() {
    let fixture = Fixture::new(&titled("One"));
    let (first, second) = (fixture.dir().join("first.toml"), fixture.dir().join("second.toml"));
    std::fs::rename(fixture.file(), &first).unwrap();
    std::os::unix::fs::symlink(&first, fixture.file()).unwrap();
    let running = fixture.serve(&[]);
    wait(&running, FEED, has("SUMMARY:One"));
    std::fs::write(&second, titled("Turned")).unwrap();
    let link = fixture.dir().join("link");
    std::os::unix::fs::symlink(&second, &link).unwrap();
    std::fs::rename(&link, fixture.file()).unwrap();
    wait(&running, FEED, has("SUMMARY:Turned"));
    let replacement = fixture.dir().join("saved");
    std::fs::write(&replacement, titled("Replaced")).unwrap();
    std::fs::rename(&replacement, fixture.file()).unwrap();
    wait(&running, FEED, has("SUMMARY:Replaced"));
}

#[test]
fn a_temporarily_missing_file_removes_no_output() {
    let fixture = Fixture::new(&titled("One"));
    let running = fixture.serve(&[]);
    std::fs::remove_file(fixture.file()).unwrap();
    std::thread::sleep(Duration::from_secs(2));
    assert!(running.get(FEED, &[]).text().contains("SUMMARY:One"));
    fixture.write(&titled("Back"));
    wait(&running, FEED, has("SUMMARY:Back"));
}

#[test]
fn sighup_reads_the_file_at_once_and_unchanged_bytes_change_nothing() {
    let fixture = Fixture::new(&titled("One"));
    let running = fixture.serve(&[]);
    let before = running.get(FEED, &[]);
    running.signal("HUP");
    fixture.write(&titled("One"));
    std::thread::sleep(Duration::from_secs(2));
    let after = running.get(FEED, &[]);
    assert_eq!(
        (after.header("etag"), after.header("last-modified")),
        (before.header("etag"), before.header("last-modified"))
    );
    fixture.write(&titled("Two"));
    running.signal("HUP");
    wait(&running, FEED, has("SUMMARY:Two"));
}

#[test]
fn a_style_sheet_that_is_saved_is_live_too() {
    let fixture = Fixture::new(&format!("{}\n[page]\ncss = \"own.css\"\n", titled("One")));
    std::fs::write(fixture.dir().join("own.css"), "h1{color:red}").unwrap();
    let running = fixture.serve(&[]);
    let page = running.get("/feeds/test", &[]);
    let path = |page: &str| {
        let at = page.find("/own-").unwrap();
        page[at..at + page[at..].find('"').unwrap()].to_owned()
    };
    let old = path(page.text());
    assert_eq!(running.get(&old, &[]).text(), "h1{color:red}");
    std::fs::write(fixture.dir().join("own.css"), "h1{color:blue}").unwrap();
    let page = wait(&running, "/feeds/test", |answer| path(answer.text()) != old);
    assert_eq!(running.get(&path(page.text()), &[]).text(), "h1{color:blue}");
}

#[test]
fn a_start_on_a_broken_file_serves_the_last_good_edition_unless_strict() {
    let fixture = Fixture::new(&titled("One"));
    fixture.publish(BEFORE);
    fixture.write("broken");
    let running = fixture.serve(&[]);
    assert!(running.get(FEED, &[]).text().contains("SUMMARY:One"));
    fixture.write(&titled("Mended"));
    wait(&running, FEED, has("SUMMARY:Mended"));
    drop(running);
    fixture.write("broken");
    let output = fixture.run(&["serve", "--strict", "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--> sessions.toml:1"), "{output:?}");
}

#[test]
fn a_file_written_during_a_start_is_live_soon() {
    let fixture = Fixture::new(&titled("One"));
    fixture.publish(BEFORE);
    fixture.write(&titled("Two"));
    // The result does not depend on the time of the start.
    let file = std::fs::File::options().append(true).open(fixture.file()).unwrap();
    let written = file.metadata().unwrap().modified().unwrap();
    file.set_modified(written + Duration::from_secs(7200)).unwrap();
    let running = fixture.serve(&[]);
    assert!(running.get(FEED, &[]).text().contains("SUMMARY:One"));
    wait(&running, FEED, has("SUMMARY:Two"));
    let words = running.last_words();
    assert!(words.contains("was changed a moment ago") && !words.contains("degraded"), "{words}");
}

#[test]
fn a_start_on_a_broken_file_without_a_last_good_edition_prints_the_findings() {
    let fixture = Fixture::new("broken");
    let output = fixture.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("error["), "{output:?}");
}

#[test]
fn a_missing_asset_at_a_start_takes_no_feed_offline() {
    let with_css = format!("{}\n[page]\ncss = \"site.css\"\n", titled("One"));
    let fixture = Fixture::new(&with_css);
    std::fs::write(fixture.dir().join("site.css"), "h1{color:red}").unwrap();
    fixture.publish(BEFORE);
    std::fs::remove_file(fixture.dir().join("site.css")).unwrap();
    let running = fixture.serve(&[]);
    assert!(running.get(FEED, &[]).text().contains("SUMMARY:One"));
    assert_eq!(running.get("/sessions/talk", &[]).status, 200);
}

#[test]
fn a_start_without_the_file_serves_the_last_good_edition_until_it_is_back() {
    let fixture = Fixture::new(&titled("One"));
    fixture.publish(BEFORE);
    std::fs::remove_file(fixture.file()).unwrap();
    let running = fixture.serve(&[]);
    assert!(running.get(FEED, &[]).text().contains("SUMMARY:One"));
    fixture.write(&titled("Back"));
    wait(&running, FEED, has("SUMMARY:Back"));
    drop(running);
    std::fs::remove_file(fixture.file()).unwrap();
    let strict = fixture.run(&["serve", "--strict", "--listen", "127.0.0.1:0"]);
    assert_eq!(strict.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&strict.stderr).contains("there is no file"), "{strict:?}");
}

#[test]
fn findings_quote_the_saved_file() {
    use std::io::BufRead as _;
    let fixture = Fixture::new(&titled("One"));
    let mut running = fixture.serve(&[]);
    let wrong = format!(
        "# one line more\n\n{}",
        titled("Two").replace("title = \"Two\"", "titel = \"Two\"")
    );
    let line = wrong.lines().position(|line| line.contains("titel")).unwrap() + 1;
    fixture.write(&wrong);
    let mut log =
        std::io::BufReader::new(running.child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(log.any(|line| line.contains("degraded: ") && line.contains("is not published")));
    let place = format!("--> sessions.toml:{line}:1");
    assert!(log.any(|line| line.contains(&place)));
    assert!(log.take(2).any(|line| line.contains("titel = \"Two\"")));
}

#[test]
fn time_dependent_output_changes_at_its_instant_without_writing() {
    let fixture = Fixture::new(&titled("One"));
    let publisher = fixture.publisher();
    let (published, polling) = fixture.start(&publisher, BEFORE);
    let state = std::fs::read(fixture.revisions_file()).unwrap();
    let mut reloader = Reloader::new(&publisher, polling, &published);
    // The session ends at 15:00 in New York.
    assert!(reloader.poll(false, instant("2024-04-30T18:59:59Z"), POLL).is_none());
    let site = reloader.poll(false, instant("2024-04-30T19:00:00Z"), POLL * 2);
    let site = site.expect("it has not ended");
    let page = String::from_utf8(site.get("/").unwrap().identity().body.to_vec()).unwrap();
    assert!(page.contains("No sessions are scheduled right now."), "{page}");
    assert!(reloader.poll(false, instant("2024-04-30T19:00:01Z"), POLL * 3).is_none());
    assert_eq!(std::fs::read(fixture.revisions_file()).unwrap(), state);
}

#[test]
fn a_state_that_cannot_be_written_keeps_counting_and_is_written_later() {
    let fixture = Fixture::new(&titled("One"));
    fixture.publish(BEFORE);
    // A folder at the path of the temporary file stops every account from writing there, even root.
    let obstacle = fixture.dir().join(".sessions.revisions.json.new");
    std::fs::create_dir(&obstacle).unwrap();
    let publisher: Publisher = fixture.publisher();
    let at = |second: u32| instant(&format!("2024-02-01T12:00:{second:02}Z"));
    let sequence = |fixture: &Fixture, second| {
        let published = publisher.publish(at(second)).unwrap();
        assert_eq!(
            published.degraded.is_some(),
            fixture.dir().join(".sessions.revisions.json.new").exists()
        );
        published.site.edition().revisions().sessions["talk"].sequence
    };
    fixture.write(&titled("Two"));
    assert_eq!(sequence(&fixture, 1), 1);
    fixture.write(&titled("Three"));
    assert_eq!(sequence(&fixture, 2), 2);
    std::fs::remove_dir(&obstacle).unwrap();
    assert_eq!(sequence(&fixture, 3), 2);
    assert_eq!(fixture.publisher().store.read().unwrap().sessions["talk"].sequence, 2);
}
