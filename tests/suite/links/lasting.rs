//! Permanent addresses: their targets now, after a change, and as time passes.

use super::{TARGETS, assert_sound, location, understood};
use crate::support::{BEFORE, EXAMPLE, Fixture, body, instant, list, quoted, session, taken_apart};
use convene::publish::Published;

#[test]
fn feeds_are_subscribed_to_by_the_address_that_each_calendar_takes() {
    let title = "Ours & \"theirs\" +1";
    let toml = list(&session("a", "2027-04-27T10:00:00", "series = \"spring\""))
        + &format!("[[series]]\nid = \"spring\"\ntitle = {}\n", quoted(title));
    let published = Fixture::new(&toml).publish(BEFORE);
    let part = |target: &str| location(&published, &format!("/feeds/spring/{target}"));
    let (place, values) = taken_apart(&part("google"));
    assert_eq!(place, "https://calendar.google.com/calendar/render");
    assert_eq!(values["cid"], "webcal://cal.example/feeds/spring.ics");
    for (target, host) in [("outlook", "live"), ("office365", "office")] {
        let link = part(target);
        assert_sound(&link);
        let (place, values) = taken_apart(&link);
        assert_eq!(place, format!("https://outlook.{host}.com/calendar/0/addfromweb"));
        assert_eq!(values["url"], "https://cal.example/feeds/spring.ics");
        assert_eq!(values["name"], title);
    }
}

#[test]
fn apple_gets_a_page_with_a_plain_link() {
    let published = Fixture::new(EXAMPLE).publish(BEFORE);
    let path = "/feeds/2024-series/apple";
    let resource = published.site.get(path).unwrap();
    assert_eq!(resource.identity().status.as_u16(), 200);
    let page = body(&published, path);
    assert!(page.contains("href=\"webcal://127.0.0.1:8080/feeds/2024-series.ics\""), "{page}");
    assert!(page.contains("If nothing happens") && page.contains("noindex"), "{page}");
    assert!(page.contains("http://127.0.0.1:8080/feeds/2024-series.ics</a>"), "{page}");
}

#[test]
fn a_printed_link_leads_to_the_new_hour() {
    let at = |start| list(&session("a", start, ""));
    let fixture = Fixture::new(&at("2027-04-27T10:00:00"));
    let read = |published: &Published| {
        TARGETS.map(|target| {
            understood(target, &location(published, &format!("/sessions/a/{target}"))).start
        })
    };
    assert_eq!(read(&fixture.publish(BEFORE)), [instant("2027-04-27T14:00:00Z"); 3]);
    fixture.write(&at("2027-11-09T10:00:00"));
    assert_eq!(read(&fixture.publish(BEFORE)), [instant("2027-11-09T15:00:00Z"); 3]);
}

#[test]
fn past_sessions_lead_where_they_did_and_cancelled_ones_to_their_page() {
    let fixture = Fixture::new(EXAMPLE);
    let path = |target| format!("/sessions/era-of-silos/{target}");
    let links = |at| TARGETS.map(|target| location(&fixture.publish(at), &path(target)));
    assert_eq!(links(BEFORE), links("2026-01-01T00:00:00Z"));
    fixture.write(
        &EXAMPLE.replace("id = \"era-of-silos\"", "id = \"era-of-silos\"\nstatus = \"cancelled\""),
    );
    for link in links(BEFORE) {
        assert_eq!(link, "/sessions/era-of-silos");
    }
}

/// Every address of a session that redirects.
const LEADING: [&str; 5] = ["google", "outlook", "office365", "register", "join"];

/// Returns the target of an exported redirect, from its page.
fn exported(folder: &std::path::Path, path: &str) -> Option<String> {
    let page = std::fs::read_to_string(folder.join(&path[1..]).join("index.html")).unwrap();
    let (_, rest) = page.split_once("http-equiv=\"refresh\" content=\"0; url=")?;
    Some(rest.split_once('"').unwrap().0.to_owned())
}

