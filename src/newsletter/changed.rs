//! Makes the block about sessions that moved, are cancelled, or have a new place or link. The block shows the old
//! value, the new one, and the link to the page.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::html::{cell, direction, isolated, line, link};
use super::markdown::{escaped, link as markdown_link};
use super::{BlockFormat, MOST, Subject, text};
use crate::l10n::{SLOTS, Sentence, Words};
use crate::model::{Session, Status};
use crate::pages::{self, filled};
use crate::revisions::Edition;
use crate::urls::SessionRoute;

/// The changed sessions of a subject that are not over. The list is empty if none changed.
pub(super) struct Changed {
    words: Words,
    language: String,
    english: bool,
    accent: String,
    notices: Vec<Notice>,
    left_out: usize,
}

struct Notice {
    id: String,
    title: String,
    page: String,
    /// The earlier time, or `None` if it did not change.
    was: Option<String>,
    /// The current time, or `None` if the session is cancelled.
    now: Option<String>,
    /// Sentences about a new place and new links.
    said: Vec<Sentence>,
    /// The author's reason for a cancellation, or for a new time or place.
    reason: Option<String>,
}

impl Changed {
    pub(super) fn new(edition: &Edition, subject: Subject<'_>, words: &Words) -> Option<Self> {
        let (sessions, most) = match subject {
            Subject::Session(session) => (vec![session], 1),
            Subject::Undated(_) => (Vec::new(), 1),
            Subject::Feed(feed) => (edition.contents(&feed).here, MOST),
            Subject::ToCome => (edition.catalog.sessions.iter().collect(), usize::MAX),
        };
        let all: Vec<Notice> =
            sessions.into_iter().filter_map(|session| notice(edition, session, words)).collect();
        let left_out = all.len().saturating_sub(most);
        let notices: Vec<Notice> = all.into_iter().take(most).collect();
        let (language, accent) = (&edition.catalog.calendar.language, edition.catalog.page.accent);
        (!notices.is_empty()).then(|| Self {
            words: words.clone(),
            language: language.as_str().to_owned(),
            english: language.is_english(),
            accent: accent.unwrap_or_default().readable_on_light().hex(),
            notices,
            left_out,
        })
    }

    pub(super) fn print(&self, format: BlockFormat) -> String {
        match format {
            BlockFormat::Html => self.html(true).into_string(),
            BlockFormat::Json => self.json(),
            BlockFormat::Markdown => {
                self.parts(|notice| markdown(notice, &self.words)).join("\n\n")
            }
            BlockFormat::Text => self.parts(|notice| plain(notice, &self.words)).join("\n\n"),
        }
    }

    /// Returns the block for a page, whose style sheet replaces the inline styles of mail.
    pub(super) fn preview(&self) -> Markup {
        self.html(false)
    }

    fn html(&self, mail: bool) -> Markup {
        let only = |style: String| mail.then_some(style);
        let old = |name: &'static str| mail.then_some(name);
        let ours = (!self.english).then_some("en");
        let theirs = (!self.english).then_some(self.language.as_str());
        let messages = self.words.messages();
        let part = || only("margin:0 0 8px".to_owned());
        html! {
            table role="presentation" lang=(self.language) width=[old("100%")]
                cellpadding=[old("0")] cellspacing=[old("0")] border=[old("0")]
                style=[only("width:100%".to_owned())] {
                (line())
                @for notice in &self.notices {
                    tr { td style=[only(cell(24))] {
                        h3 dir=[direction(&notice.title)] style=[only("margin:0 0 8px;font-size:18px".to_owned())] { (notice.title) }
                        (line())
                        @if let Some(was) = &notice.was {
                            p lang=[ours] style=[part()] {
                                (filled(&messages.block_was(SLOTS[0]), [html! { s lang=[theirs] { (was) } }]))
                            }
                            (line())
                        }
                        p style=[part()] {
                            @match (&notice.now, &notice.was) {
                                (Some(now), Some(_)) => {
                                    @let now = html! { @match theirs {
                                        Some(theirs) => span lang=(theirs) { (now) },
                                        None => (now),
                                    } };
                                    b lang=[ours] { (filled(&messages.block_now(SLOTS[0]), [now])) }
                                }
                                (Some(now), None) => { (now) }
                                (None, _) => { b lang=[ours] { (messages.block_cancelled()) } }
                            }
                        }
                        (line())
                        @for said in &notice.said {
                            p lang=[ours] style=[part()] { b { (isolated(said)) } }
                            (line())
                        }
                        @if let Some(reason) = &notice.reason {
                            p dir=[direction(reason)] style=[part()] { (reason) }
                            (line())
                        }
                        p lang=[ours] style=[only("margin:0".to_owned())] {
                            a href=(notice.page) style=[only(link(&self.accent))] { (messages.block_about()) }
                        }
                    } }
                    (line())
                }
                @if let Some(more) = self.more() {
                    tr { td lang=[ours] style=[only(cell(0))] { (more) } } (line())
                }
            }
        }
    }

