//! Calendars of any length that are expensive to import.

/// Returns an event with additional lines.
pub(super) fn event(number: usize, more: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:u{number}\r\nSUMMARY:T{number}\r\nDTSTART:20270101T100000Z\r\n\
         DTEND:20270101T110000Z\r\n{more}END:VEVENT\r\n"
    )
}

pub(super) fn calendar(content: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-TIMEZONE:Europe/Berlin\r\n{content}END:VCALENDAR\r\n"
    )
}

pub(super) fn events(count: usize, more: impl Fn(usize) -> String) -> String {
    calendar(&(0..count).map(|number| event(number, &more(number))).collect::<String>())
}

/// Returns a VTIMEZONE with `parts` observances, and events that use it.
pub(super) fn zone(parts: usize, rule: &str) -> String {
    let part = |n: usize| {
        format!(
            "BEGIN:STANDARD\r\nDTSTART:19700101T{:02}0000\r\nTZOFFSETFROM:+0100\r\n\
             TZOFFSETTO:+0{}17\r\n{rule}END:STANDARD\r\n",
            n % 24,
            n % 9
        )
    };
    let parts: String = (0..parts).map(part).collect();
    let event = |n| event(n, "").replace("DTSTART:", "DTSTART;TZID=Mine:").replace("0000Z", "0000");
    let events: String = (0..100).map(event).collect();
    calendar(&format!("BEGIN:VTIMEZONE\r\nTZID:Mine\r\n{parts}END:VTIMEZONE\r\n{events}"))
}

