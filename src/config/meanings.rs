//! Finds the offsets of zone names in texts, in the calendar's language and in English.

use chrono::{DateTime, TimeDelta, Utc};

use crate::l10n::ZoneNames;
use crate::model::Language;
use crate::zone::Rules;

/// Zone names in the calendar's language, and in the variants of English that have different ones.
pub(super) struct Meanings(Vec<ZoneNames>);

impl Meanings {
    pub(super) fn new(language: &Language, rules: &Rules) -> Self {
        let languages = [language.as_str(), "en-US", "en-GB", "en-CA", "en-AU"];
        let locales = languages.iter().filter_map(|language| language.parse().ok());
        Self(locales.filter_map(|locale| ZoneNames::new(&locale, rules)).collect())
    }

    /// Returns the offsets that a name may mean at an instant; the list is empty if the name is not that of a zone.
    pub(super) fn of(&self, name: &str, at: DateTime<Utc>) -> Vec<TimeDelta> {
        let all = self.0.iter().flat_map(|names| names.meanings(name, at));
        all.map(|seconds| TimeDelta::seconds(seconds.into())).collect()
    }
}
