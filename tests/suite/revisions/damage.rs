//! Damaged revisions files: errors name the line, and the program can write every accepted file again.

use convene::revisions::Revisions;
use convene::revisions::store::{parse, print};
use rustix::time::{ClockId, clock_gettime};

use super::{day, entry, in_invite, revisions, value, written};
use crate::support::{Fixture, Random, body, instant, list, session, without_sums};

const START: &str = "2027-04-30T14:00:00";

/// Returns a file with everything that a state records.
fn rich(title: &str) -> String {
    let place = "place = { name = \"Hall\", address = \"1 Main St\" }\n";
    let links = "register = \"https://r.example/\"\njoin = \"https://j.example/\"\n";
    let feeds = "\n[[feeds]]\nid = \"more\"\ntitle = \"More\"\n";
    let a = session("a", START, &format!("{place}{links}tags = [\"t\"]\n"));
    list(
        &(a.replace("Session a", title)
            + &session("b", "2027-05-01", "duration = \"2d\"\n")
            + feeds),
    )
}

/// Returns a state with a moved, a retitled, a renamed and a removed session, and a removed feed.
fn fixture() -> Fixture {
    let fixture = Fixture::new(&rich("One"));
    fixture.publish(&day(0));
    fixture.write(&rich("Two"));
    fixture.publish(&day(1));
    let c = session("c", "2027-04-30T15:00:00", "was = [\"a\"]\n");
    fixture.write(&list(&c));
    fixture.publish(&day(2));
    fixture
}

fn text(fixture: &Fixture) -> String {
    String::from_utf8(written(fixture).0).unwrap()
}

/// Returns the number of a line of a text, from 1.
fn line_of(text: &str, what: &str) -> usize {
    1 + text.lines().position(|line| line.starts_with(what)).unwrap_or_else(|| panic!("{what}"))
}

fn assert_refused(text: &str, line: usize, reason: &str) {
    let (at, said) = parse(text.as_bytes()).expect_err(reason);
    assert_eq!(at, line, "{said}");
    assert!(said.contains(reason), "{said}");
    assert!(!said.contains(|c: char| c.is_control()), "{said:?}");
}

#[test]
fn a_key_that_is_there_twice_is_refused_with_both_lines() {
    let text = without_sums(&text(&fixture()));
    let lines: Vec<&str> = text.lines().collect();
    // The test copies every line with a key to the end of its object, as after a merge of two sides with the same key.
    let mut count = 0;
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with('"')) {
        let key = line.split('"').nth(1).unwrap();
        let is_entry = line.trim_end_matches(',').ends_with('}');
        let end = (index..lines.len()).find(|at| lines[*at].starts_with('}')).unwrap();
        let mut all: Vec<String> = lines.iter().map(ToString::to_string).collect();
        let at = if is_entry { end } else { index + 1 };
        let copy = if line.ends_with('{') { format!("\"{key}\": {{}},") } else { line.to_string() };
        let at = if line.ends_with('{') { index } else { at };
        if is_entry {
            all[end - 1] = format!("{},", lines[end - 1].trim_end_matches(','));
            all.insert(at, copy.trim_end_matches(',').to_owned());
        } else {
            all.insert(at, copy);
        }
        let doubled = all.join("\n");
        let (first, second) = (index + 1, if line.ends_with('{') { index + 2 } else { at + 1 });
        assert_refused(&doubled, second, &format!("`{key}` is also in line {first}"));
        count += 1;
    }
    assert!(count > 12, "{count}");
}

