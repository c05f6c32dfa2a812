//! The properties of each feed and each invite, with their values.

use convene::document::Kind;

use crate::calendars::{calendars, one, publish};
use crate::readers::{by_both, lines, unescape, value};
use crate::support::{EXAMPLE, body, list, session};

const RICH: &str = include_str!("../golden/rich/sessions.toml");

/// Returns the names and parameters of the lines between two lines, without their values.
fn names(calendar: &str, from: &str, to: &str) -> Vec<String> {
    let all = lines(calendar);
    let from = all.iter().position(|line| line == from).unwrap() + 1;
    let length = all[from..].iter().position(|line| line == to).unwrap();
    let name = |line: &String| match line.split_once(':') {
        // The first colon outside quotes ends the name.
        Some((name, _)) if name.contains('"') => name.split(';').next().unwrap().to_owned(),
        Some((name @ ("BEGIN" | "END"), value)) => format!("{name}:{value}"),
        Some((name, _)) => name.to_owned(),
        None => panic!("no content line: {line}"),
    };
    all[from..from + length].iter().map(name).collect()
}

/// Returns the content lines of the event with a title.
fn event_lines(calendar: &str, title: &str) -> Vec<String> {
    let all = lines(calendar);
    let at = all.iter().position(|line| *line == format!("SUMMARY:{title}")).unwrap();
    let from = all[..at].iter().rposition(|line| line == "BEGIN:VEVENT").unwrap();
    let length = all[from..].iter().position(|line| line == "END:VEVENT").unwrap();
    all[from..=from + length].to_vec()
}

#[test]
fn a_description_ends_with_the_addresses() {
    let published = publish(RICH);
    let description = one(&published, "/sessions/opening.ics").description;
    let expected = "\n\nRegister: https://circle.example/register?a=1,2;b\n\
        Join: https://meet.example/opening,1\n\
        About this session: https://circle.example/opening\n\
        All sessions, kept up to date: https://cal.example/feeds/talks";
    assert!(description.ends_with(expected), "{description}");
    let text = "\n\nWelcome\n\nBring friends, and a mug.\n\n1. Music\n2. Questions, answers; more\n\n\
        Line one\nline two <b>not bold</b>\n\n";
    assert!(description.contains(text), "{description}");
}

#[test]
fn a_feed_holds_these_properties_in_this_order() {
    let feed = body(&publish(RICH), "/feeds/talks.ics");
    assert_eq!(
        names(&feed, "BEGIN:VCALENDAR", "BEGIN:VTIMEZONE"),
        [
            "VERSION",
            "PRODID",
            "CALSCALE",
            "NAME",
            "X-WR-CALNAME",
            "X-WR-CALDESC",
            "DESCRIPTION",
            "X-WR-TIMEZONE",
            "REFRESH-INTERVAL;VALUE=DURATION",
            "X-PUBLISHED-TTL",
            "SOURCE;VALUE=URI",
            "COLOR",
            "X-APPLE-CALENDAR-COLOR",
            "LAST-MODIFIED",
        ]
    );
    let own = lines(&feed);
    for (name, expected) in [
        ("VERSION", "2.0"),
        ("CALSCALE", "GREGORIAN"),
        ("NAME", "Talks"),
        ("X-WR-CALNAME", "Talks"),
        ("X-WR-CALDESC", "One evening\\, one question."),
        ("DESCRIPTION", "One evening\\, one question."),
        ("X-WR-TIMEZONE", "Europe/Berlin"),
        ("REFRESH-INTERVAL;VALUE=DURATION", "PT2H"),
        ("X-PUBLISHED-TTL", "PT2H"),
        ("SOURCE;VALUE=URI", "https://cal.example/feeds/talks.ics"),
        ("COLOR", "steelblue"),
        ("X-APPLE-CALENDAR-COLOR", "#2A6F97"),
        ("LAST-MODIFIED", "20240115T120000Z"),
    ] {
        assert_eq!(value(&own, name), expected);
    }
    let zones: Vec<&String> = own.iter().filter(|line| line.starts_with("TZID:")).collect();
    assert_eq!(zones, ["TZID:Europe/Berlin", "TZID:Europe/Vienna"]);
    let last_zone = own.iter().rposition(|line| line == "END:VTIMEZONE").unwrap();
    let first_event = own.iter().position(|line| line == "BEGIN:VEVENT").unwrap();
    assert_eq!(last_zone + 1, first_event);
}

