//! Labels for zones, names of zones in texts, and language codes.

use super::{file, findings, range_with_utc};

#[test]
fn a_label_is_printed_in_place_of_the_name() {
    let calendar = "timezone = \"America/Los_Angeles\"\n\
        also_in = [\"America/New_York\", { zone = \"Europe/London\", label = \"UK time\" }]";
    let toml = file(calendar, "start = 2027-03-16T12:00:00");
    assert_eq!(
        range_with_utc(&toml),
        "Tuesday, March 16, 2027, 12~–~1:30 pm PT / 3~–~4:30 pm ET / 7~–~8:30 pm UK time \
         (19:00~–~20:30 UTC)"
    );
    assert_eq!(findings(&toml), "");
}

#[test]
fn a_label_does_not_hide_a_repeated_hour() {
    let calendar = "timezone = \"Europe/London\"\nlanguage = \"en-GB\"\n\
        also_in = { zone = \"Europe/London\", label = \"UK time\" }";
    for (fold, expected) in [("earlier", "01:10~–~01:40 BST"), ("later", "01:10~–~01:40 GMT")] {
        let session = format!("start = 2027-10-31T01:10:00\nduration = \"30m\"\nfold = \"{fold}\"");
        let line = range_with_utc(&file(calendar, &session));
        assert!(line.contains(expected), "{line}");
    }
}

#[test]
fn a_label_that_names_another_hour_is_a_finding() {
    for (zone, label, is_wrong) in [
        ("Europe/London", "ET", true),
        ("America/Denver", "MST", true),
        ("America/Phoenix", "MST", false),
        ("America/Phoenix", "MT", true),
        ("America/Denver", "Denver (MT)", false),
        ("America/Vancouver", "PT", false),
        ("Europe/Paris", "CEST", false),
        ("Europe/Paris", "CET", true),
        ("Asia/Tokyo", "Tokyo", false),
    ] {
        let calendar = format!(
            "timezone = \"America/New_York\"\nalso_in = [{{ zone = \"{zone}\", label = \"{label}\" }}]"
        );
        let said = findings(&file(&calendar, "start = 2027-07-06T12:00:00"));
        assert_eq!(said.contains("names another hour than"), is_wrong, "{zone} {label}: {said}");
    }
}

#[test]
fn a_text_that_is_exactly_right_gets_no_finding() {
    // Each row has the zone of the session at 10 am, the text, and whether the text is wrong.
    for (zone, day, text, is_wrong) in [
        ("America/Phoenix", "2027-07-06", "10 am MST", false),
        ("America/Phoenix", "2027-07-06", "10 am MT", true),
        ("America/Phoenix", "2027-07-06", "10 am PT", false),
        ("America/Mexico_City", "2027-07-06", "10 am CST", false),
        ("America/New_York", "2027-07-06", "10 am ET", false),
        ("America/New_York", "2027-07-06", "10 am EDT", false),
        ("America/New_York", "2027-07-06", "10 am EST", true),
        ("America/New_York", "2027-07-06", "2 pm GMT", false),
        ("America/New_York", "2027-07-06", "3 pm BST", false),
        ("America/New_York", "2027-07-06", "4 pm CEST", false),
        ("America/New_York", "2027-07-06", "4 pm CET", true),
        ("America/New_York", "2027-12-07", "4 pm CET", false),
        ("Australia/Brisbane", "2027-01-05", "10 am AEST", false),
        ("America/New_York", "2027-07-06", "10 OK", false),
        ("America/New_York", "2027-07-06", "3 pm GMT+1", false),
        ("America/New_York", "2027-07-06", "8 AM AT CITY HALL", false),
        ("America/Los_Angeles", "2027-07-06", "8 AM AT", true),
    ] {
        let session = format!("start = {day}T10:00:00\ndescription = \"We meet at {text}.\"");
        let said = findings(&file(&format!("timezone = \"{zone}\""), &session));
        assert_eq!(
            said.contains("wrong-time") || said.contains("says"),
            is_wrong,
            "{text}: {said}"
        );
    }
}

#[test]
fn a_language_without_dates_is_a_warning_that_offers_the_right_one() {
    for (language, meant) in
        [("gr", Some("el")), ("jp", Some("ja")), ("iw", Some("he")), ("tlh", None)]
    {
        let toml = file(
            &format!("timezone = \"Europe/Athens\"\nlanguage = \"{language}\""),
            "start = 2027-04-05T14:00:00",
        );
        let said = findings(&toml);
        assert!(said.contains(&format!("the language `{language}` has no date formats")), "{said}");
        if let Some(meant) = meant {
            assert!(said.contains(&format!("did you mean `language = \"{meant}\"`?")), "{said}");
        }
        let line = range_with_utc(&toml);
        assert!(line.starts_with("Monday, April 5, 2027, 2~–~3:30 pm"), "{line}");
    }
    let english =
        file("timezone = \"Europe/Athens\"\nlanguage = \"english\"", "start = 2027-04-05");
    assert!(findings(&english).contains("write `language = \"en-US\"`"));
    for language in ["el", "en-GB", "zh-Hant", "sw", "cy", "fil"] {
        let toml = file(
            &format!("timezone = \"Europe/Athens\"\nlanguage = \"{language}\""),
            "start = 2027-04-05T14:00:00",
        );
        assert_eq!(findings(&toml), "", "{language}");
    }
}
