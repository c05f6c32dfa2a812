//! Atom feeds: an XML parser reads them, and the tests check them against RFC 4287.

use std::collections::BTreeSet;

use roxmltree::{Document, Node};

use crate::nasty;
use crate::support::{BEFORE, EXAMPLE, Fixture, body, list, quoted, session};

const ATOM: &str = "http://www.w3.org/2005/Atom";

fn children<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |child| child.has_tag_name((ATOM, name)))
}

/// Returns the text of an element that must occur exactly once.
fn text(node: Node<'_, '_>, name: &'static str) -> String {
    let mut found = node.children().filter(|child| child.has_tag_name((ATOM, name)));
    let only = found.next().unwrap_or_else(|| panic!("there is no {name}"));
    assert!(found.next().is_none(), "{name} is there twice");
    only.text().unwrap_or_default().to_owned()
}

/// Returns the addresses of the links with a relation and a media type.
fn links(node: Node<'_, '_>, relation: &str, media_type: &str) -> Vec<String> {
    node.children()
        .filter(|child| child.has_tag_name((ATOM, "link")))
        .filter(|link| link.attribute("rel") == Some(relation))
        .filter(|link| link.attribute("type") == Some(media_type))
        .map(|link| link.attribute("href").unwrap().to_owned())
        .collect()
}

/// Checks the requirements of RFC 4287 sections 4.1.1 and 4.1.2 on every feed and entry.
fn assert_whole(feed: Node<'_, '_>) {
    assert!(feed.has_tag_name((ATOM, "feed")));
    let author = feed.children().find(|child| child.has_tag_name((ATOM, "author"))).unwrap();
    assert!(!text(author, "name").is_empty());
    assert_eq!(links(feed, "self", "application/atom+xml").len(), 1);
    let mut ids = BTreeSet::new();
    for node in std::iter::once(feed).chain(children_of_entries(feed)) {
        let id = text(node, "id");
        let uuid = id.strip_prefix("urn:uuid:").unwrap_or_else(|| panic!("{id}"));
        assert_eq!(uuid::Uuid::parse_str(uuid).unwrap().to_string(), uuid);
        assert!(ids.insert(id), "two have one id");
        text(node, "title");
        text(node, "updated").parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        assert_eq!(links(node, "alternate", "text/html").len(), 1);
    }
}

fn children_of_entries<'a>(feed: Node<'a, 'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    children(feed, "entry")
}

#[test]
fn the_example_reads_as_it_was_announced() {
    let published = Fixture::new(EXAMPLE).publish(BEFORE);
    let xml = body(&published, "/feeds/2024-series.atom");
    let document = Document::parse(&xml).unwrap();
    let feed = document.root_element();
    assert_whole(feed);
    assert_eq!(text(feed, "title"), "2024 State of Solidarity Series");
    assert_eq!(
        links(feed, "self", "application/atom+xml"),
        ["http://127.0.0.1:8080/feeds/2024-series.atom"]
    );
    assert_eq!(links(feed, "alternate", "text/html"), ["http://127.0.0.1:8080/feeds/2024-series"]);
    let entries: Vec<Node<'_, '_>> = children(feed, "entry").collect();
    assert_eq!(entries.len(), 3);
    assert_eq!(text(entries[0], "title"), "Building Solidarity in an Era of Silos");
    let when = "Tuesday, April 30, 2024, 2 pm PT / 5 pm ET (21:00 UTC)";
    assert_eq!(text(entries[0], "summary"), when);
    let page = "http://127.0.0.1:8080/sessions/era-of-silos";
    assert_eq!(links(entries[0], "alternate", "text/html"), [page]);
    let content = text(entries[0], "content");
    assert!(content.starts_with(&format!("<p>{when}</p>")), "{content}");
    assert!(content.contains(&format!("<a href=\"{page}/register\">Register</a>")), "{content}");
}

