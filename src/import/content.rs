//! Parses the components of a file (RFC 5545 section 3.6). A broken line affects only itself.

use super::lines::{ContentLine, content_lines};
pub(super) use super::property::Property;

/// A component: the lines between BEGIN and END.
#[derive(Debug, Default)]
pub(super) struct Component {
    /// The name in upper case.
    pub(super) name: String,
    /// The line of its BEGIN, from 1.
    pub(super) line: usize,
    pub(super) properties: Vec<Property>,
    pub(super) children: Vec<Self>,
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
    /// The end of the file, if the file ends too early.
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
    /// Returns the first property with a name.
    pub(super) fn get(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Returns every property with a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.name == name)
    }

    /// Returns every direct child with a name.
    pub(super) fn within<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
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
        let Some(mut property) = Property::parse(&text) else {
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
            "BEGIN" if open.len() > DEEPEST => {
                too_deep += 1;
                strange.push(line);
            }
            "END" if too_deep > 0 => too_deep -= 1,
            _ if too_deep > 0 => {}
            "BEGIN" => open.push(Component { name: component, line, ..Component::default() }),
            // A component without an END ends with the component around it.
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

/// Returns the depth of the component that a BEGIN ends, because the two never contain each other.
fn ended_by(open: &[Component], begins: &str) -> Option<usize> {
    match begins {
        "VCALENDAR" => (open.len() > 1).then_some(1),
        _ if ENTRIES.contains(&begins) => open.iter().position(is_entry),
        _ => None,
    }
}

/// Returns the lines of the BEGINs of open entries.
fn entries(open: &[Component]) -> impl Iterator<Item = usize> {
    open.iter().filter(|own| is_entry(own)).map(|own| own.line)
}

/// Closes the components below a depth, each into the one around it. The entries of an unknown component are those of
/// the one around it: programs must ignore what they do not know (RFC 5545 section 3.6), and events are known.
fn close(open: &mut Vec<Component>, from: usize) {
    while open.len() > from {
        let (Some(mut ended), Some(holder)) = (open.pop(), open.last_mut()) else { return };
        if ended.name != "VCALENDAR" && !is_entry(&ended) {
            holder.children.extend(ended.children.extract_if(.., |own| is_entry(own)));
        }
        holder.children.push(ended);
    }
}

fn is_entry(component: &Component) -> bool {
    ENTRIES.contains(&component.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn an_event_within_unknown_components_is_one_of_the_calendar() {
        let event = |title: &str| format!("BEGIN:VEVENT\nSUMMARY:{title}\nEND:VEVENT\n");
        for depth in 0..DEEPEST {
            let (begin, end) = ("BEGIN:X-BOX\n".repeat(depth), "END:X-BOX\n".repeat(depth));
            for end in [end.as_str(), ""] {
                let text = [event("a"), begin.clone(), event("b"), end.into(), event("c")].concat();
                let parsed = parse(format!("BEGIN:VCALENDAR\n{text}END:VCALENDAR\n").as_bytes());
                let calendar = &parsed.file.children[0];
                let titles = calendar.within("VEVENT").filter_map(|own| own.get("SUMMARY"));
                let titles: Vec<&str> = titles.map(|title| title.value.as_str()).collect();
                // Beyond the deepest level lines are lost, and numbered.
                match depth + 2 > DEEPEST {
                    false => assert_eq!((titles, parsed.strange), (vec!["a", "b", "c"], vec![])),
                    true => assert!(parsed.strange.contains(&(5 + depth)), "{parsed:?}"),
                }
            }
        }
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
