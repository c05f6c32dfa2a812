//! Compares the dates of rules with those of python-dateutil, which `tests/repeat/rules.py` writes into a file.

use super::{all_times, catalog, tea};

const RULES: &str = include_str!("../../repeat/rules.txt");

#[test]
fn rules_give_the_dates_that_python_dateutil_gives() {
    let mut count = 0;
    for line in RULES.lines() {
        let [start, repeat, except, dates] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let toml = tea(&format!("{start}T10:00:00"), repeat, &format!("except = {except}\n"));
        let catalog = catalog(&toml);
        let got: Vec<String> =
            catalog.sessions.iter().map(|session| session.id.to_string()).collect();
        let expected: Vec<String> = dates.split(' ').map(|date| format!("tea-{date}")).collect();
        assert_eq!(got, expected, "{line}");
        count += 1;
    }
    assert_eq!(count, 300);
}

#[test]
fn the_clock_on_the_wall_stays_over_clock_changes() {
    let toml = tea("2027-03-07T18:00:00", "{ every = \"week\", times = 2 }", "");
    assert_eq!(all_times(&toml), ["03-07 18:00-19:00", "03-14 18:00-19:00"]);
    let starts: Vec<String> = catalog(&toml)
        .sessions
        .iter()
        .map(|session| session.when.start().format("%H:%M").to_string())
        .collect();
    assert_eq!(starts, ["23:00", "22:00"]);
}

#[test]
fn a_date_is_left_out_and_others_are_added() {
    let more = "except = 2027-05-11\nalso = [2027-05-13, 2027-05-15T10:30:00, 2027-04-01]\n";
    let toml = tea("2027-05-04T18:00:00", "{ every = \"week\", until = 2027-05-18 }", more);
    assert_eq!(
        all_times(&toml),
        [
            "04-01 18:00-19:00",
            "05-04 18:00-19:00",
            "05-13 18:00-19:00",
            "05-15 10:30-11:30",
            "05-18 18:00-19:00"
        ]
    );
}

#[test]
fn five_hundred_dates_are_allowed_and_one_more_is_not() {
    let with = |times: usize, more: &str| {
        tea("2027-05-04", &format!("{{ every = \"day\", times = {times} }}"), more)
            + "duration = \"1d\"\n"
    };
    assert_eq!(catalog(&with(500, "")).sessions.len(), 500);
    assert_eq!(catalog(&with(500, "except = 2027-05-04\nalso = 2027-05-01\n")).sessions.len(), 500);
    let refused = std::panic::catch_unwind(|| catalog(&with(500, "also = 2027-05-01\n")));
    assert!(refused.is_err());
}
