//! Replaced revisions files while the program runs: by an older copy, a manual merge, another machine's file, or none.
//! No number that readers have seen goes back.

use std::collections::BTreeMap;

use convene::publish::{Published, Publisher, Refusal};

use super::{Seen, day, events, history, in_invite, revisions, seen};
use crate::support::{Fixture, Random, body, instant, list, session};

const START: &str = "2027-04-30T14:00:00";

/// Returns a file of sessions with these ids and titles.
fn titled(titles: &[(&str, String)]) -> String {
    let all = titles
        .iter()
        .map(|(id, title)| session(id, START, "").replace(&format!("Session {id}"), title));
    list(&all.collect::<String>())
}

fn one(title: &str) -> String {
    titled(&[("a", title.to_owned())])
}

fn publish(publisher: &Publisher, step: u32) -> Published {
    publisher.publish(instant(&day(step))).unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

fn number(published: &Published, id: &str) -> Seen {
    history(&in_invite(published, id))
}

/// Returns the Last-Modified of a path.
fn stamp(published: &Published, path: &str) -> chrono::DateTime<chrono::Utc> {
    published.site.get(path).unwrap().last_modified().unwrap()
}

#[test]
fn an_older_copy_takes_no_number_back() {
    let fixture = Fixture::new(&one("0"));
    let publisher = fixture.publisher();
    let mut copies = Vec::new();
    let mut last = number(&publish(&publisher, 0), "a");
    for step in 1..8 {
        copies.push(std::fs::read(fixture.revisions_file()).unwrap());
        fixture.write(&one(&step.to_string()));
        let published = publish(&publisher, step);
        assert_eq!(seen(&fixture, &published, "a"), last.changed(&day(step)));
        last = number(&published, "a");
        // Puts back each earlier copy of the revisions file. `sessions.toml` has not changed, so no number may change.
        for copy in &copies {
            std::fs::write(fixture.revisions_file(), copy).unwrap();
            let again = publish(&publisher, step);
            assert_eq!(seen(&fixture, &again, "a"), last, "a non-change changed");
            assert_eq!(stamp(&again, "/feeds/test.ics"), stamp(&published, "/feeds/test.ics"));
        }
    }
    // The oldest copy comes back together with a change.
    std::fs::write(fixture.revisions_file(), &copies[0]).unwrap();
    fixture.write(&one("last"));
    assert_eq!(seen(&fixture, &publish(&publisher, 9), "a"), last.changed(&day(9)));
    // Another process reads the number from the file.
    assert_eq!(number(&fixture.publish(&day(10)), "a"), last.changed(&day(9)));
}

#[test]
fn removals_and_published_links_stay_recorded_after_an_older_copy() {
    let two = |a: &str, more: &str| list(&(session("a", START, a) + &session("b", START, more)));
    let fixture = Fixture::new(&two("", ""));
    let publisher = fixture.publisher();
    publish(&publisher, 0);
    let copy = std::fs::read(fixture.revisions_file()).unwrap();
    // `b` is removed, and `a` has another id and a link to join.
    fixture.write(&list(&session("c", START, "was = [\"a\"]\njoin = \"https://j.example/\"\n")));
    let removed = publish(&publisher, 1);
    let invite = body(&removed, "/sessions/b.ics");
    let known = revisions(&fixture);
    std::fs::write(fixture.revisions_file(), copy).unwrap();
    let again = publish(&publisher, 2);
    assert_eq!(revisions(&fixture), known);
    assert_eq!(body(&again, "/sessions/b.ics"), invite);
    assert_eq!(stamp(&again, "/sessions/b.ics"), stamp(&removed, "/sessions/b.ics"));
    assert!(again.site.get("/sessions/a.ics").is_some());
    // `b` comes back above the number of its removal.
    let sequence = known.sessions["b"].sequence;
    fixture.write(&two("", "again = true"));
    assert_eq!(number(&publish(&publisher, 3), "b").sequence, sequence + 1);
}

#[test]
fn the_higher_numbers_of_another_machines_file_count() {
    let fixture = Fixture::new(&one("0"));
    let publisher = fixture.publisher();
    publish(&publisher, 0);
    let other = Fixture::new(&one("0"));
    std::fs::copy(fixture.revisions_file(), other.revisions_file()).unwrap();
    for step in 1..5 {
        other.write(&one(&step.to_string()));
        other.publish(&day(step));
    }
    std::fs::copy(other.revisions_file(), fixture.revisions_file()).unwrap();
    fixture.write(&one("4"));
    let there = number(&other.publish(&day(5)), "a");
    assert_eq!(number(&publish(&publisher, 6), "a"), there);
    fixture.write(&one("here"));
    assert_eq!(number(&publish(&publisher, 7), "a"), there.changed(&day(7)));
}

#[test]
fn the_next_number_is_above_both_that_readers_may_have() {
    // Both machines continued from the same copy, so they use the same numbers for different contents.
    let fixture = Fixture::new(&one("0"));
    let publisher = fixture.publisher();
    publish(&publisher, 0);
    let other = Fixture::new(&one("0"));
    std::fs::copy(fixture.revisions_file(), other.revisions_file()).unwrap();
    for (here, there) in [(1, 2), (4, 3), (6, 6)] {
        fixture.write(&one(&format!("here {here}")));
        other.write(&one(&format!("there {there}")));
        let own = number(&publish(&publisher, here), "a");
        let theirs = number(&other.publish(&day(there)), "a");
        assert_eq!(own.sequence, theirs.sequence);
        std::fs::copy(other.revisions_file(), fixture.revisions_file()).unwrap();
        // The file may have either title.
        fixture.write(&one(&format!("there {there}")));
        let joined = number(&publish(&publisher, 8), "a");
        assert!(joined.sequence > own.sequence, "{joined:?} after {own:?} and {theirs:?}");
        assert!(joined.modified > own.modified && joined.modified > theirs.modified);
        assert_eq!(seen(&fixture, &publish(&publisher, 9), "a"), joined, "it goes on by itself");
        std::fs::copy(fixture.revisions_file(), other.revisions_file()).unwrap();
    }
}

#[test]
fn frozen_publishes_no_older_file_and_no_file_with_a_silent_change() {
    let fixture = Fixture::new(&one("0"));
    fixture.publish(&day(0));
    let older = std::fs::read(fixture.revisions_file()).unwrap();
    fixture.write(&one("1"));
    fixture.publish(&day(1));
    let newer = std::fs::read(fixture.revisions_file()).unwrap();
    let publisher = Publisher { frozen: true, ..fixture.publisher() };
    let published = publish(&publisher, 2);
    fixture.write(&one("0"));
    std::fs::write(fixture.revisions_file(), older).unwrap();
    let refused = publisher.publish(instant(&day(3)));
    let Err(Refusal::File(_, findings)) = refused else { panic!("{refused:?}") };
    assert!(findings.has_errors());
    // The program publishes the newer state, with the numbers in its file.
    fixture.write(&one("1"));
    std::fs::write(fixture.revisions_file(), newer).unwrap();
    assert_eq!(number(&publish(&publisher, 4), "a"), number(&published, "a"));
    let free = fixture.publisher();
    fixture.write(&one("2"));
    let next = publish(&free, 5);
    assert_eq!(number(&publish(&publisher, 6), "a"), number(&next, "a"));
}

/// Returns the numbers that subscribers have seen: SEQUENCE and LAST-MODIFIED by UID.
fn subscribers_know(published: &Published) -> BTreeMap<String, (u32, String, Vec<String>)> {
    let own = ["SEQUENCE:", "DTSTAMP:", "LAST-MODIFIED:"];
    let shown = |lines: Vec<String>| {
        lines.into_iter().filter(|line| !own.iter().any(|name| line.starts_with(name))).collect()
    };
    let all = events(&body(published, "/feeds/test.ics"));
    let entry = |lines: Vec<String>| {
        let Seen { uid, sequence, modified, .. } = history(&lines);
        (uid, (sequence, modified, shown(lines)))
    };
    all.into_iter().map(entry).collect()
}

#[test]
fn after_any_restores_and_merges_every_change_reaches_subscribers_and_no_number_goes_back() {
    let mut random = Random(0x0c0f_fee0_5eed);
    let ids = ["a", "b", "c", "d"];
    let mut titles = [0_u32; 4];
    let text = |titles: &[u32; 4]| {
        let all: Vec<(&str, String)> =
            ids.iter().zip(titles).map(|(id, n)| (*id, format!("Title {n}"))).collect();
        titled(&all)
    };
    let fixture = Fixture::new(&text(&titles));
    let mut publisher = fixture.publisher();
    let mut known = subscribers_know(&publish(&publisher, 0));
    let mut copies = vec![std::fs::read_to_string(fixture.revisions_file()).unwrap()];
    let mut now = instant(&day(0));
    for step in 1..200 {
        let any = |random: &mut Random, copies: &[String]| {
            copies[random.below(copies.len() as u64) as usize].clone()
        };
        // Another process reads the file.
        if random.below(8) == 0 {
            publisher = fixture.publisher();
            publisher.publish(now).unwrap();
        }
        match random.below(4) {
            0 => std::fs::write(fixture.revisions_file(), any(&mut random, &copies)).unwrap(),
            1 => {
                let (one, other) = (any(&mut random, &copies), any(&mut random, &copies));
                // Both versions have lines with the same keys, because no session is added or removed.
                let lines = one.lines().zip(other.lines());
                let picked = lines.map(|(a, b)| if random.below(2) == 0 { a } else { b });
                let merged: String = picked.map(|line| format!("{line}\n")).collect();
                std::fs::write(fixture.revisions_file(), merged).unwrap();
            }
            2 => std::fs::write(fixture.revisions_file(), "").unwrap(),
            _ => {}
        }
        if random.below(3) > 0 {
            titles[random.below(4) as usize] = random.below(4) as u32;
            fixture.write(&text(&titles));
        }
        // A clock that is set back must not lower a number.
        now += chrono::TimeDelta::seconds(random.below(90) as i64 - 20);
        let published = publisher.publish(now).unwrap_or_else(|r| panic!("step {step}: {r:?}"));
        for (uid, (sequence, modified, shown)) in subscribers_know(&published) {
            let (before, date, same) = &known[&uid];
            assert!(sequence >= *before && modified >= *date, "step {step}: {uid} went back");
            assert_eq!(sequence == *before, modified == *date, "step {step}: one alone");
            assert!(shown == *same || sequence > *before, "step {step}: a change in silence");
        }
        known = subscribers_know(&published);
        copies.push(std::fs::read_to_string(fixture.revisions_file()).unwrap());
    }
}
