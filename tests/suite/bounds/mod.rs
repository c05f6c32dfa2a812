//! Files that are hard on memory, time or the machine: each is refused or published within bounds.

mod calendars;
mod doubling;
mod files;
mod import;
mod junk;
mod markdown;
mod output;

use std::process::{Command, Output};

use crate::support::Fixture;

/// Runs the program in a folder with at most so many MiB of memory and seconds of processor time, which are far above
/// what it takes and far below what a square would.
fn within(fixture: &Fixture, mebibytes: usize, seconds: usize, arguments: &[&str]) -> Output {
    let limits = format!("ulimit -v {} && ulimit -t {seconds} && exec \"$@\"", mebibytes * 1024);
    let mut command = Command::new("sh");
    command.args(["-c", &limits, "sh", env!("CARGO_BIN_EXE_convene")]).args(arguments);
    command.current_dir(fixture.dir()).output().unwrap()
}

/// What a command said, short enough to be read.
fn said(output: &Output) -> String {
    let all = [output.stderr.as_slice(), &output.stdout].concat();
    String::from_utf8_lossy(&all[..all.len().min(2_000)]).into_owned()
}
