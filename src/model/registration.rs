//! Registration for a session: the author's word and the clock decide whether registration is open.

use chrono::{DateTime, Utc};

use super::When;

/// Registration for a session, as the file gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registration {
    /// Registration is open between two times. Without a time, that end is unlimited.
    Open {
        /// The day or the moment at which registration opens.
        opens: Option<When>,
        /// The last day of registration, or the moment at which registration closes.
        closes: Option<When>,
    },
    /// The session is full.
    Full,
    /// Registration is closed.
    Closed,
}

/// The state of registration at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationState<'a> {
    /// Registration opens at a later time.
    OpensLater(&'a When),
    /// Registration is open, until a time if the file gives one.
    Open(Option<&'a When>),
    /// The session is full.
    Full,
    /// Registration is closed.
    Closed,
}

impl Default for Registration {
    fn default() -> Self {
        Self::Open { opens: None, closes: None }
    }
}

impl Registration {
    /// Returns the state of registration at an instant, UTC.
    pub fn at(&self, now: DateTime<Utc>) -> RegistrationState<'_> {
        match self {
            Self::Full => RegistrationState::Full,
            Self::Closed => RegistrationState::Closed,
            Self::Open { opens: Some(opens), .. } if opens.start() > now => {
                RegistrationState::OpensLater(opens)
            }
            Self::Open { closes: Some(closes), .. } if closes.end() <= now => {
                RegistrationState::Closed
            }
            Self::Open { closes, .. } => RegistrationState::Open(closes.as_ref()),
        }
    }

    /// Returns the instants at which it changes by itself, UTC.
    pub fn turns(&self) -> impl Iterator<Item = DateTime<Utc>> {
        let (opens, closes) = match self {
            Self::Open { opens, closes } => (opens.as_ref(), closes.as_ref()),
            Self::Full | Self::Closed => (None, None),
        };
        opens.map(When::start).into_iter().chain(closes.map(When::end))
    }
}

impl RegistrationState<'_> {
    /// Returns whether readers can register.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open(_))
    }

    /// Returns the word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpensLater(_) => "opens-later",
            Self::Open(_) => "open",
            Self::Full => "full",
            Self::Closed => "closed",
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::model::AllDay;
    use crate::zone::Rules;

    #[test]
    fn a_closing_day_is_included_and_an_opening_day_begins_at_midnight_of_its_zone() {
        let zone = Rules::bundled().zone("America/New_York").unwrap();
        let day = |day| {
            let first = NaiveDate::from_ymd_opt(2027, 5, day).unwrap();
            Some(When::AllDay(AllDay { zone: zone.clone(), first, last: first }))
        };
        let (opens, closes) = (day(3), day(7));
        let registration = Registration::Open { opens, closes };
        let at = |text: &str| registration.at(text.parse().unwrap()).as_str();
        assert_eq!(at("2027-05-03T03:59:59Z"), "opens-later");
        assert_eq!(at("2027-05-03T04:00:00Z"), "open");
        assert_eq!(at("2027-05-08T03:59:59Z"), "open");
        assert_eq!(at("2027-05-08T04:00:00Z"), "closed");
        let turns: Vec<String> = registration.turns().map(|turn| turn.to_rfc3339()).collect();
        assert_eq!(turns, ["2027-05-03T04:00:00+00:00", "2027-05-08T04:00:00+00:00"]);
    }
}
