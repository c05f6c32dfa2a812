//! Template of `convene init`: three upcoming sessions, and a comment for every setting.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc, Weekday};

/// The `url` in the template, at which `convene` serves by default.
pub const URL: &str = "http://127.0.0.1:8080";

/// A commented `sessions.toml` without findings, whose sessions are some weeks after `now`. Its `url` is the given one,
/// which holds no quote and no backslash, or else [`URL`].
/// Lines that begin with `#` and a letter are disabled settings; each is valid as written.
/// Lines that begin with `#` and a letter are settings switched off; each is right as it stands.
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
        r##"# The sessions of one calendar, as convene reads them. Replace the examples, and run
#
#     convene check      says everything that is wrong, and what to write instead
#     convene            serves it on {URL}
#
# Lines that begin with `# ` are notes. Where `#` is followed by a word at once, a setting is switched
# off: take the `#` away to switch it on.

[calendar]
id = "our-sessions"              # permanent: subscribers' calendars know your sessions by it
title = "Our sessions"
description = """
What this calendar is about, in two or three sentences. *Markdown* works, and so do \
[links](https://example.org)."""
url = "{url}"    # {note}
timezone = "America/New_York"    # the clock that `start` and `end` are read on
also_in = ["America/Los_Angeles"]    # times are spelled out in these zones too
duration = "90m"                 # how long a session lasts that does not say so
#language = "es"                  # how dates and times are written; "en-US" without it
#organizer = {{ name = "Our organisation", email = "hello@example.org" }}
#keep_past = "365d"               # how long past sessions stay in calendars; without it they always stay

# Each series has a calendar of its own to subscribe to, beside the one of everything.
[[series]]
id = "first-series"
title = "First series"

[[sessions]]
id = "opening-talk"              # part of its addresses; change it later with `was = "opening-talk"`
series = "first-series"
title = "Opening talk"
start = {talk}T18:00:00
register = "https://example.org/register"    # where to sign up
#join = "https://example.org/join"            # where to take part online
description = """
What will happen, and who should come."""
#status = "cancelled"             # calls it off; leave the session in the list, so that readers see it

[[sessions]]
id = "workshop"
series = "first-series"
title = "Workshop"
start = {workshop}T12:00:00
duration = "2h"                  # or `end = {workshop}T14:00:00`
place = {{ name = "Community Hall", address = "1 Main Street, Springfield" }}
#timezone = "Europe/London"       # if it is on another clock than the calendar's
#remind = "30m"                   # a reminder, for those who add this session alone

# Whole days: dates without a time, `end` being the last day.
[[sessions]]
id = "gathering"
title = "Gathering of all"
start = {gathering}
end = {sunday}
"##
    )
}

/// The first such day of the week that is at least so many days after a date.
fn next(weekday: Weekday, date: NaiveDate, days: u64) -> NaiveDate {
    let mut following = (date + Days::new(days)).iter_days();
    following.find(|day| day.weekday() == weekday).expect("one of seven days has the name")
}
