//! The names of weekdays in `sessions.toml`.

use chrono::Weekday;

/// The names, from Monday on.
pub const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Returns the name of a weekday.
pub fn weekday_name(day: Weekday) -> &'static str {
    // Seven weekdays have seven names.
    WEEKDAYS[usize::from(day as u8)]
}

/// Returns the weekday of a name.
pub fn named_weekday(name: &str) -> Option<Weekday> {
    let at = WEEKDAYS.iter().position(|own| *own == name)?;
    Weekday::try_from(u8::try_from(at).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_that_of_its_weekday() {
        for name in WEEKDAYS {
            let day = named_weekday(name).unwrap();
            assert_eq!(weekday_name(day), name);
            assert!(name.starts_with(&day.to_string()), "{name}");
        }
    }
}
