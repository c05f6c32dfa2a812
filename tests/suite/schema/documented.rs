//! The values in docs/sessions-toml.md, compared with the schema. The declarations in `config/keys.rs` compare their own
//! sentences with the page.

use std::collections::BTreeSet;

use convene::config;
use serde_json::Value;

use super::Validator;
use super::values::PLACES;

/// The rows of the tables of docs/sessions-toml.md, each with the JSON pointer of its table in the schema.
fn rows() -> Vec<(&'static str, &'static str, &'static str)> {
    let page = include_str!("../../../docs/sessions-toml.md");
    let tables = [
        ("[calendar]", "/properties/calendar"),
        ("[page]", "/properties/page"),
        ("[[series]]", "/properties/series/items"),
        ("[[feeds]]", "/properties/feeds/items"),
        ("[[sessions]]", "/properties/sessions/items"),
    ];
    let rows_of = |(heading, pointer)| {
        let (_, text) = page.split_once(&format!("\n## `{heading}`\n")).unwrap();
        let (text, _) = text.split_once("\n## ").unwrap();
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
        rows.map(move |(key, meaning)| (pointer, key, meaning)).collect::<Vec<_>>()
    };
    tables.into_iter().flat_map(rows_of).collect()
}

#[test]
fn the_values_in_the_documentation_of_a_key_are_those_of_the_schema() {
    let schema: Value = serde_json::from_str(&config::schema()).unwrap();
    let (validator, mut examples, mut sets) = (Validator::new(), 0, 0);
    for (pointer, key, meaning) in rows() {
        let place = PLACES.iter().find(|place| place.pointer == pointer).unwrap();
        let values: Vec<&str> = meaning.split('`').skip(1).step_by(2).collect();
        for value in &values {
            // Other words in backquotes are names, and `...` stands for any text.
            if !value.starts_with(|c: char| "\"[{".contains(c) || c.is_ascii_digit())
                || value.starts_with("[[")
                || value.contains("\"...\"")
            {
                continue;
            }
            let is_toml = format!("a = {value}").parse::<toml::Table>().is_ok();
            let value = if is_toml { (*value).to_owned() } else { format!("'{value}'") };
            let file = place.with(key, &value).parse().unwrap();
            assert_eq!(validator.refusal(&file), None, "{key}: {value}");
            examples += 1;
        }
        let own = schema.pointer(pointer).unwrap()["properties"].get(key).unwrap();
        let words = own["enum"].as_array().into_iter().flatten();
        let words: BTreeSet<String> = words.map(Value::to_string).collect();
        let quoted = values.iter().filter(|value| value.starts_with('"'));
        let quoted: BTreeSet<String> = quoted.map(|value| (*value).to_owned()).collect();
        if !words.is_empty() && !quoted.is_empty() {
            assert_eq!(quoted, words, "{key}");
            sets += 1;
        }
        let has_flags = values.iter().any(|value| ["true", "false"].contains(value));
        assert_eq!(own["type"] == "boolean", has_flags, "{key}");
    }
    assert!(examples > 20 && sets == 3, "{examples}, {sets}");
}
