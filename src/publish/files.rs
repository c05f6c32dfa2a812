//! The files that the list names.

use std::path::Path;

use super::Publisher;
use crate::config::Places;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{Assets, Catalog, Logo};

/// The largest file that pages load, in bytes.
pub(super) const MAX_ASSET: u64 = 1 << 20;

impl Publisher {
    /// Reads the files that the list names; one that cannot be read is an error of the list.
    pub(super) fn assets(
        &self,
        catalog: &Catalog,
        places: &Places,
        findings: &mut Findings,
    ) -> Assets {
        let folder = self.folder();
        let mut read = |name: &str, span: &Option<std::ops::Range<usize>>| {
            let path = folder.join(name);
            let size = std::fs::metadata(&path).map(|metadata| metadata.len());
            let reason = match (size, std::fs::read(&path)) {
                (Ok(size), _) if size > MAX_ASSET => "it has more than 1 MiB".to_owned(),
                (_, Ok(bytes)) => return Some(bytes),
                (_, Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                    "it is not there".to_owned()
                }
                (_, Err(error)) => error.to_string(),
            };
            let message = format!("the file `{name}` cannot be used: {reason}");
            findings.push(
                Finding::error(Code::MissingFile, span.clone().unwrap_or_default(), message)
                    .help("put the file beside the list, or delete the line"),
            );
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
    pub(super) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or_else(|| Path::new(""))
    }
}
