//! Dates and times in words, in the calendar's language by CLDR.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use icu_datetime::fieldsets::zone::{GenericShort, SpecificShort};
use icu_datetime::fieldsets::{MDE, T, YMDE};
use icu_datetime::input::{Date, Time, UtcOffset};
use icu_datetime::options::TimePrecision;
use icu_datetime::{DateTimeFormatter, NoCalendarFormatter};
use icu_locale_core::Locale;
use icu_time::zone::{IanaParser, ZoneNameTimestamp};

use crate::model::{AllDay, Language, Timed, When};
use crate::zone::Zone;

/// The formatters of one language.
pub(crate) struct Words {
    date: DateTimeFormatter<YMDE>,
    date_of_year: DateTimeFormatter<MDE>,
    /// The year that goes without saying.
    year: Option<i32>,
    time: NoCalendarFormatter<T>,
    zone: NoCalendarFormatter<GenericShort>,
    specific: NoCalendarFormatter<SpecificShort>,
    english: bool,
}

impl Words {
    /// The words of a language; of American English where CLDR has none for it.
    pub(crate) fn new(language: &Language) -> Self {
        let locale = language.as_str().parse().unwrap_or(Locale::UNKNOWN);
        let english = language.is_english();
        Self::of(locale, english).unwrap_or_else(|| {
            Self::of(icu_locale_core::locale!("en-US"), true)
                .expect("the words of American English are compiled in")
        })
    }

    fn of(locale: Locale, english: bool) -> Option<Self> {
        // English leaves `:00` away; in other languages a bare hour reads oddly.
        let precision = if english { TimePrecision::MinuteOptional } else { TimePrecision::Minute };
        Some(Self {
            date: DateTimeFormatter::try_new(locale.clone().into(), YMDE::long()).ok()?,
            date_of_year: DateTimeFormatter::try_new(locale.clone().into(), MDE::long()).ok()?,
            year: None,
            time: NoCalendarFormatter::try_new(
                locale.clone().into(),
                T::short().with_time_precision(precision),
            )
            .ok()?,
            zone: NoCalendarFormatter::try_new(locale.clone().into(), GenericShort).ok()?,
            specific: NoCalendarFormatter::try_new(locale.into(), SpecificShort).ok()?,
            english,
        })
    }

    /// The same words, in which one year goes without saying.
    pub(crate) fn in_year(self, year: i32) -> Self {
        Self { year: Some(year), ..self }
    }

    /// The start: "Tuesday, April 30, 2024, 2 pm PT / 5 pm ET"; a zone where it is another day than
    /// was said last names that day. For whole days the first, and the last if there are several.
    pub(crate) fn start(&self, when: &When, also_in: &[Zone]) -> String {
        self.start_and_day(when, also_in, None).0
    }

    /// "Moved from Tuesday, April 30, 2024, 2 pm PT / 5 pm ET to 3 pm PT / 6 pm ET."
    pub(crate) fn moved_from(&self, from: &When, to: &When, also_in: &[Zone]) -> String {
        format!("Moved from {}.", self.change(from, to, also_in))
    }

    /// "Tuesday, April 30, 2024, 2 pm PT / 5 pm ET to 3 pm PT / 6 pm ET": two starts, the second
    /// without the day that was said last.
    pub(crate) fn change(&self, from: &When, to: &When, also_in: &[Zone]) -> String {
        let (from, said) = self.start_and_day(from, also_in, None);
        format!("{from} to {}", self.start_and_day(to, also_in, Some(said)).0)
    }

    /// "21:00 to 22:00 UTC": the same in UTC, where both have a time of day.
    pub(crate) fn change_in_utc(&self, from: &When, to: &When) -> Option<String> {
        let (When::Timed(from), When::Timed(to)) = (from, to) else { return None };
        let (first, second) = (from.start.instant.naive_utc(), to.start.instant.naive_utc());
        let named = |known, date| if known == date { String::new() } else { self.day(date) };
        Some(format!(
            "{}{} to {}{} UTC",
            named(from.start.local.date(), first.date()),
            first.format("%H:%M"),
            named(first.date(), second.date()),
            second.format("%H:%M")
        ))
    }

    /// "Tuesday, April 30, 2024, 10 pm", without the name of the zone.
    pub(crate) fn there(&self, instant: DateTime<Utc>, zone: &Zone) -> String {
        let local = zone.local(instant);
        format!("{}{}", self.day(local.date()), self.time(local.time()))
    }

    /// "10 pm", likewise.
    pub(crate) fn hour_there(&self, instant: DateTime<Utc>, zone: &Zone) -> String {
        self.time(zone.local(instant).time())
    }

