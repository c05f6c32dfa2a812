//! Injection: no known payload breaks out of its context, in any key and any document. `browser/scripts.rs` tests the
//! payloads in a browser.

use std::collections::BTreeSet;

use convene::document::Kind;
use convene::publish::Published;

use crate::markup::Markup;
use crate::payloads::PAYLOADS;
use crate::readers;
use crate::samples::everywhere;
use crate::support::{BEFORE, Fixture, body, instant, list, session};
use crate::texts::toml;

/// Returns a payload as one line.
pub(crate) fn one_line(payload: &str) -> String {
    payload.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns whether the program's markup may link to an address.
fn leads_to_a_page(address: &str) -> bool {
    let schemes = ["https://", "http://", "mailto:", "tel:", "webcal://"];
    (address.starts_with('/') && !address.starts_with("//"))
        || schemes.iter().any(|scheme| address.to_ascii_lowercase().starts_with(scheme))
}

/// Returns the dangerous parts of some markup.
fn dangers(markup: &Markup) -> Vec<String> {
    let mut found = Vec::new();
    for element in &markup.elements {
        let name = element.name.to_lowercase();
        let forbidden = [
            "iframe",
            "object",
            "embed",
            "base",
            "form",
            "foreignobject",
            "animate",
            "math",
            "video",
            "audio",
            "template",
            "style",
            "use",
            "button",
            "select",
            "noscript",
            "plaintext",
        ];
        if forbidden.contains(&name.as_str()) {
            found.push(element.to_string());
        }
        let data = element.attribute("type") == Some("application/ld+json");
        let source = element.attribute("src").unwrap_or_default();
        if name == "script" && !data && !(source.starts_with("/script-") && element.text.is_empty())
        {
            found.push(format!("{element} {}", element.text));
        }
        for (attribute, value) in &element.attributes {
            let attribute = attribute.to_lowercase();
            let address = ["href", "src", "action", "formaction", "data", "xlink:href"]
                .contains(&attribute.as_str());
            let refresh = element.attribute("http-equiv").is_some() && attribute == "content";
            let target = if refresh { value.split_once("url=").map(|(_, to)| to) } else { None };
            if attribute.starts_with("on")
                || address && !leads_to_a_page(value)
                || target.is_some_and(|to| !leads_to_a_page(to))
                || attribute == "style" && value.contains(['(', '@', '\\'])
            {
                found.push(format!("{element} {attribute}={value}"));
            }
        }
    }
    found
}

/// Returns all markup of a site with its path: pages, the blocks to copy, and the HTML in entries, without data for
/// search engines.
fn pieces(published: &Published) -> Vec<(String, Markup)> {
    let mut pieces = Vec::new();
    for (path, resource) in published.site.documents() {
        let text = || std::str::from_utf8(&resource.identity().body).unwrap();
        let markup = match resource.kind().unwrap() {
            Kind::Embed | Kind::Kit | Kind::Page | Kind::Redirect => Markup::html(text()),
            Kind::Atom | Kind::Svg => Markup::xml(text()),
            _ => continue,
        };
        let markup = markup.unwrap_or_else(|error| panic!("{path}: {error}\n{}", text()));
        let html = |text: &str| {
            Markup::html(text).unwrap_or_else(|error| panic!("within {path}: {error}\n{text}"))
        };
        for block in markup.named("textarea").filter(|area| area.attribute("id") == Some("html")) {
            pieces.push((format!("{path} block"), html(&block.text)));
        }
        for content in markup.named("content").filter(|it| it.attribute("type") == Some("html")) {
            pieces.push((format!("{path} content"), html(&content.text)));
        }
        pieces.push((path.to_owned(), markup));
    }
    pieces
}

/// Returns the elements and attributes of all markup.
fn shapes(published: &Published) -> Vec<(String, Vec<String>)> {
    pieces(published).into_iter().map(|(path, markup)| (path, markup.shape())).collect()
}

/// Parses calendars with both parsers, and data as JSON; checks headers byte by byte.
fn parses(published: &Published, title: &str) {
    for (path, resource) in published.site.documents() {
        let answer = resource.identity();
        for (name, value) in &answer.headers {
            let plain = value.as_bytes().iter().all(|b| (0x20..0x7f).contains(b));
            assert!(plain, "{path} {name}: {value:?}");
        }
        if let Some(name) = answer.headers.get("content-disposition") {
            let name = name.to_str().unwrap();
            assert_eq!(name.matches('"').count(), 2, "{path}: {name}");
        }
        let text = || std::str::from_utf8(&answer.body).unwrap();
        match resource.kind().unwrap() {
            Kind::Feed | Kind::Invite => {
                let read = readers::by_both(text());
                assert!(!read.events.is_empty(), "{path}");
                for event in &read.events {
                    assert!(event.summary.ends_with(title), "{path}: {:?}", event.summary);
                }
                let begins =
                    readers::lines(text()).iter().filter(|l| **l == "BEGIN:VEVENT").count();
                assert_eq!(begins, read.events.len(), "{path}");
            }
            Kind::Json => {
                let data: serde_json::Value = serde_json::from_str(text()).unwrap();
                assert!(data["sessions"][0]["title"].as_str().unwrap().contains(title), "{path}");
            }
            _ => {}
        }
    }
    let page = Markup::html(&body(published, "/sessions/one")).unwrap();
    let data = page.named("script").find(|it| it.attribute("type").is_some()).unwrap();
    let data: serde_json::Value = serde_json::from_str(&data.text).unwrap();
    assert_eq!(data["name"], title);
    assert_eq!(data["@type"], "Event");
}

#[test]
fn no_one_line_text_changes_the_surrounding_markup() {
    assert!(PAYLOADS.len() > 100);
    let plain = shapes(&Fixture::new(&everywhere("Plain", "Plain too")).publish(BEFORE));
    assert!(plain.iter().any(|(path, _)| path.ends_with("block")), "no block was looked at");
    assert!(plain.iter().any(|(path, _)| path.ends_with("content")), "no entry was looked at");
    for payload in PAYLOADS {
        let line = one_line(payload);
        let published = Fixture::new(&everywhere(&line, "Plain too")).publish(BEFORE);
        let got = shapes(&published);
        for ((path, expected), (_, got)) in plain.iter().zip(&got) {
            assert_eq!(got, expected, "{path} with {line:?}");
        }
        assert_eq!(got.len(), plain.len());
        parses(&published, &line);
    }
}

#[test]
fn no_markdown_brings_more_than_text_lists_and_links() {
    let known: BTreeSet<&str> = [
        "a",
        "b",
        "bdi",
        "blockquote",
        "br",
        "code",
        "details",
        "div",
        "em",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "head",
        "header",
        "hr",
        "html",
        "bdi",
        "body",
        "img",
        "input",
        "label",
        "li",
        "link",
        "main",
        "meta",
        "nav",
        "ol",
        "p",
        "path",
        "pre",
        "rect",
        "script",
        "section",
        "span",
        // The time of a cancelled session.
        "s",
        "strong",
        "summary",
        "svg",
        "table",
        "td",
        "textarea",
        "time",
        "title",
        "tr",
        "ul",
        // These are Atom's own elements.
        "author",
        "category",
        "content",
        "entry",
        "feed",
        "id",
        "name",
        "published",
        "subtitle",
        "updated",
        "uri",
    ]
    .into();
    for payload in PAYLOADS {
        let published = Fixture::new(&everywhere("Plain", payload)).publish(BEFORE);
        for (path, markup) in pieces(&published) {
            assert_eq!(dangers(&markup), Vec::<String>::new(), "{path} with {payload:?}");
            for element in &markup.elements {
                let known = known.contains(element.name.as_str()) || path.ends_with(".svg");
                assert!(known, "{path} has {element} with {payload:?}");
            }
        }
        parses(&published, "Plain");
    }
}

#[test]
fn a_line_break_is_refused_where_one_line_is_meant() {
    let mut refused = 0;
    for payload in PAYLOADS.iter().filter(|payload| payload.contains(['\r', '\n'])) {
        let fixture = Fixture::new(&everywhere(payload, "Plain"));
        assert!(fixture.publisher().publish(instant(BEFORE)).is_err(), "{payload:?}");
        refused += 1;
    }
    assert!(refused >= 5);
}

#[test]
fn an_address_is_taken_as_an_address_or_refused() {
    let plain = list(&format!(
        "organizer = {{ name = \"A\", url = \"https://b.example/x\" }}\n{}",
        session("one", "2027-05-01T10:00:00", &addresses("https://b.example/x"))
    ));
    let plain = shapes(&Fixture::new(&plain).publish(BEFORE));
    let (mut taken, mut refused) = (0, 0);
    for payload in PAYLOADS {
        for address in [format!("https://b.example/{payload}"), (*payload).to_owned()] {
            let own = addresses(&address);
            let organizer = format!("organizer = {{ name = \"A\", url = {} }}\n", toml(&address));
            let text = list(&(organizer + &session("one", "2027-05-01T10:00:00", &own)));
            let Ok(published) = Fixture::new(&text).publisher().publish(instant(BEFORE)) else {
                refused += 1;
                continue;
            };
            taken += 1;
            assert_eq!(shapes(&published), plain, "{address:?}");
            for (path, markup) in pieces(&published) {
                assert_eq!(dangers(&markup), Vec::<String>::new(), "{path} with {address:?}");
            }
            parses(&published, "Session one");
            for key in ["register", "join"] {
                let resource = published.site.get(&format!("/sessions/one/{key}")).unwrap();
                let to = resource.identity().headers["location"].to_str().unwrap();
                assert!(to.starts_with("https://b.example/"), "{to}");
            }
        }
    }
    assert!(taken > 20 && refused > 100, "{taken} taken, {refused} refused");
}

/// Returns the keys of a session that take addresses.
fn addresses(address: &str) -> String {
    let address = toml(address);
    format!(
        "register = {address}\njoin = {address}\npage = {address}\nrecording = {address}\nslides = {address}\n\
         speakers = [{{ name = \"A\", url = {address} }}]\n"
    )
}

#[test]
fn payloads_in_keys_with_a_fixed_format_are_refused() {
    let keys = [
        ("calendar", "id"),
        ("calendar", "url"),
        ("calendar", "timezone"),
        ("calendar", "language"),
        ("calendar", "color"),
        ("page", "accent"),
        ("page", "css"),
        ("page", "logo"),
        ("sessions", "id"),
        ("sessions", "status"),
        ("sessions", "remind"),
        ("sessions", "was"),
        ("sessions", "series"),
    ];
    for (table, key) in keys {
        let fixture = Fixture::new("");
        for payload in PAYLOADS {
            let line = format!("{key} = {}\n", toml(payload));
            let of = |own: &str| if own == table { line.as_str() } else { "" };
            let default = |own: &str, key_of: &str, text: &str| {
                if (own, key_of) == (table, key) { String::new() } else { format!("{text}\n") }
            };
            let text = format!(
                "[calendar]\ntitle = \"A\"\nduration = \"1h\"\n{}{}{}{}[page]\n{}[[sessions]]\n\
                 title = \"B\"\nstart = 2027-05-01T10:00:00\n{}{}",
                default("calendar", "id", "id = \"all\""),
                default("calendar", "timezone", "timezone = \"Europe/Berlin\""),
                default("calendar", "url", "url = \"https://cal.example\""),
                of("calendar"),
                of("page"),
                default("sessions", "id", "id = \"one\""),
                of("sessions"),
            );
            fixture.write(&text);
            let outcome = fixture.publisher().publish(instant(BEFORE));
            assert!(outcome.is_err(), "{table}.{key} takes {payload:?}");
        }
    }
}
