//! Generated mistakes: each causes one finding at its line, and the text of the help corrects the file.

use convene::config;
use convene::diagnostic::{Code, Finding, Severity};
use convene::source::Source;
use convene::zone::Rules;

use crate::support::Random;

const CALENDAR: &str = "[calendar]\nid = \"our-calendar\"\ntitle = \"Our sessions\"\n\
    timezone = \"America/New_York\"\nduration = \"1h\"\n";

/// Returns the findings of a text, each with its line.
fn findings(text: &str) -> Vec<(usize, Finding)> {
    let source = Source::from_bytes("sessions.toml", text.as_bytes().to_vec());
    let findings = config::load(&source, &Rules::bundled()).findings;
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    findings.into_iter().map(|finding| (line(finding.span.start), finding)).collect()
}

/// Returns the only finding of a text.
fn only(text: &str) -> (usize, Finding) {
    let mut all = findings(text);
    assert_eq!(all.len(), 1, "{text}\n{all:#?}");
    all.remove(0)
}

/// Returns the lines of a table with a number; `optional` selects optional keys, and `rotation` selects the order of
/// the keys.
fn table(number: usize, optional: usize, rotation: usize) -> Vec<String> {
    let month = number + 1;
    let mut lines = vec![
        format!("id = \"session-{number}\""),
        format!("title = \"Session {number}\""),
        format!("start = 2027-{month:02}-10T14:00:00"),
    ];
    let more = [
        "join = \"https://sessions.example/join\"",
        "tags = [\"workshop\"]",
        "place = { name = \"Hall\" }",
    ];
    lines.extend(
        more.iter()
            .enumerate()
            .filter(|(at, _)| optional >> at & 1 == 1)
            .map(|(_, line)| (*line).to_owned()),
    );
    let by = rotation % lines.len();
    lines.rotate_left(by);
    lines
}

#[test]
fn a_forgotten_sessions_line_is_asked_for_and_mends_the_file() {
    // 8 choices of optional keys, which differ between the sessions, times 6 orders, 3 separations and 4 choices of
    // forgotten lines are 576 files.
    for optional in 0..8 {
        for rotation in 0..6 {
            for separation in ["\n", "\n# the next one\n", "\n\n"] {
                for forgotten in [vec![1], vec![2], vec![3], vec![1, 3]] {
                    let mut text = CALENDAR.to_owned();
                    let mut expected = Vec::new();
                    for number in 0..4 {
                        text.push_str(separation);
                        match forgotten.contains(&number) {
                            true => expected.push(text.matches('\n').count() + 1),
                            false => text.push_str("[[sessions]]\n"),
                        }
                        for line in table(number, optional ^ number, rotation) {
                            text.push_str(&line);
                            text.push('\n');
                        }
                    }
                    let found = findings(&text);
                    let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
                    assert_eq!(lines, expected, "{text}\n{found:#?}");
                    let mut corrected: Vec<&str> = text.lines().collect();
                    for (line, finding) in found.into_iter().rev() {
                        assert_eq!(finding.code, Code::DuplicateKey);
                        let help =
                            format!("write [[sessions]] on a line of its own above line {line}");
                        assert_eq!(finding.help, Some(help), "{text}");
                        corrected.insert(line - 1, "[[sessions]]");
                    }
                    assert!(findings(&(corrected.join("\n") + "\n")).is_empty(), "{text}");
                }
            }
        }
    }
}

#[test]
fn a_forgotten_line_without_a_blank_line_is_asked_for_at_the_first_key_that_is_there_twice() {
    // Each of 3 keys comes first once.
    for rotation in 0..3 {
        let lines = |number| table(number, 0, rotation).join("\n");
        let text = format!("{CALENDAR}\n[[sessions]]\n{}\n{}\n", lines(0), lines(1));
        let (line, finding) = only(&text);
        assert_eq!(line, 11, "{text}");
        assert!(
            finding.message.ends_with("is a `[[sessions]]` line missing above line 11?"),
            "{}",
            finding.message
        );
    }
}

