//! Sample files for the tests with page checkers, browsers and calendar parsers.

use crate::nasty::{self, REMARKABLE};
use crate::support::{BEFORE, EXAMPLE, Fixture, list, session};
use crate::texts::{literally, toml};

/// An instant after the last session of the example.
pub(crate) const AFTER: &str = "2026-11-23T12:00:00Z";

/// A sample file, and the instant of its publication.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) list: String,
    pub(crate) at: &'static str,
}

impl Sample {
    /// Writes the sample into a new folder, with the files that it names.
    pub(crate) fn fixture(&self) -> Fixture {
        let fixture = Fixture::new(&self.list);
        std::fs::write(fixture.dir().join("logo.svg"), LOGO).unwrap();
        std::fs::write(fixture.dir().join("own.css"), "h1{letter-spacing:.01em}\n").unwrap();
        fixture
    }
}

const LOGO: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 90 40\" width=\"90\" height=\"40\">\
                    <circle cx=\"20\" cy=\"20\" r=\"18\" fill=\"#2a6f97\"/></svg>\n";

/// Returns a file with the same text in every place; `markdown` is the text for Markdown keys.
pub(crate) fn everywhere(line: &str, markdown: &str) -> String {
    let tag: String = line.chars().take(100).collect();
    let (line, markdown, tag) = (toml(line), toml(markdown), toml(&tag));
    format!(
        "[calendar]\nid = \"all\"\ntitle = {line}\ndescription = {markdown}\n\
         url = \"https://cal.example\"\ntimezone = \"America/Los_Angeles\"\n\
         also_in = [\"America/New_York\"]\nduration = \"1h\"\n\
         organizer = {{ name = {line}, email = \"a@b.example\", url = \"https://b.example\" }}\n\
         [page]\nfooter = {markdown}\n\
         [[series]]\nid = \"some\"\ntitle = {line}\ndescription = {markdown}\n\
         [[feeds]]\nid = \"tagged\"\ntitle = {line}\ndescription = {markdown}\ntags = [{tag}]\n\
         [[sessions]]\nid = \"one\"\ntitle = {line}\nstart = 2027-05-01T10:00:00\n\
         series = \"some\"\ntags = [{tag}, \"second\"]\nremind = \"1h\"\ndescription = {markdown}\n\
         place = {{ name = {line}, address = {line} }}\naccess = {line}\n\
         speakers = [{{ name = {line}, about = {line}, url = \"https://b.example/ana\" }}, {line}]\n\
         recording = \"https://b.example/v\"\nslides = \"https://b.example/s\"\n\
         register = \"https://b.example/register?a=1&b=2\"\njoin = \"https://b.example/join\"\n\
         [[sessions]]\nid = \"two\"\ntitle = {line}\nstart = 2027-11-07\nduration = \"1d\"\ndescription = {markdown}\n\
         status = \"tentative\"\n\
         [[sessions]]\nid = \"three\"\ntitle = {line}\nstart = 2027-11-08\nduration = \"1d\"\n\
         status = \"cancelled\"\nreason = {line}\n\
         [[sessions]]\nid = \"four\"\ntitle = {line}\nstatus = \"planned\"\ndescription = {markdown}\n\
         reason = {line}\naccess = {line}\nspeakers = {line}\nplace = {{ name = {line} }}\n"
    )
}

/// Returns every sample.
pub(crate) fn all() -> Vec<Sample> {
    let sample = |name, list, at| Sample { name, list, at };
    let two = |status: &str| {
        let more = format!("status = \"{status}\"\nregister = \"https://b.example/r\"\n");
        list(&session("one", "2024-05-01T10:00:00", &more))
    };
    let days = session("one", "2024-05-01", "end = 2024-05-03\n")
        + &session("two", "2024-06-01", "duration = \"1d\"");
    let mut samples = vec![
        sample("one", list(&session("one", "2024-05-01T10:00:00", "")), BEFORE),
        sample("none", list(""), BEFORE),
        sample("example-before", EXAMPLE.to_owned(), BEFORE),
        sample("example-after", EXAMPLE.to_owned(), AFTER),
        sample("cancelled", two("cancelled"), BEFORE),
        sample("tentative", two("tentative"), BEFORE),
        sample("all-day", list(&days), BEFORE),
        sample("rich", include_str!("../golden/rich/sessions.toml").to_owned() + OWN_LOOK, BEFORE),
        sample(
            "below-a-path",
            include_str!("../golden/base-path/sessions.toml").to_owned(),
            BEFORE,
        ),
        sample("around", around(), BEFORE),
        sample("right-to-left", RIGHT_TO_LEFT.to_owned(), BEFORE),
        sample("many", many(), BEFORE),
        sample("nasty", nasty_sessions(), BEFORE),
    ];
    for (name, line) in nasty() {
        samples.push(sample(name, everywhere(&line, &literally(&line)), BEFORE));
    }
    samples
}

