//! Finds the visible texts of a document, without its markup.

use convene::document::Kind;
use convene::newsletter::{BlockFormat, Subject, changed, newsletter};
use convene::publish::Published;
use serde_json::Value;

use crate::markup::Markup;
use crate::support::words;

/// Returns every text of a publication, with its location.
pub(super) fn texts(published: &Published) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (path, resource) in published.site.documents() {
        let body = String::from_utf8_lossy(&resource.identity().body).into_owned();
        let texts = match resource.kind().unwrap() {
            Kind::Page | Kind::Kit | Kind::Embed | Kind::Redirect | Kind::Moved => html(&body),
            Kind::Atom => atom(&body),
            Kind::Feed | Kind::Invite => calendar(&body),
            _ => continue,
        };
        all.extend(texts.into_iter().map(|text| (path.clone(), text)));
    }
    let site = &published.site;
    let errors = [
        site.not_allowed("/x"),
        site.precondition_failed("/x"),
        site.bad_request("/x"),
        site.too_long("/x"),
        site.missing("/x"),
        site.missing("/sessions/ended"),
    ];
    for error in errors {
        let body = String::from_utf8_lossy(&error.identity().body).into_owned();
        all.extend(html(&body).into_iter().map(|text| ("an error page".to_owned(), text)));
    }
    all.extend(blocks(published));
    all
}

fn blocks(published: &Published) -> Vec<(String, String)> {
    let edition = published.site.edition();
    let words = words(edition);
    let sessions = edition.catalog.sessions.iter().map(Subject::Session);
    let feeds = edition.catalog.feeds().map(Subject::Feed);
    let mut all = Vec::new();
    for subject in sessions.chain(feeds).chain([Subject::ToCome]) {
        for format in
            [BlockFormat::Html, BlockFormat::Markdown, BlockFormat::Text, BlockFormat::Json]
        {
            let block = Some(newsletter(edition, &words, subject, format))
                .filter(|_| format != BlockFormat::Json);
            for text in block.into_iter().chain(changed(edition, &words, subject, format)) {
                let texts = match format {
                    BlockFormat::Html => html(&text),
                    BlockFormat::Markdown => vec![decoded(&unescaped(&text, '\\'))],
                    BlockFormat::Text => vec![text],
                    BlockFormat::Json => said(&text),
                };
                all.extend(texts.into_iter().map(|text| (format!("{format:?} block"), text)));
            }
        }
    }
    all
}

fn said(json: &str) -> Vec<String> {
    let rows: Vec<Value> = serde_json::from_str(json).unwrap();
    let said = rows.iter().flat_map(|row| row["said"].as_array().unwrap());
    said.map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Returns the text of a page, and the texts in its attributes.
fn html(page: &str) -> Vec<String> {
    let mut texts = vec![without_tags(page)];
    for element in &Markup::html(page).unwrap_or_default().elements {
        for (name, value) in &element.attributes {
            let of_meta = ["name", "property"].iter().any(|kind| {
                let kind = element.attribute(kind).unwrap_or_default();
                ["description", "og:title", "og:description"].contains(&kind)
            });
            let is_read = match name.as_str() {
                "aria-label" | "alt" | "data-copy" | "data-copied" | "data-your-time" => true,
                "title" => element.name == "link",
                "content" => of_meta,
                _ => false,
            };
            texts.extend(is_read.then(|| value.replace("{time}", "")));
        }
    }
    texts
}

/// Removes the script, and the blocks to copy, which are checked separately.
fn without_tags(markup: &str) -> String {
    let (mut out, mut rest) = (String::new(), markup);
    while let Some((before, tag)) = rest.split_once('<') {
        out.push_str(before);
        out.push(' ');
        let name = tag.split([' ', '>']).next().unwrap();
        rest = match ["script", "style", "textarea"].contains(&name) {
            true => tag.split_once(&format!("</{name}")).unwrap().1,
            false => tag,
        };
        rest = rest.split_once('>').unwrap().1;
    }
    out.push_str(rest);
    decoded(&out)
}

/// Removes backslashes before other characters; `n` replaces an escaped n.
fn unescaped(text: &str, n: char) -> String {
    let (mut out, mut all) = (String::new(), text.chars());
    while let Some(c) = all.next() {
        match (c, all.clone().next()) {
            ('\\', Some('n')) => {
                out.push(n);
                out.extend((n == '\\').then_some('n'));
                all.next();
            }
            ('\\', Some(next)) => {
                out.push(next);
                all.next();
            }
            _ => out.push(c),
        }
    }
    out
}

fn decoded(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, reference)) = rest.split_once('&') {
        out.push_str(before);
        let end = reference.find(';').filter(|end| *end < 8);
        let c = end.and_then(|end| match &reference[..end] {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            number => char::from_u32(number.strip_prefix('#')?.parse().ok()?),
        });
        out.push(c.unwrap_or('&'));
        rest = match (c, end) {
            (Some(_), Some(end)) => &reference[end + 1..],
            _ => reference,
        };
    }
    out + rest
}

fn atom(xml: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(xml).unwrap();
    let texts = document.descendants().filter(|node| node.is_element()).filter_map(|node| {
        let text = node.text().unwrap_or_default();
        match node.tag_name().name() {
            "title" | "subtitle" | "summary" | "name" => Some(text.to_owned()),
            "content" => Some(without_tags(text)),
            _ => None,
        }
    });
    texts.collect()
}

fn calendar(text: &str) -> Vec<String> {
    let unfolded = text.replace("\r\n ", "");
    let mut texts = Vec::new();
    for line in unfolded.lines() {
        let name = line.split([':', ';']).next().unwrap();
        let value = || {
            let value = match name {
                "X-ALT-DESC" => line.split_once("FMTTYPE=text/html:").unwrap().1,
                _ => line.split_once(':').unwrap().1,
            };
            unescaped(value, '\n')
        };
        match name {
            "SUMMARY" | "DESCRIPTION" | "LOCATION" | "NAME" | "X-WR-CALNAME" | "X-WR-CALDESC"
            | "CATEGORIES" => texts.push(value()),
            "X-ALT-DESC" => texts.push(without_tags(&value())),
            "CONFERENCE" => {
                let label = line.split_once("LABEL=").unwrap().1;
                let label = match label.strip_prefix('"') {
                    Some(quoted) => quoted.split('"').next(),
                    None => label.split([';', ':']).next(),
                };
                texts.push(label.unwrap().to_owned());
            }
            _ => {}
        }
    }
    texts
}
