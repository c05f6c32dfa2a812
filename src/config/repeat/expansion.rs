//! Converts the dates of a repeating session to sessions.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate, Weekday};

use super::super::context::{Context, Located};
use super::super::feeds::values;
use super::super::session::{ReadSession, Shared};
use super::dates::Dates;
use super::gaps::Gaps;
use super::overrides::Override;
use super::segment::Segment;
use crate::model::{Id, Planned, RepeatDate};

/// The values that the dates share, and the dates with a skipped time.
pub(super) struct Expansion<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) id: &'a Located<Id>,
    pub(super) was: &'a [Located<Id>],
    pub(super) shared: Shared<'a>,
    pub(super) gaps: Gaps,
}

impl Expansion<'_> {
    /// Returns the session of each date, and whether one of them needs the `fold` of the rule.
    pub(super) fn sessions<'a>(
        &mut self,
        first: Segment<'a>,
        dates: &Dates,
        mut overrides: BTreeMap<NaiveDate, Override<'a>>,
    ) -> (Vec<ReadSession>, bool) {
        let by_rule = first.times.clone();
        let weekdays = weekdays(dates);
        let mut sessions = Vec::with_capacity(dates.len());
        let mut segment = first;
        for (date, also) in dates {
            let also = also.as_ref();
            let time = also.map(|time| time.value).or(by_rule.time);
            let planned = time.map_or(Planned::Day(*date), |time| Planned::At(date.and_time(time)));
            let times = also.map_or_else(|| segment.times.clone(), |time| segment.times.at(time));
            let own = overrides.remove(date);
            let read = match &own {
                Some(own) => segment.overridden(own, &times, self.shared, &mut self.gaps),
                None => segment.plain(*date, &times, self.shared, &mut self.gaps),
            };
            let read = self.placed(read, *date, planned, own.as_ref());
            if let Some(session) = &read.session {
                segment.advise(session, own.as_ref(), &weekdays, self.shared);
            }
            sessions.push(read);
            if let Some(own) = own.filter(|own| own.holds_on) {
                segment = segment.after(&own, self.shared);
            }
        }
        (sessions, segment.has_used_fold)
    }

    /// Returns a session with its id, its former ids and its place in the rule.
    fn placed(
        &self,
        mut read: ReadSession,
        date: NaiveDate,
        planned: Planned,
        own: Option<&Override<'_>>,
    ) -> ReadSession {
        let span = own.map_or(&self.id.span, |own| &own.id.span).clone();
        let id = self.id.value.on(date).expect("ids of repeating sessions are short enough");
        let former = self
            .was
            .iter()
            .filter_map(|old| Some(Located { value: old.value.on(date)?, span: old.span.clone() }));
        let was: Vec<Located<Id>> = former.chain(std::mem::take(&mut read.was)).collect();
        let mut locations = self.context.locations();
        locations.sessions.entry(id.clone()).or_insert_with(|| span.clone());
        if let Some(start) = &read.start {
            locations.starts.entry(id.clone()).or_insert_with(|| start.clone());
        }
        if let Some(session) = &mut read.session {
            session.id = id.clone();
            session.was = values(&was);
            session.date = Some(RepeatDate { of: self.id.value.clone(), planned });
        }
        ReadSession { id: Some(Located { value: id, span }), was, ..read }
    }
}

/// Returns the weekdays of all dates.
fn weekdays(dates: &Dates) -> Vec<Weekday> {
    let mut weekdays = Vec::new();
    for weekday in dates.keys().map(|date| date.weekday()) {
        if !weekdays.contains(&weekday) {
            weekdays.push(weekday);
        }
    }
    weekdays
}
