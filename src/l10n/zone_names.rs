//! Prints names of time zones, such as "PT", "MESZ" or "Mexico City Time".
//!
//! Nobody may read a printed time as another hour, so a name is used only if it means exactly the zone's offset at the
//! instant. ICU4X formats the names of a zone's metazone without that check, which UTS #35 ("Time Zone Format
//! Terminology") asks for. The cases, first match wins:
//!
//! 1. the generic name ("PT"), if its golden zones have this offset at this instant;
//! 2. the specific name ("MST", "MESZ"), if it means this offset wherever it is used during the year;
//! 3. the city in the language's pattern ("Mexico City Time", "hora de Tokio"), or alone if the pattern is a label
//!    ("Tokyo" for CLDR's "heure : Tokyo");
//! 4. the offset from GMT.
//!
//! Offsets come from the active rules, so the names follow `--zoneinfo`, too.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Datelike, TimeZone as _, Utc};
use icu_datetime::NoCalendarFormatter;
use icu_datetime::fieldsets::zone::{
    ExemplarCity, GenericShort, LocalizedOffsetShort, Location, SpecificShort,
};
use icu_datetime::input::UtcOffset;
use icu_locale_core::Locale;
use icu_time::TimeZoneInfo;
use icu_time::zone::models::AtTime;
use icu_time::zone::{IanaParser, ZoneNameTimestamp};

use super::{golden, plain};
use crate::zone::{Rules, Zone};

/// The names of zones in one language, under one set of rules.
pub struct ZoneNames {
    generic: NoCalendarFormatter<GenericShort>,
    specific: NoCalendarFormatter<SpecificShort>,
    location: NoCalendarFormatter<Location>,
    city: NoCalendarFormatter<ExemplarCity>,
    offset: NoCalendarFormatter<LocalizedOffsetShort>,
    /// The language's text before and after a city.
    around_city: (String, String),
    rules: Rules,
    /// The golden zones by year in UTC; computed when a session of that year is first printed.
    golden: Mutex<BTreeMap<i32, Arc<[Golden]>>>,
}

/// A golden zone during a year, divided at the changes of its offset into one or more stretches.
struct Golden {
    stretches: Vec<Stretch>,
}

/// A stretch of time with one offset, and the names that the golden zone has then.
struct Stretch {
    until: DateTime<Utc>,
    /// The offset in seconds east of Greenwich.
    offset: i32,
    generic: Option<String>,
    specific: Option<String>,
}

impl ZoneNames {
    /// Returns the names of a locale, or `None` if CLDR has no data for it.
    pub fn new(locale: &Locale, rules: &Rules) -> Option<Self> {
        let generic = NoCalendarFormatter::try_new(locale.into(), GenericShort).ok()?;
        let specific = NoCalendarFormatter::try_new(locale.into(), SpecificShort).ok()?;
        let location = NoCalendarFormatter::try_new(locale.into(), Location).ok()?;
        let city = NoCalendarFormatter::try_new(locale.into(), ExemplarCity).ok()?;
        let offset = NoCalendarFormatter::try_new(locale.into(), LocalizedOffsetShort).ok()?;
        // The sample is a city of a country with several zones, so that its location is the city and not the country.
        let sample = info("America/Los_Angeles", None, DateTime::UNIX_EPOCH);
        let whole = plain(&location.format(&sample).to_string());
        let around_city = whole
            .split_once(&plain(&city.format(&sample).to_string()))
            .filter(|(before, after)| ![before, after].iter().any(|text| is_label(text)))
            .map(|(before, after)| (before.to_owned(), after.to_owned()))
            .unwrap_or_default();
        let (rules, golden) = (rules.clone(), Mutex::default());
        Some(Self { generic, specific, location, city, offset, around_city, rules, golden })
    }

