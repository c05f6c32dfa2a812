//! Texts: encodings, folds and raw line breaks of whole files, and what `import` removes from a text before
//! publication.

use super::{calendar, event, imported, options, read};
use convene::import::Imported;
use convene::zone::Rules;

const TEXT: &str = "Fête à Genève – déjà vu 👩‍🚀 ÅÄÖ";

fn of_bytes(bytes: &[u8]) -> Imported {
    read(bytes, &options(), &Rules::bundled()).unwrap()
}

#[test]
fn a_file_folded_at_any_byte_is_the_same_file() {
    let lines = format!("DESCRIPTION:{TEXT}\nLOCATION:{TEXT}\n");
    let text = event(&lines).replace("SUMMARY:a", &format!("SUMMARY:{TEXT}"));
    let expected = of_bytes(text.as_bytes());
    assert!(expected.toml.matches(TEXT).count() == 3 && expected.notes.len() == 1, "{expected:?}");
    for width in 1..40 {
        let folded: Vec<u8> = text
            .lines()
            .flat_map(|line| {
                let is_part = line.starts_with("BEGIN") || line.starts_with("END");
                let width = if is_part { line.len() } else { width };
                let pieces: Vec<&[u8]> = line.as_bytes().chunks(width).collect();
                [pieces.join(&b"\r\n "[..]), b"\r\n".to_vec()].concat()
            })
            .collect();
        let folded = of_bytes(&folded);
        assert_eq!(folded.toml, expected.toml, "{width}");
        assert!(folded.notes.iter().all(|note| !note.text.contains("UTF-8")), "{:?}", folded.notes);
    }
}

#[test]
fn a_line_in_another_encoding_costs_no_other_line() {
    let lines = ["SUMMARY:é", "LOCATION:ü", "DESCRIPTION:– €"];
    for wrong in 0..8_u8 {
        let bytes: Vec<u8> = event("LOCATION:ü\nDESCRIPTION:– €\n")
            .replace("SUMMARY:a", "SUMMARY:é")
            .lines()
            .flat_map(|line| {
                let is_wrong = lines
                    .iter()
                    .position(|own| *own == line)
                    .is_some_and(|at| wrong & (1 << at) != 0);
                let one = |c: char| match c {
                    '–' => 0x96,
                    '€' => 0x80,
                    c => u8::try_from(u32::from(c)).unwrap(),
                };
                let mut line = if is_wrong {
                    line.chars().map(one).collect()
                } else {
                    line.as_bytes().to_vec()
                };
                line.push(b'\n');
                line
            })
            .collect();
        let Imported { toml, notes, .. } = of_bytes(&bytes);
        for text in ["title = \"é\"", "name = \"ü\"", "description = \"– €\""] {
            assert!(toml.contains(text), "{wrong}: {toml}");
        }
        let noted = notes.iter().find(|note| note.text.contains("not UTF-8"));
        assert_eq!(noted.is_some(), wrong != 0, "{notes:?}");
        if let Some(note) = noted {
            let number = wrong.count_ones();
            assert!(note.text.starts_with(&format!("{number} line")), "{note}");
        }
    }
}

const BLOCKS: [&str; 4] = [
    "Join Zoom Meeting\nhttps://us02web.zoom.us/j/81234567890?pwd=SECRETQUERY\n\nMeeting ID: 812 3456 7890\n\
     Passcode: SECRET42\n\nOne tap mobile\n+13052241968,,81234567890#,,,,*SECRET42# US\n\n\
     Dial by your location\n        +1 305 224 1968 US\nFind your local number: https://us02web.zoom.us/u/k1",
    "________________________________________________________________________________\n\
     Microsoft Teams meeting\nJoin on your computer, mobile app or room device\nClick here to join the meeting \
     <https://teams.microsoft.com/l/meetup-join/19%3aabc>\nMeeting ID: 212 345 678 901\nPasscode: SECRET42\n\
     Download Teams <https://www.microsoft.com/> | Join on the web <https://www.microsoft.com/>\n\
     Or call in (audio only)\n+1 323-849-4874,,123456789# United States\nPhone Conference ID: 123 456 789#\n\
     ________________________________________________________________________________",
    "Join with Google Meet: https://meet.google.com/abc-defg-hij\nOr dial: (US) +1 302-555-0100 PIN: \
     SECRET42#\nMore phone numbers: https://tel.meet/abc-defg-hij?pin=SECRET42",
    "Zoom: https://zoom.us/j/123?pwd=SECRETQUERY (Meeting password: SECRET42)",
];

