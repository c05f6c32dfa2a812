//! The text of the revisions file.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::schema2::Old;
use super::{KnownFeed, Revision, Revisions, Stamp};

/// The form of the file. Older ones are read, and newer ones refused.
const SCHEMA: u32 = 3;

/// The revisions that a file's bytes hold.
///
/// # Errors
/// The line, from 1, and what is wrong there.
pub fn parse(bytes: &[u8]) -> Result<Revisions, (usize, String)> {
    let refuse = |error: serde_json::Error| {
        let text = error.to_string();
        // The line is said already.
        let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
        (error.line().max(1), reason.to_owned())
    };
    let Schema { schema } = serde_json::from_slice(bytes).map_err(refuse)?;
    if schema > SCHEMA {
        let reason = format!(
            "a newer release wrote it, with schema {schema} where this one knows up to {SCHEMA}; \
             use the newer release"
        );
        return Err((1, reason));
    }
    if schema < SCHEMA {
        let whole: Whole<Old> = serde_json::from_slice(bytes).map_err(refuse)?;
        return Ok(whole.into());
    }
    let whole: Whole<Revision> = serde_json::from_slice(bytes).map_err(refuse)?;
    Ok(whole.into())
}

/// The file's text: sorted, one line per entry, so that it can be committed and its differences read.
pub fn print(revisions: &Revisions) -> String {
    let mut text =
        format!("{{\n\"schema\": {SCHEMA},\n\"calendar\": {},\n", json(&revisions.calendar));
    entries(&mut text, "sessions", revisions.sessions.as_ref());
    text.push_str(",\n");
    entries(&mut text, "feeds", &revisions.feeds);
    text.push_str(",\n");
    let resources: BTreeMap<&String, &Stamp> = revisions.resources.iter().collect();
    entries(&mut text, "resources", resources);
    text.push_str("\n}\n");
    text
}

fn entries<'a, T: Serialize + 'a>(
    text: &mut String,
    name: &str,
    entries: impl IntoIterator<Item = (&'a String, &'a T)>,
) {
    let _ = write!(text, "\"{name}\": {{");
    for (index, (key, entry)) in entries.into_iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(text, "{comma}\n{}: {}", json(key), json(entry));
    }
    text.push_str("\n}");
}

fn json(value: &impl Serialize) -> String {
    // Strings, numbers and instants always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}

#[derive(Deserialize)]
struct Schema {
    schema: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole<R> {
    #[serde(rename = "schema")]
    _schema: u32,
    calendar: Option<String>,
    sessions: BTreeMap<String, R>,
    /// Since schema 2.
    #[serde(default)]
    feeds: BTreeMap<String, KnownFeed>,
    resources: HashMap<String, Stamp>,
}

impl<R: Into<Revision>> From<Whole<R>> for Revisions {
    fn from(read: Whole<R>) -> Self {
        let Whole { calendar, sessions, feeds, resources, .. } = read;
        let sessions = sessions.into_iter().map(|(id, read)| (id, Arc::new(read.into())));
        Self { calendar, sessions: Arc::new(sessions.collect()), feeds, resources }
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn what_is_written_is_read_back_and_printed_the_same() {
        let revisions = parse(ONE.as_bytes()).unwrap();
        assert_eq!(revisions.sessions["a"].sequence, 2);
        assert_eq!(print(&revisions), ONE);
        assert_eq!(parse(print(&Revisions::default()).as_bytes()).unwrap(), Revisions::default());
    }

    #[test]
    fn a_newer_schema_and_a_broken_line_are_refused_with_their_line() {
        let newer = ONE.replace("\"schema\": 3", "\"schema\": 4");
        assert!(parse(newer.as_bytes()).unwrap_err().1.contains("schema 4"));
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

    /// Each edit of a text is refused at its line.
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
