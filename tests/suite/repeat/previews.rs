//! `preview` reports the dates of a rule that an edit adds, removes and keeps.

use serde_json::{Value, json};

use super::tea;
use crate::support::Fixture;

const AT: &str = "2027-04-01T08:00:00Z";

fn previewed(before: &str, after: &str) -> (String, Value) {
    let fixture = Fixture::new(before);
    fixture.publish(AT);
    fixture.write(after);
    let run = |format| {
        let output = fixture.run(&["preview", "--at", AT, "--format", format]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    (run("human"), serde_json::from_str(&run("json")).unwrap())
}

#[test]
fn dates_that_come_go_and_stay_are_listed() {
    let before = tea("2027-05-04T18:00:00", "{ every = \"week\", times = 3 }", "");
    let after = tea("2027-05-04T18:00:00", "{ every = \"2 weeks\", times = 3 }", "");
    let (text, json) = previewed(&before, &after);
    let expected = "Dates of \"Tea\" (tea):\n  1 added: 2027-06-01\n  1 removed: 2027-05-11\n  \
                    2 kept: 2027-05-04, 2027-05-18\n";
    assert!(text.contains(expected), "{text}");
    assert_eq!(
        json["repeats"],
        json!([{ "id": "tea", "title": "Tea", "come": ["tea-2027-06-01"], "go": ["tea-2027-05-11"],
            "stay": ["tea-2027-05-04", "tea-2027-05-18"], "was": [] }])
    );
    assert!(previewed(&before, &before).1.get("repeats").is_none());
}

#[test]
fn a_rule_on_another_weekday_offers_lines_that_keep_every_entry() {
    let before = tea("2027-05-04T18:00:00", "{ every = \"week\", times = 12 }", "");
    let after = tea("2027-05-05T18:00:00", "{ every = \"week\", times = 12 }", "");
    let (text, json) = previewed(&before, &after);
    let offered: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| {
            *line == "[[sessions]]" || line.starts_with("id = ") || line.starts_with("was = ")
        })
        .collect();
    assert_eq!(offered.len(), 36, "{text}");
    assert_eq!(
        json["repeats"][0]["was"][0],
        json!({ "id": "tea-2027-05-05", "was": "tea-2027-05-04" })
    );
    // With the offered lines, every date moves, and none is added or removed.
    let (text, json) = previewed(&before, &format!("{after}\n{}\n", offered.join("\n")));
    assert!(json.get("repeats").is_none(), "{text}");
    let moved = json["sessions"].as_array().unwrap();
    assert_eq!(moved.len(), 12);
    assert!(moved.iter().all(|session| session["what"] == json!(["moved", "renamed"])), "{json}");
}
