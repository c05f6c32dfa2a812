//! Configuration: converts the text of `sessions.toml` to a [`Catalog`], and reports every finding.
//!
//! The text is parsed into a tree that keeps the location of each key and value, with every syntax error that the
//! parser can recover from. Then each table reads its own keys, so that one bad value never hides another finding.
//!
//! To read: `syntax`, then `line`, `explain`, `stray`, `brackets`, `quotes`, `value` and `duplicates` (TOML), `context`
//! (what tables share), `table`, `form` and `each` (values of one table), `calendar`, `sessions`, `session`, `undated`, `around`,
//! `when`, `too_early`, `repeat`, `series_each`, `feeds`, `page`, `words` (the tables), `unknown`, `misplaced`, `key`, `keys`, `synonyms`
//! and `wishes` (keys), `ids`, `series_names`, `advice`, `long`, `years`, `texts`, `html`, `markdown_links`, `links`,
//! `coordinates`, `named_times` and `without_repeat` (checks), `guess`, `date_lists`, `loose`, `invisible`,
//! `rest`, `days`, `lengths`, `known` and
//! `wording` (help), `schema` (for editors).

mod advice;
mod around;
mod brackets;
mod calendar;
mod civil;
mod context;
mod coordinates;
mod date_lists;
mod days;
mod defaults;
mod duplicates;
mod each;
mod explain;
mod explained;
mod feeds;
mod form;
mod guess;
mod html;
mod ids;
mod invisible;
mod key;
mod keys;
mod known;
mod languages;
mod lengths;
mod line;
mod links;
mod long;
mod loose;
mod markdown_links;
mod meanings;
mod misplaced;
mod moment;
mod named_times;
mod page;
mod quotes;
mod repeat;
mod rest;
mod schema;
mod series_each;
mod series_names;
mod session;
mod sessions;
mod stray;
mod synonyms;
mod syntax;
mod table;
mod texts;
mod too_early;
mod undated;
mod unknown;
mod value;
mod when;
mod wishes;
mod without_repeat;
mod wording;
mod words;
mod years;

use std::collections::HashMap;
use std::ops::Range;

use toml::de::DeTable;

use crate::diagnostic::{Code, Finding, Findings, Severity};
use crate::model::{Catalog, Id};
use crate::source::Source;
use crate::zone::Rules;
use context::Context;
use series_each::EachTables;
use series_names::SeriesNames;
use session::Shared;
use sessions::ReadSessions;
use table::Table;

pub use schema::{is_schema, schema};

/// The result of reading a file.
#[derive(Debug)]
pub struct Checked {
    /// The catalog, or `None` if there is an error.
    pub catalog: Option<Catalog>,
    /// Errors and warnings, by location.
    pub findings: Findings,
    /// The locations of ids, for later findings.
    pub locations: Locations,
    /// The files that `[page]` names, relative to the file's folder. A file with errors has those that could be parsed.
    pub files: Vec<String>,
}

/// The locations of ids in the file, as byte ranges.
#[derive(Debug, Default, Clone)]
pub struct Locations {
    /// The value of `calendar.id`.
    pub calendar_id: Range<usize>,
    /// The value of `calendar.url`, if the file has one.
    pub calendar_url: Option<Range<usize>>,
    /// The value of `page.logo`, if the file has one.
    pub logo: Option<Range<usize>>,
    /// The value of `page.css`, if the file has one.
    pub css: Option<Range<usize>>,
    /// The value of each feed's `id`: the calendar's, each series' and each selection's.
    pub feeds: HashMap<Id, Range<usize>>,
    /// The value of each session's `id`.
    pub sessions: HashMap<Id, Range<usize>>,
    /// The value of each session's `start`.
    pub starts: HashMap<Id, Range<usize>>,
}

/// Returns the zone of a city, a zone's name or a common synonym.
///
/// # Errors
///
/// A sentence with the text to write instead.
pub fn zone_of(words: &str, rules: &Rules) -> Result<crate::zone::Zone, String> {
    let words = words.trim();
    if let Some(zone) = rules.of_city(words) {
        return Ok(zone);
    }
    let unknown = match rules.zone(words) {
        Ok(zone) => return Ok(zone),
        Err(unknown) => unknown,
    };
    if let Some(zone) = known::zone(words, rules) {
        return Ok(zone);
    }
    Err(match unknown.similar.first() {
        Some(near) => format!("no time zone has a city `{words}`; did you mean `{near}`?"),
        None => format!(
            "no time zone has a city `{words}`; name a larger city in the same zone, or the zone \
             itself, such as `Europe/Berlin`"
        ),
    })
}

/// Reads the text of a file. This is a pure function: the same text and rules give the same result.
pub fn load(source: &Source, rules: &Rules) -> Checked {
    let context = Context::new(rules, source.text());
    let mut files = Vec::new();
    let catalog = read(source, &context, &mut files);
    let (mut findings, locations) = context.finish();
    findings.sort();
    let catalog = catalog.filter(|_| !findings.has_errors());
    Checked { catalog, findings, locations, files }
}

