//! The speakers, access, registration and recordings of a session, and the reason for a change.

use convene::newsletter::{BlockFormat, Subject, changed, newsletter};
use convene::publish::Published;
use serde_json::Value;

use crate::support::{BEFORE, Fixture, body, list, session, words};

const LATER: &str = "2024-02-01T12:00:00Z";
const START: &str = "2024-04-30T14:00:00";
const AROUND: &str = "speakers = [{ name = \"Ana Diaz\", about = \"author of Tides\", url = \"https://ana.example/\" }, \"Ben Okafor\"]\n\
    access = \"Live captions, ramp at the side door\"\n\
    recording = \"https://video.example/talk\"\n\
    slides = \"https://slides.example/talk\"\n\
    register = \"https://sign.example/up\"\n";

fn talk(more: &str) -> String {
    list(&session("talk", START, more))
}

fn line<'a>(calendar: &'a str, name: &str) -> &'a str {
    let mut lines = calendar.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    lines.next().unwrap_or_else(|| panic!("no {name} in {calendar}"))
}

fn invite(published: &Published) -> String {
    body(published, "/sessions/talk.ics").replace("\r\n ", "").replace("\r\n", "\n")
}

fn json(published: &Published) -> Value {
    let feed: Value = serde_json::from_str(&body(published, "/feeds/test.json")).unwrap();
    feed["sessions"][0].clone()
}

