//! Dates and times in words, in the calendar's language by CLDR.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use icu_datetime::fieldsets::{T, YMDE, zone::GenericShort};
use icu_datetime::input::{Date, Time, UtcOffset};
use icu_datetime::options::TimePrecision;
use icu_datetime::{DateTimeFormatter, NoCalendarFormatter};
use icu_locale_core::Locale;
use icu_time::zone::{IanaParser, ZoneNameTimestamp};

use crate::model::{AllDay, Language, When};
use crate::zone::Zone;

/// The formatters of one language.
pub(super) struct Words {
    date: DateTimeFormatter<YMDE>,
    time: NoCalendarFormatter<T>,
    zone: NoCalendarFormatter<GenericShort>,
    english: bool,
}

impl Words {
    /// The words of a language; of American English where CLDR has none for it.
    pub(super) fn new(language: &Language) -> Self {
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
            time: NoCalendarFormatter::try_new(
                locale.clone().into(),
                T::short().with_time_precision(precision),
            )
            .ok()?,
            zone: NoCalendarFormatter::try_new(locale.into(), GenericShort).ok()?,
            english,
        })
    }

    /// The start: "Tuesday, April 30, 2024, 2 pm PT / 5 pm ET"; a zone where it is another day
    /// names that day. For whole days the first, and the last if there are several.
    pub(super) fn start(&self, when: &When, also_in: &[Zone]) -> String {
        let timed = match when {
            When::AllDay(days) => return self.days(days),
            When::Timed(timed) => timed,
        };
        let own_day = timed.start.local.date();
        let mut text = format!("{}, ", self.date(own_day));
        text.push_str(&self.there(&timed.zone, timed.start.instant));
        for zone in also_in.iter().filter(|zone| **zone != timed.zone) {
            text.push_str(" / ");
            let day = zone.local(timed.start.instant).date();
            if day != own_day {
                text.push_str(&self.date(day));
                text.push_str(", ");
            }
            text.push_str(&self.there(zone, timed.start.instant));
        }
        text
    }

    /// From start to end: "Tuesday, April 30, 2024, 2-3:30 pm PT / 5-6:30 pm ET". An end on another
    /// day than its start names that day.
    pub(super) fn range(&self, when: &When, also_in: &[Zone]) -> String {
        let timed = match when {
            When::AllDay(days) => return self.days(days),
            When::Timed(timed) => timed,
        };
        let own_day = timed.start.local.date();
        let mut text = format!("{}, ", self.date(own_day));
        let others = also_in.iter().filter(|zone| **zone != timed.zone);
        for (index, zone) in std::iter::once(&timed.zone).chain(others).enumerate() {
            let (start, end) = (zone.local(timed.start.instant), zone.local(timed.end.instant));
            if index > 0 {
                text.push_str(" / ");
                if start.date() != own_day {
                    text.push_str(&format!("{}, ", self.date(start.date())));
                }
            }
            if end.date() == start.date() {
                text.push_str(&self.times(start.time(), end.time()));
            } else {
                let (from, to) = (self.time(start.time()), self.time(end.time()));
                text.push_str(&format!("{from} - {}, {to}", self.date(end.date())));
            }
            text.push_str(&format!(" {}", self.zone(zone, timed.start.instant)));
        }
        text
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

    /// The same with UTC: "... (21:00 UTC)".
    pub(super) fn start_with_utc(&self, when: &When, also_in: &[Zone]) -> String {
        let mut text = self.start(when, also_in);
        if let When::Timed(timed) = when {
            let utc = timed.start.instant.naive_utc();
            let day = match utc.date() == timed.start.local.date() {
                true => String::new(),
                false => format!("{}, ", self.date(utc.date())),
            };
            text.push_str(&format!(" ({day}{} UTC)", utc.format("%H:%M")));
        }
        text
    }

    /// A date with its weekday.
    pub(super) fn date(&self, date: NaiveDate) -> String {
        // chrono's month and day are those of a real date.
        Date::try_new_iso(date.year(), date.month() as u8, date.day() as u8)
            .map_or_else(|_| date.to_string(), |date| plain(&self.date.format(&date).to_string()))
    }

    fn days(&self, days: &AllDay) -> String {
        match days.first == days.last {
            true => self.date(days.first),
            false => format!("{} \u{2013} {}", self.date(days.first), self.date(days.last)),
        }
    }

    fn there(&self, zone: &Zone, instant: DateTime<Utc>) -> String {
        format!("{} {}", self.time(zone.local(instant).time()), self.zone(zone, instant))
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

    /// "PT": the name that is right all year round, or the place's or the offset's.
    fn zone(&self, zone: &Zone, instant: DateTime<Utc>) -> String {
        let info = IanaParser::new()
            .parse(zone.tzid())
            .with_offset(UtcOffset::try_from_seconds(zone.offset(instant)).ok())
            .with_zone_name_timestamp(ZoneNameTimestamp::from_epoch_seconds(instant.timestamp()));
        plain(&self.zone.format(&info).to_string())
    }
}

/// CLDR's narrow and no-break spaces are lost on the way through mail and calendars.
fn plain(text: &str) -> String {
    text.replace(['\u{202f}', '\u{a0}'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timed;
    use crate::zone::Rules;

    fn when(rules: &Rules, zone: &str, start: &str) -> When {
        let zone = rules.zone(zone).unwrap();
        let start: DateTime<Utc> = start.parse().unwrap();
        let end = zone.moment(start + chrono::TimeDelta::minutes(90));
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
             (Wednesday, May 1, 2024, 01:00 UTC)"
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
            "Dienstag, 30. April 2024, 14:00 MEZ (12:00 UTC)"
        );
        assert!(words("en-GB", "Europe/London", "2024-04-30T12:00:00Z", &[]).contains("13:00"));
    }

    #[test]
    fn a_language_without_words_falls_back_to_english() {
        assert!(words("tlh", "Europe/Berlin", "2024-04-30T12:00:00Z", &[]).contains("2024"));
    }
}
