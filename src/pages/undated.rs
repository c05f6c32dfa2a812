//! The page of a session whose date is to be announced, and the lists of such sessions.

use maud::{Markup, PreEscaped, html};

use super::parts::{self, Under};
use super::redirect;
use super::session::{access, place, speakers, subscribe, take_part};
use super::shell::{Head, Shell};
use crate::document::{Document, Kind};
use crate::l10n::Words;
use crate::markdown;
use crate::model::{HttpUrl, Undated};
use crate::revisions::Edition;
use crate::urls::SessionRoute;

/// The page of a session without a date.
pub fn page(shell: &Shell<'_>, session: &Undated) -> Document {
    let path = shell.edition.urls.session(&session.id, SessionRoute::Page);
    Document::new(path.clone(), Kind::Page, markup(shell, session, path).into_string())
}

/// The redirect from another address of a session without a date: to the link that it has, else to its page.
pub fn redirect(
    edition: &Edition,
    session: &Undated,
    route: SessionRoute,
    path: String,
) -> Document {
    let url = match route {
        SessionRoute::Register => edition.register_for_undated(session),
        SessionRoute::Join => session.join.as_ref(),
        _ => None,
    };
    let page = || edition.urls.session(&session.id, SessionRoute::Page);
    let location = url.map_or_else(page, HttpUrl::to_string);
    redirect::lead(path, location, Kind::Redirect, session.title.as_str())
}

/// The list of sessions without a date under a heading; nothing if there are none.
pub(super) fn list<'a>(
    edition: &Edition,
    sessions: impl Iterator<Item = &'a Undated>,
    words: &Words,
    under: Under,
) -> Markup {
    let sessions: Vec<&Undated> = sessions.collect();
    let blank = (under == Under::Frame).then_some("_blank");
    html! {
        @if !sessions.is_empty() {
            h2 { (words.messages().date_to_be_announced()) }
            ul.list {
                @for session in sessions {
                    li {
                        h3 dir="auto" {
                            a href=(edition.urls.session(&session.id, SessionRoute::Page)) target=[blank] {
                                (session.title)
                            }
                        }
                        @if let Some(place) = &session.place { div.quiet dir="auto" { (place.name) } }
                    }
                }
            }
        }
    }
}

fn markup(shell: &Shell<'_>, session: &Undated, path: String) -> Markup {
    let (edition, words) = (shell.edition, shell.words);
    let messages = words.messages();
    let state = edition.registration_of_undated(session);
    let said = parts::said_of_registration(state, &edition.catalog.calendar, words);
    let home = edition.catalog.home_feed_of_undated(session);
    let body = html! {
        p.say {
            (messages.session_planned())
            @if let Some(reason) = &session.reason { br; bdi { (reason) } }
        }
        h1 dir="auto" { (session.title) }
        (place(session.place.as_ref(), session.join.as_ref(), messages))
        (access(session.access.as_ref(), messages))
        (take_part(edition.register_for_undated(session), session.join.as_ref(), said, messages))
        @if let Some(text) = &session.description {
            div dir="auto" { (PreEscaped(markdown::to_html_below_a_title(text))) }
        }
        (speakers(&session.speakers, messages))
        @if let Some(page) = &session.page {
            p { a href=(page) { (messages.more_about_session()) } }
        }
        section { (subscribe(shell, home, false)) }
    };
    let text = session.description.as_ref().and_then(markdown::to_some_text);
    let summary = text.unwrap_or_else(|| messages.session_planned().to_owned());
    let summary = Some(parts::summary(&summary));
    let title = session.title.as_str();
    shell.page(&Head { title, path, summary, ..Head::default() }, &body)
}
