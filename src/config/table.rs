//! One table of the file, read key by key; every value of a wrong type or format is a finding.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use super::context::{Context, Located};
use super::wording::Wanted;
use super::{guess, known, languages, wording};
use crate::diagnostic::{Code, Finding};
use crate::model::{Id, TextError, Title};
use crate::suggest;
use crate::zone::Zone;

/// Keys with a length as value.
const LENGTHS: [&str; 6] =
    ["duration", "keep_cancelled", "keep_gone", "keep_past", "refresh", "remind"];

/// One table of the file.
pub(super) struct Table<'a> {
    context: &'a Context<'a>,
    name: &'static str,
    header: Range<usize>,
    /// None if all values are those of the tables below.
    entries: Option<&'a DeTable<'a>>,
    below: Vec<Below<'a>>,
}

/// A table whose values hold where the tables above it give none.
#[derive(Clone, Copy)]
pub(super) struct Below<'a> {
    pub(super) entries: &'a DeTable<'a>,
    /// Keys whose values are for that table alone.
    pub(super) hidden: &'static [&'static str],
}

/// Reads each table of an array of tables, in order. Each is dropped once it is read.
pub(super) fn each<T>(
    context: &Context<'_>,
    name: &'static str,
    list: Option<Spanned<DeValue<'_>>>,
    known: &[&str],
    mut read: impl FnMut(&Table<'_>) -> T,
) -> Vec<T> {
    let Some(list) = list else { return Vec::new() };
    let (span, key) = (list.span(), name.trim_matches(['[', ']']));
    let DeValue::Array(items) = list.into_inner() else {
        let finding =
            Finding::error(Code::WrongType, span, format!("`{key}` must be a list of tables"));
        context.push(
            finding.help(format!("write each one under a line `{name}`, with double brackets")),
        );
        return Vec::new();
    };
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        if context.is_full() {
            break;
        }
        let span = item.span();
        match item.into_inner() {
            DeValue::Table(entries) => {
                all.push(read(&Table::new(context, name, span, &entries, known)));
            }
            other => context.push(wording::wrong_type(key, span, &other, Wanted::Table)),
        }
    }
    all
}

