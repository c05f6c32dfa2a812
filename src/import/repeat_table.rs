//! Writes the dates of a recurring event as one table with `repeat`, and a table for each date that differs.
//!
//! The table is derived from the dates, not from the RRULE: they already follow EXDATE, RDATE, moved dates and clock
//! changes. It is then read back, and must give what single tables give.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

use super::calendar::CalendarTable;
use super::new_session::{Details, NewSession};
use super::repeat_rule::DateRule;
use super::session_lines::{self, Line, elapsed};
use super::timing::SessionTimes;
use super::toml_text::quoted;
use crate::config;
use crate::model::{Every, Nth, Session};
use crate::rfc3339;
use crate::source::Source;
use crate::zone::Rules;

/// The fewest dates of a rule.
const FEWEST: usize = 3;
/// The most dates of a table with `repeat`, and its longest `uid`.
pub(super) const MOST: usize = 500;
const LONGEST_UID: usize = 191 - 20;
/// The number of left-out dates in a line.
const IN_A_LINE: usize = 8;

/// The tables of a recurring event.
pub(super) struct RepeatTables {
    /// The lines of the table with `repeat`, without its id.
    table: Vec<Line>,
    /// The lines of the dates that differ.
    overrides: BTreeMap<NaiveDate, Vec<Line>>,
    pub(super) dates: Vec<NaiveDate>,
}

/// How most dates are: their details, and their times relative to the midnight of the date by the rule.
#[derive(Clone, PartialEq)]
struct Usual<'a> {
    details: &'a Details,
    zone: Option<&'a str>,
    start: TimeDelta,
    length: Length,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    /// The number of days after the first.
    Days(TimeDelta),
    /// Wall-clock time.
    Until(TimeDelta),
    Elapsed(TimeDelta),
}

impl RepeatTables {
    /// Returns the tables of the sessions of one event, or none if single tables are clearer or say more. `uid` is that
    /// of the first date.
    pub(super) fn new(
        sessions: &[&NewSession],
        uid: Option<&str>,
        calendar: &CalendarTable,
        rules: &Rules,
    ) -> Option<Self> {
        if !(FEWEST..=MOST).contains(&sessions.len()) {
            return None;
        }
        let event = &sessions.first()?.occurrence.as_ref()?.event;
        let is_ours =
            |session: &&NewSession| session.details.id.is_some() || session.details.feed.is_some();
        let lost_uid = |session: &&NewSession| session.uid.is_some() != uid.is_some();
        if sessions.iter().any(|session| is_ours(session) || lost_uid(session))
            || uid.is_some_and(|uid| uid.len() > LONGEST_UID)
        {
            return None;
        }
        let mut by_date: BTreeMap<NaiveDate, (NaiveDateTime, &NewSession)> = BTreeMap::new();
        for session in sessions {
            let planned = session_lines::start(&session.occurrence.as_ref()?.planned, calendar);
            if by_date.insert(planned.date(), (planned, session)).is_some() {
                return None;
            }
        }
        let dates: BTreeSet<NaiveDate> = by_date.keys().copied().collect();
        let rule = DateRule::of(&dates, event.frequency.as_deref())?;
        let tables = Self::of_rule(&rule, &by_date, uid, calendar, rules)?;
        tables.says_the_same(&by_date, calendar, rules).then_some(tables)
    }

    fn of_rule(
        rule: &DateRule,
        sessions: &BTreeMap<NaiveDate, (NaiveDateTime, &NewSession)>,
        uid: Option<&str>,
        calendar: &CalendarTable,
        rules: &Rules,
    ) -> Option<Self> {
        let all = || sessions.iter().map(|(date, (_, session))| (*date, *session));
        // If a clock change is within the dates, one of the two kinds of lengths is the same on all.
        let wall = usual(all().map(|(date, session)| Usual::of(date, session, calendar, false)));
        let real = usual(all().map(|(date, session)| Usual::of(date, session, calendar, true)));
        let (times, usual) = if wall.as_ref()?.0 >= real.as_ref()?.0 { wall? } else { real? };
        let changed = sessions.len() - times;
        if changed > sessions.len() / 3 {
            return None;
        }
        let is_elapsed = matches!(usual.length, Length::Elapsed(_));
        let of_rule = |date: NaiveDate| date.and_time(NaiveTime::MIN) + usual.start;
        // A moved date has no day of its own in the rule.
        if of_rule(rule.start).date() != rule.start {
            return None;
        }
        let also = rule.also.iter().map(|date| (*date, sessions[date].0));
        let also: BTreeMap<NaiveDate, NaiveDateTime> =
            also.filter(|(date, planned)| of_rule(*date) != *planned).collect();
        let model = all().find(|(date, session)| {
            Usual::of(*date, session, calendar, is_elapsed).as_ref() == Some(&usual)
        });
        let (_, model) = model?;
        let first = SessionLines { usual: &usual, model, calendar, rules };
        let mut overrides = BTreeMap::new();
        for (date, session) in all() {
            let start = also.get(&date).copied().unwrap_or_else(|| of_rule(date));
            let lines = first.differing(session, date, start, is_elapsed)?;
            if !lines.is_empty() {
                overrides.insert(date, lines);
            }
        }
        if overrides.len() > sessions.len() / 3 {
            return None;
        }
        let also = rule.also.iter().map(|date| match also.get(date) {
            Some(at) => rfc3339::local(*at),
            None => date.to_string(),
        });
        let table = first.table(rule, of_rule(rule.start), also.collect(), uid);
        Some(Self { table, overrides, dates: sessions.keys().copied().collect() })
    }

