//! Makes blocks to paste into a newsletter. All links lead to this service, so a sent link shows the current data even
//! if the session moves later.
//!
//! To read: this file (the content of a block), its formats `html`, `markdown`, `text` and `json`, `excerpt` (the first
//! words of a description), `changed` (the block *What changed*), `kit` (the page to copy from).

mod changed;
mod excerpt;
mod html;
mod json;
mod kit;
mod markdown;
mod text;

use crate::document::Document;
use crate::l10n::{SLOTS, Sentence, Words};
use crate::model::{Feed, HttpUrl, Markdown, Place, Session, Speaker, Status, Undated, When};
use crate::pages::{self, Shell};
use crate::revisions::Edition;
use crate::rfc3339;
use crate::urls::{FeedRoute, SessionRoute, Target};
use changed::Changed;

/// The largest number of sessions in a feed's block. Each takes 2 kB, or 3 kB with long ids and titles, and Gmail cuts
/// off messages at 102 kB.
const MOST: usize = 30;
/// The largest number of characters of the description in a session's own block, which is three lines.
const ABOUT: usize = 300;
/// The largest number of characters of a description in a list, so that ten sessions stay below 21 kB.
const ABOUT_IN_LIST: usize = 160;

/// The subject of a block.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// One session.
    Session(&'a Session),
    /// One session whose date is to be announced.
    Undated(&'a Undated),
    /// The next sessions of a feed, and those without a date.
    Feed(Feed<'a>),
    /// All upcoming sessions, without a limit.
    ToCome,
}

/// The formats of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockFormat {
    /// HTML for mail tools that accept it.
    Html,
    /// Markdown for mail tools that accept it.
    Markdown,
    /// Plain text for mail without markup.
    Text,
    /// The data of a block as JSON, for programs.
    Json,
}

/// Returns a block of an edition in a format, without a final line end.
pub fn newsletter(
    edition: &Edition,
    words: &Words,
    subject: Subject<'_>,
    format: BlockFormat,
) -> String {
    Block::new(edition, subject, words).print(format)
}

/// Returns the block, in a format, about the subject's sessions that moved, are cancelled, or have a new place or link,
/// and are not over. Returns `None` if there is no such session.
pub fn changed(
    edition: &Edition,
    words: &Words,
    subject: Subject<'_>,
    format: BlockFormat,
) -> Option<String> {
    Some(Changed::new(edition, subject, words)?.print(format))
}

/// Returns the page with the block of a session.
pub fn of_session(shell: &Shell<'_>, session: &Session) -> Document {
    let urls = &shell.edition.urls;
    let path = urls.session(&session.id, SessionRoute::Newsletter);
    let page = urls.session(&session.id, SessionRoute::Page);
    kit_of(shell, Subject::Session(session), path, &page)
}

/// The page with the block of a session without a date.
pub fn of_undated(shell: &Shell<'_>, session: &Undated) -> Document {
    let urls = &shell.edition.urls;
    let path = urls.session(&session.id, SessionRoute::Newsletter);
    let page = urls.session(&session.id, SessionRoute::Page);
    kit_of(shell, Subject::Undated(session), path, &page)
}

/// Returns the page with the block of a feed.
pub fn of_feed(shell: &Shell<'_>, feed: Feed<'_>) -> Document {
    let urls = &shell.edition.urls;
    let path = urls.feed(feed.id, FeedRoute::Newsletter);
    let page = urls.feed(feed.id, FeedRoute::Page);
    kit_of(shell, Subject::Feed(feed), path, &page)
}

fn kit_of(shell: &Shell<'_>, subject: Subject<'_>, path: String, page: &str) -> Document {
    let block = Block::new(shell.edition, subject, shell.words);
    let changed = Changed::new(shell.edition, subject, shell.words);
    kit::page(shell, &block, changed.as_ref(), path, page)
}

/// The content of a block in every format.
struct Block {
    words: Words,
    language: String,
    english: bool,
    accent: String,
    /// The title of the session or the feed.
    title: String,
    /// Whether the block is a list, which has a heading and may be empty.
    list: bool,
    cards: Vec<Card>,
    /// The number of upcoming sessions that did not fit.
    left_out: usize,
    /// The title and page of the feed to subscribe to.
    feed: (String, String),
}

/// One session of a block.
struct Card {
    id: String,
    title: String,
    when: String,
    /// Start and end; none without a date.
    times: Option<[String; 2]>,
    /// None without a date.
    status: Option<Status>,
    over: bool,
    place: Option<Sentence>,
    about: Option<String>,
    speakers: Option<String>,
    access: Option<String>,
    /// The sentence about registration.
    registration: Option<String>,
    page: String,
    register: Option<String>,
    /// The links to each calendar app, and to the invite for all others; `None` if readers should not add the session.
    add: Option<Add>,
    feed: String,
}

struct Add {
    targets: [(Target, String); 3],
    invite: String,
}

impl Block {
    fn new(edition: &Edition, subject: Subject<'_>, words: &Words) -> Self {
        let (catalog, urls) = (&edition.catalog, &edition.urls);
        let calendar = &catalog.calendar;
        let to_come = |feed: &Feed<'_>| -> Vec<&Session> {
            let open = |session: &&Session| {
                session.status != Status::Cancelled && !edition.is_past(session)
            };
            edition.sessions_of(feed).into_iter().filter(open).collect()
        };
        let whole = || edition.feed(&calendar.id);
        let (home, sessions, undated, most) = match subject {
            Subject::Session(session) => (catalog.home_feed(session), vec![session], vec![], 1),
            Subject::Undated(session) => {
                (catalog.home_feed_of_undated(session), vec![], vec![session], 1)
            }
            Subject::Feed(feed) => {
                (feed.id, to_come(&feed), catalog.undated_of(feed.id).collect(), MOST)
            }
            Subject::ToCome => {
                let all = whole().map(|feed| to_come(&feed)).unwrap_or_default();
                (&calendar.id, all, catalog.undated.iter().collect(), usize::MAX)
            }
        };
        let feed = edition.feed(home);
        let feed_title = feed.map_or(&calendar.title, |feed| feed.title).to_string();
        let feed_page = urls.absolute(&urls.feed(home, FeedRoute::Page));
        let (title, list, about) = match subject {
            Subject::Session(session) => (session.title.to_string(), false, ABOUT),
            Subject::Undated(session) => (session.title.to_string(), false, ABOUT),
            _ => (feed_title.clone(), true, ABOUT_IN_LIST),
        };
        let left_out = (sessions.len() + undated.len()).saturating_sub(most);
        let dated = sessions.iter().map(|session| Card::new(edition, session, words, about));
        let undated = undated.iter().map(|session| Card::undated(edition, session, words, about));
        let cards: Vec<Card> = dated.chain(undated).take(most).collect();
        Self {
            words: words.clone(),
            language: calendar.language.as_str().to_owned(),
            english: calendar.language.is_english(),
            accent: catalog.page.accent.unwrap_or_default().readable_on_light().hex(),
            title,
            list,
            cards,
            left_out,
            feed: (feed_title, feed_page),
        }
    }

    fn print(&self, format: BlockFormat) -> String {
        match format {
            BlockFormat::Html => html::print(self),
            BlockFormat::Markdown => markdown::print(self),
            BlockFormat::Text => text::print(self),
            BlockFormat::Json => json::print(self),
        }
    }

    /// Returns the sentence that replaces an empty list of sessions.
    fn nothing(&self) -> Option<&str> {
        self.cards.is_empty().then(|| self.words.messages().block_none())
    }

    /// Returns the sentence about sessions that did not fit.
    fn more(&self) -> Option<String> {
        (self.left_out > 0).then(|| self.words.messages().block_more(self.left_out))
    }

    /// Returns a sentence such as "Subscribe to all: Spring series".
    fn subscribe(&self) -> Sentence {
        let text = self.words.messages().block_subscribe(SLOTS[0]);
        self.words.sentence(text, [&self.feed.0])
    }
}

