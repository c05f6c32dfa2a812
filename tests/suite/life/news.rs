//! Changed places, and changed links to register or to join: pages announce them like changed times until the session
//! is over, unless the change was undone.

use convene::newsletter::{BlockFormat, Subject, changed};
use convene::publish::Published;
use serde_json::{Value, json};

use super::{Story, other, talk};
use crate::nasty;
use crate::support::{BEFORE, Fixture, body, list, quoted, session, words};

const LATER: &str = "2024-02-01T12:00:00Z";

/// The changing fields: the session's id, which is the TOML key, then the lines of its values, each with its words. The
/// first value of each field is empty.
const FIELDS: [(&str, [(&str, &str); 3]); 3] = [
    (
        "place",
        [
            ("", ""),
            ("place = { name = \"Hall\", address = \"1 Main St.\" }\n", "Hall, 1 Main St."),
            ("place = { name = \"Room <2>\" }\n", "Room <2>"),
        ],
    ),
    (
        "register",
        [
            ("", ""),
            ("register = \"https://r.example/1\"\n", "1"),
            ("register = \"https://r.example/2\"\n", "2"),
        ],
    ),
    (
        "join",
        [
            ("", ""),
            ("join = \"https://j.example/1\"\n", "1"),
            ("join = \"https://j.example/2\"\n", "2"),
        ],
    ),
];

/// Returns the three sessions, each with a value of a different field.
fn lists(value: usize) -> String {
    let sessions = FIELDS.map(|(id, values)| session(id, "2024-04-30T14:00:00", values[value].0));
    list(&sessions.concat())
}

/// Returns the sentence about a field with an old and a new value.
fn sentence(field: &str, was: &str, now: &str) -> String {
    let stop = |text: &str| if text.ends_with('.') { text.to_owned() } else { format!("{text}.") };
    match (field, was, now) {
        ("place", "", now) => format!("There is now a place: {}", stop(now)),
        ("place", was, "") => format!("This session is no longer at {}", stop(was)),
        ("place", was, now) => {
            format!("The place has changed. Was: {} Now: {}", stop(was), stop(now))
        }
        (verb, "", _) => format!("There is now a link to {verb}."),
        (verb, _, "") => format!("There is no longer a link to {verb}."),
        (verb, ..) => format!("The link to {verb} has changed."),
    }
}

/// Returns a page or block without the elements that isolate the author's texts.
fn isolated(page: &str) -> String {
    ["<bdi>", "</bdi>", "<span>", "</span>"]
        .iter()
        .fold(page.to_owned(), |page, tag| page.replace(tag, ""))
}

/// Returns every sequence of two to four values, each different from the previous one.
fn walks() -> Vec<Vec<usize>> {
    let one: Vec<Vec<usize>> = (0..3).map(|value| vec![value]).collect();
    let longer = |walks: &Vec<Vec<usize>>| -> Vec<Vec<usize>> {
        let on = |walk: &Vec<usize>| {
            let other = (0..3).filter(|value| walk.last() != Some(value));
            other.map(|value| [walk.as_slice(), &[value]].concat()).collect::<Vec<_>>()
        };
        walks.iter().flat_map(on).collect()
    };
    let two = longer(&one);
    let three = longer(&two);
    let four = longer(&three);
    [two, three, four].concat()
}

/// Returns the blocks about the changes of all sessions, by id.
fn blocks(published: &Published) -> Vec<Value> {
    let edition = published.site.edition();
    let block = changed(edition, &words(edition), Subject::ToCome, BlockFormat::Json);
    block.map(|json| serde_json::from_str(&json).unwrap()).unwrap_or_default()
}

