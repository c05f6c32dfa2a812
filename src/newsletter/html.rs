//! Prints the block as HTML for mail. It uses tables and inline styles, which both Outlook for Windows (Word's engine)
//! and Gmail support. The block has no void elements, so it is also XML.

use maud::{Markup, PreEscaped, html};

use super::{ActionLink, Block, Card};
use crate::cut;
use crate::l10n::{SLOTS, Sentence};
use crate::pages::filled;

const FONT: &str = "16px/24px Arial,sans-serif";
const TEXT: &str = "#1B1F24";
const BUTTON: &str = "display:inline-block;padding:10px 20px;color:#FFFFFF;text-decoration:none";
/// The largest number of characters of a title in the accessible name of a link. Ten sessions have fifty links, and the
/// titles distinguish them in a screen reader's list of links.
const LABEL: usize = 24;

/// The context of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Mail,
    Page,
}

impl Within {
    /// Returns markup that only mail needs: obsolete HTML attributes, and inline styles.
    fn mail<T>(self, value: T) -> Option<T> {
        (self == Self::Mail).then_some(value)
    }
}

/// Prints the block for mail.
pub(super) fn print(block: &Block) -> String {
    markup(block, Within::Mail).into_string()
}

/// Prints the block for a page of this site, whose style sheet gives it the same look as in mail.
pub(super) fn preview(block: &Block) -> Markup {
    markup(block, Within::Page)
}

fn markup(block: &Block, within: Within) -> Markup {
    // Titles are in the calendar's language, messages in English.
    let ours = (!block.english).then_some("en");
    let theirs = (!block.english).then_some(block.language.as_str());
    let row = cell(24);
    html! {
        table role="presentation" lang=(block.language) width=[within.mail("100%")]
            cellpadding=[within.mail("0")] cellspacing=[within.mail("0")] border=[within.mail("0")]
            style=[within.mail("width:100%")] {
            (line())
            @if block.list {
                tr { td style=[within.mail(&row)] {
                    h2 dir=[direction(&block.title)] style=[within.mail("margin:0;font-size:22px;line-height:28px")] { (block.title) }
                } } (line())
            }
            @if let Some(sentence) = block.nothing() {
                tr { td lang=[ours] style=[within.mail(&row)] { (sentence) } } (line())
            }
            @for card in &block.cards {
                tr { td style=[within.mail(&row)] { (self::card(block, card, ours, within)) } } (line())
            }
            tr { td style=[within.mail(cell(0))] {
                @if let Some(more) = block.more() {
                    span lang=[ours] { (more) } " "
                }
                @let subscribe = html! {
                    a href=(block.feed.1) lang=[theirs] style=[within.mail(link(&block.accent))] { (isolated(&block.subscribe())) }
                };
                span lang=[ours] { (filled(&block.words.messages().block_updates(SLOTS[0]), [subscribe])) }
            } } (line())
        }
    }
}

/// Returns the style of a cell with padding below it, in pixels.
pub(super) fn cell(below: u8) -> String {
    format!("padding:0 0 {below}px;font:{FONT};color:{TEXT}")
}

fn card(block: &Block, card: &Card, ours: Option<&str>, within: Within) -> Markup {
    let part = "margin:0 0 8px";
    let words = &block.words;
    let label = |action: &ActionLink<'_>| {
        let title = cut::to_chars(&card.title, LABEL);
        words.sentence(action.with_title.clone(), [&title]).to_string()
    };
    let links = card.links(words);
    let (register, add): (Vec<_>, Vec<_>) =
        links.iter().partition(|link| Some(link.url) == card.register.as_deref());
    html! {
        h3 dir=[direction(&card.title)] style=[within.mail(format!("{part};font-size:18px"))] {
            a href=(card.page) style=[within.mail(link(&block.accent))] { (card.title) }
        }
        (line())
        @if let Some(note) = card.note(words) {
            p lang=[ours] style=[within.mail(part)] { b { (note) } } (line())
        }
        p style=[within.mail(part)] { b { (card.when) } } (line())
        @if let Some(place) = &card.place { p style=[within.mail(part)] { (isolated(place)) } (line()) }
        @if let Some(speakers) = &card.speakers {
            p dir=[direction(speakers)] style=[within.mail(part)] { (speakers) } (line())
        }
        @if let Some(access) = &card.access {
            p dir=[direction(access)] style=[within.mail(part)] { (access) } (line())
        }
        @if let Some(about) = &card.about {
            p dir=[direction(about)] style=[within.mail(part)] { (about) } (line())
        }
        @if let Some(registration) = &card.registration {
            p lang=[ours] style=[within.mail(part)] { (registration) } (line())
        }
        @for to in register {
            table role="presentation" {
                tr { td bgcolor=[within.mail(&block.accent)] style=[within.mail(format!("border-radius:6px;font:bold {FONT}"))] {
                    a href=(to.url) lang=[ours] aria-label=[within.mail(label(to))] style=[within.mail(BUTTON)] { (to.text) }
                } }
            }
            (line())
        }
        @if !add.is_empty() {
            p lang=[ours] style=[within.mail("margin:8px 0 0")] {
                @for (index, to) in add.into_iter().enumerate() {
                    @if index > 0 { " |" (line()) }
                    a href=(to.url) aria-label=[within.mail(label(to))] style=[within.mail(link(&block.accent))] { (to.text) }
                }
            }
        }
    }
}

/// Returns the style of a link in a color.
pub(super) fn link(accent: &str) -> String {
    format!("color:{accent}")
}

/// Isolates a text with right-to-left letters or marks, so that it and the surrounding text do not change each other's
/// direction.
pub(super) fn direction(text: &str) -> Option<&'static str> {
    let runs_left = |c: char| {
        matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
            | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}'
            | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.contains(runs_left).then_some("auto")
}

/// Returns a message with the author's texts isolated if their direction may differ. Isolation uses the `dir`
/// attribute, because not all mail apps support `bdi`.
pub(super) fn isolated(sentence: &Sentence) -> Markup {
    let both_ways = sentence.runs_left().then_some("auto");
    html! {
        @for part in sentence.parts() {
            @match part {
                Ok(words) => (words),
                Err(own) => span dir=[direction(own).or(both_ways)] { (own) },
            }
        }
    }
}

/// Returns a line break. Mail consists of lines, and mail systems break long ones anywhere (RFC 5322 section 2.1.1).
pub(super) fn line() -> Markup {
    PreEscaped("\n".to_owned())
}
