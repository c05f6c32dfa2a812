//! Fuzzes the parser of revisions files: any bytes are refused with a line, or give a state that can be written and
//! changed, and that lowers no number when joined with another one. A line of three hyphens separates two files.
#![no_main]

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use convene::config;
use convene::model::Catalog;
use convene::urls::Urls;
use convene::publish::{Planned, plan};
use convene::revisions::Revisions;
use convene::revisions::store::{parse, print};
use convene::site::{CacheSize, Site};
use convene::source::Source;
use convene::zone::Rules;
use libfuzzer_sys::fuzz_target;

/// The highest SEQUENCE (RFC 5545 section 3.3.8).
const MOST: u32 = i32::MAX.unsigned_abs();

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let bytes = include_bytes!("../../sessions.toml").to_vec();
    let source = Source::from_bytes("sessions.toml", bytes);
    config::load(&source, &Rules::bundled()).catalog.expect("the example is without errors")
});

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("it is in range")
}

fn planned(before: &Revisions) -> Planned {
    let base = CATALOG.calendar.url.clone().expect("the example has an address");
    plan(CATALOG.clone(), Urls::new(base), Default::default(), before, now())
}

/// Checks that written revisions parse to the same value.
fn assert_writable(revisions: &Revisions) {
    assert_eq!(parse(print(revisions).as_bytes()).as_ref(), Ok(revisions));
}

/// Checks for each UID that both numbers are unchanged, or that both are higher.
fn assert_after(before: &Revisions, after: &Revisions) {
    for entry in before.sessions.values() {
        let next = after.sessions.values().find(|next| next.uid == entry.uid);
        let next = next.unwrap_or_else(|| panic!("{} is forgotten", entry.uid));
        let numbers = (next.sequence, next.last_modified);
        if numbers == (entry.sequence, entry.last_modified) {
            assert_eq!(next.changes, entry.changes, "{}", entry.uid);
        } else {
            let higher = numbers.0 > entry.sequence || entry.sequence == MOST;
            assert!(higher && numbers.1 > entry.last_modified, "{}", entry.uid);
        }
    }
    for (path, stamp) in &before.resources {
        assert!(after.resources[path].last_modified >= stamp.last_modified, "{path}");
    }
}

fn read(bytes: &[u8]) -> Option<Revisions> {
    match parse(bytes) {
        Ok(revisions) => Some(revisions),
        Err((line, reason)) => {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
            assert!((1..=lines).contains(&line), "line {line} of {lines}: {reason}");
            None
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let between = b"\n---\n";
    let (first, second) = match bytes.windows(between.len()).position(|some| some == between) {
        Some(at) => (&bytes[..at], Some(&bytes[at + between.len()..])),
        None => (bytes, None),
    };
    let Some(before) = read(first) else { return };
    assert_writable(&before);
    // This step changes or removes every session of the file.
    let next = planned(&before);
    assert_writable(&next.revisions);
    assert_after(&before, &next.revisions);
    assert_eq!(planned(&next.revisions).revisions, next.revisions, "a non-change is a change");
    let others = second.and_then(read).into_iter().chain([next.revisions.clone()]);
    for known in others {
        let joined = before.clone().joined(&known);
        assert_writable(&joined);
        assert!(joined.behind(&known).is_empty());
        for entry in before.sessions.values().chain(known.sessions.values()) {
            let same = joined.sessions.values().filter(|own| own.uid == entry.uid);
            let [is] = same.collect::<Vec<_>>()[..] else { panic!("{} is not there once", entry.uid) };
            assert!(is.sequence >= entry.sequence && is.last_modified >= entry.last_modified);
        }
        assert_writable(&planned(&joined).revisions);
    }
    let site = Site::build(Arc::new(next.edition), next.calendars, CacheSize::default());
    assert!(site.documents().count() > 0);
});
