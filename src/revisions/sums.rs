//! Checksums of the lines of the revisions file, which detect damage.
//!
//! A checksum is the last member of its entry and covers the key and the entry's own text. A merge of whole lines is
//! therefore valid, and spaces and the order of members do not matter. An entry without a checksum is accepted, because
//! a person who edits a line deletes its checksum.

use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error as _, IntoDeserializer as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::digest::of_bytes;

/// The name of the member, which no entry uses otherwise.
pub(super) const NAME: &str = "sum";

/// The number of hexadecimal digits: the first 32 bits of a SHA-256.
const DIGITS: usize = 8;

/// Returns the checksum of the texts of a key and its value.
pub(super) fn of(key: &str, value: &str) -> String {
    let mut sum = of_bytes([key.as_bytes(), b":", value.as_bytes()]);
    sum.truncate(DIGITS);
    sum
}

/// An entry, and its checksum if it has one.
#[derive(Debug)]
pub(super) struct Summed<T> {
    pub(super) entry: T,
    pub(super) sum: Option<String>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Summed<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(EntryVisitor(PhantomData))
    }
}

struct EntryVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntryVisitor<T> {
    type Value = Summed<T>;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut sum = None;
        let without = WithoutSum { map, sum: &mut sum };
        let entry = T::deserialize(MapAccessDeserializer::new(without))?;
        Ok(Summed { entry, sum })
    }
}

/// The members of an entry without its checksum.
struct WithoutSum<'s, A> {
    map: A,
    sum: &'s mut Option<String>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for WithoutSum<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<String>()? {
            if key != NAME {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
            if self.sum.replace(self.map.next_value()?).is_some() {
                return Err(A::Error::duplicate_field(NAME));
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}