    /// The same with UTC: "... (21:00 UTC)".
    pub(crate) fn start_with_utc(&self, when: &When, also_in: &[Zone]) -> String {
        let (mut text, said) = self.start_and_day(when, also_in, None);
        if let When::Timed(timed) = when {
            let utc = timed.start.instant.naive_utc();
            let day = if utc.date() == said { String::new() } else { self.day(utc.date()) };
            text.push_str(&format!(" ({day}{} UTC)", utc.format("%H:%M")));
        }
        text
    }

    /// From start to end: "Tuesday, April 30, 2024, 2-3:30 pm PT / 5-6:30 pm ET". An end on another
    /// day than its start names that day.
    pub(crate) fn range(&self, when: &When, also_in: &[Zone]) -> String {
        let timed = match when {
            When::AllDay(days) => return self.days(days),
            When::Timed(timed) => timed,
        };
        let mut said = None;
        let mut parts = Vec::new();
        for zone in zones(timed, also_in) {
            let (start, end) = (zone.local(timed.start.instant), zone.local(timed.end.instant));
            let day =
                if said == Some(start.date()) { String::new() } else { self.day(start.date()) };
            let times = if end.date() == start.date() {
                self.times(start.time(), end.time())
            } else {
                format!(
                    "{} - {}{}",
                    self.time(start.time()),
                    self.day(end.date()),
                    self.time(end.time())
                )
            };
            said = Some(end.date());
            parts.push(format!("{day}{times} {}", self.zone(zone, timed.start.instant)));
        }
        parts.join(" / ")
    }

    /// The start in words, and the day that they end with; `said` is the day that was named before.
    fn start_and_day(
        &self,
        when: &When,
        also_in: &[Zone],
        mut said: Option<NaiveDate>,
    ) -> (String, NaiveDate) {
        let timed = match when {
            When::AllDay(days) => return (self.days(days), days.last),
            When::Timed(timed) => timed,
        };
        let instant = timed.start.instant;
        let mut parts = Vec::new();
        for zone in zones(timed, also_in) {
            let local = zone.local(instant);
            let day =
                if said == Some(local.date()) { String::new() } else { self.day(local.date()) };
            said = Some(local.date());
            parts.push(format!("{day}{} {}", self.time(local.time()), self.zone(zone, instant)));
        }
        (parts.join(" / "), said.unwrap_or_default())
    }

    fn day(&self, date: NaiveDate) -> String {
        format!("{}, ", self.date(date))
    }

    /// Two times of one day: "2-3:30 pm", "11 am-12:30 pm".
    fn times(&self, start: NaiveTime, end: NaiveTime) -> String {
        let (from, to) = (self.time(start), self.time(end));
        let half = |text: &str| [" am", " pm"].into_iter().find(|half| text.ends_with(half));
        match (half(&from), half(&to)) {
            (Some(same), Some(other)) if same == other => {
                format!("{}-{to}", from.trim_end_matches(same))
            }
            _ => format!("{from}-{to}"),
        }
    }

    /// A date with its weekday.
    pub(crate) fn date(&self, date: NaiveDate) -> String {
        // chrono's month and day are those of a real date.
        let Ok(iso) = Date::try_new_iso(date.year(), date.month() as u8, date.day() as u8) else {
            return date.to_string();
        };
        plain(&match self.year == Some(date.year()) {
            true => self.date_of_year.format(&iso).to_string(),
            false => self.date.format(&iso).to_string(),
        })
    }

    fn days(&self, days: &AllDay) -> String {
        match days.first == days.last {
            true => self.date(days.first),
            false => format!("{} \u{2013} {}", self.date(days.first), self.date(days.last)),
        }
    }

    fn time(&self, time: NaiveTime) -> String {
        let (hour, minute) = (time.hour() as u8, time.minute() as u8);
        let Ok(time) = Time::try_new(hour, minute, 0, 0) else { return time.to_string() };
        let text = plain(&self.time.format(&time).to_string());
        if !self.english {
            return text;
        }
        text.replace("AM", "am").replace("PM", "pm")
    }

    /// "PT": the name that is right all year round, or the place's or the offset's. Where a language
    /// has but the winter's name for it (CET), the name of the day itself (CEST).
    fn zone(&self, zone: &Zone, instant: DateTime<Utc>) -> String {
        let generic = plain(&self.zone.format(&info(zone, instant)).to_string());
        let of = |at| plain(&self.specific.format(&info(zone, at)).to_string());
        let half_a_year = TimeDelta::days(182);
        let today = of(instant);
        if generic == of(instant + half_a_year) { today } else { generic }
    }
}

