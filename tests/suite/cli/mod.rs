//! The commands and their exit codes, tested with the real program.

mod check;
mod export;
mod exports;
mod fix;
mod init;
mod obstacles;
mod serve;
mod state;
pub(crate) mod usage;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use crate::support::{BEFORE, Fixture, list, session};

const FINE: Option<i32> = Some(0);
const WRONG_FILE: Option<i32> = Some(1);
const WRONG_USAGE: Option<i32> = Some(2);
const MACHINE: Option<i32> = Some(3);

/// Returns a file with two upcoming sessions.
fn two() -> String {
    list(
        &[
            session("first", "2027-04-30T14:00:00", ""),
            session("second", "2027-05-28T14:00:00", ""),
        ]
        .concat(),
    )
}

/// Returns the same file with one session moved.
fn moved() -> String {
    two().replace("2027-05-28T14:00:00", "2027-05-29T15:00:00")
}

/// Returns a file with an error in the second session.
fn broken() -> String {
    two().replace("2027-05-28T14:00:00", "\"next Friday\"")
}

fn at_before(fixture: &Fixture, arguments: &[&str]) -> Output {
    fixture.run(&[&["--at", BEFORE], arguments].concat())
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Returns every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                all.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    all
}

fn names(folder: &Path) -> Vec<String> {
    files(folder).into_keys().collect()
}