#[test]
fn every_target_of_a_session_that_does_not_take_place_leads_to_its_page() {
    let links = "register = \"https://org.example/r\"\njoin = \"https://meet.example/a\"\n";
    let talk = |id: &str, more: &str| {
        let more = format!("{links}{more}");
        session(id, "2027-04-27T10:00:00", &more).replace(&format!("Session {id}"), "Talk")
    };
    let off = "status = \"cancelled\"\n";
    let without = session("talk", "2027-04-27T10:00:00", off).replace("Session talk", "Talk");
    for (what, after, asked, page) in [
        ("cancelled", talk("talk", off), "talk", "/sessions/talk"),
        ("cancelled without links", without, "talk", "/sessions/talk"),
        ("removed", String::new(), "talk", "/sessions/talk"),
        (
            "renamed and cancelled",
            talk("speech", &format!("was = \"talk\"\n{off}")),
            "talk",
            "/sessions/speech",
        ),
        (
            "renamed and cancelled, by its new id",
            talk("speech", &format!("was = \"talk\"\n{off}")),
            "speech",
            "/sessions/speech",
        ),
    ] {
        let other = session("other", "2027-05-27T10:00:00", "");
        let fixture = Fixture::new(&list(&(talk("talk", "") + &other)));
        fixture.publish(BEFORE);
        fixture.write(&list(&(after + &other)));
        let at = "2024-02-01T12:00:00Z";
        let running = fixture.serve(&["--at", at]);
        let output = fixture.run(&["export", "--out", "out", "--at", at]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let folder = fixture.dir().join("out");
        for target in LEADING {
            let path = format!("/sessions/{asked}/{target}");
            let mut answer = running.get(&path, &[]);
            let mut file = exported(&folder, &path).unwrap();
            if answer.status == 301 {
                let new = format!("{page}/{target}");
                assert_eq!((answer.header("location"), &file), (Some(new.as_str()), &new));
                answer = running.get(&new, &[]);
                file = exported(&folder, &new).unwrap();
            }
            let got = (answer.status, answer.header("location"), answer.header("cache-control"));
            assert_eq!(got, (302, Some(page), Some("no-store")), "{what}: {path}");
            assert_eq!(file, page, "{what}: {path}");
        }
        assert_eq!(running.get(page, &[]).status, 200, "{what}");
        assert_eq!(exported(&folder, page), None, "{what}");
    }
}

#[test]
fn next_turns_at_the_end_of_a_session_and_leads_to_no_cancelled_one() {
    let sessions = session("first", "2027-04-27T10:00:00", "series = \"spring\"")
        + &session("off", "2027-04-27T12:00:00", "status = \"cancelled\"\nseries = \"spring\"")
        + &session("second", "2027-04-28T10:00:00", "status = \"tentative\"")
        + &session("third", "2027-04-29T10:00:00", "series = \"spring\"")
        + "\n[[series]]\nid = \"spring\"\ntitle = \"Spring\"\n";
    let toml = list(&sessions).replace("https://cal.example", "https://cal.example/c");
    let fixture = Fixture::new(&toml);
    let (first, off) = ("2027-04-27T15:00:00Z", "2027-04-27T17:00:00Z");
    for (at, next, spring, until) in [
        ("2027-04-27T14:59:59Z", "/c/sessions/first", "/c/sessions/first", Some(first)),
        (first, "/c/sessions/second", "/c/sessions/third", Some(off)),
        (
            "2027-04-28T15:00:00Z",
            "/c/sessions/third",
            "/c/sessions/third",
            Some("2027-04-29T15:00:00Z"),
        ),
        // A week after its planned end, the cancelled session leaves the feeds.
        ("2027-04-29T15:00:00Z", "/c", "/c/feeds/spring", Some("2027-05-04T17:00:00Z")),
        ("2027-05-04T17:00:00Z", "/c", "/c/feeds/spring", None),
    ] {
        let published = fixture.publish(at);
        assert_eq!(location(&published, "/c/next"), next, "{at}");
        assert_eq!(location(&published, "/c/feeds/spring/next"), spring, "{at}");
        assert_eq!(published.site.valid_until(), until.map(instant), "{at}");
        assert!(published.site.get(next).is_some() && published.site.get(spring).is_some());
    }
    let over = fixture.publish("2027-04-29T15:00:00Z");
    assert_eq!(location(&over, "/c/feeds/test/next"), "/c/feeds/test");
}

#[test]
fn the_program_redirects_and_has_no_address_without_a_target() {
    let more =
        "register = \"https://org.example/sign-up?a=b&c=d\"\njoin = \"https://meet.example/a\"";
    let sessions =
        session("both", "2027-04-27T10:00:00", more) + &session("none", "2027-04-28T10:00:00", "");
    let fixture = Fixture::new(&list(&sessions));
    let running = fixture.serve(&["--at", BEFORE]);
    for (path, to) in [
        ("/sessions/both/register", "https://org.example/sign-up?a=b&c=d"),
        ("/sessions/both/join", "https://meet.example/a"),
        ("/next", "/sessions/both"),
        ("/feeds/test/next", "/sessions/both"),
    ] {
        for method in ["GET", "HEAD"] {
            let answer = running.request(method, path, &[]);
            assert_eq!(answer.status, 302, "{path}");
            assert_eq!(answer.header("location"), Some(to), "{path}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
            assert_eq!(answer.header("etag"), None, "{path}");
        }
    }
    let google = running.get("/sessions/none/google", &[]);
    assert_eq!(google.status, 302);
    assert_sound(google.header("location").unwrap());
    for path in ["/sessions/none/register", "/sessions/none/join", "/sessions/none/yahoo"] {
        assert_eq!(running.get(path, &[]).status, 404, "{path}");
    }
}

#[test]
fn an_exported_folder_has_a_page_that_leads_on() {
    let toml = EXAMPLE.replace("http://127.0.0.1:8080", "https://org.example/calendar");
    let fixture = Fixture::new(&toml);
    let output = fixture.run(&["export", "--out", "out", "--at", BEFORE]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let published = fixture.publish(BEFORE);
    for path in [
        "/next",
        "/feeds/2024-series/next",
        "/feeds/2024-series/google",
        "/sessions/era-of-silos/google",
        "/sessions/era-of-silos/office365",
        "/sessions/era-of-silos/register",
    ] {
        let page = std::fs::read_to_string(fixture.dir().join(format!("out{path}/index.html")));
        let page = page.unwrap().replace("&amp;", "&");
        let to = location(&published, &format!("/calendar{path}"));
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{page}");
        assert!(
            page.contains(&format!("http-equiv=\"refresh\" content=\"0; url={to}\"")),
            "{page}"
        );
        assert!(page.contains(&format!("<a href=\"{to}\">")), "{page}");
    }
}
