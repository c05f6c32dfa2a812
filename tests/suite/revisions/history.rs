//! The history of sessions in the revisions file, read as plain JSON; files of the previous release, and the downgrade
//! to it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use convene::publish::Published;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{day, entry, publish_once, written};
use crate::support::{Fixture, Random, body, list, session, without_sums};

const UPGRADE: &str = include_str!("../../../docs/operate/upgrade.md");

/// Returns the revisions file as JSON.
fn file(fixture: &Fixture) -> Value {
    serde_json::from_slice(&written(fixture).0).unwrap()
}

/// Returns the recorded changes of a session, if it has the key.
fn changes(fixture: &Fixture, id: &str) -> Vec<Value> {
    file(fixture)["sessions"][id]["changes"].as_array().cloned().unwrap_or_default()
}

/// The recorded fields of a session by name: the TOML key with its value, and the recorded value.
const FIELDS: [(&str, &[(&str, &str)]); 8] = [
    (
        "start",
        &[
            ("start = 2027-04-30T14:00:00", "2027-04-30T18:00:00Z"),
            ("start = 2027-05-01T14:00:00", "2027-05-01T18:00:00Z"),
            ("start = 2027-05-02T09:30:00", "2027-05-02T13:30:00Z"),
        ],
    ),
    (
        "end",
        &[
            ("end = 2027-05-02T18:00:00", "2027-05-02T22:00:00Z"),
            ("end = 2027-05-03T18:00:00", "2027-05-03T22:00:00Z"),
        ],
    ),
    ("title", &[("title = \"One\"", "One"), ("title = \"Two, \\\"2\\\"\"", "Two, \"2\"")]),
    (
        "status",
        &[
            ("", "confirmed"),
            ("status = \"tentative\"", "tentative"),
            ("status = \"cancelled\"", "cancelled"),
        ],
    ),
    (
        "place",
        &[
            ("", ""),
            ("place = { name = \"Hall\" }", "Hall"),
            ("place = { name = \"Hall\", address = \"1 Main St\" }", "Hall, 1 Main St"),
        ],
    ),
    (
        "register",
        &[
            ("", ""),
            ("register = \"https://r.example/1\"", "https://r.example/1"),
            ("register = \"https://r.example/2\"", "https://r.example/2"),
        ],
    ),
    (
        "join",
        &[
            ("", ""),
            ("join = \"https://j.example/1\"", "https://j.example/1"),
            ("join = \"https://r.example/1\"", "https://r.example/1"),
        ],
    ),
    ("description", &[("", ""), ("description = \"Text.\"", "Text.")]),
];

/// The index of each field's value.
type Values = [usize; FIELDS.len()];

fn toml(values: &Values) -> String {
    let lines = FIELDS.iter().zip(values).map(|((_, all), value)| all[*value].0);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let other = session("other", "2027-06-30T14:00:00", "");
    list(&format!("\n[[sessions]]\nid = \"talk\"\n{}\n{other}", lines.join("\n")))
}

/// Returns the recorded changes from one publication to the next, with addresses in place of the digests of links.
fn expected(old: &Values, new: &Values, at: &str) -> Vec<Value> {
    let recorded = FIELDS.iter().zip(old.iter().zip(new)).take(7);
    recorded
        .filter(|(_, (old, new))| old != new)
        .map(|((field, all), (old, _))| {
            let was = Some(all[*old].1).filter(|was| !was.is_empty());
            json!({ "at": at, "field": field, "was": was })
        })
        .collect()
}

