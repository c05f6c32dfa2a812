//! Renders a session's page: title, time, place, organizer, and buttons to add it to a calendar.

use maud::{Markup, PreEscaped, html};

use super::news;
use super::sentence::{filled, isolated};
use super::shell::{Head, Shell};
use super::{jsonld, parts};
use crate::document::{Document, Kind};
use crate::l10n::{Messages, SLOTS, Words};
use crate::markdown;
use crate::model::{HttpUrl, Id, Place, RegistrationState, Session, Speaker, Status, Title};
use crate::revisions::Edition;
use crate::urls::{FeedRoute, SessionRoute, Target};

/// Renders a session's page.
pub fn session(shell: &Shell<'_>, session: &Session) -> Document {
    let path = shell.edition.urls.session(&session.id, SessionRoute::Page);
    Document::new(path, Kind::Page, page(shell, session).into_string())
}

fn page(shell: &Shell<'_>, session: &Session) -> Markup {
    let (edition, words) = (shell.edition, shell.words);
    let messages = words.messages();
    let open = session.status != Status::Cancelled && !edition.is_past(session);
    let body = html! {
        (said_first(edition, session, words))
        h1 dir="auto" { (session.title) }
        p.when { (parts::time(edition, session, words)) }
        @if let Some(utc) = parts::utc(session, words) { p.utc { (utc) } }
        (place(session.place.as_ref(), session.join.as_ref(), messages))
        (access(session.access.as_ref(), messages))
        @if open {
            // The notices at the top say that registration is full.
            @let said = parts::registration(edition, session, words)
                .filter(|_| edition.registration(session) != RegistrationState::Full);
            (take_part(edition.register(session), session.join.as_ref(), said, messages))
        }
        (recordings(session, messages))
        @if let Some(text) = &session.description {
            div dir="auto" { (PreEscaped(markdown::to_html_below_a_title(text))) }
        }
        (speakers(&session.speakers, messages))
        @if let Some(page) = &session.page {
            p { a href=(page) { (messages.more_about_session()) } }
        }
        // The sections are hidden in print, because paper has no buttons.
        @if open { section { (add(edition, session, messages)) } }
        section { (subscribe(shell, edition.catalog.home_feed(session), open)) }
    };
    let text = session.description.as_ref().map(markdown::to_text).unwrap_or_default();
    let when = words.start(&session.when, &edition.catalog.calendar);
    let summary = Some(parts::summary(&messages.session_summary(when, text)));
    let title = session.title.as_str();
    let alternates = vec![(
        "text/calendar",
        edition.urls.session(&session.id, SessionRoute::Invite),
        title.to_owned(),
    )];
    let json_ld = Some(jsonld::event(edition, session));
    let path = edition.urls.session(&session.id, SessionRoute::Page);
    shell.page(&Head { title, path, summary, alternates, json_ld, hidden: false }, &body)
}

/// Renders the notices at the top and the recent changes, one line each.
fn said_first(edition: &Edition, session: &Session, words: &Words) -> Markup {
    let state = parts::state(edition, session, words);
    let news = news::sentences(edition, session, words);
    let news = news.iter().map(isolated);
    let reason = edition.reason(session).map(|reason| html! { bdi { (reason) } });
    let state = state.into_iter().map(|said| html! { (said) });
    let said: Vec<Markup> = state.chain(news).chain(reason).collect();
    html! {
        @if let Some((first, others)) = said.split_first() {
            p.say { (first) @for other in others { br; (other) } }
        }
    }
}

/// The place, or that it is online.
pub(super) fn place(place: Option<&Place>, join: Option<&HttpUrl>, messages: &Messages) -> Markup {
    html! {
        @match (place, join) {
            (Some(place), Some(_)) => {
                p { (filled(&messages.place_and_online(SLOTS[0]), [html! { bdi { (place.line()) } }])) }
            }
            (Some(place), None) => { p dir="auto" { (place.line()) } }
            (None, Some(_)) => { p { (messages.online()) } }
            (None, None) => {}
        }
    }
}

/// The line about access.
pub(super) fn access(access: Option<&Title>, messages: &Messages) -> Markup {
    html! {
        @if let Some(access) = access {
            p { (filled(&messages.access(SLOTS[0]), [html! { bdi { (access) } }])) }
        }
    }
}

/// The buttons to register and to join, and the sentence about registration.
pub(super) fn take_part(
    register: Option<&HttpUrl>,
    join: Option<&HttpUrl>,
    said: Option<String>,
    messages: &Messages,
) -> Markup {
    html! {
        @if register.is_some() || join.is_some() {
            ul.buttons {
                @if let Some(url) = register { li { a.first href=(url) { (messages.register()) } } }
                @if let Some(url) = join {
                    li { a.first[register.is_none()] href=(url) { (messages.join()) } }
                }
            }
        }
        @if let Some(said) = said { p { (said) } }
    }
}

fn recordings(session: &Session, messages: &Messages) -> Markup {
    html! {
        @if session.recording.is_some() || session.slides.is_some() {
            ul.buttons {
                @if let Some(url) = &session.recording { li { a.first href=(url) { (messages.watch_recording()) } } }
                @if let Some(url) = &session.slides { li { a href=(url) { (messages.slides()) } } }
            }
        }
    }
}

/// The speakers under a heading.
pub(super) fn speakers(speakers: &[Speaker], messages: &Messages) -> Markup {
    html! {
        @if !speakers.is_empty() {
            h2 { (messages.speakers(speakers.len())) }
            ul {
                @for speaker in speakers {
                    @let name = html! {
                        @match &speaker.url {
                            Some(url) => a href=(url) { (speaker.name) },
                            None => (speaker.name),
                        }
                    };
                    li dir="auto" {
                        @match &speaker.about {
                            Some(about) => (filled(
                                &messages.speaker_about(SLOTS[0], SLOTS[1]),
                                [name, html! { (about) }],
                            )),
                            None => (name),
                        }
                    }
                }
            }
        }
    }
}

fn add(edition: &Edition, session: &Session, messages: &Messages) -> Markup {
    let urls = &edition.urls;
    html! {
        h2 id="add" { (messages.add_session()) }
        p { (messages.copy_stays()) }
        ul.buttons {
            @for target in Target::ALL {
                li { a href=(urls.session(&session.id, SessionRoute::Target(target))) { (target.name()) } }
            }
            li { a href=(urls.session(&session.id, SessionRoute::Invite)) { (messages.any_other_app()) } }
        }
    }
}

/// The button to the page of a feed; `open` if another way to add the session precedes it.
pub(super) fn subscribe(shell: &Shell<'_>, home: &Id, open: bool) -> Markup {
    let (edition, messages) = (shell.edition, shell.words.messages());
    let feed = edition.feed(home).expect("a session's feed is one of its edition");
    let all = shell.words.sentence(messages.all_of_feed(SLOTS[0]), [feed.title.as_str()]);
    html! {
        h2 { @if open { (messages.or_subscribe()) } @else { (messages.subscribe()) } }
        p { (messages.subscription_updates()) }
        ul.buttons {
            li {
                a href=(edition.urls.feed(home, FeedRoute::Page)) { (isolated(&all)) }
            }
        }
    }
}
