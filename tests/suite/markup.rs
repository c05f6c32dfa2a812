//! A strict markup parser: it treats everything that a browser would repair as an error, so tests notice any text that
//! breaks out into the markup.

use std::fmt;

/// The HTML elements without an end tag that the program uses.
const VOID: [&str; 7] = ["br", "hr", "img", "input", "link", "meta", "wbr"];
/// Elements whose text is not markup.
const RAW: [&str; 2] = ["script", "style"];

/// A parsed document.
#[derive(Debug, Default)]
pub(crate) struct Markup {
    /// Every element in the order of its start tag.
    pub(crate) elements: Vec<Element>,
}

#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// The names and values of its attributes, with resolved references.
    pub(crate) attributes: Vec<(String, String)>,
    /// All its text, including that of inner elements.
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Prints the name of an element with its attributes, except `dir`, which depends on the text.
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.attributes.iter().map(|(name, _)| name.as_str());
        let names: Vec<&str> = names.filter(|name| *name != "dir").collect();
        write!(f, "{}[{}]", self.name, names.join(" "))
    }
}

impl Markup {
    /// Parses HTML, or a fragment of it.
    pub(crate) fn html(text: &str) -> Result<Self, String> {
        read(text.strip_prefix("<!DOCTYPE html>").unwrap_or(text), &VOID, &RAW)
    }

    /// Parses XML.
    pub(crate) fn xml(text: &str) -> Result<Self, String> {
        let text = match text.strip_prefix("<?xml ") {
            Some(rest) => rest.split_once("?>").ok_or("no end of the declaration")?.1.trim_start(),
            None => text,
        };
        read(text, &[], &[])
    }

    /// Returns the names of all elements and attributes, in order.
    pub(crate) fn shape(&self) -> Vec<String> {
        self.elements.iter().map(ToString::to_string).collect()
    }

    /// Returns the elements with a name.
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements.iter().filter(move |element| element.name == name)
    }
}

fn read(text: &str, void: &[&str], raw: &[&str]) -> Result<Markup, String> {
    let mut rest = text;
    let mut markup = Markup::default();
    let mut open: Vec<usize> = Vec::new();
    while !rest.is_empty() {
        let (run, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        let shown = resolved(run)?;
        open.iter().for_each(|at| markup.elements[*at].text.push_str(&shown));
        rest = after;
        if rest.is_empty() {
            break;
        }
        if let Some(after) = rest.strip_prefix("</") {
            let (name, after) = after.split_once('>').ok_or("no end of an end tag")?;
            let at = open.pop().ok_or_else(|| format!("</{name}> ends nothing"))?;
            if markup.elements[at].name != name {
                return Err(format!("</{name}> ends <{}>", markup.elements[at].name));
            }
            rest = after;
            continue;
        }
        let (element, closed, after) = start_tag(rest)?;
        rest = after;
        let name = element.name.clone();
        markup.elements.push(element);
        if raw.contains(&name.as_str()) {
            let (inner, after) =
                rest.split_once(&format!("</{name}>")).ok_or_else(|| format!("no </{name}>"))?;
            inner.clone_into(&mut markup.elements.last_mut().unwrap().text);
            rest = after;
        } else if !closed && !void.contains(&name.as_str()) {
            open.push(markup.elements.len() - 1);
        }
    }
    match open.last() {
        Some(at) => Err(format!("<{}> has no end", markup.elements[*at].name)),
        None => Ok(markup),
    }
}

/// Parses `<name attribute="value" flag>`. Returns the element, whether it is self-closing, and the rest of the text.
fn start_tag(text: &str) -> Result<(Element, bool, &str), String> {
    let wrong = || format!("no tag: {}", text.chars().take(60).collect::<String>());
    let word = |text: &str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "-:_".contains(c);
        text.find(|c| !is_part(c)).unwrap_or(text.len())
    };
    let rest = text.strip_prefix('<').ok_or_else(wrong)?;
    let (name, mut rest) = rest.split_at(word(rest));
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(wrong());
    }
    let mut element = Element { name: name.to_owned(), ..Element::default() };
    loop {
        if let Some(after) = rest.strip_prefix("/>") {
            return Ok((element, true, after));
        }
        if let Some(after) = rest.strip_prefix('>') {
            return Ok((element, false, after));
        }
        let after = rest.trim_start_matches([' ', '\n']);
        let (name, after_name) = after.split_at(word(after));
        if after.len() == rest.len() || name.is_empty() || element.attribute(name).is_some() {
            return Err(wrong());
        }
        let (value, after) = match after_name.strip_prefix("=\"") {
            Some(value) => value.split_once('"').ok_or_else(wrong)?,
            None => ("", after_name),
        };
        if value.contains('<') {
            return Err(wrong());
        }
        element.attributes.push((name.to_owned(), resolved(value)?));
        rest = after;
    }
}

/// Resolves the references of XML; a bare `&` or any other reference is an error.
fn resolved(text: &str) -> Result<String, String> {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';').ok_or_else(|| format!("a bare & in {text:?}"))?;
        out.push(match name {
            "amp" => '&',
            "apos" => '\'',
            "gt" => '>',
            "lt" => '<',
            "quot" => '"',
            _ => {
                let number =
                    name.strip_prefix('#').and_then(|digits| match digits.strip_prefix('x') {
                        Some(digits) => u32::from_str_radix(digits, 16).ok(),
                        None => digits.parse().ok(),
                    });
                let found = number.and_then(char::from_u32);
                found.ok_or_else(|| format!("an unknown reference &{name};"))?
            }
        });
        out.push_str(rest);
    }
    Ok(out)
}

#[test]
fn markup_that_a_browser_would_repair_is_an_error() {
    for wrong in [
        "<p>a",
        "a</p>",
        "<p><b></p></b>",
        "a & b",
        "&nbsp;",
        "< p>",
        "<!-- a -->",
        "<a href=b></a>",
        "<a href='b'></a>",
        "<p a=\"<\"></p>",
        "<p a=\"1\" a=\"2\"></p>",
        "<p",
        "<script>",
    ] {
        assert!(Markup::html(wrong).is_err(), "{wrong}");
    }
    let markup = Markup::html("<p class=\"a\" hidden>1 &lt; <b>2</b><br></p>").unwrap();
    assert_eq!(markup.shape(), ["p[class hidden]", "b[]", "br[]"]);
    assert_eq!(markup.elements[0].text, "1 < 2");
}
