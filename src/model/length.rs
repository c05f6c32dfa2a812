//! The lengths of sessions, stays and reminders.

use chrono::TimeDelta;

use super::TextError;

const FORM: TextError =
    TextError::Form("a length such as `90m`, `1h 30m`, `5400s`, `PT90M` or, in whole days, `2d`");
/// The longest length, which is ten years. A longer one is a typing error.
const MAX_SECONDS: i64 = 10 * 366 * 86_400;

/// A length as the author wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// An elapsed time of more than zero, even if the clocks change.
    Elapsed(TimeDelta),
    /// A number of calendar days, more than zero: the same wall-clock time that many days later.
    Days(u32),
}

impl Length {
    /// Parses a length such as `90m`, `1h 30m`, `5400s`, `PT90M` (RFC 5545 section 3.3.6) or `2d`.
    ///
    /// # Errors
    /// [`TextError`] for any other text, for zero, and for more than ten years.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let upper = text.trim().to_ascii_uppercase();
        let parts = match upper.strip_prefix("PT").or_else(|| upper.strip_prefix('P')) {
            Some(rest) if !rest.contains(' ') && rest.contains('D') != upper.starts_with("PT") => {
                rest
            }
            Some(_) => return Err(FORM),
            None => &upper,
        };
        let (mut days, mut seconds) = (0_i64, 0_i64);
        let mut digits = String::new();
        let mut units = String::new();
        for c in parts.chars() {
            match c {
                '0'..='9' => digits.push(c),
                ' ' if digits.is_empty() => {}
                'D' | 'H' | 'M' | 'S' => {
                    let number: i64 = std::mem::take(&mut digits).parse().map_err(|_| FORM)?;
                    let unit = match c {
                        'D' => &mut days,
                        _ => &mut seconds,
                    };
                    let size = match c {
                        'H' => 3600,
                        'M' => 60,
                        _ => 1,
                    };
                    *unit =
                        number.checked_mul(size).and_then(|n| unit.checked_add(n)).ok_or(FORM)?;
                    // Each unit occurs once, and larger units come first.
                    if units.chars().any(|earlier| "DHMS".find(earlier) >= "DHMS".find(c)) {
                        return Err(FORM);
                    }
                    units.push(c);
                }
                _ => return Err(FORM),
            }
        }
        if !digits.is_empty() || units.is_empty() || (days > 0 && seconds > 0) {
            return Err(FORM);
        }
        if days.saturating_mul(86_400) > MAX_SECONDS || seconds > MAX_SECONDS {
            return Err(TextError::Form("a length of at most ten years"));
        }
        match (days, seconds) {
            (0, 0) => Err(TextError::Form("a length of more than zero")),
            (0, seconds) => Ok(Self::Elapsed(TimeDelta::seconds(seconds))),
            (days, _) => Ok(Self::Days(u32::try_from(days).map_err(|_| FORM)?)),
        }
    }

    /// Returns the length as elapsed time, with 24 hours per day. Use it for stays and reminders, never for a session's
    /// end.
    pub fn roughly(self) -> TimeDelta {
        match self {
            Self::Elapsed(time) => time,
            Self::Days(days) => TimeDelta::days(days.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_promised_format_is_read() {
        for (text, seconds) in [
            ("90m", 5400),
            ("1h 30m", 5400),
            ("1h30m", 5400),
            ("5400s", 5400),
            ("PT90M", 5400),
            ("PT1H30M", 5400),
        ] {
            assert_eq!(
                Length::parse(text),
                Ok(Length::Elapsed(TimeDelta::seconds(seconds))),
                "{text}"
            );
        }
        assert_eq!(Length::parse("2d"), Ok(Length::Days(2)));
        assert_eq!(Length::parse("P2D"), Ok(Length::Days(2)));
    }

    #[test]
    fn other_formats_are_refused() {
        for bad in [
            "",
            "90",
            "m",
            "90 minutes",
            "1.5h",
            "-1h",
            "0m",
            "1d 2h",
            "30m 1h",
            "1h 1h",
            "PT",
            "P90M",
            "99999999999999999999s",
            "9999d",
        ] {
            assert!(Length::parse(bad).is_err(), "{bad}");
        }
    }
}