    /// Returns the text of the tables, each after an empty line.
    pub(super) fn text(&self, id: &str) -> String {
        let mut text = table(id, &self.table);
        for (date, lines) in &self.overrides {
            text.push_str(&table(&format!("{id}-{date}"), lines));
        }
        text
    }

    /// Returns whether the tables give the sessions that single tables give.
    fn says_the_same(
        &self,
        sessions: &BTreeMap<NaiveDate, (NaiveDateTime, &NewSession)>,
        calendar: &CalendarTable,
        rules: &Rules,
    ) -> bool {
        let singles = sessions.iter().map(|(date, (_, session))| {
            table(&format!("x-{date}"), &session_lines::lines(session, calendar, rules))
        });
        let singles: String = singles.collect();
        let read = |tables: String| {
            let zone = quoted(&session_lines::named(&calendar.zone, rules));
            let text =
                format!("[calendar]\nid = \"all\"\ntitle = \"All\"\ntimezone = {zone}\n{tables}");
            let source = Source::from_bytes("sessions.toml", text.into_bytes());
            let own = |session| Session { uid: None, date: None, ..session };
            let catalog = config::load(&source, rules).catalog?;
            Some(catalog.sessions.into_iter().map(own).collect::<Vec<_>>())
        };
        let expected = read(singles);
        expected.is_some() && read(self.text("x")) == expected
    }
}

/// Returns a table of a session.
pub(super) fn table(id: &str, lines: &[Line]) -> String {
    let lines = lines.iter().map(|(key, value)| format!("{key} = {value}\n"));
    format!("\n[[sessions]]\nid = {}\n{}", quoted(id), lines.collect::<String>())
}

impl<'a> Usual<'a> {
    /// Returns how a session on a date by the rule is.
    fn of(
        date: NaiveDate,
        session: &'a NewSession,
        calendar: &'a CalendarTable,
        is_elapsed: bool,
    ) -> Option<Self> {
        let zone = session_lines::zone(&session.times, calendar);
        let twice = |at| session_lines::twice(zone, at).is_some();
        let (zone, length) = match &session.times {
            SessionTimes::Days(first, last) => (None, Length::Days(*last - *first)),
            // A time that happens twice needs `fold`.
            SessionTimes::Timed(_, start, _) if twice(*start) => return None,
            SessionTimes::Timed(_, start, end) if is_elapsed => {
                (Some(zone.name()), Length::Elapsed(*end - *start))
            }
            SessionTimes::Timed(_, _, end) if twice(*end) => return None,
            SessionTimes::Timed(_, start, end) => {
                (Some(zone.name()), Length::Until(zone.local(*end) - zone.local(*start)))
            }
        };
        let start = session_lines::start(&session.times, calendar) - date.and_time(NaiveTime::MIN);
        Some(Self { details: &session.details, zone, start, length })
    }
}

/// Returns how most sessions are, and how many.
fn usual<'a>(all: impl Iterator<Item = Option<Usual<'a>>>) -> Option<(usize, Usual<'a>)> {
    let mut kinds: Vec<(usize, Usual<'a>)> = Vec::new();
    for own in all.flatten() {
        let known = kinds.iter_mut().find(|(_, kind)| {
            let is_same = std::ptr::eq(kind.details, own.details);
            (kind.start, kind.length, kind.zone) == (own.start, own.length, own.zone)
                && (is_same || kind.details == own.details)
        });
        match known {
            Some((times, _)) => *times += 1,
            None => kinds.push((1, own)),
        }
    }
    kinds.into_iter().rev().max_by_key(|(times, _)| *times)
}

/// What lines are derived from: how most sessions are, and one of them.
struct SessionLines<'a> {
    usual: &'a Usual<'a>,
    model: &'a NewSession,
    calendar: &'a CalendarTable,
    rules: &'a Rules,
}

