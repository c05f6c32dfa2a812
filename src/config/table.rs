//! One table of the file, which is read key by key. Every value of a wrong type or format is a finding.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use super::context::{Context, Located};
use super::wording::Wanted;
use super::{date_lists, guess, texts, unknown, wording};
use crate::diagnostic::{Code, Finding};
use crate::model::{Id, Markdown, TextError, Title};
use crate::suggest;
use crate::zone::Zone;

/// One table of the file.
pub(super) struct Table<'a> {
    context: &'a Context<'a>,
    name: &'static str,
    header: Range<usize>,
    /// `None` if all values are those of the tables below.
    entries: Option<&'a DeTable<'a>>,
    below: Vec<Below<'a>>,
    /// The keys that unknown keys were probably meant for.
    meant: Vec<&'static str>,
}

/// A table with the location of its header.
pub(super) type LocatedTable<'t> = (Range<usize>, DeTable<'t>);

/// A table whose values apply where the tables above it give none.
#[derive(Clone, Copy)]
pub(super) struct Below<'a> {
    pub(super) entries: &'a DeTable<'a>,
    /// The keys whose values apply to that table alone.
    pub(super) hidden: &'static [&'static str],
}

impl<'a> Table<'a> {
    /// Wraps a table; unknown keys are findings.
    pub(super) fn new(
        context: &'a Context<'a>,
        name: &'static str,
        header: Range<usize>,
        entries: &'a DeTable<'a>,
        known: &[&'static str],
    ) -> Self {
        let meant = unknown::keys(context, name, entries, known);
        Self { context, name, header, entries: Some(entries), below: Vec::new(), meant }
    }

    /// Returns the table over other tables, whose values apply where it gives none. The nearest table is first.
    pub(super) fn over(&self, below: impl IntoIterator<Item = Below<'a>>) -> Self {
        let (context, name, header) = (self.context, self.name, self.header());
        let (below, meant) = (below.into_iter().collect(), self.meant.clone());
        Self { context, name, header, entries: self.entries, below, meant }
    }

    /// Returns a table of the same name without keys.
    pub(super) fn emptied(&self) -> Self {
        Self { entries: None, ..self.over([]) }
    }

    /// Returns whether the table is `[series.each]`, whose values complete those of sessions.
    pub(super) fn is_each(&self) -> bool {
        self.name == "[series.each]"
    }

    /// Returns whether the values of the table are for several sessions: `[series.each]`, or `from = true`.
    pub(super) fn is_shared(&self) -> bool {
        let from = self.entries.and_then(|entries| entries.get("from")?.get_ref().as_bool());
        self.is_each() || from == Some(true)
    }

    /// Returns the table with its header at another location.
    pub(super) fn under(self, header: Range<usize>) -> Self {
        Self { header, ..self }
    }

    /// Returns whether the table itself has a key.
    pub(super) fn is_own(&self, key: &str) -> bool {
        self.entries.is_some_and(|entries| entries.contains_key(key))
    }

    pub(super) fn context(&self) -> &'a Context<'a> {
        self.context
    }

    /// Returns the location of the table's header.
    pub(super) fn header(&self) -> Range<usize> {
        self.header.clone()
    }

    /// Requires a key; without it, reports a finding with an example.
    pub(super) fn require<T>(&self, key: &str, example: &str, value: Option<T>) -> Option<T> {
        if self.lacks(key) {
            let message = format!("{} has no `{key}`", self.name);
            self.context.push(
                Finding::error(Code::MissingKey, self.header(), message)
                    .help(format!("add `{key} = ...`, such as `{key} = {example}`")),
            );
        }
        value
    }

    /// Returns the location of a key's value.
    pub(super) fn span(&self, key: &str) -> Option<Range<usize>> {
        self.get(key).map(Spanned::span)
    }

    /// Requires a table that the file must have.
    pub(super) fn missing_table(&self, key: &str, example: &str) {
        if self.lacks(key) && self.context.has_all_headers() {
            let message = format!("there is no [{key}] table");
            self.context.push(
                Finding::error(Code::MissingKey, self.header(), message)
                    .help(format!("begin the file with\n{example}")),
            );
        }
    }

    /// Returns whether the key exists, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Returns whether the key is missing: neither the key nor another word for it exists, and no line of the table is
    /// unread.
    pub(super) fn lacks(&self, key: &str) -> bool {
        !self.has(key) && !self.meant.contains(&key) && self.context.is_whole_at(self.header.start)
    }

    /// Whether an unknown key was probably meant for a key.
    pub(super) fn is_meant(&self, key: &str) -> bool {
        self.meant.contains(&key)
    }

    /// Returns whether the value of a key is a list.
    pub(super) fn is_list(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| value.get_ref().is_array())
    }

