//! A reader's path from a newsletter to a calendar, on a phone and a desktop, with and without scripts.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

use super::WIDTHS;
use super::webdriver::Browser;
use crate::markup::Markup;
use crate::nasty;
use crate::support::{BEFORE, Fixture, Running, instant};
use crate::texts::{literally, toml};

/// Wall-clock times and their instants, in winter and summer in both hemispheres.
const WHEN: [(&str, &str, &str); 4] = [
    ("America/Los_Angeles", "2027-07-01T18:00:00", "2027-07-02T01:00:00Z"),
    ("Pacific/Auckland", "2027-07-01T18:00:00", "2027-07-01T06:00:00Z"),
    ("America/Los_Angeles", "2027-12-01T18:00:00", "2027-12-02T02:00:00Z"),
    ("Pacific/Auckland", "2027-12-01T18:00:00", "2027-12-01T05:00:00Z"),
];

/// Returns a file with a session for each nasty text, all in one series.
fn sessions() -> String {
    let mut all = "[calendar]\nid = \"all\"\ntitle = \"All\"\nurl = \"https://cal.example/\"\n\
                   timezone = \"America/Los_Angeles\"\nduration = \"90m\"\n\
                   [[series]]\nid = \"some\"\ntitle = \"Some\"\n"
        .to_owned();
    for (number, text) in nasty::texts().iter().enumerate() {
        let (zone, start, _) = WHEN[number % WHEN.len()];
        let (title, description) = (toml(text), toml(&literally(text)));
        all.push_str(&format!(
            "[[sessions]]\nid = \"nasty-{number}\"\nseries = \"some\"\ntitle = {title}\n\
             timezone = \"{zone}\"\nstart = {start}\ndescription = {description}\n\
             register = \"https://b.example/register?a={number}&b=2\"\n"
        ));
    }
    all
}

/// An address split by the rules of RFC 3986 into host, path, and the pairs of the query.
struct Address {
    host: String,
    path: String,
    pairs: Vec<(String, String)>,
}

impl Address {
    fn read(text: &str) -> Self {
        assert!(text.len() <= 1800, "{} bytes: {text}", text.len());
        assert!(!text.contains('+'), "a plus sign: {text}");
        let rest = text.strip_prefix("https://").unwrap_or_else(|| panic!("no https: {text}"));
        let (host, rest) = rest.split_once('/').unwrap();
        let (path, query) = rest.split_once('?').unwrap();
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap();
            (decoded(name), decoded(value))
        };
        let pairs = query.split('&').map(pair).collect();
        Self { host: host.to_owned(), path: path.to_owned(), pairs }
    }

    fn get(&self, name: &str) -> &str {
        let mut found = self.pairs.iter().filter(|(own, _)| own == name);
        let value = &found.next().unwrap_or_else(|| panic!("no {name}: {:?}", self.pairs)).1;
        assert!(found.next().is_none(), "{name} twice");
        value
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte.unwrap()).to_digit(16).unwrap();
        let (high, low) = (digit(rest.next()), digit(rest.next()));
        bytes.push(u8::try_from(high * 16 + low).unwrap());
    }
    String::from_utf8(bytes).unwrap()
}

/// Returns whether a text arrived complete, or cut with an ellipsis.
fn came(got: &str, sent: &str) -> bool {
    let cut = got.strip_suffix('…').is_some_and(|kept| kept.len() > 20 && sent.starts_with(kept));
    got == sent || cut
}

/// Returns the values that a calendar gets: title, start, end, text.
fn told(to: &Address) -> (String, DateTime<Utc>, DateTime<Utc>, String) {
    if to.host == "calendar.google.com" {
        assert_eq!(to.path, "calendar/render");
        let (start, end) = to.get("dates").split_once('/').unwrap();
        let at =
            |text: &str| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").unwrap().and_utc();
        (to.get("text").to_owned(), at(start), at(end), to.get("details").to_owned())
    } else {
        assert!(["outlook.live.com", "outlook.office.com"].contains(&to.host.as_str()));
        assert_eq!(to.get("rru"), "addevent");
        let body =
            Markup::html(&format!("<p>{}</p>", to.get("body").replace("<br>", "\n"))).unwrap();
        assert_eq!(body.elements.len(), 1, "markup within the text");
        let text = body.elements[0].text.clone();
        let at = |name: &str| instant(to.get(name));
        (to.get("subject").to_owned(), at("startdt"), at("enddt"), text)
    }
}

