//! Texts that convene adds to its own calendars. The import removes them, so that they are not duplicated.

use super::html_tag::direct;
use crate::l10n::{Messages, SLOTS};
use crate::model::Id;

/// The parts of a description.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ExportText {
    /// The organizer's text.
    pub(super) rest: String,
    pub(super) register: Option<String>,
    pub(super) join: Option<String>,
    pub(super) recording: Option<String>,
    pub(super) slides: Option<String>,
    /// The speakers, each with the line about the speaker.
    pub(super) speakers: Vec<(String, Option<String>)>,
    pub(super) access: Option<String>,
    pub(super) about: Option<String>,
    /// The page of the session's feed.
    pub(super) all: Option<String>,
    /// Whether convene wrote the text and marked the session as cancelled.
    pub(super) is_cancelled: bool,
}

/// Returns the mark before the title of a cancelled session.
pub(super) fn cancelled_mark() -> String {
    before(&Messages::bundled().event_cancelled_title(SLOTS[0]))
}

/// Returns the text of a message before its variable.
fn before(message: &str) -> String {
    message.split(SLOTS[0]).next().unwrap_or_default().to_owned()
}

/// The labels of the links at the end of a description.
struct Labels {
    register: String,
    join: String,
    recording: String,
    slides: String,
    about: String,
    all: String,
    speaker: String,
    access: String,
}

impl Labels {
    fn new() -> Self {
        let messages = Messages::bundled();
        Self {
            register: before(&messages.event_register(SLOTS[0])),
            join: before(&messages.event_join(SLOTS[0])),
            recording: before(&messages.event_recording(SLOTS[0])),
            slides: before(&messages.event_slides(SLOTS[0])),
            speaker: before(&messages.event_speaker(SLOTS[0])),
            access: before(&messages.event_access(SLOTS[0])),
            about: before(&messages.event_about(SLOTS[0])),
            all: before(&messages.event_all(SLOTS[0])),
        }
    }
}

/// The section that Google adds to a text. The section asks people not to edit it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct GoogleSection {
    /// The meeting's URL.
    pub(super) meeting: Option<String>,
    /// Whether the section has telephone numbers.
    pub(super) has_phones: bool,
}

/// Splits a text into the part without Google's own section, and that section.
pub(super) fn without_google(text: &str) -> (String, GoogleSection) {
    let Some(start) = text.find("-::~:~::") else {
        return (text.to_owned(), GoogleSection::default());
    };
    let end = text[start + 1..].rfind("::-").map_or(text.len(), |end| start + 1 + end + 3);
    let (rest, section) = (format!("{}{}", &text[..start], &text[end..]), &text[start..end]);
    let has_phones = section.contains("https://tel.meet/") || section.contains(" PIN: ");
    (rest, GoogleSection { meeting: meeting(section), has_phones })
}

/// Returns the first URL in a section that does not lead to Google's own pages, phone numbers or help.
fn meeting(section: &str) -> Option<String> {
    const BESIDE: [&str; 5] = [
        "https://calendar.google.com/",
        "https://www.google.com/calendar/",
        "https://support.google.com/",
        "https://tel.meet/",
        "https://g.co/",
    ];
    section
        .split(|c: char| c.is_whitespace() || "<>\"'".contains(c))
        .filter(|word| word.starts_with("https://") || word.starts_with("http://"))
        .map(|word| direct(word).unwrap_or_else(|| word.to_owned()))
        .find(|address| !BESIDE.iter().any(|own| address.starts_with(own)) && is_address(address))
}

