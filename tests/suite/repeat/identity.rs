//! The dates of a rule keep their UIDs through edits.

use super::{TERM, numbers, on, tea};
use crate::support::{Fixture, list};

const AT: &str = "2026-12-01T08:00:00Z";
const START: &str = "2027-05-04T18:00:00";

fn day(step: usize) -> String {
    format!("2026-12-{:02}T08:00:00Z", step + 2)
}

#[test]
fn twelve_uids_are_stable_over_ten_edits() {
    let fixture = Fixture::new(TERM);
    let by_date = |published| -> Vec<(String, String)> {
        let date = |id: &str| id.split_once('-').unwrap().1.to_owned();
        numbers(&published).into_iter().map(|(id, (uid, _))| (date(&id), uid)).collect()
    };
    let first = by_date(fixture.publish(AT));
    assert_eq!(first.len(), 12);
    let edits: [(&str, &str); 10] = [
        ("Solidarity circle", "Circle of solidarity"),
        ("2027-01-12T18:00:00", "2027-01-12T19:00:00"),
        ("duration = \"90m\"", "duration = \"2h\""),
        ("every = \"2 weeks\", times = 12", "every = \"2 weeks\", until = 2027-06-15"),
        ("status = \"cancelled\"", "title = \"Takes place\""),
        ("2027-03-10T18:00:00", "2027-03-09T12:00:00\nfrom = true"),
        ("repeat =", "description = \"With cake.\"\nrepeat ="),
        ("every = \"2 weeks\"", "every = [\"Tuesday\"], weeks = 2"),
        ("America/New_York", "America/Chicago"),
        ("id = \"circle", "was = \"circle\"\nid = \"ring"),
    ];
    let mut toml = TERM.to_owned();
    for (step, (old, new)) in edits.into_iter().enumerate() {
        assert!(toml.contains(old), "{old}");
        toml = toml.replace(old, new);
        if step == 9 {
            // The overrides do not name former ids; only the rule does.
            toml = toml.replace("was = \"circle\"\nid = \"ring-", "id = \"ring-");
        }
        fixture.write(&toml);
        assert_eq!(by_date(fixture.publish(&day(step))), first, "{old}");
    }
    assert!(numbers(&fixture.publish(&day(10))).contains_key("ring-2027-03-09"));
}

#[test]
fn a_session_that_repeats_gives_its_uid_to_the_date_that_it_had() {
    let single = list(&crate::support::session("tea", "2027-05-11T18:00:00", ""));
    let weekly = tea(START, "{ every = \"week\", times = 3 }", "");
    let other_days = tea("2027-05-05T18:00:00", "{ every = \"week\", times = 3 }", "");
    for (file, heir) in [(&weekly, "tea-2027-05-11"), (&other_days, "tea-2027-05-05")] {
        let fixture = Fixture::new(&single);
        let (uid, _) = numbers(&fixture.publish(AT))["tea"].clone();
        fixture.write(file);
        let after = numbers(&fixture.publish(&day(1)));
        assert_eq!(after.len(), 3);
        assert_eq!(after[heir], (uid, 1), "{after:?}");
        assert_eq!(numbers(&fixture.publish(&day(2))), after, "only once");
    }
}

#[test]
fn a_given_uid_goes_to_the_first_date_and_the_others_begin_with_it() {
    let with = |start: &str, more: &str| {
        tea(start, "{ every = \"week\", times = 3 }", &format!("uid = \"a@b.example\"\n{more}"))
    };
    let fixture = Fixture::new(&with(START, "except = 2027-05-04\n"));
    let uids = |published| -> Vec<String> {
        numbers(&published).into_iter().map(|(_, (uid, _))| uid).collect()
    };
    let first = ["a@b.example", "a@b.example/20270518T180000"];
    assert_eq!(uids(fixture.publish(AT)), first);
    // A date that is added later is not the first, and its UID stays the same when the time changes.
    fixture.write(&with("2027-05-04T19:00:00", ""));
    let all = ["a@b.example/20270504T190000", first[0], first[1]];
    assert_eq!(uids(fixture.publish(&day(1))), all);
    fixture.write(&with("2027-05-04T20:00:00", &on("2027-05-18", "uid = \"own@b.example\"")));
    assert_eq!(uids(fixture.publish(&day(2)))[..2], all[..2]);
    let days = list(
        "\n[[sessions]]\nid = \"d\"\ntitle = \"D\"\nstart = 2027-05-04\nduration = \"1d\"\nuid = \"d@b\"\n\
         repeat = { every = \"day\", times = 2 }\n",
    );
    assert_eq!(uids(Fixture::new(&days).publish(AT)), ["d@b", "d@b/20270505"]);
}

#[test]
fn a_given_uid_of_a_published_session_stays_with_its_date() {
    let uid = "uid = \"a@b.example\"\n";
    let single = list(&crate::support::session("tea", "2027-05-11T18:00:00", uid));
    let fixture = Fixture::new(&single);
    fixture.publish(AT);
    fixture.write(&tea(START, "{ every = \"week\", times = 3 }", uid));
    let after = numbers(&fixture.publish(&day(1)));
    assert_eq!(after["tea-2027-05-11"].0, "a@b.example");
    assert_eq!(after["tea-2027-05-04"].0, "a@b.example/20270504T180000");
}

#[test]
fn former_ids_of_a_rule_and_of_a_date_lead_to_their_entries() {
    let fixture = Fixture::new(&tea(START, "{ every = \"week\", times = 3 }", ""));
    let before = numbers(&fixture.publish(AT));
    let rule = tea("2027-05-05T18:00:00", "{ every = \"week\", times = 3 }", "");
    let moved = ["04", "11", "18"].map(|date| {
        let next: u32 = date.parse::<u32>().unwrap() + 1;
        on(&format!("2027-05-{next:02}"), &format!("was = \"tea-2027-05-{date}\""))
    });
    fixture.write(&(rule + &moved.concat()));
    let after = numbers(&fixture.publish(&day(1)));
    let uids = |numbers: &std::collections::BTreeMap<String, (String, u32)>| -> Vec<String> {
        numbers.values().map(|(uid, _)| uid.clone()).collect()
    };
    assert_eq!(uids(&after), uids(&before));
    assert!(after.values().all(|(_, sequence)| *sequence == 1), "{after:?}");
}

#[test]
fn a_date_that_was_left_out_comes_back_as_itself() {
    let with = |more: &str| tea(START, "{ every = \"week\", times = 3 }", more);
    let fixture = Fixture::new(&with(""));
    let (uid, _) = numbers(&fixture.publish(AT))["tea-2027-05-11"].clone();
    fixture.write(&with("except = 2027-05-11\n"));
    assert_eq!(numbers(&fixture.publish(&day(1))).len(), 2);
    fixture.write(&with("").replace("18:00", "19:00").replace("Tea", "Coffee"));
    assert_eq!(numbers(&fixture.publish(&day(2)))["tea-2027-05-11"], (uid, 2));
}
