//! What follows from a catalog, and nothing else: no file is read or written here.

use chrono::{DateTime, Utc};

use crate::model::{Assets, Catalog, Id};
use crate::paths::Paths;
use crate::render;
use crate::revisions::{Edition, Revisions};
use crate::site::Site;

/// What follows from a catalog and what was published before.
#[derive(Debug)]
pub struct Plan {
    /// The edition.
    pub edition: Edition,
    /// Its calendars.
    pub calendars: Vec<render::Document>,
    /// What will have been published.
    pub revisions: Revisions,
    /// Sessions that are written in UTC because their VTIMEZONE would have moved them.
    pub unproven: Vec<Id>,
}

/// What is published of a catalog at an instant, after what was published before.
pub fn plan(
    catalog: Catalog,
    paths: Paths,
    assets: Assets,
    before: &Revisions,
    now: DateTime<Utc>,
) -> Plan {
    plan_after(catalog, paths, assets, before, now, None)
}

/// The same plan, with less work: the invites of an earlier site under the same rules of zones that follow
/// from the same are not printed again.
pub fn plan_after(
    catalog: Catalog,
    paths: Paths,
    assets: Assets,
    before: &Revisions,
    now: DateTime<Utc>,
    earlier: Option<&Site>,
) -> Plan {
    let mut revised = before.revise(&catalog, &paths, now);
    // What is printed follows from no stamp, and there are more of them than of sessions.
    let stamps = std::mem::take(&mut revised.resources);
    let edition = Edition::new(catalog, paths, assets, revised.clone(), now);
    revised.resources = stamps;
    let drafts = render::calendars(&edition, |path, origin| earlier?.printed(path, origin));
    let (catalog, paths) = (&edition.catalog, &edition.paths);
    let digests = drafts.iter().map(|d| (paths.relative(&d.path), d.digest.as_str()));
    let relative = |(old, new): (String, String)| {
        (paths.relative(&old).to_owned(), paths.relative(&new).to_owned())
    };
    let sessions = catalog.sessions.iter().flat_map(|session| {
        let pair = |old| (paths.invite(old), paths.invite(&session.id));
        edition.former(&session.id).iter().map(pair)
    });
    let feeds = catalog.feeds().flat_map(|feed| {
        let pair = move |old| (paths.feed_calendar(old), paths.feed_calendar(feed.id));
        edition.former_of_feed(feed.id).iter().map(pair)
    });
    let former: Vec<(String, String)> = sessions.chain(feeds).map(relative).collect();
    let revisions = revised.moved(former.clone()).stamp(digests, now).followed(former);
    let unproven = drafts.iter().flat_map(|draft| draft.unproven.clone()).collect();
    let calendars = drafts
        .into_iter()
        .filter_map(|draft| {
            let stamp = revisions.resources.get(paths.relative(&draft.path))?;
            Some(draft.finish(stamp))
        })
        .collect();
    Plan { edition, calendars, revisions, unproven }
}