fn read(source: &Source, context: &Context<'_>, files: &mut Vec<String>) -> Option<Catalog> {
    let text = source.text();
    if source.is_too_large() {
        context.push(
            Finding::error(Code::FileTooLarge, 0..0, "the file is larger than 64 MiB")
                .help("split the sessions over several files, each with a service of its own"),
        );
        return None;
    }
    if let Some(offset) = source.invalid_from() {
        let message = format!("the file is not UTF-8 text from byte {offset} on");
        context.push(
            Finding::error(Code::NotUtf8, offset..offset, message)
                .help("save the file as UTF-8 in your editor"),
        );
        return None;
    }
    let syntax::ParsedToml { root, findings, unread } = syntax::parse(text, context.rules());
    files.extend(root.iter().flat_map(page_files));
    let broken = !findings.iter().all(|finding| finding.severity == Severity::Warning);
    for finding in findings {
        context.push(finding);
    }
    // In a part with syntax errors, the tree contains only guesses.
    context.leave_out(unread);
    meaning(context, root?).filter(|_| !broken)
}

fn page_files(root: &DeTable<'_>) -> impl Iterator<Item = String> {
    let page = root.get("page").and_then(|page| page.get_ref().as_table());
    let named = move |key: &str| page?.get(key)?.get_ref().as_str().map(ToOwned::to_owned);
    ["logo", "css"].into_iter().filter_map(named)
}

/// Reads the tables into a catalog. Each part of the tree is dropped after it is read, because the tree takes most of
/// the memory for a long file.
fn meaning(context: &Context<'_>, mut root: DeTable<'_>) -> Option<Catalog> {
    let [mut series, selections, sessions] =
        ["series", "feeds", "sessions"].map(|key| root.remove(key));
    let mut series_each = EachTables::take(series.as_mut());
    let root = Table::new(context, unknown::FILE, 0..0, &root, keys::ROOT);
    let own = root.get("words").map(|words| words::read(context, words)).unwrap_or_default();
    let calendar = match root.table("calendar", "[calendar]", keys::CALENDAR) {
        Some(table) => Some(calendar::read(&table, own)),
        None => {
            root.missing_table("calendar", "[calendar]\nid = \"my-calendar\"");
            None
        }
    };
    let defaults = calendar.as_ref().map(|(_, defaults)| defaults.clone()).unwrap_or_default();
    let page = root.table("page", "[page]", keys::PAGE).map(|table| page::read(&table));
    let series = each::each(context, "[[series]]", series, keys::SERIES, feeds::series);
    let names = SeriesNames::new(&series);
    let read = |table: &Table<'_>| feeds::selection(table, &names);
    let selections = each::each(context, "[[feeds]]", selections, keys::FEEDS, read);
    let shared = Shared { defaults: &defaults, names: &names };
    series_each.read(context, shared);
    let ReadSessions { sessions, repeats } =
        sessions::read(context, sessions, &series_each, shared);
    // Reading stopped early because of too many errors.
    if context.is_full() {
        return None;
    }
    let ids = ids::Ids {
        calendar: calendar.as_ref().map(|(own, _)| own),
        series: &series,
        selections: &selections,
        sessions: &sessions,
        repeats: &repeats,
    };
    let check = || ids.check(context, &names);
    // The dates of a repeating session share one location.
    if repeats.is_empty() {
        check()
    } else {
        context.shared(check)
    }
    let in_order: Vec<_> = sessions
        .iter()
        .filter_map(|read| Some((read.session.as_ref()?, read.start.clone()?)))
        // The dates of a rule get their years from the rule.
        .filter(|(session, _)| session.date.is_none())
        .collect();
    for finding in years::apart(&in_order) {
        context.push(finding);
    }

    let (calendar, defaults) = (calendar?.0, defaults);
    let read = || sessions.iter().filter_map(|read| read.session.as_ref());
    for also in &defaults.also_in {
        let meanings = || context.meanings(&defaults.language);
        if let Some(finding) = named_times::label(also, read(), meanings) {
            context.push(finding);
        }
    }
    let (undated, sessions): (Vec<_>, Vec<_>) =
        sessions.into_iter().partition(|read| read.undated.is_some());
    let undated = undated.into_iter().filter_map(|read| read.undated).collect::<Option<_>>()?;
    let mut sessions: Vec<_> = sessions.into_iter().map(|s| s.session).collect::<Option<_>>()?;
    sessions.sort_by(|a, b| (a.when.start(), &a.id).cmp(&(b.when.start(), &b.id)));
    Some(Catalog {
        calendar: calendar.calendar?,
        page: page.unwrap_or_default(),
        series: series.into_iter().map(|s| s.series).collect::<Option<_>>()?,
        selections: selections.into_iter().map(|s| s.selection).collect::<Option<_>>()?,
        repeats: repeats.into_iter().map(|s| s.repeat).collect::<Option<_>>()?,
        sessions,
        undated,
    })
}
