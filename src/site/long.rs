//! Recognizes long documents, which take longer to make than a serving thread may spend on them.

use super::Site;
use super::content::{Content, Found};
use crate::documents;
use crate::model::{Markdown, Session};
use crate::pages;
use crate::urls::{FeedRoute, SessionRoute};

/// The number of bytes of text that are rendered and compressed within about three milliseconds.
const LONG: usize = 64 << 10;
/// The number of bytes of text that take as long as a session in a list without its description: its times in words,
/// and its links.
const ENTRY: usize = 600;
/// The number of copies of a session's text in its newsletter block: one is shown, and each format to copy has one.
const FORMATS: usize = 5;
/// The largest number of sessions on a page: upcoming ones, and as many past ones.
const ON_PAGE: usize = 2 * pages::NEXT;

impl Site {
    /// Returns whether the document of an address takes long to make, estimated from its texts.
    pub(super) fn is_long(&self, found: &Found<'_>) -> bool {
        self.text_of(found) > LONG
    }

    fn text_of(&self, found: &Found<'_>) -> usize {
        let (catalog, assets) = (&self.edition.catalog, &self.edition.assets);
        let footer = catalog.page.footer.as_ref().map_or(0, length);
        let description = catalog.calendar.description.as_ref().map_or(0, length);
        match found.content {
            Content::Home => footer + description + ENTRY * catalog.sessions.len().min(ON_PAGE),
            Content::Year(year) => {
                footer + ENTRY * self.context.years.get(&year).copied().unwrap_or_default()
            }
            Content::Session(session, SessionRoute::Newsletter) => footer + FORMATS * text(session),
            Content::Session(session, _) => footer + text(session),
            Content::Feed(feed, route) => {
                let own = footer + feed.description.map_or(0, length);
                let listed = match route {
                    FeedRoute::Json => usize::MAX,
                    FeedRoute::Atom => documents::ENTRIES,
                    FeedRoute::Page | FeedRoute::Newsletter => ON_PAGE,
                    _ => return own,
                };
                let entry = |session: &Session| match route {
                    FeedRoute::Page => ENTRY,
                    _ => ENTRY + text(session),
                };
                own + self.edition.members(&feed).take(listed).map(entry).sum::<usize>()
            }
            Content::Asset(_) => {
                let logo = assets.logo.as_ref().map_or(0, |logo| logo.bytes.len());
                logo.max(assets.css.as_ref().map_or(0, Vec::len))
            }
            Content::Undated(session, _) => {
                footer + FORMATS * session.description.as_ref().map_or(0, length)
            }
            Content::Removed(..) | Content::Retired(..) => footer,
            Content::Next | Content::Favicon | Content::Robots => 0,
            Content::Date(..) | Content::Moved { .. } => 0,
        }
    }
}

fn text(session: &Session) -> usize {
    session.title.as_str().len() + session.description.as_ref().map_or(0, length)
}

fn length(text: &Markdown) -> usize {
    text.as_str().len()
}
