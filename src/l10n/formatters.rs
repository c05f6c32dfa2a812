//! Loads ICU4X's formatters for one language, with data from CLDR.

use chrono::{Datelike, Months, NaiveDate, NaiveTime, Timelike};
use icu_calendar::Gregorian;
use icu_datetime::fieldsets::{E, MDE, T, YMDE, YMDET};
use icu_datetime::input::{Date, DateTime as IcuDateTime, Time};
use icu_datetime::options::TimePrecision;
use icu_datetime::{DateTimeFormatter, NoCalendarFormatter};
use icu_locale_core::Locale;

use super::{ZoneNames, plain};
use crate::model::Language;
use crate::zone::Rules;

/// The formatters for one language, and its names of zones.
pub(super) struct Formatters {
    pub(super) date: DateTimeFormatter<YMDE>,
    pub(super) date_of_year: DateTimeFormatter<MDE>,
    pub(super) short_date: DateTimeFormatter<YMDE>,
    pub(super) short_date_of_year: DateTimeFormatter<MDE>,
    pub(super) weekday: DateTimeFormatter<E>,
    pub(super) time: NoCalendarFormatter<T>,
    /// The separator between a date and a time.
    pub(super) comma: String,
    pub(super) english: bool,
    pub(super) right_to_left: bool,
    pub(super) names: ZoneNames,
}

impl Formatters {
    /// Returns whether months have names. The root locale only numbers them: "M04".
    pub(super) fn have_months(&self) -> bool {
        let april = NaiveDate::default() + Months::new(3);
        !self.date.format(&iso(april)).to_string().contains("M04")
    }

    pub(super) fn load(language: &Language, rules: &Rules) -> Option<Self> {
        let locale: &Locale =
            &language.as_str().parse().expect("a language tag was parsed as a locale before");
        let english = language.is_english();
        // Only English omits `:00`; in other languages, an hour alone looks wrong.
        let precision = if english { TimePrecision::MinuteOptional } else { TimePrecision::Minute };
        let time = T::short().with_time_precision(precision);
        let mut formatters = Self {
            date: DateTimeFormatter::try_new(locale.into(), YMDE::long()).ok()?,
            date_of_year: DateTimeFormatter::try_new(locale.into(), MDE::long()).ok()?,
            short_date: DateTimeFormatter::try_new(locale.into(), YMDE::medium()).ok()?,
            short_date_of_year: DateTimeFormatter::try_new(locale.into(), MDE::medium()).ok()?,
            weekday: DateTimeFormatter::try_new(locale.into(), E::short()).ok()?,
            time: NoCalendarFormatter::try_new(locale.into(), time).ok()?,
            comma: ", ".to_owned(),
            english,
            right_to_left: language.is_right_to_left(),
            names: ZoneNames::new(locale, rules)?,
        };
        // CLDR's text between date and time is, for example, "، " in Arabic and a space in Japanese.
        let both = YMDET::medium().with_time_precision(precision);
        let both = DateTimeFormatter::try_new(locale.into(), both).ok()?;
        let (date, time) = (NaiveDate::default(), NaiveTime::MIN);
        let whole = both.format(&IcuDateTime { date: iso(date), time: icu_time(time) });
        let short = formatters.short_date.format(&iso(date)).to_string();
        let comma = whole.to_string().strip_prefix(&short).and_then(|rest| {
            rest.strip_suffix(&formatters.time.format(&icu_time(time)).to_string()).map(plain)
        });
        formatters.comma = comma.unwrap_or(formatters.comma);
        Some(formatters)
    }
}

pub(super) fn iso(date: NaiveDate) -> Date<Gregorian> {
    Date::try_new_gregorian(date.year(), date.month() as u8, date.day() as u8)
        .expect("chrono's months and days are those of the Gregorian calendar")
}

pub(super) fn icu_time(time: NaiveTime) -> Time {
    Time::try_new(time.hour() as u8, time.minute() as u8, 0, 0)
        .expect("chrono's hours and minutes lie below 24 and 60")
}
