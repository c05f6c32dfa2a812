//! Bounds the output of a file: feeds repeat sessions, pages repeat the footer, and times are printed in every zone. A
//! few more lines in the file can take gigabytes more in an exported folder and in the memory of a server.

use std::ops::Range;

use crate::config::Locations;
use crate::diagnostic::{Code, Finding};
use crate::model::{Catalog, Id, Index, Markdown, Session};

/// The bounds of repeated output and of all output, in MB.
const MOST_REPEATED: u64 = 1_000;
const MOST: u64 = 2_000;
const MB: u64 = 1_000_000;

// These are measured bytes; see docs/performance.md.

/// The cost of a session with all its pages, links and blocks, and of each byte of its texts.
const SESSION: u64 = 34_000;
const TEXT: u64 = 16;
/// The cost of a feed without sessions.
const FEED: u64 = 40_000;
/// The cost of a session in one more feed, and of each byte of its texts there.
const MEMBER: u64 = 2_050;
const MEMBER_TEXT: u64 = 4;
/// The cost of a former id, and of each byte of the texts that are repeated under it.
const FORMER: u64 = 18_000;
const FORMER_TEXT: u64 = 3;
/// The number of copies of the footer for each session.
const FOOTER: u64 = 3;
/// The cost of each zone in which a session's times are printed: 700 bytes, counted three times because they take three
/// times as long to render as other bytes.
const ZONE: u64 = 2_000;

/// A part of the file that takes space in the output.
struct Part {
    bytes: u64,
    /// Whether its output grows faster than its lines in the file.
    is_repeated: bool,
    says: &'static str,
    help: &'static str,
    span: Range<usize>,
}

/// Returns the error for a file whose output would be too large.
pub(super) fn too_large(catalog: &Catalog, locations: &Locations) -> Option<Finding> {
    let parts = parts(catalog, locations);
    let sum = |parts: &mut dyn Iterator<Item = &Part>| -> u64 {
        parts.fold(0, |sum: u64, part| sum.saturating_add(part.bytes))
    };
    let repeated = sum(&mut parts.iter().filter(|part| part.is_repeated)) > MOST_REPEATED * MB;
    let all = sum(&mut parts.iter()) > MOST * MB;
    if !repeated && !all {
        return None;
    }
    let limit = if repeated { "1,000" } else { "2,000" };
    let largest = parts.into_iter().filter(|part| part.is_repeated || !repeated);
    let Part { says, help, span, .. } = largest.max_by_key(|part| part.bytes)?;
    let message =
        format!("{says}; the calendars and pages of this file would take more than {limit} MB");
    Some(Finding::error(Code::OutputTooLarge, span, message).help(help))
}

