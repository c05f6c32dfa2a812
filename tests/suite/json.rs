//! Feeds as JSON, compared with docs/json.md.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::nasty;
use crate::support::{BEFORE, EXAMPLE, Fixture, body, list, quoted, session};

const DESCRIPTION: &str = include_str!("../../docs/json.md");

/// Returns the code block of the page in a language.
fn block(language: &str) -> &'static str {
    let (_, rest) = DESCRIPTION.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

/// Collects every key by its path, such as `sessions[].start.utc`.
fn keys(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                keys(value, &path, found);
                found.insert(path);
            }
        }
        Value::Array(list) => {
            for value in list {
                keys(value, &format!("{at}[]"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_example_of_the_docs_is_the_output_of_the_program() {
    let published = Fixture::new(block("toml")).publish("2027-01-15T12:00:00Z");
    assert_eq!(body(&published, "/feeds/talks.json"), block("json"));
}

#[test]
fn every_key_is_described_and_no_other() {
    let mut written = BTreeSet::new();
    keys(&serde_json::from_str(block("json")).unwrap(), "", &mut written);
    let (_, feeds) = DESCRIPTION.split_once("\n## Feeds\n").unwrap();
    let (feeds, _) = feeds.split_once("\n## ").unwrap();
    let described: BTreeSet<String> = feeds
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(key, _)| key.to_owned())
        .collect();
    let leaves: BTreeSet<String> = written
        .iter()
        .filter(|key| {
            !written.iter().any(|other| {
                other.starts_with(&format!("{key}.")) || other.starts_with(&format!("{key}[]"))
            })
        })
        .cloned()
        .collect();
    assert_eq!(described, leaves);
}

#[test]
fn every_text_comes_back() {
    let texts = nasty::texts();
    let mut sessions = String::new();
    for (at, text) in texts.iter().enumerate() {
        sessions.push_str(&format!(
            "\n[[sessions]]\nid = \"s{at}\"\ntitle = {}\nstart = 2027-04-27T10:{at:02}:00\n",
            quoted(text)
        ));
    }
    let published = Fixture::new(&list(&sessions)).publish(BEFORE);
    let value: Value = serde_json::from_str(&body(&published, "/feeds/test.json")).unwrap();
    let titles: Vec<&str> = value["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, texts);
}

#[test]
fn a_change_raises_the_sequence_and_the_old_ones_leave_with_the_feed() {
    let toml = |title: &str| {
        list(&(session("a", "2027-04-27T10:00:00", "") + &session("b", "2027-05-27T10:00:00", "")))
            .replace("Session b", title)
            .replace("duration =", "keep_past = \"1d\"\nduration =")
    };
    let fixture = Fixture::new(&toml("One"));
    let read = |at: &str| -> Value {
        serde_json::from_str(&body(&fixture.publish(at), "/feeds/test.json")).unwrap()
    };
    assert_eq!(read("2027-01-01T00:00:00Z")["sessions"][1]["sequence"], 0);
    fixture.write(&toml("Two"));
    let after = read("2027-01-02T00:00:00Z");
    assert_eq!(after["sessions"][1]["sequence"], 1);
    assert_eq!(after["sessions"][1]["last_modified"], "2027-01-02T00:00:00Z");
    assert_eq!(after["sessions"].as_array().unwrap().len(), 2);
    let left = read("2027-04-29T00:00:00Z");
    assert_eq!(left["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(left["sessions"][0]["id"], "b");
}

#[test]
fn it_is_served_to_scripts_of_other_sites() {
    let fixture = Fixture::new(EXAMPLE);
    let running = fixture.serve(&["--at", BEFORE]);
    let answer = running.get("/feeds/2024-series.json", &[]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let atom = running.get("/feeds/2024-series.atom", &[]);
    assert_eq!(atom.header("content-type"), Some("application/atom+xml; charset=utf-8"));
}
