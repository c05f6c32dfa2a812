//! Linear processing time: four times as much input may take at most eight times as long. Quadratic time would be
//! sixteen times as long.

use std::hint::black_box;

use chrono::{DateTime, Utc};
use convene::import::{Options, import};
use convene::model::Catalog;
use convene::preview::{City, preview};
use convene::publish::{Planned, plan};
use convene::revisions::{Revisions, store};
use convene::site::{CacheSize, Site};
use convene::source::Source;
use convene::urls::Urls;
use convene::zone::Rules;
use convene::{config, model};
use rustix::time::{ClockId, clock_gettime};

use super::{calendars, junk, markdown};
use crate::support::{BEFORE, instant, list, quoted, session};

/// The largest allowed ratio between the time for four times as much input and the time for the input.
const MOST: f64 = 8.0;
/// Times below this limit, in seconds, are not compared, because caches and new memory dominate them.
const FLOOR: f64 = 0.05;
/// The number of measurements of each input. The shortest counts, because other processes only add time.
const ROUNDS: usize = 3;

/// Returns the processor time of this thread for some work, in seconds.
fn seconds(work: &dyn Fn()) -> f64 {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    };
    let before = now();
    work();
    now() - before
}

/// Measures some work on an input and on four times as much. Returns the times if their ratio exceeds the bound.
fn grows(small: &dyn Fn(), large: &dyn Fn()) -> Result<(), String> {
    let (mut least, mut most) = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        most = most.min(seconds(large));
        if most < FLOOR {
            return Ok(());
        }
        least = least.min(seconds(small));
        if most <= MOST * least {
            return Ok(());
        }
    }
    Err(format!("{most:.3} s, and {least:.3} s for a quarter"))
}