#[test]
fn the_line_of_another_table_is_asked_for_by_the_keys_below_it() {
    let page = "[page]\naccent = \"#1e5fa8\"\n";
    let series = "[[series]]\nid = \"a\"\ntitle = \"A\"\n";
    let session = "id = \"b\"\ntitle = \"B\"\nstart = 2027-04-30T14:00:00\n";
    for (before, after, wanted) in [
        (CALENDAR.to_owned(), session, "[[sessions]]"),
        (format!("{CALENDAR}\n{page}"), session, "[[sessions]]"),
        (format!("{CALENDAR}\n{series}"), session, "[[sessions]]"),
        (format!("{CALENDAR}\n{series}"), "id = \"b\"\ntitle = \"B\"\n", "[[series]]"),
        (
            format!("{CALENDAR}\n{series}"),
            "id = \"b\"\ntitle = \"B\"\ntags = [\"x\"]\n",
            "[[feeds]]",
        ),
        (String::new(), &CALENDAR["[calendar]\n".len()..], "[calendar]"),
    ] {
        let text = format!("{before}\n{after}");
        let errors: Vec<_> = findings(&text)
            .into_iter()
            .filter(|(_, own)| own.severity == Severity::Error)
            .collect();
        let [(line, finding)] = errors.as_slice() else { panic!("{text}\n{errors:#?}") };
        assert_eq!(*line, before.matches('\n').count() + 2, "{text}");
        let help = format!("write {wanted} on a line of its own above line {line}");
        assert_eq!(finding.help.as_deref(), Some(help.as_str()), "{text}");
    }
}

/// Returns ways to write a line wrong.
fn wrong_lines(key: &str, value: &str) -> Vec<String> {
    let bare = value.trim_matches('"');
    let mut all = vec![
        format!("{key}: {value}"),
        format!("{key} : {value}"),
        format!("{key}\t{value}"),
        format!("{key} {value}"),
        format!("{key} == {value}"),
        format!("{key} => {value}"),
        format!("{key} := {value}"),
        format!("- {key} = {value}"),
        format!("• {key} = {value}"),
        format!("* {key} = {value}"),
        format!("{key}\u{a0}= {value}"),
        format!("\u{a0}{key} = {value}"),
    ];
    if value.starts_with('"') {
        all.extend([
            format!("{key}: {bare}"),
            format!("{key} = {bare}"),
            format!("{key} = “{bare}”"),
            format!("{key} = „{bare}“"),
            format!("{key} = «{bare}»"),
            format!("{key} = ‘{bare}’"),
            format!("{key} = `{bare}`"),
            format!("{key} = \"{bare}"),
            format!("{key} = {bare}\""),
            format!("{key} = \"{bare}”"),
            format!("{key} = “{bare}\""),
            format!("{key} = {value},"),
            format!("{key} = {value};"),
            format!("{key} =\u{a0}{value}"),
        ]);
    }
    all
}

#[test]
fn the_help_for_a_wrong_line_is_the_right_line() {
    // 8 keys in 12 or 26 wrong lines are 180 files. Some keys are the first or the last of the table.
    let keys = [
        ("id", "\"talk\""),
        ("title", "\"Spring talk\""),
        ("start", "2027-04-30T14:00:00"),
        ("description", "\"All are welcome.\""),
        ("register", "\"https://sessions.example/register\""),
        ("timezone", "\"Europe/Berlin\""),
        ("duration", "\"90m\""),
        ("busy", "true"),
    ];
    for (at, (key, value)) in keys.iter().enumerate() {
        for wrong in wrong_lines(key, value) {
            let lines = keys.iter().map(|(own, right)| match own == key {
                true => wrong.clone(),
                false => format!("{own} = {right}"),
            });
            let text =
                format!("{CALENDAR}\n[[sessions]]\n{}\n", lines.collect::<Vec<_>>().join("\n"));
            let (line, finding) = only(&text);
            assert_eq!(line, 8 + at, "{text}");
            let right = format!("{key} = {value}");
            let help = finding.help.as_deref().unwrap_or_default();
            assert!(help.contains(&right), "{wrong}: {help}");
        }
    }
}

#[test]
fn a_pasted_text_is_one_finding_wherever_it_is() {
    // Each of 4 texts is at 3 places.
    let texts = [
        "Join us for an evening.",
        "Join us for an evening.\nDoors open: 7 pm.",
        "Dear all,\n\nthe next talk is soon.\n\nBest, Ana",
        "Title of the talk is not known yet\nstart at 7",
    ];
    let tables: Vec<String> = (0..3)
        .map(|number| format!("\n[[sessions]]\n{}\n", table(number, 7, 0).join("\n")))
        .collect();
    for text in texts {
        for at in 0..3 {
            let mut whole = CALENDAR.to_owned();
            for (number, table) in tables.iter().enumerate() {
                whole.push_str(table);
                if number == at {
                    whole.push_str(&format!("{text}\n"));
                }
            }
            let (line, _) = only(&whole);
            let before = whole.find(text).unwrap();
            assert_eq!(line, whole[..before].matches('\n').count() + 1, "{whole}");
        }
    }
}

