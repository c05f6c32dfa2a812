//! Template of `convene init`: three upcoming sessions, and a comment for every setting.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc, Weekday};

/// The `url` in the template, at which `convene` serves by default.
pub const URL: &str = "http://127.0.0.1:8080";

/// A commented `sessions.toml` without findings, with sessions some weeks after `now`. Its `url` is the given one,
/// which must not contain quotes or backslashes, or else [`URL`].
///
/// Lines that begin with `#` and a letter are disabled settings; each is valid as written.
pub fn list(url: Option<&str>, now: DateTime<Utc>) -> String {
    let (url, note) = match url {
        Some(url) => (url, "the public address"),
        None => (URL, "the public address; change it before you put this online"),
    };
    let today = now.date_naive();
    let talk = next(Weekday::Tue, today, 14);
    let workshop = next(Weekday::Thu, today, 42);
    let gathering = next(Weekday::Sat, today, 70);
    let sunday = next(Weekday::Sun, gathering, 0);
    format!(
        r##"# The sessions of one calendar, for convene. Replace the examples by your sessions, and run
#
#     convene check      to find every mistake, with suggested fixes
#     convene            to serve the calendar on {URL}
#
# Lines that begin with `# ` are notes. Lines that begin with `#` and a word are disabled settings:
# to enable a setting, remove the `#`.

[calendar]
id = "our-sessions"              # permanent: subscribers' calendars know your sessions by it
title = "Our sessions"
description = """
Two or three sentences about this calendar. You can use *Markdown* and \
[links](https://example.org)."""
url = "{url}"    # {note}
timezone = "America/New_York"    # the zone of `start` and `end`
also_in = ["America/Los_Angeles"]    # times are printed in these zones too
duration = "90m"                 # the length of sessions that do not give their own
#language = "es"                  # the language of dates and times; the default is "en-US"
#organizer = {{ name = "Our organization", email = "hello@example.org" }}
#keep_past = "365d"               # how long past sessions stay in calendars; the default is forever

# Each series has its own calendar to subscribe to, in addition to the calendar of all sessions.
[[series]]
id = "first-series"
title = "First series"

[[sessions]]
id = "opening-talk"              # part of its addresses; change it later with `was = "opening-talk"`
series = "first-series"
title = "Opening talk"
start = {talk}T18:00:00
register = "https://example.org/register"    # the address to register at
#join = "https://example.org/join"            # the address to join online
description = """
The topic of the talk, and the people it is for."""
#status = "cancelled"             # cancels the session; keep its table, so that readers see the cancellation

[[sessions]]
id = "workshop"
series = "first-series"
title = "Workshop"
start = {workshop}T12:00:00
duration = "2h"                  # or `end = {workshop}T14:00:00`
place = {{ name = "Community Hall", address = "1 Main Street, Springfield" }}
#timezone = "Europe/London"       # if it differs from the calendar's zone
#remind = "30m"                   # a reminder, for readers who add only this session

# Whole days: dates without a time. `end` is the last day.
[[sessions]]
id = "gathering"
title = "Gathering"
start = {gathering}
end = {sunday}
"##
    )
}

/// The first given weekday that is at least so many days after a date.
fn next(weekday: Weekday, date: NaiveDate, days: u64) -> NaiveDate {
    let mut following = (date + Days::new(days)).iter_days();
    following.find(|day| day.weekday() == weekday).expect("one of seven days has the name")
}