#[test]
fn news_compares_with_the_last_other_value_and_omits_undone_changes() {
    let walks = walks();
    assert_eq!(walks.len(), 6 + 12 + 24);
    for walk in walks {
        let fixture = Fixture::new(&lists(walk[0]));
        let mut published = fixture.publish(BEFORE);
        assert!(blocks(&published).is_empty(), "the first publication is no news");
        for (step, value) in walk.iter().enumerate().skip(1) {
            fixture.write(&lists(*value));
            published = fixture.publish(&format!("2024-02-0{step}T12:00:00Z"));
        }
        let now = *walk.last().unwrap();
        // All changes since the first publication of this value were undone.
        let first = walk.iter().position(|value| *value == now).unwrap();
        let was = first.checked_sub(1).map(|before| walk[before]);
        let blocks = blocks(&published);
        assert_eq!(blocks.len(), if was.is_some() { 3 } else { 0 }, "{walk:?}");
        for (id, values) in FIELDS {
            let page = body(&published, &format!("/sessions/{id}"));
            let page = isolated(&page).replace("&lt;", "<").replace("&gt;", ">");
            let Some(was) = was else {
                assert!(!page.contains("<p class=\"say\">"), "{walk:?}: {page}");
                continue;
            };
            let said = sentence(id, values[was].1, values[now].1);
            assert!(
                page.contains(&format!("<p class=\"say\">{said}</p>")),
                "{walk:?}: {said}: {page}"
            );
            let block = blocks.iter().find(|block| block["id"] == id).unwrap();
            assert_eq!(block["said"], json!([said]), "{walk:?}");
            assert_eq!(block["was"], Value::Null);
        }
    }
}

const LINES: &str = "place = { name = \"Hall\" }\njoin = \"https://j.example/1\"\n";
const OTHERS: &str = "place = { name = \"Room\" }\njoin = \"https://j.example/2\"\n\
                      register = \"https://r.example/\"\n";
const SAID: [&str; 3] = [
    "The place has changed. Was: Hall. Now: Room.",
    "There is now a link to register.",
    "The link to join has changed.",
];
/// The documents that contain the sentence.
const PLACES: [&str; 4] =
    ["/sessions/talk", "/feeds/test.atom", "/sessions/talk/newsletter", "/feeds/test/newsletter"];

#[test]
fn page_atom_and_blocks_say_it_until_the_session_is_over() {
    let story = Story::begin(&list(&(talk(LINES) + &other())));
    let first = story.serve(BEFORE);
    let told = story.then(&list(&(talk(OTHERS) + &other())), LATER);
    let last = story.serve("2024-04-30T18:59:59Z");
    let over = story.serve("2024-04-30T19:00:00Z");
    for said in SAID {
        for path in PLACES {
            for (served, says) in [(&first, false), (&told, true), (&last, true), (&over, false)] {
                assert_eq!(isolated(&served.text(path)).contains(said), says, "{path}: {said}");
            }
        }
        for path in ["/sessions/other", "/sessions/other/newsletter", "/", "/feeds/test"] {
            assert!(!told.text(path).contains(said), "{path}: {said}");
        }
    }
    assert!(told.text("/feeds/test.atom").contains("<title>Session talk</title>"));
    // A past session no longer has links, and no calendar contains the old values.
    for served in [&first, &told, &over] {
        for path in ["/feeds/test.ics", "/sessions/talk.ics", "/feeds/test.json"] {
            assert!(!served.text(path).contains("has changed"), "{path}");
        }
    }
}

#[test]
fn news_is_next_to_the_new_time_and_absent_for_a_cancelled_session() {
    let story = Story::begin(&list(&talk(LINES)));
    story.serve(BEFORE);
    let moved = talk(OTHERS).replace("T14:", "T15:");
    let told = story.then(&list(&moved), LATER);
    let page = isolated(&told.text("/sessions/talk"));
    let all = format!(
        "<p class=\"say\">Moved from Tuesday, April 30, 2024, 2 pm ET to 3 pm ET.<br>{}</p>",
        SAID.join("<br>")
    );
    assert!(page.contains(&all), "{page}");
    let atom = told.text("/feeds/test.atom");
    assert!(atom.contains("<title>Moved: Session talk</title>"), "{atom}");
    assert!(atom.contains(&format!("to 3 pm ET. {}</summary>", SAID.join(" "))), "{atom}");
    let off = moved.replace("title", "status = \"cancelled\"\ntitle");
    let off = story.then(&list(&off), "2024-02-02T12:00:00Z");
    for path in PLACES {
        for said in SAID {
            assert!(!off.text(path).contains(said), "{path}: {said}");
        }
    }
}