const OWN_LOOK: &str = "\n[page]\naccent = \"gold\"\nlogo = \"logo.svg\"\ncss = \"own.css\"\n\
                        footer = \"Write to [us](mailto:us@b.example) or call [us](tel:+123).\"\n";

const RIGHT_TO_LEFT: &str = r#"
[calendar]
id = "arabic"
title = "لقاءات التضامن"
description = "لقاءات عبر الإنترنت لكل من يريد أن يتعلم كيف نتضامن معا."
language = "ar"
url = "https://cal.example"
timezone = "Asia/Beirut"
also_in = ["Europe/Berlin"]
duration = "1h"

[[sessions]]
id = "first"
title = "بناء التضامن في زمن الانقسام"
start = 2024-05-01T18:00:00
description = "نتحدث عن بناء الجسور بين الناس، وعن ما يبقي التضامن حيا حين يفرقنا كل شيء."
register = "https://b.example/r"
"#;

/// Returns sessions with speakers, access and recordings, one for each state of registration.
fn around() -> String {
    let states = [
        "\"open\"",
        "\"full\"",
        "\"closed\"",
        "{ opens = 2024-04-01T09:00:00, closes = 2024-04-20 }",
        "{ closes = 2024-04-20T18:00:00 }",
    ];
    let sessions = states.iter().enumerate().map(|(at, state)| {
        let speakers = match at {
            0 => "speakers = [\"Ana\"]\n",
            _ => "speakers = [{ name = \"Ana\", about = \"poet\", url = \"https://b.example/ana\" }, \"Ben\"]\n",
        };
        let more = format!(
            "{speakers}access = \"Ramp\"\nrecording = \"https://b.example/v\"\nslides = \"https://b.example/s\"\n\
             register = \"https://b.example/r\"\nregistration = {state}\n"
        );
        session(&format!("s{at}"), &format!("2024-05-0{}T10:00:00", at + 1), &more)
    });
    let planned = "\n[[sessions]]\nid = \"to-come\"\ntitle = \"To come\"\nstatus = \"planned\"\nspeakers = [\"Ana\"]\n\
        place = { name = \"Hall\" }\nregister = \"https://b.example/r\"\n";
    list(&(sessions.collect::<String>() + planned))
}

/// Returns two hundred sessions: a hundred and fifty of them are upcoming, and one in five has every key.
fn many() -> String {
    let mut all = String::new();
    for number in 0..200 {
        let (year, month, day) = (2023 + number / 50, number % 12 + 1, number % 28 + 1);
        let more = if number % 5 == 0 {
            "description = \"\"\"\n## What\n\n- a *list*\n- of [two](https://b.example)\n\n> quoted\n\"\"\"\n\
             place = { name = \"Hall\", address = \"1 Road\" }\ntags = [\"a\", \"b\"]\n"
        } else {
            ""
        };
        let start = format!("{year}-{month:02}-{day:02}T18:30:00");
        all.push_str(&session(&format!("session-{number}"), &start, more));
    }
    list(&all)
}

/// Returns the nasty texts that a page checker accepts.
fn nasty() -> impl Iterator<Item = (&'static str, String)> {
    nasty::named().into_iter().filter(|(name, _)| !REMARKABLE.contains(name))
}

/// Returns a session for each of the nasty texts, and one with Markdown of every kind.
fn nasty_sessions() -> String {
    let mut all = String::new();
    for (number, (_, text)) in nasty().enumerate() {
        all.push_str(&format!(
            "\n[[sessions]]\nid = \"nasty-{number}\"\ntitle = {}\nstart = 2027-0{}-01T18:00:00\n\
             description = {}\n",
            toml(&text),
            number % 9 + 1,
            toml(&text)
        ));
    }
    all.push_str(&format!(
        "\n[[sessions]]\nid = \"blocks\"\ntitle = \"Blocks\"\nstart = 2027-02-03\nduration = \"1d\"\ndescription = {}\n",
        toml(MARKDOWN)
    ));
    list(&all)
}

/// Every kind of block and inline in CommonMark.
pub(crate) const MARKDOWN: &str = "\
# One

### Three at once

###### Six

Setext
===

A paragraph\\
with a hard break and a\nsoft one, *emphasis*, **strong**, `code <b>`, <https://a.example/?a=1&b=2>,
[a link](https://a.example \"with a \\\"title\\\"\"), [](https://a.example), [an [inner] one][ref],
![a picture](https://a.example/a.png \"its title\"), ![](https://a.example/b.png), [![both](https://a.example/c.png)](https://a.example),
[mail](mailto:a@b.example), [no](javascript:alert(1)), [odd](https://a.example/a b\"c), [spaced](<https://a.example/a b>).

- a
- b

  loose

  1. x
  2. y

7. seven
8. eight

> quoted
> > twice

    indented <b>code</b>

```html
<script>fenced</script>
```

***

<div onclick=\"alert(1)\">a block of HTML</div>

&lt;entities&gt; &amp; &#x1F600; &copy;

[ref]: https://a.example/ref 'Ref'
";
