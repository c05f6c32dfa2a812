//! Decodes the encodings of common programs, and recognizes files that are not calendars.

use std::borrow::Cow;
use std::fmt;

use crate::source::MAX_BYTES;

/// The reason why a file cannot be read as a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// The file is empty.
    Empty,
    /// The file is larger than 64 MiB.
    TooLarge,
    /// The file is a web page.
    Page,
    /// The file is an archive.
    Archive,
    /// The file holds contacts.
    Contacts,
    /// The file is in vCalendar 1.0, the format before iCalendar.
    VCalendar1,
    /// The file is another file.
    NoCalendar,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => {
                "the file is empty\n  \
                 Export the calendar again: the download was interrupted."
            }
            Self::TooLarge => {
                "the file is larger than 64 MiB\n  \
                 Export a shorter time, or fewer calendars at once."
            }
            Self::Page => {
                "this is a web page, not a calendar\n  \
                 Often it is the sign-in page. Open the address in your browser, or look in your \
                 calendar's settings for \"Export\" or \"Public address in iCal format\"."
            }
            Self::Archive => {
                "this is an archive, not a calendar\n  \
                 Unpack it (Google's export holds one .ics for each calendar), and import one of the files."
            }
            Self::Contacts => {
                "this holds contacts, not a calendar\n  \
                 Export the calendar instead: its file ends in .ics."
            }
            Self::VCalendar1 => {
                "this is in vCalendar 1.0, the format before iCalendar\n  \
                 Open it in a calendar app, and export it from there as .ics."
            }
            Self::NoCalendar => {
                "this is not a calendar: it has no line BEGIN:VCALENDAR\n  \
                 Export the calendar as .ics (iCalendar), and import that file."
            }
        })
    }
}

/// Returns the bytes of a file in UTF-8 without a byte order mark. A line in another encoding does not change.
///
/// # Errors
/// [`Unreadable`] if its beginning is not that of a calendar.
pub(super) fn utf8(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Unreadable> {
    if bytes.len() > MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let bytes = match bytes {
        [0xFF, 0xFE, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes).into_bytes()),
        [0xFE, 0xFF, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes).into_bytes()),
        [b'P', b'K', 3, 4, ..] | [0x1F, 0x8B, ..] => return Err(Unreadable::Archive),
        [0xEF, 0xBB, 0xBF, rest @ ..] => Cow::Borrowed(rest),
        _ => Cow::Borrowed(bytes),
    };
    let start = bytes.trim_ascii_start();
    if start.is_empty() {
        return Err(Unreadable::Empty);
    }
    let begins = |with: &str| {
        start.get(..with.len()).is_some_and(|own| own.eq_ignore_ascii_case(with.as_bytes()))
    };
    if ["<!doctype", "<html", "<head", "<?xml", "<!--"].iter().any(|tag| begins(tag)) {
        return Err(Unreadable::Page);
    }
    let holds = |line: &str| {
        let mut lines = bytes.split(|b| b"\r\n".contains(b));
        lines.any(|own| own.trim_ascii_end().eq_ignore_ascii_case(line.as_bytes()))
    };
    if !holds("BEGIN:VCALENDAR") && !holds("BEGIN:VEVENT") {
        return Err(match holds("BEGIN:VCARD") {
            true => Unreadable::Contacts,
            false => Unreadable::NoCalendar,
        });
    }
    if holds("VERSION:1.0") {
        return Err(Unreadable::VCalendar1);
    }
    Ok(bytes)
}

/// Decodes a line from UTF-8 (RFC 5545 section 3.1.4), and bytes that are not UTF-8 from Windows-1252. Returns the
/// text, and whether all of it is UTF-8.
pub(super) fn decoded(bytes: Vec<u8>) -> (String, bool) {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return (text, true),
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        // A character is cut off if two of its bytes are left, or if one byte follows other UTF-8 characters.
        let is_start = chunk.invalid().first().is_some_and(|first| *first >= 0xC2);
        let is_last = bytes.ends_with(chunk.invalid());
        let is_cut = is_start && is_last && (chunk.invalid().len() > 1 || !text.is_ascii());
        if !is_cut {
            text.extend(chunk.invalid().iter().copied().map(windows_1252));
        }
    }
    (text, false)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Decodes a byte from Windows-1252: Latin-1, except for 32 characters in place of control characters (WHATWG Encoding,
/// section 9).
fn windows_1252(byte: u8) -> char {
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž',
        '\u{8F}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => UPPER[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALENDAR: &str = "BEGIN:VCALENDAR\r\nSUMMARY:Café – 5 €\r\nEND:VCALENDAR\r\n";

    #[test]
    fn the_encodings_of_old_programs_are_read() {
        let utf16 = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
            format!("\u{FEFF}{CALENDAR}").encode_utf16().flat_map(unit).collect()
        };
        for bytes in [
            CALENDAR.as_bytes().to_vec(),
            format!("\u{FEFF}{CALENDAR}").into_bytes(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
        ] {
            assert_eq!(utf8(&bytes).unwrap(), CALENDAR.as_bytes());
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_cost_only_themselves() {
        for (bytes, text, is_utf8) in [
            (&b"Caf\xC3\xA9 \xE2\x80\x93 5"[..], "Café – 5", true),
            (b"Caf\xE9 \x96 5 \x80", "Café – 5 €", false),
            (b"Caf\xE9", "Café", false),
            (b"\xC3\xA0 caf\xE9 des \xC3\xA9t\xC3\xA9s", "à café des étés", false),
            // The line is cut within a character.
            (b"Caf\xC3\xA9 \xE2", "Café ", false),
            (b"Caf \xE2\x82", "Caf ", false),
        ] {
            assert_eq!(decoded(bytes.to_vec()), (text.to_owned(), is_utf8));
        }
    }

    #[test]
    fn what_is_no_calendar_is_told_by_how_it_begins() {
        for (bytes, expected) in [
            (&b""[..], Unreadable::Empty),
            (b"\xEF\xBB\xBF\r\n ", Unreadable::Empty),
            (b"\n<!DOCTYPE html><html>BEGIN:VCALENDAR", Unreadable::Page),
            (b"PK\x03\x04abc", Unreadable::Archive),
            (b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n", Unreadable::Contacts),
            (b"BEGIN:VCALENDAR\r\nVERSION:1.0\r\n", Unreadable::VCalendar1),
            (b"{\"a\": 1}", Unreadable::NoCalendar),
            (b"\x00\x01\x02", Unreadable::NoCalendar),
        ] {
            assert_eq!(utf8(bytes), Err(expected));
        }
    }
}
