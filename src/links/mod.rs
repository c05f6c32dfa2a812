//! Makes deep links into web calendars.
//!
//! To read: this file, `google`, `outlook`, `fit` (texts that a URL has room for).

mod fit;
mod google;
mod outlook;

use crate::l10n::Words;
use crate::model::{Feed, Session};
use crate::revisions::Edition;
use crate::urls::Target;

/// Returns the deep link that adds a session to a calendar once, with its current data.
pub fn add(target: Target, session: &Session, edition: &Edition, words: &Words) -> String {
    match target {
        Target::Google => google::add(session, edition, words),
        Target::Outlook => outlook::add(outlook::PERSONAL, session, edition, words),
        Target::Office365 => outlook::add(outlook::WORK, session, edition, words),
    }
}

/// Returns the deep link that subscribes to a feed.
pub fn subscribe(target: Target, feed: &Feed<'_>, edition: &Edition) -> String {
    match target {
        Target::Google => google::subscribe(feed, edition),
        Target::Outlook => outlook::subscribe(outlook::PERSONAL, feed, edition),
        Target::Office365 => outlook::subscribe(outlook::WORK, feed, edition),
    }
}