#[test]
fn a_change_is_recorded_with_the_old_value_exactly_when_the_sequence_rises() {
    let mut random = Random(0x5eed_0000_0015);
    let mut values: Values = [0; FIELDS.len()];
    let fixture = Fixture::new(&toml(&values));
    publish_once(&fixture, "2026-03-01T08:00:00Z");
    let mut model: Vec<Value> = Vec::new();
    let mut sequence = 0;
    let mut digests: HashMap<String, String> = HashMap::new();
    for step in 1..=60 {
        let old = values;
        for _ in 0..random.below(12) {
            let field = random.below(FIELDS.len() as u64) as usize;
            values[field] = random.below(FIELDS[field].1.len() as u64) as usize;
        }
        let at = format!("2026-03-01T09:{:02}:00Z", step - 1);
        fixture.write(&toml(&values));
        fixture.publish(&at);
        sequence += u32::from(values != old);
        model.extend(expected(&old, &values, &at));
        let kept = entry(&fixture, "talk");
        assert_eq!(kept.sequence, sequence, "step {step}");
        let recorded = changes(&fixture, "talk");
        let from = model.len().saturating_sub(100);
        assert_eq!(recorded.len(), model.len() - from, "step {step}");
        for (got, wanted) in recorded.iter().zip(&model[from..]) {
            let mut got = got.clone();
            if let ("register" | "join", Some(digest)) =
                (got["field"].as_str().unwrap(), got["was"].as_str())
            {
                // The same link always has the same digest, and different links have different ones.
                let link = wanted["was"].as_str().unwrap();
                let known = digests.entry(digest.to_owned()).or_insert_with(|| link.to_owned());
                assert_eq!(known, link);
                got["was"] = json!(link);
            }
            assert_eq!(got, *wanted, "step {step}");
        }
        if values != old {
            let last = recorded.last().map_or("", |change| change["at"].as_str().unwrap());
            assert!(last <= at.as_str());
            assert_eq!(kept.last_modified.to_rfc3339().replace("+00:00", "Z"), at);
        }
        assert!(changes(&fixture, "other").is_empty());
        let text = String::from_utf8(written(&fixture).0).unwrap();
        assert!(!text.contains("r.example") && !text.contains("j.example"), "{text}");
    }
    assert!(model.len() > 100, "the walk changed too little: {}", model.len());
    assert_eq!(digests.len(), 3);
}

#[test]
fn an_unchanged_file_a_new_id_and_another_feed_record_no_change() {
    let with = |id: &str, more: &str| {
        let own = format!("place = {{ name = \"Hall\" }}\nseries = \"s1\"\n{more}");
        let series = "\n[[series]]\nid = \"s1\"\ntitle = \"One\"\n";
        let feeds = if more.contains("tags") {
            "\n[[feeds]]\nid = \"f\"\ntitle = \"F\"\ntags = [\"x\"]\n"
        } else {
            ""
        };
        let talk = session(id, "2027-04-30T14:00:00", &own).replace(&format!("Session {id}"), "T");
        list(&(talk + series + feeds))
    };
    let fixture = Fixture::new(&with("a", ""));
    publish_once(&fixture, &day(0));
    for (step, id, more) in [
        (1, "b", "was = \"a\"\n"),
        (2, "b", "was = \"a\"\ntags = [\"x\"]\n"),
        (3, "b", "was = \"a\"\ndescription = \"Text.\"\n"),
    ] {
        fixture.write(&with(id, more));
        publish_once(&fixture, &day(step));
        assert_eq!(entry(&fixture, id).sequence, step, "{more}");
        assert_eq!(entry(&fixture, id).changes, [], "{more}");
    }
}

#[test]
fn the_last_hundred_changes_are_kept() {
    let at = |minute: u32| list(&session("a", &format!("2027-04-30T14:{minute:02}:00"), ""));
    let fixture = Fixture::new(&at(0));
    fixture.publish(&day(0));
    for minute in 1..60 {
        fixture.write(&at(minute));
        fixture.publish(&format!("2026-03-02T08:{minute:02}:00Z"));
    }
    let kept = changes(&fixture, "a");
    assert_eq!(kept.len(), 100);
    // Each move has a start and an end, so the oldest remaining of 59 moves is the tenth.
    let first = json!({
        "at": "2026-03-02T08:10:00Z", "field": "start", "was": "2027-04-30T18:09:00Z"
    });
    assert_eq!(kept[0], first);
    assert_eq!(entry(&fixture, "a").earlier().len(), 50);
}

