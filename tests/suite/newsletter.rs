//! Newsletter blocks: their texts in every mail app, and the target of every link.

use std::collections::BTreeSet;

use convene::model::Color;
use convene::newsletter::{BlockFormat, Subject, newsletter};
use convene::revisions::Edition;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::support::{Fixture, instant, list, session, words};

const NOW: &str = "2027-01-01T12:00:00Z";
const BASE: &str = "https://cal.example/";
const FORMATS: [BlockFormat; 4] =
    [BlockFormat::Html, BlockFormat::Markdown, BlockFormat::Text, BlockFormat::Json];

/// One-line texts with a special meaning in HTML, in some Markdown dialect, in mail tools or on a screen.
const NASTY_TEXTS: &[&str] = &[
    "<script>alert(1)</script>",
    "</a></td></table><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)\" '",
    "<!-- a --> <![CDATA[ b ]]>",
    "&lt;b&gt; &amp; &#60; &copy; &notanentity;",
    "javascript:alert(1)",
    "[x](https://evil.example) ![y](https://evil.example/y.png)",
    "](https://evil.example)",
    "]: https://evil.example",
    "[a]: https://evil.example",
    "[[wiki]] [^1] [x][y]",
    "<https://evil.example> https://evil.example www.evil.example a@evil.example",
    "a\\",
    "\\[a\\](b) \\\\",
    "`code` ``more ` ``` ~~~",
    "```html",
    "~~~",
    "# head ##",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "12) item",
    "> quote",
    "---",
    "***",
    "===",
    "_a_ *b* **c** __d__ ~~e~~ ^f^ $g$ $$h$$",
    "| a | b |",
    ": definition",
    "title {#id .class}",
    "{{ user.email }} {% if x %} *|FNAME|* %%name%%",
    "a\tb  c",
    "\u{202e}evil\u{202c} \u{2066}x\u{2069} \u{200f}",
    "مرحبا بالعالم (2027)",
    "שלום! \"hello\"",
    "👩‍👩‍👧‍👦 🏳️‍🌈 e\u{301}\u{323}",
    "日本語のタイトル、とても長い",
    "don\u{2019}t \u{201c}quote\u{201d} \u{2014} \u{a0}x",
];

fn edition(toml: &str) -> Edition {
    let fixture = Fixture::new(toml);
    let preview = fixture.publisher().preview(instant(NOW));
    preview.unwrap_or_else(|refusal| panic!("{refusal:?}")).edition
}

/// Returns a file with a session for each text: the text is its title, its place, and the title of its series.
fn with_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut toml = list("");
    for (index, text) in texts.into_iter().enumerate() {
        let text = serde_json::to_string(text).unwrap();
        toml.push_str(&format!(
            "[[series]]\nid = \"s{index}\"\ntitle = {text}\n\
             [[sessions]]\nid = \"a{index}\"\nseries = \"s{index}\"\ntitle = {text}\n\
             start = 2027-05-01T10:00:00\nplace = {{ name = {text} }}\ndescription = {text}\n\
             register = \"https://evil.example/r\"\njoin = \"https://evil.example/secret\"\n"
        ));
    }
    toml
}

/// Returns every subject of an edition: sessions, feeds, all upcoming sessions.
fn subjects(edition: &Edition) -> Vec<Subject<'_>> {
    let sessions = edition.catalog.sessions.iter().map(Subject::Session);
    sessions.chain(edition.catalog.feeds().map(Subject::Feed)).chain([Subject::ToCome]).collect()
}

/// Returns the block of a session or, if no session has this id, of a feed.
fn block(edition: &Edition, id: &str, format: BlockFormat) -> String {
    let session = edition.catalog.sessions.iter().find(|session| session.id.as_str() == id);
    let feed = edition.catalog.feeds().find(|feed| feed.id.as_str() == id);
    newsletter(
        edition,
        &words(edition),
        session.map_or_else(|| Subject::Feed(feed.unwrap()), Subject::Session),
        format,
    )
}

/// The parsed Markdown of a block: headings, other paragraphs, links.
#[derive(Debug, Default)]
struct Read {
    headings: Vec<String>,
    paragraphs: Vec<String>,
    links: Vec<(String, String)>,
}