#[test]
fn a_feed_has_no_property_for_an_unset_key() {
    let feed = body(&publish(&list(&session("one", "2027-05-01T10:00:00", ""))), "/feeds/test.ics");
    assert_eq!(
        names(&feed, "BEGIN:VCALENDAR", "BEGIN:VTIMEZONE"),
        [
            "VERSION",
            "PRODID",
            "CALSCALE",
            "NAME",
            "X-WR-CALNAME",
            "X-WR-TIMEZONE",
            "REFRESH-INTERVAL;VALUE=DURATION",
            "X-PUBLISHED-TTL",
            "SOURCE;VALUE=URI",
            "LAST-MODIFIED",
        ]
    );
    assert_eq!(value(&lines(&feed), "X-PUBLISHED-TTL"), "PT1H");
    assert_eq!(
        names(&feed, "BEGIN:VEVENT", "END:VEVENT"),
        [
            "UID",
            "DTSTAMP",
            "LAST-MODIFIED",
            "CREATED",
            "SEQUENCE",
            "DTSTART;TZID=America/New_York",
            "DTEND;TZID=America/New_York",
            "SUMMARY",
            "DESCRIPTION",
            "URL",
            "STATUS",
            "TRANSP",
            "X-MICROSOFT-CDO-BUSYSTATUS",
        ]
    );
}

#[test]
fn an_invite_holds_these_properties_in_this_order() {
    let invite = body(&publish(RICH), "/sessions/opening.ics");
    assert_eq!(
        names(&invite, "BEGIN:VCALENDAR", "BEGIN:VTIMEZONE"),
        ["VERSION", "PRODID", "CALSCALE", "METHOD"]
    );
    let own = lines(&invite);
    assert_eq!(value(&own, "METHOD"), "PUBLISH");
    let event = [
        "UID",
        "DTSTAMP",
        "LAST-MODIFIED",
        "CREATED",
        "SEQUENCE",
        "DTSTART;TZID=Europe/Vienna",
        "DTEND;TZID=Europe/Vienna",
        "SUMMARY",
        "DESCRIPTION",
        "LOCATION",
        "GEO",
        "URL",
        "CONFERENCE;FEATURE=AUDIO,VIDEO;LABEL=Join;VALUE=URI",
        "CATEGORIES",
        "STATUS",
        "TRANSP",
        "X-MICROSOFT-CDO-BUSYSTATUS",
        "X-ALT-DESC;FMTTYPE=text/html",
        "ORGANIZER",
    ];
    let alarm = ["BEGIN:VALARM", "ACTION", "DESCRIPTION", "TRIGGER", "END:VALARM"];
    let all: Vec<&str> = event.into_iter().chain(alarm).chain(alarm).collect();
    assert_eq!(names(&invite, "BEGIN:VEVENT", "END:VEVENT"), all);
    for line in [
        "UID:opening-2019@old.example",
        "SEQUENCE:0",
        "DTSTART;TZID=Europe/Vienna:20270210T190000",
        "DTEND;TZID=Europe/Vienna:20270210T211500",
        "LOCATION:Café Übersee\\, Hauptstr. 1\\, 1010 Wien",
        "GEO:48.2082;16.3738",
        "URL:https://circle.example/opening",
        "CONFERENCE;FEATURE=AUDIO,VIDEO;LABEL=Join;VALUE=URI:https://meet.example/opening,1",
        "CATEGORIES:workshop,music\\, live",
        "STATUS:CONFIRMED",
        "ORGANIZER;CN=\"The 'Open Circle', Köln\":mailto:office@circle.example",
        "TRIGGER:-P1D",
        "TRIGGER:-PT1H30M",
    ] {
        assert!(own.iter().any(|own| own == line), "{line} is not in {own:#?}");
    }
    // Feeds have the same event, without the properties that only invites have.
    let title = "Opening\\, with music\\; or \"How it began\" \\\\ why";
    let in_feed = event_lines(&body(&publish(RICH), "/feeds/rich.ics"), title);
    let only = |line: &&String| !line.starts_with("X-ALT-DESC") && !line.starts_with("ORGANIZER");
    let in_invite = event_lines(&invite, title);
    let first_alarm = in_invite.iter().position(|line| line == "BEGIN:VALARM").unwrap();
    let end = "END:VEVENT".to_owned();
    let shared: Vec<&String> = in_invite[..first_alarm].iter().filter(only).chain([&end]).collect();
    assert_eq!(in_feed.iter().collect::<Vec<_>>(), shared);
}

