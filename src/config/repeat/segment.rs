//! Consecutive dates that share all values: they begin at the start or at a table with `from = true`, and end before
//! the next such table.

use chrono::{NaiveDate, Weekday};

use super::super::civil::Civil;
use super::super::context::Located;
use super::super::session::{self, Given, ReadSession, Shared};
use super::super::table::Table;
use super::super::{advice, when, years};
use super::gaps::Gaps;
use super::layers::Layers;
use super::overrides::Override;
use super::times::Times;
use crate::model::{Id, Markdown, Session, When};
use crate::zone::{Local, Zone};

/// Consecutive dates with their values.
pub(super) struct Segment<'a> {
    /// A table without keys of its own; all tables that give values are below it.
    table: Table<'a>,
    layers: Layers<'a>,
    pub(super) times: Times,
    zone: Option<Zone>,
    fold: Option<Located<when::Fold>>,
    /// The description of the tables, without `[series.each]`.
    own_description: Option<Markdown>,
    description: Option<Markdown>,
    /// Whether no earlier segment has the same description.
    has_own_description: bool,
    /// A session with the values, after the first date without errors.
    model: Option<Session>,
    /// The kinds of times for which texts were already checked: the offset from UTC, and whether all rules agree on
    /// them.
    advised: Vec<(i32, bool)>,
    /// Whether a date has needed `fold` so far.
    pub(super) has_used_fold: bool,
}

impl<'a> Segment<'a> {
    /// Creates the segment of the dates from the start on.
    pub(super) fn new(
        rule: &Table<'a>,
        layers: Layers<'a>,
        times: Times,
        own_description: Option<Markdown>,
        shared: Shared<'_>,
    ) -> Self {
        let (table, of_series) = layers.below(&rule.emptied());
        Self {
            zone: when::zone(&table, shared.defaults),
            fold: when::fold(&table),
            table,
            layers,
            times,
            description: own_description.clone().or(of_series),
            own_description,
            has_own_description: true,
            model: None,
            advised: Vec::new(),
            has_used_fold: false,
        }
    }

    /// Returns the segment of the dates after one whose table holds for them.
    pub(super) fn after(mut self, own: &Override<'a>, shared: Shared<'_>) -> Self {
        self.layers.push(own.entries);
        let (table, of_series) = self.layers.below(&own.table.emptied());
        let zone = when::zone(&table, shared.defaults);
        let text = own.table.markdown("description").map(|at| at.value);
        let has_own_description = text.is_some() || own.table.is_own("series");
        let own_description = text.or(self.own_description);
        Self {
            times: self.times.overridden(&own.table, own.date, zone.as_ref()),
            fold: when::fold(&table),
            has_own_description,
            description: own_description.clone().or(of_series),
            own_description,
            model: None,
            advised: Vec::new(),
            has_used_fold: self.has_used_fold,
            table,
            layers: self.layers,
            zone,
        }
    }

    /// Returns the session of a date that no table overrides. `times` are those of the segment, or of `also`.
    pub(super) fn plain(
        &mut self,
        date: NaiveDate,
        times: &Times,
        shared: Shared<'_>,
        gaps: &mut Gaps,
    ) -> ReadSession {
        let written = times.on(date, self.zone.as_ref(), &self.table);
        let key = if times.span == self.times.span { "start" } else { "also" };
        let when = self.when(&self.table, written, (date, key, self.fold.clone()), shared, gaps);
        let when = self.resolved(when);
        if let (Some(model), Some(when)) = (&self.model, &when) {
            let session = Session { when: when.clone(), ..model.clone() };
            let start = Some(self.times.span.clone());
            return ReadSession { session: Some(session), start, ..ReadSession::default() };
        }
        let read = session::with(
            &self.table,
            shared,
            Self::given(&self.table, when, self.description.clone()),
        );
        self.model.clone_from(&read.session);
        // Findings of one location are reported once, and so is the shared series.
        ReadSession { series: Vec::new(), ..read }
    }

