//! The block as plain text: every address bare, on a line of its own, where mail apps find it whole.

use super::{Block, Card};

/// Between sessions.
pub(super) const RULE: &str = "----------------------------------------";

pub(super) fn print(block: &Block) -> String {
    let mut parts: Vec<String> = Vec::new();
    if block.list {
        parts.push(block.title.clone());
        parts.push(RULE.to_owned());
    }
    parts.extend(block.nothing().map(str::to_owned));
    for session in &block.cards {
        parts.extend(card(session));
        if block.list {
            parts.push(RULE.to_owned());
        }
    }
    parts.extend(block.more().map(|more| format!("{more}.")));
    parts.push(format!("{} (updates itself)\n{}", block.subscribe(), block.feed.1));
    parts.join("\n\n")
}

fn card(card: &Card) -> Vec<String> {
    let head = [Some(card.title.as_str()), card.note(), Some(&card.when), card.place.as_deref()];
    let head: Vec<&str> = head.into_iter().flatten().collect();
    let mut parts = vec![head.join("\n")];
    parts.extend(card.about.clone());
    let mut links = vec![format!("About this session\n{}", card.page)];
    links.extend(card.links().iter().map(|(action, url)| format!("{action}\n{url}")));
    parts.push(links.join("\n"));
    parts
}
