//! Splits a calendar into components and lines (RFC 5545 section 3.1), for the parser in `rfc5545`.

use std::collections::HashMap;

pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) children: Vec<Self>,
}

pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) parameters: HashMap<String, String>,
    pub(crate) value: String,
}

impl Component {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_suffix("\r\n").ok_or("no CRLF at the end")?;
        let unfolded = text.replace("\r\n ", "").replace("\r\n\t", "");
        let mut open: Vec<Self> = Vec::new();
        let mut lines = unfolded.split("\r\n").map(Line::parse);
        while let Some(line) = lines.next().transpose()? {
            match (line.name.as_str(), open.last_mut()) {
                ("BEGIN", _) => {
                    open.push(Self { name: line.value, lines: Vec::new(), children: Vec::new() });
                }
                ("END", Some(_)) => {
                    let done = open.pop().ok_or("an END without BEGIN")?;
                    ensure(done.name == line.value, "an END of something else")?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => {
                            ensure(lines.next().is_none(), "lines behind the calendar")?;
                            return Ok(done);
                        }
                    }
                }
                (_, Some(within)) => within.lines.push(line),
                (name, None) => return Err(format!("{name} outside of the calendar")),
            }
        }
        Err("a calendar without END".to_owned())
    }

    /// Returns the line with a name that must occur exactly once.
    pub(crate) fn one(&self, name: &str) -> Result<&Line, String> {
        let mut all = self.lines.iter().filter(|line| line.name == name);
        match (all.next(), all.next()) {
            (Some(line), None) => Ok(line),
            (found, _) => {
                let count = if found.is_none() { "no" } else { "more than one" };
                Err(format!("{count} {name} in {}", self.name))
            }
        }
    }
}

impl Line {
    /// Parses a line. A colon or semicolon inside quotes is not a separator.
    fn parse(line: &str) -> Result<Self, String> {
        let mut parts = vec![String::new()];
        let mut quoted = false;
        for (at, character) in line.char_indices() {
            match character {
                '"' => quoted = !quoted,
                ';' if !quoted => parts.push(String::new()),
                ':' if !quoted => {
                    let value = line[at + 1..].to_owned();
                    let name = parts.remove(0);
                    let pairs = parts.iter().map(|part| {
                        let (name, value) = part.split_once('=').ok_or("a parameter without =")?;
                        Ok((name.to_owned(), value.to_owned()))
                    });
                    let parameters: Result<_, &str> = pairs.collect();
                    return Ok(Self { name, parameters: parameters?, value });
                }
                other => parts.last_mut().expect("one part is always open").push(other),
            }
        }
        Err(format!("no colon in {line:?}"))
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

pub(crate) fn ensure(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}
