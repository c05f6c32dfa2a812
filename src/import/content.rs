//! Components and properties of a file (RFC 5545 sections 3.1 and 3.2). A broken line costs no more than itself.

use chrono::NaiveTime;

use super::lines::{ContentLine, content_lines};
use super::values::{DateValue, date_value, list};

/// A component: the lines between BEGIN and END.
#[derive(Debug, Default)]
pub(super) struct Component {
    /// In upper case.
    pub(super) name: String,
    /// The line of its BEGIN, from 1.
    pub(super) line: usize,
    pub(super) properties: Vec<Property>,
    pub(super) children: Vec<Self>,
}

/// A property with its parameters; the value is not unescaped.
#[derive(Debug)]
pub(super) struct Property {
    /// In upper case, without a group.
    pub(super) name: String,
    /// With names in upper case.
    parameters: Vec<(String, String)>,
    pub(super) value: String,
    /// Further lines of the value whose line breaks are not escaped.
    pub(super) put_back: usize,
}

/// A parsed file.
#[derive(Debug)]
pub(super) struct ParsedFile {
    /// The whole file, as one component without a name.
    pub(super) file: Component,
    /// The numbers of lines that cannot be parsed.
    pub(super) strange: Vec<usize>,
    /// The lines of the BEGINs of calendars and entries without an END of their own.
    pub(super) unended: Vec<usize>,
    /// Set if the file ends too early.
    pub(super) cut_off: Option<CutOff>,
    /// The numbers of lines that are not UTF-8.
    pub(super) not_utf8: Vec<usize>,
    /// The first line with a control character, and the number of these characters.
    pub(super) controls: Option<(usize, usize)>,
}

/// The end of a truncated file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CutOff {
    /// The last non-empty line, from 1.
    pub(super) line: usize,
    /// The line of the BEGIN of the open entry.
    pub(super) within: Option<usize>,
}

/// The deepest nesting of components; a calendar needs three levels.
const DEEPEST: usize = 8;
/// The components of a calendar, which never contain each other (RFC 5545 section 3.6).
const ENTRIES: [&str; 5] = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"];

impl Component {
    /// The first property with a name.
    pub(super) fn get(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Every property with a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.name == name)
    }

    /// Every direct child with a name.
    pub(super) fn within<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

impl Property {
    /// The first parameter with a name.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The DATE or DATE-TIME; a midnight that is marked as a DATE is a DATE.
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

/// Parses the components of a file.
pub(super) fn parse(bytes: &[u8]) -> ParsedFile {
    let (mut strange, mut unended, mut not_utf8) = (Vec::new(), Vec::new(), Vec::new());
    let mut controls = None;
    let mut open = vec![Component::default()];
    let mut too_deep = 0_usize;
    let mut last = 0;
    for ContentLine { number: line, text, is_utf8, put_back } in content_lines(bytes) {
        last = line;
        if !is_utf8 {
            not_utf8.push(line);
        }
        match text.chars().filter(|c| c.is_control() && *c != '\t').count() {
            0 => {}
            number => controls.get_or_insert((line, 0)).1 += number,
        }
        let Some(mut property) = property(&text) else {
            strange.push(line);
            continue;
        };
        property.put_back = put_back;
        let component = property.value.trim().to_ascii_uppercase();
        if property.name == "BEGIN"
            && let Some(at) = ended_by(&open, &component)
        {
            unended.extend(entries(&open[at..]));
            close(&mut open, at);
            too_deep = 0;
        }
        match property.name.as_str() {
            "BEGIN" if open.len() > DEEPEST => too_deep += 1,
            "END" if too_deep > 0 => too_deep -= 1,
            _ if too_deep > 0 => {}
            "BEGIN" => open.push(Component { name: component, line, ..Component::default() }),
            // A component without an END ends with the one around it.
            "END" => match open.iter().rposition(|own| own.name == component) {
                Some(at) if at > 0 => {
                    unended.extend(entries(&open[at + 1..]));
                    close(&mut open, at);
                }
                _ => strange.push(line),
            },
            _ => {
                if let Some(own) = open.last_mut() {
                    own.properties.push(property);
                }
            }
        }
    }
    let within = entries(&open).last();
    let is_open = open.iter().any(|own| own.name == "VCALENDAR") || within.is_some();
    let cut_off = is_open.then_some(CutOff { line: last, within });
    close(&mut open, 1);
    let file = open.pop().unwrap_or_default();
    ParsedFile { file, strange, unended, cut_off, not_utf8, controls }
}

/// The depth of the component that a BEGIN ends, as the two never contain each other.
fn ended_by(open: &[Component], begins: &str) -> Option<usize> {
    match begins {
        "VCALENDAR" => (open.len() > 1).then_some(1),
        _ if ENTRIES.contains(&begins) => {
            open.iter().position(|own| ENTRIES.contains(&own.name.as_str()))
        }
        _ => None,
    }
}

/// The lines of the BEGINs of open entries.
fn entries(open: &[Component]) -> impl Iterator<Item = usize> {
    open.iter().filter(|own| ENTRIES.contains(&own.name.as_str())).map(|own| own.line)
}

/// Closes the components below a depth, each into the one around it.
fn close(open: &mut Vec<Component>, from: usize) {
    while open.len() > from {
        if let (Some(ended), Some(holder)) = (open.pop(), open.last_mut()) {
            holder.children.push(ended);
        }
    }
}

fn property(content: &str) -> Option<Property> {
    let end = content.find([':', ';'])?;
    let (name, mut rest) = content.split_at(end);
    let name = name.rsplit('.').next().unwrap_or_default().trim().to_ascii_uppercase();
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) {
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
    } else if let (Some(after), Some((_, last))) = (value.strip_prefix("//"), parameters.last_mut())
        && let Some((tail, own)) = after.split_once(':')
    {
        // An address without quotes.
        *last = format!("{last}://{tail}");
        value = own;
    }
    Some(Property { name, parameters, value: value.to_owned(), put_back: 0 })
}

