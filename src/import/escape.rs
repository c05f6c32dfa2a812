//! Escapes plain text for Markdown.

/// Escapes a line, and makes links of URLs. With `ampersands`, it escapes those that could begin an entity. Text from
/// HTML keeps them, because Markdown reads entities in the same way.
pub(super) fn start_escaped(line: &str, ampersands: bool) -> String {
    let inline = escaped(line, ampersands);
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && digits < 10 && line[digits..].starts_with(['.', ')']) {
        return format!("{}\\{}", &inline[..digits], &inline[digits..]);
    }
    if line.starts_with(['-', '+', '#', '=', '~']) { format!("\\{inline}") } else { inline }
}

pub(super) fn escaped(line: &str, ampersands: bool) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut rest = line;
    while !rest.is_empty() {
        if let Some(length) = address(rest, out.chars().next_back()) {
            // Between angle brackets, an entity would stay unchanged (CommonMark 6.5).
            let address = &rest[..length];
            match ampersands {
                true => out.push_str(&format!("<{address}>")),
                false => out.push_str(&format!("<{}>", address.replace("&amp;", "&"))),
            }
            rest = &rest[length..];
            continue;
        }
        let mut chars = rest.chars();
        let Some(c) = chars.next() else { break };
        let beside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let special = match c {
            '\\' | '`' | '*' | '[' | '<' | '>' => true,
            '&' => {
                ampersands && chars.clone().next().is_some_and(|c| c == '#' || c.is_alphanumeric())
            }
            // Within a word, an underscore has no meaning (CommonMark 6.2).
            '_' => !(beside(out.chars().next_back()) && beside(chars.clone().next())),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
        rest = chars.as_str();
    }
    out
}

/// Returns the length of the URL at the beginning of a text, without the punctuation after it.
fn address(text: &str, before: Option<char>) -> Option<usize> {
    if before.is_some_and(char::is_alphanumeric)
        || !(text.starts_with("https://") || text.starts_with("http://"))
    {
        return None;
    }
    let end = text
        .find(|c: char| c.is_whitespace() || c.is_control() || "<>\"`\\".contains(c))
        .unwrap_or(text.len());
    let length =
        text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '*', '_']).len();
    (length > "https://".len()).then_some(length)
}
