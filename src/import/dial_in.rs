//! Removes the dial-in blocks and passcodes of Teams, Zoom, Google Meet and others from the public text.

use super::passcodes::{without_passcode, without_query};
use super::weblinks::{is_meeting, weblinks};

/// The beginnings of lines of a dial-in block. A line belongs to the block only if no further word follows.
const LABELS: [&str; 52] = [
    "alternative vtc instructions",
    "alternate vtc instructions",
    "click here to join the meeting",
    "conference id",
    "dial by location",
    "dial by your location",
    "dial in by phone",
    "dial-in number",
    "download teams",
    "find a local number",
    "find local numbers",
    "find your local number",
    "for organizers: meeting options",
    "international numbers available",
    "join by h.323",
    "join by meeting number",
    "join by phone",
    "join by sip",
    "join by skype for business",
    "join by video system",
    "join from the meeting link",
    "join from pc, mac, linux, ios or android",
    "join instructions",
    "join microsoft teams meeting",
    "join on the web",
    "join on your computer or mobile app",
    "join on your computer, mobile app or room device",
    "join the meeting",
    "join the meeting now",
    "join with a video conferencing device",
    "join with google meet",
    "join zoom meeting",
    "learn more",
    "meeting chat link",
    "meeting id",
    "meeting number",
    "meeting number (access code)",
    "meeting options",
    "microsoft teams meeting",
    "microsoft teams need help?",
    "more phone numbers",
    "need help?",
    "one tap mobile",
    "or call in (audio only)",
    "or dial",
    "or one tap mobile",
    "or telephone",
    "phone conference id",
    "reset dial-in pin",
    "tenant key",
    "video id",
    "webinar id",
];

/// The labels that also begin other lines; they count only within a block.
const WEAK: [&str; 8] = [
    "join the meeting",
    "join by phone",
    "join instructions",
    "learn more",
    "meeting number",
    "meeting options",
    "need help?",
    "or dial",
];

/// A text without the data that only participants should know.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cleaned {
    pub(super) text: String,
    /// Whether a line of a dial-in block was removed.
    pub(super) had_block: bool,
    /// Whether a passcode was removed.
    pub(super) had_passcode: bool,
    /// The first address that leads into a meeting.
    pub(super) meeting: Option<String>,
}

/// Removes dial-in blocks and passcodes from plain text, or from Markdown with line breaks by backslashes.
pub(super) fn without(text: &str, is_markdown: bool) -> Cleaned {
    let mut cleaned = Cleaned::default();
    let mut kept: Vec<String> = Vec::new();
    let mut is_block = false;
    for line in text.lines() {
        let bare = bare(line, is_markdown);
        if bare.is_empty() {
            kept.push(line.to_owned());
            continue;
        }
        let meeting = weblinks(line).map(|link| link.address).find(|own| is_meeting(own));
        if let (Some(address), None) = (meeting, &cleaned.meeting) {
            cleaned.meeting = Some(address.to_owned());
        }
        let label = label(&bare);
        let is_detail = match label {
            Some(label) => is_block || meeting.is_some() || !WEAK.contains(&label),
            None => is_block && (is_phone(&bare) || is_machine(&bare) || is_rest(&bare, meeting)),
        };
        if is_detail || bare.ends_with("is inviting you to a scheduled zoom meeting.") {
            // A link that becomes the link to join is not lost.
            let is_join = meeting.is_some() && meeting == cleaned.meeting.as_deref();
            cleaned.had_block |= !is_join;
            is_block = true;
            continue;
        }
        if is_rest(&bare, meeting) {
            // The line has only an address.
            continue;
        }
        let line = without_query(line);
        match without_passcode(&line) {
            Some(rest) => {
                cleaned.had_passcode = true;
                if !self::bare(&rest, is_markdown).is_empty() {
                    kept.push(rest);
                    is_block = false;
                }
            }
            None => {
                is_block = false;
                kept.push(line);
            }
        }
    }
    if cleaned.had_block {
        kept.retain(|line| !is_separator(line));
    }
    cleaned.text = joined(kept, is_markdown);
    cleaned
}

