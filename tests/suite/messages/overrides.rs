//! `[words]` and SEQUENCE: an override updates exactly the sessions whose event prints the message.

use convene::publish::Published;

use super::{catalog, marked, words};
use crate::support::{Fixture, body, list, session};

const AT: [&str; 4] = [
    "2024-01-15T12:00:00Z",
    "2024-01-16T12:00:00Z",
    "2024-01-17T12:00:00Z",
    "2024-01-18T12:00:00Z",
];
const IDS: [&str; 6] = ["plain", "register", "join", "cancelled", "announced", "days"];

fn sessions() -> String {
    let at = |id: &str, more: &str| session(id, "2024-05-01T10:00:00", more);
    let off = "status = \"cancelled\"\nregister = \"https://b.example/r\"\n";
    list(
        &[
            at("plain", ""),
            at("register", "register = \"https://b.example/r\"\n"),
            at("join", "join = \"https://b.example/j\"\nstatus = \"tentative\"\n"),
            at("cancelled", off),
            at("announced", &format!("{off}cancelled = \"announce\"\n")),
            session("days", "2024-05-01", "duration = \"2d\"\nremind = \"1h\"\n"),
        ]
        .concat(),
    )
}

/// Returns the SEQUENCE of each session, and its invite without the values that a revision changes.
fn events(published: &Published) -> Vec<(u32, String)> {
    let of = |id: &&str| {
        let text = body(published, &format!("/sessions/{id}.ics")).replace("\r\n ", "");
        let value = |line: &str| line.strip_prefix("SEQUENCE:").map(|n| n.parse().unwrap());
        let sequence = text.lines().find_map(value).unwrap();
        let revised = ["SEQUENCE:", "DTSTAMP:", "LAST-MODIFIED:"];
        let lines = text.lines().filter(|line| !revised.iter().any(|name| line.starts_with(name)));
        (sequence, lines.collect::<Vec<_>>().join("\n"))
    };
    IDS.iter().map(of).collect()
}

#[test]
fn an_override_raises_sequence_once_for_each_session_that_prints_it() {
    let plain = sessions();
    let fixture = Fixture::new(&plain);
    fixture.publish(AT[0]);
    let state = std::fs::read(fixture.revisions_file()).unwrap();
    let mut risen = 0;
    for (id, text) in catalog() {
        fixture.write(&plain);
        std::fs::write(fixture.revisions_file(), &state).unwrap();
        let before = events(&fixture.publish(AT[0]));
        let own = format!("{plain}{}", words([(id.as_str(), marked(&id, &text))]));
        fixture.write(&own);
        let after = events(&fixture.publish(AT[1]));
        let again = events(&fixture.publish(AT[2]));
        fixture.write(&plain);
        let back = events(&fixture.publish(AT[3]));
        for at in 0..IDS.len() {
            let is_new = before[at].1 != after[at].1;
            assert_eq!(after[at].0, before[at].0 + u32::from(is_new), "{id} in {}", IDS[at]);
            assert_eq!(again[at], after[at], "{id} in {}", IDS[at]);
            assert_eq!(back[at].0, after[at].0 + u32::from(is_new), "{id} in {}", IDS[at]);
            assert_eq!(back[at].1, before[at].1, "{id} in {}", IDS[at]);
            risen += usize::from(is_new);
        }
    }
    // Two messages are in all six sessions, two in the two cancelled ones, one in the three with a link to register,
    // and two in the one with a link to join.
    assert_eq!(risen, 2 * 6 + 2 * 2 + 3 + 2);
}

#[test]
fn overrides_equal_to_the_catalog_are_no_change() {
    let plain = sessions();
    let fixture = Fixture::new(&plain);
    let before = events(&fixture.publish(AT[0]));
    let all = catalog();
    let same = words(all.iter().map(|(id, text)| (id.as_str(), text.replace("{ $", "{$"))));
    fixture.write(&format!("{plain}{same}"));
    assert_eq!(events(&fixture.publish(AT[1])), before);
}

#[test]
fn reformatting_an_override_is_no_change() {
    let plain = sessions();
    let own = |text: &str| format!("{plain}{}", words([("event_about", text.to_owned())]));
    let fixture = Fixture::new(&own("Learn more: { $address }"));
    let before = events(&fixture.publish(AT[0]));
    assert!(before[0].1.contains("Learn more: https://cal.example/sessions/plain"), "{before:?}");
    fixture.write(&own("Learn more: {$address}  \n"));
    assert_eq!(events(&fixture.publish(AT[1])), before);
}
