//! What `[calendar]` says for all sessions.

use super::table::Located;
use crate::model::{Cancellation, Language, Length, Title};
use crate::zone::Zone;

/// What sessions fall back on.
#[derive(Debug, Clone, Default)]
pub(super) struct Defaults {
    /// `None` where the calendar's own zone is missing or wrong, which was said already.
    pub(super) zone: Option<Zone>,
    pub(super) duration: Option<Length>,
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
    /// The calendar's zone and the further ones that times are spelled out in.
    pub(super) fn zones(&self) -> impl Iterator<Item = &Zone> {
        self.zone.iter().chain(self.also_in.iter().map(|also| &also.zone))
    }
}