    /// Returns the name of a zone at an instant. The name has no other offset on that day.
    pub fn name(&self, zone: &Zone, at: DateTime<Utc>) -> String {
        if zone.is_utc() {
            return "UTC".to_owned();
        }
        let golden = self.golden(at);
        let offset = zone.offset(at);
        let generic = self.generic(zone.tzid(), offset, at);
        let specific = self.specific(zone.tzid(), offset, at);
        // If a zone has other rules than its golden zone, ICU4X adds the city, even where both have the same offset.
        // The zone's specific name leads to the golden zone, which has the generic name.
        let by_metazone = specific.iter().flat_map(|name| generic_names(&golden, name, at));
        let candidates = generic.as_deref().into_iter().chain(by_metazone);
        candidates
            .chain(specific.as_deref())
            .find(|name| means(&golden, name, offset, at))
            .map(ToOwned::to_owned)
            .or_else(|| self.of_city(zone))
            .unwrap_or_else(|| self.printed_offset(offset))
    }

    /// Returns the name of a zone at an instant whose wall-clock time happens twice: the specific name or the offset
    /// from GMT, because no other name distinguishes the two.
    pub fn exact_name(&self, zone: &Zone, at: DateTime<Utc>) -> String {
        let offset = zone.offset(at);
        self.specific(zone.tzid(), offset, at)
            .filter(|name| means(&self.golden(at), name, offset, at))
            .unwrap_or_else(|| self.printed_offset(offset))
    }

    /// Returns the offsets that a name has at an instant, in seconds east of Greenwich. The list is empty if the
    /// language has no such zone name.
    pub fn meanings(&self, name: &str, at: DateTime<Utc>) -> Vec<i32> {
        if name == "UTC" {
            return vec![0];
        }
        let golden = self.golden(at);
        let claims = claims(&golden, name, at);
        let mut offsets: Vec<i32> = claims.into_iter().map(|(_, then)| then.offset).collect();
        offsets.sort_unstable();
        offsets.dedup();
        offsets
    }

    fn generic(&self, name: &str, offset: i32, at: DateTime<Utc>) -> Option<String> {
        let info = info(name, Some(offset), at);
        let text = plain(&self.generic.format(&info).to_string());
        // Without a zone name, ICU4X returns the location.
        let location = plain(&self.location.format(&info).to_string());
        (text != location).then_some(text)
    }

    fn specific(&self, name: &str, offset: i32, at: DateTime<Utc>) -> Option<String> {
        let text = plain(&self.specific.format(&info(name, Some(offset), at)).to_string());
        // Without a zone name, ICU4X returns the offset.
        (text != self.gmt_offset(offset)).then_some(text)
    }

    /// Returns the name made from the zone's city. A zone without a location, such as `Etc/GMT+5` or `EST`, has no
    /// city.
    fn of_city(&self, zone: &Zone) -> Option<String> {
        let (region, _) = zone.tzid().split_once('/')?;
        if region == "Etc" {
            return None;
        }
        let info = info(zone.tzid(), None, DateTime::UNIX_EPOCH);
        let city = plain(&self.city.format(&info).to_string());
        let (before, after) = &self.around_city;
        Some(format!("{before}{city}{after}"))
    }

    /// Returns an offset such as "GMT-5"; zero is only "GMT", as in CLDR.
    fn printed_offset(&self, offset: i32) -> String {
        let text = self.gmt_offset(offset);
        match text.strip_suffix("+0") {
            Some(zero) => zero.to_owned(),
            None => text,
        }
    }

    fn gmt_offset(&self, offset: i32) -> String {
        let offset = UtcOffset::try_from_seconds(offset).unwrap_or_else(|_| UtcOffset::zero());
        plain(&self.offset.format(&offset).to_string())
    }

    fn golden(&self, at: DateTime<Utc>) -> Arc<[Golden]> {
        let mut years = self.golden.lock().unwrap_or_else(PoisonError::into_inner);
        let year = years.entry(at.year());
        Arc::clone(year.or_insert_with(|| self.golden_in(at.year()).into()))
    }

