//! Fuzzes the Markdown renderer: any text gives HTML that a strict parser accepts, with only safe elements, attributes
//! and addresses, and plain text, both of bounded length.
#![no_main]

use convene::model::Markdown;
use convene::markdown::{to_html, to_html_below_a_title, to_text};
use libfuzzer_sys::fuzz_target;

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/suite/markup.rs"]
mod markup;
use markup::Markup;

/// Every element that rendered text may contain, with its allowed attributes.
const ELEMENTS: [(&str, &[&str]); 24] = [
    ("a", &["href", "title"]),
    ("blockquote", &[]),
    ("br", &[]),
    ("code", &["class"]),
    ("em", &[]),
    ("h1", &[]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("hr", &[]),
    ("li", &[]),
    ("ol", &["start"]),
    ("p", &[]),
    ("pre", &[]),
    ("strong", &[]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &[]),
    ("th", &[]),
    ("thead", &[]),
    ("tr", &[]),
    ("ul", &[]),
];
const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "tel:"];
/// The number of bytes that references to addresses may add to a text of any length, which is pulldown-cmark's own
/// bound.
const REFERENCES: usize = 120_000;

fn assert_safe(html: &str) {
    // The library writes the XML format.
    let html = html.replace("<br />", "<br>").replace("<hr />", "<hr>");
    let markup = Markup::html(&html).unwrap_or_else(|error| panic!("{error}: {html}"));
    for element in &markup.elements {
        let known = ELEMENTS.iter().find(|(name, _)| *name == element.name);
        let (_, attributes) = known.unwrap_or_else(|| panic!("<{}>: {html}", element.name));
        for (name, value) in &element.attributes {
            assert!(attributes.contains(&name.as_str()), "{name}: {html}");
            let value = value.trim_start().to_ascii_lowercase();
            assert!(name != "href" || SCHEMES.iter().any(|own| value.starts_with(own)), "{html}");
        }
    }
}

/// Checks that a text has no control characters and no line ends other than LF.
fn assert_printable(text: &str) {
    let is_hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
    assert!(!text.contains(|c| is_hidden(c) || matches!(c, '\u{2028}' | '\u{2029}')), "{text:?}");
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(markdown) = Markdown::parse(text) else { return };
    let extra = if text.contains("]:") { REFERENCES } else { 1_000 };
    for html in [to_html(&markdown), to_html_below_a_title(&markdown)] {
        assert!(html.len() <= 32 * text.len() + extra, "{} of {}", html.len(), text.len());
        assert_safe(&html);
        assert_printable(&html);
    }
    let plain = to_text(&markdown);
    assert!(plain.len() <= 12 * text.len() + extra, "{} of {}", plain.len(), text.len());
    assert_printable(&plain);
    // Only the author can have written a tag in plain text.
    assert!(!plain.contains('<') || text.contains(['<', '&']), "{plain}");
});