#[test]
fn only_invites_have_a_method_and_only_feeds_have_names() {
    let of_feeds = [
        "NAME",
        "X-WR-",
        "REFRESH-INTERVAL",
        "X-PUBLISHED-TTL",
        "SOURCE",
        "COLOR",
        "X-APPLE-CALENDAR-COLOR",
    ];
    let of_invites = ["METHOD", "ORGANIZER", "X-ALT-DESC", "BEGIN:VALARM"];
    for toml in [EXAMPLE, RICH] {
        for (path, kind, calendar) in calendars(&publish(toml)) {
            let own = lines(&calendar);
            let has = |start: &str| own.iter().any(|line| line.starts_with(start));
            let events = own.iter().filter(|line| *line == "BEGIN:VEVENT").count();
            match kind {
                Kind::Feed => {
                    assert!(of_invites.iter().all(|name| !has(name)), "{path}");
                    assert!(has("NAME:") && has("X-WR-CALNAME:"), "{path}");
                }
                _ => {
                    assert!(of_feeds.iter().all(|name| !has(name)), "{path}");
                    assert!(has("METHOD:PUBLISH"), "{path}");
                    assert_eq!(events, 1, "{path}");
                }
            }
            assert!(!has("ATTENDEE"), "{path}");
        }
    }
}

#[test]
fn busy_and_status_decide_how_the_time_is_shown() {
    // Each row has the status, `busy`, and then the values in the feed and in the invite.
    let (free, busy) = (("TRANSPARENT", "FREE"), ("OPAQUE", "BUSY"));
    let maybe = ("OPAQUE", "TENTATIVE");
    let rows = [
        ("confirmed", None, free, busy),
        ("confirmed", Some(true), busy, busy),
        ("confirmed", Some(false), free, free),
        ("tentative", None, free, maybe),
        ("tentative", Some(true), maybe, maybe),
        ("tentative", Some(false), free, free),
        ("cancelled", None, free, free),
        ("cancelled", Some(true), free, free),
        ("cancelled", Some(false), free, free),
    ];
    for (status, flag, in_feed, in_invite) in rows {
        let flag = flag.map_or(String::new(), |flag| format!("busy = {flag}\n"));
        let more = format!("status = \"{status}\"\n{flag}remind = \"1h\"");
        let published = publish(&list(&session("one", "2027-05-01T10:00:00", &more)));
        let paths = [("/feeds/test.ics", in_feed), ("/sessions/one.ics", in_invite)];
        for (path, expected) in paths {
            let own = lines(&body(&published, path));
            let got = (value(&own, "TRANSP"), value(&own, "X-MICROSOFT-CDO-BUSYSTATUS"));
            assert_eq!(got, expected, "{more} in {path}");
            assert_eq!(value(&own, "STATUS"), status.to_uppercase(), "{more} in {path}");
            // A tentative session keeps its title.
            let prefix = if status == "cancelled" { "CANCELLED: " } else { "" };
            assert_eq!(value(&own, "SUMMARY"), format!("{prefix}Session one"), "{more}");
            // A cancelled session has no reminders.
            let rings = path.starts_with("/sessions") && status != "cancelled";
            assert_eq!(own.iter().any(|line| line == "BEGIN:VALARM"), rings, "{more} in {path}");
        }
    }
}