#[test]
fn two_sessions_with_one_uid_are_refused_with_both_lines() {
    let fixture = Fixture::new(&rich("One"));
    fixture.publish(&day(0));
    let text = text(&fixture);
    let (a, b) = (line_of(&text, "\"a\""), line_of(&text, "\"b\""));
    let uid = |id| entry(&fixture, id).uid;
    let doubled = without_sums(&text).replace(&uid("b"), &uid("a"));
    assert_refused(&doubled, b, &format!("of `a` in line {a}; delete one of the two lines"));
    // The file does not change, and the user may delete either line.
    std::fs::write(fixture.revisions_file(), &doubled).unwrap();
    let output = fixture.run(&["record", "--at", &day(1)]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(text_of(&fixture), doubled);
    let merged: String = doubled
        .lines()
        .filter(|line| !line.starts_with("\"a\""))
        .map(|l| format!("{l}\n"))
        .collect();
    let merged = merged.replace("\"sessions\": {\n,", "\"sessions\": {\n");
    assert!(parse(merged.as_bytes()).is_ok());
}

fn text_of(fixture: &Fixture) -> String {
    std::fs::read_to_string(fixture.revisions_file()).unwrap()
}

#[test]
fn of_a_removal_and_a_new_id_of_one_session_a_merge_may_keep_both_lines() {
    // One branch removes `a` after a change, and the other gives it another id.
    let fixture = Fixture::new(&rich("One"));
    fixture.publish(&day(0));
    let base = text_of(&fixture);
    for changes in [0, 3] {
        let branch = |list: &dyn Fn(u32) -> String, changes: u32| {
            let other = Fixture::new("");
            std::fs::write(other.revisions_file(), &base).unwrap();
            for step in 1..=changes + 1 {
                other.write(&list(step));
                other.publish(&day(step));
            }
            text_of(&other)
        };
        let b = session("b", "2027-05-01", "duration = \"2d\"\n");
        let removed = branch(
            &|step| if step <= changes { rich(&step.to_string()) } else { list(&b) },
            changes,
        );
        let renamed = branch(&|_| list(&(session("z", START, "was = [\"a\"]\n") + &b)), 0);
        let line = removed.lines().find(|line| line.starts_with("\"a\"")).unwrap();
        let merged = renamed.replace("\"sessions\": {\n", &format!("\"sessions\": {{\n{line}\n"));
        let merged =
            merged.replace(&format!("{line}\n"), &format!("{},\n", line.trim_end_matches(',')));
        let both = parse(merged.as_bytes()).unwrap();
        let (own, other) = (parse(renamed.as_bytes()).unwrap(), parse(removed.as_bytes()).unwrap());
        assert_eq!(both.sessions.keys().collect::<Vec<_>>(), ["b", "z"]);
        let (z, before) = (&both.sessions["z"], [&own.sessions["z"], &other.sessions["a"]]);
        assert!(z.removed.is_none() && z.uid == before[0].uid);
        for before in before {
            assert!(z.sequence >= before.sequence && z.last_modified >= before.last_modified);
        }
        assert_eq!(parse(print(&both).as_bytes()).unwrap(), both);
    }
}

#[test]
fn values_that_no_calendar_could_carry_are_refused_with_their_line() {
    let text = without_sums(&text(&fixture()));
    let c = line_of(&text, "\"c\"");
    let any = |from: &str, to: &str, line: usize, reason: &str| {
        assert!(text.contains(from), "{from}");
        let lines = text.lines().enumerate().map(|(at, own)| match at + 1 == line {
            true => own.replacen(from, to, 1),
            false => own.to_owned(),
        });
        let damaged = lines.collect::<Vec<_>>().join("\n");
        assert_ne!(damaged.trim_end(), text.trim_end(), "{from}");
        assert_refused(&damaged, line, reason);
    };
    // The test puts a control character into each text of each entry and into each key.
    let mut count = 0;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| line.contains('"')) {
        let texts: Vec<usize> = line.match_indices('"').map(|(at, _)| at).collect();
        for pair in texts.chunks(2) {
            for control in ["\\n", "\\u0000", "\\u001b[2J", "\\u007f", "\u{85}"] {
                let mut damaged: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
                damaged[index].insert_str(pair[1], control);
                let (at, said) = match parse(damaged.join("\n").as_bytes()) {
                    // Spaces around an instant have no meaning.
                    Ok(read) if read == revisions_of(&text) => continue,
                    read => read.expect_err(&damaged[index]),
                };
                assert_eq!(at, index + 1, "{said}: {}", damaged[index]);
                count += 1;
            }
        }
    }
    assert!(count > 500, "{count}");
    let sequence = format!("\"sequence\":{}", revisions_of(&text).sessions["c"].sequence);
    for above in [(1_u64 << 30) + 1, 1 << 31, 1 << 32, u64::MAX] {
        any(&sequence, &format!("\"sequence\":{above}"), c, "");
    }
    for year in ["0000", "0999", "1969", "9998", "9999", "+10000", "+262142"] {
        any("\"created\":\"2026", &format!("\"created\":\"{year}"), c, "");
        any("\"last_modified\":\"2026", &format!("\"last_modified\":\"{year}"), c, "");
        let stamp = line_of(&text, "\"/feeds/test.ics\"");
        any("\"last_modified\":\"2026", &format!("\"last_modified\":\"{year}"), stamp, "");
        let gone = line_of(&text, "\"more\"");
        any("\"gone\":\"2026", &format!("\"gone\":\"{year}"), gone, "");
    }
    for uid in ["", " ", "a ", " b", "ü", &"u".repeat(192)] {
        any(&revisions_of(&text).sessions["c"].uid, uid, c, "UID");
    }
    for schema in ["0", "4", "-1", "3.0", "\"3\"", "null", "{}"] {
        any("\"schema\": 3", &format!("\"schema\": {schema}"), 2, "");
    }
}

