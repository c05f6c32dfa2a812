//! Text types that contain only characters that calendars, pages and headers allow. Clones share their text.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use super::nesting;

/// The reason why a text is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextError {
    /// The text is empty.
    Empty,
    /// The text has too many characters.
    TooLong {
        /// The largest allowed number of characters.
        limit: usize,
        /// The actual number of characters.
        length: usize,
    },
    /// The text has a control character at a byte offset.
    Control(char, usize),
    /// The text is one line, but has a line break at a byte offset.
    LineBreak(usize),
    /// The text has an invalid format; the text is the expected one.
    Form(&'static str),
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text! {
    /// An id: `[a-z0-9]` and inner hyphens, at most 64. Part of addresses and of UIDs.
    Id
}
text! {
    /// One line of text for people: a title, a name, an address. At most 1,000 characters.
    Title
}
text! {
    /// A tag: one line of at most 100 characters.
    Tag
}
text! {
    /// A text in Markdown (CommonMark), at most 200,000 characters, its lines ended by LF and its nesting bounded.
    Markdown
}
/// The rules by which texts in Markdown are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// CommonMark, as in releases before [`Dialect::Extended`]. Calendar entries that they published keep it until the
    /// session changes.
    CommonMark,
    /// CommonMark with tables (GFM section 4.10), and with links for web and mail addresses without markup (GFM section
    /// 6.9).
    #[default]
    Extended,
}

text! {
    /// A UID given by the author (RFC 5545 section 3.8.4.7): at most 191 printable ASCII characters, with spaces only
    /// between others. Proton cuts at this length.
    Uid
}
text! {
    /// A mailbox as in `mailto:`.
    Email
}
text! {
    /// A language tag (BCP 47) in its canonical spelling.
    Language
}

impl Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Id {
    /// Parses an id.
    ///
    /// # Errors
    /// [`TextError`] with the reason.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        limited(text, 64)?;
        if Self::is_valid(text) {
            return Ok(Self(text.into()));
        }
        Err(TextError::Form("lower-case letters a-z, digits, and hyphens between them"))
    }

    /// Returns whether a text is an id.
    pub fn is_valid(text: &str) -> bool {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let bytes = text.as_bytes();
        let ends = [bytes.first(), bytes.last()].into_iter().all(|b| b.copied().is_some_and(inner));
        ends && bytes.len() <= 64 && bytes.iter().all(|b| inner(*b) || *b == b'-')
    }

    /// Returns an id from the letters and digits of a text, as a suggestion.
    pub fn suggest(text: &str) -> Option<Self> {
        let mut id = String::new();
        for c in text.chars().map(|c| c.to_ascii_lowercase()) {
            if c.is_ascii_alphanumeric() {
                id.push(c);
            } else if !id.is_empty() && !id.ends_with('-') {
                id.push('-');
            }
        }
        id.truncate(64);
        Self::parse(id.trim_matches('-')).ok()
    }
}

impl Title {
    /// Parses one line.
    ///
    /// # Errors
    /// [`TextError`] with the reason.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        one_line(text, 1000).map(Self)
    }
}

impl Tag {
    /// Parses a tag.
    ///
    /// # Errors
    /// [`TextError`] with the reason.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        one_line(text, 100).map(Self)
    }
}

impl Markdown {
    /// Parses Markdown. CR LF and CR become LF, and list and quote marks that are nested too deep become text.
    ///
    /// # Errors
    /// [`TextError`] with the reason.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        limited(text, 200_000)?;
        if let Some((at, c)) =
            text.char_indices().find(|(_, c)| control(*c) && *c != '\n' && *c != '\r')
        {
            return Err(TextError::Control(c, at));
        }
        const BREAKS: [char; 3] = ['\r', '\u{2028}', '\u{2029}'];
        // Other line breaks are rare, and there are as many texts as sessions, so most texts are not copied.
        let lines = match text.contains(BREAKS) {
            true => text.replace("\r\n", "\n").replace(BREAKS, "\n"),
            false => text.to_owned(),
        };
        Ok(Self(nesting::bounded(&lines).unwrap_or(lines).into()))
    }
}

