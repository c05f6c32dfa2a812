//! Renders QR codes of pages, for posters and slides.

use fast_qr::{ECL, QRBuilder, QRCode};

use crate::document::{Document, Kind};
use crate::revisions::Edition;

/// The number of light modules around the code, which scanners need to find it (ISO/IEC 18004).
const QUIET: usize = 4;
/// The width and height of a module in pixels, in the drawing's own size; the drawing scales without loss.
const SIDE: usize = 8;

/// The longest URL in a code of this level, in bytes (ISO/IEC 18004 table 7, version 40-M).
const LONGEST: usize = 2331;

/// Returns whether a URL fits into a code.
pub fn fits(url: &str) -> bool {
    url.len() <= LONGEST
}

/// Returns the QR code of a page whose URL [`fits`], published at a path.
pub fn qr(edition: &Edition, path: String, page: &str) -> Document {
    Document::new(path, Kind::Svg, svg(&edition.urls.absolute(page)))
}

/// Draws the code on a white background. The code's level tolerates slight smudges in print.
fn svg(url: &str) -> String {
    let code = QRBuilder::new(url).ecl(ECL::M).build().expect("the URL fits");
    let modules = code.size + 2 * QUIET;
    let pixels = modules * SIDE;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {modules} {modules}\" \
         width=\"{pixels}\" height=\"{pixels}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{modules}v{modules}H0z\"/>\
         <path stroke=\"#000\" d=\"{}\"/></svg>\n",
        path(&code)
    )
}

/// Draws one stroke through the middle of each row, interrupted at light modules. This takes half the size of separate
/// boxes.
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
                // Light modules at the end of a row need no move.
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
    fn the_longest_url_has_a_code() {
        let url = |length: usize| {
            let host = "https://cal.example/";
            format!("{host}{}", "a".repeat(length - host.len()))
        };
        assert!(fits(&url(LONGEST)) && svg(&url(LONGEST)).contains("<path"));
        assert!(!fits(&url(LONGEST + 1)));
        assert!(QRBuilder::new(url(LONGEST + 1)).ecl(ECL::M).build().is_err());
    }
}