#[test]
fn the_location_is_the_place_else_the_join_link_else_nothing() {
    let (place, join) =
        ("place = { name = \"Hall, west\" }", "join = \"https://meet.example/a,b\"");
    for (more, location) in [
        (format!("{place}\n{join}"), Some("Hall, west")),
        (place.to_owned(), Some("Hall, west")),
        (join.to_owned(), Some("https://meet.example/a,b")),
        (String::new(), None),
    ] {
        let published = publish(&list(&session("one", "2027-05-01T10:00:00", &more)));
        for path in ["/feeds/test.ics", "/sessions/one.ics"] {
            let calendar = body(&published, path);
            assert_eq!(one(&published, path).location.as_deref(), location, "{more}");
            let own = lines(&calendar);
            let conference =
                "CONFERENCE;FEATURE=AUDIO,VIDEO;LABEL=Join;VALUE=URI:https://meet.example/a,b";
            assert_eq!(own.iter().any(|l| l == conference), more.contains("join"), "{more}");
            assert!(!own.iter().any(|l| l.starts_with("GEO")), "{more}");
        }
    }
}

#[test]
fn a_position_has_six_decimals_at_most() {
    for (latitude, longitude, geo) in [
        ("48.2082", "-16.3738", "48.2082;-16.3738"),
        ("0.0", "-0.0", "0;0"),
        ("90", "-180", "90;-180"),
        ("5e-324", "-1e-9", "0;0"),
        ("1.23456789", "0.0000015", "1.234568;0.000002"),
    ] {
        let more = format!(
            "place = {{ name = \"Hall\", latitude = {latitude}, longitude = {longitude} }}"
        );
        let published = publish(&list(&session("one", "2027-05-01T10:00:00", &more)));
        assert_eq!(value(&lines(&body(&published, "/sessions/one.ics")), "GEO"), geo);
    }
}

#[test]
fn an_organizer_without_a_mailbox_is_in_no_calendar() {
    // The example's invite has no organizer.
    for (path, _, calendar) in calendars(&publish(EXAMPLE)) {
        assert!(!calendar.contains("ORGANIZER"), "{path}");
    }
}

#[test]
fn an_empty_selection_has_its_zone_and_no_event() {
    let feeds = "\n[[feeds]]\nid = \"none\"\ntitle = \"None\"\ntags = \"unused\"\n";
    let published = publish(&list(&(session("one", "2027-05-01T10:00:00", "") + feeds)));
    let own = lines(&body(&published, "/feeds/none.ics"));
    assert_eq!(own.iter().filter(|line| *line == "BEGIN:VTIMEZONE").count(), 1);
    assert_eq!(value(&own, "TZID"), "America/New_York");
    assert!(!own.iter().any(|line| line == "BEGIN:VEVENT"));
    assert!(by_both(&body(&published, "/feeds/none.ics")).events.is_empty());
    assert_eq!(by_both(&body(&published, "/feeds/test.ics")).events.len(), 1);
}

#[test]
fn the_rich_text_of_an_invite_is_safe_html() {
    let own = lines(&body(&publish(RICH), "/sessions/opening.ics"));
    let html = unescape(value(&own, "X-ALT-DESC;FMTTYPE=text/html"));
    assert!(html.starts_with("<html><body><p>Wednesday, 10 February 2027, "), "{html}");
    assert!(html.ends_with("</body></html>"), "{html}");
    assert!(html.contains("<h1>Welcome</h1>\n<p>Bring <em>friends</em>, and a mug.</p>"), "{html}");
    assert!(html.contains("line two &lt;b&gt;not bold&lt;/b&gt;"), "{html}");
    assert!(html.contains("<a href=\"https://circle.example/register?a=1,2;b\">"), "{html}");
}
