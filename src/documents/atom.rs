//! Renders feeds as Atom (RFC 4287), for mail tools that send from a feed.

use std::cmp::Reverse;

use maud::html;
use uuid::Uuid;

use crate::document::{Document, Kind};
use crate::l10n::{SLOTS, Words};
use crate::markdown;
use crate::model::{Feed, HttpUrl, Session, Status};
use crate::pages;
use crate::revisions::Edition;
use crate::rfc3339;
use crate::urls::{FeedRoute, SessionRoute};

/// The largest number of entries in a feed; mail tools read only the first few.
pub const ENTRIES: usize = 200;

/// The largest number of recordings and slides of past sessions, which come before most upcoming sessions.
const RECORDINGS: usize = 20;

/// Renders a feed as Atom.
pub fn atom(edition: &Edition, feed: &Feed<'_>, words: &Words) -> Document {
    let path = edition.urls.feed(feed.id, FeedRoute::Atom);
    Document::new(path, Kind::Atom, self::feed(edition, feed, words))
}

fn feed(edition: &Edition, feed: &Feed<'_>, words: &Words) -> String {
    let (urls, calendar) = (&edition.urls, &edition.catalog.calendar);
    let updated = edition
        .sessions_of(feed)
        .into_iter()
        .map(|session| edition.revision(session).last_modified)
        .max();
    let mut xml = Xml::new();
    xml.open(
        "feed",
        &[("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", calendar.language.as_str())],
    );
    // The identity is the feed's first id, so that mail tools recognize the feed under a new one.
    let first = edition.former_of_feed(feed.id).first().unwrap_or(feed.id);
    xml.text("id", &urn(&format!("{}/feeds/{first}", calendar.id)));
    xml.text("title", feed.title.as_str());
    if let Some(description) = feed.description.and_then(markdown::to_some_text) {
        xml.text("subtitle", &description);
    }
    xml.text("updated", &rfc3339::utc(updated.unwrap_or_default()));
    xml.open("author", &[]);
    match &calendar.organizer {
        Some(organizer) => {
            xml.text("name", organizer.name.as_str());
            if let Some(url) = &organizer.url {
                xml.text("uri", url.as_str());
            }
        }
        None => xml.text("name", calendar.title.as_str()),
    }
    xml.close("author");
    let link = |path: &str| urls.absolute(path);
    xml.link("self", "application/atom+xml", &link(&urls.feed(feed.id, FeedRoute::Atom)));
    xml.link("alternate", "text/html", &link(&urls.feed(feed.id, FeedRoute::Page)));
    xml.link("alternate", "text/calendar", &link(&urls.feed(feed.id, FeedRoute::Calendar)));
    entries(&mut xml, edition, feed, words);
    xml.close("feed");
    xml.out
}

/// Writes the next session first; then recordings and slides of past sessions, with the latest change first; then the
/// other upcoming sessions, and past ones, with the latest first.
fn entries(xml: &mut Xml, edition: &Edition, feed: &Feed<'_>, words: &Words) {
    let here = edition.contents(feed).here.into_iter();
    let (mut past, to_come): (Vec<_>, Vec<_>) = here.partition(|s| edition.is_past(s));
    past.sort_by_key(|session| Reverse(session.when.start()));
    let mut changed: Vec<&Session> = past.clone();
    changed.sort_by_key(|session| Reverse(edition.revision(session).last_modified));
    let news = changed.into_iter().flat_map(recordings).take(RECORDINGS).map(Entry::Link);
    let news: Vec<Entry<'_>> = news.collect();
    let with_links = |session| {
        std::iter::once(Entry::Session(session)).chain(recordings(session).map(Entry::Link))
    };
    let mut to_come = to_come.into_iter();
    let all = to_come.next().into_iter().flat_map(with_links).chain(news);
    let all = all.chain(to_come.flat_map(with_links)).chain(past.into_iter().map(Entry::Session));
    for entry in all.take(ENTRIES) {
        match entry {
            Entry::Session(session) => self::entry(xml, edition, session, words),
            Entry::Link(link) => recording(xml, edition, &link, words),
        }
    }
}

