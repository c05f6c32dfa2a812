//! Long runs of the real program: with an author who makes every mistake, and under load.

mod chaos;
mod client;
mod damage;
mod edits;
mod folder;
mod reader;
mod soak;

use std::time::Duration;

/// Returns a number from the environment, for long runs by hand.
pub(crate) fn given(name: &str) -> Option<u64> {
    let mut all = std::env::vars_os();
    let (_, value) = all.find(|(own, _)| own == name)?;
    Some(value.to_string_lossy().parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// The duration of each run in the gate.
const SHORT: Duration = Duration::from_secs(60);
