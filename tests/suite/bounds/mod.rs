//! Files that take much memory or time, or that attack the machine: the program refuses or publishes each within
//! limits.

mod calendars;
mod doubling;
mod files;
mod import;
mod junk;
mod markdown;
mod output;

use std::process::{Command, Output};

use crate::support::Fixture;

/// Runs the program in a folder with limits of memory in MiB and processor time in seconds. The limits are far above
/// normal use and far below quadratic growth.
fn within(fixture: &Fixture, mebibytes: usize, seconds: usize, arguments: &[&str]) -> Output {
    let limits = format!("ulimit -v {} && ulimit -t {seconds} && exec \"$@\"", mebibytes * 1024);
    let mut command = Command::new("sh");
    command.args(["-c", &limits, "sh", env!("CARGO_BIN_EXE_convene")]).args(arguments);
    command.current_dir(fixture.dir()).output().unwrap()
}

/// Returns the beginning of a command's output.
fn said(output: &Output) -> String {
    let all = [output.stderr.as_slice(), &output.stdout].concat();
    String::from_utf8_lossy(&all[..all.len().min(2_000)]).into_owned()
}