impl<'a> Table<'a> {
    /// Wraps a table; unknown keys are findings.
    pub(super) fn new(
        context: &'a Context<'a>,
        name: &'static str,
        header: Range<usize>,
        entries: &'a DeTable<'a>,
        known: &[&str],
    ) -> Self {
        for key in entries.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            if context.is_full() {
                break;
            }
            context.push(wording::unknown_key(name, key.get_ref(), key.span(), known));
        }
        Self { context, name, header, entries: Some(entries), below: Vec::new() }
    }

    /// The table with the values of other tables where it gives none, the nearest first.
    pub(super) fn over(&self, below: impl IntoIterator<Item = Below<'a>>) -> Self {
        let (context, name, header) = (self.context, self.name, self.header());
        Self { context, name, header, entries: self.entries, below: below.into_iter().collect() }
    }

    /// A table of the same name without keys.
    pub(super) fn emptied(&self) -> Self {
        Self { entries: None, ..self.over([]) }
    }

    /// The table with its header at another location.
    pub(super) fn under(self, header: Range<usize>) -> Self {
        Self { header, ..self }
    }

    /// Whether the table itself has a key.
    pub(super) fn is_own(&self, key: &str) -> bool {
        self.entries.is_some_and(|entries| entries.contains_key(key))
    }

    pub(super) fn context(&self) -> &'a Context<'a> {
        self.context
    }

    /// The location of the table's header.
    pub(super) fn header(&self) -> Range<usize> {
        self.header.clone()
    }

    /// Requires a key; without it, reports a finding with an example.
    pub(super) fn require<T>(&self, key: &str, example: &str, value: Option<T>) -> Option<T> {
        if !self.has(key) {
            let message = format!("{} has no `{key}`", self.name);
            self.context.push(
                Finding::error(Code::MissingKey, self.header(), message)
                    .help(format!("add `{key} = ...`, such as `{key} = {example}`")),
            );
        }
        value
    }

    /// The location of a key's value.
    pub(super) fn span(&self, key: &str) -> Option<Range<usize>> {
        self.get(key).map(Spanned::span)
    }

    /// Requires a whole table.
    pub(super) fn missing_table(&self, key: &str, example: &str) {
        if !self.has(key) {
            let message = format!("there is no [{key}] table");
            self.context.push(
                Finding::error(Code::MissingKey, self.header(), message)
                    .help(format!("begin the file with\n{example}")),
            );
        }
    }

    /// Whether the key exists, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// A text without further checks.
    pub(super) fn text(&self, key: &str) -> Option<Located<&'a str>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(Located { value: text.as_ref(), span: value.span() }),
            other => {
                self.wrong_type(key, value.span(), other, Wanted::Text);
                None
            }
        }
    }

    /// A text, without a finding for a value of another type.
    pub(super) fn text_of(&self, key: &str) -> Option<&'a str> {
        self.get(key)?.get_ref().as_str()
    }

    /// A text in a certain format; `form` is the code of its finding.
    pub(super) fn parsed<T>(
        &self,
        key: &str,
        form: Code,
        parse: impl Fn(&str) -> Result<T, TextError>,
    ) -> Option<Located<T>> {
        let text = self.text(key)?;
        self.form(key, form, text, parse)
    }

    /// One line of text for readers.
    pub(super) fn line(&self, key: &str) -> Option<Located<Title>> {
        let title = self.parsed(key, Code::BadValue, Title::parse)?;
        if title.value.as_str().contains('\t') {
            let message = format!("`{key}` holds a tab, which every app shows differently");
            let finding = Finding::warning(Code::Tab, title.span.clone(), message);
            self.context.push(finding.help("write a space"));
        }
        Some(title)
    }

    /// A text or a list of texts, each in a certain format.
    pub(super) fn parsed_list<T>(
        &self,
        key: &str,
        form: Code,
        parse: impl Fn(&str) -> Result<T, TextError>,
    ) -> Vec<Located<T>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let items: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let mut read = Vec::new();
        for item in items {
            if self.context.is_full() {
                break;
            }
            match item.get_ref() {
                DeValue::String(text) => {
                    let text = Located { value: text.as_ref(), span: item.span() };
                    read.extend(self.form(key, form, text, &parse));
                }
                other => self.wrong_type(key, item.span(), other, Wanted::Texts),
            }
        }
        read
    }

    /// An id; the finding for an invalid one suggests a valid one.
    pub(super) fn id(&self, key: &str) -> Option<Located<Id>> {
        let text = self.text(key)?;
        match Id::parse(text.value) {
            Ok(value) => Some(Located { value, span: text.span }),
            Err(error) => {
                let mut finding = wording::problem(key, Code::BadId, &error, text.span);
                if let Some(id) = Id::suggest(text.value) {
                    finding = finding.help(format!("write `{key} = \"{id}\"`"));
                }
                self.context.push(finding);
                None
            }
        }
    }

    /// A boolean.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            other => {
                self.wrong_type(key, value.span(), other, Wanted::Flag);
                None
            }
        }
    }

    /// A number within bounds.
    pub(super) fn number(&self, key: &str, bounds: std::ops::RangeInclusive<f64>) -> Option<f64> {
        let value = self.get(key)?;
        let number = match value.get_ref() {
            DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
            DeValue::Integer(number) => number.as_str().replace('_', "").parse().ok(),
            other => {
                self.wrong_type(key, value.span(), other, Wanted::Number);
                return None;
            }
        };
        if let Some(number) = number.filter(|number| bounds.contains(number)) {
            return Some(number);
        }
        let message = format!("`{key}` must be between {} and {}", bounds.start(), bounds.end());
        self.context.push(Finding::error(Code::BadValue, value.span(), message));
        None
    }

    /// A date or date-time without further checks.
    pub(super) fn datetime(&self, key: &str) -> Option<Located<Datetime>> {
        self.datetime_of(key, self.get(key)?)
    }

    /// A date or date-time, or a list of them.
    pub(super) fn datetimes(&self, key: &str) -> Vec<Located<Datetime>> {
        match self.get(key).map(|value| (value, value.get_ref())) {
            None => Vec::new(),
            Some((_, DeValue::Array(items))) => {
                items.iter().filter_map(|item| self.datetime_of(key, item)).collect()
            }
            Some((value, _)) => self.datetime_of(key, value).into_iter().collect(),
        }
    }

    fn datetime_of(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Located<Datetime>> {
        match value.get_ref() {
            DeValue::Datetime(datetime) => Some(Located { value: *datetime, span: value.span() }),
            DeValue::String(text) if guess::datetime(key, &format!("\"{text}\"")).is_some() => {
                let guess = guess::datetime(key, &format!("\"{text}\""))?;
                let finding = Finding::error(guess.code, value.span(), guess.message);
                self.context.push(finding.help(guess.help));
                None
            }
            other => {
                self.wrong_type(key, value.span(), other, Wanted::DateTime);
                None
            }
        }
    }

    /// A zone, with a warning for a name that is legacy, an abbreviation or a fixed offset.
    pub(super) fn zone(&self, key: &str) -> Option<Located<Zone>> {
        let text = self.text(key)?;
        self.zone_of(text)
    }

    /// A zone's name, or a list of zone names and of tables with a zone name.
    pub(super) fn zones<T>(
        &self,
        key: &str,
        item: (&'static str, &[&str]),
        of_name: impl Fn(Zone) -> T,
        of_table: impl Fn(&Table<'_>) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let items: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let read = |value: &&Spanned<DeValue<'a>>| match value.get_ref() {
            DeValue::String(text) => {
                let name = Located { value: text.as_ref(), span: value.span() };
                self.zone_of(name).map(|zone| of_name(zone.value))
            }
            DeValue::Table(entries) => {
                of_table(&Table::new(self.context, item.0, value.span(), entries, item.1))
            }
            other => {
                self.wrong_type(key, value.span(), other, Wanted::Zones);
                None
            }
        };
        items.iter().filter_map(read).collect()
    }

    /// One of a set of words.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<Located<T>> {
        let text = self.text(key)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
            return Some(Located { value: *value, span: text.span });
        }
        let known: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        let message = format!("`{key}` cannot be \"{}\"", wording::quoted(text.value));
        let mut finding = Finding::error(Code::BadValue, text.span, message);
        finding = match suggest::nearest(text.value, words.iter().map(|(word, _)| *word)) {
            Some(near) => finding.help(format!("did you mean `{key} = \"{near}\"`?")),
            None => finding.help(format!("write {}", known.join(" or "))),
        };
        self.context.push(finding);
        None
    }

    /// A table within this one.
    pub(super) fn table(&self, key: &str, name: &'static str, known: &[&str]) -> Option<Self> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Table(entries) => {
                Some(Self::new(self.context, name, value.span(), entries, known))
            }
            other => {
                self.wrong_type(key, value.span(), other, Wanted::Table);
                None
            }
        }
    }

    /// The value of a key, whatever its type. A table that gives the length, by `end` or `duration`, gives none of the
    /// other key.
    pub(super) fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        let gives = |entries: &DeTable<'_>| match key {
            "end" | "duration" => entries.contains_key("end") || entries.contains_key("duration"),
            _ => entries.contains_key(key),
        };
        let below = self.below.iter().filter(|below| !below.hidden.contains(&key));
        let mut tables = self.entries.into_iter().chain(below.map(|below| below.entries));
        tables.find(|entries| gives(entries))?.get(key)
    }

    fn form<T>(
        &self,
        key: &str,
        form: Code,
        text: Located<&str>,
        parse: impl Fn(&str) -> Result<T, TextError>,
    ) -> Option<Located<T>> {
        match parse(text.value) {
            Ok(value) => Some(Located { value, span: text.span }),
            Err(error) => {
                let mut finding = wording::problem(key, form, &error, text.span);
                // For common mistakes the help has the value in the accepted format.
                let offered = match form {
                    Code::BadUrl => known::url(text.value),
                    _ if key == "language" => languages::meant(text.value).map(ToOwned::to_owned),
                    _ => known::length(text.value).filter(|_| LENGTHS.contains(&key)),
                };
                if let Some(offered) = offered.filter(|offered| parse(offered).is_ok()) {
                    finding = finding.help(format!("write `{key} = \"{offered}\"`"));
                }
                self.context.push(finding);
                None
            }
        }
    }

    fn zone_of(&self, name: Located<&str>) -> Option<Located<Zone>> {
        let rules = self.context.rules();
        let zone = match rules.zone(name.value) {
            Ok(zone) => zone,
            Err(unknown) => {
                self.context.push(wording::unknown_zone(name.value, name.span, &unknown, rules));
                return None;
            }
        };
        if let Some(finding) = wording::legacy_zone(&zone, name.span.clone()) {
            self.context.push(finding);
        }
        Some(Located { value: zone, span: name.span })
    }

    pub(super) fn wrong_type(
        &self,
        key: &str,
        span: Range<usize>,
        value: &DeValue<'_>,
        wanted: Wanted,
    ) {
        self.context.push(wording::wrong_type(key, span, value, wanted));
    }
}
