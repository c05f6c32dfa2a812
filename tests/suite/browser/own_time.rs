//! Every page that shows a time shows the reader's own time first, by the clock of the device.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};

use serde_json::json;

use super::webdriver::Browser;
use crate::support::Fixture;

const LIST: &str = "[calendar]\nid = \"all\"\ntitle = \"All\"\nurl = \"https://cal.example/\"\n\
    timezone = \"America/Los_Angeles\"\nduration = \"90m\"\n\
    [[series]]\nid = \"some\"\ntitle = \"Some\"\n\
    [[sessions]]\nid = \"evening\"\nseries = \"some\"\ntitle = \"Evening\"\nstart = 2027-03-16T18:30:00\n\
    [[sessions]]\nid = \"days\"\nseries = \"some\"\ntitle = \"Days\"\nstart = 2027-03-18\nend = 2027-03-19\n";
const PAGES: [&str; 5] =
    ["/", "/feeds/some", "/sessions/evening", "/years/2027", "/feeds/some/embed"];

/// This script returns the lines with the reader's time; for each, it returns whether the organizer's times follow in
/// the text color.
const LINES: &str = r#"
    return [...document.querySelectorAll(".yours")].map(line => [
        line.textContent,
        !!line.nextElementSibling.querySelector("time[data-end]"),
        getComputedStyle(line).color === getComputedStyle(document.body).color,
    ]);
"#;

#[test]
#[ignore = "needs chromium and chromedriver"]
fn every_page_begins_with_the_time_on_the_reader_s_device() {
    let browser = Browser::start();
    let running = Fixture::new(LIST).serve(&["--at", "2027-01-15T12:00:00Z"]);
    for (zone, expected) in [
        ("America/Denver", ["Tuesday, March 16", "7:30", "9:00", "MDT"]),
        ("Asia/Tokyo", ["Wednesday, March 17", "10:30", "12:00", "GMT+9"]),
        // The end is on another day, so the page prints the day.
        ("America/Sao_Paulo", ["Tuesday, March 16", "10:30", "12:00", "Wednesday, March 17"]),
    ] {
        browser.devtools("Emulation.setTimezoneOverride", json!({ "timezoneId": zone }));
        for page in PAGES {
            browser.open(&format!("http://{}{page}", running.address));
            let lines = browser.run(LINES);
            let lines = lines.as_array().unwrap();
            assert_eq!(lines.len(), 1, "{page} in {zone}: {lines:?}");
            let text = lines[0][0].as_str().unwrap();
            assert!(expected.iter().all(|part| text.contains(part)), "{page} in {zone}: {text}");
            assert_eq!((&lines[0][1], &lines[0][2]), (&json!(true), &json!(true)), "{page}");
        }
    }
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn where_clocks_change_during_a_session_start_and_end_have_their_own_names() {
    let browser = Browser::start();
    let night = LIST.replace("2027-03-16T18:30:00", "2027-11-07T00:30:00\nduration = \"4h\"");
    let running = Fixture::new(&night).serve(&["--at", "2027-01-15T12:00:00Z"]);
    let zone = json!({ "timezoneId": "America/Los_Angeles" });
    browser.devtools("Emulation.setTimezoneOverride", zone);
    browser.open(&format!("http://{}/sessions/evening", running.address));
    let line = browser.run("return document.querySelector('.yours').textContent");
    let line = line.as_str().unwrap();
    assert!(line.contains("12:30") && line.contains("PDT"), "{line}");
    assert!(line.contains("3:30") && line.contains("PST"), "{line}");
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn a_frame_on_another_site_shows_it_too() {
    let browser = Browser::start();
    let running = Fixture::new(LIST).serve(&["--at", "2027-01-15T12:00:00Z"]);
    let frame = format!("<iframe src=\"http://{}/feeds/some/embed\"></iframe>", running.address);
    browser.open(&format!("http://{}/", another_site(frame)));
    browser.enter_frame(0);
    let count = browser.run("return document.querySelectorAll('.yours').length");
    assert_eq!(count, json!(1));
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn without_a_script_and_on_paper_the_organiser_s_times_stand_alone() {
    let browser = Browser::start();
    let running = Fixture::new(LIST).serve(&["--at", "2027-01-15T12:00:00Z"]);
    browser.open(&format!("http://{}/sessions/evening", running.address));
    browser.media("print", "light");
    let shown = browser.run("return document.querySelector('.yours').getClientRects().length");
    assert_eq!(shown, json!(0));
    browser.scripts(false);
    browser.open(&format!("http://{}/sessions/evening", running.address));
    let count = browser.run("return document.querySelectorAll('.yours').length");
    assert_eq!(count, json!(0));
}

/// Starts another site on its own port, which responds to every request with one page.
fn another_site(page: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                page.len()
            );
            let _ = stream.write_all((head + &page).as_bytes());
        }
    });
    address
}