/// An entry of a feed.
enum Entry<'a> {
    Session(&'a Session),
    Link(Recording<'a>),
}

/// The recording or the slides of a session, a separate entry that mail tools send as news.
struct Recording<'a> {
    session: &'a Session,
    /// `recording` or `slides`.
    name: &'static str,
    url: &'a HttpUrl,
}

/// Returns the recording and the slides of a session that is not cancelled.
fn recordings(session: &Session) -> impl Iterator<Item = Recording<'_>> {
    [("recording", &session.recording), ("slides", &session.slides)]
        .into_iter()
        .filter(|_| session.status != Status::Cancelled)
        .filter_map(move |(name, url)| Some(Recording { session, name, url: url.as_ref()? }))
}

fn entry(xml: &mut Xml, edition: &Edition, session: &Session, words: &Words) {
    let revision = edition.revision(session);
    let calendar = &edition.catalog.calendar;
    let when = words.start_with_utc(&session.when, calendar);
    let earlier = edition.moved_from(session);
    let moved = earlier.map(|earlier| words.moved_from(&earlier, &session.when, calendar));
    let messages = words.messages();
    let marked = match session.status {
        Status::Cancelled => Some(messages.atom_cancelled(SLOTS[0])),
        Status::Tentative => Some(messages.atom_tentative(SLOTS[0])),
        Status::Confirmed => moved.as_ref().map(|_| messages.atom_moved(SLOTS[0])),
    };
    let title = session.title.as_str();
    let marked = marked.map(|marked| words.sentence(marked, [title]).to_string());
    xml.open("entry", &[]);
    xml.text("id", &urn(&revision.uid));
    xml.text("title", marked.as_deref().unwrap_or(title));
    xml.text("published", &rfc3339::utc(revision.created));
    xml.text("updated", &rfc3339::utc(revision.last_modified));
    let page = edition.urls.session(&session.id, SessionRoute::Page);
    xml.link("alternate", "text/html", &edition.urls.absolute(&page));
    for tag in &session.tags {
        xml.empty("category", &[("term", tag.as_str())]);
    }
    let news = pages::sentences(edition, session, words);
    let reason = edition.reason(session).map(ToString::to_string);
    let news = news.iter().map(ToString::to_string).chain(reason);
    let said: Vec<String> = moved.into_iter().chain(news).collect();
    let summary = match said.is_empty() {
        true => when.clone(),
        false => messages.atom_summary(&when, said.join(" ")),
    };
    xml.text("summary", &summary);
    xml.html("content", &content(edition, session, &when, &said, words));
    xml.close("entry");
}

fn recording(xml: &mut Xml, edition: &Edition, link: &Recording<'_>, words: &Words) {
    let Recording { session, name, url } = *link;
    let (messages, revision) = (words.messages(), edition.revision(session));
    let page = edition.urls.absolute(&edition.urls.session(&session.id, SessionRoute::Page));
    let (title, label) = match name {
        "slides" => (messages.atom_slides(SLOTS[0]), messages.slides()),
        _ => (messages.atom_recording(SLOTS[0]), messages.watch_recording()),
    };
    let title = words.sentence(title, [session.title.as_str()]).to_string();
    xml.open("entry", &[]);
    xml.text("id", &urn(&format!("{}/{name}", revision.uid)));
    xml.text("title", &title);
    xml.text("updated", &rfc3339::utc(revision.last_modified));
    xml.link("alternate", "text/html", &page);
    xml.text("summary", &title);
    let content = html! {
        p { a href=(url) { (label) } }
        p { a href=(page) { (messages.atom_more()) } }
    };
    xml.html("content", &content.into_string());
    xml.close("entry");
}

