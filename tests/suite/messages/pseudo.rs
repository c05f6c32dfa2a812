//! A pseudo-language that marks each message: only the author's words, dates and names of programs may be unmarked.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use convene::l10n::Words;
use convene::publish::Published;

use super::{catalog, marked, printed, words};
use crate::samples::{self, Sample};
use crate::support::{BEFORE, Fixture, list, session};

/// Names that are not translated.
const NAMES: [&str; 6] =
    ["Google Calendar", "Outlook.com", "Microsoft 365", "Apple Calendar", "HTML", "Markdown"];

/// Returns the whole catalog in the pseudo-language.
fn pseudo() -> String {
    let all = catalog();
    words(all.iter().map(|(id, text)| (id.as_str(), marked(id, text))))
}

/// Returns the text outside of all marks.
fn outside(text: &str) -> Result<String, String> {
    let (mut depth, mut out) = (0_usize, String::new());
    for c in text.chars() {
        match c {
            '\u{27e6}' => depth += 1,
            '\u{27e7}' => depth = depth.checked_sub(1).ok_or("a mark ends that did not begin")?,
            c if depth == 0 => out.push(c),
            _ => {}
        }
        if c == '\u{27e7}' {
            out.push(' ');
        }
    }
    // A summary that was cut has no end mark.
    match depth == 0 || text.ends_with('\u{2026}') {
        true => Ok(out),
        false => Err("a mark does not end".to_owned()),
    }
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic))
}

/// Returns the author's words: every text in the file, without keys.
fn authors(list: &str) -> BTreeSet<String> {
    fn collect(value: &toml::Value, words: &mut BTreeSet<String>) {
        match value {
            toml::Value::String(text) => words.extend(words_of(text).map(ToOwned::to_owned)),
            toml::Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
            toml::Value::Table(table) => table.values().for_each(|item| collect(item, words)),
            _ => {}
        }
    }
    let mut words = BTreeSet::new();
    let mut table: toml::Table = list.parse().unwrap();
    table.remove("words");
    collect(&toml::Value::Table(table), &mut words);
    words
}

/// Returns the words of dates and times.
fn dates(published: &Published) -> BTreeSet<String> {
    let calendar = &published.site.edition().catalog.calendar;
    let words = Words::new(calendar);
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    let mut all: String = (0..366).map(|day| words.date(first + Days::new(day)) + " ").collect();
    for session in &published.site.edition().catalog.sessions {
        all.push_str(&words.range_with_utc(&session.when, calendar));
        all.push(' ');
    }
    all.push_str(" am pm UTC");
    words_of(&all).map(ToOwned::to_owned).collect()
}

/// Returns the ids of the messages that a publication prints, after a check that the author or the dates give all other
/// words.
fn check(name: &str, list: &str, published: &Published) -> BTreeSet<String> {
    let (authors, dates) = (authors(list), dates(published));
    let mut seen = BTreeSet::new();
    for (place, text) in printed::texts(published) {
        let ids = text.split('\u{27e6}').skip(1).filter_map(|rest| Some(rest.split_once(':')?.0));
        seen.extend(ids.map(ToOwned::to_owned));
        let rest = outside(&text).unwrap_or_else(|wrong| panic!("{name} {place}: {wrong}: {text}"));
        let rest = NAMES.iter().fold(rest, |rest, name| rest.replace(name, " "));
        for piece in rest.split_whitespace().filter(|piece| !piece.contains("://")) {
            for word in words_of(piece) {
                let is_cut =
                    piece.ends_with('\u{2026}') && piece.contains(&format!("{word}\u{2026}"));
                let known = authors.contains(word)
                    || dates.contains(word)
                    || (is_cut && authors.iter().any(|whole| whole.starts_with(word)));
                assert!(known, "{name} {place}: `{word}` is in no message: {rest}");
            }
        }
    }
    seen
}

