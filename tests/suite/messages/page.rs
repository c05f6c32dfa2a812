//! docs/words.md contains the whole catalog. `UPDATE=1` writes it.

use std::path::Path;

use convene::l10n::ENGLISH;

#[test]
fn the_page_about_words_has_the_catalog_as_it_is() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/words.md");
    let page = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = page.split_once("```ftl\n").unwrap();
    let (_, after) = rest.split_once("```\n").unwrap();
    let expected = format!("{before}```ftl\n{ENGLISH}```\n{after}");
    if std::env::vars_os().any(|(name, value)| name == "UPDATE" && value == "1") {
        std::fs::write(&file, &expected).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), expected, "UPDATE=1 writes it");
}