/// Returns calendars of about `length` bytes, each of which is expensive in a different way.
pub(super) fn calendars(length: usize) -> Vec<(&'static str, String)> {
    let to = |piece: &str| piece.repeat(length / piece.len());
    let described = |text: &str| calendar(&event(1, &format!("DESCRIPTION:{text}\r\n")));
    let titled = |title: &str| calendar(&event(1, "").replace("T1\r\n", &format!("{title}\r\n")));
    let many = length / 120;
    let rules = |rule: &'static str| events(many, move |_| format!("RRULE:{rule}\r\n"));
    let unknown =
        |n: usize| event(n, "").replace("DTSTART:", &format!("DTSTART;TZID=Nowhere {n}:"));
    let defined = |n: usize| {
        format!(
            "BEGIN:VTIMEZONE\r\nTZID:Z{n}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n\
             TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0137\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n\
             END:STANDARD\r\nEND:VTIMEZONE\r\n"
        ) + &event(n, "")
            .replace("DTSTART:", &format!("DTSTART;TZID=Z{n}:"))
            .replace("0000Z", "0000")
    };
    let excluded = format!(
        "RRULE:FREQ=DAILY\r\nEXDATE;TZID={}:{}\r\n",
        "long".repeat(length / 8),
        "20270102T100000,".repeat(length / 32)
    );
    vec![
        ("list marks in an item", described(&format!("<ul><li>{}x</li></ul>", to("- ")))),
        ("items in items", described(&format!("<ul>{}x</ul>", to("<li>")))),
        ("numbers in an item", described(&format!("<ol><li>{}x</li></ol>", to("1. ")))),
        ("bold in bold", described(&to("<b>x"))),
        ("line breaks", described(&to("<br>"))),
        ("cells", described(&format!("<br>{}", to("<td> ")))),
        ("less-than signs", described(&format!("<br>{}", to("<")))),
        ("tags without end", described(&format!("<br>{}x>", to("<a")))),
        ("comments", described(&format!("<br>{}", to("<!-->")))),
        ("scripts", described(&format!("<br>{}", to("<script>")))),
        ("pictures", described(&format!("<br>{}", to("<img src=http://a alt=\"x\">")))),
        ("links", described(&to("<a href=http://a>"))),
        ("plain lists", described(&to("- a\\n"))),
        (
            "plain stairs",
            described(&(0..400).map(|n| " ".repeat(n) + "- x\\n").collect::<String>()),
        ),
        ("plain marks", described(&to("- "))),
        ("plain quotes", described(&to("> "))),
        ("plain brackets", described(&to("["))),
        ("plain addresses", described(&to("http://a.b "))),
        ("addresses that touch", described(&to("http://"))),
        ("capitals", described(&to("A"))),
        ("ampersands", titled(&to("&"))),
        ("a long title", titled(&to("word "))),
        ("folded lines", described(&to("\r\n a"))),
        ("parameters", calendar(&event(1, &format!("X-A{}:x\r\n", to(";A=b"))))),
        ("properties", calendar(&event(1, &to("X-A:x\r\n")))),
        ("categories", calendar(&event(1, &format!("CATEGORIES:{}\r\n", to("c,"))))),
        ("components in components", calendar(&to("BEGIN:X\r\n"))),
        ("events in events", calendar(&to("BEGIN:VEVENT\r\n"))),
        ("hourly", rules("FREQ=HOURLY")),
        ("daily", rules("FREQ=DAILY;COUNT=4294967295")),
        ("never in a year", rules("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")),
        ("never in a month", rules("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30")),
        ("never in a week", rules("FREQ=WEEKLY;BYMONTH=2;BYDAY=MO;COUNT=0")),
        ("never on a day", rules("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")),
        ("never in an hour", rules("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30")),
        ("seldom", rules("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO")),
        ("rules of one event", calendar(&event(1, &to("RRULE:FREQ=HOURLY\r\n")))),
        (
            "a long rule",
            calendar(&event(1, &format!("RRULE:FREQ=YEARLY;BYYEARDAY=1{}\r\n", to(",1")))),
        ),
        ("dates", calendar(&event(1, &format!("RDATE:{}\r\n", to("20270102T100000Z,"))))),
        ("excluded dates of a long zone", calendar(&event(1, &excluded))),
        ("exceptions of one event", {
            let exception = |n: usize| {
                let id = format!(
                    "RECURRENCE-ID:2027{:02}{:02}T100000Z\r\n",
                    n / 28 % 12 + 1,
                    n % 28 + 1
                );
                event(1, &id)
            };
            let all: String = (0..many).map(exception).collect();
            calendar(&(event(1, "RRULE:FREQ=DAILY\r\n") + &all))
        }),
        ("the same UID", calendar(&(0..many).map(|_| event(1, "")).collect::<String>())),
        ("events", events(many, |_| String::new())),
        ("unknown zones", calendar(&(0..many).map(unknown).collect::<String>())),
        ("zones of the file", calendar(&(0..length / 400).map(defined).collect::<String>())),
        ("daily rules of a zone", zone(length / 150, "RRULE:FREQ=DAILY\r\n")),
        ("hourly rules of a zone", zone(length / 150, "RRULE:FREQ=HOURLY\r\n")),
        ("parts of a zone", zone(length / 120, "")),
        ("a zone with slashes", {
            let slashes =
                event(1, "").replace("DTSTART:", &format!("DTSTART;TZID=\"{}\":", to("a/")));
            calendar(&slashes)
        }),
        ("passcodes", described(&to("passcode: 1 "))),
        ("passcodes that touch", described(&to("passcode:"))),
        ("passcodes without a code", described(&to("passcode "))),
        ("lines of a dial-in block", described(&to("Meeting ID: 1\\n+1 555 0100 200\\n"))),
        ("lines to sign up", described(&to("Register: https://a.example/r\\n"))),
        ("links in a line", described(&to("register https://a.example/r "))),
        ("parentheses", described(&to("[x](http://a)"))),
        ("queries", described(&to("https://zoom.us/j/1?pwd=a&"))),
        ("entities", described(&to("&eacute; &bogus; "))),
        ("an entity of its own each", {
            described(&(0..length / 10).map(|n| format!("&a{n};")).collect::<String>())
        }),
        ("links of a place", calendar(&event(1, &format!("LOCATION:{}\r\n", to("http://a.b/; "))))),
        ("tags in a place", calendar(&event(1, &format!("LOCATION:{}\r\n", to("<b>x"))))),
        ("raw lines", described(&to("x\r\n\r\n"))),
        ("soft line breaks", {
            let lines = format!("DESCRIPTION;ENCODING=QUOTED-PRINTABLE:{}\r\n", to("=C3=A9=\r\n"));
            calendar(&event(1, &lines))
        }),
        ("a zone with colons", {
            let colons = event(1, "").replace("DTSTART:", &format!("DTSTART;TZID={}:", to("a:")));
            calendar(&colons)
        }),
        ("dates that cannot be read", calendar(&event(1, &format!("EXDATE:{}\r\n", to("x,"))))),
        ("excluded days", {
            let days = format!("RRULE:FREQ=HOURLY\r\nEXDATE:{}\r\n", to("20270102,"));
            calendar(&event(1, &days))
        }),
        ("exceptions of all that follow", {
            let exception = |n: usize| {
                let at = format!("2027{:02}{:02}T100000Z", n / 28 % 12 + 1, n % 28 + 1);
                event(1, &format!("RECURRENCE-ID;RANGE=THISANDFUTURE:{at}\r\n"))
            };
            let all: String = (0..many).map(exception).collect();
            calendar(&(event(1, "RRULE:FREQ=DAILY\r\n") + &all))
        }),
        ("one UID for many events", {
            let own = |n: usize| event(1, "").replace("SUMMARY:T1", &format!("SUMMARY:T{n}"));
            calendar(&(0..many).map(own).collect::<String>())
        }),
        ("names that Windows shows", {
            let own = |n: usize| {
                let name = format!("\"(UTC+01:00) {n}, {}Berlin\"", "Nowhere, ".repeat(20));
                event(n, "")
                    .replace("DTSTART:", &format!("DTSTART;TZID={name}:"))
                    .replace("0000Z", "0000")
            };
            calendar(&(0..length / 330).map(own).collect::<String>())
        }),
        ("zones with the rules of another", {
            let own = |n: usize| {
                defined(n)
                    .replace(&format!("Z{n}\r\n"), &format!("/{n}/Europe/Paris\r\n"))
                    .replace(&format!("TZID=Z{n}:"), &format!("TZID=/{n}/Europe/Paris:"))
            };
            calendar(&(0..length / 430).map(own).collect::<String>())
        }),
    ]
}
