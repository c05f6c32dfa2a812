//! The pure part of publishing: makes an edition, its calendars and its revisions from a catalog and the earlier
//! revisions.

use chrono::{DateTime, Utc};

use crate::document::Document;
use crate::ics;
use crate::model::{Assets, Catalog, Id};
use crate::revisions::{Edition, Revisions};
use crate::urls::{FeedRoute, SessionRoute, Urls};

/// A planned edition.
#[derive(Debug)]
pub struct Planned {
    /// The edition.
    pub edition: Edition,
    /// The calendars.
    pub calendars: Vec<Document>,
    /// The revisions after it.
    pub revisions: Revisions,
    /// Sessions that are written in UTC because their VTIMEZONE would have moved them.
    pub unproven: Vec<Id>,
}

/// Plans the edition of a catalog at an instant. `before` are the revisions of earlier publications.
pub fn plan(
    catalog: Catalog,
    urls: Urls,
    assets: Assets,
    before: &Revisions,
    now: DateTime<Utc>,
) -> Planned {
    let mut revised = before.revise(&catalog, &urls, now);
    // Rendering needs no stamps, and there are more stamps than sessions.
    let stamps = std::mem::take(&mut revised.resources);
    let edition = Edition::new(catalog, urls, assets, revised.clone(), now);
    revised.resources = stamps;
    let drafts = ics::calendars(&edition);
    let (catalog, urls) = (&edition.catalog, &edition.urls);
    let digests = drafts.iter().map(|d| (urls.relative(&d.path), d.digest.as_str()));
    let relative = |(old, new): (String, String)| {
        (urls.relative(&old).to_owned(), urls.relative(&new).to_owned())
    };
    let sessions = catalog.sessions.iter().flat_map(|session| {
        let pair = |old| {
            (
                urls.session(old, SessionRoute::Invite),
                urls.session(&session.id, SessionRoute::Invite),
            )
        };
        edition.former(&session.id).iter().map(pair)
    });
    let feeds = catalog.feeds().flat_map(|feed| {
        let pair = move |old| {
            (urls.feed(old, FeedRoute::Calendar), urls.feed(feed.id, FeedRoute::Calendar))
        };
        edition.former_of_feed(feed.id).iter().map(pair)
    });
    let former: Vec<(String, String)> = sessions.chain(feeds).map(relative).collect();
    let revisions = revised.moved(former.clone()).stamp(digests, now).followed(former);
    let unproven = drafts.iter().flat_map(|draft| draft.unproven.clone()).collect();
    let calendars = drafts
        .into_iter()
        .map(|draft| {
            let stamp = revisions.resources.get(urls.relative(&draft.path));
            draft.finish(stamp.expect("each of these was stamped"))
        })
        .collect();
    Planned { edition, calendars, revisions, unproven }
}
