//! Content codings, made once when a site is built, by all cores.

use std::io::Write as _;
use std::num::NonZeroUsize;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use hyper::body::Bytes;

use crate::render::{Document, Kind};

/// Below this a coding saves nothing on the wire: headers and body share a packet anyway.
const SMALL: usize = 512;
/// From this length on a longer search for repetitions finds some.
const LONG: usize = 16 << 10;
/// Six is what servers use; more costs a reload more than it saves.
const LONG_LEVEL: u32 = 6;
const SHORT_LEVEL: u32 = 4;
/// RFC 1952 section 2.3: deflate, no flags, no time and no name, so that the same bytes give the
/// same bytes; 255 says that no system is named.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// Five keeps a reload short; eleven takes sixty times as long for a third fewer bytes.
const BROTLI_QUALITY: u32 = 5;

/// The coded forms that are smaller than the document.
#[derive(Debug, Default)]
pub(super) struct Codings {
    /// The document itself, where an earlier site has it already.
    pub(super) identity: Option<Bytes>,
    pub(super) gzip: Option<Bytes>,
    pub(super) brotli: Option<Bytes>,
}

/// The codings of each document, in the order given; those that are known are not made again.
pub(super) fn all(
    documents: &[Document],
    known: impl Fn(&Document) -> Option<Codings> + Sync,
) -> Vec<Codings> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // Small pieces, so that one large feed does not leave the other cores idle.
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        let mut encoder = Encoder::default();
        loop {
            let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let Some(document) = documents.get(index) else { return done };
            done.push((index, known(document).unwrap_or_else(|| encoder.codings(document))));
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
    all.into_iter().map(|(_, codings)| codings).collect()
}

/// Keeps what the compressors need between documents: to set it up anew takes as long as a small
/// document.
struct Encoder {
    long: Compress,
    short: Compress,
}

impl Default for Encoder {
    fn default() -> Self {
        // Without a header of zlib's own: gzip has another.
        let raw = |level| Compress::new(Compression::new(level), false);
        Self { long: raw(LONG_LEVEL), short: raw(SHORT_LEVEL) }
    }
}

impl Encoder {
    fn codings(&mut self, document: &Document) -> Codings {
        let body = document.body.as_slice();
        // A redirect is answered plainly: its body is there for folders.
        if body.len() < SMALL || matches!(document.kind, Kind::Moved | Kind::Redirect) {
            return Codings::default();
        }
        let smaller = |coded: Vec<u8>| (coded.len() < body.len()).then(|| Bytes::from(coded));
        let deflate = if body.len() < LONG { &mut self.short } else { &mut self.long };
        // Only what is fetched again and again is worth the dearer coding.
        let brotli = match document.kind {
            Kind::Feed => brotli(body).and_then(smaller),
            _ => None,
        };
        Codings { identity: None, gzip: gzip(deflate, body).and_then(smaller), brotli }
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
    // The length modulo 2^32 (section 2.3.1).
    out.extend(crc.amount().to_le_bytes());
    out.shrink_to_fit();
    Some(out)
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
        let coded = Encoder::default().codings(&feed);
        let mut back = String::new();
        let gzip = coded.gzip.unwrap();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(gzip.as_ref()), &mut back)
            .unwrap();
        assert_eq!(back, text);
        let mut back = Vec::new();
        let brotli = coded.brotli.unwrap();
        brotli::BrotliDecompress(&mut brotli.as_ref(), &mut back).unwrap();
        assert_eq!(back, text.as_bytes());
        assert_eq!(gzip, Encoder::default().codings(&feed).gzip.unwrap());
    }

    #[test]
    fn what_an_encoder_did_before_leaves_no_trace() {
        // Which thread takes which document is a matter of chance; the bytes must not be.
        let mut used = Encoder::default();
        for (kind, seed) in [(Kind::Feed, "x"), (Kind::Page, "one"), (Kind::Feed, "other words ")] {
            for count in [400, 40_000, 1_000] {
                let document = document(kind, &seed.repeat(count));
                let (first, again) =
                    (Encoder::default().codings(&document), used.codings(&document));
                assert_eq!((first.gzip, first.brotli), (again.gzip, again.brotli));
            }
        }
    }

    #[test]
    fn what_is_small_stays_plain() {
        let coded = Encoder::default().codings(&document(Kind::Page, "short"));
        assert!(coded.gzip.is_none() && coded.brotli.is_none());
    }

    #[test]
    fn every_document_keeps_its_place() {
        let mut documents: Vec<_> =
            (0..50).map(|n| document(Kind::Page, &format!("{n} ").repeat(1000))).collect();
        // Half a byte of news in each: more than there was room for at first.
        let noise = |n: u64| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29));
        documents.push(document(Kind::Page, &(0..5000).map(noise).collect::<String>()));
        for (document, codings) in documents.iter().zip(all(&documents, |_| None)) {
            let mut back = Vec::new();
            let gzip = codings.gzip.unwrap();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(gzip.as_ref()), &mut back)
                .unwrap();
            assert_eq!(back, document.body);
        }
    }
}
