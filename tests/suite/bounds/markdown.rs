//! Deeply nested texts: their output has a bounded size, and parsers take a bounded time.

use convene::model::Markdown;
use proptest::prelude::*;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::{said, within};
use crate::support::{BEFORE, Fixture, body, list, quoted, session};

/// The deepest nesting of lists and quotes that a parser may get: 16 marks and 128 columns of a line open or continue
/// 80 of them.
const DEEPEST: usize = 80;

/// Returns the depth of the lists and quotes of a text as a parser reads it.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::List(_) | Tag::BlockQuote(_)) => depth += 1,
            Event::End(TagEnd::List(_) | TagEnd::BlockQuote(_)) => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Generates marks that begin lists and quotes, and the text that keeps them open.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "- ",
        "* ",
        "+ ",
        "-\t",
        "1. ",
        "12) ",
        "123456789. ",
        "> ",
        ">",
        "-",
        "1.",
        " ",
        "  ",
        "   ",
        "    ",
        "\t",
        "\n",
        "\n\n",
        "x",
        "x\n",
        "\\\n",
        "```\n",
        "    - ",
        "---\n",
        "- - -\n",
        "***",
        "#",
        "\u{a0}",
        "é",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_is_deeper_than_the_bound(
        pieces in prop::collection::vec((piece(), 1_usize..200), 1..40),
        all in prop::collection::vec(piece(), 0..2000),
    ) {
        let repeated: String = pieces.iter().map(|(piece, times)| piece.repeat(*times)).collect();
        for text in [repeated.clone(), all.concat(), all.concat() + &repeated] {
            // A text of only spaces counts as empty.
            let Ok(markdown) = Markdown::parse(&text) else { continue };
            let deepest = depth(markdown.as_str());
            prop_assert!(deepest <= DEEPEST, "{deepest}: {:?}", markdown.as_str());
            prop_assert_eq!(Markdown::parse(markdown.as_str()), Ok(markdown));
        }
    }

    #[test]
    fn a_text_of_few_marks_stays_as_it_is(pieces in prop::collection::vec(piece(), 1..16)) {
        let text = pieces.concat();
        if let Ok(markdown) = Markdown::parse(&text) {
            prop_assert_eq!(markdown.as_str(), text.as_str());
        }
    }
}

/// Returns texts of at most `length` characters whose output used to grow quadratically, or nearly.
pub(super) fn bombs(length: usize) -> Vec<(&'static str, String)> {
    let to = |length: usize, piece: &str| piece.repeat(length / piece.len());
    let (half, all) = (length / 2 - 100, length - 100);
    let table = |length: usize| to(length / 2, "|a") + "\n" + &to(length / 2, "|-") + "\n";
    // The lines of a staircase grow, so its number of lines is the square root of its length.
    let levels = (length as f64).sqrt() as usize;
    let stair = |mark: &str| -> String {
        let levels = levels / mark.len();
        (0..levels).map(|level| format!("{}{mark}x\n", " ".repeat(mark.len() * level))).collect()
    };
    vec![
        ("list", to(all, "- ") + "x"),
        ("stars", to(all, "* ") + "x"),
        ("both", to(all, "* - ") + "x"),
        ("numbers", to(all, "1. ") + "x"),
        ("quotes", to(all, "> ") + "x"),
        ("bare quotes", to(all, ">") + "x"),
        ("quotes of lists", to(all, "> 1. ") + "x"),
        ("hard breaks", to(half, "- ") + "a" + &to(half, "\\\nb")),
        ("lazy lines", to(half, "- ") + "a" + &to(half, "\nb")),
        ("lazy quotes", to(half, ">") + "a" + &to(half, "\nb")),
        ("empty lines", to(half, "1. ") + "```\n" + &to(half, "\n")),
        ("paragraphs", to(half, "- ") + "a\n\n" + &to(half, " ") + "b"),
        ("stair", stair("- ") + &to(half, "\n")),
        ("stair of numbers", stair("1. ") + &to(half, "\\\nb")),
        ("tabs", (0..400).map(|level| "\t".repeat(level) + "- x\n").collect()),
        ("pictures", to(half, "![") + "a" + &to(half, "](x)")),
        ("pictures of the web", to(half / 5, "![") + "a" + &to(half, "](https://a.example)")),
        ("links", to(half, "[") + "a" + &to(half, "](x)")),
        ("emphasis", to(half, "*a ") + &to(half, "a* ")),
        ("strong", to(half, "**a ") + &to(half, "a** ")),
        ("references", format!("[a]: https://e.example/{}\n\n", to(half, "x")) + &to(half, "[a]")),
        ("entities", to(all, "&amp;")),
        ("quotation marks", to(all, "\"")),
        ("wide table", table(length / 2) + &to(half, "|\n")),
        ("tables", to(all, &(table(40) + "|a|b|\n\n"))),
        ("long table", table(20) + &to(all, "|a|\n")),
        ("web addresses", to(all, "https://a.example/x_y. ")),
        ("mailboxes", to(all, "a@b.example,")),
        ("brackets of an address", "https://a.example/".to_owned() + &to(all, "(")),
    ]
}