#[test]
fn no_passcode_gets_into_a_public_text() {
    let escaped = |text: &str| text.replace(',', "\\,").replace(';', "\\;").replace('\n', "\\n");
    for block in BLOCKS {
        let html = block.replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
        let paragraphs = format!("<p>{}</p>", html.replace("<br>", "</p>\n<p>"));
        let bold = block.replace("Passcode:", "<b>Passcode:</b>").replace('\n', "<br>");
        for text in [block, &html, &paragraphs, &bold] {
            for (before, after) in
                [("", ""), ("Come to our evening.\n\n", ""), ("Come.\n\n", "\n\nBring tea.")]
            {
                let text = escaped(&format!("{before}{text}{after}"));
                for property in ["DESCRIPTION", "X-ALT-DESC;FMTTYPE=text/html"] {
                    let (toml, said) = imported(&event(&format!("{property}:{text}\n")));
                    let public: Vec<&str> =
                        toml.lines().filter(|line| !line.starts_with("join = ")).collect();
                    let public = public.join("\n");
                    for secret in ["SECRET", "81234567890", "302-555-0100"] {
                        assert!(!public.contains(secret), "{secret} of\n{text}\n{public}");
                    }
                    assert!(toml.contains("join = \"https://"), "{text}\n{toml}");
                    assert_eq!(toml.contains("Come"), !before.is_empty(), "{toml}");
                    assert_eq!(toml.contains("Bring tea."), !after.is_empty(), "{toml}");
                    let is_noted = said.contains("the dial-in details of its meeting")
                        || said.contains("the passcode of its meeting");
                    assert!(is_noted, "{said}");
                }
            }
        }
    }
}

#[test]
fn a_place_of_several_lines_and_links_is_one_line_and_its_links_are_taken() {
    for (location, place, links) in [
        ("Hall\\nStreet 1\\, City", Some("Hall, Street 1, City"), ""),
        ("Hall\\,\\n\\nStreet 1", Some("Hall, Street 1"), ""),
        ("<b>Hall</b><br>Street 1", Some("Hall, Street 1"), ""),
        ("Caf&eacute\\; &amp\\; bar", Some("Café & bar"), ""),
        ("https://a.example/x\\; Room 4", Some("Room 4"), "join = \"https://a.example/x\""),
        ("Room 4 (https://a.example/x)", Some("Room 4"), "join = \"https://a.example/x\""),
        ("Zoom: https://zoom.us/j/1", None, "join = \"https://zoom.us/j/1\""),
        ("https://lu.ma/abc", None, "register = \"https://lu.ma/abc\""),
        (
            "<a href=\"https://a.example/x\">Online</a>",
            Some("Online"),
            "join = \"https://a.example/x\"",
        ),
        ("Zoom", Some("Zoom"), ""),
    ] {
        let (toml, _) = imported(&event(&format!("LOCATION:{location}\n")));
        let found = toml.lines().find(|line| line.starts_with("place"));
        let expected = place.map(|place| format!("place = {{ name = \"{place}\" }}"));
        assert_eq!(found, expected.as_deref(), "{location}");
        assert!(toml.contains(links), "{location}: {toml}");
    }
}

#[test]
fn a_link_that_only_the_html_has_is_kept() {
    let link = "https://x.example/register?a=1&b=2";
    let html = |text: &str| {
        let text = text.replace("LINK", &link.replace('&', "&amp;")).replace(';', "\\;");
        format!("DESCRIPTION:Please register here.\nX-ALT-DESC;FMTTYPE=text/html:{text}\n")
    };
    for text in [
        "<p>Please <a href=\"LINK\">register here</a>.</p>",
        "<html><body>Please register <a href='LINK'>here</a></body></html>",
        "Please register: <br>LINK",
    ] {
        let (toml, _) = imported(&event(&html(text)));
        assert!(toml.contains(link), "{text}: {toml}");
    }
    let lines = format!(
        "DESCRIPTION:Read {link} first.\nX-ALT-DESC;FMTTYPE=text/html:<p><a href=\"{link}\">b</a></p>\n"
    );
    let (toml, _) = imported(&event(&lines));
    assert!(toml.contains("Read <") && toml.contains("first."), "the plain text has it: {toml}");
}

#[test]
fn entities_and_tags_of_a_text_without_tags_are_read() {
    for (text, expected) in [
        (
            "Soup &amp\\; bread &#8211\\; W&#252\\;rzburg&nbsp\\;style",
            "Soup & bread – Würzburg style",
        ),
        ("Tea & cake\\; R&D", "Tea & cake; R&D"),
        ("&lt\\;p&gt\\;One &lt\\;b&gt\\;two&lt\\;/b&gt\\;&lt\\;/p&gt\\;", "One **two**"),
    ] {
        let (toml, _) = imported(&calendar(&format!(
            "BEGIN:VEVENT\nUID:a\nSUMMARY:a\nDTSTART:20270601T180000Z\nDURATION:PT1H\nDESCRIPTION:{text}\nEND:VEVENT\n"
        )));
        let plain = toml.replace("\\&", "&");
        assert!(plain.contains(expected), "{text}: {toml}");
    }
}
