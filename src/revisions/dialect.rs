//! The dialect of a session's text, as the revisions file names it.

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer, Serializer};

use crate::model::Dialect;

const EXTENDED: &str = "extended";

/// Returns the dialect of entries that name none.
pub(super) fn first() -> Dialect {
    Dialect::CommonMark
}

pub(super) fn is_first(dialect: &Dialect) -> bool {
    *dialect == first()
}

pub(super) fn serialize<S: Serializer>(dialect: &Dialect, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(match dialect {
        Dialect::CommonMark => "commonmark",
        Dialect::Extended => EXTENDED,
    })
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Dialect, D::Error> {
    let word = String::deserialize(from)?;
    let unknown = || D::Error::custom(format!("`{word}` is not a dialect of texts"));
    (word == EXTENDED).then_some(Dialect::Extended).ok_or_else(unknown)
}
