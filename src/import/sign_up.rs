//! Finds links to sign up for an event: those after a common word for it, and those to a service for it.

use std::collections::HashSet;

use super::weblinks::{Weblink, is_meeting, is_sign_up, weblinks};

/// Words next to a link to sign up, in the languages of the services' largest markets.
const WORDS: [&str; 20] = [
    "anmelden",
    "anmeldung",
    "booking",
    "enroll",
    "inscription",
    "inscripción",
    "inscríbete",
    "register",
    "registering",
    "registration",
    "registro",
    "reserve",
    "rsvp",
    "sign up",
    "sign-up",
    "signing up",
    "signup",
    "ticket",
    "tickets",
    "s'inscrire",
];

/// Words that add no meaning to such a word in its line.
const FILLERS: [&str; 16] = [
    "at", "free", "get", "here", "link", "now", "on", "online", "page", "required", "today", "url",
    "via", "with", "you", "your",
];

/// Words before a link to take part.
const JOINS: [&str; 8] = [
    "join",
    "join here",
    "join online",
    "join us",
    "join via",
    "zoom",
    "meeting link",
    "zoom link",
];

/// A text without the lines that only have links to sign up or to take part.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SignUp {
    pub(super) text: String,
    pub(super) register: Option<String>,
    pub(super) join: Option<String>,
}

/// The evidence that a link is one to sign up, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Certainty {
    /// The link leads to a service for it.
    Host,
    /// The words before the link mean it.
    Words,
    /// The line has nothing else.
    Line,
}

/// Finds the link to sign up in plain text or Markdown, and a link in a line such as `Join: https://...`. Removes lines
/// that have nothing else.
pub(super) fn find(text: &str) -> SignUp {
    let mut found = SignUp::default();
    let mut best: Option<(Certainty, &str)> = None;
    let mut own_lines: Vec<(usize, &str)> = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let mut removed = HashSet::new();
    for (index, line) in lines.iter().enumerate() {
        for link in weblinks(line).filter(|link| !is_meeting(link.address)) {
            let label = label(line, link);
            // The words may be in the previous line.
            let before = match (&label, index.checked_sub(1)) {
                (Some(words), Some(before)) if words.is_empty() => lines[before],
                _ => "",
            };
            let certainty = match label {
                Some(words) if only(&words, &WORDS) => Certainty::Line,
                _ if is_said(before, before.len()) => Certainty::Words,
                _ if is_said(line, link.start) => Certainty::Words,
                _ if is_sign_up(link.address) => Certainty::Host,
                _ => continue,
            };
            if certainty == Certainty::Line {
                own_lines.push((index, link.address));
            }
            if best.is_none_or(|(known, _)| certainty > known) {
                best = Some((certainty, link.address));
            }
        }
        if let (None, Some(link)) = (&found.join, weblinks(line).next())
            && label(line, link)
                .is_some_and(|words| JOINS.contains(&words.trim_end_matches([' ', ':'])))
        {
            found.join = Some(link.address.to_owned());
            removed.insert(index);
        }
    }
    found.register = best.map(|(_, address)| address.to_owned());
    removed.extend(
        own_lines
            .iter()
            .filter(|(_, own)| found.register.as_deref() == Some(*own))
            .map(|(at, _)| *at),
    );
    found.text = match removed.is_empty() {
        true => text.to_owned(),
        false => without(&lines, &removed),
    };
    found
}

/// The longest label of a line, in bytes.
const LONGEST_LABEL: usize = 60;