fn read_markdown(text: &str, options: Options) -> Read {
    let mut read = Read::default();
    let (mut all, mut link) = (String::new(), None);
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::Heading { .. } | Tag::Paragraph) => all.clear(),
            Event::Start(Tag::Link { dest_url, .. }) => link = Some((all.len(), dest_url)),
            Event::Text(text) => all.push_str(&text),
            Event::End(TagEnd::Link) => {
                let (from, url) = link.take().unwrap();
                read.links.push((all[from..].to_owned(), url.to_string()));
            }
            Event::End(TagEnd::Heading(_)) => read.headings.push(all.clone()),
            Event::End(TagEnd::Paragraph) => read.paragraphs.push(all.clone()),
            Event::Start(Tag::Strong | Tag::List(None) | Tag::Item)
            | Event::End(TagEnd::Strong | TagEnd::List(false) | TagEnd::Item) => {}
            other => panic!("{other:?} in {text}"),
        }
    }
    read
}

/// Returns every extension except the one that replaces quotation marks.
fn every_extension() -> Options {
    Options::all() - Options::ENABLE_SMART_PUNCTUATION
}

/// Checks a block as HTML against the rules for mail (only these elements and attributes), and returns its links,
/// headings and bold texts.
fn read_html(html: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
    let document = roxmltree::Document::parse(html).unwrap_or_else(|e| panic!("{e}\n{html}"));
    let elements = ["a", "b", "h2", "h3", "p", "span", "table", "td", "tr"];
    let attributes = [
        "aria-label",
        "bgcolor",
        "border",
        "cellpadding",
        "cellspacing",
        "dir",
        "href",
        "lang",
        "role",
        "style",
        "width",
    ];
    let declarations = [
        "color",
        "display",
        "font",
        "font-size",
        "border-radius",
        "line-height",
        "margin",
        "padding",
        "text-decoration",
        "width",
    ];
    let (mut links, mut headings, mut bold) = (Vec::new(), Vec::new(), Vec::new());
    let all = document.descendants().filter(roxmltree::Node::is_element);
    for node in all {
        let name = node.tag_name().name();
        assert!(elements.contains(&name), "<{name}> in {html}");
        for attribute in node.attributes() {
            assert!(attributes.contains(&attribute.name()), "{} in {html}", attribute.name());
        }
        for declaration in node.attribute("style").into_iter().flat_map(|style| style.split(';')) {
            let (property, value) = declaration.split_once(':').unwrap();
            assert!(declarations.contains(&property), "{declaration} in {html}");
            assert!(property != "display" || value == "inline-block", "{declaration}");
            assert!(!value.contains('('), "{declaration}");
        }
        let text: String =
            node.descendants().filter(|n| n.is_text()).filter_map(|n| n.text()).collect();
        match name {
            "table" => assert_eq!(node.attribute("role"), Some("presentation")),
            "a" => {
                links.push(node.attribute("href").unwrap().to_owned());
                assert!(!text.trim().is_empty());
            }
            "h2" | "h3" => headings.push(text),
            "b" => bold.push(text),
            _ => {}
        }
    }
    assert!(document.root_element().has_attribute("lang"));
    (links, headings, bold)
}

/// Returns the lines of a plain-text block that contain only an address.
fn text_links(text: &str) -> Vec<String> {
    text.lines().filter(|line| line.starts_with(BASE)).map(str::to_owned).collect()
}

