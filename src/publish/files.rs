//! The list and the files that it names, as they stand on disk.

use std::path::Path;

use super::Publisher;
use crate::config::{self, Places};
use crate::diagnostic::{Code, Finding, Findings};
use crate::files::{ReadError, read_asset, read_bounded};
use crate::model::{Assets, Catalog, Logo};
use crate::source::{MAX_BYTES, Source};

/// The largest file that pages load, in bytes.
const MAX_ASSET: u64 = 1 << 20;

/// What the files of a list looked like: nothing where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    list: Option<Vec<u8>>,
    /// The files that the list names.
    names: Vec<String>,
    /// What is in them, and with `frozen` what is in the revisions file.
    others: Vec<Option<Vec<u8>>>,
}

impl Publisher {
    /// What the list and the files that it names look like now; with `frozen` the revisions too,
    /// which must come to match them. A list that looks as it did `before` is not parsed for names.
    pub fn look(&self, before: Option<&Seen>) -> Seen {
        let list = read_bounded(&self.file, MAX_BYTES as u64).ok();
        let names = match (before, &list) {
            (Some(before), _) if before.list == list => before.names.clone(),
            (_, Some(bytes)) => config::files(&Source::from_bytes("", bytes.clone())),
            (_, None) => Vec::new(),
        };
        let folder = self.folder();
        let mut others: Vec<Option<Vec<u8>>> =
            names.iter().map(|name| read_asset(folder, name, MAX_ASSET).ok()).collect();
        if self.frozen {
            others.push(read_bounded(self.store.revisions_path(), u64::MAX).ok());
        }
        Seen { list, names, others }
    }

    /// Reads the files that the list names; one that cannot be read is an error of the list.
    pub(super) fn assets(
        &self,
        catalog: &Catalog,
        places: &Places,
        findings: &mut Findings,
    ) -> Assets {
        let folder = self.folder();
        let mut read = |name: &str, span: &Option<std::ops::Range<usize>>| {
            let error = match read_asset(folder, name, MAX_ASSET) {
                Ok(bytes) => return Some(bytes),
                Err(error) => error,
            };
            let (code, help) = match &error {
                ReadError::Outside => (
                    Code::FileOutside,
                    "copy the file into the folder; a link may lead only to files in it",
                ),
                ReadError::TooLarge(_) => (Code::MissingFile, "name a smaller file"),
                ReadError::NotRegular => {
                    (Code::MissingFile, "put a regular file in its place, or delete the line")
                }
                _ => (Code::MissingFile, "put the file beside the list, or delete the line"),
            };
            let message = format!("the file `{name}` cannot be used: {error}");
            let span = span.clone().unwrap_or_default();
            findings.push(Finding::error(code, span, message).help(help));
            None
        };
        let css = catalog.page.css.as_ref().and_then(|name| read(name, &places.css));
        let logo = catalog.page.logo.as_ref().and_then(|name| {
            let bytes = read(name, &places.logo)?;
            let lower = name.to_lowercase();
            let (ending, media_type) =
                *Logo::TYPES.iter().find(|(ending, _)| lower.ends_with(&format!(".{ending}")))?;
            Some(Logo { bytes, media_type, ending })
        });
        Assets { logo, css }
    }

    /// Where names in the list lead from.
    fn folder(&self) -> &Path {
        self.file.parent().unwrap_or_else(|| Path::new(""))
    }
}
