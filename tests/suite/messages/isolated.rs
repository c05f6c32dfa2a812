//! Isolation: the author's texts within a message do not change its direction, and the message does not change theirs.

use convene::newsletter::{BlockFormat, Subject, newsletter};

use super::words;
use crate::support::{self, BEFORE, Fixture, body, list, session};

const FSI: char = '\u{2068}';

fn calendar(language: &str) -> String {
    let lines = "description = \"Text\"\nplace = { name = \"Hall\" }\njoin = \"https://b.example/j\"\n\
                 status = \"tentative\"\n";
    list(&(session("one", "2024-05-01T10:00:00", lines) + &words([])))
        .replace("duration", &format!("language = \"{language}\"\nduration"))
}

#[test]
fn pages_isolate_by_an_element_plain_text_by_marks_and_calendars_not_at_all() {
    for (language, runs_left) in [("en-US", false), ("ar", true), ("he", true), ("de", false)] {
        let published = Fixture::new(&calendar(language)).publish(BEFORE);
        let page = body(&published, "/sessions/one");
        assert!(
            page.contains("All of <bdi>Test</bdi>") && page.contains("<bdi>Hall</bdi>, and online")
        );
        let own = |text: &str| match runs_left {
            true => format!("{FSI}{text}\u{2069}"),
            false => text.to_owned(),
        };
        let title = format!("<title>{} - {}</title>", own("Session one"), own("Test"));
        assert!(page.contains(&title), "{page}");
        let atom = body(&published, "/feeds/test.atom");
        let marked = format!("<title>Not certain yet: {}</title>", own("Session one"));
        assert!(atom.contains(&marked) && atom.contains("<title>Test</title>"), "{atom}");
        let edition = published.site.edition();
        let block =
            newsletter(edition, &support::words(edition), Subject::ToCome, BlockFormat::Text);
        assert!(block.contains(&format!("Subscribe to all: {}", own("Test"))), "{block}");
        assert!(block.contains(&format!("\n{}, and online\n", own("Hall"))), "{block}");
        for path in ["/feeds/test.ics", "/sessions/one.ics"] {
            assert!(!body(&published, path).contains(FSI), "{path}");
        }
    }
}