/// Checks all formats of a session's block against its title, place and time.
fn holds(edition: &Edition, index: usize, text: &str) {
    let id = format!("a{index}");
    let when = "Saturday, May 1, 2027, 10\u{2060}\u{2013}\u{2060}11 am ET (14:00\u{2060}\u{2013}\u{2060}15:00 UTC)";
    let (html_links, headings, bold) = read_html(&block(edition, &id, BlockFormat::Html));
    assert_eq!((headings, bold), (vec![text.to_owned()], vec![when.to_owned()]));
    let expected: BTreeSet<String> = [
        format!("sessions/{id}"),
        format!("sessions/{id}/register"),
        format!("sessions/{id}/google"),
        format!("sessions/{id}/outlook"),
        format!("sessions/{id}/office365"),
        format!("sessions/{id}.ics"),
        format!("feeds/s{index}"),
    ]
    .map(|path| format!("{BASE}{path}"))
    .into();
    assert_eq!(BTreeSet::from_iter(html_links.clone()), expected);
    let markdown = block(edition, &id, BlockFormat::Markdown);
    for options in [Options::empty(), every_extension()] {
        let read = read_markdown(&markdown, options);
        assert_eq!(read.headings, [text], "{markdown}");
        assert_eq!(read.paragraphs[..2], [when.to_owned(), format!("{text}, and online")]);
        assert_eq!(read.links[0].0, text);
        let urls: Vec<String> = read.links.iter().map(|(_, url)| url.clone()).collect();
        assert_eq!(urls, html_links);
        assert_eq!(read.links.last().unwrap().0, format!("Subscribe to all: {text}"));
    }
    let plain = block(edition, &id, BlockFormat::Text);
    assert!(plain.starts_with(&format!("{text}\n{when}\n{text}, and online\n")), "{plain}");
    assert_eq!(BTreeSet::from_iter(text_links(&plain)), expected);
    let json: serde_json::Value =
        serde_json::from_str(&block(edition, &id, BlockFormat::Json)).unwrap();
    assert_eq!((&json[0]["title"], &json[0]["when"]), (&text.into(), &when.into()));
}

#[test]
fn every_text_arrives_in_every_format_and_adds_no_link() {
    let edition = edition(&with_texts(NASTY_TEXTS.iter().copied()));
    for (index, text) in NASTY_TEXTS.iter().enumerate() {
        holds(&edition, index, text);
    }
}

#[test]
fn a_feeds_heading_is_its_title_for_every_text() {
    let edition = edition(&with_texts(NASTY_TEXTS.iter().copied()));
    for (index, text) in NASTY_TEXTS.iter().enumerate() {
        let id = format!("s{index}");
        let (_, headings, _) = read_html(&block(&edition, &id, BlockFormat::Html));
        assert_eq!(headings, [*text, *text]);
        let markdown = block(&edition, &id, BlockFormat::Markdown);
        for options in [Options::empty(), every_extension()] {
            assert_eq!(read_markdown(&markdown, options).headings, [*text, *text], "{markdown}");
        }
    }
}

#[test]
fn every_format_links_only_to_this_site() {
    let edition = edition(&with_texts(NASTY_TEXTS.iter().copied()));
    let words = words(&edition);
    for subject in subjects(&edition) {
        for format in FORMATS {
            let block = newsletter(&edition, &words, subject, format);
            for address in ["evil.example/r", "evil.example/secret", "webcal:", "mailto:"] {
                assert!(!block.contains(address), "{address} in {block}");
            }
        }
        let (links, ..) = read_html(&newsletter(&edition, &words, subject, BlockFormat::Html));
        let markdown = newsletter(&edition, &words, subject, BlockFormat::Markdown);
        let read = read_markdown(&markdown, Options::empty());
        for link in links.iter().chain(read.links.iter().map(|(_, url)| url)) {
            assert!(link.starts_with(BASE), "{link}");
        }
    }
}

#[test]
fn addresses_in_a_description_do_not_come_along() {
    let edition = edition(&list(&session(
        "a",
        "2027-05-01T10:00:00",
        "description = \"See [this](https://evil.example/1), https://evil.example/2 \
         and <https://evil.example/3>.\"",
    )));
    for format in FORMATS {
        let block = block(&edition, "a", format);
        assert!(!block.contains("evil.example"), "{block}");
        assert_eq!(block.contains("See this"), format != BlockFormat::Json, "{block}");
    }
}

#[test]
fn an_address_of_ours_with_brackets_is_one_link_in_markdown() {
    let toml =
        list(&session("a", "2027-05-01T10:00:00", "")).replace("cal.example", "c.example/(a&b");
    let edition = edition(&toml);
    let read = read_markdown(&block(&edition, "a", BlockFormat::Markdown), Options::empty());
    assert_eq!(read.links[0].1, "https://c.example/(a&b/sessions/a");
}

