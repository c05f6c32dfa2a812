//! The schema and the program, compared key by key: values of every type are written to every key of the schema.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Validator, findings};
use convene::config;
use convene::diagnostic::{Code, Findings};

/// A table of the schema, and a file with one key in it.
pub(super) struct Place {
    /// The JSON pointer of the table in the schema.
    pub(super) pointer: &'static str,
    /// The file: KEY is the line with the key.
    file: &'static str,
    /// The lines of the table without the key, which the file has too, unless the key itself is one of them.
    others: &'static [(&'static str, &'static str)],
    /// Between the others and the key: a line break, or a comma in an inline table.
    separator: &'static str,
}

impl Place {
    /// The file with a value of a key.
    pub(super) fn with(&self, key: &str, value: &str) -> String {
        let others = self.others.iter().filter(|(other, _)| *other != key);
        let lines = others.copied().chain([(key, value)]);
        let lines: Vec<String> = lines.map(|(key, value)| format!("{key} = {value}")).collect();
        let file = self.file.replace("CALENDAR ", CALENDAR).replace("SESSION ", SESSION);
        file.replace("KEY", &lines.join(self.separator))
    }
}

const CALENDAR: &str =
    "[calendar]\nid = 'test'\ntitle = 'Test'\ntimezone = 'Europe/Berlin'\nduration = '1h'\n";
const SESSION: &str = "[[sessions]]\nid = 'one'\ntitle = 'One'\nstart = 2027-05-04T18:00:00\n";

pub(super) const PLACES: [Place; 14] = [
    Place {
        pointer: "/properties/calendar",
        file: "[calendar]\nKEY\n",
        others: &[("id", "'test'"), ("title", "'Test'"), ("timezone", "'Europe/Berlin'")],
        separator: "\n",
    },
    Place {
        pointer: "/properties/calendar/properties/organizer",
        file: "CALENDAR organizer = { KEY }\n",
        others: &[("name", "'Office'")],
        separator: ", ",
    },
    Place {
        pointer: "/properties/calendar/properties/also_in/anyOf/0/anyOf/1",
        file: "CALENDAR also_in = { KEY }\n",
        others: &[("zone", "'Europe/London'")],
        separator: ", ",
    },
    Place {
        pointer: "/properties/page",
        file: "CALENDAR [page]\nKEY\n",
        others: &[],
        separator: "\n",
    },
    Place {
        pointer: "/properties/series/items",
        file: "CALENDAR [[series]]\nKEY\n",
        others: &[("id", "'talks'"), ("title", "'Talks'")],
        separator: "\n",
    },
    Place {
        pointer: "/properties/series/items/properties/each",
        file: "CALENDAR [[series]]\nid = 'talks'\ntitle = 'Talks'\n[series.each]\nKEY\nSESSION series = 'talks'\n",
        others: &[],
        separator: "\n",
    },
    Place {
        pointer: "/properties/feeds/items",
        file: "CALENDAR [[series]]\nid = 'talks'\ntitle = 'Talks'\n[[feeds]]\nKEY\n",
        others: &[("id", "'all'"), ("title", "'All'")],
        separator: "\n",
    },
    Place {
        pointer: "/properties/sessions/items",
        file: "CALENDAR [[series]]\nid = 'talks'\ntitle = 'Talks'\n[[sessions]]\nKEY\n",
        others: &[("id", "'one'"), ("title", "'One'"), ("start", "2027-05-04T18:00:00")],
        separator: "\n",
    },
    Place {
        pointer: "/properties/sessions/items",
        file: "CALENDAR [[series]]\nid = 'talks'\ntitle = 'Talks'\n[[sessions]]\nKEY\n",
        others: &[
            ("id", "'one'"),
            ("title", "'One'"),
            ("start", "2027-05-04T18:00:00"),
            ("repeat", "{ every = 'week', times = 3 }"),
        ],
        separator: "\n",
    },
    Place {
        pointer: "/properties/sessions/items",
        file: "CALENDAR SESSION repeat = { every = 'week', times = 3 }\n[[sessions]]\nKEY\n",
        others: &[("id", "'one-2027-05-11'")],
        separator: "\n",
    },
    Place {
        pointer: "/properties/sessions/items/properties/place",
        file: "CALENDAR SESSION place = { KEY }\n",
        others: &[("name", "'Hall'")],
        separator: ", ",
    },
    Place {
        pointer: "/properties/sessions/items/properties/speakers/anyOf/0/anyOf/1",
        file: "CALENDAR SESSION speakers = { KEY }\n",
        others: &[("name", "'Ana'")],
        separator: ", ",
    },
    Place {
        pointer: "/properties/sessions/items/properties/registration/anyOf/1",
        file: "CALENDAR SESSION registration = { KEY }\n",
        others: &[],
        separator: ", ",
    },
    Place {
        pointer: "/properties/sessions/items/properties/repeat",
        file: "CALENDAR SESSION repeat = { KEY }\n",
        others: &[("every", "'week'")],
        separator: ", ",
    },
];

