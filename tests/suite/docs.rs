//! Checks the links of the documentation, and compares its options, keys, addresses and metrics with the program.
//! docs/findings.md, docs/json.md and docs/operate/static.md have their own tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use convene::urls::{Address, FeedRoute, SessionRoute};

use crate::cli::usage::options;
use crate::support::Fixture;
use crate::telemetry::Watched;

const README: &str = include_str!("../../README.md");
const COMMANDS: &str = include_str!("../../docs/commands.md");
const LIMITS: &str = include_str!("../../docs/operate/limits.md");
const ADDRESSES: &str = include_str!("../../docs/addresses.md");
const METRICS: &str = include_str!("../../docs/operate/metrics.md");
const SESSIONS: &str = include_str!("../../docs/sessions-toml.md");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the pages in the root folder, and all below docs/.
fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    let mut folders = vec![root().join("docs")];
    let top = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path());
    pages.extend(top.filter(|path| path.extension().is_some_and(|ending| ending == "md")));
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    pages.extend(path.extension().is_some_and(|end| end == "md").then_some(path))
                }
            }
        }
    }
    pages.sort();
    pages
}

/// Returns a page without its code blocks.
fn prose(page: &str) -> String {
    let mut is_code = false;
    let mut kept = String::new();
    for line in page.lines() {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        if !is_code && !is_fence {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Returns the targets of links and pictures.
fn targets(page: &str) -> Vec<String> {
    let prose = prose(page);
    let links = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let pictures = prose.split("src=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    links.chain(pictures).map(|(target, _)| target.to_owned()).collect()
}

/// Returns the anchors of the headings, as on GitHub.
fn anchors(page: &str) -> BTreeSet<String> {
    let prose = prose(page);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let text = line.trim_start_matches('#').trim().to_lowercase();
            let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_exist() {
    let mut broken = Vec::new();
    let mut count = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for target in targets(&text) {
            if target.contains("://") || target.starts_with("mailto:") || target == "..." {
                continue;
            }
            count += 1;
            let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let file = match path {
                "" => page.clone(),
                _ => page.parent().unwrap().join(path),
            };
            let exists = match anchor {
                "" => file.exists(),
                _ => {
                    std::fs::read_to_string(&file).is_ok_and(|text| anchors(&text).contains(anchor))
                }
            };
            if !exists {
                broken.push(format!("{}: {target}", page.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(count > 100, "{count}");
}

#[test]
fn the_index_has_every_page() {
    let index = std::fs::read_to_string(root().join("docs/README.md")).unwrap();
    let linked = targets(&index);
    for page in pages() {
        let path = page.strip_prefix(root()).unwrap().to_str().unwrap();
        let link = match path.strip_prefix("docs/") {
            Some("README.md") => continue,
            Some(within) => within.to_owned(),
            None if path == "THIRD-PARTY.md" => continue,
            None => format!("../{path}"),
        };
        assert!(linked.contains(&link), "docs/README.md does not link to {link}");
    }
}

#[test]
fn the_readme_is_short_and_its_pictures_are_small() {
    assert!(README.len() <= 8192, "{} bytes", README.len());
    let pictures: Vec<String> =
        targets(README).into_iter().filter(|target| target.ends_with(".png")).collect();
    assert_eq!(pictures.len(), 2);
    for picture in pictures {
        let bytes = std::fs::metadata(root().join(&picture)).unwrap().len();
        assert!(bytes < 60_000, "{picture}: {bytes}");
    }
    for command in ["$ cargo run\n", "$ cargo test\n"] {
        assert!(README.contains(command), "{command}");
    }
}

/// Returns the TOML blocks that are complete, without the single lines of a table.
fn toml(page: &str) -> Vec<&str> {
    let blocks = page.split("```toml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    blocks.filter(|block| block.starts_with('[')).collect()
}

/// Returns the pages with examples of files, and each page's examples as one file.
pub(crate) fn examples() -> [(&'static str, String); 2] {
    [("README.md", README, 6), ("sessions-toml.md", SESSIONS, 6)].map(|(name, page, count)| {
        let blocks = toml(page);
        assert_eq!(blocks.len(), count, "{name}");
        (name, blocks.join("\n"))
    })
}

#[test]
fn examples_of_files_have_no_findings() {
    for (name, file) in examples() {
        let fixture = Fixture::new(&file);
        let output = fixture.run(&["check", "--format", "json", "--at", "2027-01-01T12:00:00Z"]);
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!((output.status.code(), printed.as_str()), (Some(0), "[]\n"), "{name}");
    }
}

/// Returns the options in backquotes in a text, such as `--out` or `--out DIR`.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split('`').filter(|word| word.starts_with("--"));
    words.map(|word| word.split(' ').next().unwrap().to_owned()).collect()
}

#[test]
fn each_command_has_the_options_of_its_help() {
    let fixture = Fixture::new("");
    let sections: Vec<&str> = COMMANDS.split("\n## convene ").skip(1).collect();
    let mut commands = BTreeSet::new();
    for section in sections {
        let (command, text) = section.split_once('\n').unwrap();
        let help = fixture.run(&[command, "--help"]).stdout;
        let mut shown: BTreeSet<String> =
            options(std::str::from_utf8(&help).unwrap()).into_iter().collect();
        shown.remove("--help");
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `--"));
        let rows = rows.flat_map(|row| named(&format!("`--{}", row.split(" | ").next().unwrap())));
        let common = text.lines().find(|line| line.starts_with("Common options: ")).unwrap();
        assert_eq!(rows.chain(named(common)).collect::<BTreeSet<_>>(), shown, "{command}");
        commands.insert(command.to_owned());
    }
    let help = String::from_utf8(fixture.run(&["--help"]).stdout).unwrap();
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let list = list.lines().take_while(|line| !line.is_empty());
    let list: BTreeSet<String> =
        list.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    assert_eq!(commands, list);
}

#[test]
fn limits_have_the_defaults_of_the_help() {
    let help = String::from_utf8(Fixture::new("").run(&["serve", "--help"]).stdout).unwrap();
    let (_, limits) = help.split_once("\nLimits:\n").unwrap();
    let mut expected = BTreeSet::from(["--cache-size".to_owned()]);
    expected.extend(options(limits));
    let mut described = BTreeSet::new();
    for row in LIMITS.lines().filter_map(|line| line.strip_prefix("| `")) {
        let [option, default, _] = row.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        let (name, value) = option.trim_end_matches('`').split_once(' ').unwrap();
        let (_, text) = help.split_once(&format!("{name} <{value}>\n")).unwrap();
        let (_, text) = text.split_once("[default: ").unwrap();
        assert_eq!(text.split(']').next().unwrap(), default, "{name}");
        described.insert(name.to_owned());
    }
    assert_eq!(described, expected);
}

#[test]
fn every_address_is_described_and_no_other() {
    let cells = ADDRESSES.lines().filter_map(|line| line.strip_prefix("| `/")?.split(" | ").next());
    let described: BTreeSet<String> = cells
        .flat_map(|cell| cell.trim_end_matches('`').split("`, `/"))
        .map(|path| format!("/{}", path.replace("ID", "x").replace("YEAR", "2027")))
        .collect();
    let feeds = FeedRoute::ALL.map(|route| Address::Feed("x", route).to_string());
    let sessions = SessionRoute::ALL.map(|route| Address::Session("x", route).to_string());
    let others =
        [Address::Home, Address::Next, Address::Year(2027), Address::Favicon, Address::Robots];
    let others = others.map(|address| address.to_string());
    let expected: BTreeSet<String> = feeds.into_iter().chain(sessions).chain(others).collect();
    assert_eq!(described, expected);
}

#[test]
fn every_metric_is_described_and_no_other() {
    let watched = Watched::new(
        "[calendar]\nid = \"test\"\ntitle = \"Test\"\ntimezone = \"Europe/Berlin\"\n",
        &[],
    );
    watched.running.get("/", &[]);
    let sheet = watched.get("/metrics");
    let names = sheet.lines().filter_map(|line| line.strip_prefix("# TYPE convene_"));
    let names = names.map(|line| line.split_once(' ').unwrap());
    let printed: BTreeSet<String> = names
        .map(|(name, kind)| match kind {
            "counter" => format!("{name}_total"),
            "info" => format!("{name}_info"),
            _ => name.to_owned(),
        })
        .collect();
    let (_, table) = METRICS.split_once("| metric | meaning |\n|---|---|\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let described: BTreeSet<String> = rows
        .flat_map(|row| row.split(" | ").next().unwrap().split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect();
    assert_eq!(described, printed);
}

#[test]
fn pages_for_organizers_use_no_term_of_the_program() {
    let pages = [
        "README.md",
        "docs/sessions-toml.md",
        "docs/newsletter.md",
        "docs/changes.md",
        "docs/importing.md",
        "docs/findings.md",
    ];
    for page in pages {
        let text = prose(&std::fs::read_to_string(root().join(page)).unwrap());
        // File names and link targets do not count as words.
        let words: String = text.split('`').step_by(2).collect();
        let parts = words.split("](").enumerate();
        let words: String = parts
            .map(|(at, part)| if at == 0 { part } else { part.split_once(')').unwrap().1 })
            .collect();
        let words = words.to_lowercase();
        for term in ["edition", "revision", "representation", "validator", "sidecar"] {
            assert!(!words.contains(term), "{page} says {term}");
        }
    }
}