fn parts(catalog: &Catalog, locations: &Locations) -> Vec<Part> {
    let count = |number: usize| number as u64;
    let (sessions, feeds) = (count(catalog.sessions.len()), count(catalog.feeds().count()));
    let words: u64 = catalog.calendar.words.values().map(|text| count(text.len())).sum();
    let texts: u64 = catalog.sessions.iter().map(|session| text(session, words)).sum();
    let index = Index::new(catalog);
    let (members, largest) = members(catalog, &index, words);
    let footer = catalog.page.footer.as_ref().map_or(0, length);
    let zones = count(catalog.calendar.also_in.len());
    let ids = |was: &mut dyn Iterator<Item = usize>| -> u64 { was.map(count).sum() };
    let former = ids(&mut catalog.sessions.iter().map(|session| session.was.len()))
        + ids(&mut catalog.feeds().map(|feed| feed.was.len()));
    let whole = locations.calendar_id.clone();
    let span =
        |id: Option<&Id>| id.and_then(|id| locations.feeds.get(id)).unwrap_or(&whole).clone();
    vec![
        Part {
            bytes: sessions * SESSION + texts * TEXT,
            is_repeated: false,
            says: "there are too many sessions",
            help: "split the sessions over several files, each with a service of its own",
            span: whole.clone(),
        },
        Part {
            bytes: feeds * FEED,
            is_repeated: false,
            says: "there are too many series and feeds",
            help: "delete series and [[feeds]] that nobody subscribes to",
            span: whole.clone(),
        },
        Part {
            bytes: members,
            is_repeated: true,
            says: "the [[feeds]] together have too many sessions",
            help: "select fewer sessions for each of them, or delete some; with short texts 480,000 \
                   sessions fit, each counted once for every one of the [[feeds]] that it is in",
            span: span(largest),
        },
        Part {
            bytes: former * FORMER,
            is_repeated: false,
            says: "`was` names too many former ids",
            help: "delete those that were never published",
            span: whole.clone(),
        },
        Part {
            bytes: copies(catalog, &index, words),
            is_repeated: true,
            says: "`was` names too many former ids of sessions and feeds with long texts or \
                   many sessions",
            help: "delete those that were never published",
            span: whole.clone(),
        },
        Part {
            bytes: footer.saturating_mul(sessions + feeds).saturating_mul(FOOTER),
            is_repeated: true,
            says: "the footer, which is on every page, is too long",
            help: "shorten `footer`, or link to a page with the rest",
            span: whole.clone(),
        },
        Part {
            bytes: zones.saturating_mul(sessions).saturating_mul(ZONE),
            is_repeated: true,
            says: "`also_in` names too many zones; each time is printed in all of them",
            help: "name only the zones in which most readers live",
            span: whole,
        },
    ]
}

/// Returns the output of all selections, and the largest selection. Counting stops above the bound.
fn members<'a>(catalog: &'a Catalog, index: &Index<'_>, words: u64) -> (u64, Option<&'a Id>) {
    let (mut all, mut most, mut largest) = (0_u64, 0, None);
    for selection in &catalog.selections {
        let own: u64 =
            index.of_selection(selection).iter().map(|at| member(catalog, *at, words)).sum();
        if own > most {
            (most, largest) = (own, Some(&selection.id));
        }
        all = all.saturating_add(own);
        if all > MOST_REPEATED * MB {
            break;
        }
    }
    (all, largest)
}

/// Returns the output that is repeated at former addresses, because some calendar apps follow no redirects.
fn copies(catalog: &Catalog, index: &Index<'_>, words: u64) -> u64 {
    let number = |was: &[Id]| was.len() as u64;
    let of_sessions = catalog.sessions.iter().filter(|session| !session.was.is_empty());
    let of_sessions = of_sessions.map(|session| {
        number(&session.was).saturating_mul(text(session, words)).saturating_mul(FORMER_TEXT)
    });
    let sum = |all: &[usize]| -> u64 { all.iter().map(|at| member(catalog, *at, words)).sum() };
    let of_series = catalog.series.iter().filter(|series| !series.was.is_empty());
    let of_series = of_series
        .map(|series| number(&series.was).saturating_mul(sum(index.of_series(&series.id))));
    let of_selections = catalog.selections.iter().filter(|own| !own.was.is_empty());
    let of_selections =
        of_selections.map(|own| number(&own.was).saturating_mul(sum(&index.of_selection(own))));
    let mut all = 0_u64;
    for bytes in of_sessions.chain(of_series).chain(of_selections) {
        all = all.saturating_add(bytes);
        if all > MOST_REPEATED * MB {
            break;
        }
    }
    all
}

fn member(catalog: &Catalog, at: usize, words: u64) -> u64 {
    MEMBER + MEMBER_TEXT * text(&catalog.sessions[at], words)
}

/// Returns the number of bytes of a session's texts, with the author's own messages.
fn text(session: &Session, words: u64) -> u64 {
    words + session.title.as_str().len() as u64 + session.description.as_ref().map_or(0, length)
}

fn length(text: &Markdown) -> u64 {
    text.as_str().len() as u64
}
