//! The newsletter block about moved and cancelled sessions.

use convene::newsletter::{BlockFormat, Subject, changed};
use convene::publish::Published;

use crate::nasty;
use crate::support::{BEFORE, Fixture, body, list, quoted, session, words};

const LATER: &str = "2024-02-01T12:00:00Z";
const KIT: &str = "/sessions/talk/newsletter";
const FEED_KIT: &str = "/feeds/test/newsletter";
const MOVED_TEXT: &str = "Session talk\n\
    Was: Tuesday, April 30, 2024, 2 pm ET\n\
    Now: Tuesday, April 30, 2024, 3\u{2060}\u{2013}\u{2060}4 pm ET (19:00\u{2060}\u{2013}\u{2060}20:00 UTC)\n\n\
    About this session\nhttps://cal.example/sessions/talk";
const OFF: &str = "Cancelled. This session does not take place.";

fn talk(start: &str, more: &str) -> String {
    session("talk", start, more)
}

fn other() -> String {
    session("other", "2024-05-30T14:00:00", "")
}

/// Publishes a talk that was announced for two o'clock, and then the given changes.
fn after(now: &str, at: &str) -> Published {
    let fixture = Fixture::new(&list(&(talk("2024-04-30T14:00:00", "") + &other())));
    fixture.publish(BEFORE);
    fixture.write(&list(&(now.to_owned() + &other())));
    fixture.publish(at)
}

fn block(published: &Published, format: BlockFormat) -> Option<String> {
    let edition = published.site.edition();
    changed(edition, &words(edition), Subject::ToCome, format)
}

#[test]
fn a_moved_session_has_the_old_time_the_new_one_and_one_link() {
    let published = after(&talk("2024-04-30T15:00:00", ""), LATER);
    let text = block(&published, BlockFormat::Text).unwrap();
    assert!(text.starts_with(MOVED_TEXT), "{text}");
    for format in [BlockFormat::Html, BlockFormat::Markdown, BlockFormat::Text] {
        let block = block(&published, format).unwrap();
        assert_eq!(block.matches("https://cal.example/sessions/talk").count(), 1, "{block}");
        assert_eq!(block.matches("://").count(), 1, "{block}");
        assert!(block.contains("Tuesday, April 30, 2024, 2 pm ET"), "{block}");
        assert!(!block.contains("Session other"), "{block}");
    }
    let html = block(&published, BlockFormat::Html).unwrap();
    assert!(html.contains("<s>Tuesday, April 30, 2024, 2 pm ET</s>"), "{html}");
    let json = block(&published, BlockFormat::Json).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["was"], "Tuesday, April 30, 2024, 2 pm ET");
}

#[test]
fn a_cancelled_session_shows_its_planned_time_and_the_cancellation() {
    let published = after(&talk("2024-04-30T14:00:00", "status = \"cancelled\"\n"), LATER);
    for format in [BlockFormat::Html, BlockFormat::Markdown, BlockFormat::Text] {
        let block = block(&published, format).unwrap();
        assert!(block.contains(OFF) && !block.contains("Now:"), "{block}");
        assert!(
            block.contains("Tuesday, April 30, 2024, 2\u{2060}\u{2013}\u{2060}3 pm ET"),
            "{block}"
        );
    }
}

#[test]
fn the_block_is_on_the_newsletter_pages_until_the_session_is_over() {
    let moved = talk("2024-04-30T15:00:00", "");
    let published = after(&moved, LATER);
    for path in [KIT, FEED_KIT] {
        let page = body(&published, path);
        assert!(page.contains("<h2>What changed</h2>"), "{path}");
        assert!(
            page.contains("<textarea id=\"changed-text\" readonly>Session talk\nWas: "),
            "{path}"
        );
    }
    assert!(!body(&published, "/sessions/other/newsletter").contains("What changed"));
    let over = after(&moved, "2024-04-30T20:00:00Z");
    for path in [KIT, FEED_KIT] {
        assert!(!body(&over, path).contains("What changed"), "{path}");
    }
    assert!(block(&over, BlockFormat::Text).is_none());
}

#[test]
fn a_file_without_changes_has_no_changed_block() {
    let published = after(&talk("2024-04-30T14:00:00", ""), LATER);
    assert!(block(&published, BlockFormat::Html).is_none());
    assert!(!body(&published, KIT).contains("changed-"));
}

#[test]
fn titles_of_any_kind_stay_texts() {
    for title in nasty::texts() {
        let titled = |start: &str| {
            let title = format!("title = {}", quoted(&title));
            list(&talk(start, "").replace("title = \"Session talk\"", &title))
        };
        let fixture = Fixture::new(&titled("2024-04-30T14:00:00"));
        fixture.publish(BEFORE);
        fixture.write(&titled("2024-04-30T15:00:00"));
        let published = fixture.publish(LATER);
        let html = block(&published, BlockFormat::Html).unwrap();
        // The block is also XML, so a parser shows the text that a reader sees.
        let html = html.replace(['\u{fffe}', '\u{ffff}'], "");
        let shown = roxmltree::Document::parse(&html).unwrap();
        let heading = shown.descendants().find(|node| node.has_tag_name("h3")).unwrap();
        let seen = title.replace(['\u{fffe}', '\u{ffff}'], "");
        assert_eq!(heading.text(), Some(seen.as_str()), "{html}");
        let links = shown.descendants().filter(|node| node.has_tag_name("a")).count();
        assert_eq!(links, 1, "{html}");
    }
}

#[test]
fn the_command_prints_the_block_or_reports_that_there_is_none() {
    let fixture = Fixture::new(&list(&(talk("2024-04-30T14:00:00", "") + &other())));
    fixture.publish(BEFORE);
    let print = |more: &[&str]| {
        let output = fixture.run(&[&["links", "--changed", "--at", LATER][..], more].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(
        print(&[]),
        "No upcoming session moved, was cancelled, or has a new place or link.\n"
    );
    assert_eq!(print(&["--format", "json"]), "[]\n");
    fixture.write(&list(&(talk("2024-04-30T15:00:00", "") + &other())));
    assert!(print(&["talk"]).starts_with(MOVED_TEXT));
    assert!(print(&["test"]).starts_with(MOVED_TEXT));
    assert!(print(&["other"]).starts_with("No upcoming session"));
}
