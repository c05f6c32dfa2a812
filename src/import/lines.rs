//! Content lines: unfolds the bytes of a file, then decodes each line separately (RFC 5545 section 3.1).
//!
//! Programs fold within a character, mix encodings, and break texts over several lines. Each fault affects at most its
//! own line.

use super::decode::decoded;

/// A content line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ContentLine {
    /// The number of its first line in the file, from 1.
    pub(super) number: usize,
    pub(super) text: String,
    /// Whether all its bytes are UTF-8.
    pub(super) is_utf8: bool,
    /// The number of further lines of a text whose line breaks are not escaped.
    pub(super) put_back: usize,
}

/// The properties whose values may be broken over several lines.
const TEXTS: [&str; 7] =
    ["COMMENT", "CONTACT", "DESCRIPTION", "LOCATION", "SUMMARY", "X-ALT-DESC", "X-WR-CALDESC"];

/// The names of properties, and of the ends of components (RFC 5545, 7986, 9073, 9074 and 9253).
const NAMES: [&str; 74] = [
    "ACKNOWLEDGED",
    "ACTION",
    "ATTACH",
    "ATTENDEE",
    "BEGIN",
    "CALENDAR-ADDRESS",
    "CALSCALE",
    "CATEGORIES",
    "CLASS",
    "COLOR",
    "COMMENT",
    "COMPLETED",
    "CONCEPT",
    "CONFERENCE",
    "CONTACT",
    "CREATED",
    "DESCRIPTION",
    "DTEND",
    "DTSTAMP",
    "DTSTART",
    "DUE",
    "DURATION",
    "END",
    "EXDATE",
    "EXRULE",
    "FREEBUSY",
    "GEO",
    "IMAGE",
    "LAST-MODIFIED",
    "LINK",
    "LOCATION",
    "LOCATION-TYPE",
    "METHOD",
    "NAME",
    "ORGANIZER",
    "PARTICIPANT-TYPE",
    "PERCENT-COMPLETE",
    "PRIORITY",
    "PRODID",
    "PROXIMITY",
    "RDATE",
    "RECURRENCE-ID",
    "REFID",
    "REFRESH-INTERVAL",
    "RELATED-TO",
    "REPEAT",
    "REQUEST-STATUS",
    "RESOURCE-TYPE",
    "RESOURCES",
    "RRULE",
    "SEQUENCE",
    "SOURCE",
    "STATUS",
    "STRUCTURED-DATA",
    "STYLED-DESCRIPTION",
    "SUMMARY",
    "TRANSP",
    "TRIGGER",
    "TZID",
    "TZID-ALIAS-OF",
    "TZNAME",
    "TZOFFSETFROM",
    "TZOFFSETTO",
    "TZUNTIL",
    "TZURL",
    "UID",
    "URL",
    "VERSION",
    "X-ALT-DESC",
    "X-APPLE-STRUCTURED-LOCATION",
    "X-PUBLISHED-TTL",
    "X-WR-CALDESC",
    "X-WR-CALNAME",
    "X-WR-TIMEZONE",
];

/// A line whose parts are still being joined.
struct Open {
    number: usize,
    bytes: Vec<u8>,
    is_text: bool,
    is_quoted_printable: bool,
    put_back: usize,
}

/// Unfolds and decodes the lines of a file, without empty ones.
pub(super) fn content_lines(bytes: &[u8]) -> Vec<ContentLine> {
    let (mut lines, mut open, mut blank) = (Vec::new(), None::<Open>, 0_usize);
    for (index, line) in physical(bytes).enumerate() {
        let Some(own) = &mut open else {
            if !line.trim_ascii().is_empty() {
                open = Some(Open::new(index + 1, line));
            }
            continue;
        };
        if let [b' ' | b'\t', rest @ ..] = line {
            own.bytes.extend_from_slice(rest);
        } else if own.is_quoted_printable && own.bytes.ends_with(b"=") {
            own.bytes.pop();
            own.bytes.extend_from_slice(line);
        } else if line.trim_ascii().is_empty() {
            blank += 1;
            continue;
        } else if own.is_text && !is_property(line) {
            for _ in 0..=blank {
                own.bytes.extend_from_slice(b"\\n");
            }
            own.bytes.extend_from_slice(line);
            own.put_back += 1;
        } else {
            let ended = open.replace(Open::new(index + 1, line));
            lines.extend(ended.map(Open::decoded));
        }
        blank = 0;
    }
    lines.extend(open.map(Open::decoded));
    lines
}

impl Open {
    fn new(number: usize, line: &[u8]) -> Self {
        let end = line.iter().position(|b| b":;".contains(b)).unwrap_or(0);
        let name = &line[..end];
        let is_text = TEXTS.iter().any(|text| text.as_bytes().eq_ignore_ascii_case(name));
        let parameters = line.split(|b| *b == b':').next().unwrap_or_default();
        let parameters = parameters.to_ascii_uppercase();
        let is_quoted_printable = parameters
            .split(|b| *b == b';')
            .any(|parameter| parameter == b"ENCODING=QUOTED-PRINTABLE");
        Self { number, bytes: line.to_vec(), is_text, is_quoted_printable, put_back: 0 }
    }

