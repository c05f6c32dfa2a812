//! The calendars of an edition, which are made before it is published.

use std::collections::HashMap;
use std::sync::Arc;

use super::encode;
use super::resource::Resource;
use crate::document::Document;
use crate::model::Id;
use crate::urls::{Address, Urls};

/// Every feed and invite by the id of its session or feed, including removed ones.
#[derive(Debug)]
pub(super) struct Calendars {
    /// The feeds. Clients fetch them again and again, so their responses are ready.
    feeds: HashMap<Id, (Document, Arc<Resource>)>,
    invites: HashMap<Id, Document>,
}

impl Calendars {
    /// Collects the calendars from an edition's documents, by path.
    pub(super) fn new(urls: &Urls, documents: Vec<Document>) -> Self {
        let (mut feeds, mut invites) = (Vec::new(), HashMap::with_capacity(documents.len()));
        for document in documents {
            let id = |id| Id::parse(id).expect("an address has a valid id");
            match urls.parse(&document.path) {
                Some(Address::Feed(own, _)) => feeds.push((id(own), document)),
                Some(Address::Session(own, _)) => drop(invites.insert(id(own), document)),
                other => panic!("{other:?} is no address of a calendar"),
            }
        }
        let codings = encode::all(feeds.iter().map(|(_, document)| document));
        let feeds = feeds.into_iter().zip(codings).map(|((id, document), codings)| {
            let resource = Arc::new(Resource::of(document.clone(), codings));
            (id, (document, resource))
        });
        Self { feeds: feeds.collect(), invites }
    }

    /// Returns the feed of one of the edition's ids.
    pub(super) fn feed(&self, id: &Id) -> &(Document, Arc<Resource>) {
        self.feeds.get(id).expect("every feed of an edition is printed before it is published")
    }

    /// Returns the invite of one of the edition's ids.
    pub(super) fn invite(&self, id: &Id) -> Document {
        let invite = self.invites.get(id);
        invite.expect("every invite of an edition is printed before it is published").clone()
    }
}
