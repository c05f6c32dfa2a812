//! Prints the revisions file: one line per entry, each with a checksum.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::{Revisions, Stamp, sums};

/// The version of the file format. The program reads older versions, and refuses newer ones.
pub(super) const SCHEMA: u32 = 3;
/// The member with the calendar's id. Its line has a checksum, too.
pub(super) const CALENDAR: &str = "calendar";

/// Prints the revisions: sorted, one line per entry, so that the file can be committed and compared.
pub fn print(revisions: &Revisions) -> String {
    let calendar = json(&revisions.calendar);
    let (name, sum) = (sums::NAME, sums::of(CALENDAR, &calendar));
    let mut text =
        format!("{{\n\"schema\": {SCHEMA},\n\"{CALENDAR}\": {calendar}, \"{name}\": \"{sum}\",\n");
    entries(&mut text, "sessions", revisions.sessions.as_ref());
    text.push_str(",\n");
    entries(&mut text, "feeds", &revisions.feeds);
    text.push_str(",\n");
    let resources: BTreeMap<&String, &Stamp> = revisions.resources.iter().collect();
    entries(&mut text, "resources", resources);
    text.push_str("\n}\n");
    text
}

/// Returns the JSON of a value, on one line.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings, numbers and instants have a JSON form")
}

fn entries<'a, T: Serialize + 'a>(
    text: &mut String,
    name: &str,
    entries: impl IntoIterator<Item = (&'a String, &'a T)>,
) {
    let _ = write!(text, "\"{name}\": {{");
    for (index, (key, entry)) in entries.into_iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let entry = json(entry);
        let members = entry.strip_suffix('}').expect("entries are objects");
        let (name, sum) = (sums::NAME, sums::of(key, &entry));
        let _ = write!(text, "{comma}\n{}: {members},\"{name}\":\"{sum}\"}}", json(key));
    }
    text.push_str("\n}");
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    const ONE: &str = r#"{
"schema": 3,
"calendar": "c",
"sessions": {
"a": {"uid":"u","digest":"d","sequence":2,"created":"2024-01-01T00:00:00Z","last_modified":"2024-01-02T00:00:00Z","published":{"title":"A","start":"2024-04-30","end":"2024-04-30","zone":"UTC","status":"confirmed","feeds":["c"],"digests":{"text":"t","join":"j"}},"changes":[{"at":"2024-01-02T00:00:00Z","field":"end","was":"2024-05-01"},{"at":"2024-01-02T00:00:00Z","field":"join","was":null}]}
},
"feeds": {
"c": {"title":"C"},
"d": {"title":"D","gone":"2024-01-03T00:00:00Z","sessions":["u"]}
},
"resources": {
"/feeds/c.ics": {"digest":"e","last_modified":"2024-01-02T00:00:00Z"}
}
}
"#;

    /// Returns the text without checksums.
    fn unsummed(text: &str) -> String {
        let mut parts = text.split(",\"sum\":\"");
        let first = parts.next().unwrap().to_owned();
        let text = parts.fold(first, |text, part| text + &part[9..]);
        let (head, tail) = text.split_once(", \"sum\": \"").unwrap();
        format!("{head}{}", &tail[9..])
    }

    #[test]
    fn written_revisions_parse_and_print_the_same() {
        let revisions = parse(ONE.as_bytes()).unwrap();
        assert_eq!(revisions.sessions["a"].sequence, 2);
        let printed = print(&revisions);
        assert_eq!(unsummed(&printed), ONE);
        assert_eq!(parse(printed.as_bytes()).unwrap(), revisions);
        assert_eq!(printed.matches("\"sum\"").count(), 1 + 1 + 2 + 1);
        assert_eq!(parse(print(&Revisions::default()).as_bytes()).unwrap(), Revisions::default());
    }

    #[test]
    fn a_newer_schema_and_a_broken_line_are_refused_with_their_line() {
        let newer = ONE.replace("\"schema\": 3", "\"schema\": 4");
        let (line, reason) = parse(newer.as_bytes()).unwrap_err();
        assert!(line == 2 && reason.contains("schema 4"), "{line}: {reason}");
        for schema in ["0", "-1", "4294967296", "\"3\"", "null"] {
            let text = ONE.replace("\"schema\": 3", &format!("\"schema\": {schema}"));
            assert_eq!(parse(text.as_bytes()).unwrap_err().0, 2, "{schema}");
        }
        let broken = ONE.replace("\"sequence\":2", "\"sequence\":-2");
        assert_eq!(parse(broken.as_bytes()).unwrap_err().0, 5);
        assert_eq!(parse(b"").unwrap_err().0, 1);
    }

    /// [`ONE`] as the previous release wrote it.
    const TWO: &str = r#"{
