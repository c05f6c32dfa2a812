//! The revisions file on disk: read whole, written whole or not at all.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::schema2::Old;
use super::{KnownFeed, Revision, Revisions, Stamp};
use crate::error::Error;

/// The form of the file. Older ones are read, and newer ones refused.
const SCHEMA: u32 = 3;

/// Where the state of one TOML file is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    revisions: PathBuf,
    last_good: PathBuf,
    lock: PathBuf,
}

/// Held while state is read and written; given back when it is dropped or the process ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock lives as long as the file is open")] File);

#[derive(Deserialize)]
struct Schema {
    schema: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole<R> {
    #[serde(rename = "schema")]
    _schema: u32,
    calendar: Option<String>,
    sessions: BTreeMap<String, R>,
    /// Since schema 2.
    #[serde(default)]
    feeds: BTreeMap<String, KnownFeed>,
    resources: HashMap<String, Stamp>,
}

impl Store {
    /// The state of a TOML file in a folder: its revisions, its last good source, its lock.
    pub fn new(toml: &Path, folder: &Path) -> Self {
        let stem = toml.file_stem().unwrap_or_default().to_string_lossy();
        Self {
            revisions: folder.join(format!("{stem}.revisions.json")),
            last_good: folder.join(format!(".{stem}.last-good.toml")),
            lock: folder.join(format!(".{stem}.lock")),
        }
    }

    /// The revisions file.
    pub fn revisions_path(&self) -> &Path {
        &self.revisions
    }

    fn folder(&self) -> &Path {
        self.lock.parent().unwrap_or_else(|| Path::new("."))
    }

    /// Waits for other writers to finish.
    ///
    /// # Errors
    /// [`Error::File`] where the lock cannot be made or taken, as in a read-only folder.
    pub fn lock(&self) -> Result<Lock, Error> {
        let file = File::options()
            .create(true)
            .append(true)
            .open(&self.lock)
            .map_err(Error::file("write into the folder", self.folder()))?;
        file.lock().map_err(Error::file("lock", &self.lock))?;
        Ok(Lock(file))
    }

    /// Reads the revisions; none where there is no file yet.
    ///
    /// # Errors
    /// [`Error::Revisions`] if the file cannot be understood, [`Error::File`] if it cannot be read.
    pub fn read(&self) -> Result<Revisions, Error> {
        self.read_if_any().map(Option::unwrap_or_default)
    }

    /// The same, where it matters whether there is a file.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn read_if_any(&self) -> Result<Option<Revisions>, Error> {
        let bytes = match std::fs::read(&self.revisions) {
            Ok(bytes) => bytes,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(Error::file("read", &self.revisions)(error)),
        };
        parse(&bytes).map(Some).map_err(|(line, reason)| Error::Revisions {
            path: self.revisions.clone(),
            line,
            reason,
        })
    }

    /// Writes the revisions: a temporary file, fsync, rename, fsync of the folder. Whoever reads sees
    /// the old file or the new one, whenever the machine stops.
    ///
    /// # Errors
    /// [`Error::File`] if that is not possible; the old file is then untouched.
    pub fn write(&self, revisions: &Revisions, _lock: &Lock) -> Result<(), Error> {
        replace(&self.revisions, print(revisions).as_bytes())
    }

    /// The last source that was published, if any.
    ///
    /// # Errors
    /// [`Error::File`] if it is there and cannot be read.
    pub fn read_last_good(&self) -> Result<Option<Vec<u8>>, Error> {
        match std::fs::read(&self.last_good) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(Error::file("read", &self.last_good)(error)),
        }
    }

    /// Keeps the source that is published, unless it is kept already.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written.
    pub fn write_last_good(&self, source: &[u8], _lock: &Lock) -> Result<(), Error> {
        if self.read_last_good()?.as_deref() == Some(source) {
            return Ok(());
        }
        replace(&self.last_good, source)
    }
}

/// Whether a file is not there; nor is one in a folder that is none. What cannot be written there
/// either is said when it is written.
fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Replaces a file by new bytes, or leaves it as it was. One writer at a time: the name of the
/// temporary file is fixed, so that one left by a crash is overwritten.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let target = followed(path);
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".new");
    let temporary = target.with_file_name(name);
    let written = (|| {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, &target)?;
        let folder = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
    })();
    if written.is_err() {
        // On a full disk half a file is in the way of everything else.
        let _ = std::fs::remove_file(&temporary);
    }
    written.map_err(Error::file("write", path))
}

