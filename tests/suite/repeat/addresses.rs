//! `/sessions/ID` and `/feeds/ID` of a repeating session.

use convene::publish::Published;
use convene::urls::{Address, SessionRoute};

use super::{on, tea};
use crate::support::{Fixture, body, list, tree};

const START: &str = "2027-05-04T18:00:00";
const WEEKLY: &str = "{ every = \"week\", times = 3 }";
const BEFORE: &str = "2027-05-01T08:00:00Z";

/// Returns the status, target and Cache-Control of a response.
fn lead(published: &Published, path: &str) -> (u16, String, String) {
    let resource = published.site.get(path).unwrap_or_else(|| panic!("there is no {path}"));
    let form = resource.identity();
    let header =
        |name| form.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    (form.status.as_u16(), header("location"), header("cache-control"))
}

#[test]
fn every_address_leads_to_that_of_the_next_date_and_at_last_of_the_last() {
    let more = "register = \"https://r.example/\"\njoin = \"https://j.example/\"\n";
    let cancelled = on("2027-05-11", "status = \"cancelled\"");
    let fixture = Fixture::new(&tea(START, WEEKLY, &(more.to_owned() + &cancelled)));
    for (at, date) in [
        (BEFORE, "2027-05-04"),
        ("2027-05-05T08:00:00Z", "2027-05-18"),
        ("2027-06-05T08:00:00Z", "2027-05-18"),
    ] {
        let published = fixture.publish(at);
        for route in SessionRoute::ALL {
            let path = Address::Session("tea", route).to_string();
            let target = Address::Session(&format!("tea-{date}"), route).to_string();
            assert_eq!(lead(&published, &path), (302, target, "no-store".to_owned()), "{at}");
        }
    }
}

#[test]
fn a_link_that_the_next_date_lacks_leads_to_its_page() {
    let own = on("2027-05-11", "register = \"https://r.example/\"");
    let published = Fixture::new(&tea(START, WEEKLY, &own)).publish(BEFORE);
    assert_eq!(lead(&published, "/sessions/tea/register").1, "/sessions/tea-2027-05-04");
    assert!(published.site.get("/sessions/tea/join").is_none());
}

#[test]
fn former_ids_lead_to_dates_too() {
    let fixture = Fixture::new(&tea(START, WEEKLY, ""));
    fixture.publish(BEFORE);
    fixture.write(&tea(START, WEEKLY, "was = \"tea\"\n").replace("id = \"tea\"", "id = \"mate\""));
    let published = fixture.publish("2027-05-02T08:00:00Z");
    assert_eq!(lead(&published, "/sessions/tea").1, "/sessions/mate-2027-05-04");
    let (status, to, _) = lead(&published, "/sessions/tea-2027-05-11");
    assert_eq!((status, to.as_str()), (301, "/sessions/mate-2027-05-11"));
    assert_eq!(body(&published, "/feeds/tea.ics"), body(&published, "/feeds/mate.ics"));
}

#[test]
fn all_dates_are_a_feed_without_a_rule() {
    let published = Fixture::new(&tea(START, WEEKLY, "")).publish(BEFORE);
    let feed = body(&published, "/feeds/tea.ics");
    assert_eq!(feed.matches("BEGIN:VEVENT").count(), 3);
    let (_, events) = feed.split_once("BEGIN:VEVENT").unwrap();
    assert!(!events.contains("RRULE") && !feed.contains("RECURRENCE-ID"), "{feed}");
    assert!(body(&published, "/").contains("/feeds/tea"));
    assert!(body(&published, "/sessions/tea-2027-05-04").contains("/feeds/tea"));
}

#[test]
fn an_export_has_the_page_of_the_next_date_and_its_invite() {
    let fixture = Fixture::new(&tea(START, WEEKLY, ""));
    assert!(fixture.run(&["export", "--out", "out", "--at", BEFORE]).status.success());
    let files = tree(&fixture.dir().join("out"));
    let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    assert!(text("sessions/tea/index.html").contains("url=/sessions/tea-2027-05-04"));
    assert_eq!(text("sessions/tea.ics"), text("sessions/tea-2027-05-04.ics"));
}

#[test]
fn a_removed_session_that_repeated_leads_to_its_last_date() {
    let fixture = Fixture::new(&tea(START, WEEKLY, ""));
    fixture.publish(BEFORE);
    fixture.write(&list(&crate::support::session("other", "2027-06-01T10:00:00", "")));
    let published = fixture.publish("2027-05-02T08:00:00Z");
    assert_eq!(lead(&published, "/sessions/tea").1, "/sessions/tea-2027-05-18");
    assert!(body(&published, "/sessions/tea-2027-05-18").contains("no longer planned"));
    assert!(body(&published, "/feeds/tea.ics").contains("BEGIN:VEVENT"));
}

#[test]
fn a_single_session_s_address_leads_on_once_it_repeats() {
    let fixture = Fixture::new(&list(&crate::support::session("tea", "2027-05-11T18:00:00", "")));
    fixture.publish(BEFORE);
    fixture.write(&tea(START, WEEKLY, ""));
    let published = fixture.publish("2027-05-02T08:00:00Z");
    assert_eq!(lead(&published, "/sessions/tea").0, 302);
    assert_eq!(lead(&published, "/sessions/tea").1, "/sessions/tea-2027-05-04");
}