impl Uid {
    /// Parses a UID.
    ///
    /// # Errors
    /// [`TextError`] with the reason.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        limited(text, 191)?;
        if text.trim() == text && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
            return Ok(Self(text.into()));
        }
        Err(TextError::Form(
            "printable ASCII characters, without a space at the beginning or the end",
        ))
    }
}

impl Email {
    /// Parses a mailbox.
    ///
    /// # Errors
    /// [`TextError`] with the reason.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        limited(text, 254)?;
        let whole = text.bytes().all(|b| b.is_ascii_graphic() && !b"\"(),:;<>[\\]".contains(&b));
        match text.split_once('@') {
            Some((name, host))
                if whole && !name.is_empty() && host.contains('.') && !host.contains('@') =>
            {
                Ok(Self(text.into()))
            }
            _ => Err(TextError::Form("a mailbox such as `office@example.org`")),
        }
    }
}

impl Language {
    /// Parses a language tag.
    ///
    /// # Errors
    /// [`TextError`] for any other text.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        match text.parse::<icu_locale_core::Locale>() {
            Ok(locale) if !locale.id.language.is_unknown() => Ok(Self(locale.to_string().into())),
            _ => Err(TextError::Form("a language tag such as `en-US`, `es` or `pt-BR`")),
        }
    }

    /// Returns whether the language is written from right to left.
    pub fn is_right_to_left(&self) -> bool {
        let language = self.0.split('-').next().unwrap_or_default();
        ["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"].contains(&language)
    }

    /// Returns whether the language is a variant of English.
    pub fn is_english(&self) -> bool {
        &*self.0 == "en" || self.0.starts_with("en-")
    }
}

impl Default for Language {
    fn default() -> Self {
        Self("en-US".into())
    }
}

fn limited(text: &str, limit: usize) -> Result<(), TextError> {
    if text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    let length = text.chars().count();
    if length > limit { Err(TextError::TooLong { limit, length }) } else { Ok(()) }
}

fn one_line(text: &str, limit: usize) -> Result<Arc<str>, TextError> {
    limited(text, limit)?;
    for (at, c) in text.char_indices() {
        match c {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => return Err(TextError::LineBreak(at)),
            c if control(c) => return Err(TextError::Control(c, at)),
            _ => {}
        }
    }
    Ok(text.trim().into())
}

/// Returns whether a character is CONTROL of RFC 5545 section 3.1 or C1; a tab is allowed.
fn control(c: char) -> bool {
    c.is_control() && c != '\t'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_lower_case_with_inner_hyphens() {
        for good in ["a", "2024", "a-b", "a--b"] {
            assert!(Id::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a b", "ä", "a.b", &"a".repeat(65)] {
            assert!(Id::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            Id::suggest("Opening: The *First* One!").unwrap().as_str(),
            "opening-the-first-one"
        );
    }

    #[test]
    fn titles_are_one_line_without_control_characters() {
        assert_eq!(Title::parse("a\nb"), Err(TextError::LineBreak(1)));
        assert_eq!(Title::parse("a\u{7}"), Err(TextError::Control('\u{7}', 1)));
        assert_eq!(Title::parse(" \t "), Err(TextError::Empty));
        assert_eq!(
            Title::parse(&"é".repeat(1001)),
            Err(TextError::TooLong { limit: 1000, length: 1001 })
        );
    }

    #[test]
    fn line_ends_of_texts_become_line_feeds() {
        assert_eq!(Markdown::parse("a\r\nb\rc\n").unwrap().as_str(), "a\nb\nc\n");
        assert_eq!(Markdown::parse("a\u{0}"), Err(TextError::Control('\0', 1)));
    }

    #[test]
    fn languages_are_canonical_tags() {
        assert_eq!(Language::parse("EN-us").unwrap().as_str(), "en-US");
        assert!(Language::parse("english please").is_err());
    }
}
