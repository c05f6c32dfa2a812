//! Lists of dates in quotes, as one text, or without brackets.

use std::borrow::Cow;
use std::ops::Range;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::DeValue;

use super::guess;
use super::loose::{self, Day, Loose};
use crate::diagnostic::{Code, Finding};

/// Most dates of a list that help repeats.
const MOST: usize = 100;

/// A finding for a list of which dates are in quotes; none if all are dates, or one cannot be read.
pub(super) fn of_list(key: &str, items: &[Spanned<DeValue<'_>>]) -> Option<Finding> {
    let first = items.iter().find(|item| item.get_ref().is_str())?;
    let texts: Vec<Cow<'_, str>> = items
        .iter()
        .take(MOST + 1)
        .map(|item| match item.get_ref() {
            DeValue::Datetime(at) => Some(Cow::Owned(at.to_string())),
            DeValue::String(text) => Some(Cow::Borrowed(text.as_ref())),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    let (_, right) = lines(key, &texts).filter(|(count, _)| *count <= MOST)?;
    let message = format!("`{key}` has a date in quotes");
    let help = format!("write {right}, without quotes");
    let finding = Finding::error(Code::TimeAsText, first.span(), message).help(help);
    // Each is certain or not by itself.
    Some(items.iter().fold(finding, |finding, item| {
        let certain = item.get_ref().as_str().and_then(guess::certain);
        finding.fix_if(item.span(), certain)
    }))
}

/// A finding for several dates in one text.
pub(super) fn of_text(key: &str, text: &str, span: Range<usize>) -> Option<Finding> {
    let (_, right) = lines(key, &[text]).filter(|(count, _)| *count > 1)?;
    let message = format!("`{key}` has several dates in one text");
    let help = format!("write {right}, without quotes");
    Some(Finding::error(Code::TimeAsText, span, message).help(help))
}

/// A finding for dates in a line that is no TOML: without brackets, or in another format.
pub(super) fn of_line(key: &str, value: &str, span: Range<usize>) -> Option<Finding> {
    if !["except", "also"].contains(&key) {
        return None;
    }
    let inner = value.trim_matches(['[', ']', '(', ')', '{', '}', ' ']);
    let (_, right) = lines(key, &[inner])?;
    let message = format!("`{key}` takes a date, or a list of dates in brackets");
    Some(Finding::error(Code::BadDate, span, message).help(format!("write {right}")))
}

/// The order of day and month where both are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
}

/// Several dates in one text, separated by commas or words, as TOML writes them; none if there is anything else.
pub(super) fn several(text: &str, order: Order) -> Option<Vec<String>> {
    const MOST: usize = 100;
    const LONGEST: usize = 5_000;
    if text.len() > LONGEST {
        return None;
    }
    let text = [" and ", " und ", ";", "&", "+", "\n"]
        .iter()
        .fold(text.trim().to_owned(), |text, sign| text.replace(sign, ","));
    let one = |piece: &str| match first(piece, order)? {
        (date, rest) if rest.is_empty() => Some(date),
        _ => None,
    };
    let pieces = text.split(',').filter(|piece| !piece.trim().is_empty());
    if let Some(dates) = pieces.map(one).collect::<Option<Vec<_>>>() {
        return (1..=MOST).contains(&dates.len()).then_some(dates);
    }
    // Commas within dates: May 4, 2027, May 11, 2027.
    let (mut dates, mut rest) = (Vec::new(), text);
    while !rest.is_empty() && dates.len() < MOST {
        let (date, left) = first(&rest, order).filter(|(_, left)| left.len() < rest.len())?;
        dates.push(date);
        rest = left.trim_start_matches([',', ' ']).to_owned();
    }
    (rest.is_empty() && !dates.is_empty()).then_some(dates)
}

/// The date that a text begins with, and what follows.
fn first(text: &str, order: Order) -> Option<(String, String)> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    // As calendars write dates: 20270504T180000.
    let compact = text.get(..8).filter(|_| digits == 8);
    if let Some(date) = compact.and_then(|date| NaiveDate::parse_from_str(date, "%Y%m%d").ok()) {
        let end = text.find([',', ' ']).unwrap_or(text.len());
        return Some((date.to_string(), text[end..].to_owned()));
    }
    let Loose { day, time, until: None, rest } = loose::read(text)? else { return None };
    let day = match day? {
        Day::TooLate { .. } => return None,
        Day::Either(_, date) if order == Order::MonthFirst => date,
        day => day.date()?,
    };
    Some((guess::moment(day, time), rest))
}

/// The dates of all texts, as lines of a key to choose from: one, or two if day and month may be either.
pub(super) fn lines(key: &str, texts: &[&str]) -> Option<(usize, String)> {
    let in_order = |order| {
        let dates = texts.iter().map(|text| several(text, order)).collect::<Option<Vec<_>>>()?;
        Some(dates.concat())
    };
    let (days, months) = (in_order(Order::DayFirst)?, in_order(Order::MonthFirst)?);
    let one = line(key, &days);
    Some((
        days.len(),
        match days == months {
            true => one,
            false => {
                format!("{one} for day and month, {} for month and day", line(key, &months))
            }
        },
    ))
}

/// The line of a key with a list of dates. `except` has dates without a time of day.
fn line(key: &str, dates: &[String]) -> String {
    let dates: Vec<&str> = dates
        .iter()
        .map(|date| if key == "except" { date.get(..10).unwrap_or(date) } else { date })
        .collect();
    format!("`{key} = [{}]`", dates.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_dates_in_one_text_are_a_list() {
        // 4 forms of dates by 6 separators by 1 to 5 dates.
        for separator in [", ", ",", "; ", " and ", " & ", "\n"] {
            for count in 1..=5 {
                let days: Vec<NaiveDate> =
                    (1..=count).filter_map(|n| NaiveDate::from_ymd_opt(2027, 5, 12 + n)).collect();
                for form in ["%Y-%m-%d", "%d.%m.%Y", "%B %-d, %Y", "%Y%m%dT180000"] {
                    let texts: Vec<String> =
                        days.iter().map(|day| day.format(form).to_string()).collect();
                    let expected: Vec<String> = days.iter().map(ToString::to_string).collect();
                    let text = texts.join(separator);
                    assert_eq!(several(&text, Order::DayFirst), Some(expected), "{text}");
                }
            }
        }
        for text in ["", "soon", "2027-05-04, soon", "2027-02-30", "2027-05-04 - 2027-05-11"] {
            assert_eq!(several(text, Order::DayFirst), None, "{text}");
        }
        let (count, right) = lines("except", &["4/5/2027", "6/5/2027"]).unwrap();
        let expected = "`except = [2027-05-04, 2027-05-06]` for day and month, \
            `except = [2027-04-05, 2027-06-05]` for month and day";
        assert_eq!((count, right.as_str()), (2, expected));
        let dates = several("2027-05-04 7pm, 2027-05-11", Order::DayFirst).unwrap();
        assert_eq!(line("also", &dates), "`also = [2027-05-04T19:00:00, 2027-05-11]`");
        assert_eq!(line("except", &dates), "`except = [2027-05-04, 2027-05-11]`");
    }
}
