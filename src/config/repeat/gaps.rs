//! Reports the dates on which the clocks skip the time of a rule.

use std::ops::Range;

use chrono::{NaiveDate, NaiveDateTime};

use super::super::context::Located;
use super::super::table::Table;
use crate::diagnostic::{Code, Finding};
use crate::model::Id;
use crate::rfc3339;
use crate::zone::Zone;

/// The skipped times, by the location at which they are written.
#[derive(Default)]
pub(super) struct Gaps(Vec<Gap>);

struct Gap {
    key: &'static str,
    span: Range<usize>,
    zone: Zone,
    /// The dates by the rule, with the skipped times.
    skipped: Vec<(NaiveDate, NaiveDateTime)>,
}

impl Gaps {
    /// Adds the time of a date.
    pub(super) fn add(
        &mut self,
        key: &'static str,
        span: &Range<usize>,
        zone: &Zone,
        skipped: (NaiveDate, NaiveDateTime),
    ) {
        match self.0.iter_mut().find(|gap| gap.span == *span && gap.zone == *zone) {
            Some(gap) => gap.skipped.push(skipped),
            None => self.0.push(Gap {
                key,
                span: span.clone(),
                zone: zone.clone(),
                skipped: vec![skipped],
            }),
        }
    }

    /// Reports the skipped times, each location once.
    pub(super) fn report(self, table: &Table<'_>, id: &Located<Id>) {
        for Gap { key, span, zone, skipped } in self.0 {
            let joined = |texts: Vec<String>, last: &str| match texts.as_slice() {
                [one] => one.clone(),
                [all @ .., end] => format!("{}{last}{end}", all.join(", ")),
                [] => String::new(),
            };
            let times = skipped.iter().map(|(_, local)| rfc3339::local(*local)).collect();
            let times = joined(times, " and ");
            let (verb, them) = if skipped.len() == 1 { ("does", "it") } else { ("do", "them") };
            let message =
                format!("{times} {verb} not exist in {}, as the clocks skip {them}", zone.name());
            let first = skipped.first().map(|(date, _)| date.to_string()).unwrap_or_default();
            let all = joined(skipped.iter().map(|(date, _)| date.to_string()).collect(), ", ");
            let help = match key {
                "also" => format!("write another time on {first}"),
                _ => format!(
                    "leave {them} out with `except = [{all}]`, or add a [[sessions]] table with \
                     `id = \"{}-{first}\"` and another `{key}`",
                    id.value
                ),
            };
            let finding = Finding::error(Code::TimeInGap, span, message);
            table.context().push(finding.help(help));
        }
    }
}
