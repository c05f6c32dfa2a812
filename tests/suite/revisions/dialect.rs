//! Texts that calendars printed by the rules of an earlier release, in which tables and addresses without markup were
//! plain text.

use convene::model::Dialect;

use super::{day, entry, in_feed, in_invite, seen, shown, value};
use crate::support::{Fixture, body, list, quoted, session, without_sums};

const TEXT: &str = "Doors open at six.\n\n| Time | What |\n|---|---|\n| 18:00 | Tea |\n\nMore: https://a.example/x_y";

fn one(title: &str) -> String {
    let text = format!("description = {}\n", quoted(TEXT));
    list(&session("a", "2027-04-30T14:00:00", &text).replace("Session a", title))
}

/// Returns a folder whose session was published by a release without tables.
fn published_before() -> Fixture {
    let fixture = Fixture::new(&one("Before"));
    fixture.publish(&day(0));
    let file = std::fs::read_to_string(fixture.revisions_file()).unwrap();
    let earlier = without_sums(&file).replace("\"dialect\":\"extended\",", "");
    assert_ne!(earlier, without_sums(&file));
    std::fs::write(fixture.revisions_file(), earlier).unwrap();
    fixture
}

#[test]
fn an_unchanged_session_keeps_its_text_in_calendars_and_its_page_has_the_new_form() {
    let fixture = published_before();
    let published = fixture.publish(&day(1));
    let invite = in_invite(&published, "a");
    let plain = value(&invite, "DESCRIPTION");
    assert!(plain.contains("| Time | What | |---|---| | 18:00 | Tea |"), "{plain}");
    let rich = shown(&published, "a").into_iter().find(|line| line.starts_with("X-ALT-DESC"));
    let rich = rich.unwrap();
    assert!(!rich.contains("<table>") && rich.contains("More: https://a.example/x_y<"), "{rich}");
    assert_eq!(seen(&fixture, &published, "a").sequence, 0);
    assert_eq!(entry(&fixture, "a").dialect, Dialect::CommonMark);
    let page = body(&published, "/sessions/a");
    assert!(page.contains("<table>"), "{page}");
    assert!(page.contains("<a href=\"https://a.example/x_y\">https://a.example/x_y</a>"), "{page}");
}

#[test]
fn its_next_change_takes_the_new_form_with_one_sequence() {
    let fixture = published_before();
    fixture.write(&one("After"));
    let published = fixture.publish(&day(1));
    assert_eq!(seen(&fixture, &published, "a").sequence, 1);
    assert_eq!(entry(&fixture, "a").dialect, Dialect::Extended);
    for event in [in_invite(&published, "a"), in_feed(&published, "a")] {
        let plain = value(&event, "DESCRIPTION");
        assert!(plain.contains("\\n\\nTime | What\\n18:00 | Tea\\n\\n"), "{plain}");
    }
    let rich = shown(&published, "a").into_iter().find(|line| line.starts_with("X-ALT-DESC"));
    assert!(rich.unwrap().contains("<table>"));
}

#[test]
fn a_dialect_that_no_release_has_is_refused() {
    let fixture = published_before();
    let file = std::fs::read_to_string(fixture.revisions_file()).unwrap();
    let wrong = file.replace("\"published\":", "\"dialect\":\"latin\",\"published\":");
    std::fs::write(fixture.revisions_file(), wrong).unwrap();
    let error = fixture.publisher().store.read().unwrap_err().to_string();
    assert!(error.contains("`latin` is not a dialect of texts"), "{error}");
}