impl Card {
    fn new(edition: &Edition, session: &Session, words: &Words, about: usize) -> Self {
        let (catalog, urls, id) = (&edition.catalog, &edition.urls, &session.id);
        let over = edition.is_past(session);
        let open = !over && session.status != Status::Cancelled;
        let when = words.range_with_utc(&session.when, &catalog.calendar);
        let times = match &session.when {
            When::AllDay(days) => [days.first.to_string(), days.last.to_string()],
            When::Timed(timed) => {
                [rfc3339::utc(timed.start.instant), rfc3339::utc(timed.end.instant)]
            }
        };
        let messages = words.messages();
        let place = place(session.place.as_ref(), session.join.as_ref(), words);
        let to = |target: Target| {
            (target, urls.absolute(&urls.session(id, SessionRoute::Target(target))))
        };
        Self {
            id: id.to_string(),
            title: session.title.to_string(),
            when,
            times: Some(times),
            status: Some(session.status),
            over,
            place,
            about: excerpt(session.description.as_ref(), about, words),
            speakers: speakers(&session.speakers, words),
            access: session.access.as_ref().map(|access| messages.access(access.as_str())),
            registration: pages::registration(edition, session, words),
            page: urls.absolute(&urls.session(id, SessionRoute::Page)),
            register: (open && edition.register(session).is_some())
                .then(|| urls.absolute(&urls.session(id, SessionRoute::Register))),
            add: open.then(|| Add {
                targets: Target::ALL.map(to),
                invite: urls.absolute(&urls.session(id, SessionRoute::Invite)),
            }),
            feed: urls.absolute(&urls.feed(catalog.home_feed(session), FeedRoute::Page)),
        }
    }

