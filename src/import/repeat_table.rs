//! Writes the dates of a recurring event as one table with `repeat`, and a table for each date that differs.
//!
//! The table is derived from the dates, not from the RRULE: they already follow EXDATE, RDATE, moved dates and clock
//! changes. It is then read back, and must give what single tables give.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::calendar::CalendarTable;
use super::new_session::NewSession;
use super::repeat_lines::SessionLines;
use super::repeat_rule::DateRule;
use super::session_lines::{self, Line};
use super::toml_text::quoted;
use super::usual::{Length, Usual, usual};
use crate::config;
use crate::model::Session;
use crate::rfc3339;
use crate::source::Source;
use crate::zone::Rules;

/// The fewest dates of a rule.
const FEWEST: usize = 3;
/// The most dates of a table with `repeat`, and its longest `uid`.
pub(super) const MOST: usize = 500;
const LONGEST_UID: usize = 191 - 20;
/// The tables of a recurring event.
pub(super) struct RepeatTables {
    /// The lines of the table with `repeat`, without its id.
    table: Vec<Line>,
    /// The lines of the dates that differ.
    overrides: BTreeMap<NaiveDate, Vec<Line>>,
    pub(super) dates: Vec<NaiveDate>,
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
