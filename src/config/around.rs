//! Reads the speakers of a session, and registration for the session.

use toml::Spanned;
use toml::de::DeValue;

use super::civil::{Split, civil};
use super::keys;
use super::links;
use super::table::Table;
use super::wording::Wanted;
use crate::diagnostic::{Code, Finding};
use crate::model::{AllDay, HttpUrl, Registration, Session, Speaker, Timed, Title, When};
use crate::zone::{Local, Zone};

/// The largest number of speakers of a session.
const MOST: usize = 50;

/// Reads `speakers`, which is a list of tables or names, or a single table or name.
pub(super) fn speakers(table: &Table<'_>) -> Vec<Speaker> {
    let Some(value) = table.get("speakers") else { return Vec::new() };
    let items: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
        DeValue::Array(items) => items.iter().collect(),
        _ => vec![value],
    };
    if items.len() > MOST {
        let message = format!("`speakers` has {} items; at most {MOST} are allowed", items.len());
        let finding = Finding::error(Code::TooLong, value.span(), message);
        table
            .context()
            .push(finding.help("shorten the list, and name the others in `description`"));
        return Vec::new();
    }
    items.into_iter().filter_map(|item| speaker(table, item)).collect()
}

fn speaker(table: &Table<'_>, item: &Spanned<DeValue<'_>>) -> Option<Speaker> {
    match item.get_ref() {
        DeValue::String(text) => {
            let text = super::context::Located { value: text.as_ref(), span: item.span() };
            let name = table.form("speakers", Code::BadValue, text, Title::parse)?.value;
            Some(Speaker { name, about: None, url: None })
        }
        DeValue::Table(entries) => {
            let (context, span) = (table.context(), item.span());
            let table = Table::new(context, "an item of `speakers`", span, entries, keys::SPEAKER);
            let name = table.line("name");
            let name = table.require("name", "\"Ana Diaz\"", name);
            let about = table.line("about").map(|at| at.value);
            let url = table.parsed("url", Code::BadUrl, HttpUrl::parse);
            if let Some(url) = url.as_ref().filter(|url| url.value.as_str().starts_with("http://"))
            {
                let finding = links::insecure("url", url.value.as_str(), url.span.clone());
                table.context().push(finding);
            }
            Some(Speaker { name: name?.value, about, url: url.map(|at| at.value) })
        }
        other => {
            table.wrong_type("speakers", item.span(), other, Wanted::Speakers);
            None
        }
    }
}

/// Reports registration that opens when the session is over.
pub(super) fn opens_in_time(table: &Table<'_>, session: &Session) {
    let Registration::Open { opens: Some(opens), .. } = &session.registration else { return };
    if opens.start() >= session.when.end() {
        let span = table.span("registration").unwrap_or_else(|| table.header());
        let finding = Finding::error(Code::BadValue, span, "registration opens after the session");
        table.context().push(finding.help("correct `opens`, or delete it"));
    }
}

/// Reads `registration` of a session, which is a word or a table of times in a zone.
pub(super) fn registration(table: &Table<'_>, zone: Option<&Zone>) -> Registration {
    let words = [("open", 0), ("full", 1), ("closed", 2)];
    match table.get("registration").map(Spanned::get_ref) {
        None => Registration::default(),
        Some(DeValue::String(_)) => match table.word("registration", &words).map(|at| at.value) {
            Some(1) => Registration::Full,
            Some(2) => Registration::Closed,
            _ => Registration::default(),
        },
        Some(DeValue::Table(_)) => {
            without_link(table);
            let own = table.table("registration", "registration", keys::REGISTRATION);
            own.map(|own| of_table(&own, zone)).unwrap_or_default()
        }
        Some(other) => {
            let span = table.span("registration").unwrap_or_else(|| table.header());
            table.wrong_type("registration", span, other, Wanted::Registration);
            Registration::default()
        }
    }
}

/// Warns about times of registration if the session has no link to register.
fn without_link(table: &Table<'_>) {
    // Each session of a series may have a link of its own.
    if table.lacks("register") && !table.is_each() {
        let span = table.span("registration").unwrap_or_else(|| table.header());
        let message = "`registration` has times, and the session has no link to register";
        let finding = Finding::warning(Code::NoRegisterLink, span, message);
        table.context().push(finding.help("add `register = \"https://...\"`, with the link"));
    }
}

fn of_table(table: &Table<'_>, zone: Option<&Zone>) -> Registration {
    let full = table.flag("full").unwrap_or(false);
    let opens = time(table, "opens", zone);
    let closes = time(table, "closes", zone);
    if let (Some(opens), Some(closes)) = (&opens, &closes)
        && closes.end() <= opens.start()
    {
        let span = table.span("closes").unwrap_or_else(|| table.header());
        let finding = Finding::error(Code::BadValue, span, "registration closes before it opens");
        let earlier = table.span("opens").unwrap_or_else(|| table.header());
        table
            .context()
            .push(finding.earlier(earlier, "it opens here").help("correct one of the two"));
    }
    if full { Registration::Full } else { Registration::Open { opens, closes } }
}

/// Returns a day, or a moment as a time without a length. Of two readings of a repeated time, registration opens at the
/// earlier and closes at the later one. A skipped time counts as the first one after it.
fn time(table: &Table<'_>, key: &str, zone: Option<&Zone>) -> Option<When> {
    let at = table.datetime(key).and_then(|at| civil(table, key, at, zone))?;
    let zone = zone?.clone();
    Some(match at.split() {
        Split::AllDay(day) => When::AllDay(AllDay { zone, first: day.value, last: day.value }),
        Split::Timed(at) => {
            let instant = match zone.resolve(at.value) {
                Local::Unique(instant) => instant,
                Local::Fold { later, .. } if key == "closes" => later,
                Local::Fold { earlier, .. } => earlier,
                Local::Gap { after, .. } => match zone.resolve(after) {
                    Local::Unique(instant) | Local::Fold { earlier: instant, .. } => instant,
                    Local::Gap { .. } => return None,
                },
            };
            let moment = zone.moment(instant);
            When::Timed(Timed { start: moment, end: moment, zone })
        }
    })
}
