//! Codes of findings. A code is public: programs and docs name it.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// The stable code of a finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the printed word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

codes! {
    /// A file of more than 64 MiB.
    FileTooLarge = "file-too-large",
    /// Bytes that are not UTF-8.
    NotUtf8 = "not-utf8",
    /// A line that is not TOML.
    Syntax = "syntax",
    /// “Quotes” of a word processor.
    TypographicQuotes = "typographic-quotes",
    /// A byte order mark at the beginning.
    ByteOrderMark = "byte-order-mark",
    /// A key or table given twice.
    DuplicateKey = "duplicate-key",
    /// A key that the table does not have.
    UnknownKey = "unknown-key",
    /// A key that belongs to another table.
    MisplacedKey = "misplaced-key",
    /// A missing key.
    MissingKey = "missing-key",
    /// A value of the wrong type for the key.
    WrongType = "wrong-type",
    /// A value of the right type that the key cannot take.
    BadValue = "bad-value",
    /// An id that does not consist of lower-case letters, digits and inner hyphens.
    BadId = "bad-id",
    /// An id, a former id or a UID given twice.
    DuplicateId = "duplicate-id",
    /// A series or feed that does not exist.
    UnknownSeries = "unknown-series",
    /// A text with more characters than allowed.
    TooLong = "too-long",
    /// A message of `[words]` that is not in the syntax of messages, or has a variable that it cannot have.
    BadMessage = "bad-message",
    /// A character that no calendar can carry.
    ControlCharacter = "control-character",
    /// A tab in a text of one line.
    Tab = "tab",
    /// A URL that is not absolute http or https.
    BadUrl = "bad-url",
    /// A file that `[page]` names and that cannot be read.
    MissingFile = "missing-file",
    /// A file that `[page]` names and that is outside the folder of sessions.toml.
    FileOutside = "file-outside",
    /// A time-zone name that the rules do not have.
    UnknownZone = "unknown-zone",
    /// A language that CLDR has no dates in.
    UnknownLanguage = "unknown-language",
    /// A legacy name, an abbreviation or an `Etc/` zone.
    LegacyZone = "legacy-zone",
    /// A date in nearly the format of TOML.
    BadDate = "bad-date",
    /// A date whose year is not first.
    DateReversed = "date-reversed",
    /// A date or time written as a text.
    TimeAsText = "time-as-text",
    /// A date-time with an offset.
    OffsetDateTime = "offset-date-time",
    /// A time with a second of 60.
    LeapSecond = "leap-second",
    /// A local time that the clocks skip.
    TimeInGap = "time-in-gap",
    /// A local time that happens twice, without `fold`.
    TimeInFold = "time-in-fold",
    /// `fold` on a time that happens once.
    NeedlessFold = "needless-fold",
    /// A year before 1970 or after 2100.
    YearOutOfRange = "year-out-of-range",
    /// An end that is not after the start.
    EndNotAfterStart = "end-not-after-start",
    /// A session with both `end` and `duration`.
    EndAndDuration = "end-and-duration",
    /// A session without a length: there is neither `end` nor any `duration`.
    NoLength = "no-length",
    /// A session of so many hours or days that minutes or another date were probably meant.
    LongSession = "long-session",
    /// An upcoming session that starts between midnight and six in the morning.
    AtNight = "at-night",
    /// A session that was not published before and is over.
    NewInThePast = "new-in-the-past",
    /// A reason for a session that is neither cancelled nor changed.
    ReasonNotShown = "reason-not-shown",
    /// Times of registration for a session without a link to register.
    NoRegisterLink = "no-register-link",
    /// A session whose year differs from that of the sessions around it in the file, or a date moved very far.
    YearApart = "year-apart",
    /// A session under the id of a published one that is over.
    OverwrittenSession = "overwritten-session",
    /// A rule that cannot be read, or has no end.
    BadRepeat = "bad-repeat",
    /// A start that is no date of its rule.
    StartNotInRule = "start-not-in-rule",
    /// A date to leave out or to override that the rule does not have.
    NoSuchDate = "no-such-date",
    /// A date to add that the rule has already.
    DateTwice = "date-twice",
    /// More dates than allowed.
    TooManyDates = "too-many-dates",
    /// A session with the title of a repeating session, on one of its dates.
    BesideRepeat = "beside-repeat",
    /// A key of repeating sessions in the table of a single one.
    WithoutRepeat = "without-repeat",
    /// `from = true` in a table whose values all apply to its own date alone.
    NeedlessFrom = "needless-from",
    /// `cancelled` on a session that is not cancelled.
    NotCancelled = "not-cancelled",
    /// A title that says that the session is cancelled, and a status that does not.
    CancelledInTitle = "cancelled-in-title",
    /// A title that some calendars cut.
    TitleCut = "title-cut",
    /// A text that some calendars cut.
    TextCut = "text-cut",
    /// A weekday in a text that is not the date's.
    WrongWeekday = "wrong-weekday",
    /// A time with a zone in a text that is not the session's.
    WrongTime = "wrong-time",
    /// HTML in a text.
    HtmlInText = "html-in-text",
    /// A link of a Markdown text that leads nowhere.
    BrokenLink = "broken-link",
    /// A tag with a comma, which is probably several tags.
    TagWithComma = "tag-with-comma",
    /// Older time-zone rules put the session at another hour.
    OlderRules = "older-rules",
    /// A URL without encryption.
    InsecureLink = "insecure-link",
    /// An invisible character in an address.
    InvisibleCharacter = "invisible-character",
    /// A link to a host for examples.
    ExampleLink = "example-link",
    /// A place that is a link.
    PlaceIsLink = "place-is-link",
    /// A passcode in a link or a text.
    PublicPasscode = "public-passcode",
    /// Coordinates in the wrong order.
    SwappedCoordinates = "swapped-coordinates",
    /// A series without sessions.
    EmptySeries = "empty-series",
    /// Two sessions of one series, or two dates of repeating sessions with one title, at the same time.
    Overlap = "overlap",
    /// No upcoming session.
    NothingToCome = "nothing-to-come",
    /// A feed that Google does not read to its end.
    FeedTooLarge = "feed-too-large",
    /// A public URL that only this machine reaches, in an export.
    LoopbackUrl = "loopback-url",
    /// An upcoming published session that was removed from the file.
    RemovedSession = "removed-session",
    /// A published feed that was removed from the file.
    RemovedFeed = "removed-feed",
    /// The id of a removed session for another one.
    ReusedId = "reused-id",
    /// Another `calendar.id` than the published one.
    CalendarIdChanged = "calendar-id-changed",
    /// A file that the revisions file does not record, with `--frozen`.
    NotRecorded = "not-recorded",
    /// An event that its own VTIMEZONE would have moved; it is written in UTC.
    ZoneNotProven = "zone-not-proven",
    /// More output than a server can keep.
    OutputTooLarge = "output-too-large",
    /// The last of a hundred findings, if there are more.
    MoreFindings = "more-findings",
}