#[test]
fn text_and_buttons_can_be_read_with_every_accent() {
    let white = Color::parse("white").unwrap();
    for accent in ["white", "yellow", "lime", "#777777", "#1f5fa8", "black", "#ff8800"] {
        let toml = list(&session(
            "a",
            "2027-05-01T10:00:00",
            "register = \"https://r.example\"\n\
             description = \"Words\"",
        ));
        let edition = edition(&format!("{toml}\n[page]\naccent = \"{accent}\"\n"));
        let html = block(&edition, "a", BlockFormat::Html);
        let document = roxmltree::Document::parse(&html).unwrap();
        let mut seen = 0;
        for node in document.descendants() {
            let ground = node.ancestors().find_map(|n| n.attribute("bgcolor"));
            let ground = ground.map_or(white, |hex| Color::parse(hex).unwrap());
            let style = node.attribute("style").unwrap_or_default();
            for hex in style.split(';').filter_map(|part| part.strip_prefix("color:")) {
                let contrast = Color::parse(hex).unwrap().contrast(ground);
                assert!(contrast >= 4.5, "{hex} on {}: {contrast} with {accent}", ground.hex());
                seen += 1;
            }
        }
        assert!(seen >= 8, "{seen} colours in {html}");
    }
}

/// Returns a file of `count` sessions, each with a place, a link to register, and a description that is too long for a
/// block. Each id has `id` characters.
fn long_list(count: usize, id: usize) -> String {
    let mut toml = list("").replace("cal.example", "calendar.organisation.example");
    toml = toml.replace("duration", "also_in = [\"America/Los_Angeles\"]\nduration");
    for index in 0..count {
        toml.push_str(&session(
            &format!("{index:0>3}-{}", &"solidarity-in-movements-".repeat(3)[..id - 4]),
            "2027-05-01T14:30:00",
            &format!(
                "place = {{ name = \"Community Hall\", address = \"12 Long Street, Springfield\" }}\n\
                 register = \"https://r.example\"\ndescription = \"{}\"",
                "Bridges across every difference. ".repeat(40)
            ),
        ));
    }
    let title = "Protecting Cross-Racial Solidarity: Countering Attacks on Each Other, part";
    toml.replace("title = \"Session ", &format!("title = \"{title} "))
}

#[test]
fn ten_sessions_are_less_than_twenty_one_kilobytes() {
    let edition = edition(&long_list(10, 26));
    let html = block(&edition, "test", BlockFormat::Html);
    assert_eq!(read_html(&html).1.len(), 11);
    assert!(html.len() < 21_000, "{} bytes", html.len());
    let longest = html.lines().map(str::len).max().unwrap();
    assert!(longest < 998, "a line of {longest} bytes, which mail would break");
}

#[test]
fn a_feeds_block_ends_before_gmail_cuts_it_and_says_so() {
    // These ids have the maximum length.
    let edition = edition(&long_list(40, 62));
    let words = words(&edition);
    let html = block(&edition, "test", BlockFormat::Html);
    assert!(html.len() < 102 * 1000, "{} bytes", html.len());
    assert_eq!(read_html(&html).1.len(), 31);
    for format in [BlockFormat::Html, BlockFormat::Markdown, BlockFormat::Text] {
        assert!(block(&edition, "test", format).contains("And 10 more sessions"));
        assert!(!newsletter(&edition, &words, Subject::ToCome, format).contains("more session"));
    }
    assert_eq!(
        read_html(&newsletter(&edition, &words, Subject::ToCome, BlockFormat::Html)).1.len(),
        41
    );
}

#[test]
fn a_cancelled_session_says_so_and_offers_nothing_to_add() {
    let register = "register = \"https://r.example\"";
    let sessions =
        session("gone", "2027-05-01T10:00:00", &format!("status = \"cancelled\"\n{register}"))
            + &session("past", "2026-05-01T10:00:00", register)
            + &session(
                "open",
                "2027-06-01T10:00:00",
                &format!("status = \"tentative\"\n{register}"),
            );
    let edition = edition(&list(&sessions));
    for format in [BlockFormat::Html, BlockFormat::Markdown, BlockFormat::Text] {
        for (id, note, adds) in [
            ("gone", "Cancelled. This session does not take place.", false),
            ("past", "This session is over.", false),
            ("open", "This session is not certain yet.", true),
        ] {
            let block = block(&edition, id, format);
            assert!(block.contains(note), "{block}");
            for link in ["/google", "/outlook", "/office365", ".ics", "/register"] {
                assert_eq!(
                    block.contains(&format!("/sessions/{id}{link}")),
                    adds,
                    "{link}: {block}"
                );
            }
            assert!(block.contains("https://cal.example/feeds/test"), "{block}");
        }
        let feed = block(&edition, "test", format);
        assert!(
            feed.contains("/sessions/open") && feed.contains("This session is not certain yet."),
            "{feed}"
        );
        assert!(!feed.contains("/sessions/gone") && !feed.contains("/sessions/past"), "{feed}");
    }
}

