//! Sessions whose date is to be announced: on pages and in blocks, not in calendars, Atom or JSON.

use convene::newsletter::{BlockFormat, Subject, newsletter};
use convene::publish::Published;

use crate::support::{BEFORE, Fixture, body, list, session, words};

const LATER: &str = "2024-02-01T12:00:00Z";
const SERIES: &str = "\n[[series]]\nid = \"spring\"\ntitle = \"Spring\"\n\
    \n[[feeds]]\nid = \"tagged\"\ntitle = \"Tagged\"\ntags = [\"talk\"]\n";
const TITLE: &str = "A talk to come";

fn planned(more: &str) -> String {
    format!("\n[[sessions]]\nid = \"talk\"\ntitle = \"{TITLE}\"\nstatus = \"planned\"\n{more}")
}

fn other() -> String {
    session("other", "2024-05-30T14:00:00", "series = \"spring\"\n")
}

fn with(more: &str) -> String {
    list(&(planned(more) + &other() + SERIES))
}

fn target(published: &Published, path: &str) -> String {
    let resource = published.site.get(path).unwrap_or_else(|| panic!("{path}"));
    resource.identity().headers["location"].to_str().unwrap().to_owned()
}

#[test]
fn a_planned_session_is_on_the_pages_and_blocks_of_its_feeds() {
    let more = "series = \"spring\"\ntags = [\"talk\"]\nplace = { name = \"Hall\" }\n\
        register = \"https://sign.example/up\"\nspeakers = [\"Ana\"]\naccess = \"Ramp\"\nreason = \"The hall is booked.\"\n";
    let published = Fixture::new(&with(more)).publish(BEFORE);
    for path in ["/", "/feeds/test", "/feeds/spring", "/feeds/tagged", "/feeds/test/embed"] {
        let page = body(&published, path);
        assert!(page.contains("<h2>Date to be announced</h2>"), "{path}");
        assert!(page.contains(TITLE), "{path}");
    }
    let page = body(&published, "/sessions/talk");
    for part in [
        "The date will be announced.",
        "The hall is booked.",
        "<p dir=\"auto\">Hall</p>",
        "<a class=\"first\" href=\"https://sign.example/up\">Register</a>",
        "<h2>Speaker</h2>",
        "<p>Access: <bdi>Ramp</bdi></p>",
        "All of <bdi>Spring</bdi>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(!page.contains("ld+json"), "{page}");
    let edition = published.site.edition();
    for subject in [Subject::ToCome, Subject::Undated(&edition.catalog.undated[0])] {
        for format in [BlockFormat::Html, BlockFormat::Markdown, BlockFormat::Text] {
            let block = newsletter(edition, &words(edition), subject, format);
            assert!(block.contains(TITLE), "{block}");
            assert!(block.contains("The date will be announced"), "{block}");
            assert!(block.contains("Access: Ramp"), "{block}");
            assert!(block.contains("https://cal.example/sessions/talk/register"), "{block}");
            assert!(!block.contains("talk/google"), "{block}");
        }
        let json = newsletter(edition, &words(edition), subject, BlockFormat::Json);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let last = json.as_array().unwrap().last().unwrap();
        assert_eq!((&last["status"], last["start"].is_null()), (&"planned".into(), true));
    }
}

#[test]
fn a_planned_session_is_in_no_calendar_atom_json_year_or_next() {
    let fixture = Fixture::new(
        &list(&planned("series = \"spring\"\n")).replace("\n[[sess", &format!("{SERIES}\n[[sess")),
    );
    let published = fixture.publish(BEFORE);
    for path in ["/feeds/test.ics", "/feeds/test.atom", "/feeds/test.json", "/feeds/spring.ics"] {
        assert!(!body(&published, path).contains(TITLE), "{path}");
    }
    assert_eq!(target(&published, "/next"), "/");
    assert!(!body(&published, "/").contains("/years/"));
}

#[test]
fn addresses_of_a_calendar_entry_lead_to_the_page_until_there_is_a_date() {
    let more = "register = \"https://sign.example/up\"\njoin = \"https://meet.example/\"\n";
    let fixture = Fixture::new(&with(more));
    let published = fixture.publish(BEFORE);
    for end in [".ics", "/google", "/outlook", "/office365"] {
        assert_eq!(target(&published, &format!("/sessions/talk{end}")), "/sessions/talk", "{end}");
    }
    assert_eq!(target(&published, "/sessions/talk/register"), "https://sign.example/up");
    assert_eq!(target(&published, "/sessions/talk/join"), "https://meet.example/");

    let output = fixture.run(&["export", "--out", "out", "--at", BEFORE]);
    assert_eq!(output.status.code(), Some(0));
    assert!(fixture.dir().join("out/sessions/talk/index.html").exists());
    assert!(fixture.dir().join("out/sessions/talk/google/index.html").exists());
    assert!(!fixture.dir().join("out/sessions/talk.ics").exists());

    fixture.write(&list(&(session("talk", "2024-05-01T14:00:00", more) + &other() + SERIES)));
    let dated = fixture.publish(LATER);
    assert!(body(&dated, "/sessions/talk.ics").contains("SEQUENCE:0"));
}

#[test]
fn a_published_session_that_loses_its_date_leaves_the_calendars_and_comes_back_as_itself() {
    let dated = |start: &str| {
        let talk = session("talk", start, "register = \"https://sign.example/up\"\n");
        list(&(talk.replace("Session talk", TITLE) + &other() + SERIES))
    };
    let fixture = Fixture::new(&dated("2024-05-01T14:00:00"));
    let first = fixture.publish(BEFORE);
    let uid = |published: &Published| {
        let invite = body(published, "/sessions/talk.ics");
        invite.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned()
    };
    let known = uid(&first);

    fixture.write(&with(""));
    let output = fixture.run(&["preview", "--at", LATER]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains(
            "leaves the calendars until it has a date; it was planned for Wednesday, May 1"
        ),
        "{said}"
    );
    assert!(said.contains("without a date yet:\n  A talk to come"), "{said}");
    assert!(!String::from_utf8(output.stderr).unwrap().contains("removed-session"));

    let postponed = fixture.publish(LATER);
    assert!(body(&postponed, "/sessions/talk").contains("The date will be announced."));
    assert!(!body(&postponed, "/feeds/test.ics").contains(TITLE));
    assert_eq!(target(&postponed, "/sessions/talk/register"), "/sessions/talk");

    fixture.write(&dated("2024-09-01T14:00:00"));
    let back = fixture.publish("2024-03-01T12:00:00Z");
    assert_eq!(uid(&back), known);
    assert!(body(&back, "/sessions/talk.ics").contains("SEQUENCE:2"));
}

#[test]
fn the_former_address_of_a_postponed_session_leads_to_its_page() {
    let fixture =
        Fixture::new(&list(&(session("old", "2024-05-01T14:00:00", "") + &other() + SERIES)));
    fixture.publish(BEFORE);
    fixture.write(&with("was = \"old\"\n"));
    let output = fixture.run(&["check", "--at", LATER]);
    assert!(!String::from_utf8(output.stderr).unwrap().contains("removed-session"));
    let postponed = fixture.publish(LATER);
    assert_eq!(target(&postponed, "/sessions/old"), "/sessions/talk");
    assert_eq!(target(&postponed, "/sessions/old.ics"), "/sessions/talk.ics");
}

#[test]
fn a_postponed_session_with_a_new_title_comes_back_with_the_line_of_the_help() {
    let dated = |title: &str, start: &str, more: &str| {
        list(&(session("talk", start, more).replace("Session talk", title) + &other() + SERIES))
    };
    let fixture = Fixture::new(&dated("A talk", "2024-05-01T14:00:00", ""));
    let uid = |published: &Published| {
        let invite = body(published, "/sessions/talk.ics");
        invite.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned()
    };
    let known = uid(&fixture.publish(BEFORE));
    fixture.write(&with(""));
    fixture.publish(LATER);
    let later = "2024-03-01T12:00:00Z";
    fixture.write(&dated(TITLE, "2024-09-01T14:00:00", ""));
    let said = String::from_utf8(fixture.run(&["check", "--at", later]).stdout).unwrap();
    for part in [
        "error[reused-id]: `talk` was \"A talk\", which left the calendars",
        "if it is that session, such as a postponed one with a new title, add `again = true`",
    ] {
        assert!(said.contains(part), "{said}");
    }
    fixture.write(&dated(TITLE, "2024-09-01T14:00:00", "again = true\n"));
    assert_eq!(uid(&fixture.publish(later)), known);
}

#[test]
fn check_names_the_sessions_without_a_date() {
    let fixture = Fixture::new(&with(""));
    let output = fixture.run(&["check", "--at", BEFORE]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("Date to be announced: \"A talk to come\""), "{said}");
}