/// A link keeps its place: the file that it leads to is replaced, even where that is not there yet.
fn followed(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| match std::fs::read_link(path) {
        Ok(target) => path.with_file_name(target),
        Err(_) => path.to_owned(),
    })
}

/// The revisions that a file's bytes hold.
///
/// # Errors
/// The line, from 1, and what is wrong there.
pub fn parse(bytes: &[u8]) -> Result<Revisions, (usize, String)> {
    let refuse = |error: serde_json::Error| {
        let text = error.to_string();
        // The line is said already.
        let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
        (error.line().max(1), reason.to_owned())
    };
    let Schema { schema } = serde_json::from_slice(bytes).map_err(refuse)?;
    if schema > SCHEMA {
        let reason = format!(
            "a newer release wrote it, with schema {schema} where this one knows up to {SCHEMA}; \
             use the newer release"
        );
        return Err((1, reason));
    }
    if schema < SCHEMA {
        let whole: Whole<Old> = serde_json::from_slice(bytes).map_err(refuse)?;
        return Ok(whole.into());
    }
    let whole: Whole<Revision> = serde_json::from_slice(bytes).map_err(refuse)?;
    Ok(whole.into())
}

impl<R: Into<Revision>> From<Whole<R>> for Revisions {
    fn from(read: Whole<R>) -> Self {
        let Whole { calendar, sessions, feeds, resources, .. } = read;
        let sessions = sessions.into_iter().map(|(id, read)| (id, Arc::new(read.into())));
        Self { calendar, sessions: Arc::new(sessions.collect()), feeds, resources }
    }
}

/// The file's text: sorted, one line per entry, so that it can be committed and its differences read.
pub fn print(revisions: &Revisions) -> String {
    let mut text =
        format!("{{\n\"schema\": {SCHEMA},\n\"calendar\": {},\n", json(&revisions.calendar));
    entries(&mut text, "sessions", revisions.sessions.as_ref());
    text.push_str(",\n");
    entries(&mut text, "feeds", &revisions.feeds);
    text.push_str(",\n");
    let resources: BTreeMap<&String, &Stamp> = revisions.resources.iter().collect();
    entries(&mut text, "resources", resources);
    text.push_str("\n}\n");
    text
}

fn entries<'a, T: Serialize + 'a>(
    text: &mut String,
    name: &str,
    entries: impl IntoIterator<Item = (&'a String, &'a T)>,
) {
    let _ = write!(text, "\"{name}\": {{");
    for (index, (key, entry)) in entries.into_iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(text, "{comma}\n{}: {}", json(key), json(entry));
    }
    text.push_str("\n}");
}

fn json(value: &impl Serialize) -> String {
    // Strings, numbers and instants always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{
"schema": 3,
"calendar": "c",
"sessions": {
"a": {"uid":"u","digest":"d","sequence":2,"created":"2024-01-01T00:00:00Z","last_modified":"2024-01-02T00:00:00Z","published":{"title":"A","start":"2024-04-30","end":"2024-04-30","zone":"UTC","status":"confirmed","feeds":["c"],"digests":{"text":"t","join":"j"}},"changes":[{"at":"2024-01-02T00:00:00Z","field":"end","was":"2024-05-01"},{"at":"2024-01-02T00:00:00Z","field":"join","was":null}]}
},
"feeds": {
"c": {"title":"C"},
"d": {"title":"D","gone":"2024-01-03T00:00:00Z","sessions":["u"]}
},
"resources": {
"/feeds/c.ics": {"digest":"e","last_modified":"2024-01-02T00:00:00Z"}
}
}
"#;

    #[test]
    fn what_is_written_is_read_back_and_printed_the_same() {
        let revisions = parse(ONE.as_bytes()).unwrap();
        assert_eq!(revisions.sessions["a"].sequence, 2);
        assert_eq!(print(&revisions), ONE);
        assert_eq!(parse(print(&Revisions::default()).as_bytes()).unwrap(), Revisions::default());
    }

    #[test]
    fn a_newer_schema_and_a_broken_line_are_refused_with_their_line() {
        let newer = ONE.replace("\"schema\": 3", "\"schema\": 4");
        assert!(parse(newer.as_bytes()).unwrap_err().1.contains("schema 4"));
        let broken = ONE.replace("\"sequence\":2", "\"sequence\":-2");
        assert_eq!(parse(broken.as_bytes()).unwrap_err().0, 5);
        assert_eq!(parse(b"").unwrap_err().0, 1);
    }

    /// [`ONE`] as the release before wrote it.
    const TWO: &str = r#"{
