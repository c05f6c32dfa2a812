//! Exceptions of a series: which of them count, and which date each of them changes (RFC 5545 section 3.8.4.4).

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::by_uid::SourceEvent;
use super::content::Component;
use super::dates::Dates;
use super::events::EventParser;
use super::named_dates::Named;
use super::notes::NoteKind::{Guessed, Lost};
use super::timing::Timing;
use super::versions::{sequence, version};

/// The exceptions of a series.
#[derive(Default)]
pub(super) struct Exceptions<'a, 'b> {
    /// The newest exception of each date.
    pub(super) changed: BTreeMap<NaiveDateTime, &'a SourceEvent<'b>>,
    /// Those whose date cannot be read.
    pub(super) unnamed: Vec<&'a SourceEvent<'b>>,
    /// Those with a rule of their own after the last date of the series: some programs split a series so.
    pub(super) series: Vec<&'a SourceEvent<'b>>,
}

impl<'a, 'b> Exceptions<'a, 'b> {
    /// Sorts the exceptions of an event. Adds notes.
    pub(super) fn new(
        parser: &mut EventParser<'_>,
        source: &SourceEvent<'_>,
        exceptions: &[&'a SourceEvent<'b>],
        timing: &Timing,
        dates: &Dates,
    ) -> Self {
        let mut all = Self::default();
        for exception in exceptions {
            let Some(id) = exception.event.get("RECURRENCE-ID") else { continue };
            let Some(named) = timing.named(id, &mut parser.clocks) else {
                let text = format!(
                    "the date that it changes, `{}`, cannot be read; it was added as a session of its \
                     own",
                    super::values::shown(&id.value)
                );
                parser.note(Guessed, exception.event, text);
                all.unnamed.push(*exception);
                continue;
            };
            let at = occurrence(named, dates);
            let is_older = sequence(exception.event) < sequence(source.event);
            let is_removed = dates.lacks(at) && !has_rule(exception);
            if is_older && (dates.excluded.contains(&at) || is_removed) {
                match at < dates.first {
                    true => parser.past(1),
                    false => {
                        let text = "it was left out, as a newer version of its series leaves this \
                                    date out";
                        parser.note(Lost, exception.event, text.to_owned());
                    }
                }
                continue;
            }
            take_newest(&mut all.changed, at, exception);
        }
        all.split(parser, dates.last());
        all
    }

    /// Takes out series of their own. Adds notes about them, and about rules of other exceptions, which are not
    /// followed.
    fn split(&mut self, parser: &mut EventParser<'_>, last: Option<NaiveDateTime>) {
        let ruled: Vec<(NaiveDateTime, &'a SourceEvent<'b>)> = self
            .changed
            .iter()
            .filter(|(_, own)| has_rule(own))
            .map(|(id, own)| (*id, *own))
            .collect();
        for (id, source) in ruled {
            if Some(id) <= last {
                let text = "its rule was not followed, as it changes a date of another rule";
                parser.note(Lost, source.event, text.to_owned());
                continue;
            }
            self.changed.remove(&id);
            let text =
                "it has a rule of its own, and was read as a series of its own with new UIDs";
            parser.note(Guessed, source.event, text.to_owned());
            self.series.push(source);
        }
    }
}

fn has_rule(exception: &SourceEvent<'_>) -> bool {
    exception.event.get("RRULE").is_some()
}

/// Whether an exception changes all later dates too (RFC 5545 section 3.2.13).
pub(super) fn is_from_here_on(event: &Component) -> bool {
    let range = event.get("RECURRENCE-ID").and_then(|id| id.parameter("RANGE"));
    range.is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"))
}

/// Keeps the newer exception of an occurrence.
pub(super) fn take_newest<'a, 'b, K: Ord>(
    all: &mut BTreeMap<K, &'a SourceEvent<'b>>,
    occurrence: K,
    exception: &'a SourceEvent<'b>,
) {
    let newest = all.entry(occurrence).or_insert(exception);
    if version(newest.event) < version(exception.event) {
        *newest = exception;
    }
}

/// The occurrence that an exception names; by its day if it has no time.
fn occurrence(named: Named, dates: &Dates) -> NaiveDateTime {
    if !named.is_day || dates.all.contains_key(&named.at) {
        return named.at;
    }
    let mut day = dates.on(named.at.date());
    let first = day.next();
    let kept = first.into_iter().chain(day).find(|start| !dates.excluded.contains(start));
    kept.or(first).unwrap_or(named.at)
}
