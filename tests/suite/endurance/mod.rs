//! The real program for a long time: under an author who does everything wrong, and under load.

mod chaos;
mod client;
mod damage;
mod edits;
mod folder;
mod reader;
mod soak;

use std::time::Duration;

/// A number that is given in the environment for the long forms, which are run by hand.
pub(crate) fn given(name: &str) -> Option<u64> {
    let mut all = std::env::vars_os();
    let (_, value) = all.find(|(own, _)| own == name)?;
    Some(value.to_string_lossy().parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// How long the forms last that the gate runs.
const SHORT: Duration = Duration::from_secs(60);