#[test]
fn right_files_get_no_findings() {
    for text in [
        include_str!("../../sessions.toml"),
        include_str!("../golden/all-day/sessions.toml"),
        include_str!("../golden/base-path/sessions.toml"),
        include_str!("../golden/example/sessions.toml"),
    ] {
        assert!(findings(text).is_empty(), "{text}\n{:#?}", findings(text));
    }
}

#[test]
fn no_mixture_of_what_people_type_is_too_much() {
    // The test puts 20,000 lines into a session; they consist of pieces that the explanations search for.
    const PIECES: [&str; 64] = [
        "title",
        "start",
        "end",
        "tags",
        "place",
        "description",
        "duration",
        "date",
        "time",
        "Id",
        " ",
        "  ",
        "\t",
        "\u{a0}",
        "\u{200b}",
        "=",
        "==",
        "=>",
        ":",
        "\"",
        "'",
        "\"\"\"",
        "“",
        "”",
        "„",
        "‘",
        "’",
        "`",
        "[",
        "]",
        "[[",
        "{",
        "}",
        "(",
        ")",
        ",",
        ";",
        ".",
        "-",
        "–",
        "//",
        "#",
        "<b>",
        "&amp;",
        "2027",
        "04",
        "30",
        "4",
        "24:00",
        "2pm",
        "T",
        "April",
        "Uhr",
        "EST",
        "GMT+1",
        "https://a.example",
        "www.a",
        "@",
        "\\",
        "\n",
        "\r\n",
        "é",
        "👩\u{200d}👩",
        "İ",
    ];
    let mut random = Random(0x5eed_0019);
    for _ in 0..20_000 {
        let count = 1 + random.below(14);
        let line: String =
            (0..count).map(|_| PIECES[usize::try_from(random.below(64)).unwrap()]).collect();
        let text = format!("{CALENDAR}\n[[sessions]]\nid = \"a\"\n{line}\ntitle = \"A\"\n");
        for (_, finding) in findings(&text) {
            assert!(text.get(finding.span.clone()).is_some(), "{text}\n{finding:?}");
        }
    }
}

/// A repeating session with a line, or without one.
fn circle(line: &str) -> String {
    format!(
        "{CALENDAR}\n[[sessions]]\nid = \"circle\"\ntitle = \"Circle\"\nstart = 2027-05-04T18:00:00\n{line}\n"
    )
}

/// The first text of the help that is to be written.
fn line_of_help(finding: &Finding) -> String {
    let help = finding.help.as_deref().unwrap_or_default();
    help.split('`').nth(1).unwrap_or_else(|| panic!("{help}")).to_owned()
}

#[test]
fn a_rule_in_other_words_gets_the_line_to_write() {
    // 10 rules by 5 ends by 4 keys, and 6 by 3 as RRULE by 3 keys: 254 files.
    let words = [
        "weekly",
        "every week",
        "Tuesdays",
        "every Tuesday",
        "Tuesday and Thursday",
        "biweekly",
        "every other week",
        "first Tuesday",
        "1st Tuesday of the month",
        "monthly",
    ];
    let ends = ["", " until June 30, 2028", " until 30.06.2028", ", 4 times", " for 4 dates"];
    let rrules = [
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=TU,TH",
        "FREQ=WEEKLY;INTERVAL=2",
        "FREQ=DAILY",
        "FREQ=MONTHLY;BYDAY=1TU",
        "RRULE:FREQ=YEARLY",
    ];
    let mut wrong = Vec::new();
    for key in ["repeat", "recurrence", "repeats", "rule"] {
        for word in words {
            wrong.extend(ends.map(|end| format!("{key} = \"{word}{end}\"")));
        }
    }
    for key in ["rrule", "repeat", "recurrence"] {
        for rule in rrules {
            let ends = ["", ";COUNT=2", ";UNTIL=20280630T220000Z"];
            wrong.extend(ends.map(|end| format!("{key} = \"{rule}{end}\"")));
        }
    }
    assert_eq!(wrong.len(), 254);
    for wrong in wrong {
        let (line, finding) = only(&circle(&wrong));
        assert_eq!(line, 11, "{wrong}");
        let right = line_of_help(&finding);
        assert!(right.starts_with("repeat = { every = "), "{wrong}: {right}");
        let found = findings(&circle(&right));
        assert!(found.is_empty(), "{wrong}: {right}\n{found:#?}");
    }
}