/// Compares the inputs of two sizes, family by family.
fn compare<T>(small: Vec<(&'static str, T)>, large: Vec<(&'static str, T)>, work: impl Fn(&T)) {
    let mut wrong = Vec::new();
    for ((name, small), (same, large)) in small.into_iter().zip(large) {
        assert_eq!(name, same);
        if let Err(took) = grows(&|| work(&small), &|| work(&large)) {
            wrong.push(format!("{name}: {took}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn source(text: &str) -> Source {
    Source::from_bytes("sessions.toml", text.as_bytes().to_vec())
}

fn checked(text: &str, rules: &Rules) -> Option<Catalog> {
    let source = source(text);
    let checked = config::load(&source, rules);
    black_box(checked.findings.human(&source, false));
    black_box(checked.findings.json(&source));
    checked.catalog
}

/// Plans the next edition of a catalog after earlier revisions.
fn planned(catalog: Catalog, before: &Revisions, now: DateTime<Utc>) -> Planned {
    let base = catalog.calendar.url.clone().unwrap();
    plan(catalog, Urls::new(base), model::Assets::default(), before, now)
}

/// Makes everything from a file: findings, revisions, calendars, pages, blocks and a preview.
fn published(text: &str, before: &Revisions, rules: &Rules) -> Revisions {
    let catalog = checked(text, rules).expect("the list is right");
    let now = instant(BEFORE);
    let Planned { edition, calendars, revisions, .. } = planned(catalog, before, now);
    let cities = [City { name: "Berlin".to_owned(), zone: rules.zone("Europe/Berlin").unwrap() }];
    let report = preview(&edition, before, &revisions, &cities, now);
    black_box((report.text(), report.json()));
    let site = Site::build(edition.into(), calendars, CacheSize::default());
    black_box(site.documents().count());
    revisions
}

#[test]
#[ignore = "needs a quiet machine"]
fn findings_take_linear_time() {
    let rules = Rules::bundled();
    let lists = |length: usize| -> Vec<(&'static str, String)> {
        let behind = |(name, junk): (&'static str, String)| (name, list("") + &junk);
        junk::junk(length).into_iter().chain(junk::junk(length).into_iter().map(behind)).collect()
    };
    compare(lists(500_000), lists(2_000_000), |text| drop(checked(text, &rules)));
}

#[test]
#[ignore = "needs a quiet machine"]
fn words_in_texts_take_linear_time() {
    let rules = Rules::bundled();
    let texts = |length: usize| -> Vec<(&'static str, String)> {
        let all = [
            "A",
            "5 pm ET ",
            "Monday ",
            "ET ",
            "12:30",
            " ",
            "e\u{301}",
            "👩‍",
            "🇩🇪",
            "क्",
            "www.a ",
            "a. ",
            "a@",
            "a@b.",
            "a.@",
            "http:",
            "https://",
            "://",
            "https://a.example/(",
            "”",
            "<b ",
            "<",
            "](",
            "[a](b.c ",
            "[a] (",
            "(a)[b.c",
            "`",
            "&",
            "passcode: ",
        ];
        let more = |text: &str| format!("description = {}", quoted(&("x".to_owned() + text)));
        all.map(|piece| {
            let text = piece.repeat(length / piece.chars().count());
            (piece, list(&session("a", "2027-05-04T18:00:00", &more(&text))))
        })
        .into()
    };
    compare(texts(45_000), texts(180_000), |text| {
        drop(published(text, &Revisions::default(), &rules))
    });
}

#[test]
#[ignore = "needs a quiet machine"]
fn rendering_markdown_takes_linear_time() {
    let rules = Rules::bundled();
    let lists = |length: usize| -> Vec<(&'static str, String)> {
        let all = markdown::bombs(length).into_iter();
        all.map(|(name, text)| (name, markdown::everywhere(&text))).collect()
    };
    compare(lists(45_000), lists(180_000), |text| {
        drop(published(text, &Revisions::default(), &rules))
    });
}

#[test]
#[ignore = "needs a quiet machine"]
fn imports_take_linear_time() {
    let rules = Rules::bundled();
    // Larger calendars would exceed an import's budget for rules; beyond it, more rules would not take longer.
    compare(calendars::calendars(50_000), calendars::calendars(200_000), |text| {
        let options = Options {
            name: "a",
            now: instant(BEFORE),
            until: None,
            from: None,
            zone: None,
            private: false,
        };
        drop(black_box(import(text.as_bytes(), &options, &rules)));
    });
}

/// Returns files with `count` tables or items of each kind.
fn lists(count: usize) -> Vec<(&'static str, String)> {
    let all = |make: &dyn Fn(usize) -> String| -> String { (0..count).map(make).collect() };
    let start = |n: usize| format!("2027-{:02}-{:02}T10:00:00", n / 28 % 12 + 1, n % 28 + 1);
    let sessions =
        |more: &dyn Fn(usize) -> String| all(&|n| session(&format!("s{n}"), &start(n), &more(n)));
    let series =
        |more: &str| all(&|n| format!("\n[[series]]\nid = \"f{n}\"\ntitle = \"S\"\n{more}"));
    let feeds = |more: &dyn Fn(usize) -> String| {
        all(&|n| format!("\n[[feeds]]\nid = \"f{n}\"\ntitle = \"F\"\n{}", more(n)))
    };
    let many = |key: &str, item: &str| {
        let items: Vec<String> = (0..count).map(|n| format!("\"{item}{n}\"")).collect();
        format!("{key} = [{}]\n", items.join(", "))
    };
    let one = |more: &str| session("a", "2027-05-04T18:00:00", more);
    let zones: Vec<&str> = Rules::bundled_names().filter(|name| name.contains('/')).collect();
    vec![
        ("sessions", list(&sessions(&|_| String::new()))),
        (
            "sessions in series",
            list(&(series("") + &sessions(&|n| format!("series = \"f{n}\"\n")))),
        ),
        ("sessions in one series", {
            let one = "\n[[series]]\nid = \"f\"\ntitle = \"S\"\n";
            list(
                &(one.to_owned()
                    + &sessions(&|_| "series = \"f\"\nduration = \"400d\"\n".to_owned())),
            )
        }),
        ("sessions in every zone", {
            list(&sessions(&|n| format!("timezone = \"{}\"\n", zones[n % zones.len()])))
        }),
        ("repeating sessions", {
            let all = |n| {
                let repeat = "repeat = { every = \"week\", times = 4 }\nalso = [2028-06-01]\n";
                let date = start(4 * n).replace("T10:00:00", "");
                let own = format!("\n[[sessions]]\nid = \"s{n}-{date}\"\nfrom = true\n");
                session(&format!("s{n}"), &start(4 * n), repeat) + &own
            };
            list(&(0..count / 4).map(all).collect::<String>())
        }),
        ("sessions that share values", {
            let each = "\n[[series]]\nid = \"f\"\ntitle = \"S\"\n[series.each]\ntags = \"a\"\n\
                        description = \"Bring a mug.\"\n";
            list(&(each.to_owned() + &sessions(&|_| "series = \"f\"\n".to_owned())))
        }),
        ("cancelled sessions", list(&sessions(&|_| "status = \"cancelled\"\n".to_owned()))),
        ("sessions with a former id", list(&sessions(&|n| format!("was = \"old{n}\"\n")))),
        ("sessions with a UID", list(&sessions(&|n| format!("uid = \"u{n}\"\n")))),
        ("series without sessions", list(&series(""))),
        ("feeds without sessions", {
            list(&(feeds(&|_| "tags = \"none\"\n".to_owned()) + &sessions(&|_| String::new())))
        }),
        ("feeds of a session each", {
            let tag = |n: usize| format!("tags = \"t{n}\"\n");
            list(&(feeds(&tag) + &sessions(&tag)))
        }),
        ("a feed of many tags", {
            let feed = format!("\n[[feeds]]\nid = \"f\"\ntitle = \"F\"\n{}", many("tags", "t"));
            list(&(feed + &sessions(&|n| format!("tags = \"t{n}\"\n"))))
        }),
        ("a feed of many series", {
            let feed = format!("\n[[feeds]]\nid = \"f\"\ntitle = \"F\"\n{}", many("series", "f"));
            let feed = feed.replacen("\"f\"", "\"all\"", 1);
            list(&(feed + &series("") + &sessions(&|n| format!("series = \"f{n}\"\n"))))
        }),
        ("tags of one session", list(&one(&many("tags", "t")))),
        ("former ids of one session", list(&one(&many("was", "w")))),
        ("former ids of one feed", {
            let feed = format!("\n[[feeds]]\nid = \"f\"\ntitle = \"F\"\n{}", many("was", "w"));
            list(&(feed + &one("")))
        }),
        ("reminders", {
            let all: Vec<String> = (0..count).map(|n| format!("\"{}m\"", n + 1)).collect();
            list(&one(&format!("remind = [{}]\n", all.join(", "))))
        }),
        ("further zones", {
            let all: Vec<String> =
                (0..count).map(|n| format!("\"{}\"", zones[n % zones.len()])).collect();
            list(&format!("also_in = [{}]\n{}", all.join(", "), one("")))
        }),
    ]
}

#[test]
#[ignore = "needs a quiet machine"]
fn editions_take_linear_time() {
    let rules = Rules::bundled();
    compare(lists(400), lists(1_600), |text| {
        drop(black_box(published(text, &Revisions::default(), &rules)));
    });
}

#[test]
#[ignore = "needs a quiet machine"]
fn changes_and_removals_take_linear_time() {
    let rules = Rules::bundled();
    let states = |count: usize| -> Vec<(&'static str, (Revisions, String))> {
        let other = list(&session("other", "2027-05-04T18:00:00", ""));
        let of = |(name, text): (&'static str, String)| {
            let catalog = checked(&text, &rules).unwrap();
            let revisions = planned(catalog, &Revisions::default(), instant(BEFORE)).revisions;
            let moved =
                text.replace("T10:00:00", "T11:00:00").replace("title = \"S", "title = \"T");
            [(name, (revisions.clone(), moved)), (name, (revisions, other.clone()))]
        };
        lists(count).into_iter().flat_map(of).collect()
    };
    compare(states(400), states(1_600), |(before, text)| {
        let after = published(text, before, &rules);
        black_box(store::parse(store::print(&after).as_bytes()).unwrap());
    });
}