/// A state of the previous release, written after sessions of every kind had moved.
const OLD_LIST: &str = include_str!("../../state/schema-2/sessions.toml");
const OLD_STATE: &str = include_str!("../../state/schema-2/sessions.revisions.json");
/// The sentences on the pages of that release.
const OLD_SENTENCES: [(&str, &str); 4] = [
    (
        "twice",
        "Moved from Wednesday, April 28, 2027, 2 pm ET to Thursday, April 29, 2027, 2 pm ET.",
    ),
    (
        "days",
        "Moved from Thursday, May 20, 2027\u{2060}–\u{2060}Fri, May 21 to Thursday, May 27, 2027\u{2060}–\u{2060}Fri, May 28.",
    ),
    ("to-an-hour", "Moved from Tuesday, June 1, 2027 to 2 pm ET."),
    ("to-a-day", "Moved from Thursday, July 1, 2027, 2 pm ET to Friday, July 2, 2027."),
];

fn earlier_starts(published: &Published, id: &str) -> Value {
    let page = body(published, &format!("/sessions/{id}"));
    let (_, data) = page.split_once("application/ld+json\">").unwrap();
    let data: Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    data["previousStartDate"].clone()
}

#[test]
fn a_state_of_the_previous_release_is_read_and_written_as_this_one_does() {
    assert!(OLD_STATE.contains("\"schema\": 2") && OLD_STATE.contains("\"earlier\""));
    for schema in ["2", "1"] {
        let fixture = Fixture::new(OLD_LIST);
        let old = OLD_STATE.replace("\"schema\": 2", &format!("\"schema\": {schema}"));
        std::fs::write(fixture.revisions_file(), old).unwrap();
        let published = publish_once(&fixture, &day(0));
        for (id, said) in OLD_SENTENCES {
            let page = body(&published, &format!("/sessions/{id}"));
            assert!(page.contains(said), "{id}: {page}");
        }
        assert_eq!(
            earlier_starts(&published, "twice"),
            json!(["2027-04-27T14:00:00-04:00", "2027-04-28T14:00:00-04:00"])
        );
        assert_eq!(earlier_starts(&published, "days"), json!("2027-05-20"));
        assert_eq!(earlier_starts(&published, "to-an-hour"), json!("2027-06-01"));
        assert_eq!(earlier_starts(&published, "stayed"), json!(null));
        let new = file(&fixture);
        assert_eq!(new["schema"], 3);
        let old: Value = serde_json::from_str(OLD_STATE).unwrap();
        for (id, session) in old["sessions"].as_object().unwrap() {
            assert!(new["sessions"][id]["published"].get("earlier").is_none());
            assert_eq!(new["sessions"][id]["uid"], session["uid"]);
            for change in changes(&fixture, id) {
                assert_eq!(change["at"], session["last_modified"], "{id}");
            }
        }
        // Later changes continue this history.
        fixture.write(&OLD_LIST.replace("2027-04-29T14:00:00", "2027-04-29T16:00:00"));
        let moved = publish_once(&fixture, &day(1));
        assert!(body(&moved, "/sessions/twice").contains("2 pm ET to 4 pm ET."));
        assert_eq!(earlier_starts(&moved, "twice").as_array().unwrap().len(), 3);
    }
}

