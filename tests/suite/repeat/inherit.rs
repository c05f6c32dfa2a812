//! A date inherits values from the rule, from tables with `from = true` before it, and from `[series.each]`.

use convene::model::Status;

use super::{TERM, all_times, catalog, on, session, tea, times};
use crate::support::list;

const WEEKLY: &str = "{ every = \"week\", times = 5 }";
const START: &str = "2027-05-04T18:00:00";

#[test]
fn a_series_of_twelve_with_a_moved_date_and_a_cancelled_one_takes_few_lines() {
    assert!(TERM.lines().count() <= 18);
    let catalog = catalog(TERM);
    assert_eq!(catalog.sessions.len(), 12);
    let moved = session(&catalog, "circle-2027-03-09");
    assert_eq!(
        (times(moved).as_str(), moved.title.as_str()),
        ("03-10 18:00-19:30", "Solidarity circle")
    );
    let cancelled = session(&catalog, "circle-2027-04-06");
    assert_eq!(
        (times(cancelled).as_str(), cancelled.status),
        ("04-06 18:00-19:30", Status::Cancelled)
    );
    let plain = catalog.sessions.iter().filter(|own| own.status == Status::Confirmed);
    assert_eq!(plain.count(), 11);
}

#[test]
fn a_table_overrides_what_it_gives_for_one_date() {
    let more = "description = \"Mint\"\ntags = [\"a\", \"b\"]\nplace = { name = \"Hall\" }\n";
    let own = on("2027-05-11", "title = \"Coffee\"\ntags = [\"c\"]\nduration = \"2h\"");
    let catalog = catalog(&tea(START, WEEKLY, &(more.to_owned() + &own)));
    let coffee = session(&catalog, "tea-2027-05-11");
    assert_eq!((coffee.title.as_str(), times(coffee).as_str()), ("Coffee", "05-11 18:00-20:00"));
    let tags: Vec<&str> = coffee.tags.iter().map(|tag| tag.as_str()).collect();
    assert_eq!(tags, ["c"]);
    assert_eq!(coffee.description.as_ref().unwrap().as_str(), "Mint");
    assert_eq!(coffee.place.as_ref().unwrap().name.as_str(), "Hall");
    let tea = session(&catalog, "tea-2027-05-18");
    assert_eq!((tea.title.as_str(), times(tea).as_str()), ("Tea", "05-18 18:00-19:00"));
}

#[test]
fn an_inherited_end_keeps_its_distance_from_the_start() {
    let own = on("2027-05-11", "start = 2027-05-12T20:30:00")
        + &on("2027-05-18", "end = 2027-05-18T18:15:00")
        + &on("2027-05-25", "duration = \"5m\"");
    let toml = tea(START, WEEKLY, &("end = 2027-05-04T19:45:00\n".to_owned() + &own));
    assert_eq!(
        all_times(&toml),
        [
            "05-04 18:00-19:45",
            "05-12 20:30-22:15",
            "05-18 18:00-18:15",
            "05-25 18:00-18:05",
            "06-01 18:00-19:45"
        ]
    );
    let days = tea("2027-05-07", "{ every = \"week\", times = 2 }", "end = 2027-05-08\n");
    assert_eq!(all_times(&days), ["05-07 to 05-08", "05-14 to 05-15"]);
}

#[test]
fn what_holds_from_a_date_on_holds_for_all_later_ones() {
    let own = on("2027-05-11", "start = 2027-05-12T19:00:00\nfrom = true\ntitle = \"Late tea\"")
        + &on("2027-05-18", "title = \"Cake\"")
        + &on("2027-05-25", "duration = \"30m\"\nfrom = true");
    let toml = tea(START, WEEKLY, &("also = [2027-05-29T08:00:00]\n".to_owned() + &own));
    let catalog = catalog(&toml);
    let got: Vec<String> = catalog
        .sessions
        .iter()
        .map(|session| format!("{} {}", times(session), session.title))
        .collect();
    assert_eq!(
        got,
        [
            "05-04 18:00-19:00 Tea",
            "05-12 19:00-20:00 Late tea",
            "05-19 19:00-20:00 Cake",
            "05-26 19:00-19:30 Late tea",
            "05-29 08:00-08:30 Late tea",
            "06-02 19:00-19:30 Late tea"
        ]
    );
}

#[test]
fn a_status_stays_with_its_own_date() {
    let own = on("2027-05-11", "status = \"cancelled\"\ntitle = \"Off\"\nfrom = true");
    let catalog = catalog(&tea(START, WEEKLY, &own));
    let cancelled: Vec<bool> =
        catalog.sessions.iter().map(|session| session.status == Status::Cancelled).collect();
    assert_eq!(cancelled, [false, true, false, false, false]);
    assert_eq!(session(&catalog, "tea-2027-06-01").title.as_str(), "Off");
}