/// Returns a line without the marks of Markdown, in lower case.
fn bare(line: &str, is_markdown: bool) -> String {
    let line = match is_markdown {
        true => line.replace(['*', '\\', '[', '_'], ""),
        false => line.to_owned(),
    };
    line.trim().trim_start_matches(['-', '|', ' ']).to_ascii_lowercase()
}

/// Returns the label that a line begins with, if no word follows it.
fn label(bare: &str) -> Option<&'static str> {
    let is_end = |rest: &str| {
        let rest = rest.trim_start();
        rest.is_empty()
            || rest.starts_with(|c: char| c.is_ascii_digit() || ":<|(#[]=+–-.".contains(c))
            || rest.starts_with("http")
    };
    // The longest label counts, because some labels are the beginnings of others.
    let found = LABELS.iter().filter(|own| bare.strip_prefix(**own).is_some_and(is_end));
    found.max_by_key(|own| own.len()).copied()
}

/// Returns whether a line is a telephone number, which extra digits to dial or a country may follow.
fn is_phone(bare: &str) -> bool {
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    let words =
        bare.split_whitespace().filter(|word| word.bytes().all(|b| b.is_ascii_alphabetic()));
    digits >= 7 && bare.contains('+') && words.count() <= 6
}

/// Returns whether a line is the address of a video system.
fn is_machine(bare: &str) -> bool {
    let parts = bare.split(['.', ' ', ':']).take(4);
    let is_ip = parts.filter(|part| part.parse::<u8>().is_ok()).count() == 4;
    bare.contains("@zoomcrc.com") || bare.contains(".vc") && bare.contains('@') || is_ip
}

/// Returns whether a line is only the address of a meeting.
fn is_rest(bare: &str, meeting: Option<&str>) -> bool {
    meeting.is_some_and(|address| {
        let rest = bare.len().saturating_sub(address.len());
        bare.contains(&address.to_ascii_lowercase()) && rest <= "<>".len()
    })
}

/// Returns whether a line is a separator that Teams writes around its block.
fn is_separator(line: &str) -> bool {
    let line = line.trim().trim_end_matches('\\');
    line.len() >= 10 && line.chars().all(|c| matches!(c, '_' | '\\' | '-' | '*'))
}

