//! Converts lengths as people write them, such as `90 minutes`, `2h30` or a number alone, to the accepted format.

/// Keys with a length as value.
const KEYS: [&str; 6] =
    ["duration", "keep_cancelled", "keep_gone", "keep_past", "refresh", "remind"];

/// Returns whether the value of a key is a length.
pub(super) fn is_of_length(key: &str) -> bool {
    KEYS.contains(&key)
}

/// Converts a length in words to the accepted format.
pub(super) fn of_text(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase().replace('½', ".5").replace('¼', ".25");
    let lower = lower.trim_start_matches(['~', ' ']);
    let lower = ["about ", "ca. ", "approx. "]
        .iter()
        .find_map(|word| lower.strip_prefix(word))
        .unwrap_or(lower);
    let lower = [" before", " before the start", " prior", " vorher", " long"]
        .iter()
        .find_map(|word| lower.strip_suffix(word))
        .unwrap_or(lower);
    match lower {
        "an hour" | "one hour" => return Some("1h".to_owned()),
        "half an hour" => return Some("30m".to_owned()),
        "an hour and a half" | "one and a half hours" => return Some("90m".to_owned()),
        "two hours" => return Some("2h".to_owned()),
        "all day" | "one day" | "a day" => return Some("1d".to_owned()),
        _ => {}
    }
    if let Some((hours, minutes)) = lower.split_once(':') {
        return written(parse(hours)? * 60.0 + parse(minutes)?, true);
    }
    let (mut minutes, mut days, mut has_hours, mut has_unit) = (0.0, 0.0, false, false);
    let mut rest = lower;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ','))
            .unwrap_or(rest.len());
        let number = parse(&rest[..digits])?;
        rest = rest[digits..].trim_start();
        let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let unit = &rest[..letters];
        rest = rest[letters..].trim_start_matches(['.', ',', ' ']);
        rest = rest.strip_prefix("and ").or_else(|| rest.strip_prefix("und ")).unwrap_or(rest);
        match unit {
            "" if !has_unit || has_hours => minutes += number,
            "m" | "min" | "mins" | "minute" | "minutes" | "minuten" => minutes += number,
            "h" | "hr" | "hrs" | "hour" | "hours" | "std" | "stunde" | "stunden" => {
                minutes += number * 60.0;
                has_hours = true;
            }
            "d" | "day" | "days" | "tag" | "tage" => days += number,
            "w" | "week" | "weeks" | "woche" | "wochen" => days += 7.0 * number,
            "month" | "months" | "monat" | "monate" => days += 30.0 * number,
            "y" | "year" | "years" | "jahr" | "jahre" => days += 365.0 * number,
            _ => return None,
        }
        has_unit = true;
    }
    match (minutes > 0.0, days > 0.0) {
        (true, false) => written(minutes, has_hours),
        (false, true) => (days.fract() == 0.0).then(|| format!("{days}d")),
        _ => None,
    }
}

/// Returns the lengths that a number alone may mean as the value of a key, the likeliest first.
pub(super) fn of_number(key: &str, number: f64) -> Option<Vec<String>> {
    if number <= 0.0 || number > 100_000.0 {
        return None;
    }
    let whole = number.fract() == 0.0;
    Some(match key {
        "keep_cancelled" | "keep_gone" | "keep_past" => vec![whole.then(|| format!("{number}d"))?],
        // Nobody meets for twelve minutes, so a number with a fraction means hours.
        "duration" if !whole => vec![written(number * 60.0, true)?],
        "duration" if number <= 12.0 => vec![format!("{number}h"), format!("{number}m")],
        "refresh" | "remind" if number <= 4.0 => {
            vec![written(number * 60.0, true)?, format!("{number}m")]
        }
        _ => vec![whole.then(|| format!("{number}m"))?],
    })
}

/// Parses a number with a decimal point or comma.
fn parse(number: &str) -> Option<f64> {
    number.trim_end_matches([',', '.']).replace(',', ".").parse().ok()
}

fn written(minutes: f64, in_hours: bool) -> Option<String> {
    if minutes.fract() != 0.0 || minutes <= 0.0 {
        return None;
    }
    let (hours, rest) = ((minutes / 60.0).floor(), minutes % 60.0);
    Some(match (in_hours, hours > 0.0, rest > 0.0) {
        (true, true, false) => format!("{hours}h"),
        (true, true, true) if minutes != 90.0 => format!("{hours}h {rest}m"),
        _ => format!("{minutes}m"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Length;

    #[test]
    fn lengths_in_words_are_corrected() {
        for (text, expected) in [
            ("90 minutes", "90m"),
            ("1.5 hours", "90m"),
            ("1,5 Stunden", "90m"),
            ("1½ hours", "90m"),
            ("2h30", "2h 30m"),
            ("2 hrs. 30 min.", "2h 30m"),
            ("1 hour and 15 minutes", "1h 15m"),
            ("1:30", "90m"),
            ("2:15", "2h 15m"),
            ("90", "90m"),
            ("2 hours", "2h"),
            ("half an hour", "30m"),
            ("2 days", "2d"),
            ("2 weeks", "14d"),
            ("1 year", "365d"),
        ] {
            assert_eq!(of_text(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["soon", "", "1h tomorrow", "0", "2 days 3 hours", "1:2:3"] {
            assert_eq!(of_text(text), None, "{text}");
        }
    }

    #[test]
    fn every_number_of_hours_and_minutes_is_read_in_every_form() {
        // The test covers 23 hours, 59 minutes and 6 ways to write each.
        for hours in 1..24 {
            for minutes in 1..60 {
                let whole = chrono::TimeDelta::minutes(hours * 60 + minutes);
                for text in [
                    format!("{hours}h{minutes}"),
                    format!("{hours}:{minutes:02}"),
                    format!("{hours} h {minutes} min"),
                    format!("{hours} hours {minutes} minutes"),
                    format!("{hours} Std. {minutes} Min."),
                    format!("{} min", hours * 60 + minutes),
                ] {
                    let offered = of_text(&text).unwrap_or_else(|| panic!("{text}"));
                    assert_eq!(
                        Length::parse(&offered),
                        Ok(Length::Elapsed(whole)),
                        "{text}: {offered}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_number_alone_gets_a_length_that_is_accepted() {
        // The test covers 1,000 numbers and 6 keys.
        for key in KEYS {
            for number in 1..=1000 {
                let offered = of_number(key, f64::from(number)).unwrap();
                assert!(
                    offered.iter().all(|text| Length::parse(text).is_ok()),
                    "{key} {number}: {offered:?}"
                );
            }
        }
        assert_eq!(of_number("duration", 90.0).unwrap(), ["90m"]);
        assert_eq!(of_number("duration", 1.5).unwrap(), ["90m"]);
        assert_eq!(of_number("duration", 2.0).unwrap(), ["2h", "2m"]);
        assert_eq!(of_number("remind", 15.0).unwrap(), ["15m"]);
        assert_eq!(of_number("keep_past", 365.0).unwrap(), ["365d"]);
        assert_eq!(of_number("duration", 0.0), None);
    }
}