/// The zones to spell a time out in: its own, then the others.
fn zones<'a>(timed: &'a Timed, also_in: &'a [Zone]) -> impl Iterator<Item = &'a Zone> {
    std::iter::once(&timed.zone).chain(also_in.iter().filter(|zone| **zone != timed.zone))
}

fn info(
    zone: &Zone,
    instant: DateTime<Utc>,
) -> icu_time::TimeZoneInfo<icu_time::zone::models::AtTime> {
    IanaParser::new()
        .parse(zone.tzid())
        .with_offset(UtcOffset::try_from_seconds(zone.offset(instant)).ok())
        .with_zone_name_timestamp(ZoneNameTimestamp::from_epoch_seconds(instant.timestamp()))
}

/// CLDR's narrow and no-break spaces are lost on the way through mail and calendars.
fn plain(text: &str) -> String {
    text.replace(['\u{202f}', '\u{a0}'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::Rules;

    fn when(rules: &Rules, zone: &str, start: &str) -> When {
        let zone = rules.zone(zone).unwrap();
        let start: DateTime<Utc> = start.parse().unwrap();
        let end = zone.moment(start + TimeDelta::minutes(90));
        When::Timed(Timed { start: zone.moment(start), end, zone })
    }

    fn words(language: &str, zone: &str, start: &str, also_in: &[&str]) -> String {
        let rules = Rules::bundled();
        let also_in: Vec<Zone> = also_in.iter().map(|name| rules.zone(name).unwrap()).collect();
        let words = Words::new(&Language::parse(language).unwrap());
        words.start_with_utc(&when(&rules, zone, start), &also_in)
    }

    #[test]
    fn the_first_gathering_reads_as_it_was_announced() {
        let ny = ["America/New_York"];
        assert_eq!(
            words("en-US", "America/Los_Angeles", "2024-04-30T21:00:00Z", &ny),
            "Tuesday, April 30, 2024, 2 pm PT / 5 pm ET (21:00 UTC)"
        );
        assert_eq!(
            words("en-US", "America/Los_Angeles", "2024-04-30T21:30:00Z", &ny),
            "Tuesday, April 30, 2024, 2:30 pm PT / 5:30 pm ET (21:30 UTC)"
        );
    }

    #[test]
    fn a_zone_where_it_is_another_day_names_that_day() {
        assert_eq!(
            words(
                "en-US",
                "America/Los_Angeles",
                "2024-05-01T01:00:00Z",
                &["Asia/Tokyo", "America/Los_Angeles"]
            ),
            "Tuesday, April 30, 2024, 6 pm PT / Wednesday, May 1, 2024, 10 am Japan Time \
             (01:00 UTC)"
        );
        assert_eq!(
            words(
                "en-US",
                "America/Los_Angeles",
                "2024-05-01T01:00:00Z",
                &["Asia/Tokyo", "America/New_York"]
            ),
            "Tuesday, April 30, 2024, 6 pm PT / Wednesday, May 1, 2024, 10 am Japan Time / \
             Tuesday, April 30, 2024, 9 pm ET (Wednesday, May 1, 2024, 01:00 UTC)"
        );
    }

    #[test]
    fn a_range_says_the_half_of_the_day_once() {
        let rules = Rules::bundled();
        let ny = [rules.zone("America/New_York").unwrap()];
        let range = |start: &str| {
            Words::new(&Language::default()).range(&when(&rules, "America/Los_Angeles", start), &ny)
        };
        assert_eq!(
            range("2024-04-30T21:00:00Z"),
            "Tuesday, April 30, 2024, 2-3:30 pm PT / 5-6:30 pm ET"
        );
        assert_eq!(
            range("2024-04-30T15:00:00Z"),
            "Tuesday, April 30, 2024, 8-9:30 am PT / 11 am-12:30 pm ET"
        );
        assert_eq!(
            range("2024-05-01T02:30:00Z"),
            "Tuesday, April 30, 2024, 7:30-9 pm PT / 10:30 pm - Wednesday, May 1, 2024, 12 am ET"
        );
    }

    #[test]
    fn other_languages_keep_their_own_forms() {
        assert_eq!(
            words("de", "Europe/Berlin", "2024-04-30T12:00:00Z", &[]),
            "Dienstag, 30. April 2024, 14:00 MESZ (12:00 UTC)"
        );
        assert!(words("en-GB", "Europe/London", "2024-04-30T12:00:00Z", &[]).contains("13:00"));
    }

    #[test]
    fn a_language_without_words_falls_back_to_english() {
        assert!(words("tlh", "Europe/Berlin", "2024-04-30T12:00:00Z", &[]).contains("2024"));
    }
}
