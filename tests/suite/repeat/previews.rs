//! `preview` reports the dates of a rule that an edit adds, removes and keeps.

use serde_json::{Value, json};

use super::tea;
use crate::support::Fixture;

const AT: &str = "2027-04-01T08:00:00Z";

fn previewed(before: &str, after: &str) -> (String, Value) {
    previewed_at(before, after, AT)
}

/// Returns the report as of a later instant.
fn previewed_at(before: &str, after: &str, at: &str) -> (String, Value) {
    let fixture = Fixture::new(before);
    fixture.publish(AT);
    fixture.write(after);
    let run = |format| {
        let output = fixture.run(&["preview", "--at", at, "--format", format]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    (run("human"), serde_json::from_str(&run("json")).unwrap())
}

/// Returns the lines of the tables that the report offers.
fn offered(text: &str) -> Vec<&str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("  "));
    let begins = ["[[sessions]]", "id = ", "was = ", "start = ", "from = "];
    lines.filter(|line| begins.iter().any(|begin| line.starts_with(begin))).collect()
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
            "stay": ["tea-2027-05-04", "tea-2027-05-18"], "over": [], "was": [] }])
    );
    assert!(previewed(&before, &before).1.get("repeats").is_none());
}

#[test]
fn a_rule_on_another_weekday_offers_lines_that_keep_every_entry() {
    let before = tea("2027-05-04T18:00:00", "{ every = \"week\", times = 12 }", "");
    let after = tea("2027-05-05T18:00:00", "{ every = \"week\", times = 12 }", "");
    let (text, json) = previewed(&before, &after);
    let offered = offered(&text);
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

#[test]
fn a_rule_that_shifts_after_some_dates_took_place_offers_a_table_that_keeps_them() {
    let later = "2027-05-20T08:00:00Z";
    for (of_rule, first) in [
        ("2027-05-04T18:00:00", "2027-05-06T18:00:00"),
        ("2027-05-04T18:00:00", "2027-05-06T19:30:00"),
        ("2027-05-04", "2027-05-06"),
    ] {
        let more = if of_rule.len() == 10 { "duration = \"1d\"\n" } else { "" };
        let before = tea(of_rule, "{ every = \"week\", times = 6 }", more);
        let after = tea(first, "{ every = \"week\", times = 6 }", more);
        let (text, json) = previewed_at(&before, &after, later);
        let said = "3 of the removed dates are over: 2027-05-04, 2027-05-11, 2027-05-18.";
        assert!(text.contains(said), "{text}");
        let change = &json["repeats"][0];
        assert_eq!(change["over"], json!(["tea-2027-05-04", "tea-2027-05-11", "tea-2027-05-18"]));
        let pairs = change["was"].as_array().unwrap();
        assert_eq!(pairs.len(), 3, "{json}");
        assert_eq!(pairs[0], json!({ "id": "tea-2027-05-27", "was": "tea-2027-05-25" }));
        let offered = offered(&text);
        assert_eq!(offered.len(), 4, "{text}");
        // With the rule as it was and the offered table, only the dates ahead move.
        let kept = format!("{before}\n{}\n", offered.join("\n"));
        let (text, json) = previewed_at(&before, &kept, later);
        assert!(json.get("repeats").is_none(), "{text}");
        let moved = json["sessions"].as_array().unwrap();
        let moved: Vec<&str> = moved.iter().map(|own| own["id"].as_str().unwrap()).collect();
        assert_eq!(moved, ["tea-2027-05-25", "tea-2027-06-01", "tea-2027-06-08"]);
    }
}

#[test]
fn a_rule_that_begins_later_names_the_removed_dates_that_are_over() {
    let before = tea("2027-05-04T18:00:00", "{ every = \"week\", times = 6 }", "");
    let after = tea("2027-05-18T18:00:00", "{ every = \"week\", times = 4 }", "");
    let (text, json) = previewed_at(&before, &after, "2027-05-15T08:00:00Z");
    assert!(text.contains("2 of the removed dates are over: 2027-05-04, 2027-05-11."), "{text}");
    assert!(offered(&text).is_empty(), "{text}");
    assert_eq!(json["repeats"][0]["over"], json!(["tea-2027-05-04", "tea-2027-05-11"]));
}

#[test]
fn a_change_that_is_not_a_shift_of_all_later_dates_offers_no_table_for_them() {
    let rule = |days: &str| format!("{{ every = [{days}], times = 12 }}");
    let before = tea("2027-05-04T18:00:00", &rule("\"Tuesday\", \"Thursday\""), "");
    let after = tea("2027-05-05T18:00:00", &rule("\"Wednesday\", \"Thursday\""), "");
    let (text, _) = previewed_at(&before, &after, "2027-05-14T08:00:00Z");
    assert!(text.contains("2 of the removed dates are over: 2027-05-04, 2027-05-11."), "{text}");
    assert!(!text.contains("from = true"), "{text}");
    assert!(text.contains("id = \"tea-2027-05-19\"\n  was = \"tea-2027-05-18\""), "{text}");
}
