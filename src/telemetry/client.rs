//! Recognizes client families by User-Agent (RFC 9110 section 10.1.5).
//!
//! The name is only a claim, and several families fetch for many readers, so the counts show fetches, not readers.

/// Programs that fetch calendars in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Google Calendar's servers, which fetch once for many subscribers.
    Google,
    /// Calendar on iPhones, iPads and Macs, where each device fetches.
    Apple,
    /// Classic Outlook on Windows.
    Outlook,
    /// Exchange Online, Outlook.com and the new Outlook: servers that fetch for many.
    Exchange,
    /// Thunderbird.
    Thunderbird,
    /// ICSx5 on Android.
    Icsx5,
    /// Evolution and GNOME Calendar.
    Evolution,
    /// KDE's Akonadi and KIO.
    Kde,
    /// Nextcloud's servers.
    Nextcloud,
    /// A browser, or a program that claims to be one.
    Browser,
    /// Anything else.
    Other,
}

/// Parts of User-Agent values, in lower case. The first matching row counts, because programs that embed a browser
/// include its name, too.
const NAMES: &[(Family, &[&str])] = &[
    (Family::Google, &["google-calendar-importer"]),
    (Family::Apple, &["dataaccessd", "calendaragent"]),
    (Family::Outlook, &["microsoft outlook"]),
    (Family::Exchange, &["microsoft exchange"]),
    (Family::Thunderbird, &["thunderbird"]),
    (Family::Icsx5, &["icsx5"]),
    (Family::Evolution, &["evolution/"]),
    (Family::Kde, &["akonadi", "kio/"]),
    (Family::Nextcloud, &["nextcloud"]),
];
/// Names of browsers other than `mozilla/`.
const BROWSERS: &[&str] = &["chrome", "safari", "firefox"];
/// The longest part of a User-Agent that is searched. Real names are shorter.
const LONGEST: usize = 512;

impl Family {
    /// Every family.
    pub const ALL: [Self; 11] = [
        Self::Google,
        Self::Apple,
        Self::Outlook,
        Self::Exchange,
        Self::Thunderbird,
        Self::Icsx5,
        Self::Evolution,
        Self::Kde,
        Self::Nextcloud,
        Self::Browser,
        Self::Other,
    ];

    /// Returns the family of a User-Agent, ignoring case.
    pub fn of(user_agent: &[u8]) -> Self {
        // The lower-case copy is on the stack, because this function runs for every response.
        let mut lower = [0; LONGEST];
        let length = user_agent.len().min(LONGEST);
        lower[..length].copy_from_slice(&user_agent[..length]);
        lower[..length].make_ascii_lowercase();
        // Family names are ASCII; an invalid character matches none.
        let Ok(name) = std::str::from_utf8(&lower[..length]) else { return Self::Other };
        let any = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        if let Some((family, _)) = NAMES.iter().find(|(_, parts)| any(parts)) {
            *family
        } else if name.contains("mozilla/") && any(BROWSERS) {
            Self::Browser
        } else {
            Self::Other
        }
    }

    /// Returns the name in metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Apple => "apple",
            Self::Outlook => "outlook",
            Self::Exchange => "exchange",
            Self::Thunderbird => "thunderbird",
            Self::Icsx5 => "icsx5",
            Self::Evolution => "evolution",
            Self::Kde => "kde",
            Self::Nextcloud => "nextcloud",
            Self::Browser => "browser",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_names_are_known() {
        for (name, family) in [
            ("Google-Calendar-Importer", Family::Google),
            ("iOS/26.5 (23F77) dataaccessd/1.0", Family::Apple),
            ("macOS/13.4 (22F66) dataaccessd/1.0", Family::Apple),
            ("Mac+OS+X/10.15.7 (19H2) CalendarAgent/930.5.1", Family::Apple),
            ("macOS/11.6 (20G165) CalendarAgent/954", Family::Apple),
            (
                "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.16327; Pro)",
                Family::Outlook,
            ),
            ("Microsoft Exchange/15.20 (Windows NT 10.0; Win64; x64)", Family::Exchange),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0",
                Family::Thunderbird,
            ),
            ("Evolution/3.52.3", Family::Evolution),
            ("Mozilla/5.0 (X11; Linux x86_64) KIO/5.86 akonadi_ical_resource_1/5.18", Family::Kde),
            ("ICSx5/2.2.3 (ical4j/3.2.19 okhttp/4.12.0 Android/14)", Family::Icsx5),
            ("Nextcloud Webcal Service", Family::Nextcloud),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
                Family::Browser,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                Family::Browser,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
                Family::Browser,
            ),
            ("Mozilla/5.0 (compatible; bingbot/2.0)", Family::Other),
            ("Zap Calendar", Family::Other),
            ("curl/8.5.0", Family::Other),
            ("", Family::Other),
        ] {
            assert_eq!(Family::of(name.as_bytes()), family, "{name}");
            assert_eq!(Family::of(name.to_uppercase().as_bytes()), family, "{name}");
        }
    }

    #[test]
    fn an_invalid_or_too_long_user_agent_is_other() {
        assert_eq!(Family::of(b"Mozilla/5.0 Firefox \xff"), Family::Other);
        let long = "x".repeat(LONGEST) + "Google-Calendar-Importer";
        assert_eq!(Family::of(long.as_bytes()), Family::Other);
    }

    #[test]
    fn each_family_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = Family::ALL.map(Family::as_str).into();
        assert_eq!(names.len(), Family::ALL.len());
        for (place, family) in Family::ALL.into_iter().enumerate() {
            assert_eq!(family as usize, place);
        }
    }
}