/// Joins lines. In Markdown, the last line of a paragraph has no line break.
fn joined(lines: Vec<String>, is_markdown: bool) -> String {
    let mut out = String::new();
    for line in lines {
        if line.trim().is_empty() && is_markdown && out.ends_with("\\\n") {
            out.truncate(out.len() - 2);
            out.push('\n');
        }
        out.push_str(&line);
        out.push('\n');
    }
    let out = out.trim_end();
    let out = if is_markdown { out.trim_end_matches('\\') } else { out };
    out.trim_start_matches('\n').trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZOOM: &str = "Ana is inviting you to a scheduled Zoom meeting.\n\nJoin Zoom Meeting\n\
        https://us02web.zoom.us/j/82345678901?pwd=QWERTY.1\n\nMeeting ID: 823 4567 8901\n\
        Passcode: 424242\n\n---\n\nOne tap mobile\n+13052241968,,82345678901#,,,,*424242# US\n\
        +13092053325,,82345678901#,,,,*424242# US\n\nDial by your location\n\
        • +1 305 224 1968 US\n        +1 309 205 3325 US\n\n\
        Find your local number: https://us02web.zoom.us/u/kabc\n\nJoin by SIP\n\
        82345678901@zoomcrc.com\n\nJoin by H.323\n162.255.37.11 (US West)\n\
        Meeting ID: 823 4567 8901\nPasscode: 424242";
    const TEAMS: &str = "________________________________________________________________________________\n\
        Microsoft Teams Need help?<https://aka.ms/JoinTeamsMeeting>\n\
        Join the meeting now<https://teams.microsoft.com/l/meetup-join/19%3ameeting_a>\n\
        Meeting ID: 212 345 678 901\nPasscode: aB3dE5\n________________________________\n\
        Dial in by phone\n+1 323-849-4874,,123456789# United States, Los Angeles\n\
        Find a local number<https://dialin.teams.microsoft.com/1>\nPhone conference ID: 123 456 789#\n\
        For organizers: Meeting options<https://teams.microsoft.com/meetingOptions/> | Reset dial-in PIN\n\
        ________________________________________________________________________________";
    const MEET: &str = "Join with Google Meet: https://meet.google.com/abc-defg-hij\n\
        Or dial: (US) +1 302-555-0100 PIN: 123456789#\n\
        More phone numbers: https://tel.meet/abc-defg-hij?pin=123456789";

    #[test]
    fn blocks_of_each_program_leave_any_text_and_their_address_is_known() {
        let texts = [("Come.", "Bring a friend."), ("Come.\nAt six.", "- tea\n- cake"), ("", "")];
        for (block, meeting) in [
            (ZOOM, "https://us02web.zoom.us/j/82345678901?pwd=QWERTY.1"),
            (TEAMS, "https://teams.microsoft.com/l/meetup-join/19%3ameeting_a"),
            (MEET, "https://meet.google.com/abc-defg-hij"),
        ] {
            for (before, after) in texts {
                let text = format!("{before}\n\n{block}\n\n{after}");
                let cleaned = without(&text, false);
                let words: Vec<&str> = cleaned.text.split_whitespace().collect();
                let expected = format!("{before}\n{after}");
                let rest: Vec<&str> = words.into_iter().filter(|word| *word != "---").collect();
                assert_eq!(rest, expected.split_whitespace().collect::<Vec<_>>(), "{block}");
                assert_eq!(cleaned.meeting.as_deref(), Some(meeting));
                assert!(cleaned.had_block);
            }
        }
    }

    #[test]
    fn passcodes_leave_sentences_and_addresses() {
        for (line, expected) in [
            ("Zoom 123, passcode: 456.", "Zoom 123."),
            ("Zoom 123 (Password: abc) at six", "Zoom 123 at six"),
            ("The passcode is 4Xz and the door is open", "The and the door is open"),
            ("Passcode: 1 Password: 2", ""),
            (
                "See https://zoom.us/j/1?pwd=a&x=1 or https://zoom.us/j/2?x=1&pwd=b.",
                "See https://zoom.us/j/1?x=1 or https://zoom.us/j/2?x=1",
            ),
            ("[Come](https://zoom.us/j/1?pwd=a) soon", "[Come](https://zoom.us/j/1) soon"),
        ] {
            let cleaned = without(line, false);
            assert_eq!(cleaned.text, expected, "{line}");
        }
    }

    #[test]
    fn ordinary_texts_stay_as_they_are() {
        for text in [
            "Learn more about tenants' rights.\n\nNeed help? Call +1 555 010 0199.",
            "Join the meeting in the hall.\nMeeting options for families.",
            "Forgot your password? Ask at the desk.",
            "Dial M for Murder, and a talk.\n----------\nMeeting 12",
            "See https://a.example/?lpwd=1.",
        ] {
            assert_eq!(
                without(text, false),
                Cleaned { text: text.to_owned(), ..Cleaned::default() }
            );
        }
    }

    #[test]
    fn a_block_in_markdown_leaves_no_line_break_behind() {
        let text = "**Come.**\\\n[Join Zoom Meeting](https://zoom.us/j/1?pwd=a)\\\nPasscode: 4\n\nBye\\\nMeeting ID: 1";
        let cleaned = without(text, true);
        assert_eq!(cleaned.text, "**Come.**\n\nBye");
        assert!(cleaned.had_block && cleaned.had_passcode);
    }
}