fn revisions_of(text: &str) -> Revisions {
    parse(text.as_bytes()).unwrap()
}

#[test]
fn accepted_boundary_values_can_be_changed_repeatedly() {
    for (from, to) in [
        ("\"sequence\":0", "\"sequence\":1073741824"),
        (
            "\"last_modified\":\"2026-03-01T08:00:00Z\"",
            "\"last_modified\":\"9997-12-31T23:59:59Z\"",
        ),
        (
            "\"last_modified\":\"2026-03-01T08:00:00Z\"",
            "\"last_modified\":\"2016-12-31T23:59:60Z\"",
        ),
        ("\"created\":\"2026-03-01T08:00:00Z\"", "\"created\":\"9997-12-31T23:59:59.999Z\""),
    ] {
        let fixture = Fixture::new(&rich("0"));
        fixture.publish(&day(0));
        let text = without_sums(&text(&fixture));
        assert!(text.contains(from), "{from}");
        std::fs::write(fixture.revisions_file(), text.replace(from, to)).unwrap();
        let mut before = revisions(&fixture);
        for step in 1..4 {
            fixture.write(&rich(&step.to_string()));
            let published = fixture.publish(&day(step));
            let after = revisions(&fixture);
            let (was, is) = (&before.sessions["a"], &after.sessions["a"]);
            assert_eq!(is.sequence, was.sequence + 1, "{to}");
            assert!(is.last_modified > was.last_modified, "{to}");
            let event = in_invite(&published, "a");
            assert_eq!(value(&event, "SEQUENCE"), is.sequence.to_string());
            assert_eq!(value(&event, "LAST-MODIFIED").len(), 16, "{to}");
            assert!(body(&published, "/feeds/test.ics").contains("SUMMARY"));
            before = after;
        }
    }
}

#[test]
fn a_line_that_was_damaged_is_refused_until_it_is_whole_or_its_checksum_is_deleted() {
    let fixture = Fixture::new(&rich("One"));
    fixture.publish(&day(0));
    let text = text(&fixture);
    let a = line_of(&text, "\"a\"");
    let edited = text.replacen("\"sequence\":0", "\"sequence\":7", 1);
    assert_refused(&edited, a, "checksum");
    let lines: Vec<String> = edited
        .lines()
        .map(|line| if line.starts_with("\"a\"") { without_sums(line) } else { line.to_owned() })
        .collect();
    std::fs::write(fixture.revisions_file(), lines.join("\n")).unwrap();
    fixture.write(&rich("Two"));
    fixture.publish(&day(1));
    assert_eq!(entry(&fixture, "a").sequence, 8);
    // Every line has a checksum again.
    let text = text_of(&fixture);
    let entries = text.lines().filter(|line| line.starts_with('"') && line.contains("}"));
    assert!(entries.clone().count() > 5 && entries.clone().all(|line| line.contains("\"sum\":\"")));
}

#[test]
fn another_layout_and_other_line_ends_do_not_matter_to_checksums() {
    let fixture = fixture();
    let text = text(&fixture);
    let known = revisions(&fixture);
    let pretty: serde_json::Value = serde_json::from_str(&text).unwrap();
    let pretty = serde_json::to_string_pretty(&pretty).unwrap();
    for other in
        [pretty, text.replace('\n', "\r\n"), text.replace(":{", ": {  "), text.replace('\n', "")]
    {
        assert_eq!(parse(other.as_bytes()).unwrap(), known);
    }
}