/// The keys that the previous release accepts; it refuses all others.
mod previous_release {
    use super::{BTreeMap, BTreeSet, Deserialize, Value};

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct State {
        pub(super) schema: u32,
        pub(super) calendar: Option<String>,
        pub(super) sessions: BTreeMap<String, Session>,
        pub(super) feeds: Value,
        pub(super) resources: Value,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what may be there counts")]
    pub(super) struct Session {
        pub(super) uid: String,
        digest: String,
        pub(super) sequence: u32,
        created: String,
        pub(super) last_modified: String,
        removed: Option<String>,
        published: Published,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what may be there counts")]
    struct Published {
        title: String,
        start: String,
        end: String,
        zone: String,
        status: String,
        place: Option<String>,
        feeds: Vec<String>,
        earlier: Option<Vec<String>>,
        was: Option<Vec<String>>,
        text: Option<String>,
        links: Option<BTreeSet<String>>,
    }
}

/// Returns a state with everything that schema 3 added.
fn full() -> Fixture {
    let talk = |start: &str, more: &str| list(&(session("a", start, more) + OTHER));
    const OTHER: &str =
        "\n[[sessions]]\nid = \"b\"\ntitle = \"B [x] \\\"y\\\"\"\nstart = 2027-05-30T14:00:00\n";
    let links = "register = \"https://r.example/\"\njoin = \"https://j.example/\"\n";
    let fixture = Fixture::new(&talk("2027-04-30T14:00:00", "place = { name = \"[Hall]\" }\n"));
    fixture.publish(&day(0));
    fixture.write(&talk("2027-04-30T15:00:00", links).replace("Session a", "A"));
    fixture.publish(&day(1));
    fixture.write(&list(&session("a", "2027-04-30T15:00:00", links)));
    fixture.publish(&day(2));
    let text = String::from_utf8(written(&fixture).0).unwrap();
    assert!(text.contains("\"changes\":[") && text.contains("\"digests\":{"), "{text}");
    fixture
}

/// Removes the checksums, which the previous release does not know.
fn remove_sums(file: &mut Value) {
    file.as_object_mut().unwrap().remove("sum").unwrap();
    for entries in ["sessions", "feeds", "resources"] {
        for entry in file[entries].as_object_mut().unwrap().values_mut() {
            entry.as_object_mut().unwrap().remove("sum").unwrap();
        }
    }
}

fn assert_taken_by_the_previous_release(text: &[u8], fixture: &Fixture) {
    let state: previous_release::State = serde_json::from_slice(text).unwrap();
    assert_eq!((state.schema, state.calendar.as_deref()), (2, Some("test")));
    let mut new = file(fixture);
    remove_sums(&mut new);
    assert_eq!((&state.feeds, &state.resources), (&new["feeds"], &new["resources"]));
    for (id, session) in &state.sessions {
        let own = &new["sessions"][id];
        let numbers = json!([session.uid, session.sequence, session.last_modified]);
        assert_eq!(numbers, json!([own["uid"], own["sequence"], own["last_modified"]]));
    }
    assert_eq!(state.sessions.len(), new["sessions"].as_object().unwrap().len());
}

#[test]
fn without_the_keys_of_schema_3_the_previous_release_takes_the_file_with_its_numbers() {
    let fixture = full();
    let mut back = file(&fixture);
    remove_sums(&mut back);
    back["schema"] = json!(2);
    for session in back["sessions"].as_object_mut().unwrap().values_mut() {
        session.as_object_mut().unwrap().remove("changes");
        session.as_object_mut().unwrap().remove("dialect");
        session["published"].as_object_mut().unwrap().remove("digests");
    }
    let back = serde_json::to_vec(&back).unwrap();
    assert_taken_by_the_previous_release(&back, &fixture);
    // This release accepts it, too, and continues its numbers.
    let sequence = entry(&fixture, "a").sequence;
    std::fs::write(fixture.revisions_file(), back).unwrap();
    publish_once(&fixture, &day(3));
    assert_eq!(entry(&fixture, "a").sequence, sequence);
}

#[test]
fn with_the_number_of_schema_2_and_a_key_of_schema_3_the_file_is_refused() {
    let fixture = full();
    let text = without_sums(&String::from_utf8(written(&fixture).0).unwrap());
    std::fs::write(fixture.revisions_file(), text.replace("\"schema\": 3", "\"schema\": 2"))
        .unwrap();
    let output = fixture.run(&["record"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("unknown field `dialect`"));
}

#[test]
#[ignore = "needs jq"]
fn the_documented_command_makes_a_file_that_the_previous_release_takes() {
    let command = UPGRADE.lines().find_map(|line| line.strip_prefix("$ jq ")).unwrap();
    let fixture = full();
    let output = std::process::Command::new("sh")
        .args(["-c", &format!("jq {command}")])
        .current_dir(fixture.dir())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let back = std::fs::read(fixture.dir().join("sessions.revisions.json.2")).unwrap();
    assert_taken_by_the_previous_release(&back, &fixture);
}
