//! The declaration of a key: its name, its values and a sentence about it.

/// One key of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) value: Value,
    /// A sentence in Markdown that editors show: the beginning of the key's row in docs/sessions-toml.md.
    pub(super) about: &'static str,
    /// Whether every table has the key.
    pub(super) is_required: bool,
    /// Whether the key of a session is for this one alone, so that `[series.each]` does not have it.
    pub(super) is_own: bool,
}

/// The values of a key, as far as an editor can tell without the rest of the file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    /// One line of text.
    Line,
    /// A text in Markdown.
    Markdown,
    /// A text without a format that an editor could check.
    Text,
    Id,
    Tag,
    /// The UID of another calendar.
    Uid,
    Email,
    Color,
    /// A language tag.
    Language,
    /// The name of a time zone.
    Zone,
    /// An absolute web address.
    Url,
    /// An absolute web address without `?` and `#`.
    BaseUrl,
    /// A length of time.
    Length,
    /// A rule of a repeating session in words.
    Rule,
    Flag,
    /// A date without a time.
    Date,
    /// A date, or a local date and time.
    DateTime,
    /// A number from the first to the second.
    Number(f64, f64),
    /// A whole number from the first to the second.
    Integer(u32, u32),
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of several kinds of values.
    Either(&'static [Self]),
    /// One value, or a list of them.
    OneOrList(&'static Self),
    List(&'static Self),
    Table(&'static [Key]),
    /// An array of tables.
    Tables(&'static [Key]),
    /// Overrides of messages.
    Messages,
}

/// A key that a table may have.
pub(super) const fn key(name: &'static str, value: Value, about: &'static str) -> Key {
    Key { name, value, about, is_required: false, is_own: false }
}

impl Key {
    /// A key that a table must have.
    pub(super) const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    /// A key of one session alone.
    pub(super) const fn own(self) -> Self {
        Self { is_own: true, ..self }
    }
}

/// The names of keys. `N` is their number.
pub(super) const fn names<const N: usize>(keys: &[Key]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = keys[at].name;
        at += 1;
    }
    names
}

/// The number of keys that are not of one session alone.
pub(super) const fn count_shared(keys: &[Key]) -> usize {
    let (mut at, mut count) = (0, 0);
    while at < keys.len() {
        count += !keys[at].is_own as usize;
        at += 1;
    }
    count
}

/// The keys that are not of one session alone. `N` is their number.
pub(super) const fn shared<const N: usize>(keys: &[Key]) -> [Key; N] {
    let mut shared = [keys[0]; N];
    let (mut at, mut count) = (0, 0);
    while at < keys.len() {
        if !keys[at].is_own {
            shared[count] = keys[at];
            count += 1;
        }
        at += 1;
    }
    shared
}
