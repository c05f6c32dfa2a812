//! Texts: two parsers find every text unchanged after publication.

use proptest::prelude::*;

use crate::readers::{by_both, lines, unescape, value};
use crate::support::{BEFORE, Fixture, body};

/// Returns a TOML basic string, with everything except plain ASCII as `\UXXXXXXXX`.
pub(crate) fn toml(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            c => out.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    out + "\""
}

/// Returns Markdown for a literal text: all punctuation is escaped, and line breaks are hard.
pub(crate) fn literally(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\\n"),
            c if c.is_ascii_punctuation() => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// The texts of one file.
#[derive(Debug, Clone)]
struct Texts {
    title: String,
    text: String,
    name: String,
    address: String,
    tag: String,
    organizer: String,
    feed: String,
    about: String,
}

impl Texts {
    /// Uses the same text everywhere.
    fn of(text: &str) -> Self {
        let text = || text.to_owned();
        Self {
            title: text(),
            text: text(),
            name: text(),
            address: text(),
            tag: text(),
            organizer: text(),
            feed: text(),
            about: text(),
        }
    }

    fn list(&self) -> String {
        let [title, text, name, address, tag, organizer, feed, about] = [
            toml(&self.title),
            toml(&literally(&self.text)),
            toml(&self.name),
            toml(&self.address),
            toml(&self.tag),
            toml(&self.organizer),
            toml(&self.feed),
            toml(&literally(&self.about)),
        ];
        format!(
            "[calendar]\nid = \"all\"\ntitle = {feed}\ndescription = {about}\n\
             url = \"https://cal.example\"\ntimezone = \"America/New_York\"\nduration = \"1h\"\n\
             organizer = {{ name = {organizer}, email = \"a@b.example\" }}\n\
             [[series]]\nid = \"some\"\ntitle = {feed}\ndescription = {about}\n\
             [[feeds]]\nid = \"tagged\"\ntitle = {feed}\ndescription = {about}\ntags = {tag}\n\
             [[sessions]]\nid = \"one\"\ntitle = {title}\nstart = 2027-05-01T10:00:00\n\
             series = \"some\"\ntags = [{tag}, \"second\"]\nremind = \"1h\"\n\
             place = {{ name = {name}, address = {address} }}\ndescription = {text}\n"
        )
    }

    /// Publishes the texts and parses every calendar.
    fn come_back(&self) {
        let published = Fixture::new(&self.list()).publish(BEFORE);
        for path in ["/feeds/all.ics", "/feeds/some.ics", "/feeds/tagged.ics"] {
            let calendar = body(&published, path);
            let own = lines(&calendar);
            for name in ["NAME", "X-WR-CALNAME"] {
                assert_eq!(unescape(value(&own, name)), self.feed, "{path} {name}");
            }
            for name in ["DESCRIPTION", "X-WR-CALDESC"] {
                assert_eq!(unescape(value(&own, name)), self.about, "{path} {name}");
            }
            let read = by_both(&calendar);
            assert_eq!(read.name.as_deref(), Some(self.feed.as_str()), "{path}");
            assert_eq!(read.description.as_deref(), Some(self.about.as_str()), "{path}");
            self.are_in(&calendar);
        }
        let invite = body(&published, "/sessions/one.ics");
        let read = self.are_in(&invite);
        // RFC 5545 allows no quotation mark in a parameter, and few parsers support the escape of RFC 6868.
        assert_eq!(read.organizer, Some(self.organizer.replace('"', "'")));
        let own = lines(&invite);
        let alarm = own.iter().position(|line| line == "BEGIN:VALARM").unwrap();
        assert_eq!(unescape(value(&own[alarm..], "DESCRIPTION")), self.title);
        let rich = unescape(value(&own, "X-ALT-DESC;FMTTYPE=text/html"));
        assert_eq!(read.rich.as_deref(), Some(rich.as_str()));
    }

    /// Returns the only event of a calendar, after a check of its texts.
    fn are_in(&self, calendar: &str) -> crate::readers::Event {
        let own = lines(calendar);
        let event = own.iter().position(|line| line == "BEGIN:VEVENT").unwrap();
        let mut read = by_both(calendar).events;
        assert_eq!(read.len(), 1);
        let read = read.remove(0);
        assert_eq!(unescape(value(&own[event..], "SUMMARY")), read.summary);
        assert_eq!(unescape(value(&own[event..], "DESCRIPTION")), read.description);
        assert_eq!(read.summary, self.title);
        let blocks = format!("(14:00 UTC)\n\n{}\n\nAbout this session: ", self.text);
        assert!(read.description.contains(&blocks), "{:?}\n{blocks:?}", read.description);
        let place = format!("{}, {}", self.name, self.address);
        assert_eq!(read.location, Some(place));
        assert_eq!(read.categories, [self.tag.as_str(), "second"]);
        read
    }
}

/// Generates characters that have broken calendars before: the special characters of the format, quotes, escapes, tabs,
/// joined emoji, flags, right-to-left text with its marks, combining marks, wide and rare characters. Line separators
/// are missing, because titles do not allow them.
fn unit() -> impl Strategy<Value = String> {
    let hard = prop::sample::select(vec![
        ",",
        ";",
        ":",
        "\\",
        "\\n",
        "\\,",
        "\"",
        "'",
        "^",
        "^n",
        "^^",
        "^'",
        "\t",
        "=",
        "%0A",
        "&",
        "<b>",
        "&amp;",
        "é",
        "e\u{301}\u{302}",
        "語",
        "😀",
        "👩‍👩‍👧‍👦",
        "🏳️‍🌈",
        "🇩🇪",
        "👍🏽",
        "שלום",
        "مرحبا",
        "\u{200f}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{10ffff}",
        "\u{fffd}",
        "𝒳",
        "ก็",
        "BEGIN:VEVENT",
        "END:VCALENDAR",
        "*a*",
        "_",
        "[x](y)",
        "http://a.example/,;",
        "#",
        "`",
        "~",
    ]);
    prop_oneof![3 => hard.prop_map(str::to_owned), 2 => "[a-z ]{1,12}", 1 => "[^\\pC\\pZ]"]
}

/// Generates one line as in titles: it is not too long, and has no spaces at its ends, which would be trimmed.
fn line(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(unit(), 1..40).prop_map(move |units| {
        let mut text = String::from("x");
        for unit in units {
            if text.chars().count() + unit.chars().count() < most {
                text.push_str(&unit);
            }
        }
        text.push('x');
        text
    })
}

/// Generates a text of several lines. Markdown removes the spaces around a line break.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(line(400), 1..5).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_comes_back_as_it_was_written(
        (title, name, address, organizer, feed) in
            (line(1000), line(1000), line(1000), line(1000), line(1000)),
        (tag, text, about) in (line(100), text(), text()),
    ) {
        Texts { title, text, name, address, tag, organizer, feed, about }.come_back();
    }

    #[test]
    fn any_rendered_markdown_is_read_alike_by_both_parsers(text in "\\PC{0,200}", marks in text()) {
        let text = format!("x{text}\n\n{marks}\r\n\u{2028}y\rz");
        let list = crate::support::list(&crate::support::session(
            "one",
            "2027-05-01T10:00:00",
            &format!("description = {}", toml(&text)),
        ));
        let published = Fixture::new(&list).publish(BEFORE);
        for path in ["/feeds/test.ics", "/sessions/one.ics"] {
            let calendar = body(&published, path);
            let own = lines(&calendar);
            let read = &by_both(&calendar).events[0];
            prop_assert_eq!(&unescape(value(&own, "DESCRIPTION")), &read.description);
        }
    }

    #[test]
    fn a_control_character_in_a_title_is_a_finding(
        before in line(100),
        control in prop::sample::select(
            (0..0x20).filter(|c| *c != 9).chain(0x7f..0xa0).chain([0x2028, 0x2029]).collect::<Vec<u32>>()
        ),
        key in prop::sample::select(vec!["title", "tags", "place"]),
    ) {
        let bad = format!("{before}{}x", char::from_u32(control).unwrap());
        let value = match key {
            "place" => format!("{{ name = {} }}", toml(&bad)),
            _ => toml(&bad),
        };
        let good = "\n[[sessions]]\nid = \"one\"\nstart = 2027-05-01T10:00:00\n";
        let title = if key == "title" { "" } else { "title = \"One\"\n" };
        let list = crate::support::list(&format!("{good}{title}{key} = {value}\n"));
        let fixture = Fixture::new(&list);
        let refusal = fixture.publisher().publish(crate::support::instant(BEFORE)).unwrap_err();
        let convene::publish::Refusal::File(_, findings) = refusal else {
            panic!("not the file's fault: {refusal:?}");
        };
        let findings: Vec<_> = findings.iter().collect();
        prop_assert_eq!(findings.len(), 1);
        let value = &list[findings[0].span.clone()];
        prop_assert!(list.contains(&format!("{key} = {value}")) || value == toml(&bad), "{value}");
        prop_assert!(!fixture.revisions_file().exists());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    #[ignore = "long: 1,000 lists"]
    fn every_text_of_many_comes_back_as_it_was_written(
        (title, name, address, organizer, feed) in
            (line(1000), line(1000), line(1000), line(1000), line(1000)),
        (tag, text, about) in (line(100), text(), text()),
    ) {
        Texts { title, text, name, address, tag, organizer, feed, about }.come_back();
    }
}

