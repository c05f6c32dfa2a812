//! Reads coordinates as people copy them, and detects coordinates in the wrong order.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::Geo;
use crate::zone::Zone;

/// Parses degrees as people write them, such as `40.7128° N` or `13,4`.
pub(super) fn degrees(text: &str) -> Option<f64> {
    let text = text.trim().replace(',', ".");
    let (text, sign) = match text.trim_end().to_ascii_uppercase().chars().next_back()? {
        'N' | 'E' => (&text[..text.len() - 1], 1.0),
        'S' | 'W' => (&text[..text.len() - 1], -1.0),
        _ => (text.as_str(), 1.0),
    };
    let number: f64 = text.trim_end_matches([' ', '°']).trim().parse().ok()?;
    number.is_finite().then_some(number * sign)
}

/// Returns whether a place is far from its zone, and would be near it with latitude and longitude swapped. The sun
/// crosses 15 degrees in an hour, so the longitude follows from the offset of the zone in winter, to about an hour.
pub(super) fn are_swapped(geo: Geo, zone: &Zone, at: DateTime<Utc>) -> bool {
    // A latitude of more than 90 degrees is reported elsewhere.
    if geo.longitude.abs() > 90.0 {
        return false;
    }
    // At least one of these four dates is in winter.
    let quarters = [0, 91, 182, 273].map(|days| zone.offset(at + TimeDelta::days(days)));
    let offset = f64::from(quarters.into_iter().min().unwrap_or_default()) / 3600.0;
    let off = |longitude: f64| (longitude / 15.0 - offset).abs();
    let (now, swapped) = (off(geo.longitude), off(geo.latitude));
    now >= 2.0 && swapped <= 1.2 && now - swapped >= 1.3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::Rules;

    /// Cities in all parts of the map, with their zones.
    const CITIES: [(&str, f64, f64); 24] = [
        ("America/New_York", 40.7, -74.0),
        ("America/New_York", 42.3, -83.0),
        ("America/Chicago", 29.8, -95.4),
        ("America/Los_Angeles", 34.1, -118.2),
        ("America/Mexico_City", 19.4, -99.1),
        ("America/Sao_Paulo", -23.6, -46.6),
        ("America/Argentina/Buenos_Aires", -34.6, -58.4),
        ("Atlantic/Reykjavik", 64.1, -21.9),
        ("Europe/Lisbon", 38.7, -9.1),
        ("Europe/Madrid", 42.9, -8.5),
        ("Europe/Paris", 48.9, 2.4),
        ("Europe/London", 51.5, -0.1),
        ("Europe/Berlin", 52.5, 13.4),
        ("Europe/Athens", 38.0, 23.7),
        ("Europe/Istanbul", 41.0, 29.0),
        ("Africa/Lagos", 6.5, 3.4),
        ("Africa/Johannesburg", -26.2, 28.0),
        ("Africa/Nairobi", -1.3, 36.8),
        ("Asia/Kolkata", 28.6, 77.2),
        ("Asia/Shanghai", 39.5, 76.0),
        ("Asia/Shanghai", 31.2, 121.5),
        ("Asia/Tokyo", 35.7, 139.7),
        ("Australia/Sydney", -33.9, 151.2),
        ("Pacific/Auckland", -36.8, 174.8),
    ];

    #[test]
    fn no_city_is_taken_for_swapped_on_any_day_of_a_year() {
        // The test uses 24 cities on 52 days.
        let (rules, first) = (Rules::bundled(), DateTime::<Utc>::default());
        for (zone, latitude, longitude) in CITIES {
            let zone = rules.zone(zone).unwrap();
            for week in 0..52 {
                let at = first + TimeDelta::weeks(57 * 52 + week);
                assert!(
                    !are_swapped(Geo { latitude, longitude }, &zone, at),
                    "{} {at}",
                    zone.name()
                );
            }
        }
    }

    #[test]
    fn coordinates_the_other_way_round_are_found_where_they_can_be() {
        let (rules, at) =
            (Rules::bundled(), DateTime::<Utc>::default() + TimeDelta::weeks(57 * 52));
        for (name, latitude, longitude) in
            [CITIES[0], CITIES[1], CITIES[11], CITIES[12], CITIES[18]]
        {
            let zone = rules.zone(name).unwrap();
            let swapped = Geo { latitude: longitude, longitude: latitude };
            assert!(are_swapped(swapped, &zone, at), "{name}");
        }
    }

    #[test]
    fn degrees_are_read_as_maps_print_them() {
        for (text, number) in
            [("40.7128° N", 40.7128), ("74.006 W", -74.006), ("13,4", 13.4), ("-33.9", -33.9)]
        {
            assert_eq!(degrees(text), Some(number), "{text}");
        }
        assert_eq!(degrees("north"), None);
    }
}
