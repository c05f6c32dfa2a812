//! Texts that often break programs. Tests use each as a title, as a name, and as a part of a description. `payloads.rs`
//! has attacks on markup, calendars and headers, which tests try in every key.

/// Returns the named texts, each on one line without spaces at its ends. All except the long ones have at most 100
/// bytes, so nothing cuts them.
pub(crate) fn named() -> Vec<(&'static str, String)> {
    let words = "How movements build bridges across difference, and what keeps them alive; ";
    let long = |length: usize| words.repeat(20).chars().take(length - 1).collect::<String>() + "!";
    let cycle = |unit: &str, length| unit.chars().cycle().take(length).collect::<String>();
    let short = SHORT.iter().map(|(name, text)| (*name, (*text).to_owned()));
    short
        .chain([
            ("long-300", long(300)),
            ("long-1000", long(1000)),
            ("unbroken-300", long(360).replace(' ', "")),
            ("unbroken-1000", "x".repeat(1000)),
            ("emoji-300", cycle(FAMILY, 300)),
            ("emoji-1000", cycle(FAMILY, 1000)),
            ("accents-300", cycle("é%", 300)),
            ("accents-1000", cycle("é%", 1000)),
            ("emoji-at-the-cut", long(300).replace('!', "🏳️‍🌈")),
        ])
        .map(|(name, text)| (name, text.trim().to_owned()))
        .collect()
}

/// Returns the texts without names.
pub(crate) fn texts() -> Vec<String> {
    named().into_iter().map(|(_, text)| text).collect()
}

/// A family emoji: one character of seven code points.
const FAMILY: &str = "👩‍👩‍👧‍👦";

const SHORT: &[(&str, &str)] = &[
    ("commas", "Commas, semicolons; and colons: all of them"),
    ("quotes", r#"Quotes "double", 'single', “curly” and `back`"#),
    ("backslashes", r"Back\slashes \n \, \; and ^carets^, and the last one \"),
    ("entities", "Us & them <b>bold</b> &amp; &lt; a < b > c"),
    ("percent", "a+b c%20d %E4 %% %3 100% &amp; &lt;b&gt;"),
    ("script", "</script><script>window.__ran=1</script>"),
    ("alert", "</script><script>alert(1)</script>"),
    ("comments", "-- <!-- ]]> --> <![CDATA[ ?> %3Cb%3E 100%"),
    ("templates", "{{7*7}} ${7*7} #{7*7} {{template}} ${shell} $(cmd) ../../etc"),
    ("signs", "Plus + equals = question ? hash # percent % tilde ~ &#+%?='\"<>"),
    ("address", "javascript:alert(1)//"),
    ("image", "<img src=x onerror=alert(1)>"),
    ("calendar", "END:VCALENDAR BEGIN:VEVENT"),
    ("emoji", "Family 👨‍👩‍👧‍👦 flag 🏳️‍🌈 👍🏽 and Zoë Ünïcödé 日本語"),
    ("chinese", "中文标题与很长的说明"),
    ("arabic", "مرحبا بالعالم (hello) שלום עולם 2027"),
    (
        "directions",
        "\u{202e}turned round\u{202c} and \u{2066}isolated\u{2069} and zero\u{200b}width",
    ),
    ("markdown", "*stars* _lines_ [link](javascript:alert(1)) ![picture](https://a.example/a.png)"),
    ("tab", "Tab\there"),
    ("combining", "e\u{301}\u{302} is an e with two accents"),
    ("noncharacters", "\u{fffd} \u{feff}mark \u{fffe}none\u{ffff}"),
];

/// The names of the texts that a page checker reports in any place: they are not in normal form C, are in an unexpected
/// language, or have characters that HTML forbids.
pub(crate) const REMARKABLE: [&str; 5] =
    ["combining", "noncharacters", "unbroken-1000", "accents-300", "accents-1000"];

#[test]
fn short_texts_are_so_short_that_nothing_cuts_them_and_every_name_is_known() {
    for (name, text) in SHORT {
        assert!(text.len() <= 100, "{name}");
    }
    for name in REMARKABLE {
        assert!(named().iter().any(|(own, _)| *own == name), "{name}");
    }
}
