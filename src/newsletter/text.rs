//! Prints the block as plain text, with every address on its own line, so that mail apps recognize the whole address.

use super::{Block, Card};

/// The separator between sessions.
pub(super) const RULE: &str = "----------------------------------------";

pub(super) fn print(block: &Block) -> String {
    let mut parts: Vec<String> = Vec::new();
    if block.list {
        parts.push(block.title.clone());
        parts.push(RULE.to_owned());
    }
    parts.extend(block.nothing().map(str::to_owned));
    for session in &block.cards {
        parts.extend(card(block, session));
        if block.list {
            parts.push(RULE.to_owned());
        }
    }
    parts.extend(block.more());
    let subscribe = block.words.messages().block_updates(block.subscribe().to_string());
    parts.push(format!("{subscribe}\n{}", block.feed.1));
    parts.join("\n\n")
}

fn card(block: &Block, card: &Card) -> Vec<String> {
    let words = &block.words;
    let place = card.place.as_ref().map(ToString::to_string);
    let (note, speakers) = (card.note(words), card.speakers.as_deref());
    let access = card.access.as_deref();
    let when = Some(card.when.as_str());
    let head = [Some(card.title.as_str()), note, when, place.as_deref(), speakers, access];
    let head: Vec<&str> = head.into_iter().flatten().collect();
    let mut parts = vec![head.join("\n")];
    parts.extend(card.about.clone());
    parts.extend(card.registration.clone());
    let mut links = vec![format!("{}\n{}", words.messages().block_about(), card.page)];
    links.extend(card.links(words).iter().map(|link| format!("{}\n{}", link.text, link.url)));
    parts.push(links.join("\n"));
    parts
}