/// Returns a file with the same text in every possible place: the calendar, the footer, a series, a feed and a session.
pub(super) fn everywhere(text: &str) -> String {
    let text = quoted(text);
    let more = format!("description = {text}\nseries = \"s\"\n");
    list(&format!("description = {text}\n[page]\nfooter = {text}\n"))
        + &format!("[[series]]\nid = \"s\"\ntitle = \"S\"\ndescription = {text}\n")
        + &format!("[[feeds]]\nid = \"f\"\ntitle = \"F\"\ndescription = {text}\n")
        + &session("talk", "2024-04-30T14:00:00", &more)
}

/// `LONGEST` is the longest allowed text. `SAMPLE` is shorter, and its bound on time is small enough to show quadratic time.
const LONGEST: usize = 190_000;
const SAMPLE: usize = LONGEST / 8;

fn assert_forms_are_bounded(length: usize) {
    for (name, text) in bombs(length) {
        let more = format!("description = {}\n", quoted(&text));
        let published = Fixture::new(&list(&session("talk", "2024-04-30T14:00:00", &more)));
        let published = published.publish(BEFORE);
        for (path, resource) in published.site.documents() {
            let length = resource.identity().body.len();
            // Atom escapes quotation marks twice, and an invite has both plain and rich text.
            assert!(length <= 24 * text.len() + 100_000, "{name}: {path} has {length}");
        }
        let calendar = body(&published, "/feeds/test.ics");
        assert!(calendar.len() <= 8 * text.len() + 10_000, "{name}: {}", calendar.len());
    }
}

#[test]
fn no_rendering_of_a_nested_text_is_much_longer_than_the_text() {
    assert_forms_are_bounded(SAMPLE);
}

#[test]
#[ignore = "long: texts of the largest length"]
fn no_rendering_of_the_longest_nested_text_is_much_longer_than_the_text() {
    assert_forms_are_bounded(LONGEST);
}

/// Publishes each text within limits of memory in MiB and time in seconds.
fn assert_published(length: usize, mebibytes: usize, seconds: usize) {
    for (name, text) in bombs(length) {
        let fixture = Fixture::new(&everywhere(&text));
        let export = ["export", "--out", "out", "--at", BEFORE];
        let output = within(&fixture, mebibytes, seconds, &export);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", said(&output));
    }
}

#[test]
fn nested_texts_are_published_wherever_they_stand_in_little_memory_and_time() {
    assert_published(SAMPLE, 250, 4);
}

#[test]
#[ignore = "long: texts of the largest length"]
fn the_longest_nested_texts_are_published_and_checked_in_little_memory_and_time() {
    assert_published(LONGEST, 500, 60);
    for (name, text) in bombs(LONGEST) {
        let fixture = Fixture::new(&everywhere(&text));
        let output = within(&fixture, 500, 60, &["check", "--at", BEFORE]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", said(&output));
    }
}