/// Returns the versions of a file with every kind of change.
fn story() -> [(String, &'static str); 3] {
    let talk = |id: &str, start: &str, more: &str| session(id, start, more);
    let hall = "place = { name = \"Hall\" }\n";
    let (register, join) =
        ("register = \"https://b.example/1\"\n", "join = \"https://b.example/2\"\n");
    let many = |hour: u8| -> String {
        let one =
            |n: u8| talk(&format!("n{n}"), &format!("2024-06-0{}T{hour}:00:00", n % 9 + 1), "");
        (0..32).map(one).collect()
    };
    let series = "[[series]]\nid = \"ended\"\ntitle = \"Ended\"\n[[series]]\nid = \"kept\"\ntitle = \"Kept\"\n";
    let before = [
        talk("moved", "2024-05-01T10:00:00", ""),
        talk("ended", "2024-05-01T10:00:00", "series = \"ended\"\n"),
        talk("removed", "2024-05-01T10:00:00", ""),
        talk("old", "2024-05-01T10:00:00", &format!("{hall}{join}")),
        talk("bare", "2024-05-01T10:00:00", ""),
        talk("full", "2024-05-01T10:00:00", &format!("{hall}{register}{join}")),
        talk("link", "2024-05-01T10:00:00", register),
        talk("over", "2024-02-01T10:00:00", ""),
        many(10),
    ];
    let without = [
        talk("moved", "2024-05-01T10:00:00", ""),
        talk("removed", "2024-05-01T10:00:00", ""),
        before[3..].concat(),
    ];
    let new = format!("was = \"old\"\n{}{}", hall.replace("Hall", "Room"), join.replace('2', "3"));
    let after = [
        talk(
            "moved",
            "2024-05-02T10:00:00",
            "status = \"tentative\"\nregister = \"https://b.example/4\"\n",
        ),
        talk("new", "2024-05-01T10:00:00", &format!("{new}{}", register.replace('1', "5"))),
        talk(
            "bare",
            "2024-05-01T10:00:00",
            &format!("{hall}{register}{join}page = \"https://b.example/6\"\n"),
        ),
        talk(
            "full",
            "2024-05-01T10:00:00",
            "description = \"Look at https://b.example/7 first.\"\n",
        ),
        talk("off", "2024-05-03T10:00:00", &format!("status = \"cancelled\"\n{register}")),
        talk("link", "2024-05-01T10:00:00", &register.replace('1', "8")),
        talk("over", "2024-02-01T10:00:00", ""),
        many(11),
    ];
    let head = |sessions: String, series: &str, more: &str| {
        list(&format!(
            "keep_gone = \"1d\"\norganizer = {{ name = \"Host\" }}\n{more}{series}{sessions}"
        ))
    };
    let kept = series.split_once("[[series]]\nid = \"kept\"").unwrap().1;
    let kept = format!("[[series]]\nid = \"kept\"{kept}");
    [
        (head(before.concat(), series, ""), "2024-01-10T12:00:00Z"),
        (head(without.concat(), series, ""), "2024-01-11T12:00:00Z"),
        (head(after.concat(), &kept, &pseudo()), "2024-03-01T12:00:00Z"),
    ]
}

#[test]
fn every_message_is_printed_and_nothing_but_messages_the_authors_words_and_dates() {
    let mut seen = BTreeSet::new();
    for Sample { name, list, at } in samples::all() {
        let list = list + &pseudo();
        let sample = Sample { name, list: list.clone(), at };
        seen.extend(check(name, &list, &sample.fixture().publish(at)));
    }
    // This file has no public address; its sessions have a place and a link to join, and an address in a description.
    let more = "place = { name = \"Hall\" }\njoin = \"https://b.example/2\"\npage = \"https://b.example/3\"\n\
                description = \"Look at https://b.example/4 first.\"\norganizer";
    let local = list(
        &(session("one", "2024-05-01T10:00:00", more.trim_end_matches("organizer")) + &pseudo()),
    )
    .replace("url = \"https://cal.example\"\n", "");
    seen.extend(check("local", &local, &Fixture::new(&local).publish(BEFORE)));

    let [(first, at), (second, then), (last, now)] = story();
    let fixture = Fixture::new(&first);
    fixture.publish(at);
    fixture.write(&second);
    fixture.publish(then);
    fixture.write(&last);
    let published = fixture.publish(now);
    // The author's words include those of removed sessions.
    let words = format!("{last}[page]\nfooter = \"removed Ended ended\"\n");
    seen.extend(check("story", &words, &published));

    let missing: Vec<String> =
        catalog().into_iter().map(|(id, _)| id).filter(|id| !seen.contains(id)).collect();
    assert!(missing.is_empty(), "never printed: {missing:?}");
}

#[test]
fn the_script_of_the_pages_has_no_words_of_its_own() {
    let script = include_str!("../../../src/pages/script.js");
    let code = script.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    let code: String = code.collect::<Vec<_>>().join("\n");
    // The script's strings are every second part between quotes. The strings are names of elements and options, which
    // begin with a lower-case letter.
    for text in code.split('"').skip(1).step_by(2) {
        assert!(!text.starts_with(char::is_uppercase), "{text}");
    }
}