#[test]
fn keys_of_a_rule_in_the_session_are_put_together() {
    // 5 ways to say the rule by 6 ends.
    let rules = [
        "every = \"week\"",
        "repeat = \"weekly\"",
        "repeat = { every = \"week\" }",
        "frequency = \"weekly\"",
        "repeats = \"weekly\"",
    ];
    let ends = [
        "times = 4",
        "count = 4",
        "times = \"4 times\"",
        "until = 2027-06-29",
        "until = \"2027-06-29\"",
        "until = \"6/29/2027\"",
    ];
    for rule in rules {
        for (at, end) in ends.iter().enumerate() {
            let (_, finding) = only(&circle(&format!("{rule}\n{end}")));
            let right = line_of_help(&finding);
            let end = if at < 3 { "times = 4" } else { "until = 2027-06-29" };
            assert_eq!(right, format!("repeat = {{ every = \"week\", {end} }}"), "{rule} {end}");
            assert!(findings(&circle(&right)).is_empty());
        }
    }
}

#[test]
fn dates_in_another_form_keep_their_list() {
    // 2 keys by 3 numbers of dates by 8 forms.
    let rule = "repeat = { every = \"week\", times = 9 }";
    for (key, days) in [("except", ["11", "18", "25"]), ("also", ["13", "20", "27"])] {
        for count in 1..=3 {
            let days = &days[..count];
            let listed = |form: &dyn Fn(&str) -> String| {
                days.iter().map(|day| form(day)).collect::<Vec<_>>().join(", ")
            };
            let dates = listed(&|day| format!("2027-05-{day}"));
            let expected = format!("{key} = [{dates}]");
            let mut wrong = vec![
                format!("[{}]", listed(&|day| format!("\"2027-05-{day}\""))),
                format!("[{}]", listed(&|day| format!("\"May {day}, 2027\""))),
                format!("[{}]", listed(&|day| format!("\"2027/05/{day}\""))),
                format!("[{}]", listed(&|day| format!("{day}.05.2027"))),
                format!("({dates})"),
            ];
            if count > 1 {
                wrong.extend([
                    dates.clone(),
                    format!("\"{dates}\""),
                    format!("\"{}\"", dates.replace(", ", " and ")),
                ]);
            }
            for wrong in wrong {
                let text = circle(&format!("{rule}\n{key} = {wrong}"));
                let (line, finding) = only(&text);
                assert_eq!(line, 12, "{text}");
                assert_eq!(line_of_help(&finding), expected, "{key} = {wrong}");
                assert!(findings(&circle(&format!("{rule}\n{expected}"))).is_empty());
            }
        }
    }
}

#[test]
fn a_table_with_nearly_the_id_of_a_date_gets_that_id() {
    // 10 ids by 3 values.
    let rule = "repeat = { every = \"week\", times = 9 }";
    for id in [
        "circle-2027-5-25",
        "circle 2027-05-25",
        "circle/2027-05-25",
        "circle_2027-05-25",
        "circle-20270525",
        "circle-25.05.2027",
        "circle-05-25-2027",
        "Circle-2027-05-25",
        "cirlce-2027-05-25",
        "circles-2027-05-25",
    ] {
        for value in ["status = \"cancelled\"", "start = 2027-05-26T18:00:00", "title = \"Picnic\""]
        {
            let with =
                |id: &str| circle(&format!("{rule}\n\n[[sessions]]\nid = \"{id}\"\n{value}"));
            let (line, finding) = only(&with(id));
            assert_eq!((line, finding.code), (14, Code::NoSuchDate), "{id}");
            let help = finding.help.unwrap_or_default();
            assert!(help.contains("write `id = \"circle-2027-05-25\"`"), "{id}: {help}");
            assert!(findings(&with("circle-2027-05-25")).is_empty());
        }
    }
}

