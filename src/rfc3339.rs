//! Formats times by RFC 3339, in whole seconds. No other module does so.

use chrono::{DateTime, FixedOffset, NaiveDateTime, SecondsFormat, Utc};

/// Formats an instant in UTC: `2027-04-30T14:00:00Z`.
pub fn utc(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Formats an instant with an offset in seconds east of UTC: `2027-04-30T16:00:00+02:00`. Zero is `+00:00`. The format
/// has no offset of a day or more, so such an offset prints the instant in UTC.
pub fn with_offset(instant: DateTime<Utc>, offset: i32) -> String {
    match FixedOffset::east_opt(offset) {
        Some(offset) => instant.with_timezone(&offset).to_rfc3339_opts(SecondsFormat::Secs, false),
        None => instant.to_rfc3339_opts(SecondsFormat::Secs, false),
    }
}

/// Formats a local time without an offset, as in TOML: `2027-04-30T14:00:00`.
pub fn local(local: NaiveDateTime) -> String {
    local.format("%Y-%m-%dT%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_says_as_much_about_the_offset_as_is_known() {
        let instant = DateTime::from_timestamp(1_809_093_600, 999).expect("in range");
        assert_eq!(utc(instant), "2027-04-30T14:00:00Z");
        assert_eq!(with_offset(instant, 7200), "2027-04-30T16:00:00+02:00");
        assert_eq!(with_offset(instant, -12_600), "2027-04-30T10:30:00-03:30");
        assert_eq!(with_offset(instant, 0), "2027-04-30T14:00:00+00:00");
        assert_eq!(with_offset(instant, i32::MAX), "2027-04-30T14:00:00+00:00");
        assert_eq!(local(instant.naive_utc()), "2027-04-30T14:00:00");
    }
}