impl SessionLines<'_> {
    /// Returns the lines of the table with the rule, which starts at a time.
    fn table(
        &self,
        rule: &DateRule,
        start: NaiveDateTime,
        also: Vec<String>,
        uid: Option<&str>,
    ) -> Vec<Line> {
        let Self { usual, model, calendar, rules } = self;
        let details = usual.details;
        let mut lines = vec![("title", quoted(&details.title))];
        lines.extend(match usual.length {
            Length::Days(more) => {
                let last = rule.start + more;
                [("start", rule.start.to_string()), ("end", last.to_string())]
            }
            Length::Until(length) => {
                [("start", rfc3339::local(start)), ("end", rfc3339::local(start + length))]
            }
            Length::Elapsed(length) => {
                [("start", rfc3339::local(start)), ("duration", quoted(&elapsed(length)))]
            }
        });
        lines.extend(session_lines::timezone(&model.times, calendar, rules));
        lines.push(("repeat", repeat(rule)));
        let except: Vec<String> = rule.except.iter().map(ToString::to_string).collect();
        for (key, dates) in [("except", except), ("also", also)] {
            if !dates.is_empty() {
                lines.push((key, list(&dates)));
            }
        }
        lines.extend(session_lines::others(details));
        lines.extend(uid.map(|uid| ("uid", quoted(uid))));
        lines.extend(session_lines::description(details));
        lines
    }

    /// Returns the lines that a date does not inherit; none if it lacks a value that it would inherit.
    fn differing(
        &self,
        session: &NewSession,
        date: NaiveDate,
        start: NaiveDateTime,
        is_elapsed: bool,
    ) -> Option<Vec<Line>> {
        let Self { usual, model, calendar, rules } = self;
        let own = Usual::of(date, session, calendar, is_elapsed);
        let begins = start - date.and_time(NaiveTime::MIN);
        let has_times = own.is_some_and(|own| {
            (own.start, own.length, own.zone) == (begins, usual.length, usual.zone)
        });
        let with_times = |times: &SessionTimes| {
            let mut lines = session_lines::times(times, calendar);
            let zone = session_lines::zone(times, calendar);
            lines.push(("timezone", quoted(&session_lines::named(zone, rules))));
            lines
        };
        let mut lines = Vec::new();
        let differs = |line: &Line, inherited: &[Line]| !inherited.contains(line);
        if session.details.title != usual.details.title {
            lines.push(("title", quoted(&session.details.title)));
        }
        if !has_times {
            let inherited = with_times(&model.times);
            let own = with_times(&session.times).into_iter();
            lines.extend(own.filter(|line| line.0 != "timezone" || differs(line, &inherited)));
        }
        if std::ptr::eq(usual.details, &raw const *session.details) {
            return Some(lines);
        }
        let all = |details: &Details| -> Vec<Line> {
            let description = session_lines::description(details);
            session_lines::others(details).into_iter().chain(description).collect()
        };
        let (inherited, own) = (all(usual.details), all(&session.details));
        for (key, _) in &inherited {
            if own.iter().all(|(own, _)| own != key) {
                let empty = match *key {
                    "status" => "\"confirmed\"",
                    "tags" | "remind" | "speakers" => "[]",
                    _ => return None,
                };
                lines.push((key, empty.to_owned()));
            }
        }
        lines.extend(own.into_iter().filter(|line| differs(line, &inherited)));
        Some(lines)
    }
}

/// Returns the value of `repeat`.
fn repeat(rule: &DateRule) -> String {
    let unit = |number: u32, unit: &str| match number {
        1 => quoted(unit),
        _ => quoted(&format!("{number} {unit}s")),
    };
    let every = match &rule.every {
        Every::Days(days) => unit(*days, "day"),
        Every::Weeks(weeks, weekdays) if *weekdays == [rule.start.weekday()] => {
            unit(*weeks, "week")
        }
        Every::Weeks(weeks, weekdays) => {
            let weekdays: Vec<String> =
                weekdays.iter().map(|weekday| quoted(name(*weekday))).collect();
            let weeks = match weeks {
                1 => String::new(),
                _ => format!(", weeks = {weeks}"),
            };
            format!("[{}]{weeks}", weekdays.join(", "))
        }
        Every::Months(months) => unit(*months, "month"),
        Every::Years(years) => unit(*years, "year"),
        Every::NthWeekday(nth, weekday) => {
            let nth = match nth {
                Nth::From(1) => "first",
                Nth::From(2) => "second",
                Nth::From(3) => "third",
                Nth::From(4) => "fourth",
                Nth::From(_) => "fifth",
                Nth::Last => "last",
            };
            quoted(&format!("{nth} {}", name(*weekday)))
        }
    };
    format!("{{ every = {every}, until = {} }}", rule.until)
}

fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// Returns a list of dates, over several lines if it is long.
fn list(dates: &[String]) -> String {
    if dates.len() <= IN_A_LINE {
        return format!("[{}]", dates.join(", "));
    }
    let lines = dates.chunks(IN_A_LINE).map(|dates| format!("    {},\n", dates.join(", ")));
    format!("[\n{}]", lines.collect::<String>())
}
