//! Files that are hard on memory, time or the machine: each is refused or published within bounds.

mod files;
