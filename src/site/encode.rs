//! Content codings, made once when a site is built, by all cores.

use std::io::Write as _;
use std::num::NonZeroUsize;

use hyper::body::Bytes;

use crate::render::{Document, Kind};

/// Below this a coding saves nothing on the wire: headers and body share a packet anyway.
const SMALL: usize = 512;
/// Six is what servers use; more costs a reload more than it saves.
const GZIP_LEVEL: u32 = 6;
/// Five keeps a reload short; eleven takes sixty times as long for a third fewer bytes.
const BROTLI_QUALITY: u32 = 5;

/// The coded forms that are smaller than the document.
#[derive(Debug, Default)]
pub(super) struct Codings {
    pub(super) gzip: Option<Bytes>,
    pub(super) brotli: Option<Bytes>,
}

/// Each document with its codings, in the order given.
pub(super) fn all(documents: &[Document]) -> Vec<(&Document, Codings)> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // Small pieces, so that one large feed does not leave the other cores idle.
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let Some(document) = documents.get(index) else { return done };
            done.push((index, codings(document)));
        }
    };
    let mut all: Vec<(usize, Codings)> = std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..cores.min(documents.len())).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for helper in helpers {
            // Compressing into memory does not panic; if it did, so does the build.
            all.extend(helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    });
    all.sort_by_key(|(index, _)| *index);
    documents.iter().zip(all.into_iter().map(|(_, codings)| codings)).collect()
}

fn codings(document: &Document) -> Codings {
    let body = document.body.as_slice();
    // A redirect is answered plainly: its body is there for folders.
    if body.len() < SMALL || document.kind == Kind::Redirect {
        return Codings::default();
    }
    let smaller = |coded: Vec<u8>| (coded.len() < body.len()).then(|| Bytes::from(coded));
    // Only what is fetched again and again is worth the dearer coding.
    let brotli = match document.kind {
        Kind::Feed => brotli(body).and_then(smaller),
        _ => None,
    };
    Codings { gzip: gzip(body).and_then(smaller), brotli }
}

fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    // Without a time or a name in the header the same bytes give the same bytes.
    let mut encoder = flate2::write::GzEncoder::new(
        Vec::with_capacity(body.len() / 3),
        flate2::Compression::new(GZIP_LEVEL),
    );
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

fn brotli(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len() / 4);
    let mut encoder = brotli::CompressorWriter::new(&mut out, 4096, BROTLI_QUALITY, 22);
    encoder.write_all(body).ok()?;
    drop(encoder);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(kind: Kind, body: &str) -> Document {
        Document::new("/x".into(), kind, body)
    }

    #[test]
    fn feeds_have_both_codings_and_decode_to_themselves() {
        let text = "BEGIN:VEVENT\r\nSUMMARY:again\r\nEND:VEVENT\r\n".repeat(100);
        let feed = document(Kind::Feed, &text);
        let coded = codings(&feed);
        let mut back = String::new();
        let gzip = coded.gzip.unwrap();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(gzip.as_ref()), &mut back)
            .unwrap();
        assert_eq!(back, text);
        let mut back = Vec::new();
        let brotli = coded.brotli.unwrap();
        brotli::BrotliDecompress(&mut brotli.as_ref(), &mut back).unwrap();
        assert_eq!(back, text.as_bytes());
        assert_eq!(gzip, codings(&feed).gzip.unwrap());
    }

    #[test]
    fn what_is_small_stays_plain() {
        let coded = codings(&document(Kind::Page, "short"));
        assert!(coded.gzip.is_none() && coded.brotli.is_none());
    }

    #[test]
    fn every_document_keeps_its_place() {
        let documents: Vec<_> =
            (0..50).map(|n| document(Kind::Page, &format!("{n} ").repeat(1000))).collect();
        for (document, codings) in all(&documents) {
            let mut back = Vec::new();
            let gzip = codings.gzip.unwrap();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(gzip.as_ref()), &mut back)
                .unwrap();
            assert_eq!(back, document.body);
        }
    }
}
