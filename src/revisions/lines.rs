//! Reads the members of a JSON object with their line numbers. Duplicate names are errors.

use std::collections::HashMap;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A line number, from 1, and the reason.
pub(super) type LineError = (usize, String);

/// A JSON text in which the lines of values can be found.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonText<'t>(&'t str);

/// A member of an object.
#[derive(Debug)]
pub(super) struct Member<'t> {
    /// The name.
    pub(super) name: String,
    /// The value, not parsed yet.
    pub(super) value: &'t RawValue,
}

impl<'t> JsonText<'t> {
    /// Checks the encoding of a file.
    ///
    /// # Errors
    /// The line with the first byte that is not UTF-8.
    pub(super) fn new(bytes: &'t [u8]) -> Result<Self, LineError> {
        str::from_utf8(bytes).map(Self).map_err(|error| {
            let valid = &bytes[..error.valid_up_to()];
            (1 + breaks(valid), "a byte that is not UTF-8".to_owned())
        })
    }

    /// Returns the members of the text, which must be one object.
    ///
    /// # Errors
    /// The line of the first error.
    pub(super) fn members(self) -> Result<Vec<Member<'t>>, LineError> {
        self.members_in(self.0)
    }

    /// Returns the members of a value, which must be an object.
    ///
    /// # Errors
    /// The line of the first error.
    pub(super) fn members_of(self, value: &'t RawValue) -> Result<Vec<Member<'t>>, LineError> {
        self.members_in(value.get())
    }

    /// Parses a value.
    ///
    /// # Errors
    /// The line of the first error.
    pub(super) fn parse<T: Deserialize<'t>>(self, value: &'t RawValue) -> Result<T, LineError> {
        self.parse_part(value.get())
    }

    /// Returns the line on which a value begins, from 1. The function searches the text, so use it only for errors.
    pub(super) fn line(self, value: &RawValue) -> usize {
        self.line_of(value.get())
    }

    /// Returns the number of lines.
    pub(super) fn last_line(self) -> usize {
        1 + breaks(self.0.trim_end().as_bytes())
    }

    fn members_in(self, part: &'t str) -> Result<Vec<Member<'t>>, LineError> {
        let MemberVec(all) = self.parse_part(part)?;
        let mut known: HashMap<&str, &RawValue> = HashMap::with_capacity(all.len());
        for Member { name, value } in &all {
            if let Some(first) = known.insert(name, value) {
                let (first, second) = (self.line(first), self.line(value));
                let reason = format!("`{name}` is also in line {first}; delete one of the two");
                return Err((second, reason));
            }
        }
        Ok(all)
    }

    fn parse_part<T: Deserialize<'t>>(self, part: &'t str) -> Result<T, LineError> {
        serde_json::from_str(part).map_err(|error| {
            let text = error.to_string();
            // The line is printed before the reason.
            let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
            (self.line_of(part) + error.line().saturating_sub(1), reason.to_owned())
        })
    }

    fn line_of(self, part: &str) -> usize {
        let offset = part.as_ptr().addr().saturating_sub(self.0.as_ptr().addr());
        1 + breaks(&self.0.as_bytes()[..offset.min(self.0.len())])
    }
}

fn breaks(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

struct MemberVec<'t>(Vec<Member<'t>>);

impl<'de> Deserialize<'de> for MemberVec<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = MemberVec<'de>;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some((name, value)) = map.next_entry()? {
                    all.push(Member { name, value });
                }
                Ok(MemberVec(all))
            }
        }
        from.deserialize_map(All)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_members_of_one_name_are_refused_with_both_lines() {
        let text =
            JsonText::new(b"{\n\"a\": {\"x\":1},\n\"b\": {\"y\":1,\n\"y\":2},\n\"a\": 3}").unwrap();
        assert_eq!(text.last_line(), 5);
        let (line, reason) = text.members().unwrap_err();
        assert_eq!((line, reason.as_str()), (5, "`a` is also in line 2; delete one of the two"));
        let text = JsonText::new(b"{\n\"b\": {\"y\":1,\n\"y\":2}}").unwrap();
        let members = text.members().unwrap();
        assert_eq!(text.members_of(members[0].value).unwrap_err().0, 3);
    }

    #[test]
    fn a_mistake_is_refused_with_the_line_of_the_file() {
        for (bytes, line) in [
            (&b""[..], 1),
            (b"[]", 1),
            (b"{\n\"a\": 1,\n}", 3),
            (b"{\n\"a\": \xff}", 2),
            (b"{\n\"a\": \"\x07\"}", 2),
        ] {
            let refused = JsonText::new(bytes).and_then(|text| text.members().map(|_| ()));
            assert_eq!(refused.unwrap_err().0, line, "{bytes:?}");
        }
        let text = JsonText::new(b"{\n\"a\":\n {\"b\":\n x}}").unwrap();
        assert_eq!(text.members().unwrap_err().0, 4);
    }
}
