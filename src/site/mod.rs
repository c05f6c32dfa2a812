//! The table that is served and exported: every path with its finished answers.
//!
//! Immutable: a new edition is a new site. Building one cannot fail; whatever could be wrong was
//! found earlier, where somebody is looking.

mod encode;
mod headers;
mod resource;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::paths::Paths;
use crate::render::{self, Document, Kind, Printed, errors};
use crate::revisions::Edition;

pub use resource::{Coding, Representation, Resource};

/// Every resource of one edition.
#[derive(Debug)]
pub struct Site {
    table: HashMap<Box<str>, Arc<Resource>>,
    /// The path of the rules for crawlers, which the host's root answers with too.
    robots: String,
    errors: Errors,
    /// Paths where something was that is gone for good.
    ended: HashSet<String>,
    valid_until: Option<DateTime<Utc>>,
    https_origin: Option<String>,
}

/// The answers where there is nothing to give: as text for programs, as a page for people.
#[derive(Debug)]
struct Errors {
    gone: ByReader,
    not_found: ByReader,
    not_allowed: ByReader,
    precondition_failed: ByReader,
    bad_request: ByReader,
    too_long: ByReader,
}

#[derive(Debug)]
struct ByReader {
    text: Resource,
    page: Resource,
}

impl Site {
    /// The site of an edition, from its calendars; the pages are made here.
    pub fn build(edition: &Edition, calendars: Vec<Document>) -> Self {
        Self::build_after(edition, calendars, None)
    }

    /// The same site, with less work: what stays as it is in an earlier site is not made again, and
    /// both share it.
    pub fn build_after(
        edition: &Edition,
        calendars: Vec<Document>,
        earlier: Option<&Self>,
    ) -> Self {
        let known = |path: &str, origin: &str| earlier?.printed(path, origin);
        Self::of(edition, render::documents(edition, calendars, known), earlier)
    }

    /// The site of some documents of an edition alone, likewise.
    pub fn of(edition: &Edition, documents: Vec<Document>, earlier: Option<&Self>) -> Self {
        let mut table: HashMap<Box<str>, Arc<Resource>> = HashMap::with_capacity(documents.len());
        let mut new = Vec::new();
        for document in documents {
            let path = document.path.as_str();
            match earlier.and_then(|site| site.table.get(path)).filter(|own| own.is_of(&document)) {
                Some(same) => drop(table.insert(path.into(), Arc::clone(same))),
                None => new.push(document),
            }
        }
        let codings = encode::all(&new);
        for (document, codings) in new.into_iter().zip(codings) {
            let path = document.path.as_str().into();
            table.insert(path, Arc::new(Resource::of(document, codings)));
        }
        let paths = &edition.paths;
        let errors = Errors {
            gone: ByReader::new(410, "Gone\n", &errors::gone(paths)),
            not_found: ByReader::new(404, "Not found\n", &errors::not_found(paths)),
            not_allowed: ByReader::new(405, "Method not allowed\n", &errors::not_allowed()),
            precondition_failed: ByReader::new(
                412,
                "Precondition failed\n",
                &errors::precondition_failed(),
            ),
            bad_request: ByReader::new(400, "Bad request\n", &errors::bad_request(paths)),
            too_long: ByReader::new(414, "URI too long\n", &errors::too_long(paths)),
        };
        Self {
            table,
            robots: edition.paths.robots(),
            errors,
            ended: render::ended(edition).into_iter().collect(),
            valid_until: edition.valid_until(),
            https_origin: edition.paths.https_origin().map(ToOwned::to_owned),
        }
    }

    /// The resource at a path.
    pub fn get(&self, path: &str) -> Option<&Resource> {
        let resource = self.table.get(path).or_else(|| match path {
            Paths::ROBOTS_OF_HOST => self.table.get(self.robots.as_str()),
            _ => None,
        });
        resource.map(AsRef::as_ref)
    }

    /// What stands at a path, if it was made from a certain origin.
    pub fn printed(&self, path: &str, origin: &str) -> Option<Printed<'_>> {
        self.table.get(path)?.printed_from(origin)
    }

    /// The redirect for a path with a slash too many, which is a slip of whoever typed the address and not
    /// another resource. It is made when it is asked for, which is seldom: kept, there would be as many of
    /// them as of documents.
    pub fn without_slash(&self, path: &str) -> Option<Resource> {
        let (path, _) = self
            .table
            .get_key_value(path.strip_suffix('/')?)
            .filter(|(path, _)| ***path != *"/")?;
        Some(Resource::redirect(path))
    }

    /// Every document with its path, by path.
    pub fn documents(&self) -> impl Iterator<Item = (&str, &Resource)> {
        let mut all: Vec<(&str, &Resource)> =
            self.table.iter().map(|(path, resource)| (path.as_ref(), resource.as_ref())).collect();
        all.sort_by_key(|(path, _)| *path);
        all.into_iter()
    }

    /// Scheme and authority of the public address (RFC 6454 section 4), if somebody named one and it is of https.
    pub fn https_origin(&self) -> Option<&str> {
        self.https_origin.as_deref()
    }

    /// When the next edition of the same catalog begins.
    pub fn valid_until(&self) -> Option<DateTime<Utc>> {
        self.valid_until
    }

    /// The answer for a path where nothing is: 410 where something was, else 404 (RFC 9110 sections
    /// 15.5.11 and 15.5.5).
    pub fn missing(&self, path: &str) -> &Resource {
        let without_slash = path.strip_suffix('/').unwrap_or(path);
        match self.ended.contains(without_slash) {
            true => self.errors.gone.by(without_slash),
            false => self.errors.not_found.by(path),
        }
    }

    /// 405 for a path, with Allow.
    pub fn not_allowed(&self, path: &str) -> &Resource {
        self.errors.not_allowed.by(path)
    }

    /// 412 for a path (RFC 9110 section 15.5.13).
    pub fn precondition_failed(&self, path: &str) -> &Resource {
        self.errors.precondition_failed.by(path)
    }

    /// 400 for a path (RFC 9110 section 15.5.1).
    pub fn bad_request(&self, path: &str) -> &Resource {
        self.errors.bad_request.by(path)
    }

    /// 414 for a path (RFC 9110 section 15.5.15).
    pub fn too_long(&self, path: &str) -> &Resource {
        self.errors.too_long.by(path)
    }
}

impl ByReader {
    fn new(status: u16, text: &str, page: &str) -> Self {
        Self {
            text: Resource::error(status, "text/plain; charset=utf-8", text),
            page: Resource::error(status, headers::content_type(Kind::Page), page),
        }
    }

    fn by(&self, path: &str) -> &Resource {
        let program = [".ics", ".json", ".atom", ".svg"].iter().any(|end| path.ends_with(end));
        if program { &self.text } else { &self.page }
    }
}