    fn undated(edition: &Edition, session: &Undated, words: &Words, about: usize) -> Self {
        let (catalog, urls, id) = (&edition.catalog, &edition.urls, &session.id);
        let messages = words.messages();
        let state = edition.registration_of_undated(session);
        let home = catalog.home_feed_of_undated(session);
        Self {
            id: id.to_string(),
            title: session.title.to_string(),
            when: messages.session_planned().to_owned(),
            times: None,
            status: None,
            over: false,
            place: place(session.place.as_ref(), session.join.as_ref(), words),
            about: excerpt(session.description.as_ref(), about, words),
            speakers: speakers(&session.speakers, words),
            access: session.access.as_ref().map(|access| messages.access(access.as_str())),
            registration: pages::said_of_registration(state, &catalog.calendar, words),
            page: urls.absolute(&urls.session(id, SessionRoute::Page)),
            register: (edition.register_for_undated(session).is_some())
                .then(|| urls.absolute(&urls.session(id, SessionRoute::Register))),
            add: None,
            feed: urls.absolute(&urls.feed(home, FeedRoute::Page)),
        }
    }

    /// Returns the most important notices for readers.
    fn note<'w>(&self, words: &'w Words) -> Option<&'w str> {
        let messages = words.messages();
        match (self.status?, self.over) {
            (Status::Cancelled, _) => Some(messages.block_cancelled()),
            (_, true) => Some(messages.session_over()),
            (Status::Tentative, false) => Some(messages.session_tentative()),
            (Status::Confirmed, false) => None,
        }
    }

    /// Returns every link except the title's.
    fn links(&self, words: &Words) -> Vec<ActionLink<'_>> {
        let messages = words.messages();
        let action = |text: String, with_title: String, url| ActionLink { text, with_title, url };
        let slot = SLOTS[0];
        let mut all = Vec::new();
        all.extend(
            self.register.as_deref().map(|url| {
                action(messages.register().to_owned(), messages.register_for(slot), url)
            }),
        );
        if let Some(add) = &self.add {
            all.extend(add.targets.iter().map(|(to, url)| {
                let app = to.name();
                action(messages.add_to(app), messages.add_title_to(app, slot), url)
            }));
            let text = messages.add_to_other().to_owned();
            all.push(action(text, messages.add_title_to_other(slot), &add.invite));
        }
        all
    }
}

/// Returns the place, or that the session is online.
fn place(place: Option<&Place>, join: Option<&HttpUrl>, words: &Words) -> Option<Sentence> {
    let messages = words.messages();
    match (place, join) {
        (Some(place), Some(_)) => {
            Some(words.sentence(messages.place_and_online(SLOTS[0]), [&place.line()]))
        }
        (Some(place), None) => Some(words.sentence(SLOTS[0].to_owned(), [&place.line()])),
        (None, Some(_)) => Some(words.sentence(messages.online().to_owned(), [])),
        (None, None) => None,
    }
}

/// Returns the first words of a description, of at most so many characters.
fn excerpt(text: Option<&Markdown>, most: usize, words: &Words) -> Option<String> {
    excerpt::of(text?, most, words.messages().block_address())
}

/// Returns a phrase such as "Speakers: Ana Diaz, Ben Okafor".
fn speakers(speakers: &[Speaker], words: &Words) -> Option<String> {
    let names: Vec<&str> = speakers.iter().map(|speaker| speaker.name.as_str()).collect();
    let named = || words.messages().block_speakers(names.len(), names.join(", "));
    (!names.is_empty()).then(named)
}

/// A link for an action such as "Register".
struct ActionLink<'a> {
    /// The label of the link.
    text: String,
    /// The same label, with a slot for the session's title, for screen readers.
    with_title: String,
    url: &'a str,
}