/// Values of every type, and texts in the formats of all keys.
const VALUES: [&str; 58] = [
    "''",
    "' '",
    "'x'",
    "'talks'",
    "'Two words'",
    "'A-'",
    "'a, b'",
    "\"two\\nlines\"",
    "'90m'",
    "' 1H 30M '",
    "'PT90M'",
    "'P2D'",
    "'2d'",
    "'90 minutes'",
    "'https://example.org/a?b#c'",
    "'HTTP://127.0.0.1:8080'",
    "'example.org'",
    "'https://a b'",
    "'#1E5fa8'",
    "'Teal'",
    "'#12345'",
    "'office@example.org'",
    "'office@example'",
    "'Europe/Berlin'",
    "'EST5EDT'",
    "'Etc/GMT+5'",
    "'New York'",
    "'en-US'",
    "'pt_BR'",
    "'zh-Hans'",
    "'files/logo.SVG'",
    "'site.css'",
    "'week'",
    "'+3 months'",
    "'second Tuesday'",
    "'second tuesday'",
    "0",
    "2",
    "-3",
    "600",
    "52.5",
    "-90.5",
    "1e3",
    "true",
    "false",
    "2027-05-11",
    "2027-05-11T18:00:00",
    "2027-05-11 18:00:00.000",
    "2027-05-11T18:00",
    "2027-05-11T18:00:00.5",
    "2027-05-11T18:00:00Z",
    "18:00:00",
    "[]",
    "{}",
    "{ name = 'Hall' }",
    "{ zone = 'Europe/London' }",
    "{ every = 'week', times = 3 }",
    "{ unknown = 1 }",
];

/// The values of a key: those above, each in a list too, and the words of the schema.
fn values(schema: &Value) -> Vec<String> {
    let mut words = Vec::new();
    collect_words(schema, &mut words);
    let single = VALUES.iter().map(|value| (*value).to_owned());
    let single: Vec<String> = single.chain(words).collect();
    let lists = single.iter().map(|value| format!("[{value}]"));
    single.iter().cloned().chain(lists).collect()
}

fn collect_words(schema: &Value, words: &mut Vec<String>) {
    match schema {
        Value::Array(items) => items.iter().for_each(|item| collect_words(item, words)),
        Value::Object(entries) => {
            let own = entries.get("enum").and_then(Value::as_array).into_iter().flatten();
            words.extend(own.map(|word| format!("'{}'", word.as_str().unwrap())));
            entries.values().for_each(|value| collect_words(value, words));
        }
        _ => {}
    }
}

/// Whether `check` says that a value has a wrong type or is no word of a set, or that a key does not exist.
fn has_wrong_type(findings: &Findings) -> bool {
    const CODES: [Code; 3] = [Code::UnknownKey, Code::MisplacedKey, Code::WrongType];
    findings.iter().any(|finding| {
        CODES.contains(&finding.code)
            || finding.code == Code::BadValue && finding.message.contains("cannot be")
    })
}

/// Every file, with its table and key.
fn each_file(mut visit: impl FnMut(&Place, &str, &str, &str)) {
    let schema: Value = serde_json::from_str(&config::schema()).unwrap();
    for place in &PLACES {
        let table = schema.pointer(place.pointer).unwrap();
        assert_eq!(table["additionalProperties"], false, "{}", place.pointer);
        for (key, own) in table["properties"].as_object().unwrap() {
            for value in values(own) {
                visit(place, key, &value, &place.with(key, &value));
            }
        }
    }
}

#[test]
fn no_value_that_check_accepts_is_refused() {
    let (validator, mut accepted) = (Validator::new(), 0);
    each_file(|_, _, _, file| {
        if !findings(file).has_errors() {
            accepted += 1;
            assert_eq!(validator.refusal(&file.parse().unwrap()), None, "{file}");
        }
    });
    // About four for each key.
    assert!(accepted > 400, "{accepted}");
}

#[test]
fn a_value_of_a_type_that_check_refuses_is_refused() {
    let (validator, mut wrong) = (Validator::new(), 0);
    // Editors pass dates as texts.
    let is_date =
        |value: &str| value.trim_start_matches('[').starts_with("2027-") || value.contains("18:00");
    each_file(|place, key, value, file| {
        if has_wrong_type(&findings(file)) && !is_date(value) {
            wrong += 1;
            let refusal = validator.refusal(&file.parse().unwrap());
            assert!(refusal.is_some(), "{} {key}:\n{file}", place.pointer);
        }
    });
    assert!(wrong > 4_000, "{wrong}");
}

#[test]
fn the_program_reads_each_key_of_the_schema() {
    const CODES: [Code; 3] = [Code::WrongType, Code::BadValue, Code::BadRepeat];
    let mut keys = BTreeMap::new();
    each_file(|place, key, _, file| {
        let is_read = findings(file).iter().any(|finding| CODES.contains(&finding.code));
        *keys.entry((place.pointer, key.to_owned())).or_insert(false) |= is_read;
    });
    assert!(keys.len() > 70, "{}", keys.len());
    let unread: Vec<_> = keys.into_iter().filter(|(_, is_read)| !is_read).collect();
    assert!(unread.is_empty(), "{unread:#?}");
}