/// The longest rest of a TZID after a colon, in bytes.
const LONGEST_REST: usize = 255;

/// The colon before the times, where a TZID has colons and no quotes: `TZID=tzone://Microsoft/Utc:20270504T180000`.
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

/// The first of some characters outside of double quotes and without a backslash before it, which iOS 26 writes.
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

/// A parameter's value without quotes and escapes (RFC 6868).
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
        property(content).unwrap()
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

    #[test]
    fn lines_are_unfolded_whatever_ends_them() {
        for end in ["\r\n", "\n", "\r"] {
            let text =
                format!("BEGIN:VEVENT{end}SUMMARY:a{end}  b{end}\tc{end}{end}END:VEVENT{end}");
            let parsed = parse(text.as_bytes());
            assert_eq!(parsed.file.children[0].get("SUMMARY").unwrap().value, "a bc");
            assert_eq!(parsed.strange, [0_usize; 0]);
        }
    }

    #[test]
    fn one_bad_line_costs_no_more_than_itself() {
        let ParsedFile { file, strange, .. } = parse(
            b"BEGIN:VCALENDAR\nnonsense\nBEGIN:VEVENT\n=:x\nSUMMARY:a\nEND:VALARM\nEND:VCALENDAR\n\
              BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:b",
        );
        assert_eq!(strange, [2, 4, 6]);
        let titles: Vec<&str> = file
            .within("VCALENDAR")
            .flat_map(|calendar| calendar.within("VEVENT"))
            .filter_map(|event| Some(event.get("SUMMARY")?.value.as_str()))
            .collect();
        assert_eq!(titles, ["a", "b"]);
    }

    #[test]
    fn what_has_no_end_of_its_own_is_known() {
        let said = |text: &str| {
            let parsed = parse(text.as_bytes());
            (parsed.unended, parsed.cut_off.map(|cut| (cut.line, cut.within)))
        };
        let event = "BEGIN:VEVENT\nSUMMARY:a\n";
        assert_eq!(said("BEGIN:VCALENDAR\nEND:VCALENDAR\n"), (vec![], None));
        assert_eq!(said("BEGIN:VCALENDAR\nVERSION:2.0\n\n"), (vec![], Some((2, None))));
        assert_eq!(said(&format!("BEGIN:VCALENDAR\n{event}")), (vec![], Some((3, Some(2)))));
        assert_eq!(said(event), (vec![], Some((2, Some(1)))));
        assert_eq!(said(&format!("BEGIN:VCALENDAR\n{event}END:VCALENDAR")), (vec![2], None));
        assert_eq!(said(&format!("{event}{event}END:VEVENT\n")), (vec![1], None));
    }

    #[test]
    fn an_event_or_calendar_that_begins_ends_the_one_before() {
        let (calendar, event) = ("BEGIN:VCALENDAR\n", "BEGIN:VEVENT\nBEGIN:VALARM\n");
        let parsed = parse([calendar, event, event, calendar, event].concat().as_bytes());
        assert_eq!(parsed.unended, [2, 4]);
        let events = parsed.file.within("VCALENDAR").map(|own| own.within("VEVENT").count());
        assert_eq!(events.collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn components_in_components_without_end_are_no_danger() {
        let deep = "BEGIN:A\n".repeat(200_000);
        let mut file = parse(deep.as_bytes()).file;
        let mut depth = 0;
        while let Some(child) = file.children.pop() {
            file = child;
            depth += 1;
        }
        assert_eq!(depth, DEEPEST);
    }
}
