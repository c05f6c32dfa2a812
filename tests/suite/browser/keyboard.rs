//! Keyboard use: Tab reaches every link and button in visual order, and the focus is always visible.

use serde::Deserialize;

use super::WIDTHS;
use super::webdriver::Browser;
use crate::samples;

const TAB: char = '\u{e004}';

/// The focused element.
#[derive(Debug, Deserialize, PartialEq)]
struct Focus {
    /// The index among all focusable elements; `None` for the page itself.
    number: Option<usize>,
    name: String,
    top: f64,
    bottom: f64,
    left: f64,
    /// The width of its outline in CSS pixels.
    outline: f64,
    within: bool,
}

const FOCUS: &str = r#"
    const all = [...document.querySelectorAll("a[href], button, input, textarea, summary")];
    const element = document.activeElement, box = element.getBoundingClientRect();
    const style = getComputedStyle(element), at = all.indexOf(element);
    return { number: at < 0 ? null : at, name: element.outerHTML.slice(0, 80),
      top: box.top + scrollY, bottom: box.bottom + scrollY, left: box.left,
      outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
      within: box.bottom > 0 && box.top < innerHeight };
"#;

fn walk(browser: &Browser) -> Vec<Focus> {
    let mut walked: Vec<Focus> = Vec::new();
    loop {
        browser.press(TAB);
        let focus: Focus = serde_json::from_value(browser.run(FOCUS)).unwrap();
        let over = focus.name.starts_with("<body") || walked.contains(&focus);
        if over {
            return walked;
        }
        walked.push(focus);
        assert!(walked.len() < 300, "the focus does not come back");
    }
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn tab_reaches_every_link_and_button_in_visual_order_with_the_focus_in_sight() {
    let browser = Browser::start();
    for sample in samples::all().into_iter().filter(|s| ["rich", "right-to-left"].contains(&s.name))
    {
        let fixture = sample.fixture();
        let running = fixture.serve(&["--at", sample.at]);
        let (feed, session) = match sample.name {
            "rich" => ("rich", "opening"),
            _ => ("arabic", "first"),
        };
        for path in [
            "/".to_owned(),
            format!("/feeds/{feed}"),
            format!("/feeds/{feed}/apple"),
            format!("/feeds/{feed}/embed"),
            format!("/feeds/{feed}/newsletter"),
            format!("/sessions/{session}"),
        ] {
            for width in WIDTHS {
                browser.screen(width, 700);
                browser.open(&format!("http://{}{path}", running.address));
                let count = browser.run(
                    "return document.querySelectorAll('a[href], button, input, textarea, summary').length",
                );
                let walked = walk(&browser);
                let numbers: Vec<usize> = walked.iter().filter_map(|focus| focus.number).collect();
                let all: Vec<usize> =
                    (0..usize::try_from(count.as_u64().unwrap()).unwrap()).collect();
                assert_eq!(numbers, all, "{path} at {width}: {walked:#?}");
                for focus in &walked {
                    assert!(focus.outline >= 2.0, "{path} at {width}: no line around {focus:?}");
                    assert!(focus.within, "{path} at {width}: out of telemetry {focus:?}");
                }
                for pair in walked.windows(2).filter(|p| p.iter().all(|f| f.number.is_some())) {
                    let below = pair[1].top >= pair[0].top - 1.0 || pair[1].bottom > pair[0].top;
                    assert!(below, "{path} at {width}: upwards {pair:#?}");
                }
            }
        }
    }
}