/// Returns the words of a line that consists of words and one link at its end, in lower case.
fn label(line: &str, link: Weblink<'_>) -> Option<String> {
    if link.start > LONGEST_LABEL {
        return None;
    }
    let after = &line[link.start + link.address.len()..];
    let is_end = after.chars().all(|c| ">)\\.! *".contains(c));
    let words = line[..link.start].to_lowercase();
    let words = words.replace(['[', ']', '(', '<', '*', '_', '\\'], " ");
    (is_end && !words.contains("http"))
        .then(|| words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Returns whether a label has one of some words, and otherwise only fillers.
fn only(label: &str, words: &[&str]) -> bool {
    let mut rest = label.to_owned();
    let before = rest.len();
    // Longer words come first, because some contain others.
    let mut words: Vec<&&str> = words.iter().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words {
        rest = rest.replace(*word, " ");
    }
    let is_filler = |word: &str| FILLERS.contains(&word);
    let mut others = rest.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    rest.len() < before && others.all(is_filler)
}

/// Returns whether the words before an offset in its sentence are those of a link to sign up.
fn is_said(line: &str, offset: usize) -> bool {
    const LONGEST: usize = 120;
    let before = &line[..offset];
    let from = before.len().saturating_sub(LONGEST);
    let from = (from..=before.len()).find(|at| before.is_char_boundary(*at)).unwrap_or(0);
    let near = &before[from..];
    let sentence = near.rfind(['.', '!', '?', ';']).map_or(near, |end| &near[end + 1..]);
    // The words before another link belong to that link.
    let own = sentence.rfind("http").map_or(sentence, |other| {
        let after = &sentence[other..];
        after.find(char::is_whitespace).map_or("", |end| &after[end..])
    });
    let own = own.to_lowercase();
    WORDS.iter().any(|word| {
        own.match_indices(word).any(|(at, _)| {
            let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            !is_letter(own[..at].chars().next_back())
                && !is_letter(own[at + word.len()..].chars().next())
        })
    })
}

/// Returns lines without some of them, and without the line break of Markdown that would be left at the end of a
/// paragraph.
fn without(lines: &[&str], removed: &HashSet<usize>) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if !removed.contains(&index) {
            kept.push(line);
            continue;
        }
        let ends = lines.get(index + 1).is_none_or(|next| next.trim().is_empty());
        if let (true, Some(last)) = (ends, kept.last_mut()) {
            *last = last.strip_suffix('\\').unwrap_or(last);
        }
    }
    kept.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://a.example/r?x=1_2&y=3";

    #[test]
    fn a_line_of_its_own_is_removed_under_any_usual_word() {
        for word in [
            "Register",
            "REGISTER HERE",
            "Registration",
            "RSVP",
            "rsvp here",
            "Sign up",
            "Sign-up now",
            "Signup link",
            "Tickets",
            "Get tickets",
            "Get your free ticket here",
            "Anmeldung",
            "Inscripción",
            "Register online at",
        ] {
            for line in [
                format!("{word}: {LINK}"),
                format!("{word} {LINK}"),
                format!("{word} - <{LINK}>"),
                format!("[{word}]({LINK})"),
                format!("**{word}:** <{LINK}>\\"),
                format!("{word}: {LINK}."),
            ] {
                let found = find(&format!("Come.\n{line}\n\nBring a friend."));
                assert_eq!(found.register.as_deref(), Some(LINK), "{line}");
                assert_eq!(found.text, "Come.\n\nBring a friend.", "{line}");
            }
        }
    }

    #[test]
    fn a_link_in_a_sentence_or_on_a_service_stays_and_counts() {
        for (text, register) in [
            (format!("Please register at {LINK} until May."), Some(LINK)),
            (format!("Please [register here]({LINK})."), Some(LINK)),
            (format!("Please register:\\\n<{LINK}>"), Some(LINK)),
            (format!("RSVP here\n{LINK}\n\nSee https://b.example"), Some(LINK)),
            (
                "Details: https://www.eventbrite.com/e/1".to_owned(),
                Some("https://www.eventbrite.com/e/1"),
            ),
            (format!("Details: https://lu.ma/x\nRSVP by May at {LINK}, please."), Some(LINK)),
            (format!("You need not register. The agenda: {LINK}"), None),
            (format!("Our registered office: {LINK}"), None),
            (format!("Register: https://b.example/r and read {LINK}"), Some("https://b.example/r")),
            (format!("See {LINK}"), None),
            ("Register by phone.".to_owned(), None),
            ("Register: https://zoom.us/j/1".to_owned(), None),
        ] {
            let found = find(&text);
            assert_eq!(found.register.as_deref(), register, "{text}");
            assert_eq!(found.text, text);
        }
    }

    #[test]
    fn the_link_of_a_join_line_is_taken_and_other_links_stay() {
        let found = find(&format!("Come.\\\nJoin: {LINK}\n\nJoin: the club\nSee a: {LINK}"));
        assert_eq!(found.join.as_deref(), Some(LINK));
        assert_eq!(found.text, format!("Come.\n\nJoin: the club\nSee a: {LINK}"));
        let twice = format!("Register: {LINK}/1\nRegister: {LINK}/2");
        assert_eq!(find(&twice).text, format!("Register: {LINK}/2"));
    }
}
