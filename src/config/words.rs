//! Reads the `[words]` table, which overrides built-in messages.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::context::Context;
use super::wording::{self, Wanted};
use crate::diagnostic::{Code, Finding};
use crate::l10n::{self, OverrideError};
use crate::suggest;

/// Reads the overrides by message id, without those that equal the built-in message.
pub(super) fn read(
    context: &Context<'_>,
    words: &Spanned<DeValue<'_>>,
) -> BTreeMap<String, String> {
    let mut overrides = BTreeMap::new();
    let DeValue::Table(entries) = words.get_ref() else {
        context.push(wording::wrong_type("words", words.span(), words.get_ref(), Wanted::Table));
        return overrides;
    };
    for (key, value) in entries {
        if context.is_full() {
            break;
        }
        let id = key.get_ref();
        if !l10n::ids().iter().any(|(known, _)| known == id) {
            context.push(unknown(id, key.span()));
            continue;
        }
        let DeValue::String(text) = value.get_ref() else {
            context.push(wording::wrong_type(id, value.span(), value.get_ref(), Wanted::Text));
            continue;
        };
        match l10n::parse_override(id, text) {
            Ok(Some(text)) => drop(overrides.insert(id.to_string(), text)),
            Ok(None) => {}
            Err(error) => context.push(problem(id, &error, value.span())),
        }
    }
    overrides
}

fn unknown(id: &str, span: Range<usize>) -> Finding {
    let message = format!("there is no message `{}`", wording::quoted(id));
    let help = match suggest::nearest(id, l10n::ids().iter().map(|(known, _)| *known)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "docs/words.md has the ids of all messages".to_owned(),
    };
    Finding::error(Code::UnknownKey, span, message).help(help)
}

fn problem(id: &str, error: &OverrideError, span: Range<usize>) -> Finding {
    match error {
        OverrideError::UnknownId => unknown(id, span),
        OverrideError::Text(error) => wording::problem(id, Code::BadMessage, error, span),
        OverrideError::Syntax(what) => Finding::error(
            Code::BadMessage,
            span,
            format!("the message `{id}` {what}"),
        )
        .help(
            "write a variable as `{ $title }`, a brace as `{\"{\"}`, and all other text as it is",
        ),
        OverrideError::UnknownVariable { name, known } => {
            let name = wording::quoted(name);
            let message = format!("the message `{id}` has no variable `${name}`");
            let near = suggest::nearest(&name, known.iter().copied());
            let all: Vec<String> = known.iter().map(|name| format!("`{{ ${name} }}`")).collect();
            Finding::error(Code::BadMessage, span, message).help(match (near, all.as_slice()) {
                (Some(near), _) => format!("did you mean `{{ ${near} }}`?"),
                (None, []) => "write it without variables".to_owned(),
                (None, all) => format!("its variables are: {}", all.join(", ")),
            })
        }
    }
}