#[test]
fn lines_of_any_two_versions_are_valid_in_a_merge() {
    let fixture = Fixture::new(&rich("One"));
    fixture.publish(&day(0));
    let one = text(&fixture);
    fixture.write(&rich("Two"));
    fixture.publish(&day(1));
    let two = text(&fixture);
    assert_ne!(one, two);
    let mut random = Random(7);
    for _ in 0..50 {
        let lines = one.lines().zip(two.lines());
        let merged: String =
            lines.map(|(a, b)| format!("{}\n", if random.below(2) == 0 { a } else { b })).collect();
        assert!(parse(merged.as_bytes()).is_ok(), "{merged}");
    }
}

/// Returns the number of accepted flips of single bits of a file, the number of those with another meaning, and the
/// number of all flips.
fn accepted_flips(text: &str) -> (usize, usize, usize) {
    let known = revisions_of(text);
    let mut bytes = text.as_bytes().to_vec();
    let (mut accepted, mut other, all) = (0, 0, bytes.len() * 8);
    for at in 0..all {
        bytes[at / 8] ^= 1 << (at % 8);
        if let Ok(read) = parse(&bytes) {
            accepted += 1;
            other += usize::from(read != known);
        }
        bytes[at / 8] ^= 1 << (at % 8);
    }
    (accepted, other, all)
}

#[test]
fn no_flipped_bit_is_accepted_with_another_meaning() {
    let text = text(&fixture());
    let (accepted, other, all) = accepted_flips(&text);
    println!("with checksums {accepted} of {all} flips are accepted, {other} with another meaning");
    assert_eq!(other, 0);
    let (accepted, other, all) = accepted_flips(&without_sums(&text));
    println!("without {accepted} of {all} flips are accepted, {other} with another meaning");
    assert!(other > all / 10, "the flips mean nothing");
}

#[test]
fn a_file_of_twenty_thousand_sessions_is_read_in_linear_time() {
    let one = text(&fixture());
    let line = one.lines().find(|line| line.starts_with("\"c\"")).unwrap();
    let line = without_sums(line.trim_end_matches(','));
    let uid = revisions_of(&one).sessions["c"].uid.clone();
    let known = |number: u32| {
        line.replacen("\"c\"", &format!("\"s{number}\""), 1).replace(&uid, &number.to_string())
    };
    let lines: Vec<String> = (0..20_000).map(known).collect();
    let text = format!(
        "{{\"schema\": 3,\n\"sessions\": {{\n{}\n}},\n\"resources\": {{}}}}",
        lines.join(",\n")
    );
    // A search for the line of each flip would take minutes.
    let seconds = || clock_gettime(ClockId::ThreadCPUTime).tv_sec;
    let began = seconds();
    let whole = revisions_of(&print(&revisions_of(&text)));
    assert_eq!(whole.sessions.len(), 20_000);
    assert!(seconds() - began < 30, "{} s", seconds() - began);
}

#[test]
fn an_emptied_file_warns_as_a_lost_one_does_and_numbers_go_on() {
    for empty in ["", "\n", " \r\n\t\n"] {
        let fixture = Fixture::new(&rich("One"));
        let publisher = fixture.publisher();
        publisher.publish(instant(&day(0))).unwrap();
        std::fs::write(fixture.revisions_file(), empty).unwrap();
        fixture.write(&rich("Two"));
        publisher.publish(instant(&day(1))).unwrap();
        assert_eq!(entry(&fixture, "a").sequence, 1, "{empty:?}");
        // A new process finds the file empty, and then missing.
        std::fs::write(fixture.revisions_file(), empty).unwrap();
        for step in [2, 3] {
            fixture.write(&rich(&step.to_string()));
            let output = fixture.run(&["record", "--at", &day(step)]);
            assert!(output.status.success(), "{output:?}");
            let said =
                String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert!(
                said.contains("is missing or empty, although sessions were published before"),
                "{said}"
            );
            assert_eq!(entry(&fixture, "a").sequence, step, "{empty:?}");
            std::fs::remove_file(fixture.revisions_file()).unwrap();
        }
        // Without any copy, numbers start over, and the log reports that.
        std::fs::remove_file(fixture.dir().join(".sessions.last-good.json")).unwrap();
        std::fs::write(fixture.revisions_file(), empty).unwrap();
        let output = fixture.run(&["record", "--at", &day(4)]);
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(said.contains("its numbers start over"), "{said}");
        assert_eq!(entry(&fixture, "a").sequence, 0);
    }
}
