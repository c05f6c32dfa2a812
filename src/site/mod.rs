//! The site of an edition, which has a response for each path.
//!
//! Calendars are made when the edition is published, and all other resources on their first request. Rendering is pure
//! and takes well under a millisecond, and most resources are never requested. A cache, bounded in bytes, keeps
//! rendered resources. Building a site cannot fail, because every error is found earlier, when the file is checked.
//!
//! To read: `content` (the document at each address), `resource` (its response), `calendars`, `headers`, `encode`.

mod cache;
mod calendars;
mod content;
mod encode;
mod errors;
mod headers;
mod long;
mod resource;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::document::Document;
use crate::revisions::Edition;
use crate::urls::FeedRoute;
use cache::Cache;
use calendars::Calendars;
use content::{Content, Lookup, RenderContext};
use errors::Errors;

pub use cache::CacheSize;
pub use content::Found;
pub use resource::{Coding, Representation, Resource};

/// All published resources of one edition.
#[derive(Debug)]
pub struct Site {
    edition: Arc<Edition>,
    calendars: Calendars,
    context: RenderContext,
    cache: Cache,
    errors: Errors,
}

impl Site {
    /// Builds the site of an edition from its calendars.
    pub fn build(edition: Arc<Edition>, calendars: Vec<Document>, cache: CacheSize) -> Self {
        let context = RenderContext::new(&edition);
        Self {
            calendars: Calendars::new(&edition.urls, calendars),
            cache: Cache::new(cache),
            errors: Errors::new(&edition.urls, context.words.messages()),
            context,
            edition,
        }
    }

    /// Returns the edition.
    pub fn edition(&self) -> &Arc<Edition> {
        &self.edition
    }

    /// Looks up a path. Returns `None` if it has no resource.
    pub fn find(&self, path: &str) -> Option<Found<'_>> {
        match self.lookup(self.edition.urls.parse(path)?) {
            Lookup::Found(found) => Some(found),
            Lookup::Gone | Lookup::Missing => None,
        }
    }

    /// Returns the resource of a lookup, if it is in the cache or quick to make.
    pub fn resource_now(&self, found: &Found<'_>) -> Option<Arc<Resource>> {
        if let Some(feed) = self.feed_of(found) {
            return Some(Arc::clone(feed));
        }
        let path = self.edition.urls.path(found.address);
        match self.cache.get(&path) {
            None if self.is_long(found) => None,
            None => Some(self.cache.get_or_make(&path, || self.made(found))),
            made => made,
        }
    }

    /// Returns the resource of a lookup, even if it takes long to make, and keeps it in the cache.
    pub fn resource(&self, found: &Found<'_>) -> Arc<Resource> {
        let path = self.edition.urls.path(found.address);
        match self.feed_of(found) {
            Some(feed) => Arc::clone(feed),
            None => self.cache.get_or_make(&path, || self.made(found)),
        }
    }

    /// Returns the resource at a path, if there is one.
    pub fn get(&self, path: &str) -> Option<Arc<Resource>> {
        Some(self.resource(&self.find(path)?))
    }

    /// Returns every resource with its path, by path. The resources are made for this call, and not kept.
    pub fn documents(&self) -> impl Iterator<Item = (String, Arc<Resource>)> {
        self.addresses().into_iter().map(|(path, found)| {
            let resource = match self.feed_of(&found) {
                Some(feed) => Arc::clone(feed),
                None => self.made(&found),
            };
            (path, resource)
        })
    }

    /// Returns the instant at which the next edition of the same catalog begins, UTC.
    pub fn valid_until(&self) -> Option<DateTime<Utc>> {
        self.edition.valid_until()
    }

    /// Returns the response for a path without a resource: 410 if the path had one, otherwise 404 (RFC 9110 sections
    /// 15.5.11 and 15.5.5).
    pub fn missing(&self, path: &str) -> &Resource {
        let without_slash = path.strip_suffix('/').unwrap_or(path);
        match self.edition.urls.parse(without_slash).map(|address| self.lookup(address)) {
            Some(Lookup::Gone) => self.errors.gone.at(without_slash),
            _ => self.errors.not_found.at(path),
        }
    }

    /// Returns the redirect for a path with a trailing slash, which is a typing error and not another resource.
    pub fn without_slash(&self, path: &str) -> Option<(Found<'_>, Resource)> {
        let path = path.strip_suffix('/').filter(|path| *path != "/")?;
        Some((self.find(path)?, Resource::redirect(path)))
    }

    /// Returns the 405 for a path, with Allow.
    pub fn not_allowed(&self, path: &str) -> &Resource {
        self.errors.not_allowed.at(path)
    }

    /// Returns the 412 for a path (RFC 9110 section 15.5.13).
    pub fn precondition_failed(&self, path: &str) -> &Resource {
        self.errors.precondition_failed.at(path)
    }

    /// Returns the 400 for a path (RFC 9110 section 15.5.1).
    pub fn bad_request(&self, path: &str) -> &Resource {
        self.errors.bad_request.at(path)
    }

    /// Returns the 414 for a path (RFC 9110 section 15.5.15).
    pub fn too_long(&self, path: &str) -> &Resource {
        self.errors.too_long.at(path)
    }

    fn made(&self, found: &Found<'_>) -> Arc<Resource> {
        let document = self.document(found);
        let codings = encode::one(&document);
        Arc::new(Resource::of(document, codings))
    }

    /// Returns the resource of a feed's calendar, if one was found.
    fn feed_of(&self, found: &Found<'_>) -> Option<&Arc<Resource>> {
        let id = match found.content {
            Content::Feed(feed, FeedRoute::Calendar) => feed.id,
            Content::Retired(feed, FeedRoute::Calendar) => &feed.id,
            _ => return None,
        };
        Some(&self.calendars.feed(id).1)
    }
}
