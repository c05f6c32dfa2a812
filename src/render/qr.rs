//! QR codes of pages, for posters and slides.

use fast_qr::{ECL, QRBuilder, QRCode};

use super::{Document, Kind, Printed};
use crate::revisions::Edition;

/// Light modules around the code, which readers need to find it (ISO/IEC 18004).
const QUIET: usize = 4;
/// The side of a module in the picture's own size, in pixels; it scales without loss.
const SIDE: usize = 8;

/// One for every page of a session and of a feed; out of an earlier site where the page had the same
/// address, which is all that a code says.
pub(super) fn documents<'p>(
    edition: &Edition,
    earlier: impl Fn(&str, &str) -> Option<Printed<'p>>,
) -> Vec<Document> {
    let paths = &edition.paths;
    let code = |path: String, page: String| {
        let address = paths.absolute(&page);
        let known = earlier(&path, &address);
        let digest = known.map(|known| known.digest.to_owned());
        let svg = known.map_or_else(|| svg(&address), |known| Some(known.body.to_owned()))?;
        Some(Document { digest, origin: Some(address), ..Document::new(path, Kind::Svg, svg) })
    };
    let feeds = edition
        .catalog
        .feeds()
        .filter_map(|feed| code(paths.feed_qr(feed.id), paths.feed_page(feed.id)));
    let sessions =
        edition.catalog.sessions.iter().filter_map(|session| {
            code(paths.session_qr(&session.id), paths.session_page(&session.id))
        });
    feeds.chain(sessions).collect()
}

/// Dark on white whatever is behind it; a code that a poster's printer may smudge a little. None
/// for an address beyond 2,331 bytes, more than a code can hold.
fn svg(address: &str) -> Option<String> {
    let code = QRBuilder::new(address).ecl(ECL::M).build().ok()?;
    let modules = code.size + 2 * QUIET;
    let pixels = modules * SIDE;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {modules} {modules}\" \
         width=\"{pixels}\" height=\"{pixels}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{modules}v{modules}H0z\"/>\
         <path stroke=\"#000\" d=\"{}\"/></svg>\n",
        path(&code)
    ))
}

/// A stroke through the middle of each row, lifted where modules are light: half the size of boxes.
fn path(code: &QRCode) -> String {
    let mut path = String::new();
    for y in 0..code.size {
        let row = &code[y];
        path.push_str(&format!("M{QUIET} {}.5", y + QUIET));
        let mut x = 0;
        while x < code.size {
            let dark = row[x].value();
            let run = row[x..code.size].iter().take_while(|m| m.value() == dark).count();
            x += run;
            match dark {
                true => path.push_str(&format!("h{run}")),
                // What is light at the end of a row needs no move.
                false if x < code.size => path.push_str(&format!("m{run} 0")),
                false => {}
            }
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_beyond_what_a_code_holds_has_none() {
        assert!(svg(&format!("https://cal.example/{}", "a".repeat(3000))).is_none());
    }
}