/// Returns the current target of a permanent address.
fn location(running: &Running, path: &str) -> String {
    let answer = running.get(path, &[]);
    assert_eq!(answer.status, 302, "{path}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    answer.header("location").unwrap().to_owned()
}

/// Returns the visible, clickable links of the open page that match a selector.
fn links(browser: &Browser, selector: &str) -> BTreeSet<String> {
    let seen = browser.run(&format!(
        "return [...document.querySelectorAll({selector:?})].map(link => {{
           const box = link.getBoundingClientRect();
           return [link.href, box.width > 0 && box.height > 0 && box.left >= 0
             && box.right <= document.documentElement.clientWidth, link.innerText.trim()] }})"
    ));
    let seen: Vec<(String, bool, String)> = serde_json::from_value(seen).unwrap();
    for (address, visible, text) in &seen {
        assert!(*visible && !text.is_empty(), "{address} {text:?} cannot be seen");
    }
    seen.into_iter().map(|(address, ..)| address).collect()
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn every_link_of_a_newsletter_leads_to_its_target_with_and_without_scripts() {
    let fixture = Fixture::new(&sessions());
    let running = fixture.serve(&["--at", BEFORE]);
    let here = format!("http://{}", running.address);
    let browser = Browser::start();
    let mut seen: Vec<BTreeSet<String>> = Vec::new();
    for width in WIDTHS {
        for scripts in [true, false] {
            browser.scripts(scripts);
            browser.screen(width, 800);
            browser.open(&format!("{here}/feeds/some/newsletter"));
            seen.push(links(&browser, ".block a"));
            on_the_pages(&browser, &here, scripts);
        }
    }
    assert!(seen.iter().all(|links| *links == seen[0]), "not the same links everywhere");
    let mut followed = 0;
    for address in &seen[0] {
        let path = address.strip_prefix("https://cal.example").expect("another service");
        let Some(rest) = path.strip_prefix("/sessions/nasty-") else {
            assert_eq!(path, "/feeds/some");
            continue;
        };
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: usize = rest[..end].parse().unwrap();
        let text = &nasty::texts()[number];
        followed += 1;
        match &rest[end..] {
            "" => {
                browser.open(&format!("{here}{path}"));
                let title = browser.run("return document.querySelector('h1').textContent");
                assert_eq!(title, json!(text.trim()), "{path}");
            }
            ".ics" => {
                let read = crate::readers::by_both(running.get(path, &[]).text());
                assert_eq!(read.events[0].summary, text.trim());
            }
            "/register" => {
                let to = format!("https://b.example/register?a={number}&b=2");
                assert_eq!(location(&running, path), to);
            }
            _ => {
                let (title, start, end, said) = told(&Address::read(&location(&running, path)));
                let expected = instant(WHEN[number % WHEN.len()].2);
                assert!(came(&title, text.trim()), "{path}: {title:?}");
                assert_eq!((start, (end - start).num_minutes()), (expected, 90), "{path}");
                let blocks: Vec<&str> = said.split("\n\n").collect();
                assert!(came(blocks[1], text.trim()), "{path}: {said:?}");
                let page = format!("https://cal.example/sessions/nasty-{number}");
                assert_eq!(blocks.last(), Some(&page.as_str()));
            }
        }
    }
    assert_eq!(followed, 6 * nasty::texts().len());
}

/// Checks the pages of the session and of its feed: every button, the messages, and the additions of the script.
fn on_the_pages(browser: &Browser, here: &str, scripts: bool) {
    let own = |path: &str| format!("{here}{path}");
    browser.open(&own("/sessions/nasty-0"));
    let buttons = links(browser, ".buttons a");
    for part in ["/google", "/outlook", "/office365", ".ics"] {
        assert!(buttons.contains(&own(&format!("/sessions/nasty-0{part}"))), "{buttons:?}");
    }
    let when = browser.run("return document.querySelector('.when time').dateTime");
    assert_eq!(instant(when.as_str().unwrap()), instant(WHEN[0].2));
    let added = browser.run("return document.querySelectorAll('.yours').length");
    assert_eq!(added, json!(u8::from(scripts)));
    browser.click("ul.buttons a[href='/feeds/some']");
    assert_eq!(browser.address(), own("/feeds/some"));
    let buttons = links(browser, ".buttons a");
    assert!(buttons.contains("webcal://cal.example/feeds/some.ics"), "{buttons:?}");
    for target in ["google", "outlook", "office365"] {
        assert!(buttons.contains(&own(&format!("/feeds/some/{target}"))), "{buttons:?}");
    }
    let address = browser.run("return document.querySelector('#address').value");
    assert_eq!(address, json!("https://cal.example/feeds/some.ics"));
    let copy = browser.run("return document.querySelectorAll('.field button').length");
    assert_eq!(copy, json!(u8::from(scripts)));
    if scripts {
        browser.click("#address");
        let selected = browser.run("return getSelection().toString()");
        assert_eq!(selected, Value::from("https://cal.example/feeds/some.ics"));
        browser.click(".field button");
    }
    // The help for other apps opens without a script.
    browser.click("summary");
    assert_eq!(browser.run("return document.querySelector('details').open"), json!(true));
}