#[test]
fn every_kind_of_character_round_trips_at_every_position_of_a_line() {
    for unit in ["😀", "👩‍👩‍👧‍👦", "e\u{301}\u{302}\u{303}", "\\"] {
        for offset in 0..75 {
            // The second is 75 octets after the first, so together they cover every offset to 150.
            let between = "x".repeat(75 - unit.len());
            let mut texts = Texts::of(&format!("{}{unit}{between}{unit}y", "x".repeat(offset)));
            texts.tag = format!("{}{unit}y", "x".repeat(offset));
            texts.come_back();
        }
    }
}

#[test]
fn a_text_of_100_kb_comes_back() {
    let unit = "Ab, c; d\\e \"f\" 😀👩‍👩‍👧‍👦 e\u{301} שלום\n語";
    let text = unit.repeat(100_000 / unit.len() + 1);
    assert!(text.len() >= 100_000);
    let mut texts = Texts::of("x");
    texts.text = text.clone();
    texts.about = text;
    texts.come_back();
    let mut long = Texts::of(&"語😀".repeat(500));
    long.tag = "語😀".repeat(50);
    long.come_back();
}

/// Returns the description that both parsers find for a Markdown text, without the surrounding lines.
fn read_back(markdown: &str) -> String {
    let list = crate::support::list(&crate::support::session(
        "one",
        "2027-05-01T10:00:00",
        &format!("description = {}", toml(markdown)),
    ));
    let calendar = body(&Fixture::new(&list).publish(BEFORE), "/sessions/one.ics");
    lines(&calendar);
    let description = by_both(&calendar).events.remove(0).description;
    let (_, text) = description.split_once(" UTC)\n\n").unwrap();
    text.split_once("\n\nAbout this session: ").unwrap().0.to_owned()
}

