//! Reads HTML tags, and the URLs in them.

/// Returns whether a text begins with a tag.
pub(super) fn is_tag(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next() == Some('<')
        && chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '/' || c == '!')
}

/// Returns the web address between angle brackets at the beginning of a text, which Outlook writes after the words of a
/// link.
pub(super) fn bracketed(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<').filter(|inner| is_web(inner))?;
    let end = inner.find(|c: char| c.is_whitespace() || "<>\"'".contains(c))?;
    inner[end..].starts_with('>').then(|| &inner[..end])
}

/// Returns the value of an attribute, with the entities `&amp;` and `&#39;` decoded.
pub(super) fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.to_ascii_lowercase().find(&format!("{name}="))? + name.len() + 1;
    let rest = tag.get(at..)?;
    let value = match rest.chars().next()? {
        quote @ ('"' | '\'') => rest[1..].split(quote).next()?,
        _ => rest.split([' ', '>']).next()?,
    };
    let value = value.trim().replace("&amp;", "&").replace("&#39;", "'");
    Some(direct(&value).unwrap_or(value))
}

/// Returns the target of a Google redirect link.
pub(super) fn direct(address: &str) -> Option<String> {
    let query = address.strip_prefix("https://www.google.com/url?")?;
    let target = query.split('&').find_map(|part| part.strip_prefix("q="))?;
    let target = percent_encoding::percent_decode_str(target).decode_utf8().ok()?;
    Some(target.into_owned()).filter(|target| target.starts_with("http"))
}

/// Returns whether a URL is http or https.
pub(super) fn is_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}
