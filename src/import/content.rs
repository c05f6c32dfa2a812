//! Content lines and components of a file (RFC 5545 sections 3.1 and 3.2). A broken line costs no more than itself.

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
}

/// Parses the components of a text.
pub(super) fn parse(text: &str) -> ParsedFile {
    let (mut strange, mut unended) = (Vec::new(), Vec::new());
    let mut open = vec![Component::default()];
    let mut too_deep = 0_usize;
    let mut last = 0;
    for (line, content) in unfolded(text) {
        last = line;
        let Some(property) = property(&content) else {
            strange.push(line);
            continue;
        };
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
    ParsedFile { file: open.pop().unwrap_or_default(), strange, unended, cut_off }
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

/// Content lines with the number of their first line, without empty ones.
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for (index, line) in text.split('\n').enumerate() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, last))) => last.push_str(rest),
            _ if line.trim().is_empty() => {}
            _ => lines.push((index + 1, line.to_owned())),
        }
    }
    lines
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
    // Exchange does not quote `TZID=tzone://Microsoft/Utc`.
    if let (Some(after), Some((_, last))) = (value.strip_prefix("//"), parameters.last_mut())
        && let Some((tail, own)) = after.split_once(':')
    {
        *last = format!("{last}://{tail}");
        value = own;
    }
    let value = value.to_owned();
    Some(Property { name, parameters, value })
}

/// The first of some characters outside of double quotes.
fn unquoted(text: &str, wanted: &[char]) -> Option<usize> {
    let mut within = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => within = !within,
            c if !within && wanted.contains(&c) => return Some(at),
            _ => {}
        }
    }
    None
}

/// A parameter's value without quotes and RFC 6868 escapes.
fn plain(value: &str) -> String {
    value.replace('"', "").replace("^n", "\n").replace("^'", "\"").replace("^^", "^")
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
        assert_eq!(one("item1.Summary:a:b").name, "SUMMARY");
        assert_eq!(one("item1.Summary:a:b").value, "a:b");
        let exchange = one("DTSTART;TZID=tzone://Microsoft/Utc:20270504T180000");
        assert_eq!(exchange.parameter("TZID"), Some("tzone://Microsoft/Utc"));
        assert_eq!(exchange.value, "20270504T180000");
    }

    #[test]
    fn lines_are_unfolded_whatever_ends_them() {
        for end in ["\r\n", "\n", "\r"] {
            let text =
                format!("BEGIN:VEVENT{end}SUMMARY:a{end}  b{end}\tc{end}{end}END:VEVENT{end}");
            let parsed = parse(&text);
            assert_eq!(parsed.file.children[0].get("SUMMARY").unwrap().value, "a bc");
            assert_eq!(parsed.strange, [0_usize; 0]);
        }
    }

    #[test]
    fn one_bad_line_costs_no_more_than_itself() {
        let ParsedFile { file, strange, .. } = parse(
            "BEGIN:VCALENDAR\nnonsense\nBEGIN:VEVENT\nSUMMARY:a\n=:x\nEND:VALARM\nEND:VCALENDAR\n\
             BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:b",
        );
        assert_eq!(strange, [2, 5, 6]);
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
            let parsed = parse(text);
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
        let parsed = parse(&[calendar, event, event, calendar, event].concat());
        assert_eq!(parsed.unended, [2, 4]);
        let events = parsed.file.within("VCALENDAR").map(|own| own.within("VEVENT").count());
        assert_eq!(events.collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn components_in_components_without_end_are_no_danger() {
        let deep = "BEGIN:A\n".repeat(200_000);
        let mut file = parse(&deep).file;
        let mut depth = 0;
        while let Some(child) = file.children.pop() {
            file = child;
            depth += 1;
        }
        assert_eq!(depth, DEEPEST);
    }
}
