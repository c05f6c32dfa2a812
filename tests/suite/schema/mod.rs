//! The JSON Schema of `sessions.toml`: a validator accepts every file that `check` accepts, and refuses what a schema can
//! see. `values` compares the schema with the program key by key, `documented` with docs/sessions-toml.md, and `taplo` runs
//! the validator that editors use.

mod documented;
mod taplo;
mod values;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use boon::{Compiler, SchemaIndex, Schemas};
use convene::config;
use convene::diagnostic::{Code, Findings};
use convene::source::Source;
use convene::template::Template;
use convene::zone::Rules;
use serde_json::{Value, json};

use crate::support::{EXAMPLE, Fixture, instant};

/// The clock of the templates.
const NOW: &str = "2026-11-25T12:00:00Z";
/// The files of `tests/invalid/` with one of the codes of [`refused`], whose mistake a schema cannot see: it is in two
/// values together, or in a format that the schema leaves to `check`.
const UNSEEN: [&str; 12] = [
    "also-with-a-time-on-whole-days",
    "color-unknown",
    "day-and-time-mixed",
    "duration-of-nothing",
    "end-is-the-last-day",
    "latitude-alone",
    "logo-elsewhere",
    "logo-of-another-kind",
    "planned",
    "time-and-day-mixed",
    "two-series",
    "url-host-not-ascii",
];

/// The schema, ready to validate.
struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    fn new() -> Self {
        let schema: Value = serde_json::from_str(&config::schema()).unwrap();
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("sessions.schema.json", schema).unwrap();
        let index = compiler.compile("sessions.schema.json", &mut schemas).unwrap();
        Self { schemas, index }
    }

    /// Why the schema refuses a file; none if it accepts it.
    fn refusal(&self, file: &toml::Table) -> Option<String> {
        let file = as_json(&toml::Value::Table(file.clone()));
        self.schemas.validate(&file, self.index).err().map(|error| format!("{error:#}"))
    }
}

/// A value as editors pass it to a validator: dates are texts.
fn as_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(flag) => json!(flag),
        toml::Value::Datetime(date) => json!(date.to_string()),
        toml::Value::Array(items) => items.iter().map(as_json).collect(),
        toml::Value::Table(table) => {
            table.iter().map(|(key, value)| (key.clone(), as_json(value))).collect()
        }
    }
}

/// The findings of `check` about the file alone.
fn findings(text: &str) -> Findings {
    let source = Source::from_bytes("sessions.toml", text.as_bytes().to_vec());
    config::load(&source, &Rules::bundled()).findings
}

/// The `.toml` files below a folder of `tests/`.
fn files(folder: &str) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                // A file that is not UTF-8 is no TOML.
                if let Ok(text) = std::fs::read_to_string(&path) {
                    found.insert(path, text);
                }
            }
        }
    }
    found
}

/// Every file of the repository that `check` accepts, by a name for messages.
fn accepted() -> BTreeMap<String, String> {
    let folders = ["golden", "import", "preview", "invalid"].map(files);
    let files = folders.into_iter().flatten().filter(|(_, text)| !findings(text).has_errors());
    let mut accepted: BTreeMap<String, String> =
        files.map(|(path, text)| (path.display().to_string(), text)).collect();
    accepted.insert("sessions.toml".to_owned(), EXAMPLE.to_owned());
    for (name, page) in crate::docs::examples() {
        accepted.insert(name.to_owned(), page);
    }
    for template in Template::ALL {
        let text = template.text(None, instant(NOW));
        accepted.insert(format!("{template:?}"), text);
    }
    accepted
}

/// The files of `tests/invalid/` that the schema must refuse: TOML with a mistake that is in one value or key.
fn refused() -> BTreeMap<PathBuf, String> {
    const SEEN: [Code; 7] = [
        Code::UnknownKey,
        Code::MisplacedKey,
        Code::MissingKey,
        Code::WrongType,
        Code::BadValue,
        Code::BadId,
        Code::BadUrl,
    ];
    let is_seen = |(path, text): &(PathBuf, String)| {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let has_code = findings(text).iter().any(|finding| SEEN.contains(&finding.code));
        text.parse::<toml::Table>().is_ok() && has_code && !UNSEEN.contains(&name)
    };
    files("invalid").into_iter().filter(is_seen).collect()
}

#[test]
fn every_file_that_check_accepts_is_accepted() {
    let (validator, accepted) = (Validator::new(), accepted());
    assert!(accepted.len() > 100, "{}", accepted.len());
    for (name, text) in accepted {
        assert_eq!(validator.refusal(&text.parse().unwrap()), None, "{name}");
    }
}

#[test]
fn every_mistake_that_a_schema_can_see_is_refused() {
    let (validator, refused) = (Validator::new(), refused());
    let missed: Vec<&PathBuf> = refused
        .iter()
        .filter(|(_, text)| validator.refusal(&text.parse().unwrap()).is_none())
        .map(|(path, _)| path)
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
    assert!(refused.len() > 50, "{}", refused.len());
    for (path, text) in files("invalid") {
        if UNSEEN.contains(&path.file_stem().unwrap().to_str().unwrap()) {
            assert_eq!(validator.refusal(&text.parse().unwrap()), None, "{}", path.display());
        }
    }
}

#[test]
fn the_command_prints_the_schema() {
    let output = Fixture::new("").run(&["schema"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), config::schema());
}
