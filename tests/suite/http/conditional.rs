//! Conditional requests by tag, and the order of their evaluation (RFC 9110 section 13.2.2).

use super::{FEED, INVITE, KINDS, MODIFIED, NEWER, OLDER, Served};

#[test]
fn if_match_accepts_the_tag_of_any_coding() {
    let served = Served::example();
    for coding in ["identity", "gzip", "br"] {
        let tag = served.tag(FEED, coding);
        let answer = served.get(FEED, &[("If-Match", &tag)]);
        assert_eq!(answer.status, 200, "{tag}");
        assert!(answer.text().starts_with("BEGIN:VCALENDAR\r\n"), "{tag}");
        let list = format!("\"other\", {tag}");
        assert_eq!(served.status(FEED, &[("If-Match", &list)]), 200, "{list}");
        let lines = [("If-Match", "\"other\""), ("If-Match", tag.as_str())];
        assert_eq!(served.status(FEED, &lines), 200, "{lines:?}");
    }
}

#[test]
fn if_match_fails_with_the_tag_of_something_else() {
    let served = Served::example();
    let other = served.tag(INVITE, "identity");
    for tags in ["\"other\"", &other, "\"a\", \"b\"", "bare", ""] {
        let answer = served.get(FEED, &[("If-Match", tags)]);
        assert_eq!(answer.status, 412, "{tags}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{tags}");
        assert!(!answer.text().contains("BEGIN:VCALENDAR"), "{tags}");
    }
}

#[test]
fn if_match_compares_strongly() {
    let served = Served::example();
    let weak = format!("W/{}", served.tag(FEED, "identity"));
    assert_eq!(served.status(FEED, &[("If-Match", &weak)]), 412);
}

#[test]
fn if_match_with_a_star_accepts_every_resource() {
    let served = Served::example();
    for path in KINDS {
        assert_eq!(served.status(path, &[("If-Match", "*")]), 200, "{path}");
    }
}

#[test]
fn if_match_wins_over_if_unmodified_since() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    let both = |tag: &str, since: &str| {
        served.status(FEED, &[("If-Unmodified-Since", since), ("If-Match", tag)])
    };
    assert_eq!(both(&tag, OLDER), 200);
    assert_eq!(both("\"other\"", NEWER), 412);
}

#[test]
fn if_none_match_finds_an_exact_tag_of_every_kind() {
    let served = Served::example();
    for path in KINDS {
        let tag = served.tag(path, "identity");
        assert_eq!(served.status(path, &[("If-None-Match", &tag)]), 304, "{path}");
    }
}

#[test]
fn if_none_match_finds_a_tag_in_a_list_and_in_several_lines() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    for list in [
        format!("\"a\", \"b,c\", {tag}"),
        format!("{tag},\"a\""),
        format!(" , \"a\" ,,{tag} ,"),
        format!("W/\"a\",W/{tag}"),
    ] {
        assert_eq!(served.status(FEED, &[("If-None-Match", &list)]), 304, "{list}");
    }
    let lines = [("If-None-Match", "\"a\""), ("If-None-Match", tag.as_str())];
    assert_eq!(served.status(FEED, &lines), 304);
}

#[test]
fn if_none_match_compares_weakly() {
    let served = Served::example();
    let weak = format!("W/{}", served.tag(FEED, "identity"));
    assert_eq!(served.status(FEED, &[("If-None-Match", &weak)]), 304);
}

#[test]
fn if_none_match_with_a_star_finds_every_resource() {
    let served = Served::example();
    for path in KINDS {
        assert_eq!(served.status(path, &[("If-None-Match", "*")]), 304, "{path}");
    }
}

#[test]
fn if_none_match_finds_the_tag_of_another_coding_and_sends_the_selected_one() {
    let served = Served::example();
    let tags = ["identity", "gzip", "br"].map(|coding| (coding, served.tag(FEED, coding)));
    for (_, held) in &tags {
        for (coding, selected) in &tags {
            let asked = [("Accept-Encoding", *coding), ("If-None-Match", held.as_str())];
            let answer = served.get(FEED, &asked);
            assert_eq!(answer.status, 304, "{asked:?}");
            assert_eq!(answer.header("etag"), Some(selected.as_str()), "{asked:?}");
        }
    }
}

#[test]
fn if_none_match_ignores_foreign_tags() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    let bare = tag.trim_matches('"').to_owned();
    let other = served.tag(INVITE, "identity");
    let suffix = format!("\"{bare}-zstd\"");
    let cut = format!("\"{}\"", &bare[1..]);
    let open = format!("\"{bare}");
    let small = format!("w/{tag}");
    for miss in ["\"other\"", &other, &bare, &suffix, &cut, &open, &small, "\"*\"", ""] {
        let answer = served.get(FEED, &[("If-None-Match", miss)]);
        assert_eq!(answer.status, 200, "{miss}");
        assert_eq!(answer.header("etag"), Some(tag.as_str()), "{miss}");
    }
}

#[test]
fn if_none_match_wins_over_if_modified_since() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    let both = |tag: &str, since: &str| {
        served.status(FEED, &[("If-Modified-Since", since), ("If-None-Match", tag)])
    };
    assert_eq!(both("\"other\"", MODIFIED), 200);
    assert_eq!(both(&tag, OLDER), 304);
}

#[test]
fn a_first_condition_that_holds_leads_to_the_second() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    let both = |first: &str, second: &str| {
        served.status(FEED, &[("If-None-Match", second), ("If-Match", first)])
    };
    assert_eq!(both(&tag, &tag), 304);
    assert_eq!(both(&tag, "\"other\""), 200);
    assert_eq!(both("\"other\"", &tag), 412);
    let dates = [("If-Unmodified-Since", MODIFIED), ("If-Modified-Since", MODIFIED)];
    assert_eq!(served.status(FEED, &dates), 304);
}

#[test]
fn ranges_are_not_offered_and_if_range_has_no_effect() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    let whole = served.get(FEED, &[]);
    for condition in [tag.as_str(), "\"other\"", MODIFIED] {
        let answer = served.get(FEED, &[("Range", "bytes=0-9"), ("If-Range", condition)]);
        assert_eq!((answer.status, &answer.body), (200, &whole.body), "{condition}");
        assert_eq!(answer.header("content-range"), None);
    }
}

#[test]
fn conditions_are_not_asked_of_other_methods() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    for method in ["POST", "PUT", "DELETE", "PROPFIND", "OPTIONS"] {
        for condition in [("If-None-Match", "*"), ("If-Match", &tag), ("If-Match", "\"other\"")] {
            let answer = served.running.request(method, FEED, &[condition]);
            assert_eq!(answer.status, 405, "{method} {condition:?}");
        }
    }
}

#[test]
fn errors_and_redirects_have_no_validators() {
    let served = Served::example();
    let conditions = [
        ("If-None-Match", "*"),
        ("If-Match", "\"other\""),
        ("If-Match", "*"),
        ("If-Modified-Since", NEWER),
        ("If-Unmodified-Since", OLDER),
    ];
    for condition in conditions {
        assert_eq!(served.status("/feeds/none.ics", &[condition]), 404, "{condition:?}");
        assert_eq!(served.status(&format!("{FEED}/"), &[condition]), 301, "{condition:?}");
    }
}
