//! The text of the author's file, with the line and column of each byte offset.

use std::path::Path;

use crate::error::{Action, Error};
use crate::files::{self, ReadError};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 64 << 20;

/// The bytes of a file, with its name for messages.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: String,
    line_starts: Vec<usize>,
    invalid_from: Option<usize>,
    is_too_large: bool,
}

/// A line and a column. Both count from 1, and the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Source {
    /// Reads a regular file. A file larger than [`MAX_BYTES`] is not read, see [`Self::is_too_large`].
    ///
    /// # Errors
    /// [`Error::File`] if the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::of(path, files::read_bounded(path, MAX_BYTES as u64))
    }

    /// Reads a regular file or a pipe, which is read to its end, such as `<(...)` in a shell.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn read_given(path: &Path) -> Result<Self, Error> {
        Self::of(path, files::read_given(path, MAX_BYTES as u64))
    }

    fn of(path: &Path, read: Result<Vec<u8>, ReadError>) -> Result<Self, Error> {
        let name = path.display().to_string();
        match read {
            Ok(bytes) => Ok(Self::from_bytes(name, bytes)),
            Err(ReadError::TooLarge(_)) => Ok(Self::too_large(name)),
            Err(error) => Err(Error::file(Action::ReadSource, path)(error.into())),
        }
    }

    fn too_large(name: String) -> Self {
        Self { is_too_large: true, ..Self::from_bytes(name, Vec::new()) }
    }

    /// Creates a source from bytes. The text ends at the first byte that is not UTF-8; see [`Self::invalid_from`].
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        if bytes.len() > MAX_BYTES {
            return Self::too_large(name.into());
        }
        let (text, invalid_from) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let mut bytes = error.into_bytes();
                bytes.truncate(valid);
                (String::from_utf8(bytes).expect("it was valid up to here"), Some(valid))
            }
        };
        let line_starts =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { name: name.into(), text, line_starts, invalid_from, is_too_large: false }
    }

    /// Returns the file's name for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the text, up to the first byte that is not UTF-8.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the offset of the first byte that is not UTF-8.
    pub fn invalid_from(&self) -> Option<usize> {
        self.invalid_from
    }

    /// Returns whether the file has more bytes than [`MAX_BYTES`]. Its text is then empty.
    pub fn is_too_large(&self) -> bool {
        self.is_too_large
    }

    /// Returns the line and column of a byte offset. For an offset past the end, they are those of the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts[line - 1];
        Position { line, column: self.text[start..offset].chars().count() + 1 }
    }

    /// Returns the offsets of the whole lines that a byte range touches, and the number of the first line from 1.
    pub fn lines_around(&self, range: std::ops::Range<usize>) -> (std::ops::Range<usize>, usize) {
        let first = self.line_starts.partition_point(|start| *start <= range.start).max(1);
        let last = self.line_starts.partition_point(|start| *start < range.end).max(first);
        let end = self.line_starts.get(last).copied().unwrap_or(self.text.len());
        (self.line_starts[first - 1]..end, first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let source = Source::from_bytes("x", "a\nzoë = 1\n".into());
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(6), Position { line: 2, column: 4 });
        assert_eq!(source.position(999), Position { line: 3, column: 1 });
    }

    #[test]
    fn text_ends_where_utf8_ends() {
        let source = Source::from_bytes("x", b"ab\xff\xfecd".to_vec());
        assert_eq!((source.text(), source.invalid_from()), ("ab", Some(2)));
    }

    #[test]
    fn a_file_that_is_too_large_has_no_text() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("list");
        for (length, is_too_large) in [(MAX_BYTES, false), (MAX_BYTES + 1, true)] {
            std::fs::File::create(&path).unwrap().set_len(length as u64).unwrap();
            let read = Source::read(&path).unwrap();
            assert_eq!(read.is_too_large(), is_too_large);
            let bytes = Source::from_bytes("x", vec![b'a'; length]);
            assert_eq!(
                (bytes.is_too_large(), bytes.text().is_empty()),
                (is_too_large, is_too_large)
            );
        }
    }

    #[test]
    fn lines_around_a_range_are_whole() {
        let source = Source::from_bytes("x", "one\ntwo\nthree".into());
        assert_eq!(source.lines_around(5..6), (4..8, 2));
        assert_eq!(source.lines_around(13..13), (8..13, 3));
        assert_eq!(source.lines_around(0..9), (0..13, 1));
    }
}
