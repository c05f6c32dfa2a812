//! Parses properties: a name, parameters and a value (RFC 5545 section 3.2).

use chrono::NaiveTime;

use super::values::{DateValue, date_value, list};

/// A property with its parameters; the value is not unescaped.
#[derive(Debug)]
pub(super) struct Property {
    /// The name in upper case, without a group.
    pub(super) name: String,
    /// The parameters, with their names in upper case.
    parameters: Vec<(String, String)>,
    pub(super) value: String,
    /// The number of further lines of the value whose line breaks are not escaped.
    pub(super) put_back: usize,
}

impl Property {
    /// Parses a content line. Returns `None` if it has no name or no value.
    pub(super) fn parse(content: &str) -> Option<Self> {
        let end = content.find([':', ';'])?;
        let (name, mut rest) = content.split_at(end);
        let name = name.rsplit('.').next().unwrap_or_default().trim().to_ascii_uppercase();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        {
            return None;
        }
        let mut parameters = Vec::new();
        while let Some(after) = rest.strip_prefix(';') {
            let end = unquoted(after, &[':', ';'])?;
            let (parameter, after) = after.split_at(end);
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            parameters.push((key.trim().to_ascii_uppercase(), plain(value)));
            rest = after;
        }
        let mut value = rest.strip_prefix(':')?;
        if let Some((key, last)) = parameters.last_mut()
            && key == "TZID"
            && let Some(colon) = end_of_zone(value)
        {
            *last = format!("{last}:{}", &value[..colon]);
            value = &value[colon + 1..];
        } else if let (Some(after), Some((_, last))) =
            (value.strip_prefix("//"), parameters.last_mut())
            && let Some((tail, own)) = after.split_once(':')
        {
            // The value is an address without quotes.
            *last = format!("{last}://{tail}");
            value = own;
        }
        Some(Self { name, parameters, value: value.to_owned(), put_back: 0 })
    }

    /// Returns the first parameter with a name.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Returns the DATE or DATE-TIME. A midnight that is marked as a DATE is a DATE.
    pub(super) fn date(&self) -> Option<DateValue> {
        let value = date_value(&self.value)?;
        let is_date = self.parameter("VALUE").is_some_and(|own| own.eq_ignore_ascii_case("DATE"));
        let local = match value {
            DateValue::Date(_) => return Some(value),
            DateValue::Local(local) => local,
            DateValue::Utc(instant) => instant.naive_utc(),
        };
        let is_midnight = local.time() == NaiveTime::MIN;
        Some(if is_date && is_midnight { DateValue::Date(local.date()) } else { value })
    }
}

/// The length limit for the rest of a TZID after a colon, in bytes.
const LONGEST_REST: usize = 255;

/// Returns the offset of the colon before the times if a TZID has colons and no quotes, as in
/// `TZID=tzone://Microsoft/Utc:20270504T180000`.
fn end_of_zone(value: &str) -> Option<usize> {
    let is_time = |value: &str| {
        let end = value.len().min(40);
        let start = value.get(..end).unwrap_or_default();
        list(start).first().is_some_and(|first| date_value(first).is_some())
    };
    let colons = value.bytes().take(LONGEST_REST).enumerate().filter(|(_, b)| *b == b':');
    let mut colons = colons.map(|(at, _)| at);
    (!is_time(value)).then(|| colons.find(|at| is_time(&value[at + 1..]))).flatten()
}

/// Returns the offset of the first of some characters outside of double quotes and without a backslash before it, which
/// iOS 26 writes.
fn unquoted(text: &str, wanted: &[char]) -> Option<usize> {
    let (mut within, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => within = !within,
            c if !within && !escaped && wanted.contains(&c) => return Some(at),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

/// Returns a parameter's value without quotes and escapes (RFC 6868).
fn plain(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars().filter(|c| *c != '"').peekable();
    while let Some(c) = chars.next() {
        let escaped = match (c, chars.peek()) {
            ('^', Some('n')) => Some('\n'),
            ('^', Some('\'')) => Some('"'),
            ('^', Some('^')) => Some('^'),
            _ => None,
        };
        out.push(escaped.unwrap_or(c));
        if escaped.is_some() {
            chars.next();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(content: &str) -> Property {
        Property::parse(content).unwrap()
    }

    #[test]
    fn parameters_may_be_quoted_and_hold_colons() {
        let own = one("DTSTART;TZID=\"(UTC-05:00) Eastern Time; US\";X=^'a^':20270504T180000");
        assert_eq!(own.parameter("TZID"), Some("(UTC-05:00) Eastern Time; US"));
        assert_eq!(own.parameter("X"), Some("\"a\""));
        assert_eq!((own.name.as_str(), own.value.as_str()), ("DTSTART", "20270504T180000"));
        let apple = one("X-APPLE;X-TITLE=Platz 1\\; 1010 Wien\\, x;X-R=70^^n:geo:48.2,16.3");
        assert_eq!(apple.parameter("X-TITLE"), Some("Platz 1\\; 1010 Wien\\, x"));
        assert_eq!((apple.parameter("X-R"), apple.value.as_str()), (Some("70^n"), "geo:48.2,16.3"));
        assert_eq!(one("item1.Summary:a:b").name, "SUMMARY");
        assert_eq!(one("item1.Summary:a:b").value, "a:b");
        let outlook = one("DTSTART;TZID=(UTC+01:00) Rome, Vienna:20270504T180000");
        assert_eq!(outlook.parameter("TZID"), Some("(UTC+01:00) Rome, Vienna"));
        assert_eq!(outlook.value, "20270504T180000");
        assert_eq!(one("DTSTART;TZID=UTC:2027-05-04T18:00:00").value, "2027-05-04T18:00:00");
        let exchange = one("DTSTART;TZID=tzone://Microsoft/Utc:20270504T180000");
        assert_eq!(exchange.parameter("TZID"), Some("tzone://Microsoft/Utc"));
        assert_eq!(exchange.value, "20270504T180000");
    }
}