"schema": 2,
"calendar": "c",
"sessions": {
"a": {"uid":"u","digest":"d","sequence":2,"created":"2024-01-01T00:00:00Z","last_modified":"2024-01-02T00:00:00Z","published":{"title":"A","start":"2024-04-30","end":"2024-04-30","zone":"UTC","status":"confirmed","feeds":["c"],"earlier":["2024-04-29/2024-05-01"],"text":"t"}}
},
"feeds": {
},
"resources": {
}
}
"#;

    /// Checks that each edit of a text is refused at its line.
    fn refused(text: &str, edits: &[(&str, &str, usize)]) {
        assert!(parse(text.as_bytes()).is_ok());
        for (right, wrong, line) in edits {
            assert!(text.contains(right), "{right}");
            let (at, reason) = parse(text.replace(right, wrong).as_bytes()).expect_err(wrong);
            assert_eq!(at, *line, "{wrong}: {reason}");
            assert!(reason.starts_with('`') || reason.starts_with("unknown"), "{reason}");
        }
    }

    #[test]
    fn instants_that_no_calendar_and_no_header_can_name_are_refused_with_their_line() {
        let edits = [
            ("created\":\"2024-01-01T", "created\":\"1011-01-01T", 5),
            ("last_modified\":\"2024-01-02T", "last_modified\":\"+10011-01-02T", 5),
            (r#""start":"2024-04-30""#, r#""start":"9999-04-30""#, 5),
            (r#""start":"2024-04-30""#, r#""start":"2024-04-30T00:00:00Z""#, 5),
            (r#""end":"2024-04-30""#, r#""end":"some day""#, 5),
            (r#""end":"2024-04-30""#, r#""end":"2024-04-29""#, 5),
            (r#""sequence":2"#, r#""sequence":2,"removed":"1969-12-31T23:59:59Z""#, 5),
            (r#""status":"confirmed""#, r#""status":"perhaps""#, 5),
        ];
        refused(ONE, &edits);
        refused(TWO, &edits);
        refused(
            ONE,
            &[
                ("2024-01-03T", "-0001-01-03T", 9),
                (r#""e","last_modified":"2024"#, r#""e","last_modified":"1011"#, 12),
                (r#"{"at":"2024-"#, r#"{"at":"1011-"#, 5),
                (r#"{"at":"2024-"#, r#"{"at":"+10011-"#, 5),
                (r#""was":"2024-05-01""#, r#""was":"1024-05-01""#, 5),
                (r#""was":"2024-05-01""#, r#""was":"some day""#, 5),
                (r#""was":"2024-05-01""#, r#""was":null"#, 5),
                (r#""field":"end""#, r#""field":"status""#, 5),
                (r#""field":"end""#, r#""field":"speaker""#, 5),
                (r#""field":"end""#, r#""field":"end","more":1"#, 5),
                (r#""digests":"#, r#""earlier":[],"digests":"#, 5),
            ],
        );
        let earlier = "[\"2024-04-29/2024-05-01\"]";
        for wrong in ["[\"1024-04-29/2024-05-01\"]", "[\"2024-04-29/x\"]", "[\"9999-01-01\"]"] {
            refused(TWO, &[(earlier, wrong, 5)]);
        }
        refused(TWO, &[(r#""text":"t""#, r#""digests":{"text":"t"}"#, 5)]);
    }
}