#[test]
fn every_text_comes_back_from_an_xml_parser() {
    let texts = nasty::texts();
    let mut toml = list("").replace("title = \"Test\"", &format!("title = {}", quoted(&texts[3])));
    toml.push_str(&format!("organizer = {{ name = {} }}\n", quoted(&texts[2])));
    for (at, text) in texts.iter().enumerate() {
        let tag: String = text.chars().take(50).collect();
        toml.push_str(&format!(
            "\n[[sessions]]\nid = \"s{at}\"\ntitle = {title}\nstart = 2027-04-27T10:{at:02}:00\n\
             description = {title}\ntags = [{}]\nplace = {{ name = {title} }}\n",
            quoted(tag.trim()),
            title = quoted(text),
        ));
    }
    let published = Fixture::new(&toml).publish(BEFORE);
    let xml = body(&published, "/feeds/test.atom");
    let document = Document::parse(&xml).unwrap();
    let feed = document.root_element();
    assert_whole(feed);
    // XML cannot contain these two characters.
    let kept = |text: &str| text.replace(['\u{fffe}', '\u{ffff}'], "");
    assert_eq!(text(feed, "title"), kept(&texts[3]));
    let entries: Vec<Node<'_, '_>> = children(feed, "entry").collect();
    assert_eq!(entries.len(), texts.len());
    for (entry, nasty) in entries.iter().zip(&texts) {
        assert_eq!(text(*entry, "title"), kept(nasty));
        let content = text(*entry, "content");
        assert!(!content.contains("<script") && !content.contains("<img"), "{content}");
        let place = kept(nasty).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        assert!(content.contains(&format!("<p>{}</p>", place.replace('"', "&quot;"))), "{content}");
        let tag = children(*entry, "category").next().unwrap().attribute("term").unwrap();
        assert!(kept(nasty).starts_with(tag) && !tag.is_empty(), "{tag:?}");
    }
}

#[test]
fn only_what_changed_is_updated_and_no_id_moves() {
    let toml = list(
        &(session("a", "2027-04-27T10:00:00", "uid = \"old@other.example\"")
            + &session("b", "2027-04-28T10:00:00", "")),
    );
    let fixture = Fixture::new(&toml);
    let read = |at: &str| {
        let xml = body(&fixture.publish(at), "/feeds/test.atom");
        let document = Document::parse(&xml).unwrap();
        let feed = document.root_element();
        assert_whole(feed);
        let entries = children(feed, "entry")
            .map(|e| (text(e, "id"), text(e, "updated"), text(e, "published")));
        (text(feed, "id"), text(feed, "updated"), entries.collect::<Vec<_>>())
    };
    let (first, later) = ("2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z");
    let before = read(first);
    assert_eq!(before.1, first);
    assert_eq!(read(later), before, "time alone changes nothing");
    // This file has the same session with another title, id and address.
    fixture.write(
        &toml
            .replace("\"Session b\"", "\"Another\"")
            .replace("id = \"b\"", "id = \"c\"\nwas = \"b\"")
            .replace("timezone =", "organizer = { name = \"O\" }\ntimezone ="),
    );
    let after = read(later);
    assert_eq!((&after.0, after.1.as_str()), (&before.0, later));
    assert_eq!(after.2[1], (before.2[1].0.clone(), later.to_owned(), first.to_owned()));
    assert_eq!(after.2[0].0, before.2[0].0);
}

#[test]
fn the_next_session_is_first_and_a_cancelled_one_says_so() {
    let toml = list(
        &(session("old", "2027-04-01T10:00:00", "")
            + &session("older", "2027-03-01T10:00:00", "")
            + &session("next", "2027-05-01T10:00:00", "status = \"cancelled\"")
            + &session("last", "2027-06-01T10:00:00", "status = \"tentative\"")),
    );
    let xml = body(&Fixture::new(&toml).publish("2027-04-15T00:00:00Z"), "/feeds/test.atom");
    let document = Document::parse(&xml).unwrap();
    let titles: Vec<String> =
        children(document.root_element(), "entry").map(|entry| text(entry, "title")).collect();
    assert_eq!(
        titles,
        [
            "Cancelled: Session next",
            "Not certain yet: Session last",
            "Session old",
            "Session older"
        ]
    );
}