#[test]
fn each_session_of_a_series_has_its_defaults_and_replaces_them() {
    let toml = list(
        "\n[[series]]\nid = \"spring\"\ntitle = \"Spring\"\n[series.each]\ntitle = \"Evening\"\n\
         duration = \"3h\"\ntags = [\"x\", \"y\"]\ndescription = \"Bring a mug.\"\nregister = \"https://r.example/\"\n\
         \n[[sessions]]\nid = \"one\"\nseries = \"spring\"\nstart = 2027-05-04T18:00:00\n\
         \n[[sessions]]\nid = \"two\"\nseries = \"spring\"\ntitle = \"Two\"\nstart = 2027-05-05T18:00:00\n\
         end = 2027-05-05T18:20:00\ntags = [\"z\"]\ndescription = \"No mugs.\"\n\
         \n[[sessions]]\nid = \"tea\"\nseries = \"spring\"\ntitle = \"Tea\"\nstart = 2027-05-06T18:00:00\n\
         repeat = { every = \"week\", times = 2 }\n\
         \n[[sessions]]\nid = \"alone\"\ntitle = \"Alone\"\nstart = 2027-05-07T18:00:00\n",
    );
    let catalog = catalog(&toml);
    let shown = |id: &str| {
        let own = session(&catalog, id);
        let tags: Vec<&str> = own.tags.iter().map(|tag| tag.as_str()).collect();
        let text = own.description.as_ref().map_or("", |text| text.as_str());
        format!("{} {} {} {text} {}", own.title, times(own), tags.join(","), own.register.is_some())
    };
    assert_eq!(shown("one"), "Evening 05-04 18:00-21:00 x,y Bring a mug. true");
    assert_eq!(shown("two"), "Two 05-05 18:00-18:20 z No mugs. true");
    assert_eq!(shown("tea-2027-05-13"), "Tea 05-13 18:00-21:00 x,y Bring a mug. true");
    assert_eq!(shown("alone"), "Alone 05-07 18:00-19:00   false");
}

#[test]
fn a_fold_of_the_rule_is_for_the_dates_that_need_it() {
    let repeat = "{ every = \"week\", times = 3 }";
    let starts = |fold: &str| -> Vec<String> {
        let toml = tea("2027-10-31T01:30:00", repeat, &format!("fold = \"{fold}\"\n"));
        let starts = catalog(&toml).sessions.into_iter();
        starts.map(|session| session.when.start().format("%H:%M").to_string()).collect()
    };
    assert_eq!(starts("earlier"), ["05:30", "05:30", "06:30"]);
    assert_eq!(starts("later"), ["05:30", "06:30", "06:30"]);
}

/// Two series with values for their sessions; only the first gives a duration.
const TWO_SERIES: &str = "\n[[series]]\nid = \"spring\"\ntitle = \"Spring\"\n[series.each]\naccess = \"Ramp\"\n\
    duration = \"2h\"\ndescription = \"In spring.\"\nregister = \"https://r.example/\"\n\
    \n[[series]]\nid = \"other\"\ntitle = \"Other\"\n[series.each]\naccess = \"Lift\"\n\
    timezone = \"America/Los_Angeles\"\n";

#[test]
fn a_list_of_one_series_has_the_values_of_the_series() {
    for series in ["series = \"spring\"", "series = [\"spring\"]"] {
        let catalog = catalog(&list(&format!(
            "{TWO_SERIES}\n[[sessions]]\nid = \"one\"\ntitle = \"One\"\n{series}\nstart = 2027-05-04T18:00:00\n\
             \n[[sessions]]\nid = \"tea\"\ntitle = \"Tea\"\n{series}\nstart = 2027-05-06T18:00:00\n\
             repeat = {{ every = \"week\", times = 2 }}\n\
             \n[[sessions]]\nid = \"plan\"\ntitle = \"Plan\"\n{series}\nstatus = \"planned\"\n"
        )));
        for id in ["one", "tea-2027-05-06", "tea-2027-05-13"] {
            let session = session(&catalog, id);
            assert_eq!(session.access.as_ref().map(|own| own.as_str()), Some("Ramp"), "{series}");
            assert_eq!(times(session)[6..], *"18:00-20:00", "{series}");
        }
        let planned = &catalog.undated[0];
        assert_eq!(planned.access.as_ref().map(|own| own.as_str()), Some("Ramp"), "{series}");
    }
}

#[test]
fn a_date_of_another_series_has_the_values_of_that_series() {
    let shown = |from: &str| -> Vec<String> {
        let toml = TWO_SERIES.to_owned()
            + "\n[[sessions]]\nid = \"tea\"\ntitle = \"Tea\"\nseries = \"spring\"\nstart = 2027-05-04T18:00:00\n\
               repeat = { every = \"week\", times = 4 }\n"
            + &on("2027-05-11", &format!("series = \"other\"\n{from}"))
            + &on("2027-05-18", "title = \"Mate\"");
        let sessions = catalog(&list(&toml)).sessions.into_iter();
        let shown = sessions.map(|own| {
            let text = own.description.as_ref().map_or("", |text| text.as_str());
            let (access, series) = (own.access.as_ref().unwrap().as_str(), own.series.as_ref());
            let zone = own.when.zone().name();
            let register = own.register.is_some();
            format!("{} {} {access} {zone} {text}{register}", times(&own), series.unwrap())
        });
        shown.collect()
    };
    let spring =
        |date: &str| format!("{date} 18:00-20:00 spring Ramp America/New_York In spring.true");
    let other = |date: &str| format!("{date} 18:00-19:00 other Lift America/Los_Angeles false");
    assert_eq!(shown(""), [spring("05-04"), other("05-11"), spring("05-18"), spring("05-25")]);
    assert_eq!(
        shown("from = true"),
        [spring("05-04"), other("05-11"), other("05-18"), other("05-25")]
    );
}
