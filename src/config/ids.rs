//! Checks ids for duplicates and for references to unknown ids.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::ops::Range;

use super::context::{Context, Located};
use super::feeds::ReadSelection;
use super::repeat::ReadRepeat;
use super::series_names::{ReadSeries, SeriesNames};
use super::{advice, calendar, session};
use crate::diagnostic::{Code, Finding};
use crate::model::Id;
use crate::suggest;

/// Everything that has a feed, and therefore an id that no other feed may have.
pub(super) struct Ids<'a> {
    pub(super) calendar: Option<&'a calendar::ReadCalendar>,
    pub(super) series: &'a [ReadSeries],
    pub(super) selections: &'a [ReadSelection],
    pub(super) sessions: &'a [session::ReadSession],
    pub(super) repeats: &'a [ReadRepeat],
}

impl Ids<'_> {
    /// Reports duplicate ids, empty and unknown series, and overlaps.
    pub(super) fn check(&self, context: &Context<'_>, names: &SeriesNames) {
        check(context, self, names);
    }
}

fn check(
    context: &Context<'_>,
    Ids { calendar, series, selections, sessions, repeats }: &Ids<'_>,
    names: &SeriesNames,
) {
    // The calendar's id comes first, because it must not change.
    let feed_ids = calendar
        .and_then(|calendar| calendar.id.as_ref())
        .into_iter()
        .chain(series.iter().flat_map(|series| series.id.iter().chain(&series.was)))
        .chain(selections.iter().flat_map(|feed| feed.id.iter().chain(&feed.was)))
        // The dates of a repeating session are a feed together.
        .chain(repeats.iter().flat_map(|repeat| repeat.id.iter().chain(&repeat.was)));
    unique(context, "a feed's id", feed_ids);
    let ids = sessions.iter().flat_map(|s| s.id.iter().chain(&s.was));
    let repeating = repeats.iter().flat_map(|s| s.id.iter().chain(&s.was));
    unique(context, "a session's id", ids.chain(repeating));
    let uids = sessions.iter().filter_map(|s| s.uid.as_ref());
    let repeating = repeats.iter().filter_map(|s| s.uid.as_ref());
    unique(context, "a session's `uid`", uids.chain(repeating));

    let all_series = || {
        let single = sessions.iter().flat_map(|session| &session.series);
        single.chain(repeats.iter().flat_map(|repeat| &repeat.series))
    };
    let named: HashSet<&Id> = all_series().map(|series| &series.value).collect();
    for id in series.iter().filter_map(|series| series.id.as_ref()) {
        // A session that could not be read may belong to it.
        if !named.contains(&id.value) && context.is_whole() && !sessions.is_empty() {
            let message = format!("no session belongs to the series `{}`", id.value);
            context.push(
                Finding::warning(Code::EmptySeries, id.span.clone(), message)
                    .help(format!("add `series = \"{}\"` to its sessions", id.value)),
            );
        }
    }
    let whole =
        sessions.iter().filter_map(|read| Some((read.session.as_ref()?, read.start.clone()?)));
    let with_ids = sessions
        .iter()
        .filter_map(|read| Some((read.session.as_ref()?, read.id.as_ref()?.span.clone())));
    for finding in advice::overlaps(whole).into_iter().chain(advice::beside_repeat(with_ids)) {
        context.push(finding);
    }

    let known: BTreeSet<&Id> =
        series.iter().filter_map(|s| s.id.as_ref()).map(|at| &at.value).collect();
    // The unread part may contain the id of a series.
    let is_complete = context.has_all_keys() && series.iter().all(|series| series.id.is_some());
    for id in all_series().chain(selections.iter().flat_map(|feed| &feed.series)) {
        if context.is_full() {
            return;
        }
        if !known.contains(&id.value) && is_complete {
            let message = format!("there is no series `{}`", id.value);
            let finding = Finding::error(Code::UnknownSeries, id.span.clone(), message);
            let meant = names.meant(id.value.as_str()).map(Id::as_str);
            let near = || suggest::nearest(id.value.as_str(), known.iter().map(|id| id.as_str()));
            let of_feed = selections.iter().filter_map(|read| read.selection.as_ref());
            let feed =
                of_feed.filter(|feed| feed.id == id.value).find_map(|feed| feed.tags.first());
            if let Some(tag) = feed {
                context.push(finding.help(format!(
                    "that is a feed, which selects by tags: write `tags = [\"{tag}\"]` in place of this line",
                    tag = tag.as_str()
                )));
                continue;
            }
            context.push(finding.help(match (meant.or_else(near), names.listed()) {
                (Some(near), _) => format!("did you mean \"{near}\"?"),
                (None, Some(ids)) => format!(
                    "write the id of a series, {ids}, or add a [[series]] table with `id = \"{}\"`",
                    id.value
                ),
                (None, None) => format!(
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
    ids: impl Iterator<Item = &'a Located<T>> + Clone,
) {
    let mut seen: HashMap<&T, Range<usize>> = HashMap::new();
    // This set is needed only for a duplicate, and is as large as the catalog.
    let all = LazyCell::new(|| ids.clone().map(|id| id.value.to_string()).collect::<HashSet<_>>());
    for id in ids.clone() {
        if context.is_full() {
            return;
        }
        let Some(earlier) = seen.get(&id.value) else {
            seen.insert(&id.value, id.span.clone());
            continue;
        };
        let message = format!("`{}` is {what} already", id.value);
        let numbered = (2..100).map(|number| format!("{}-{number}", id.value));
        let mut free = numbered.filter(|next| Id::is_valid(next) && !all.contains(next));
        let help = match free.next().filter(|_| what.ends_with(" id")) {
            Some(next) => format!(
                "give each its own, such as `id = \"{next}\"`; a former id in `was` counts too"
            ),
            None => "give each its own".to_owned(),
        };
        let finding = Finding::error(Code::DuplicateId, id.span.clone(), message);
        context.push(finding.earlier(earlier.clone(), "here").help(help));
    }
}
