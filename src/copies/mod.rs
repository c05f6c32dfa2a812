//! A second copy of large bodies, in a file without a name, from which they go into a socket without
//! passing through this process (sendfile(2)).
//!
//! The first copy, in memory, is always there: whatever a disk does, nobody waits for it.

mod bodies;
mod copier;
mod file;
mod seen;
mod system;

pub use bodies::{Bodies, LARGE, Place};
pub use copier::Copier;