    /// Returns the session of a date that a table overrides.
    pub(super) fn overridden(
        &mut self,
        own: &Override<'a>,
        times: &Times,
        shared: Shared<'_>,
        gaps: &mut Gaps,
    ) -> ReadSession {
        let (table, of_series) = self.layers.below(&own.table);
        if own.table.is_own("series") {
            when::require_length(&table, shared.defaults);
        }
        let description = self.own_description.clone().or(of_series);
        let zone = when::zone(&table, shared.defaults);
        let times = times.overridden(&own.table, own.date, zone.as_ref());
        let written = times.on(own.date, zone.as_ref(), &table);
        if let Some(start) = written.start.as_ref().filter(|_| own.table.is_own("start")) {
            years::moved_far(&table, own.date, start, own.holds_on);
        }
        let when =
            self.when(&table, written, (own.date, "start", when::fold(&table)), shared, gaps);
        let when = self.resolved(when);
        let read = session::with(&table, shared, Self::given(&table, when, description));
        let series = if table.is_own("series") { read.series } else { Vec::new() };
        ReadSession { series, ..read }
    }

    fn given(table: &Table<'_>, when: Option<When>, description: Option<Markdown>) -> Given {
        // The id of the date replaces this one.
        let id = Id::parse("date").ok().map(|value| Located { value, span: table.header() });
        Given { id, title: session::title(table), when, description, is_planned: false }
    }

    fn resolved(&mut self, (when, used_fold): (Option<When>, bool)) -> Option<When> {
        self.has_used_fold |= used_fold;
        when
    }

    /// Returns the instants of a date, and whether it needs `fold`. Values that a table gives for its own date alone
    /// are reported as in the table of a single session.
    fn when(
        &self,
        table: &Table<'_>,
        mut written: when::Written,
        (date, key, fold): (NaiveDate, &'static str, Option<Located<when::Fold>>),
        shared: Shared<'_>,
        gaps: &mut Gaps,
    ) -> (Option<When>, bool) {
        let mut is_repeated = false;
        for (key, at) in [(key, &written.start), ("end", &written.end)] {
            let (Some(Located { value: Civil::DateTime(local), span }), Some(zone)) =
                (at, &written.zone)
            else {
                continue;
            };
            match zone.resolve(*local) {
                Local::Gap { .. } if !table.is_own(key) => {
                    gaps.add(key, span, zone, (date, *local));
                    return (None, false);
                }
                Local::Fold { .. } => is_repeated = true,
                Local::Gap { .. } | Local::Unique(_) => {}
            }
        }
        // A later date may need a `fold` that holds for all later dates.
        if is_repeated || (table.is_own("fold") && !table.is_shared()) {
            written.fold = fold;
        }
        (written.when(table, shared.defaults), is_repeated)
    }

    /// Adds warnings about the values of a date: a date that a table overrides, or one whose time is of a kind that was
    /// not checked before. A long text that several dates share is thus checked for only a few of them.
    pub(super) fn advise(
        &mut self,
        session: &Session,
        own: Option<&Override<'a>>,
        weekdays: &[Weekday],
        shared: Shared<'_>,
    ) {
        let table = match own {
            Some(own) => self.layers.shown_below(&own.table),
            None => {
                let kind = match &session.when {
                    When::Timed(timed) => (
                        timed.zone.offset(timed.start.instant),
                        timed.start.plain && timed.end.plain,
                    ),
                    When::AllDay(_) => (0, true),
                };
                if self.advised.contains(&kind) {
                    return;
                }
                self.advised.push(kind);
                self.layers.shown_below(&self.table)
            }
        };
        let has_text = match own {
            Some(own) => own.table.is_own("description") || own.table.is_own("series"),
            None => self.has_own_description,
        };
        let description = session.description.clone().filter(|_| has_text);
        advice::session(
            &table,
            &Session { description, ..session.clone() },
            shared.defaults,
            weekdays,
        );
    }
}