    fn decoded(self) -> ContentLine {
        let bytes = match self.is_quoted_printable {
            true => quoted_printable(&self.bytes),
            false => self.bytes,
        };
        let (text, is_utf8) = decoded(bytes);
        ContentLine { number: self.number, text, is_utf8, put_back: self.put_back }
    }
}

/// Returns the lines of a file, which end with CR LF, LF or CR.
fn physical(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let all = rest?;
        let Some(end) = all.iter().position(|b| b"\r\n".contains(b)) else {
            rest = None;
            return Some(all);
        };
        let after = if all[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 };
        rest = Some(&all[after..]);
        Some(&all[..end])
    })
}

/// Returns whether a line within a text is a property, and not a further line of the text such as `Tickets: 5 euros`.
fn is_property(line: &[u8]) -> bool {
    let Some(end) = line.iter().position(|b| b":;".contains(b)) else { return false };
    let name = line[..end].rsplit(|b| *b == b'.').next().unwrap_or_default();
    let value = line[end + 1..].trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    let is_upper = !name.iter().any(u8::is_ascii_lowercase);
    let is_prose = value.first().is_some_and(u8::is_ascii_whitespace);
    let is_known = NAMES.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name));
    let is_own = name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"X-"));
    is_name
        && match is_known || is_own {
            true => is_upper || !is_prose,
            false => is_upper && name.len() > 2 && !is_prose && !value.starts_with(b"http"),
        }
}

/// Decodes the quoted-printable value of a line (RFC 2045 section 6.7), with its line breaks escaped.
fn quoted_printable(line: &[u8]) -> Vec<u8> {
    let start = line.iter().position(|b| *b == b':').map_or(line.len(), |colon| colon + 1);
    let (head, mut rest) = line.split_at(start);
    let mut out = head.to_vec();
    while let [first, after @ ..] = rest {
        let hex = |at: usize| char::from(*after.get(at)?).to_digit(16);
        let byte = (*first == b'=').then(|| Some(hex(0)? * 16 + hex(1)?)).flatten();
        match byte.and_then(|byte| u8::try_from(byte).ok()) {
            Some(b'\r') => rest = &after[2..],
            Some(b'\n') => {
                out.extend_from_slice(b"\\n");
                rest = &after[2..];
            }
            Some(byte) => {
                out.push(byte);
                rest = &after[2..];
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<String> {
        content_lines(bytes).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_fold_within_a_character_is_undone_at_every_byte() {
        let line = "SUMMARY:Fête à Genève – déjà vu 👩‍🚀".as_bytes();
        for at in 1..line.len() {
            for fold in ["\r\n ", "\n\t", "\r "] {
                let folded = [&line[..at], fold.as_bytes(), &line[at..]].concat();
                assert_eq!(texts(&folded), [String::from_utf8_lossy(line)], "{at} {fold:?}");
            }
        }
    }

    #[test]
    fn line_breaks_of_a_text_are_put_back_before_anything_but_a_property() {
        for (next, is_prose) in [
            ("Bring a friend\\, and something to eat!", true),
            ("Note: bring a friend", true),
            ("Location: the hall", true),
            ("https://a.example/?a=b;c", true),
            ("RSVP:https://a.example", true),
            ("5:30 doors", true),
            ("é", true),
            ("LOCATION:Hall", false),
            ("Location:Hall", false),
            ("LOCATION: Hall", false),
            ("X-Own;A=b:c", false),
            ("item1.X-OWN:c", false),
            ("END:VEVENT", false),
            ("TRIBE;A=b:c", false),
        ] {
            for (blank, breaks) in [("", "\\n"), ("\n", "\\n\\n"), ("\r\n\r\n", "\\n\\n\\n")] {
                let lines = texts(format!("DESCRIPTION:We meet.\n{blank}{next}\n\n").as_bytes());
                match is_prose {
                    true => assert_eq!(lines, [format!("DESCRIPTION:We meet.{breaks}{next}")]),
                    false => assert_eq!(lines, ["DESCRIPTION:We meet.", next], "{next}"),
                }
                let lines = texts(format!("DTSTART:20270504\n{blank}{next}\n").as_bytes());
                assert_eq!(lines.len(), 2, "only a text has further lines: {next}");
            }
        }
    }

    #[test]
    fn quoted_printable_is_decoded_whether_folded_or_softly_broken() {
        let head = "DESCRIPTION;ENCODING=QUOTED-PRINTABLE:";
        for text in
            ["caf=C3=A9=0D=0ABring", "caf=\r\n=C3=A9=0D=0ABri=\r\nng", "caf=\r\n C3=A9=0ABring"]
        {
            let lines = texts(format!("{head}{text}\r\nLOCATION:a=C3\r\n").as_bytes());
            assert_eq!(
                lines,
                [format!("{head}café\\nBring"), "LOCATION:a=C3".to_owned()],
                "{text}"
            );
        }
        assert_eq!(texts(format!("{head}5 =G= 5=").as_bytes()), [format!("{head}5 =G= 5=")]);
    }
}
