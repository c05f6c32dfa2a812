//! Decoding: from the bytes of a file to its text, in the encodings of common programs.

use std::fmt;

use crate::source::MAX_BYTES;

/// Why a file cannot be read as a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is empty.
    Empty,
    /// It is larger than 64 MiB.
    TooLarge,
    /// It is a web page.
    Page,
    /// It is an archive.
    Archive,
    /// It holds contacts.
    Contacts,
    /// It is in vCalendar 1.0, the format before iCalendar.
    VCalendar1,
    /// It is another file.
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

/// Decodes a file. Returns the text, and whether the encoding was guessed.
///
/// # Errors
/// [`Unreadable`] if it is no calendar, judging by its beginning.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, bool), Unreadable> {
    if bytes.len() > MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let (text, guessed) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (utf16(rest, u16::from_le_bytes), false),
        [0xFE, 0xFF, rest @ ..] => (utf16(rest, u16::from_be_bytes), false),
        [b'P', b'K', 3, 4, ..] | [0x1F, 0x8B, ..] => return Err(Unreadable::Archive),
        [0xEF, 0xBB, 0xBF, rest @ ..] => eight_bits(rest),
        _ => eight_bits(bytes),
    };
    let start = text.trim_start();
    if start.is_empty() {
        return Err(Unreadable::Empty);
    }
    let begins = |with: &str| start.get(..with.len()).is_some_and(|s| s.eq_ignore_ascii_case(with));
    if ["<!doctype", "<html", "<head", "<?xml", "<!--"].iter().any(|tag| begins(tag)) {
        return Err(Unreadable::Page);
    }
    let holds =
        |line: &str| text.split(['\r', '\n']).any(|own| own.trim_end().eq_ignore_ascii_case(line));
    if !holds("BEGIN:VCALENDAR") && !holds("BEGIN:VEVENT") {
        return Err(match holds("BEGIN:VCARD") {
            true => Unreadable::Contacts,
            false => Unreadable::NoCalendar,
        });
    }
    if holds("VERSION:1.0") {
        return Err(Unreadable::VCalendar1);
    }
    Ok((text, guessed))
}

/// UTF-8 (RFC 5545 section 3.1.4), or Windows-1252.
fn eight_bits(bytes: &[u8]) -> (String, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), false),
        // A download that was interrupted within a character.
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            (String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned(), false)
        }
        Err(_) => (bytes.iter().copied().map(windows_1252).collect(), true),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Latin-1, except for 32 characters in place of control characters (WHATWG Encoding, section 9).
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
        let windows: Vec<u8> = CALENDAR
            .chars()
            .map(|c| match c {
                '–' => 0x96,
                '€' => 0x80,
                c => u8::try_from(u32::from(c)).unwrap(),
            })
            .collect();
        for (bytes, guessed) in [
            (CALENDAR.as_bytes().to_vec(), false),
            (format!("\u{FEFF}{CALENDAR}").into_bytes(), false),
            (utf16(u16::to_le_bytes), false),
            (utf16(u16::to_be_bytes), false),
            (windows, true),
        ] {
            assert_eq!(decode(&bytes), Ok((CALENDAR.to_owned(), guessed)));
        }
    }

    #[test]
    fn a_file_that_ends_within_a_character_keeps_its_encoding() {
        let cut = b"BEGIN:VCALENDAR\nSUMMARY:Caf\xC3\xA9 \xE2\x82";
        assert_eq!(decode(cut), Ok(("BEGIN:VCALENDAR\nSUMMARY:Café ".to_owned(), false)));
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
            assert_eq!(decode(bytes), Err(expected));
        }
    }
}