    /// Returns the golden zones that have their own names in this language at some time of a year.
    fn golden_in(&self, year: i32) -> Vec<Golden> {
        let midnight = |year| Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).single();
        let (Some(from), Some(until)) = (midnight(year), midnight(year + 1)) else {
            return Vec::new();
        };
        let of = |name: &&str| {
            let zone = self.rules.zone(name).ok()?;
            let changes = zone.changes(from, until);
            let starts = std::iter::once(from).chain(changes.iter().copied());
            let ends = changes.iter().copied().chain([until]);
            let stretch = |(at, until)| {
                let offset = zone.offset(at);
                let generic = self.generic(name, offset, at);
                Stretch { until, offset, generic, specific: self.specific(name, offset, at) }
            };
            let stretches: Vec<Stretch> = starts.zip(ends).map(stretch).collect();
            let is_named = stretches.iter().any(|s| s.generic.is_some() || s.specific.is_some());
            is_named.then_some(Golden { stretches })
        };
        golden::ZONES.iter().chain(&golden::OWN_NAMES).filter_map(of).collect()
    }
}

impl Golden {
    fn at(&self, at: DateTime<Utc>) -> &Stretch {
        let found = self.stretches.iter().find(|stretch| at < stretch.until);
        // The last stretch ends with the year, so one of them contains the instant.
        found.unwrap_or(&self.stretches[self.stretches.len() - 1])
    }
}

impl Stretch {
    fn has_generic(&self, name: &str) -> bool {
        self.generic.as_deref() == Some(name)
    }

    fn has_specific(&self, name: &str) -> bool {
        self.specific.as_deref() == Some(name)
    }
}

/// Returns the generic names, at an instant, of the golden zones that have a specific name during the year.
fn generic_names<'a>(
    golden: &'a [Golden],
    specific: &str,
    at: DateTime<Utc>,
) -> impl Iterator<Item = &'a str> {
    let has = |zone: &&Golden| zone.stretches.iter().any(|s| s.has_specific(specific));
    golden.iter().filter(has).filter_map(move |zone| zone.at(at).generic.as_deref())
}

/// Returns the stretches in which golden zones have a name: as their specific name at any time of the year, or as their
/// generic name at this instant. Languages without a generic name use the winter name in its place, so a name that is
/// specific anywhere does not count as generic.
fn claims<'a>(
    golden: &'a [Golden],
    name: &str,
    at: DateTime<Utc>,
) -> Vec<(&'a Golden, &'a Stretch)> {
    let all = golden.iter().flat_map(|zone| zone.stretches.iter().map(move |then| (zone, then)));
    let specific: Vec<_> = all.filter(|(_, then)| then.has_specific(name)).collect();
    if !specific.is_empty() {
        return specific;
    }
    let now = golden.iter().map(|zone| (zone, zone.at(at)));
    now.filter(|(_, now)| now.has_generic(name)).collect()
}

/// Returns whether a name has only this offset at an instant.
///
/// A summer name means nothing while its golden zone is on winter time: readers of "PDT" in December assume the current
/// time of Los Angeles.
fn means(golden: &[Golden], name: &str, offset: i32, at: DateTime<Utc>) -> bool {
    let claims = claims(golden, name, at);
    let fits =
        |(zone, then): &(&Golden, &Stretch)| then.offset == offset && zone.at(at).offset >= offset;
    !claims.is_empty() && claims.iter().all(fits)
}

/// Returns whether CLDR's text around a city is a label, such as "heure : " or "(Ortszeit)".
fn is_label(text: &str) -> bool {
    text.contains([':', '(', ')', '[', ']'])
}

