//! Deep links into web calendars.

mod fit;
mod google;
mod outlook;

use crate::l10n::Words;
use crate::model::{Feed, Session};
use crate::revisions::Edition;
use crate::urls::Target;

/// Where a session is added to a calendar once, with the data of today.
pub fn add(target: Target, session: &Session, edition: &Edition, words: &Words) -> String {
    match target {
        Target::Google => google::add(session, edition, words),
        Target::Outlook => outlook::add(outlook::PERSONAL, session, edition, words),
        Target::Office365 => outlook::add(outlook::WORK, session, edition, words),
    }
}

/// Where a feed is subscribed to.
pub fn subscribe(target: Target, feed: &Feed<'_>, edition: &Edition) -> String {
    match target {
        Target::Google => google::subscribe(feed, edition),
        Target::Outlook => outlook::subscribe(outlook::PERSONAL, feed, edition),
        Target::Office365 => outlook::subscribe(outlook::WORK, feed, edition),
    }
}