"schema": 2,
"calendar": "c",
"sessions": {
"a": {"uid":"u","digest":"d","sequence":2,"created":"2024-01-01T00:00:00Z","last_modified":"2024-01-02T00:00:00Z","published":{"title":"A","start":"2024-04-30","end":"2024-04-30","zone":"UTC","status":"confirmed","feeds":["c"],"earlier":["2024-04-29/2024-05-01"],"text":"t"}}
},
"feeds": {
},
"resources": {
}
}
"#;

    /// Each edit of a text is refused at its line.
    fn refused(text: &str, edits: &[(&str, &str, usize)]) {
        assert!(parse(text.as_bytes()).is_ok());
        for (right, wrong, line) in edits {
            assert!(text.contains(right), "{right}");
            let (at, reason) = parse(text.replace(right, wrong).as_bytes()).expect_err(wrong);
            assert_eq!(at, *line, "{wrong}: {reason}");
            assert!(reason.starts_with('`') || reason.starts_with("unknown"), "{reason}");
        }
    }

    #[test]
    fn instants_that_no_calendar_and_no_header_can_name_are_refused_with_their_line() {
        let edits = [
            ("created\":\"2024-01-01T", "created\":\"1011-01-01T", 5),
            ("last_modified\":\"2024-01-02T", "last_modified\":\"+10011-01-02T", 5),
            (r#""start":"2024-04-30""#, r#""start":"9999-04-30""#, 5),
            (r#""start":"2024-04-30""#, r#""start":"2024-04-30T00:00:00Z""#, 5),
            (r#""end":"2024-04-30""#, r#""end":"some day""#, 5),
            (r#""end":"2024-04-30""#, r#""end":"2024-04-29""#, 5),
            (r#""sequence":2"#, r#""sequence":2,"removed":"1969-12-31T23:59:59Z""#, 5),
            (r#""status":"confirmed""#, r#""status":"perhaps""#, 5),
        ];
        refused(ONE, &edits);
        refused(TWO, &edits);
        refused(
            ONE,
            &[
                ("2024-01-03T", "-0001-01-03T", 9),
                (r#""e","last_modified":"2024"#, r#""e","last_modified":"1011"#, 12),
                (r#"{"at":"2024-"#, r#"{"at":"1011-"#, 5),
                (r#"{"at":"2024-"#, r#"{"at":"+10011-"#, 5),
                (r#""was":"2024-05-01""#, r#""was":"1024-05-01""#, 5),
                (r#""was":"2024-05-01""#, r#""was":"some day""#, 5),
                (r#""was":"2024-05-01""#, r#""was":null"#, 5),
                (r#""field":"end""#, r#""field":"status""#, 5),
                (r#""field":"end""#, r#""field":"speaker""#, 5),
                (r#""field":"end""#, r#""field":"end","more":1"#, 5),
                (r#""digests":"#, r#""earlier":[],"digests":"#, 5),
            ],
        );
        let earlier = "[\"2024-04-29/2024-05-01\"]";
        for wrong in ["[\"1024-04-29/2024-05-01\"]", "[\"2024-04-29/x\"]", "[\"9999-01-01\"]"] {
            refused(TWO, &[(earlier, wrong, 5)]);
        }
        refused(TWO, &[(r#""text":"t""#, r#""digests":{"text":"t"}"#, 5)]);
    }

    #[test]
    fn state_stands_beside_the_file_under_its_stem() {
        let store = Store::new(Path::new("x/talks.toml"), Path::new("y"));
        assert_eq!(store.revisions_path(), Path::new("y/talks.revisions.json"));
        assert_eq!(store.last_good, Path::new("y/.talks.last-good.toml"));
    }
}