fn content(
    edition: &Edition,
    session: &Session,
    when: &str,
    said: &[String],
    words: &Words,
) -> String {
    let (urls, messages) = (&edition.urls, words.messages());
    let cancelled = session.status == Status::Cancelled;
    let page = urls.absolute(&urls.session(&session.id, SessionRoute::Page));
    let register = urls.absolute(&urls.session(&session.id, SessionRoute::Register));
    let join = urls.absolute(&urls.session(&session.id, SessionRoute::Join));
    let content = html! {
        @if cancelled { p { strong { (messages.session_cancelled()) } } }
        @for said in said { p { strong { (said) } } }
        p { (when) }
        @if let Some(place) = &session.place { p { (place.line()) } }
        @if let Some(text) = &session.description {
            (maud::PreEscaped(markdown::to_html(text)))
        }
        @for speaker in &session.speakers {
            p { (messages.event_speaker(words.speaker(speaker))) }
        }
        @if let Some(access) = &session.access { p { (messages.access(access.as_str())) } }
        @if let Some(said) = pages::registration(edition, session, words) { p { (said) } }
        @if edition.register(session).is_some() && !cancelled { p { a href=(register) { (messages.register()) } } }
        @if session.join.is_some() && !cancelled { p { a href=(join) { (messages.join()) } } }
        p { a href=(page) { (messages.atom_more()) } }
    };
    content.into_string()
}

/// Returns an identity that does not depend on the address: the UID itself, or a URN made from it.
fn urn(name: &str) -> String {
    let uuid = Uuid::parse_str(name);
    let uuid = uuid.unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()));
    format!("urn:uuid:{uuid}")
}

/// An XML writer. The program gives the names, and the author gives the texts.
struct Xml {
    out: String,
}

impl Xml {
    fn new() -> Self {
        Self { out: "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned() }
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, ">\n");
    }

    fn close(&mut self, name: &str) {
        self.out.push_str(&format!("</{name}>\n"));
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, "/>\n");
    }

    fn link(&mut self, relation: &str, media_type: &str, address: &str) {
        self.empty("link", &[("rel", relation), ("type", media_type), ("href", address)]);
    }

    fn text(&mut self, name: &str, text: &str) {
        self.tag(name, &[], ">");
        self.escaped(text);
        self.close(name);
    }

    /// Writes HTML as text (RFC 4287 section 3.1.1.2).
    fn html(&mut self, name: &str, html: &str) {
        self.tag(name, &[("type", "html")], ">");
        self.escaped(html);
        self.close(name);
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) {
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            self.out.push_str(&format!(" {name}=\""));
            self.escaped(value);
            self.out.push('"');
        }
        self.out.push_str(end);
    }

    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                // `>` after `]]` must be escaped.
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                // In an attribute, parsers read an unescaped line break as a space.
                '\t' => self.out.push_str("&#9;"),
                // XML forbids these characters even as escapes (XML 1.0 section 2.2, Char).
                '\u{fffe}' | '\u{ffff}' => {}
                c if c.is_control() && c != '\n' => {}
                c => self.out.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_from_an_xml_parser() {
        let text = "a & <b> \"c\" 'd' ]]> \u{85}\t\u{fffe}é\u{ffff}👩‍👩‍👧";
        let mut xml = Xml::new();
        xml.open("a", &[("b", text)]);
        xml.text("c", text);
        xml.close("a");
        let document = roxmltree::Document::parse(&xml.out).unwrap();
        let expected = text.replace(['\u{85}', '\u{fffe}', '\u{ffff}'], "");
        let root = document.root_element();
        assert_eq!(root.attribute("b"), Some(expected.as_str()));
        assert_eq!(root.first_element_child().unwrap().text(), Some(expected.as_str()));
    }

    #[test]
    fn a_uid_that_is_a_uuid_is_the_identity_itself() {
        let uuid = "3F2504E0-4F89-41D3-9A0C-0305E82C3301";
        assert_eq!(urn(uuid), format!("urn:uuid:{}", uuid.to_lowercase()));
        assert_eq!(urn("a@b.example"), urn("a@b.example"));
        assert_ne!(urn("a@b.example"), urn("b@b.example"));
    }
}