fn json_ld(published: &Published) -> Value {
    let page = body(published, "/sessions/talk");
    let (_, script) = page.split_once("<script type=\"application/ld+json\">").unwrap();
    serde_json::from_str(script.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn every_surface_has_speakers_access_recording_and_slides() {
    let published = Fixture::new(&talk(AROUND)).publish(BEFORE);
    let invite = invite(&published);
    assert!(
        line(&invite, "DESCRIPTION").contains(
            "\\n\\nSpeaker: Ana Diaz\\, author of Tides\\nSpeaker: Ben Okafor\\n\
             Access: Live captions\\, ramp at the side door\\n\\n\
             Register: https://sign.example/up\\n\
             Recording: https://video.example/talk\\n\
             Slides: https://slides.example/talk\\n"
        ),
        "{invite}"
    );
    assert!(invite.contains("<p>Speaker: Ana Diaz\\, author of Tides</p>"), "{invite}");

    let page = body(&published, "/sessions/talk");
    for part in [
        "<h2>Speakers</h2>",
        "<li dir=\"auto\"><a href=\"https://ana.example/\">Ana Diaz</a>, author of Tides</li>",
        "<li dir=\"auto\">Ben Okafor</li>",
        "<p>Access: <bdi>Live captions, ramp at the side door</bdi></p>",
        "<a class=\"first\" href=\"https://video.example/talk\">Watch the recording</a>",
        "<a href=\"https://slides.example/talk\">Slides</a>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }

    let json = json(&published);
    assert_eq!(json["speakers"][0]["about"], "author of Tides");
    assert_eq!(json["speakers"][1]["name"], "Ben Okafor");
    assert_eq!(json["access"], "Live captions, ramp at the side door");
    assert_eq!(json["recording"], "https://video.example/talk");
    assert_eq!(json["slides"], "https://slides.example/talk");

    let performers = json_ld(&published)["performer"].clone();
    assert_eq!(performers[0]["url"], "https://ana.example/");
    assert_eq!(performers[1]["name"], "Ben Okafor");

    for format in [BlockFormat::Html, BlockFormat::Markdown, BlockFormat::Text] {
        let block = newsletter(
            published.site.edition(),
            &words(published.site.edition()),
            Subject::ToCome,
            format,
        );
        assert!(block.contains("Speakers: Ana Diaz, Ben Okafor"), "{block}");
        assert!(block.contains("Access: Live captions, ramp at the side door"), "{block}");
    }
}

#[test]
fn a_recording_and_slides_are_entries_of_their_own_in_atom() {
    let published = Fixture::new(&talk(AROUND)).publish(BEFORE);
    let atom = body(&published, "/feeds/test.atom");
    let document = roxmltree::Document::parse(&atom).unwrap();
    let texts = |name: &str| -> Vec<String> {
        let entries = document.descendants().filter(|node| node.has_tag_name("entry"));
        let found =
            entries.map(|entry| entry.children().find(|node| node.tag_name().name() == name));
        found.map(|node| node.unwrap().text().unwrap_or_default().to_owned()).collect()
    };
    let titles = texts("title");
    assert_eq!(titles, ["Session talk", "Recording: Session talk", "Slides: Session talk"]);
    let mut ids = texts("id");
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[test]
fn new_recordings_follow_the_next_session_in_atom_however_many_are_ahead() {
    let repeat = |times: usize| {
        list(&session(
            "tea",
            "2024-03-01T14:00:00",
            &format!("repeat = {{ every = \"day\", times = {times} }}\n"),
        ))
    };
    let date = |day: usize, link: &str| {
        let url = format!("{link} = \"https://video.example/{day}\"");
        format!("\n[[sessions]]\nid = \"tea-2024-03-{day:02}\"\ntitle = \"Day {day}\"\n{url}\n")
    };
    let titles = |published: &Published| -> Vec<String> {
        let atom = body(published, "/feeds/test.atom");
        let document = roxmltree::Document::parse(&atom).unwrap();
        let entries = document.descendants().filter(|node| node.has_tag_name("entry"));
        let title = |node: roxmltree::Node<'_, '_>| {
            let found = node.children().find(|child| child.has_tag_name("title")).unwrap();
            found.text().unwrap().to_owned()
        };
        entries.map(title).collect()
    };
    for times in [40, 300] {
        let older: String = (2..26).map(|day| date(day, "recording")).collect();
        let fixture = Fixture::new(&(repeat(times) + &older));
        fixture.publish("2024-03-29T12:00:00Z");
        fixture.write(&(repeat(times) + &date(1, "slides") + &older));
        let titles = titles(&fixture.publish("2024-03-30T12:00:00Z"));
        // The newest link is first, even of an old session.
        assert_eq!(titles[..3], ["Session tea", "Slides: Day 1", "Recording: Day 25"], "{times}");
        let is_news = |title: &&String| title.contains(": ");
        assert_eq!(titles.iter().filter(is_news).count(), 20, "{times}");
        assert_eq!(titles.len(), 200.min(times + 20));
    }
}

#[test]
fn each_of_them_raises_the_sequence_once() {
    for change in [
        "speakers = [\"Ana Diaz\"]\n",
        "speakers = [{ name = \"Ana Diaz\", about = \"author\" }]\n",
        "access = \"Ramp\"\n",
        "recording = \"https://video.example/\"\n",
        "slides = \"https://slides.example/\"\n",
    ] {
        let fixture = Fixture::new(&talk(""));
        fixture.publish(BEFORE);
        fixture.write(&talk(change));
        fixture.publish(LATER);
        assert_eq!(line(&invite(&fixture.publish(LATER)), "SEQUENCE"), "1", "{change}");
    }
}

#[test]
fn reasons_and_registration_leave_calendars_as_they_are() {
    let fixture = Fixture::new(&talk("register = \"https://sign.example/up\"\n"));
    let before = invite(&fixture.publish(BEFORE));
    for change in [
        "reason = \"The hall is flooded.\"\n",
        "registration = \"full\"\n",
        "registration = \"closed\"\n",
        "registration = { closes = 2024-04-01 }\n",
        "registration = { opens = 2024-03-01T09:00:00, closes = 2024-04-01, full = true }\n",
    ] {
        fixture.write(&talk(&format!("register = \"https://sign.example/up\"\n{change}")));
        assert_eq!(invite(&fixture.publish(LATER)), before, "{change}");
    }
}

/// Returns the state of registration for readers: on the page, at /register, in JSON, in the newsletter, in the offer.
fn seen(published: &Published) -> (bool, String, String, bool, String) {
    let page = body(published, "/sessions/talk");
    let redirect = published.site.get("/sessions/talk/register").unwrap();
    let redirect = redirect.identity().headers["location"].to_str().unwrap().to_owned();
    let block = newsletter(
        published.site.edition(),
        &words(published.site.edition()),
        Subject::ToCome,
        BlockFormat::Text,
    );
    let (json, offer) = (json(published), json_ld(published)["offers"].clone());
    assert_eq!(json["register"].is_null(), json["registration"] != "open");
    let said = ["Registration opens: ", "Register by: ", "Registration is "];
    let said = page.lines().flat_map(|line| line.split("<p>")).find_map(|part| {
        said.iter().any(|begin| part.starts_with(begin)).then(|| part.split("</p>").next())
    });
    let said = said.flatten().unwrap_or_default().to_owned();
    assert!(block.contains(&said), "{block}");
    let availability = offer["availability"].as_str().unwrap_or_default().to_owned();
    let has_button = page.contains(">Register</a>");
    (
        has_button,
        redirect,
        said,
        block.contains("/register\n") || block.contains("Register\n"),
        availability,
    )
}

#[test]
fn registration_opens_and_closes_by_itself() {
    let toml = talk(
        "register = \"https://sign.example/up\"\n\
         registration = { opens = 2024-03-01T09:00:00, closes = 2024-04-01 }\n",
    );
    let fixture = Fixture::new(&toml);
    let (page, target) = ("/sessions/talk", "https://sign.example/up");
    let later = fixture.publish("2024-03-01T13:59:59Z");
    let calendar = body(&later, "/feeds/test.ics");
    let said = "Registration opens: Friday, March 1, 2024, 9 am ET.";
    assert_eq!(seen(&later), (false, page.into(), said.into(), false, String::new()));
    assert_eq!(json_ld(&later)["offers"]["validFrom"], "2024-03-01T09:00:00-05:00");

    let open = fixture.publish("2024-03-01T14:00:00Z");
    let said = "Register by: Monday, April 1, 2024.";
    let stock = "https://schema.org/InStock".to_owned();
    assert_eq!(seen(&open), (true, target.into(), said.into(), true, stock));
    let ends = open.site.edition().valid_until().unwrap();
    assert_eq!(ends.to_rfc3339(), "2024-04-02T04:00:00+00:00");

    let closed = fixture.publish("2024-04-02T04:00:00Z");
    let said = "Registration is closed.";
    let out = "https://schema.org/OutOfStock".to_owned();
    assert_eq!(seen(&closed), (false, page.into(), said.into(), false, out));
    assert_eq!(body(&closed, "/feeds/test.ics"), calendar);
}

#[test]
fn a_full_session_says_so_first_and_has_no_button() {
    let toml = talk("register = \"https://sign.example/up\"\nregistration = \"full\"\n");
    let published = Fixture::new(&toml).publish(BEFORE);
    let (button, target, said, mailed, offer) = seen(&published);
    assert_eq!((button, target.as_str(), mailed), (false, "/sessions/talk", false));
    assert_eq!((said.as_str(), offer.as_str()), ("", "https://schema.org/SoldOut"));
    let page = body(&published, "/sessions/talk");
    assert!(page.contains("<p class=\"say\">Registration is full.</p>"), "{page}");
    assert!(body(&published, "/").contains("<strong>Registration is full.</strong>"));
    assert_eq!(body(&published, "/sessions/talk").matches("Registration is full.").count(), 1);
}

#[test]
fn search_engines_get_the_end_of_the_last_day_and_no_offer_of_what_is_over_or_cancelled() {
    let toml = |more: &str| {
        talk(&format!(
            "registration = {{ closes = 2024-04-20 }}\nregister = \"https://sign.example/up\"\n{more}"
        ))
    };
    let offers =
        |more: &str, at: &str| json_ld(&Fixture::new(&toml(more)).publish(at))["offers"].clone();
    assert_eq!(offers("", BEFORE)["validThrough"], "2024-04-21T00:00:00-04:00");
    assert!(offers("status = \"cancelled\"\n", BEFORE).is_null());
    assert!(offers("", "2024-05-02T12:00:00Z").is_null());
}

#[test]
fn a_reason_is_shown_with_a_cancellation_a_move_or_a_new_place_and_only_then() {
    const REASON: &str = "The hall is flooded.";
    for (change, shows) in [
        ("status = \"cancelled\"\n", true),
        ("start = 2024-05-01T14:00:00\n", true),
        ("place = { name = \"Library\" }\n", true),
        ("register = \"https://sign.example/up\"\n", false),
        ("", false),
    ] {
        let fixture = Fixture::new(&talk(""));
        fixture.publish(BEFORE);
        let moved = change.strip_prefix("start = ").map(str::trim);
        let more = if moved.is_some() { "" } else { change };
        let more = format!("{more}reason = \"{REASON}\"\n");
        fixture.write(&list(&session("talk", moved.unwrap_or(START), &more)));
        let published = fixture.publish(LATER);
        assert_eq!(body(&published, "/sessions/talk").contains(REASON), shows, "{change}");
        assert_eq!(body(&published, "/feeds/test.atom").contains(REASON), shows, "{change}");
        for format in
            [BlockFormat::Html, BlockFormat::Markdown, BlockFormat::Text, BlockFormat::Json]
        {
            let block = changed(
                published.site.edition(),
                &words(published.site.edition()),
                Subject::ToCome,
                format,
            );
            let block = block.unwrap_or_default();
            assert_eq!(block.contains("The hall is flooded"), shows, "{change}{block}");
        }
        assert!(!body(&published, "/sessions/talk.ics").contains("flooded"));
    }
}

#[test]
fn a_reason_for_a_new_end_is_shown_until_the_end_is_the_first_one_again() {
    const REASON: &str = "The hall closes early.";
    let ends = |at: &str, reason: &str| talk(&format!("end = 2024-04-30T{at}:00\n{reason}"));
    let with = format!("reason = \"{REASON}\"\n");
    let fixture = Fixture::new(&ends("16:00", ""));
    fixture.publish(BEFORE);
    for (at, shows) in [("15:30", true), ("16:30", true), ("16:00", false)] {
        fixture.write(&ends(at, &with));
        let published = fixture.publish(LATER);
        for path in ["/sessions/talk", "/feeds/test.atom"] {
            assert_eq!(body(&published, path).contains(REASON), shows, "{path} {at}");
        }
        let checked = fixture.run(&["check", "--at", LATER]);
        let said = String::from_utf8(checked.stdout).unwrap();
        assert_eq!(said.contains("reason-not-shown"), !shows, "{said}");
    }
}

#[test]
fn a_reason_that_no_date_of_a_rule_shows_is_one_finding() {
    let rule = |more: &str| talk(&format!("repeat = {{ every = \"week\", times = 40 }}\n{more}"));
    let fixture = Fixture::new(&rule(""));
    fixture.publish(BEFORE);
    let checked = |toml: &str| {
        fixture.write(toml);
        String::from_utf8(fixture.run(&["check", "--at", LATER]).stdout).unwrap()
    };
    let said = checked(&rule("reason = \"Because.\"\n"));
    assert_eq!(said.matches("reason-not-shown").count(), 1, "{said}");
    assert!(said.contains("the `reason` of `talk` is not shown on 40 dates"), "{said}");
    let on = "\n[[sessions]]\nid = \"talk-2024-05-07\"\nreason = \"Because.\"\n";
    let said = checked(&rule(on));
    assert!(said.contains("the `reason` of `talk-2024-05-07` is not shown:"), "{said}");
}

#[test]
fn replicas_agree_while_registration_opens_and_closes() {
    let toml = talk(
        "register = \"https://sign.example/up\"\n\
         registration = { opens = 2024-03-01, closes = 2024-04-01T18:00:00 }\n",
    );
    let steps = [BEFORE, "2024-03-01T05:00:00Z", "2024-03-20T00:00:00Z", "2024-04-01T22:00:00Z"];
    let first = Fixture::new(&toml);
    first.publish(BEFORE);
    for at in steps {
        let second = Fixture::new(&toml);
        std::fs::copy(first.revisions_file(), second.revisions_file()).unwrap();
        let (one, other) = (first.publish(at), second.publish(at));
        for path in
            ["/", "/sessions/talk", "/feeds/test.json", "/feeds/test.atom", "/feeds/test.ics"]
        {
            assert_eq!(body(&one, path), body(&other, path), "{path} at {at}");
        }
    }
}
