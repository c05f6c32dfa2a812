//! Deep links into calendars: a parser gets every text and instant back, and no link is too long.

use unicode_segmentation::UnicodeSegmentation as _;

use super::{TARGETS, Understood, assert_sound, location, understood};
use crate::nasty;
use crate::support::{BEFORE, EXAMPLE, Fixture, instant, list, quoted, session, taken_apart};

/// Zones of both hemispheres in both halves of the year, with the instant of ten o'clock there.
const TEN_O_CLOCK: [(&str, &str, &str); 6] = [
    ("America/New_York", "2027-01-15", "2027-01-15T15:00:00Z"),
    ("America/New_York", "2027-07-15", "2027-07-15T14:00:00Z"),
    ("Australia/Sydney", "2027-01-15", "2027-01-14T23:00:00Z"),
    ("Australia/Sydney", "2027-07-15", "2027-07-15T00:00:00Z"),
    ("America/Santiago", "2027-01-15", "2027-01-15T13:00:00Z"),
    ("Asia/Kathmandu", "2027-07-15", "2027-07-15T04:15:00Z"),
];

/// Checks that a text is the whole text, or its beginning up to a grapheme boundary.
fn assert_begins(given: &str, whole: &str) {
    if given == whole {
        return;
    }
    let kept = given.strip_suffix('…').unwrap_or_else(|| panic!("{given:?} of {whole:?}"));
    assert!(!kept.is_empty() && whole.starts_with(kept), "{given:?} of {whole:?}");
    let mut ends = whole.grapheme_indices(true).map(|(at, grapheme)| at + grapheme.len());
    assert!(ends.any(|end| end == kept.len()), "{given:?} ends within a character");
}

/// Returns Markdown that renders as the literal text.
fn literally(text: &str) -> String {
    quoted(&format!("~~~~\n{text}\n~~~~"))
}

#[test]
fn every_text_and_instant_comes_back_from_every_deep_link() {
    let texts = nasty::texts();
    let mut sessions = String::new();
    let mut expected = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        for (zone, day, utc) in TEN_O_CLOCK.iter().cycle().skip(at).take(2) {
            let id = format!("s{}", expected.len());
            sessions.push_str(&format!(
                "\n[[sessions]]\nid = \"{id}\"\ntitle = {}\ntimezone = \"{zone}\"\n\
                 start = {day}T10:00:00\ndescription = {}\n",
                quoted(text),
                literally(text)
            ));
            expected.push((id, text, *zone, instant(utc)));
        }
    }
    let published = Fixture::new(&list(&sessions)).publish(BEFORE);
    for (id, text, zone, start) in &expected {
        for target in TARGETS {
            let link = location(&published, &format!("/sessions/{id}/{target}"));
            let got = understood(target, &link);
            assert_eq!((got.start, got.end), (*start, *start + chrono::TimeDelta::hours(1)));
            assert_eq!(got.place, None);
            assert_begins(&got.title, text);
            if text.len() <= 100 {
                assert_eq!(got.title, **text);
            }
            let page = format!("\n\nhttps://cal.example/sessions/{id}");
            let rest = got.text.strip_suffix(&page).unwrap_or_else(|| panic!("{}", got.text));
            let (when, description) = rest.split_once("\n\n").unwrap();
            assert!(when.ends_with(&start.format("%H:%M UTC)").to_string()), "{when}");
            assert_begins(description, text);
            if text.len() <= 100 {
                assert_eq!(description, *text);
            }
            if target == "google" {
                assert_eq!(taken_apart(&link).1["ctz"], *zone);
            }
        }
    }
}

#[test]
fn the_first_gathering_is_printed_in_full() {
    let published = Fixture::new(EXAMPLE).publish(BEFORE);
    for target in TARGETS {
        let link = location(&published, &format!("/sessions/era-of-silos/{target}"));
        let got = understood(target, &link);
        assert_eq!(
            got,
            Understood {
                title: "Building Solidarity in an Era of Silos".into(),
                start: instant("2024-04-30T21:00:00Z"),
                end: instant("2024-04-30T22:30:00Z"),
                place: None,
                text: "Tuesday, April 30, 2024, 2 pm PT / 5 pm ET (21:00 UTC)\n\n\
                       Public life is breaking up into circles that hardly hear each other. How \
                       do movements build bridges across difference, and what keeps solidarity \
                       alive when everything pulls people apart? We learn from organisers who do \
                       this work every day.\n\n\
                       http://127.0.0.1:8080/sessions/era-of-silos"
                    .into(),
            }
        );
    }
}

