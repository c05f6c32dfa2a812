//! Renders messages that contain markup.

use maud::{Markup, html};

use crate::l10n::{Segment, Sentence, segments};

/// Returns a message with markup in place of each of [`crate::l10n::SLOTS`].
pub fn filled<const N: usize>(text: &str, markup: [Markup; N]) -> Markup {
    html! {
        @for segment in segments(text) {
            @match segment {
                Segment::Words(words) => (words),
                Segment::Slot(number) => @if let Some(markup) = markup.get(number) { (markup) },
            }
        }
    }
}

/// Returns a message with each text of the author isolated, so that message and text do not change each other's
/// direction.
pub fn isolated(sentence: &Sentence) -> Markup {
    html! {
        @for part in sentence.parts() {
            @match part {
                Ok(words) => (words),
                Err(own) => bdi { (own) },
            }
        }
    }
}
