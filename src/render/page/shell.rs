//! What every page is framed by: head, header, footer, and the files that all pages share.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::render::{Document, Kind, markdown};
use crate::revisions::{Edition, PageAssets, of_bytes};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// What a page says of itself.
#[derive(Debug, Default)]
pub(in crate::render) struct Head<'a> {
    /// Its title; the calendar's follows by itself.
    pub(in crate::render) title: &'a str,
    /// Its own path, which is its canonical one.
    pub(in crate::render) path: String,
    /// One sentence for previews.
    pub(in crate::render) summary: Option<String>,
    /// The same thing in other forms: media type, path and title.
    pub(in crate::render) alternates: Vec<(&'static str, String, String)>,
    /// JSON-LD, already fit for a script element.
    pub(in crate::render) json_ld: Option<String>,
    /// Whether searches should leave the page out.
    pub(in crate::render) hidden: bool,
}

/// A whole page.
pub(in crate::render) fn page(edition: &Edition, head: &Head<'_>, body: &Markup) -> Markup {
    let calendar = &edition.catalog.calendar;
    let settings = &edition.catalog.page;
    let title = if head.title == calendar.title.as_str() {
        head.title.to_owned()
    } else {
        format!("{} - {}", head.title, calendar.title)
    };
    let inner = html! {
        header {
            a.home href=(edition.paths.root()) {
                @if let Some(logo) = &named(edition).logo { img src=(logo) alt="" height="40"; }
                span dir="auto" { (calendar.title) }
            }
        }
        main { (body) }
        @if calendar.organizer.is_some() || settings.footer.is_some() {
            footer {
                @if let Some(organizer) = &calendar.organizer {
                    p dir="auto" {
                        "Hosted by "
                        @match &organizer.url {
                            Some(url) => a href=(url) { (organizer.name) },
                            None => (organizer.name),
                        }
                    }
                }
                @if let Some(text) = &settings.footer { (PreEscaped(markdown::to_html_below_a_title(text))) }
            }
        }
    };
    whole(edition, head, &title, false, &inner)
}

/// A page without header and footer, for a frame on another site.
pub(in crate::render) fn bare(edition: &Edition, head: &Head<'_>, body: &Markup) -> Markup {
    whole(edition, head, head.title, true, &html! { main { (body) } })
}

fn whole(edition: &Edition, head: &Head<'_>, title: &str, framed: bool, inner: &Markup) -> Markup {
    let language = &edition.catalog.calendar.language;
    html! {
        (DOCTYPE)
        html lang=(language) dir=[language.is_right_to_left().then_some("rtl")] {
            (self::head(edition, head, title))
            body class=[framed.then_some("bare")] { (inner) }
        }
    }
}

fn head(edition: &Edition, head: &Head<'_>, whole: &str) -> Markup {
    let paths = &edition.paths;
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (whole) }
            @if let Some(summary) = &head.summary { meta name="description" content=(summary); }
            // What searches should leave out has no address for them either.
            @if head.hidden {
                meta name="robots" content="noindex";
            } @else {
                link rel="canonical" href=(paths.absolute(&head.path));
            }
            @for (media_type, path, title) in &head.alternates {
                link rel="alternate" type=(media_type) href=(path) title=(title);
            }
            link rel="icon" href=(paths.favicon());
            @for path in std::iter::once(&named(edition).style).chain(&named(edition).css) { link rel="stylesheet" href=(path); }
            script src=(named(edition).script) defer {}
            @if !head.hidden {
                meta property="og:title" content=(head.title);
                meta property="og:type" content="website";
                meta property="og:url" content=(paths.absolute(&head.path));
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

/// The style sheet, the script, the icon, and what the author gave: a style sheet and a logo.
pub(super) fn assets(edition: &Edition) -> Vec<Document> {
    let PageAssets { style: ours, script, css: own, logo: pictured } = named(edition).clone();
    let mut all = vec![
        Document::new(ours, Kind::Style, style(edition)),
        Document::new(script, Kind::Script, SCRIPT),
        Document::new(edition.paths.favicon(), Kind::Svg, favicon(edition)),
    ];
    if let (Some(css), Some(path)) = (&edition.assets.css, own) {
        all.push(Document::new(path, Kind::Style, css.clone()));
    }
    if let (Some(logo), Some(path)) = (&edition.assets.logo, pictured) {
        all.push(Document::new(path, Kind::Image(logo.media_type), logo.bytes.clone()));
    }
    all
}

/// Ours with the author's accent, if there is one: contrast is computed where it was read.
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

fn named(edition: &Edition) -> &PageAssets {
    edition.page_assets(|edition| {
        let path = |name, body: &[u8], ending| edition.paths.asset(name, &of_bytes([body]), ending);
        let (css, logo) = (edition.assets.css.as_ref(), edition.assets.logo.as_ref());
        PageAssets {
            style: path("style", style(edition).as_bytes(), "css"),
            script: path("script", SCRIPT.as_bytes(), "js"),
            css: css.map(|css| path("own", css, "css")),
            logo: logo.map(|logo| path("logo", &logo.bytes, logo.ending)),
        }
    })
}
