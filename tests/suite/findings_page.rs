//! docs/findings.md has every code, with a wrong and a right example and the program's message. `UPDATE=1` rewrites the
//! messages.

use std::path::{Path, PathBuf};

use convene::config;
use convene::diagnostic::{Code, Finding, Severity};
use convene::publish::{CheckReport, Publisher};
use convene::source::Source;
use convene::zone::Rules;

use crate::support::instant;

/// The `[calendar]` table that the page's examples continue.
const CALENDAR: &str = "[calendar]\nid = \"our-calendar\"\ntitle = \"Our sessions\"\n\
    timezone = \"America/New_York\"\nduration = \"1h\"\n\n";
const NOW: &str = "2027-01-01T12:00:00Z";

struct Section {
    code: String,
    severity: String,
    /// The wrong example, the message, its help, and the right example.
    example: Option<(String, String, Option<String>, String)>,
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/findings.md")
}

fn sections() -> Vec<Section> {
    let page = std::fs::read_to_string(page()).unwrap();
    page.split("\n### `").skip(1).map(section).collect()
}

/// Returns a message and its help in the format of the page.
fn quotation(message: &str, help: Option<&str>) -> String {
    let help = help.map(|help| format!(">\n> help: {help}\n")).unwrap_or_default();
    format!("\n> {message}\n{help}")
}

fn section(text: &str) -> Section {
    let (heading, body) = text.split_once('\n').unwrap();
    let (code, severity) = heading.split_once("` (").unwrap();
    let block = |mark: &str| {
        let start = body.find(&format!("```toml\n# {mark}\n"))? + "```toml\n".len();
        let end = start + body[start..].find("```")?;
        Some(body[start..end].to_owned())
    };
    let quoted = |skip: usize| {
        let mut lines = body.lines().filter_map(|line| line.strip_prefix("> "));
        lines.nth(skip).map(ToOwned::to_owned)
    };
    let example = block("wrong").map(|wrong| {
        let help = quoted(1).map(|help| help.strip_prefix("help: ").unwrap().to_owned());
        (wrong, quoted(0).unwrap(), help, block("right").unwrap())
    });
    Section { code: code.to_owned(), severity: severity.trim_end_matches(')').to_owned(), example }
}

/// Returns the findings of `check` in an example.
fn findings(example: &str) -> Vec<Finding> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sessions.toml");
    std::fs::write(&file, format!("{CALENDAR}{example}")).unwrap();
    let publisher = Publisher::new(&file, dir.path()).unwrap();
    let CheckReport { findings, .. } = publisher.check(instant(NOW)).unwrap();
    findings.into_iter().collect()
}

#[test]
fn the_page_has_every_code_once() {
    let mut on_page: Vec<String> = sections().into_iter().map(|section| section.code).collect();
    let mut in_code: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    on_page.sort();
    in_code.sort();
    assert_eq!(on_page, in_code);
}

#[test]
fn wrong_examples_get_the_sentence_of_the_page_and_right_ones_do_not() {
    let mut updated = std::fs::read_to_string(page()).unwrap();
    for Section { code, severity, example } in sections() {
        let Some((wrong, message, help, right)) = example else { continue };
        let of_code = |example: &str| {
            findings(example).into_iter().find(|finding| finding.code.as_str() == code)
        };
        let finding = of_code(&wrong).unwrap_or_else(|| panic!("{code}: nothing found"));
        if std::env::var_os("UPDATE").is_some() {
            let old = quotation(&message, help.as_deref());
            updated = updated.replace(&old, &quotation(&finding.message, finding.help.as_deref()));
        } else {
            assert_eq!((finding.message, finding.help), (message, help), "{code}");
        }
        let expected = if finding.severity == Severity::Error { "error" } else { "warning" };
        assert_eq!(severity, expected, "{code}");
        assert!(of_code(&right).is_none(), "{code}: the right example is wrong");
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(page(), updated).unwrap();
    }
}

#[test]
fn right_examples_have_no_findings() {
    for Section { code, example, .. } in sections() {
        let Some((_, _, _, right)) = example else { continue };
        let source = Source::from_bytes("x", format!("{CALENDAR}{right}").into_bytes());
        let checked = config::load(&source, &Rules::bundled());
        let catalog = checked.catalog.unwrap_or_else(|| panic!("{code}: {:?}", checked.findings));
        assert!(!catalog.sessions.is_empty(), "{code}");
    }
}
