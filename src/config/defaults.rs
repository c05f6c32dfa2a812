//! The default values of sessions, from `[calendar]`.

use super::context::Located;
use crate::model::{Cancellation, Language, Length, Title};
use crate::zone::Zone;

/// Default values of sessions.
#[derive(Debug, Clone, Default)]
pub(super) struct Defaults {
    /// Whether the calendar has a public address that is not an example. If so, links to example hosts are findings.
    pub(super) is_real: bool,
    /// `None` if the calendar's zone is missing or wrong, which is an earlier finding.
    pub(super) zone: Option<Zone>,
    pub(super) duration: Option<Length>,
    /// Whether `duration` is `None` because the calendar has none, and not because it could not be read.
    pub(super) has_no_duration: bool,
    pub(super) also_in: Vec<AlsoIn>,
    pub(super) language: Language,
    pub(super) cancellation: Cancellation,
}

/// An item of `also_in`.
#[derive(Debug, Clone)]
pub(super) struct AlsoIn {
    pub(super) zone: Zone,
    pub(super) label: Option<Located<Title>>,
}

impl Defaults {
    /// Returns the calendar's zone and the other zones whose times are printed.
    pub(super) fn zones(&self) -> impl Iterator<Item = &Zone> {
        self.zone.iter().chain(self.also_in.iter().map(|also| &also.zone))
    }
}
