//! Checks of ids: duplicates, and references to unknown ids.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::ops::Range;

use super::context::{Context, Located};
use super::feeds::{ReadSelection, ReadSeries};
use super::repeat::ReadRepeat;
use super::{advice, calendar, session};
use crate::diagnostic::{Code, Finding};
use crate::model::Id;
use crate::suggest;

pub(super) fn check(
    context: &Context<'_>,
    calendar: Option<&calendar::ReadCalendar>,
    series: &[ReadSeries],
    selections: &[ReadSelection],
    (sessions, repeats): (&[session::ReadSession], &[ReadRepeat]),
) {
    // The calendar's id comes first, since it must not change.
    let feed_ids = calendar
        .and_then(|calendar| calendar.id.as_ref())
        .into_iter()
        .chain(series.iter().flat_map(|series| series.id.iter().chain(&series.was)))
        .chain(selections.iter().flat_map(|feed| feed.id.iter().chain(&feed.was)))
        // All dates of a repeating session are a feed.
        .chain(repeats.iter().flat_map(|repeat| repeat.id.iter().chain(&repeat.was)));
    unique(context, "a feed's id", feed_ids);
    let ids = sessions.iter().flat_map(|s| s.id.iter().chain(&s.was));
    let repeating = repeats.iter().flat_map(|s| s.id.iter().chain(&s.was));
    unique(context, "a session's id", ids.chain(repeating));
    let uids = sessions.iter().filter_map(|s| s.uid.as_ref());
    let repeating = repeats.iter().filter_map(|s| s.uid.as_ref());
    unique(context, "a session's `uid`", uids.chain(repeating));

    let all_series = || {
        let single = sessions.iter().filter_map(|session| session.series.as_ref());
        single.chain(repeats.iter().filter_map(|repeat| repeat.series.as_ref()))
    };
    let named: HashSet<&Id> = all_series().map(|series| &series.value).collect();
    for id in series.iter().filter_map(|series| series.id.as_ref()) {
        if !named.contains(&id.value) {
            let message = format!("no session belongs to the series `{}`", id.value);
            context.push(
                Finding::warning(Code::EmptySeries, id.span.clone(), message)
                    .help(format!("add `series = \"{}\"` to its sessions", id.value)),
            );
        }
    }
    let whole =
        sessions.iter().filter_map(|read| Some((read.session.as_ref()?, read.start.clone()?)));
    for finding in advice::overlaps(whole) {
        context.push(finding);
    }

    let known: BTreeSet<&Id> =
        series.iter().filter_map(|s| s.id.as_ref()).map(|at| &at.value).collect();
    for id in all_series().chain(selections.iter().flat_map(|feed| &feed.series)) {
        if context.is_full() {
            return;
        }
        if !known.contains(&id.value) {
            let message = format!("there is no series `{}`", id.value);
            let finding = Finding::error(Code::UnknownSeries, id.span.clone(), message);
            let near = suggest::nearest(id.value.as_str(), known.iter().map(|id| id.as_str()));
            context.push(finding.help(match near {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!(
                    "add a [[series]] table with `id = \"{}\"`, or delete the line",
                    id.value
                ),
            }));
        }
    }
}

fn unique<'a, T: Eq + Hash + std::fmt::Display + 'a>(
    context: &Context<'_>,
    what: &str,
    ids: impl Iterator<Item = &'a Located<T>>,
) {
    let mut seen: HashMap<&T, Range<usize>> = HashMap::new();
    for id in ids {
        if let Some(earlier) = seen.get(&id.value) {
            let message = format!("`{}` is {what} already", id.value);
            context.push(
                Finding::error(Code::DuplicateId, id.span.clone(), message)
                    .earlier(earlier.clone(), "here")
                    .help("give each its own; a former id in `was` counts too"),
            );
        } else {
            seen.insert(&id.value, id.span.clone());
        }
    }
}
