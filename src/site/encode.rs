//! Content codings. Long documents are compressed by all cores when a site is built, and short ones on the first
//! request for the coding.

use std::cell::RefCell;
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use hyper::body::Bytes;

use super::Coding;
use crate::document::{Document, Kind};

/// The length below which a coding saves nothing, because headers and body share a packet anyway.
const SMALL: usize = 512;
/// The length from which a more thorough compression is worth its time, and runs when the site is built.
const LONG: usize = 16 << 10;
/// The compression level for long documents, 6, which is the default of common servers. A higher one costs a reload
/// more than it saves.
const LONG_LEVEL: u32 = 6;
const SHORT_LEVEL: u32 = 4;
/// The gzip header of RFC 1952 section 2.3: deflate, without flags, time and name, so that the same input gives the
/// same bytes. The value 255 means an unknown operating system.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// The Brotli quality. 5 keeps a reload short; 11 takes sixty times as long for a third fewer bytes.
const BROTLI_QUALITY: u32 = 5;
/// The size of the Brotli window: 2^20 - 16 bytes (RFC 7932 section 9.1). Repetitions in calendars are close to each
/// other. A window four times as large takes half as long again, costs every client memory, and saves nothing.
const BROTLI_WINDOW: u32 = 20;

thread_local! {
    static ENCODER: RefCell<Encoder> = RefCell::default();
}

/// The codings of a document, gzip first, each with its bytes, or without bytes if they are made on request.
pub(super) type Codings = Vec<(Coding, Option<Bytes>)>;

/// Returns the codings of each document, in the order given.
///
/// Compresses long documents, if that makes them smaller. Compressing short ones would take most of the time of
/// building a site, and most of them are never requested.
pub(super) fn all<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Vec<Codings> {
    let documents: Vec<&Document> = documents.into_iter().collect();
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // The pieces are small, so that one large feed does not leave the other cores idle.
    let long = documents.iter().enumerate().filter(|(_, document)| !waits(document));
    let long = long.flat_map(|(at, own)| codings_of(own).iter().map(move |coding| (at, *coding)));
    let long: Vec<(usize, Coding)> = long.collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        let mut encoder = Encoder::default();
        while let Some((at, coding)) = long.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((*at, *coding, encoder.smaller(*coding, documents[*at])));
        }
        done
    };
    let made = std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..cores.min(long.len())).map(|_| scope.spawn(work)).collect();
        let mut made = work();
        for helper in helpers {
            // Compression into memory does not panic. If it did, the build would panic, too.
            made.extend(helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        made
    });
    let mut all: Vec<Codings> = documents.iter().map(|own| later(own)).collect();
    for (at, coding, bytes) in made {
        all[at].extend(bytes.map(|bytes| (coding, Some(bytes))));
    }
    all.iter_mut().for_each(|codings| codings.sort_by_key(|(coding, _)| *coding));
    all
}

/// Returns the codings of one document, made on this thread.
pub(super) fn one(document: &Document) -> Codings {
    match waits(document) {
        true => later(document),
        false => ENCODER.with_borrow_mut(|encoder| encoder.codings(document)),
    }
}

/// Returns the codings of a document that are made on request.
fn later(document: &Document) -> Codings {
    match waits(document) {
        true => codings_of(document).iter().map(|coding| (*coding, None)).collect(),
        false => Codings::new(),
    }
}

/// Returns a short body in a coding, with the same bytes every time.
pub(super) fn coded(coding: Coding, body: &[u8]) -> Option<Bytes> {
    ENCODER.with_borrow_mut(|encoder| encoder.coded(coding, body)).map(Bytes::from)
}

/// Returns the possible codings of a document.
fn codings_of(document: &Document) -> &'static [Coding] {
    match document.kind {
        // The body of a redirect is only for exported folders, and is sent uncompressed.
        Kind::Moved | Kind::Redirect => &[],
        _ if document.body.len() < SMALL => &[],
        // Only documents that are fetched again and again get the more expensive coding.
        Kind::Feed => &[Coding::Gzip, Coding::Brotli],
        _ => &[Coding::Gzip],
    }
}

/// Returns whether a document is text, which a coding makes smaller, and short enough to be compressed on request.
fn waits(document: &Document) -> bool {
    document.body.len() < LONG && !matches!(document.kind, Kind::Image(_))
}

/// The state of a compressor, which is reused between documents, because setting it up takes as long as compressing a
/// small document.
#[derive(Default)]
struct Encoder {
    long: Option<Compress>,
    short: Option<Compress>,
}

impl Encoder {
    /// Returns the codings that make a document smaller.
    fn codings(&mut self, document: &Document) -> Codings {
        let coded = codings_of(document).iter();
        coded.filter_map(|coding| Some((*coding, Some(self.smaller(*coding, document)?)))).collect()
    }