/// Publishes the talk before and after the change, in a new folder.
fn after(was: &str, now: &str) -> Fixture {
    let fixture = Fixture::new(&list(&(talk(was) + &other())));
    fixture.publish(BEFORE);
    fixture.write(&list(&(now.to_owned() + &other())));
    fixture
}

#[test]
fn the_block_has_each_sentence_in_every_format_and_no_address_except_the_pages() {
    let fixture = after(LINES, &talk(OTHERS));
    let print = |format: &str| {
        let output =
            fixture.run(&["links", "--changed", "talk", "--format", format, "--at", LATER]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let text = print("text");
    let whole = format!(
        "Session talk\nTuesday, April 30, 2024, 2\u{2060}\u{2013}\u{2060}3 pm ET (18:00\u{2060}\u{2013}\u{2060}19:00 UTC)\n{}\n\n\
         About this session\nhttps://cal.example/sessions/talk\n",
        SAID.join("\n")
    );
    assert!(text.starts_with(&whole), "{text}");
    let markdown = print("markdown");
    let html = isolated(&print("html"));
    for said in SAID {
        assert!(markdown.contains(&format!("**{said}**\n")), "{markdown}");
        assert!(html.contains(&format!("<b>{said}</b>")), "{html}");
    }
    for block in [&text, &markdown, &html] {
        assert!(!block.contains("Was: Tuesday") && !block.contains("Now: Tuesday"), "{block}");
        assert_eq!(block.matches("://").count(), 1, "{block}");
    }
    let json: Value = serde_json::from_str(&print("json")).unwrap();
    let talk = json!({
        "id": "talk",
        "title": "Session talk",
        "was": null,
        "now": "Tuesday, April 30, 2024, 2\u{2060}\u{2013}\u{2060}3 pm ET (18:00\u{2060}\u{2013}\u{2060}19:00 UTC)",
        "reason": null,
        "said": SAID,
        "page": "https://cal.example/sessions/talk",
    });
    assert_eq!(json, json!([talk]));
}

#[test]
fn a_place_of_any_kind_stays_a_text() {
    let at = |name: &str| format!("place = {{ name = {} }}\n", quoted(name));
    for name in nasty::texts() {
        let fixture = after(&at(&name), &talk(&at("Hall")));
        let published = fixture.publish(LATER);
        let (edition, subject) = (published.site.edition(), Subject::ToCome);
        let html = changed(edition, &words(edition), subject, BlockFormat::Html).unwrap();
        // The block is also XML, so a parser shows the text that a reader sees.
        let html = html.replace(['\u{fffe}', '\u{ffff}'], "");
        let shown = roxmltree::Document::parse(&html).unwrap();
        let bold: Vec<String> = shown
            .descendants()
            .filter(|node| node.has_tag_name("b"))
            .map(|node| {
                node.descendants()
                    .filter(|node| node.is_text())
                    .filter_map(|node| node.text())
                    .collect()
            })
            .collect();
        let seen = name.replace(['\u{fffe}', '\u{ffff}'], "");
        let [said] = bold.as_slice() else { panic!("{html}") };
        assert!(said.contains(&format!("Was: {seen}")), "{said}");
        assert_eq!(shown.descendants().filter(|node| node.has_tag_name("a")).count(), 1, "{html}");
        let markdown = changed(edition, &words(edition), subject, BlockFormat::Markdown).unwrap();
        let line = markdown.lines().find(|line| line.contains("Was: ")).unwrap();
        assert!(line.starts_with("**The place has changed. ") && line.ends_with("**"), "{line}");
        let page = body(&published, "/sessions/talk");
        assert!(!page.contains("<script>alert"), "{page}");
    }
}

#[test]
fn a_replaced_link_is_in_no_stored_file_except_sessions_toml() {
    let fixture = after(LINES, &talk(OTHERS));
    fixture.publish(LATER);
    let state = std::fs::read_to_string(fixture.revisions_file()).unwrap();
    assert!(!state.contains("j.example"), "{state}");
}