fn info(name: &str, offset: Option<i32>, at: DateTime<Utc>) -> TimeZoneInfo<AtTime> {
    IanaParser::new()
        .parse(name)
        .with_offset(offset.and_then(|seconds| UtcOffset::try_from_seconds(seconds).ok()))
        .with_zone_name_timestamp(ZoneNameTimestamp::from_epoch_seconds(at.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(language: &str, zone: &str, at: &str) -> String {
        let rules = Rules::bundled();
        let names = ZoneNames::new(&language.parse().unwrap(), &rules).unwrap();
        names.name(&rules.zone(zone).unwrap(), at.parse().unwrap())
    }

    #[test]
    fn every_zone_has_the_name_that_means_its_offset_on_that_day() {
        for (language, zone, at, expected) in [
            ("en-US", "America/Los_Angeles", "2027-07-07T17:00:00Z", "PT"),
            ("en-US", "America/Vancouver", "2027-07-07T17:00:00Z", "PT"),
            ("en-US", "America/Vancouver", "2027-12-07T17:00:00Z", "Vancouver Time"),
            ("en-US", "America/Edmonton", "2027-12-07T17:00:00Z", "Edmonton Time"),
            ("en-US", "America/Winnipeg", "2027-12-07T17:00:00Z", "Winnipeg Time"),
            ("en-US", "America/Denver", "2027-07-07T17:00:00Z", "MT"),
            ("en-US", "America/Phoenix", "2027-07-07T17:00:00Z", "MST"),
            ("en-US", "America/Phoenix", "2027-01-07T17:00:00Z", "MT"),
            ("en-US", "America/Mexico_City", "2027-07-07T17:00:00Z", "CST"),
            ("en-US", "America/Mexico_City", "2027-01-07T17:00:00Z", "CT"),
            ("en-US", "America/Panama", "2027-07-07T17:00:00Z", "EST"),
            ("en-US", "America/Puerto_Rico", "2027-07-07T17:00:00Z", "AST"),
            ("en-US", "America/Moncton", "2027-07-07T17:00:00Z", "AT"),
            ("en-US", "Pacific/Honolulu", "2027-07-07T17:00:00Z", "HST"),
            ("en-US", "America/Adak", "2027-07-07T17:00:00Z", "HAT"),
            ("en-US", "Europe/London", "2027-01-07T17:00:00Z", "London Time"),
            ("en-GB", "Europe/London", "2027-01-07T17:00:00Z", "GMT"),
            ("en-US", "Europe/London", "2027-07-07T17:00:00Z", "London Time"),
            ("en-US", "Asia/Tokyo", "2027-07-07T17:00:00Z", "Tokyo Time"),
            ("en-US", "Etc/GMT+5", "2027-07-07T17:00:00Z", "GMT-5"),
            ("en-US", "UTC", "2027-07-07T17:00:00Z", "UTC"),
            ("en-GB", "Europe/London", "2027-07-07T17:00:00Z", "BST"),
            ("en-GB", "Europe/Dublin", "2027-07-07T17:00:00Z", "Dublin Time"),
            ("en-AU", "Australia/Brisbane", "2027-01-07T17:00:00Z", "AEST"),
            ("en-AU", "Australia/Hobart", "2027-01-07T17:00:00Z", "AET"),
            ("de", "Europe/Berlin", "2027-04-13T17:00:00Z", "MESZ"),
            ("de", "Europe/Berlin", "2027-10-12T17:00:00Z", "MESZ"),
            ("de", "Europe/Berlin", "2027-11-12T17:00:00Z", "MEZ"),
            ("de", "Asia/Tokyo", "2027-11-12T17:00:00Z", "Tokio"),
            ("fr", "Asia/Tokyo", "2027-11-12T17:00:00Z", "Tokyo"),
            ("es", "America/Mexico_City", "2027-11-12T17:00:00Z", "hora de Ciudad de México"),
            ("ja", "Asia/Tokyo", "2027-11-12T17:00:00Z", "JST"),
        ] {
            assert_eq!(name(language, zone, at), expected, "{language} {zone} {at}");
        }
    }

    #[test]
    fn a_word_has_the_meanings_that_it_is_printed_with() {
        let names = ZoneNames::new(&"en-US".parse().unwrap(), &Rules::bundled()).unwrap();
        let july = "2027-07-07T17:00:00Z".parse().unwrap();
        assert_eq!(names.meanings("MST", july), [-7 * 3600]);
        assert_eq!(names.meanings("MT", july), [-6 * 3600]);
        assert_eq!(names.meanings("UTC", july), [0]);
        assert!(names.meanings("AM", july).is_empty());
    }
}