#[test]
fn the_block_of_a_feed_without_upcoming_sessions_says_so() {
    let edition = edition(&list(&session("past", "2026-05-01T10:00:00", "")));
    for format in [BlockFormat::Html, BlockFormat::Markdown, BlockFormat::Text] {
        let block = block(&edition, "test", format);
        assert!(block.contains("No sessions are scheduled right now."), "{block}");
        assert!(block.contains("https://cal.example/feeds/test"), "{block}");
    }
    assert_eq!(block(&edition, "test", BlockFormat::Json), "[]");
}

#[test]
fn the_time_is_printed_in_every_zone_and_utc_with_its_dates() {
    let toml = list("").replace("duration", "also_in = [\"America/Los_Angeles\"]\nduration")
        + &session("a", "2027-05-01T14:00:00", "duration = \"90m\"")
        + &session("late", "2027-05-01T19:30:00", "duration = \"90m\"")
        + &session("days", "2027-05-01", "end = 2027-05-02");
    let edition = edition(&toml);
    for (id, when) in [
        ("a", "Saturday, May 1, 2027, 2~–~3:30 pm ET / 11 am~–~12:30 pm PT (18:00~–~19:30 UTC)"),
        (
            "late",
            "Saturday, May 1, 2027, 7:30~–~9 pm ET / 4:30~–~6 pm PT \
             (23:30~–~Sun, May 2, 01:00 UTC)",
        ),
        ("days", "Saturday, May 1, 2027~–~Sun, May 2"),
    ] {
        for format in FORMATS {
            let block = block(&edition, id, format).replace('\u{2060}', "~");
            assert!(block.contains(when), "{block}");
        }
    }
    let json: serde_json::Value =
        serde_json::from_str(&block(&edition, "days", BlockFormat::Json)).unwrap();
    assert_eq!((&json[0]["start"], &json[0]["end"]), (&"2027-05-01".into(), &"2027-05-02".into()));
}

#[test]
fn a_right_to_left_text_is_isolated() {
    let edition = edition(&with_texts(["plain", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}", "a \u{202e}b"]));
    for (id, count) in [("a0", 0), ("a1", 4), ("a2", 4)] {
        let html = block(&edition, id, BlockFormat::Html);
        assert_eq!(html.matches("dir=\"auto\"").count(), count, "{html}");
    }
}

#[test]
fn our_own_words_are_marked_as_english_in_other_languages() {
    let toml = list(&session("a", "2027-05-01T10:00:00", ""))
        .replace("duration", "language = \"de\"\nduration");
    let html = block(&edition(&toml), "a", BlockFormat::Html);
    let document = roxmltree::Document::parse(&html).unwrap();
    let lang = |text: &str| {
        let node = document.descendants().find(|n| n.is_text() && n.text().unwrap() == text);
        node.unwrap().ancestors().find_map(|n| n.attribute("lang")).unwrap()
    };
    assert_eq!((lang("Session a"), lang("Add to Google Calendar")), ("de", "en"));
    assert!(html.contains("Samstag, 1. Mai 2027"), "{html}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mixture_of_marks_arrives(texts in prop::collection::vec(
        r"[!-/:-@\[-`{-~a1é👍][ !-/:-@\[-`{-~a1é👍]{0,14}[!-/:-@\[-`{-~a1é👍]", 1..4,
    )) {
        let edition = edition(&with_texts(texts.iter().map(String::as_str)));
        for (index, text) in texts.iter().enumerate() {
            holds(&edition, index, text);
        }
    }
}