#[test]
fn line_ends_of_a_text_arrive_as_line_feeds() {
    assert_eq!(read_back("a\r\n\r\nb\r\rc\n\nd\u{2028}\u{2029}e"), "a\n\nb\n\nc\n\nd\n\ne");
    assert_eq!(read_back("a\\\r\nb\\\rc"), "a\nb\nc");
}

#[test]
fn markdown_arrives_as_plain_text() {
    for (markdown, text) in [
        ("*a* **b** `c;d` ~e~", "a b c;d ~e~"),
        ("[a, b](https://x.example/?a=1,2;b)", "a, b (https://x.example/?a=1,2;b)"),
        ("# A\n- b;\n- c,", "A\n\n- b;\n- c,"),
        ("1\\. \\*a\\* \\\\", "1. *a* \\"),
        ("a &amp; &lt;b&gt; &copy; &#233;", "a & <b> © é"),
        ("<script>a, b</script>", "<script>a, b</script>"),
    ] {
        assert_eq!(read_back(markdown), text, "{markdown}");
    }
}

#[test]
fn a_control_character_written_as_an_entity_is_not_published() {
    for (markdown, text) in [
        ("a&#7;b", "ab"),
        ("a&#x1b;[31mb", "a[31mb"),
        ("a&#127;&#x85;b", "ab"),
        ("a&#13;b", "a\nb"),
        ("a&#13;&#10;b", "a\nb"),
        ("a&#x2028;b", "a\nb"),
        (
            "[a](<https://x.example/&#13;&#10;END:VCALENDAR>)",
            "a (https://x.example/\nEND:VCALENDAR)",
        ),
    ] {
        assert_eq!(read_back(markdown), text, "{markdown}");
    }
}
