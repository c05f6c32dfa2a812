//! The JSON Schema of `sessions.toml`, for completion, hover texts and checks in editors.
//!
//! It refuses no file that [`load`](super::load) accepts. Editors give it dates as strings: Taplo checks their formats by
//! RFC 3339, in which no date-time is without an offset, and ignores formats that it does not know. Tombi takes
//! `date-time-local` (of the OpenAPI registry) for the local date-time of TOML, and `date` for the local date. Neither
//! needs `$ref`, and Taplo shows no description next to one, so that each table is written out.

use serde_json::{Map, Value as Json, json};

use super::key::{Key, Value};
use super::keys;
use crate::l10n;

/// The beginning of the comment in each schema that convene writes.
const WRITTEN_BY: &str = "Written by convene";

/// The schema (draft-07) as formatted JSON.
pub fn schema() -> String {
    let Json::Object(mut schema) = table(keys::ROOT_KEYS) else {
        unreachable!("a table is an object")
    };
    schema.insert("$schema".into(), json!("http://json-schema.org/draft-07/schema#"));
    let comment = format!("{WRITTEN_BY}; `convene schema` prints it again");
    schema.insert("$comment".into(), json!(comment));
    schema.insert("title".into(), json!("sessions.toml of convene"));
    format!("{:#}\n", Json::Object(schema))
}

/// Whether a text is a schema that convene wrote, of this or another release.
pub fn is_schema(text: &str) -> bool {
    let schema: Json = serde_json::from_str(text).unwrap_or_default();
    schema["$comment"].as_str().is_some_and(|comment| comment.starts_with(WRITTEN_BY))
}

fn table(keys: &[Key]) -> Json {
    let property = |key: &Key| {
        let mut schema = of(&key.value);
        schema["description"] = json!(key.about);
        (key.name.to_owned(), schema)
    };
    let required = keys.iter().filter(|key| key.is_required).map(|key| key.name);
    closed(keys.iter().map(property).collect(), &required.collect::<Vec<_>>())
}

/// A table that has only these keys.
fn closed(properties: Map<String, Json>, required: &[&str]) -> Json {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn of(value: &Value) -> Json {
    match value {
        Value::Line => json!({
            "type": "string",
            "minLength": 1,
            "maxLength": 1000,
            "pattern": "^[^\\r\\n]*$",
        }),
        Value::Markdown => json!({ "type": "string", "minLength": 1, "maxLength": 200_000 }),
        Value::Text => json!({ "type": "string", "minLength": 1 }),
        Value::Id => pattern("^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$"),
        Value::Tag => json!({
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "pattern": "^[^\\r\\n]*$",
        }),
        Value::Uid => json!({ "type": "string", "maxLength": 191, "pattern": "^[ -~]+$" }),
        Value::Email => pattern("^[^@ ]+@[^@ ]*\\.[^@ ]*$"),
        Value::Color => pattern("^(#[0-9A-Fa-f]{6}|[A-Za-z]+)$"),
        Value::Language => pattern("^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$"),
        Value::Zone => pattern("^[A-Za-z0-9_+/-]+$"),
        Value::Url => pattern("^[Hh][Tt][Tt][Pp][Ss]?://[^ ]+$"),
        Value::BaseUrl => pattern("^[Hh][Tt][Tt][Pp][Ss]?://[^ ?#]+$"),
        Value::Length => pattern("^\\s*([Pp][Tt]?)?( *[0-9]+[DdHhMmSs])+\\s*$"),
        Value::Rule => pattern(
            "^(day|week|month|year|\\+?[0-9]+ (days|weeks|months|years)|\
             (first|second|third|fourth|fifth|last) \
             (Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday))$",
        ),
        Value::Flag => json!({ "type": "boolean" }),
        Value::Date => json!({ "type": "string", "format": "date" }),
        Value::DateTime => json!({ "anyOf": [local_date_time(), of(&Value::Date)] }),
        Value::Number(least, most) => {
            json!({ "type": "number", "minimum": least, "maximum": most })
        }
        Value::Integer(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Value::Word(words) => json!({ "type": "string", "enum": words }),
        Value::Either(values) => {
            json!({ "anyOf": values.iter().map(of).collect::<Vec<_>>() })
        }
        Value::OneOrList(value) => json!({ "anyOf": [of(value), list(value)] }),
        Value::List(value) => list(value),
        Value::Table(keys) => table(keys),
        Value::Tables(keys) => json!({ "type": "array", "items": table(keys) }),
        Value::Messages => {
            let message = |(id, _): &(&str, _)| ((*id).to_owned(), json!({ "type": "string" }));
            closed(l10n::ids().iter().map(message).collect(), &[])
        }
    }
}

fn pattern(pattern: &str) -> Json {
    json!({ "type": "string", "pattern": pattern })
}

fn list(value: &Value) -> Json {
    json!({ "type": "array", "items": of(value) })
}

/// Seconds are optional since TOML 1.1, and a fraction of zero is no fraction. Taplo 0.9 reads a local date-time before a
/// comma as the beginning of 1970.
fn local_date_time() -> Json {
    const LOCAL: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.0+)?)?";
    json!({
        "type": "string",
        "format": "date-time-local",
        "pattern": format!("^({LOCAL}|1970-01-01T00:00:00Z)$"),
    })
}