    /// Reads a text without further checks.
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

    /// Reads a text. Ignores a value of another type without reporting it.
    pub(super) fn text_of(&self, key: &str) -> Option<&'a str> {
        self.get(key)?.get_ref().as_str()
    }

    /// Reads a text, or the first text of a list. Ignores a value of another type without reporting it.
    pub(super) fn first_text_of(&self, key: &str) -> Option<&'a str> {
        match self.get(key)?.get_ref() {
            DeValue::Array(items) => items.iter().next()?.get_ref().as_str(),
            value => value.as_str(),
        }
    }

    /// Reads a text in a certain format; `form` is the code of its finding.
    pub(super) fn parsed<T>(
        &self,
        key: &str,
        form: Code,
        parse: impl Fn(&str) -> Result<T, TextError>,
    ) -> Option<Located<T>> {
        let text = self.text(key)?;
        self.form(key, form, text, parse)
    }

    /// Reads one line of text for readers.
    pub(super) fn line(&self, key: &str) -> Option<Located<Title>> {
        let title = self.parsed(key, Code::BadValue, Title::parse)?;
        if title.value.as_str().contains('\t') {
            let message = format!("`{key}` holds a tab, which every app shows differently");
            let finding = Finding::warning(Code::Tab, title.span.clone(), message);
            self.context.push(finding.help("write a space"));
        }
        texts::line(self.context, key, title.value.as_str(), &title.span);
        Some(title)
    }

    /// Reads a text in Markdown.
    pub(super) fn markdown(&self, key: &str) -> Option<Located<Markdown>> {
        let text = self.parsed(key, Code::BadValue, Markdown::parse)?;
        texts::markdown(self.context, key, text.value.as_str(), &text.span);
        Some(text)
    }

    /// Reads a text or a list of texts, each in a certain format.
    pub(super) fn parsed_list<T>(
        &self,
        key: &str,
        form: Code,
        parse: impl Fn(&str) -> Result<T, TextError>,
    ) -> Vec<Located<T>> {
        let texts = self.texts(key).into_iter();
        texts
            .map_while(|text| {
                Some(self.form(key, form, text, &parse)).filter(|_| !self.context.is_full())
            })
            .flatten()
            .collect()
    }

    /// Reads a text or a list of texts, without further checks.
    pub(super) fn texts(&self, key: &str) -> Vec<Located<&'a str>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let items: Vec<&'a Spanned<DeValue<'a>>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let mut read = Vec::new();
        // Items that only lack quotes are one finding, with the whole corrected list.
        let corrected = wording::corrected_list(key, value.get_ref());
        let mut is_reported = false;
        for item in items {
            if self.context.is_full() {
                break;
            }
            let other = match item.get_ref() {
                DeValue::String(text) => {
                    read.push(Located { value: text.as_ref(), span: item.span() });
                    continue;
                }
                other => other,
            };
            let finding = wording::wrong_type(key, item.span(), other, Wanted::Texts);
            match &corrected {
                Some(right) if !is_reported => {
                    self.context.push(finding.help(format!("write `{key} = {right}`")));
                    is_reported = true;
                }
                Some(_) => {}
                None => self.context.push(finding),
            }
        }
        read
    }

    /// Reads an id. The finding for an invalid id suggests a valid one.
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

    /// Reads a boolean.
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

    /// Reads a number within bounds.
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
        let finding = Finding::error(Code::BadValue, value.span(), message);
        self.context
            .push(finding.help(format!("write degrees with a point, such as `{key} = 40.7128`")));
        None
    }

    /// Reads a date or date-time without further checks.
    pub(super) fn datetime(&self, key: &str) -> Option<Located<Datetime>> {
        self.datetime_of(key, self.get(key)?)
    }

    /// Reads a date or date-time, or a list of them.
    pub(super) fn datetimes(&self, key: &str) -> Vec<Located<Datetime>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Array(items) => {
                if let Some(finding) = date_lists::of_list(key, items) {
                    self.context.push(finding);
                    return Vec::new();
                }
                items.iter().filter_map(|item| self.datetime_of(key, item)).collect()
            }
            DeValue::String(text) => match date_lists::of_text(key, text, value.span()) {
                Some(finding) => {
                    self.context.push(finding);
                    Vec::new()
                }
                None => self.datetime_of(key, value).into_iter().collect(),
            },
            _ => self.datetime_of(key, value).into_iter().collect(),
        }
    }

    fn datetime_of(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Located<Datetime>> {
        match value.get_ref() {
            DeValue::Datetime(datetime) => Some(Located { value: *datetime, span: value.span() }),
            other => {
                let quoted = other.as_str().map(|text| format!("\"{text}\""));
                let guess = quoted
                    .and_then(|text| guess::datetime(key, &text, self.day(), self.context.rules()));
                let finding = match guess {
                    Some(guess) => {
                        let finding = Finding::error(guess.code, value.span(), guess.message);
                        let certain = other.as_str().and_then(guess::certain);
                        finding.help(guess.help).fix_if(value.span(), certain)
                    }
                    None => wording::no_date(key, value.span(), other),
                };
                self.context.push(finding);
                None
            }
        }
    }

    /// Returns the day of `start`, or of the id of a date of a repeating session.
    pub(super) fn day(&self) -> Option<chrono::NaiveDate> {
        let start = self.get("start").and_then(|start| start.get_ref().as_datetime());
        let Some(date) = start.and_then(|start| start.date) else {
            let id = self.text_of("id")?;
            return id.get(id.len().checked_sub(10)?..)?.parse().ok();
        };
        chrono::NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
    }

    /// Reads a zone, with a warning for a name that is legacy, an abbreviation or a fixed offset.
    pub(super) fn zone(&self, key: &str) -> Option<Located<Zone>> {
        let text = self.text(key)?;
        self.zone_of(text)
    }

    /// Reads a zone's name, or a list of zone names and of tables with a zone name.
    pub(super) fn zones<T>(
        &self,
        key: &str,
        item: (&'static str, &[&'static str]),
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

    /// Reads one of a set of words.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<Located<T>> {
        let text = self.text(key)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
            return Some(Located { value: *value, span: text.span });
        }
        let known: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        let message = format!("`{key}` cannot be \"{}\"", wording::quoted(text.value));
        let mut finding = Finding::error(Code::BadValue, text.span, message);
        let near = suggest::nearest(text.value, words.iter().map(|(word, _)| *word));
        finding = match near {
            _ if key == "status" && wording::is_postponed(text.value) => finding.help(
                "to move it, correct `start`; while the new date is not known, delete `start` and write `status = \"planned\"`",
            ),
            Some(near) => finding.help(format!("did you mean `{key} = \"{near}\"`?")),
            None => finding.help(format!("write {}", known.join(" or "))),
        };
        self.context.push(finding);
        None
    }

    /// Reads a table within this one.
    pub(super) fn table(
        &self,
        key: &str,
        name: &'static str,
        known: &[&'static str],
    ) -> Option<Self> {
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

    /// Returns the value of a key, whatever its type. A table that gives the length with `end` or `duration` hides the
    /// other key in the tables below it.
    pub(super) fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        // The parser replaces unreadable values with values with an empty location.
        self.value(key).filter(|value| !value.span().is_empty())
    }

    fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        let gives = |entries: &DeTable<'_>| match key {
            "end" | "duration" => entries.contains_key("end") || entries.contains_key("duration"),
            _ => entries.contains_key(key),
        };
        let below = self.below.iter().filter(|below| !below.hidden.contains(&key));
        let mut tables = self.entries.into_iter().chain(below.map(|below| below.entries));
        tables.find(|entries| gives(entries))?.get(key)
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