#[test]
fn whole_days_end_on_the_day_after_the_last() {
    let days = session("days", "2027-04-27", "end = 2027-04-28");
    let published = Fixture::new(&list(&days)).publish(BEFORE);
    let google = location(&published, "/sessions/days/google");
    assert_sound(&google);
    let values = taken_apart(&google).1;
    assert_eq!((values["dates"].as_str(), values.get("ctz")), ("20270427/20270429", None));
    for target in ["outlook", "office365"] {
        let link = location(&published, &format!("/sessions/days/{target}"));
        assert_sound(&link);
        let values = taken_apart(&link).1;
        let days = ["startdt", "enddt", "allday"].map(|name| values[name].as_str());
        assert_eq!(days, ["2027-04-27", "2027-04-29", "true"]);
    }
}

#[test]
fn a_zone_without_a_place_is_not_named_to_google() {
    let zone = |id, zone| session(id, "2027-04-27T10:00:00", &format!("timezone = \"{zone}\""));
    let both = zone("utc", "UTC") + &zone("etc", "Etc/GMT+5");
    let published = Fixture::new(&list(&both)).publish(BEFORE);
    for (id, dates) in
        [("utc", "20270427T100000Z/20270427T110000Z"), ("etc", "20270427T150000Z/20270427T160000Z")]
    {
        let values = taken_apart(&location(&published, &format!("/sessions/{id}/google"))).1;
        assert_eq!((values["dates"].as_str(), values.get("ctz")), (dates, None));
    }
}

#[test]
fn the_place_occurs_twice_and_comes_before_the_join_link() {
    let both =
        session(
            "place",
            "2027-04-27T10:00:00",
            "join = \"https://meet.example/a?b=c&d=e\"\n\
         place = { name = \"Café & Bar\", address = \"1 Main St, Springfield\" }",
        ) + &session("online", "2027-04-28T10:00:00", "join = \"https://meet.example/a?b=c&d=e\"")
            + &session(
                "long",
                "2027-04-29T10:00:00",
                &format!("join = \"https://meet.example/{}\"", "a".repeat(1900)),
            );
    let published = Fixture::new(&list(&both)).publish(BEFORE);
    for (id, place) in [
        ("place", "Café & Bar, 1 Main St, Springfield"),
        ("online", "https://meet.example/a?b=c&d=e"),
        ("long", "https://cal.example/sessions/long/join"),
    ] {
        for target in TARGETS {
            let link = location(&published, &format!("/sessions/{id}/{target}"));
            let got = understood(target, &link);
            assert_eq!(got.place.as_deref(), Some(place));
            assert!(got.text.contains(&format!("\n\n{place}\n\n")), "{}", got.text);
        }
    }
}

#[test]
fn everything_at_its_longest_fits_and_ends_in_the_pages_address() {
    let toml = format!(
        "[calendar]\nid = \"c\"\ntitle = {title}\nurl = \"https://org.example/calendar\"\n\
         language = \"ar\"\ntimezone = \"America/Argentina/ComodRivadavia\"\nalso_in = [\"Asia/Tokyo\", \
         \"Asia/Kathmandu\", \"Europe/Berlin\", \"Africa/Cairo\", \"Pacific/Auckland\"]\n\
         [[sessions]]\nid = \"{id}\"\ntitle = {title}\nstart = 2027-04-27T10:00:00\n\
         duration = \"1h\"\npage = \"https://org.example/{path}\"\n\
         join = \"https://meet.example/{path}\"\ndescription = {text}\n\
         place = {{ name = {title}, address = {title} }}\n",
        title = quoted(&"👩‍👩‍👧‍👦".chars().cycle().take(1000).collect::<String>()),
        id = "a".repeat(64),
        path = "p".repeat(1900),
        text = quoted(&"שלום ".repeat(20_000)),
    );
    let published = Fixture::new(&toml).publish(BEFORE);
    let page = format!("https://org.example/calendar/sessions/{}", "a".repeat(64));
    for target in TARGETS {
        let path = format!("/calendar/sessions/{}/{target}", "a".repeat(64));
        let got = understood(target, &location(&published, &path));
        assert!(got.text.ends_with(&format!("\n\n{page}")), "{}", got.text);
        assert!(got.title.starts_with("👩‍👩‍👧‍👦") && got.title.ends_with("👦…"), "{}", got.title);
        assert_eq!(got.start, instant("2027-04-27T13:00:00Z"));
        let feed = location(&published, &format!("/calendar/feeds/c/{target}"));
        assert_sound(&feed);
    }
}

#[test]
fn lines_of_the_description_stay_lines() {
    let text = "description = \"One\\n\\n- two & three\\n- <b>four</b>\"";
    let one = list(&session("a", "2027-04-27T10:00:00", text));
    let published = Fixture::new(&one).publish(BEFORE);
    for target in TARGETS {
        let link = location(&published, &format!("/sessions/a/{target}"));
        let got = understood(target, &link);
        assert!(got.text.contains("\n\nOne\n\n- two & three\n- <b>four</b>\n\n"), "{}", got.text);
        let html = link.contains("%3Cbr%3E") && link.contains("%26lt%3Bb%26gt%3Bfour");
        assert_eq!(html, target != "google", "{link}");
    }
}
