//! Taplo, the validator of the editor extension Even Better TOML, reads the schema as the validator of these tests does.

use std::path::Path;
use std::process::Command;

use convene::config;

use super::{accepted, refused};
use crate::support::Fixture;

/// Files of `tests/invalid/` with only a warning that Taplo's parser does not read: a byte order mark, and a second of 60.
const UNREADABLE: [&str; 2] = ["byte-order-mark.toml", "leap-second.toml"];

/// Checks files in a folder, each by the schema that its first line names.
fn check(folder: &Path, files: &[String]) -> (bool, String) {
    let output = Command::new("taplo").arg("check").args(files).current_dir(folder).output();
    let output = output.expect("taplo can be started");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Writes files with the first line of `init`, and returns their names.
fn written(folder: &Path, texts: impl IntoIterator<Item = String>) -> Vec<String> {
    std::fs::write(folder.join("sessions.schema.json"), config::schema()).unwrap();
    let write = |(number, text): (usize, String)| {
        let name = format!("{number}.toml");
        let text = format!("#:schema ./sessions.schema.json\n{text}");
        std::fs::write(folder.join(&name), text).unwrap();
        name
    };
    texts.into_iter().enumerate().map(write).collect()
}

#[test]
#[ignore = "needs taplo"]
fn taplo_accepts_every_file_that_check_accepts() {
    let fixture = Fixture::new("");
    let mut texts = accepted();
    texts.retain(|name, _| !UNREADABLE.iter().any(|file| name.ends_with(file)));
    assert!(texts.len() > 100, "{}", texts.len());
    let files = written(fixture.dir(), texts.into_values());
    let (is_accepted, said) = check(fixture.dir(), &files);
    assert!(is_accepted, "{said}");
}

#[test]
#[ignore = "needs taplo"]
fn taplo_refuses_every_mistake_that_a_schema_can_see() {
    let fixture = Fixture::new("");
    let texts = refused();
    let files = written(fixture.dir(), texts.values().cloned());
    assert!(files.len() > 50, "{}", files.len());
    let mut of_schema = 0;
    for (file, path) in files.iter().zip(texts.keys()) {
        let (is_accepted, said) = check(fixture.dir(), std::slice::from_ref(file));
        assert!(!is_accepted, "{path:?}: {said}");
        of_schema += usize::from(!said.contains("invalid TOML"));
    }
    // Taplo does not read times without seconds.
    assert!(of_schema + 3 > files.len(), "{of_schema} of {}", files.len());
}
