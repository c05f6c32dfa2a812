//! Repeating sessions: a table of the file whose dates are separate sessions.

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};

use super::{Id, Markdown, Title, Uid};

/// A table with `repeat`. Its dates have a feed.
#[derive(Debug, Clone)]
pub struct Repeat {
    /// The id, which is also the id of the feed. The sessions have the id `ID-YYYY-MM-DD`.
    pub id: Id,
    /// The title.
    pub title: Title,
    /// The description.
    pub description: Option<Markdown>,
    /// The UID of the first date that was ever published. The UIDs of the other dates begin with it.
    pub uid: Option<Uid>,
    /// The former ids, oldest first.
    pub was: Vec<Id>,
}

/// The position of a session among the dates of a repeating session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatDate {
    /// The id of the repeating session.
    pub of: Id,
    /// The start by the rule or by `also`, even if the session starts at another time.
    pub planned: Planned,
}

/// A start by the rule, in wall-clock time of the session's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Planned {
    /// The first of several whole days, or the only one.
    Day(NaiveDate),
    /// A date with a time of day.
    At(NaiveDateTime),
}

impl Planned {
    /// Returns the date, which is part of the session's id.
    pub fn date(self) -> NaiveDate {
        match self {
            Self::Day(date) => date,
            Self::At(start) => start.date(),
        }
    }
}

/// Formats the start as in UIDs: `20270504T180000`, or `20270504`.
impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(date) => write!(f, "{}", date.format("%Y%m%d")),
            Self::At(start) => write!(f, "{}", start.format("%Y%m%dT%H%M%S")),
        }
    }
}

impl Id {
    /// The largest number of characters in the id of a repeating session, because `-YYYY-MM-DD` is added to it.
    pub const LONGEST_OF_REPEAT: usize = 64 - 11;

    /// Returns the id of a date of the repeating session with this id, or `None` if it would be too long.
    pub fn on(&self, date: NaiveDate) -> Option<Self> {
        Self::parse(&format!("{self}-{date}")).ok()
    }

    /// Returns the id of a repeating session and the date, if a text is the id of such a date.
    pub fn split_date(text: &str) -> Option<(&str, NaiveDate)> {
        let (id, date) = text.split_at_checked(text.len().checked_sub(11)?)?;
        Some((id, date.strip_prefix('-')?.parse().ok().filter(|_| Self::is_valid(id))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_date_is_split_into_what_it_was_made_of() {
        let id = Id::parse("tea").unwrap();
        let date = "2027-05-04".parse().unwrap();
        assert_eq!(id.on(date).unwrap().as_str(), "tea-2027-05-04");
        assert_eq!(Id::split_date("tea-2027-05-04"), Some(("tea", date)));
        for other in ["tea", "tea-2027-02-30", "tea-20270504", "-2027-05-04", "2027-05-04", ""] {
            assert_eq!(Id::split_date(other), None, "{other}");
        }
        let longest = Id::parse(&"a".repeat(Id::LONGEST_OF_REPEAT)).unwrap();
        assert!(longest.on(date).is_some());
        assert!(Id::parse(&format!("a{longest}")).unwrap().on(date).is_none());
    }

    #[test]
    fn a_start_by_the_rule_is_printed_as_in_a_recurrence_id() {
        let date: NaiveDate = "2027-05-04".parse().unwrap();
        assert_eq!(Planned::Day(date).to_string(), "20270504");
        let start = Planned::At(date.and_hms_opt(18, 5, 0).unwrap());
        assert_eq!((start.to_string().as_str(), start.date()), ("20270504T180500", date));
    }
}
