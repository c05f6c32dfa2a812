//! Prints the report of `convene preview` as text, for people.

use super::repeats::DatesChange;
use super::{ChangedSession, Report};
use crate::ics::duration;

pub(super) fn print(report: &Report) -> String {
    let mut parts = Vec::new();
    match report.items.len() {
        0 if report.feeds.is_empty() => parts.push("Nothing changes in calendars.".to_owned()),
        0 => parts.push("No session changes.".to_owned()),
        1 => parts.push("One session changes:".to_owned()),
        count => parts.push(format!("{count} sessions change:")),
    }
    parts.extend(report.items.iter().map(item));
    parts.extend(report.repeats.iter().map(DatesChange::text));
    if !report.planned.is_empty() {
        let heading = "On pages and in newsletter blocks, without a date yet:";
        parts.push(section(heading, report.planned.iter().map(|(_, title)| title.clone())));
    }
    for (title, seen) in &report.to_come {
        let lines = seen.iter().map(|there| format!("  {}: {}", there.city, there.line));
        parts.push(lines.fold(title.clone(), |text, line| format!("{text}\n{line}")));
    }
    if !report.feeds.is_empty() {
        parts.push(section(
            "Calendars that change:",
            report.feeds.iter().map(|feed| {
                let note = match feed.what {
                    "new" => ", new",
                    "taken-over" => ", whose subscribers get another calendar",
                    "renamed" => ", at a new address; the old one keeps working",
                    "ended" => ", which ends with a notice to its subscribers",
                    _ => "",
                };
                format!("{} (\"{}\"{note})", feed.url, feed.title)
            }),
        ));
        parts.push(learn(report));
    }
    if report.items.iter().any(|item| item.change.before.is_some()) {
        parts.push(copies());
    }
    let soon: Vec<&ChangedSession> = report.items.iter().filter(|item| item.soon).collect();
    if !soon.is_empty() {
        let heading = "Less than a day away, so announce it by mail too:";
        parts.push(section(heading, soon.iter().map(|item| item.change.after.title.clone())));
    }
    let blocks: Vec<&String> =
        report.items.iter().filter_map(|item| item.newsletter.as_ref()).collect();
    if !blocks.is_empty() {
        let heading = "For your newsletter, after this is published, a block about the changes:";
        parts.push(section(heading, blocks.into_iter().cloned()));
    }
    parts.join("\n\n") + "\n"
}

fn item(item: &ChangedSession) -> String {
    let mut lines = vec![format!("{} ({})", item.change.after.title, item.change.id)];
    lines.extend(item.said.iter().map(|said| format!("  {said}")));
    lines.extend(item.cities.iter().map(|there| format!("  {}: {}", there.city, there.line)));
    if item.better_cancelled {
        lines.push("  to cancel it instead, keep it with `status = \"cancelled\"`".to_owned());
    }
    lines.join("\n")
}

/// Returns a sentence with the polling intervals of calendar apps, from their vendors' help pages and their source
/// code.
fn learn(report: &Report) -> String {
    let asked = duration(report.refresh).trim_start_matches(['P', 'T']).to_lowercase();
    section(
        "Subscribers learn of it automatically, about:",
        [
            "within the hour: Thunderbird, GNOME, Fastmail, Apple Calendar by its user's setting"
                .to_owned(),
            "within three hours, up to a day: Outlook.com, Microsoft 365".to_owned(),
            "within four to sixteen hours, up to a day: Google Calendar, Proton".to_owned(),
            "within a day: ICSx5 on Android".to_owned(),
            format!(
                "at the `refresh` interval of your file, every {asked}: Outlook for Windows, \
                 Nextcloud"
            ),
        ],
    )
}

fn copies() -> String {
    section(
        "These do not change automatically:",
        [
            "entries added once, by an .ics file or an \"Add to\" link: they are copies".to_owned(),
            "sent newsletters: their text stays, and their links lead to the new data".to_owned(),
        ],
    )
}

fn section(heading: &str, lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().fold(heading.to_owned(), |text, line| format!("{text}\n  {line}"))
}
