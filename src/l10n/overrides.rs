//! Parses overrides of single messages, in the syntax of Fluent: text, `{ $variable }`, and `{ $count -> ... }`.

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Resource};
use fluent_syntax::parser::{ErrorKind, ParserError};
use fluent_syntax::{serializer, unicode};

use super::messages::{RESOURCE, SLOTS, ids, resource};
use crate::model::TextError;

/// The longest override, in characters. Every entry of a calendar repeats its messages.
const LONGEST: usize = 500;
/// The deepest nesting of braces. The depth is bounded because the parser recurses.
const DEEPEST: usize = 4;
/// The largest number of pairs of braces. The formatter fails at 100.
const MOST: usize = 50;

/// The reason for refusing an override.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OverrideError {
    /// No message has this id.
    UnknownId,
    /// The override is empty, too long, or has a control character.
    Text(TextError),
    /// The override cannot be parsed; the text continues a sentence that begins with "the message".
    Syntax(&'static str),
    /// The override has a variable that the message does not have.
    UnknownVariable {
        /// The name, without the `$`.
        name: String,
        /// The variables of the message.
        known: &'static [&'static str],
    },
}

/// Parses an override. Returns its normalized text for [`super::Messages::new`], or `None` if it equals the message in
/// the catalog.
///
/// # Errors
/// [`OverrideError`] with the reason.
pub fn parse(id: &str, text: &str) -> Result<Option<String>, OverrideError> {
    let (_, known) =
        ids().iter().find(|(known, _)| *known == id).ok_or(OverrideError::UnknownId)?;
    characters(text).map_err(OverrideError::Text)?;
    if depth(text) > DEEPEST {
        return Err(OverrideError::Syntax("has too many braces within each other"));
    }
    let raw = format!(" {}", text.trim_end().replace('\n', "\n    "));
    let resource = resource(id, &raw).map_err(|errors| syntax(&errors))?;
    let pattern = single(&resource)
        .ok_or(OverrideError::Syntax("has a line that begins with a sign such as `.` or `[`"))?;
    let mut parts = Parts::default();
    parts.of_pattern(pattern)?;
    if parts.count > MOST {
        return Err(OverrideError::Syntax("has more than 50 pairs of braces"));
    }
    if let Some(name) = parts.variables.iter().find(|name| !known.contains(name)) {
        return Err(OverrideError::UnknownVariable { name: (*name).to_owned(), known });
    }
    let own = RESOURCE.entries().find_map(|entry| match entry {
        Entry::Message(message) if message.id.name == id => message.value.as_ref(),
        _ => None,
    });
    if own == Some(pattern) {
        return Ok(None);
    }
    Ok(Some(canonical(id, &resource).unwrap_or(raw)))
}

/// Returns the ids of the messages of a catalog, each with its variables in alphabetical order.
///
/// # Errors
/// [`OverrideError`] for the first invalid message.
pub fn messages(catalog: &str) -> Result<Vec<(String, Vec<String>)>, OverrideError> {
    let resource = FluentResource::try_new(catalog.to_owned());
    let resource = resource.map_err(|(_, errors)| syntax(&errors))?;
    let mut all = Vec::new();
    for entry in resource.entries() {
        let Entry::Message(message) = entry else { continue };
        let mut parts = Parts::default();
        if let Some(pattern) = &message.value {
            parts.of_pattern(pattern)?;
        }
        parts.variables.sort_unstable();
        parts.variables.dedup();
        let variables = parts.variables.iter().map(|name| (*name).to_owned()).collect();
        all.push((message.id.name.to_owned(), variables));
    }
    Ok(all)
}

/// Returns the value of a resource that contains exactly one message.
fn single(resource: &FluentResource) -> Option<&Pattern<&str>> {
    let mut entries = resource.entries();
    match (entries.next(), entries.next()) {
        (Some(Entry::Message(message)), None) if message.attributes.is_empty() => {
            message.value.as_ref()
        }
        _ => None,
    }
}

/// Returns the text after the equals sign as the serializer prints it, if it parses to the same pattern.
fn canonical(id: &str, resource: &FluentResource) -> Option<String> {
    let body = resource.entries().cloned().collect();
    let printed = serializer::serialize(&Resource { body });
    let text = printed.strip_prefix(&format!("{id} ="))?.trim_end().to_owned();
    let again = self::resource(id, &text).ok()?;
    (single(&again) == single(resource)).then_some(text)
}

fn characters(text: &str) -> Result<(), TextError> {
    if text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    let length = text.chars().count();
    if length > LONGEST {
        return Err(TextError::TooLong { limit: LONGEST, length });
    }
    match text.char_indices().find(|(_, c)| is_control(*c)) {
        Some((at, c)) => Err(TextError::Control(c, at)),
        None => Ok(()),
    }
}

fn is_control(c: char) -> bool {
    (c.is_control() && c != '\n') || SLOTS.iter().any(|slot| slot.starts_with(c))
}

fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn syntax(errors: &[ParserError]) -> OverrideError {
    OverrideError::Syntax(match errors.first().map(|error| &error.kind) {
        Some(ErrorKind::UnbalancedClosingBrace) => "has a `}` without a `{`",
        Some(ErrorKind::MissingDefaultVariant) => {
            "chooses between cases of which none has a `*`, for whatever no other case is for"
        }
        Some(ErrorKind::MultipleDefaultVariants) => "chooses between cases of which two have a `*`",
        Some(ErrorKind::UnterminatedStringLiteral) => "has a quote within braces that does not end",
        Some(ErrorKind::ExpectedInlineExpression | ErrorKind::ExpectedToken(_)) => {
            "has braces around something else than a variable"
        }
        _ => "cannot be read",
    })
}

/// The placeables of a pattern.
#[derive(Default)]
struct Parts<'a> {
    variables: Vec<&'a str>,
    count: usize,
}

impl<'a> Parts<'a> {
    fn of_pattern(&mut self, pattern: &Pattern<&'a str>) -> Result<(), OverrideError> {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.of_expression(expression)?;
            }
        }
        Ok(())
    }

    fn of_expression(&mut self, expression: &Expression<&'a str>) -> Result<(), OverrideError> {
        self.count += 1;
        match expression {
            Expression::Inline(inline) => self.of_inline(inline),
            Expression::Select { selector, variants } => {
                self.of_inline(selector)?;
                variants.iter().try_for_each(|variant| self.of_pattern(&variant.value))
            }
        }
    }

    fn of_inline(&mut self, inline: &InlineExpression<&'a str>) -> Result<(), OverrideError> {
        match inline {
            InlineExpression::VariableReference { id } => self.variables.push(id.name),
            InlineExpression::StringLiteral { value } => {
                let text = unicode::unescape_unicode_to_string(value);
                if let Some((at, c)) = text.char_indices().find(|(_, c)| is_control(*c)) {
                    return Err(OverrideError::Text(TextError::Control(c, at)));
                }
            }
            InlineExpression::NumberLiteral { .. } => {}
            InlineExpression::Placeable { expression } => self.of_expression(expression)?,
            // An override may not refer to other messages, so its id alone decides which calendars it changes.
            InlineExpression::MessageReference { .. }
            | InlineExpression::TermReference { .. }
            | InlineExpression::FunctionReference { .. } => {
                return Err(OverrideError::Syntax(
                    "has braces around something else than a variable",
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::l10n::ENGLISH;

    #[test]
    fn the_code_and_the_catalog_have_the_same_messages_with_the_same_variables() {
        let catalog: Vec<(String, Vec<String>)> = messages(ENGLISH).unwrap();
        let listed: Vec<(String, Vec<String>)> = super::super::messages::IDS
            .iter()
            .map(|(id, variables)| {
                let mut variables: Vec<String> =
                    variables.iter().map(|v| (*v).to_owned()).collect();
                variables.sort();
                ((*id).to_owned(), variables)
            })
            .collect();
        assert_eq!(listed, catalog);
    }

    #[test]
    fn texts_that_mean_the_same_have_the_same_form() {
        let one = parse("block_was", "Before:  {$when}").unwrap();
        assert_eq!(one, parse("block_was", "Before:  {  $when  }\n").unwrap());
        assert_eq!(one.as_deref(), Some(" Before:  { $when }"));
        assert_eq!(parse("block_was", "Was: {$when}"), Ok(None));
        assert_eq!(parse("register", "[Sign up]").unwrap().as_deref(), Some(" [Sign up]"));
    }

    #[test]
    fn an_invalid_message_is_refused() {
        let syntax = |text: &str| match parse("block_more", text) {
            Err(OverrideError::Syntax(what)) => what,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(syntax("a } b"), "has a `}` without a `{`");
        for text in
            ["{ block_was }", "{ -brand }", "{ NUMBER($count) }", "{ count }", "{ }", "a { b"]
        {
            assert_eq!(syntax(text), "has braces around something else than a variable", "{text}");
        }
        assert_eq!(syntax("a\n.b = c"), "has a line that begins with a sign such as `.` or `[`");
        assert_eq!(syntax(&"{".repeat(400)), "has too many braces within each other");
        assert_eq!(syntax(&"{$count}".repeat(51)), "has more than 50 pairs of braces");
        assert!(syntax("{ $count ->\n [one] a\n [two] b\n}").contains('*'));
        assert_eq!(parse("nothing", "a"), Err(OverrideError::UnknownId));
        let known: &[&str] = &["count"];
        let name = "number".to_owned();
        assert_eq!(
            parse("block_more", "{ $number }"),
            Err(OverrideError::UnknownVariable { name, known })
        );
        for control in ["a\u{7}", "a{\"\\u0007\"}", "\u{fdd0}"] {
            assert!(
                matches!(
                    parse("block_more", control),
                    Err(OverrideError::Text(TextError::Control(..)))
                ),
                "{control:?}"
            );
        }
    }
}