#[test]
fn a_passcode_is_named_with_its_word() {
    // 5 words by 4 signs by 4 surroundings: what remains without it has no code.
    for word in ["Passcode", "password", "**Passcode**", "Kennwort", "Meeting passcode"] {
        for sign in [": ", " = ", " is ", ":"] {
            for (before, after) in
                [("", ""), ("Join us. ", ""), ("", ", and be on time."), ("A ", "\\nB")]
            {
                let said = format!("{word}{sign}aB12345");
                let text = circle(&format!("description = \"{before}{said}{after}\""));
                let (_, finding) = only(&text);
                assert_eq!(finding.code, Code::PublicPasscode);
                let named = &text[finding.span.clone()];
                assert!(named.ends_with("aB12345"), "{text}: {named}");
                assert!(line_of_help(&finding).ends_with("aB12345"), "{text}");
                let rest = text.replacen(named, "", 1);
                assert!(findings(&rest.replace("description = \"\"\n", "")).is_empty(), "{rest}");
            }
        }
    }
}

#[test]
fn the_help_for_a_session_of_two_series_leads_to_a_file_without_findings() {
    let series = |id: &str| format!("[[series]]\nid = \"{id}\"\ntitle = \"{id}\"\n\n");
    let text = format!("{CALENDAR}\n{}{}[[sessions]]\n", series("spring"), series("online"))
        + "id = \"a\"\ntitle = \"A\"\nstart = 2027-05-04T18:00:00\nseries = [\"spring\", \"online\"]\n";
    let (_, finding) = only(&text);
    let help = finding.help.unwrap_or_default();
    let parts: Vec<&str> = help.split('`').skip(1).step_by(2).collect();
    let [series, tags, id, of_feed] = parts[..] else { panic!("{help}") };
    let right = text
        .replace("series = [\"spring\", \"online\"]", &format!("{series}\n{tags}"))
        .replace(&format!("[[series]]\n{id}"), &format!("[[feeds]]\n{id}\n{of_feed}"));
    assert!(findings(&right).is_empty(), "{right}\n{:#?}", findings(&right));
    // For another session of the second series, the help names the tag.
    let other = "[[sessions]]\nid = \"b\"\ntitle = \"B\"\nstart = 2027-05-05T18:00:00\nseries = \"online\"\n";
    let (_, finding) = only(&format!("{right}\n{other}"));
    assert!(line_of_help(&finding) == tags, "{finding:?}");
}

#[test]
fn values_that_sessions_share_are_checked_with_each_session() {
    let of_series = |each: &str, more: &str| {
        format!(
            "[[series]]\nid = \"spring\"\ntitle = \"Spring\"\n[series.each]\n{each}\n\n[[sessions]]\nid = \"a\"\n\
             title = \"A\"\nseries = \"spring\"\n{more}\n"
        )
    };
    let start = "start = 2027-05-04T18:00:00\n";
    let fold = "[[sessions]]\nid = \"tea\"\ntitle = \"Tea\"\nstart = 2027-11-06T01:30:00\n\
        repeat = { every = \"day\", times = 3 }\n\n[[sessions]]\nid = \"tea-2027-11-06\"\nfold = \"earlier\"\nfrom = true\n";
    let cancelled = "[[sessions]]\nid = \"tea\"\ntitle = \"Tea\"\nstart = 2027-05-04T18:00:00\n\
        repeat = { every = \"week\", times = 3 }\n\n[[sessions]]\nid = \"tea-2027-05-11\"\ncancelled = \"announce\"\n\
        from = true\n";
    let register = format!("{start}register = \"https://r.acme.org\"");
    for right in [
        of_series("registration = { closes = 2027-05-01 }", &register),
        of_series("cancelled = \"announce\"", start),
        of_series("status = \"planned\"", ""),
        of_series("status = \"planned\"", &format!("{start}status = \"confirmed\"")),
        fold.to_owned(),
        cancelled.to_owned(),
    ] {
        let found = findings(&format!("{CALENDAR}\n{right}"));
        assert!(found.is_empty(), "{right}\n{found:#?}");
    }
    // Each is a finding where no session makes it right.
    let (line, finding) = only(&format!(
        "{CALENDAR}\n{}",
        of_series("registration = { closes = 2027-05-01 }", start)
    ));
    assert_eq!((line, finding.code), (11, Code::NoRegisterLink));
    let single = format!("{start}cancelled = \"announce\"");
    assert_eq!(
        only(&format!("{CALENDAR}\n{}", of_series("access = \"Ramp\"", &single))).1.code,
        Code::NotCancelled
    );
}