/// Splits a text that convene wrote: the time comes first, the links last.
pub(super) fn text(text: &str) -> ExportText {
    let mut blocks: Vec<&str> = text.split("\n\n").collect();
    let mut found = ExportText::default();
    let mut last = blocks.pop().unwrap_or_default();
    // The time is one line; in the text of a cancelled session, another line precedes it.
    let messages = Messages::bundled();
    let cancelled = messages.event_cancelled();
    let first = |block: &str| block.strip_prefix(cancelled).unwrap_or(block).trim().lines().count();
    if !blocks.is_empty() && first(blocks[0]) == 1 {
        found.is_cancelled = blocks.remove(0).starts_with(cancelled);
    }
    let labels = Labels::new();
    let is_link = |line: &str| line.contains(": ");
    if last.lines().any(|line| line.starts_with(&labels.all)) && last.lines().all(is_link) {
        for line in last.lines() {
            let places = [
                (&labels.register, &mut found.register),
                (&labels.join, &mut found.join),
                (&labels.recording, &mut found.recording),
                (&labels.slides, &mut found.slides),
                (&labels.about, &mut found.about),
                (&labels.all, &mut found.all),
            ];
            for (label, place) in places {
                if let Some(url) = line.strip_prefix(label) {
                    *place = Some(url.to_owned());
                }
            }
        }
        last = "";
        let is_around =
            |line: &str| line.starts_with(&labels.speaker) || line.starts_with(&labels.access);
        if let Some(around) = blocks.pop_if(|block| block.lines().all(is_around)) {
            for line in around.lines() {
                if let Some(speaker) = line.strip_prefix(&labels.speaker) {
                    let (name, about) = speaker.split_once(", ").unzip();
                    let name = name.unwrap_or(speaker).to_owned();
                    found.speakers.push((name, about.map(ToOwned::to_owned)));
                }
                found.access = line.strip_prefix(&labels.access).map(ToOwned::to_owned);
            }
        }
    }
    blocks.push(last);
    found.rest = blocks.join("\n\n").trim().to_owned();
    found
}

/// Returns the id in the URL of a page of convene, `.../sessions/ID` or `.../feeds/ID`.
pub(super) fn id<'a>(address: &'a str, folder: &str) -> Option<&'a str> {
    let (start, id) = address.rsplit_once('/')?;
    start.ends_with(&format!("/{folder}")).then_some(id).filter(|id| Id::parse(id).is_ok())
}

fn is_address(text: &str) -> bool {
    crate::model::HttpUrl::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_ours_is_taken_apart() {
        let own = text(
            "This session is cancelled.\nTuesday, April 27, 2027\n\nOne.\n\nTwo.\n\n\
             Speaker: Ana Diaz, author\nSpeaker: Ben\nAccess: Ramp\n\n\
             Register: https://a.example/r\nSlides: https://a.example/s\nAbout this session: https://c.example/sessions/a\n\
             All sessions, kept up to date: https://c.example/feeds/b",
        );
        assert_eq!(own.rest, "One.\n\nTwo.");
        assert!(own.is_cancelled && !text("Tuesday, April 27, 2027\n\nOne.\n\nTwo.").is_cancelled);
        assert_eq!(own.register.as_deref(), Some("https://a.example/r"));
        assert_eq!(own.slides.as_deref(), Some("https://a.example/s"));
        let speakers =
            [("Ana Diaz".to_owned(), Some("author".to_owned())), ("Ben".to_owned(), None)];
        assert_eq!((own.speakers, own.access.as_deref()), (speakers.to_vec(), Some("Ramp")));
        assert_eq!(id(&own.about.unwrap(), "sessions"), Some("a"));
        assert_eq!(id(&own.all.unwrap(), "feeds"), Some("b"));
        assert_eq!(id("https://c.example/about", "sessions"), None);
    }

    #[test]
    fn the_section_of_google_is_cut_out() {
        let google = "A\n\n-::~:~::~:~::-\nJoin with Google Meet: https://meet.google.com/a\n\n\
                      Please do not edit this section.\n-::~:~::~:~::-\nB";
        let none = GoogleSection::default;
        let meeting = Some("https://meet.google.com/a".to_owned());
        let meet = GoogleSection { meeting, has_phones: false };
        assert_eq!(without_google(google), ("A\n\n\nB".to_owned(), meet));
        assert_eq!(without_google("é -::~:~:: é"), ("é ".to_owned(), none()));
        assert_eq!(without_google("a - b"), ("a - b".to_owned(), none()));
        for (section, address) in [
            ("View your event at https://calendar.google.com/calendar/event?a=b.", None),
            (
                "<a href=\"https://www.google.com/url?q=https://zoom.example/j/1&amp;sa=D\">x</a>",
                Some("https://zoom.example/j/1"),
            ),
            ("Or dial: +1 555\nhttps://tel.meet/a?pin=1", None),
        ] {
            let found = without_google(&format!("-::~:~::-\n{section}\n-::~:~::-")).1;
            assert_eq!(found.meeting.as_deref(), address, "{section}");
            assert_eq!(found.has_phones, section.contains("tel.meet"));
        }
    }
}
