//! Renders the frame of every page: head, header, footer, and the files that all pages share.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::sentence::filled;
use crate::document::{Document, Kind};
use crate::l10n::{SLOTS, Words};
use crate::markdown;
use crate::revisions::{Edition, of_bytes};
use crate::urls::Address;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The paths of the files that every page links to. The paths contain digests, which are computed once per edition.
#[derive(Debug, Clone)]
pub struct PageAssets {
    style: String,
    script: String,
    /// The author's style sheet.
    css: Option<String>,
    /// The author's logo.
    logo: Option<String>,
}

/// The frame of every page of an edition.
#[derive(Debug, Clone, Copy)]
pub struct Shell<'a> {
    /// The edition.
    pub edition: &'a Edition,
    /// The files that the pages link to.
    pub assets: &'a PageAssets,
    /// The messages of the pages.
    pub words: &'a Words,
}

/// The metadata of a page.
#[derive(Debug, Default)]
pub struct Head<'a> {
    /// The title; the shell appends the calendar's.
    pub title: &'a str,
    /// The canonical path.
    pub path: String,
    /// One sentence for previews.
    pub summary: Option<String>,
    /// The same content in other formats: media type, path and title.
    pub alternates: Vec<(&'static str, String, String)>,
    /// JSON-LD, escaped for a script element.
    pub json_ld: Option<String>,
    /// Whether search engines should not index the page.
    pub hidden: bool,
}

impl Shell<'_> {
    /// Renders a whole page.
    pub fn page(&self, head: &Head<'_>, body: &Markup) -> Markup {
        let edition = self.edition;
        let calendar = &edition.catalog.calendar;
        let settings = &edition.catalog.page;
        let messages = self.words.messages();
        let title = if head.title == calendar.title.as_str() {
            head.title.to_owned()
        } else {
            let title = messages.page_title(SLOTS[0], SLOTS[1]);
            self.words.sentence(title, [head.title, calendar.title.as_str()]).to_string()
        };
        let inner = html! {
            header {
                a.home href=(edition.urls.root()) {
                    @if let Some(logo) = &self.assets.logo { img src=(logo) alt="" height="40"; }
                    span dir="auto" { (calendar.title) }
                }
            }
            main { (body) }
            @if calendar.organizer.is_some() || settings.footer.is_some() {
                footer {
                    @if let Some(organizer) = &calendar.organizer {
                        p {
                            @let name = html! {
                                @match &organizer.url {
                                    Some(url) => a href=(url) { bdi { (organizer.name) } },
                                    None => bdi { (organizer.name) },
                                }
                            };
                            (filled(&messages.hosted_by(SLOTS[0]), [name]))
                        }
                    }
                    @if let Some(text) = &settings.footer { (PreEscaped(markdown::to_html_below_a_title(text))) }
                }
            }
        };
        self.whole(head, &title, false, &inner)
    }

    /// Renders a page without header and footer, for a frame on another site.
    pub fn bare(&self, head: &Head<'_>, body: &Markup) -> Markup {
        self.whole(head, head.title, true, &html! { main { (body) } })
    }

    fn whole(&self, head: &Head<'_>, title: &str, framed: bool, inner: &Markup) -> Markup {
        let language = &self.edition.catalog.calendar.language;
        html! {
            (DOCTYPE)
            html lang=(language) dir=[language.is_right_to_left().then_some("rtl")] {
                (self.head(head, title))
                body class=[framed.then_some("bare")] { (inner) }
            }
        }
    }

    fn head(&self, head: &Head<'_>, whole: &str) -> Markup {
        let (urls, messages) = (&self.edition.urls, self.words.messages());
        html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (whole) }
                @if let Some(summary) = &head.summary { meta name="description" content=(summary); }
                // A page that search engines should not index has no canonical address.
                @if head.hidden {
                    meta name="robots" content="noindex";
                } @else {
                    link rel="canonical" href=(urls.absolute(&head.path));
                }
                @for (media_type, path, title) in &head.alternates {
                    link rel="alternate" type=(media_type) href=(path) title=(title);
                }
                link rel="icon" href=(urls.path(Address::Favicon));
                @for path in std::iter::once(&self.assets.style).chain(&self.assets.css) { link rel="stylesheet" href=(path); }
                script src=(self.assets.script) defer data-your-time=(messages.your_time("{time}"))
                    data-copy=(messages.copy()) data-copied=(messages.copied()) {}
                @if !head.hidden {
                    meta property="og:title" content=(head.title);
                    meta property="og:type" content="website";
                    meta property="og:url" content=(urls.absolute(&head.path));
                    @if let Some(summary) = &head.summary {
                        meta property="og:description" content=(summary);
                    }
                }
                @if let Some(json) = &head.json_ld {
                    script type="application/ld+json" { (PreEscaped(json)) }
                }
            }
        }
    }
}

