//! Prints a block as JSON for programs: an array with one object per session.

use serde_json::Value;

use super::{Block, Card};
use crate::model::Status;

pub(super) fn print(block: &Block) -> String {
    let cards: Vec<String> = block.cards.iter().map(card).collect();
    match cards.is_empty() {
        true => "[]".to_owned(),
        false => format!("[\n{}\n]", cards.join(",\n")),
    }
}

/// Prints one session. The keys are written by hand to fix their order; serde_json prints every value.
fn card(card: &Card) -> String {
    let add = card.add.as_ref();
    let target = |index: usize| add.map(|add| add.targets[index].1.as_str());
    let pairs = [
        ("id", Some(card.id.as_str())),
        ("title", Some(card.title.as_str())),
        ("status", Some(card.status.map_or("planned", Status::as_str))),
        ("when", Some(card.when.as_str())),
        ("start", card.times.as_ref().map(|[start, _]| start.as_str())),
        ("end", card.times.as_ref().map(|[_, end]| end.as_str())),
        ("page", Some(card.page.as_str())),
        ("register", card.register.as_deref()),
        ("google", target(0)),
        ("outlook", target(1)),
        ("office365", target(2)),
        ("ics", add.map(|add| add.invite.as_str())),
        ("feed", Some(card.feed.as_str())),
    ];
    let lines: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("    \"{key}\": {}", Value::from(*value)))
        .collect();
    format!("  {{\n{}\n  }}", lines.join(",\n"))
}
