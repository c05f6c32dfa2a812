//! Addresses over random histories, with repeating sessions: exactly the addresses of an edition have documents, and
//! the parser reads every printed address back.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use convene::http::{respond_at, respond_now};
use convene::urls::{Address, FeedRoute, SessionRoute};
use hyper::{Request, StatusCode};

use crate::support::{Fixture, Random, instant, list, session};

const AT: &str = "2026-03-01T08:00:00Z";

/// Returns a file whose sessions and series are added, removed and renamed, with and without `was`.
fn random_file(random: &mut Random) -> String {
    let mut toml = String::new();
    let mut taken = BTreeSet::new();
    for name in ["alpha", "beta"] {
        let (id, was) = renamed(name, random, &mut taken);
        if random.below(4) > 0 {
            toml.push_str(&format!("\n[[series]]\nid = \"{id}\"\ntitle = \"{name}\"\n{was}"));
        }
    }
    for name in ["one", "two", "three", "four"] {
        let (id, was) = renamed(name, random, &mut taken);
        let mut more = was;
        if random.below(2) == 0 {
            more.push_str("register = \"https://cal.example/r\"\n");
        }
        if random.below(3) == 0 {
            more.push_str("status = \"cancelled\"\n");
        }
        if random.below(4) > 0 {
            let hour = 10 + random.below(8);
            more.push_str("again = true\n");
            if random.below(4) == 0 {
                more.push_str("repeat = { every = \"week\", times = 2 }\n");
            }
            toml.push_str(&session(&id, &format!("2026-06-01T{hour}:00:00"), &more));
        }
    }
    list(&toml)
}

/// Returns one of the ids of a session or series, and a `was` key for the others if the author keeps them.
fn renamed(name: &str, random: &mut Random, taken: &mut BTreeSet<String>) -> (String, String) {
    let number = random.below(3);
    let id = format!("{name}-{number}");
    taken.insert(id.clone());
    let was: Vec<String> =
        (0..3).filter(|n| *n != number).map(|n| format!("\"{name}-{n}\"")).collect();
    match random.below(2) {
        0 => (id, format!("was = [{}]\n", was.join(", "))),
        _ => (id, String::new()),
    }
}

#[test]
fn every_address_of_any_history_responds_and_no_other_does() {
    let mut random = Random(11);
    let (mut moved, mut gone, mut editions) = (0, 0, 0);
    for base in ["https://cal.example", "https://cal.example/in/a/folder"] {
        let fixture = Fixture::new(&random_file(&mut random));
        let mut publisher = fixture.publisher();
        publisher.url = Some(convene::model::BaseUrl::parse(base).unwrap());
        let mut now = instant(AT);
        for _ in 0..25 {
            fixture.write(&random_file(&mut random));
            // The program refuses some files because of their history, such as an id that belonged to another session.
            now += TimeDelta::days(1 + random.below(300) as i64);
            let Ok(published) = publisher.publish(now) else { continue };
            editions += 1;
            let site = &published.site;
            let urls = &published.site.edition().urls;
            let published_paths: BTreeSet<String> =
                site.documents().map(|(path, _)| path).collect();
            let ids = ["alpha", "beta", "one", "two", "three", "four", "never"];
            let ids: Vec<String> =
                ids.iter().flat_map(|id| (0..3).map(move |n| format!("{id}-{n}"))).collect();
            let feeds = ids.iter().chain([&"test".to_owned()]).cloned().collect::<Vec<_>>();
            let all = feeds
                .iter()
                .flat_map(|id| FeedRoute::ALL.map(|route| Address::Feed(id, route)))
                .chain(
                    ids.iter()
                        .flat_map(|id| SessionRoute::ALL.map(|route| Address::Session(id, route))),
                )
                .chain([Address::Home, Address::Next, Address::Robots, Address::Favicon])
                .chain((2024..2030).map(Address::Year));
            for address in all {
                let path = urls.path(address);
                assert_eq!(urls.parse(&path), Some(address), "{path}");
                let request = Request::get(&path).header("Host", "x").body(()).unwrap();
                let responded = respond_at(site, &request, None);
                let status = responded.response.status();
                let is_published = published_paths.contains(&path);
                assert_eq!(responded.address, is_published.then_some(address), "{path}");
                assert_eq!(
                    is_published,
                    !matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE),
                    "{path}: {status}"
                );
                assert_eq!(site.find(&path).is_some(), is_published, "{path}");
                moved += usize::from(status == StatusCode::MOVED_PERMANENTLY);
                gone += usize::from(status == StatusCode::GONE);
                if let Some(to) = responded.response.headers().get("location") {
                    let to = to.to_str().unwrap();
                    let known = !to.starts_with('/') || published_paths.contains(to);
                    assert!(known, "{path} leads to {to}, which is nowhere");
                }
            }
        }
    }
    assert!(editions > 20 && moved > 100 && gone > 100, "{editions} {moved} {gone}");
}

#[test]
fn a_slow_response_is_made_on_another_thread_and_once() {
    let many: String =
        (0..120).map(|n| session(&format!("talk-{n}"), "2026-06-01T10:00:00", "")).collect();
    let text = format!("description = \"{}\"\n", "word ".repeat(15_000));
    let long = session("long", "2026-07-01T10:00:00", &text);
    let published = Fixture::new(&list(&(many + &long))).publish(AT);
    let asks = |path: &str| {
        let request = Request::get(path).header("Host", "x").body(()).unwrap();
        respond_now(&published.site, &request, None).is_none()
    };
    for path in [
        "/feeds/test.json",
        "/feeds/test.atom",
        "/years/2026",
        "/sessions/long",
        "/sessions/long.ics",
    ] {
        assert!(asks(path), "{path}");
        published.site.get(path).unwrap();
        assert!(!asks(path), "{path} is in the cache");
    }
    for path in ["/", "/feeds/test.ics", "/feeds/test", "/sessions/talk-1", "/none", "/years/2025"]
    {
        assert!(!asks(path), "{path}");
    }
    let post = Request::post("/sessions/long").header("Host", "x").body(()).unwrap();
    assert!(respond_now(&published.site, &post, None).is_some(), "nothing is made for it");
}
