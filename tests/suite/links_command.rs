//! `convene links` prints the block of the newsletter page, and changes no files.

use std::process::Output;

use crate::markup::Markup;
use crate::support::{BEFORE, EXAMPLE, Fixture, body, list, session};

/// Returns the content of a format's field on a page.
fn field(page: &str, form: &str) -> String {
    let from = page.find(&format!("<textarea id=\"{form}\"")).unwrap();
    let from = from + page[from..].find('>').unwrap() + 1;
    let escaped = &page[from..from + page[from..].find("</textarea>").unwrap()];
    let plain = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    plain.replace("&amp;", "&")
}

/// Returns the content of a block: every element with its text and address.
fn read(html: &str) -> Vec<(String, String, Option<String>)> {
    let elements = Markup::html(html).unwrap().elements.into_iter();
    elements
        .map(|element| {
            let address = element.attribute("href").map(str::to_owned);
            (element.name, element.text, address)
        })
        .collect()
}

/// Runs `links` at an instant before all sessions.
fn links(fixture: &Fixture, arguments: &[&str]) -> Output {
    fixture.run(&[&["links", "--at", BEFORE], arguments].concat())
}

fn printed(fixture: &Fixture, arguments: &[&str]) -> String {
    let output = links(fixture, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(fixture: &Fixture, arguments: &[&str]) -> (Option<i32>, String) {
    let output = links(fixture, arguments);
    assert!(output.stdout.is_empty());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn the_printed_block_is_the_one_that_is_served() {
    let fixture = Fixture::new(EXAMPLE);
    let running = fixture.serve(&["serve", "--at", BEFORE]);
    for (arguments, path) in [
        (vec!["era-of-silos"], "/sessions/era-of-silos/newsletter"),
        (vec!["2024-series"], "/feeds/2024-series/newsletter"),
        // Without an id, the subject is the calendar's own feed.
        (vec![], "/feeds/state-of-solidarity/newsletter"),
    ] {
        let answer = running.get(path, &[]);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("x-robots-tag"), Some("noindex"));
        let page = answer.text();
        for form in ["html", "markdown", "text"] {
            let block = printed(&fixture, &[arguments.as_slice(), &["--format", form]].concat());
            assert_eq!(format!("{}\n", field(page, form)), block, "{path}: {form}");
        }
        let (_, shown) = page.split_once("<div class=\"block\">").unwrap();
        let (shown, copied) = (shown.split_once("</div>").unwrap().0, field(page, "html"));
        assert_eq!(read(shown), read(&copied), "{path}");
        assert_eq!(printed(&fixture, &arguments), format!("{}\n", field(page, "text")));
    }
}

#[test]
fn the_page_shows_the_block_and_labels_every_field() {
    let fixture = Fixture::new(&list(&session("a", "2027-05-01T10:00:00", "")));
    let page = body(&fixture.publish(BEFORE), "/sessions/a/newsletter");
    for form in ["html", "markdown", "text"] {
        assert_eq!(page.matches(&format!("<label for=\"{form}\">")).count(), 1);
        assert_eq!(page.matches(&format!("<textarea id=\"{form}\" readonly")).count(), 1);
    }
    assert!(!page.contains("only this machine reaches"));
    let local = Fixture::new(EXAMPLE);
    let page = body(&local.publish(BEFORE), "/sessions/era-of-silos/newsletter");
    assert!(page.contains("http://127.0.0.1:8080, which only this machine reaches"), "{page}");
}

#[test]
fn json_has_the_same_keys_for_every_session() {
    let sessions = session("a", "2027-05-01T10:00:00", "register = \"https://r.example\"")
        + &session("b", "2027-05-02T10:00:00", "")
        + &session("c", "2027-05-03T10:00:00", "status = \"cancelled\"");
    let fixture = Fixture::new(&list(&sessions));
    let text = printed(&fixture, &["--format", "json"]);
    let all: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&text).unwrap();
    let ids: Vec<&str> = all.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["a", "b"]);
    let keys = [
        "id",
        "title",
        "status",
        "when",
        "start",
        "end",
        "page",
        "register",
        "google",
        "outlook",
        "office365",
        "ics",
        "feed",
    ];
    let mut sorted = keys;
    sorted.sort_unstable();
    for one in &all {
        assert!(one.keys().eq(sorted), "{one:?}");
    }
    let at: Vec<usize> =
        keys.iter().map(|key| text.find(&format!("\"{key}\": ")).unwrap()).collect();
    assert!(at.is_sorted(), "{text}");
    assert_eq!(all[0]["register"], "https://cal.example/sessions/a/register");
    assert_eq!(all[1]["register"], serde_json::Value::Null);
    assert_eq!(all[0]["start"], "2027-05-01T14:00:00Z");
    let text = printed(&fixture, &["c", "--format", "json"]);
    let gone: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&gone[0]["status"], &gone[0]["ics"]), (&"cancelled".into(), &().into()));
}

#[test]
fn an_unknown_id_is_wrong_usage_with_the_nearest_one() {
    let fixture = Fixture::new(EXAMPLE);
    for (typed, help) in [
        ("era-of-silo", "Did you mean `era-of-silos`?"),
        ("2024-serie", "Did you mean `2024-series`?"),
        ("feed/2024-serie", "Did you mean `feed/2024-series`?"),
        ("session/2024-serie", "prints the ids"),
        ("entirely-different", "prints the ids"),
        ("", "prints the ids"),
    ] {
        let (code, text) = refused(&fixture, &[typed]);
        assert_eq!(code, Some(2), "{typed}");
        assert!(text.contains(help), "{typed}: {text}");
    }
    assert_eq!(refused(&fixture, &["era-of-silos", "--format", "yaml"]).0, Some(2));
}

#[test]
fn an_id_of_a_session_and_a_feed_asks_which_is_meant() {
    let series = "[[series]]\nid = \"a\"\ntitle = \"Series\"\n";
    let fixture = Fixture::new(&list(&format!(
        "{series}{}",
        session("a", "2027-05-01T10:00:00", "series = \"a\"")
    )));
    let (code, text) = refused(&fixture, &["a"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("`session/a` or `feed/a`"), "{text}");
    assert!(printed(&fixture, &["session/a"]).starts_with("Session a\n"));
    assert!(printed(&fixture, &["feed/a"]).starts_with("Series\n"));
}

#[test]
fn a_broken_file_prints_its_findings_and_no_block() {
    let fixture = Fixture::new(&list(&session("a", "2027-05-01T10:00:00", "statsu = \"x\"")));
    let check = fixture.run(&["check", "--at", BEFORE]);
    let (code, text) = refused(&fixture, &["a"]);
    assert_eq!(code, Some(1));
    assert_eq!(text.as_bytes(), check.stdout);
    let missing = fixture.run(&["links", "--config", "nowhere.toml"]);
    assert_eq!(missing.status.code(), Some(3));
}

#[test]
fn preview_writes_nothing_and_waits_for_no_lock() {
    let fixture = Fixture::new(EXAMPLE);
    let held = fixture.publisher().store.lock().unwrap();
    printed(&fixture, &[]);
    drop(held);
    let mut names: Vec<_> = std::fs::read_dir(fixture.dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".lock"))
        .collect();
    names.sort();
    assert_eq!(names, ["sessions.toml"]);
    // With `--frozen`, readers do not get unrecorded changes.
    assert_eq!(refused(&fixture, &["--frozen"]).0, Some(1));
}
