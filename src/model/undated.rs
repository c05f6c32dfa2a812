//! A session whose date is to be announced: `status = "planned"`.

use super::{Catalog, HttpUrl, Id, Markdown, Place, Registration, Selection, Speaker, Tag, Title};

/// A session whose date is to be announced. Pages and newsletter blocks show it; calendars, Atom and JSON do not.
#[derive(Debug, Clone)]
pub struct Undated {
    /// Part of its addresses, which it keeps when it gets a date.
    pub id: Id,
    /// Its title.
    pub title: Title,
    /// Its description.
    pub description: Option<Markdown>,
    /// The link to register.
    pub register: Option<HttpUrl>,
    /// Whether readers can register.
    pub registration: Registration,
    /// The link to join online.
    pub join: Option<HttpUrl>,
    /// The organizer's own page about it.
    pub page: Option<HttpUrl>,
    /// Its place.
    pub place: Option<Place>,
    /// Its speakers.
    pub speakers: Vec<Speaker>,
    /// Access for people with disabilities, such as captions or a ramp.
    pub access: Option<Title>,
    /// Its series.
    pub series: Option<Id>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// The reason why it has no date, or no longer has one.
    pub reason: Option<Title>,
    /// Its former ids, oldest first.
    pub was: Vec<Id>,
}

impl Catalog {
    /// Returns the feed that the pages of a session without a date link to: that of its series, otherwise the calendar's.
    pub fn home_feed_of_undated<'a>(&'a self, session: &'a Undated) -> &'a Id {
        session.series.as_ref().unwrap_or(&self.calendar.id)
    }

    /// The sessions without a date that belong to a feed, in the order of the file.
    pub fn undated_of<'a>(&'a self, feed: &'a Id) -> impl Iterator<Item = &'a Undated> {
        let selection = self.selections.iter().find(|selection| selection.id == *feed);
        self.undated.iter().filter(move |session| match selection {
            Some(selection) => is_selected(session, selection),
            None => *feed == self.calendar.id || session.series.as_ref() == Some(feed),
        })
    }
}

fn is_selected(session: &Undated, selection: &Selection) -> bool {
    let in_series = session.series.as_ref().is_some_and(|own| selection.series.contains(own));
    let is_tagged = session.tags.iter().any(|tag| selection.tags.contains(tag));
    (selection.series.is_empty() || in_series) && (selection.tags.is_empty() || is_tagged)
}