/// Renders a page without style sheet and script, for errors and redirects; `head` is additional markup.
pub(super) fn plain(head: &Markup, title: &str, inner: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                (head)
                title { (title) }
            }
            body { main { (inner) } }
        }
    }
}

impl PageAssets {
    /// Computes the paths of an edition's files.
    pub fn new(edition: &Edition) -> Self {
        let path = |name, body: &[u8], ending| edition.urls.asset(name, &of_bytes([body]), ending);
        let (css, logo) = (edition.assets.css.as_ref(), edition.assets.logo.as_ref());
        Self {
            style: path("style", style(edition).as_bytes(), "css"),
            script: path("script", SCRIPT.as_bytes(), "js"),
            css: css.map(|css| path("own", css, "css")),
            logo: logo.map(|logo| path("logo", &logo.bytes, logo.ending)),
        }
    }

    /// Returns every path.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let ours = [&self.style, &self.script].into_iter();
        ours.chain(&self.css).chain(&self.logo).map(String::as_str)
    }

    /// Returns the file at a path, if it is one of these files.
    pub fn document(&self, edition: &Edition, path: &str) -> Option<Document> {
        let (kind, body) = if path == self.style {
            (Kind::Style, style(edition).into_bytes())
        } else if path == self.script {
            (Kind::Script, SCRIPT.as_bytes().to_vec())
        } else if self.css.as_deref() == Some(path) {
            (Kind::Style, edition.assets.css.clone()?)
        } else if self.logo.as_deref() == Some(path) {
            let logo = edition.assets.logo.as_ref()?;
            (Kind::Image(logo.media_type), logo.bytes.clone())
        } else {
            return None;
        };
        Some(Document::new(path.to_owned(), kind, body))
    }
}

/// Returns the icon that browsers show in tabs.
pub fn icon(edition: &Edition) -> Document {
    Document::new(edition.urls.path(Address::Favicon), Kind::Svg, favicon(edition))
}

/// Returns the built-in style sheet, with the author's accent color or the default one, adjusted for contrast on light
/// and dark backgrounds.
fn style(edition: &Edition) -> String {
    let accent = edition.catalog.page.accent.unwrap_or_default();
    let (light, dark) = (accent.readable_on_light(), accent.readable_on_dark());
    format!(
        ":root{{--accent:{};--on-accent:#ffffff}}\n\
         @media (prefers-color-scheme:dark){{:root{{--accent:{};--on-accent:#101418}}}}\n\
         .block{{--accent:{};--on-accent:#ffffff}}\n{STYLE}",
        light.hex(),
        dark.hex(),
        light.hex()
    )
}

fn favicon(edition: &Edition) -> String {
    let accent = edition.catalog.page.accent.unwrap_or_default().readable_on_light().hex();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\">\
         <rect x=\"2\" y=\"5\" width=\"28\" height=\"25\" rx=\"5\" fill=\"{accent}\"/>\
         <path d=\"M9 2v6M23 2v6\" stroke=\"{accent}\" stroke-width=\"3\" stroke-linecap=\"round\"/>\
         <path d=\"M6 13h20v13H6z\" fill=\"#fff\"/><path d=\"M11 19l4 4 7-7\" fill=\"none\" \
         stroke=\"{accent}\" stroke-width=\"3\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>\n"
    )
}