    /// Returns a coding if it makes a document smaller.
    fn smaller(&mut self, coding: Coding, document: &Document) -> Option<Bytes> {
        let coded = self.coded(coding, &document.body)?;
        (coded.len() < document.body.len()).then(|| Bytes::from(coded))
    }

    fn coded(&mut self, coding: Coding, body: &[u8]) -> Option<Vec<u8>> {
        match coding {
            Coding::Identity => None,
            Coding::Gzip => gzip(self.deflate(body.len()), body),
            Coding::Brotli => brotli(body),
        }
    }

    fn deflate(&mut self, length: usize) -> &mut Compress {
        let (own, level) = match length < LONG {
            true => (&mut self.short, SHORT_LEVEL),
            false => (&mut self.long, LONG_LEVEL),
        };
        // There is no zlib header, because gzip has its own.
        own.get_or_insert_with(|| Compress::new(Compression::new(level), false))
    }
}

fn gzip(deflate: &mut Compress, body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len() / 2 + 64);
    out.extend(GZIP_HEADER);
    deflate.reset();
    loop {
        let read = usize::try_from(deflate.total_in()).ok()?;
        let status = deflate.compress_vec(&body[read..], &mut out, FlushCompress::Finish).ok()?;
        if status == Status::StreamEnd {
            break;
        }
        out.reserve(out.capacity().max(64));
    }
    let mut crc = Crc::new();
    crc.update(body);
    out.extend(crc.sum().to_le_bytes());
    // This is the length modulo 2^32 (section 2.3.1).
    out.extend(crc.amount().to_le_bytes());
    out.shrink_to_fit();
    Some(out)
}

fn brotli(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len() / 4);
    let mut encoder = brotli::CompressorWriter::new(&mut out, 4096, BROTLI_QUALITY, BROTLI_WINDOW);
    encoder.write_all(body).ok()?;
    drop(encoder);
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn document(kind: Kind, body: &str) -> Document {
        Document::new("/x".into(), kind, body)
    }

    fn decoded(coding: Coding, bytes: &[u8]) -> Vec<u8> {
        let mut back = Vec::new();
        match coding {
            Coding::Identity => back.extend(bytes),
            Coding::Gzip => {
                flate2::read::GzDecoder::new(bytes).read_to_end(&mut back).unwrap();
            }
            Coding::Brotli => brotli::BrotliDecompress(&mut &bytes[..], &mut back).unwrap(),
        }
        back
    }

    #[test]
    fn feeds_have_both_codings_and_decode_to_themselves() {
        let text = "BEGIN:VEVENT\r\nSUMMARY:again\r\nEND:VEVENT\r\n";
        for (count, made) in [(100, false), (1_000, true)] {
            let text = text.repeat(count);
            let codings = all(&[document(Kind::Feed, &text)]).remove(0);
            let names: Vec<Coding> = codings.iter().map(|(coding, _)| *coding).collect();
            assert_eq!(names, [Coding::Gzip, Coding::Brotli]);
            for (coding, bytes) in codings {
                assert_eq!(bytes.is_some(), made, "{count}");
                let bytes = bytes.or_else(|| coded(coding, text.as_bytes())).unwrap();
                assert_eq!(decoded(coding, &bytes), text.as_bytes());
            }
        }
    }

    #[test]
    fn a_reused_encoder_gives_the_same_bytes() {
        // The assignment of documents to threads is random, but the bytes must not be.
        let mut used = Encoder::default();
        for (kind, seed) in [(Kind::Feed, "x"), (Kind::Page, "one"), (Kind::Feed, "other words ")] {
            for count in [400, 40_000, 1_000] {
                let document = document(kind, &seed.repeat(count));
                assert_eq!(Encoder::default().codings(&document), used.codings(&document));
            }
        }
    }

    #[test]
    fn small_or_incompressible_documents_stay_uncompressed() {
        // Two rounds of mixing make the bytes unpredictable.
        let mixed = |n: u64| (n ^ n >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let noise = |n: u64| mixed(mixed(n)).to_le_bytes()[6];
        let picture: Vec<u8> = (0..9_000).map(noise).collect();
        let picture = Document::new("/x".into(), Kind::Image("image/png"), picture);
        let documents = [document(Kind::Page, "short"), picture];
        assert_eq!(all(&documents), [Codings::new(), Codings::new()]);
    }

    #[test]
    fn every_document_keeps_its_place() {
        let mut documents: Vec<_> =
            (0..50).map(|n| document(Kind::Page, &format!("{n} ").repeat(n * 1_000))).collect();
        // Each byte has half a byte of information, so the output exceeds the initial capacity.
        let noise = |n: u64| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29));
        documents.push(document(Kind::Page, &(0..5000).map(noise).collect::<String>()));
        for (document, codings) in documents.iter().zip(all(&documents)) {
            for (coding, bytes) in codings {
                let bytes = bytes.or_else(|| coded(coding, &document.body)).unwrap();
                assert_eq!(decoded(coding, &bytes), document.body);
            }
        }
    }
}