    fn parts(&self, part: impl Fn(&Notice) -> String) -> Vec<String> {
        self.notices.iter().map(part).chain(self.more()).collect()
    }

    fn json(&self) -> String {
        let object = |notice: &Notice| {
            json!({
                "id": notice.id,
                "title": notice.title,
                "was": notice.was,
                "now": notice.now,
                "reason": notice.reason,
                "said": notice.said.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "page": notice.page,
            })
        };
        let all: Vec<Value> = self.notices.iter().map(object).collect();
        serde_json::to_string_pretty(&all).expect("its keys are texts")
    }

    fn more(&self) -> Option<String> {
        (self.left_out > 0).then(|| self.words.messages().block_more_changed(self.left_out))
    }
}

fn notice(edition: &Edition, session: &Session, words: &Words) -> Option<Notice> {
    if edition.is_past(session) {
        return None;
    }
    let calendar = &edition.catalog.calendar;
    let off = session.status == Status::Cancelled;
    let said = pages::sentences(edition, session, words);
    let was = match off {
        true => Some(words.range(&session.when, calendar)),
        false => edition.moved_from(session).map(|was| words.start(&was, calendar)),
    };
    if was.is_none() && said.is_empty() {
        return None;
    }
    let urls = &edition.urls;
    Some(Notice {
        id: session.id.to_string(),
        title: session.title.to_string(),
        page: urls.absolute(&urls.session(&session.id, SessionRoute::Page)),
        was,
        now: (!off).then(|| words.range_with_utc(&session.when, calendar)),
        said,
        reason: edition.reason(session).map(ToString::to_string),
    })
}

/// Returns the earlier and the current time, each with its label if they differ.
fn times(notice: &Notice, words: &Words) -> (Option<String>, String) {
    let messages = words.messages();
    let was = notice.was.as_ref().map(|was| messages.block_was(was));
    let now = match (&notice.now, &was) {
        (Some(now), Some(_)) => messages.block_now(now),
        (Some(now), None) => now.clone(),
        (None, _) => messages.block_cancelled().to_owned(),
    };
    (was, now)
}

fn markdown(notice: &Notice, words: &Words) -> String {
    let (was, now) = times(notice, words);
    let now = if was.is_some() { format!("**{}**", escaped(&now)) } else { escaped(&now) };
    let mut parts = vec![format!("### {}", escaped(&notice.title))];
    parts.extend(was.map(|was| escaped(&was)));
    parts.push(now);
    parts.extend(notice.said.iter().map(|said| format!("**{}**", escaped(&said.to_string()))));
    parts.extend(notice.reason.as_deref().map(escaped));
    parts.push(markdown_link(words.messages().block_about(), &notice.page));
    parts.join("\n\n")
}

fn plain(notice: &Notice, words: &Words) -> String {
    let (was, now) = times(notice, words);
    let lines = std::iter::once(notice.title.clone()).chain(was).chain([now]);
    let lines = lines.chain(notice.said.iter().map(ToString::to_string));
    let lines: Vec<String> = lines.chain(notice.reason.clone()).collect();
    let about = words.messages().block_about();
    format!("{}\n\n{about}\n{}\n\n{}", lines.join("\n"), notice.page, text::RULE)
}
