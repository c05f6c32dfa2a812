//! Compares printed lines word for word with `tests/words/lines.txt`; `~` is a word joiner. `UPDATE=1` rewrites the
//! file; read the diff aloud.

use std::fmt::Write as _;

use super::{file, printed, range_with_utc};
use crate::support::rewrites;

const EXPECTED: &str = "tests/words/lines.txt";

/// Returns a calendar for American evenings with readers in London and Tokyo.
fn american(language: &str) -> String {
    format!(
        "timezone = \"America/Los_Angeles\"\nlanguage = \"{language}\"\n\
         also_in = [\"America/New_York\", \"Europe/London\", \"Asia/Tokyo\"]"
    )
}

#[test]
fn american_evenings_whole_days_and_repeated_hours_read_as_expected() {
    let mut lines = String::new();
    for (what, session) in [
        ("an evening", "start = 2027-03-16T18:30:00"),
        ("over midnight", "start = 2027-03-16T23:30:00"),
        ("new year's eve", "start = 2027-12-31T18:30:00"),
        ("the zone of the session", "start = 2027-03-16T18:30:00\ntimezone = \"Europe/Berlin\""),
        (
            "the first hour of two",
            "start = 2027-11-07T01:10:00\nduration = \"30m\"\nfold = \"earlier\"",
        ),
        (
            "the second hour of two",
            "start = 2027-11-07T01:10:00\nduration = \"30m\"\nfold = \"later\"",
        ),
        ("into the second hour", "start = 2027-11-07T00:30:00\nduration = \"90m\""),
        ("over both hours", "start = 2027-11-07T00:30:00\nduration = \"4h\""),
        ("whole days", "start = 2027-05-07\nend = 2027-05-09"),
        ("whole days over new year", "start = 2027-12-31\nend = 2028-01-02"),
    ] {
        writeln!(lines, "# {what}").unwrap();
        for language in ["en-US", "es", "de", "ar"] {
            let line = range_with_utc(&file(&american(language), session));
            writeln!(lines, "{language}: {line}").unwrap();
        }
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(EXPECTED);
    if rewrites() {
        std::fs::write(&path, &lines).unwrap();
    }
    assert_eq!(lines, std::fs::read_to_string(path).unwrap());
}

#[test]
fn a_clock_that_changes_during_a_session_has_its_name_at_start_and_end() {
    let german = "timezone = \"Europe/Berlin\"\nlanguage = \"de\"";
    let line = range_with_utc(&file(german, "start = 2027-10-31T01:00:00\nduration = \"4h\""));
    assert_eq!(
        line,
        "Sonntag, 31. Oktober 2027, 01:00 MESZ~–~04:00 MEZ (Sa., 30. Okt., 23:00~–~So 03:00 UTC)"
    );
}

#[test]
fn zones_with_the_same_hour_and_name_are_printed_once() {
    let calendar = "timezone = \"America/Los_Angeles\"\n\
        also_in = [\"America/Vancouver\", \"America/Tijuana\", \"America/New_York\"]";
    let summer = range_with_utc(&file(calendar, "start = 2027-07-06T14:00:00"));
    assert_eq!(
        summer,
        "Tuesday, July 6, 2027, 2~–~3:30 pm PT / 5~–~6:30 pm ET (21:00~–~22:30 UTC)"
    );
    let winter = range_with_utc(&file(calendar, "start = 2027-12-07T14:00:00"));
    assert_eq!(
        winter,
        "Tuesday, December 7, 2027, 2~–~3:30 pm PT / 3~–~4:30 pm Vancouver Time / \
         5~–~6:30 pm ET (22:00~–~23:30 UTC)"
    );
}

#[test]
fn no_two_hours_of_a_line_have_one_name() {
    let calendar = "timezone = \"America/Phoenix\"\n\
        also_in = [\"America/Denver\", \"America/New_York\"]";
    assert_eq!(
        range_with_utc(&file(calendar, "start = 2027-07-07T10:00:00")),
        "Wednesday, July 7, 2027, 10~–~11:30 am MST / 11 am~–~12:30 pm MT / 1~–~2:30 pm ET \
         (17:00~–~18:30 UTC)"
    );
}

#[test]
fn a_summer_s_day_has_the_summer_s_name() {
    let german = "timezone = \"Europe/Berlin\"\nlanguage = \"de\"";
    for day in ["2027-04-13", "2027-07-13", "2027-10-12"] {
        let line = range_with_utc(&file(german, &format!("start = {day}T19:00:00")));
        assert!(line.ends_with("19:00~–~20:30 MESZ (17:00~–~18:30 UTC)"), "{line}");
    }
}

#[test]
fn a_day_of_another_week_is_never_named_by_its_weekday_alone() {
    let calendar = "timezone = \"America/Los_Angeles\"\nalso_in = [\"America/New_York\"]";
    let line =
        range_with_utc(&file(calendar, "start = 2027-03-16T18:30:00\nend = 2027-03-23T20:00:00"));
    assert_eq!(
        line,
        "Tuesday, March 16, 2027, 6:30 pm~–~Tue, Mar 23, 8 pm PT / Tue, Mar 16, 9:30 pm~–~\
         Tue, Mar 23, 11 pm ET (Wed, Mar 17, 01:30~–~Wed, Mar 24, 03:00 UTC)"
    );
}

#[test]
fn a_label_of_utc_does_not_hide_utc() {
    let calendar = "timezone = \"America/New_York\"\n\
        also_in = { zone = \"Europe/London\", label = \"UTC\" }";
    let line = range_with_utc(&file(calendar, "start = 2027-07-06T12:00:00"));
    assert!(line.ends_with("(16:00~–~17:30 UTC)"), "{line}");
}

#[test]
fn a_repeated_hour_of_a_city_is_unambiguous() {
    let catalog = super::catalog(&file("timezone = \"UTC\"", "start = 2027-10-31T00:10:00"));
    let words = super::Words::new(&catalog.calendar);
    let london = catalog.calendar.rules.zone("Europe/London").unwrap();
    let hours = ["2027-10-31T00:10:00Z", "2027-10-31T01:10:00Z", "2027-10-31T02:10:00Z"]
        .map(|at| words.hour_there(at.parse().unwrap(), &london));
    assert_eq!(hours, ["1:10 am GMT+1", "1:10 am GMT", "2:10 am"]);
}

#[test]
fn utc_is_printed_once() {
    let line = range_with_utc(&file("timezone = \"UTC\"", "start = 2027-07-07T10:00:00"));
    assert_eq!(line, "Wednesday, July 7, 2027, 10~–~11:30 am UTC");
}

#[test]
fn a_move_to_another_day_names_both_days_in_full() {
    let toml = file(&american("en-US"), "start = 2027-03-16T18:30:00");
    let to = super::catalog(&file(&american("en-US"), "start = 2027-03-18T18:30:00"));
    let change = printed(&toml, |words, when, calendar| {
        words.moved_from(when, &to.sessions[0].when, calendar)
    });
    assert_eq!(
        change,
        "Moved from Tuesday, March 16, 2027, 6:30 pm PT / 9:30 pm ET / Wed, Mar 17, 1:30 am London Time / \
         Wed 10:30 am Tokyo Time to Thursday, March 18, 2027, 6:30 pm PT / 9:30 pm ET / \
         Fri, Mar 19, 1:30 am London Time / Fri 10:30 am Tokyo Time."
    );
    let summer = "timezone = \"America/Los_Angeles\"\nalso_in = [\"America/New_York\"]";
    let to = super::catalog(&file(summer, "start = 2027-07-06T15:00:00"));
    let toml = file(summer, "start = 2027-07-06T14:00:00");
    let change = printed(&toml, |words, when, calendar| {
        words.moved_from(when, &to.sessions[0].when, calendar)
    });
    assert_eq!(change, "Moved from Tuesday, July 6, 2027, 2 pm PT / 5 pm ET to 3 pm PT / 6 pm ET.");
}

#[test]
fn calendars_have_plain_hyphens() {
    let toml = file("timezone = \"America/Los_Angeles\"", "start = 2027-05-07\nend = 2027-05-09");
    let line = printed(&toml, |words, when, calendar| {
        words.clone().in_calendars().range_with_utc(when, calendar)
    });
    assert_eq!(line, "Friday, May 7, 2027-Sun, May 9");
}
