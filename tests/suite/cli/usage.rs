//! Usage errors have exit code 2, and system errors have exit code 3.

use super::{FINE, MACHINE, WRONG_USAGE, stderr, stdout, two};
use crate::support::Fixture;

/// Runs a command that must fail without writing files, and returns its output.
fn refused(fixture: &Fixture, arguments: &[&str], code: Option<i32>) -> String {
    let before = super::files(fixture.dir());
    let output = fixture.run(arguments);
    let said = stderr(&output);
    assert_eq!(output.status.code(), code, "{arguments:?}: {said}");
    assert_eq!(stdout(&output), "", "{arguments:?}");
    assert_eq!(super::files(fixture.dir()), before, "{arguments:?}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[test]
fn unknown_options_are_usage_errors() {
    let fixture = Fixture::new(&two());
    for arguments in [
        &["publish"][..],
        &["--frobnicate"],
        &["check", "--out", "x"],
        &["check", "sessions.toml", "sessions.toml"],
        &["check", "--format", "yaml"],
        &["serve", "sessions.toml"],
        &["export"],
        &["export", "--out"],
        &["record", "--prune"],
        &["--config"],
        &["help"],
    ] {
        let said = refused(&fixture, arguments, WRONG_USAGE);
        assert!(said.starts_with("error: ") && said.contains("--help"), "{said}");
    }
}

#[test]
fn an_instant_that_is_none_is_wrong_usage_and_an_example_is_given() {
    let fixture = Fixture::new(&two());
    for at in [
        "yesterday",
        "2027-04-30",
        "2027-04-30T12:00:00",
        "12:00",
        "",
        // The program would refuse to parse a state from these times.
        "1969-12-31T23:59:59Z",
        "9999-01-01T00:00:00Z",
    ] {
        let said = refused(&fixture, &["check", "--at", at], WRONG_USAGE);
        assert!(said.contains("an instant such as 2027-04-30T12:00:00Z"), "{said}");
    }
}

#[test]
fn an_instant_may_have_any_offset() {
    let fixture = Fixture::new(&two());
    for at in ["2027-04-30T12:00:00Z", "2027-04-30T12:00:00.5+05:30", "2027-04-30t12:00:00z"] {
        assert_eq!(fixture.run(&["check", "--at", at]).status.code(), FINE, "{at}");
    }
}

#[test]
fn an_address_that_is_none_is_wrong_usage_and_an_example_is_given() {
    let fixture = Fixture::new(&two());
    for url in [
        "cal.example",
        "ftp://cal.example",
        "https://",
        "https://a.example/?x",
        "https://a.example/#x",
    ] {
        let said = refused(&fixture, &["check", "--url", url], WRONG_USAGE);
        assert!(said.contains("a whole address such as https://calendar.example.org"), "{said}");
    }
}

#[test]
fn an_invalid_listen_address_is_a_usage_error_with_examples() {
    let fixture = Fixture::new(&two());
    for listen in
        ["8080", "localhost:8080", "127.0.0.1", "127.0.0.1:99999", "http://127.0.0.1:8080"]
    {
        let said = refused(&fixture, &["--listen", listen], WRONG_USAGE);
        assert!(said.contains("127.0.0.1:8080 (this machine only)"), "{said}");
    }
}

#[test]
fn a_missing_file_gives_a_plain_error_with_help() {
    let fixture = Fixture::new(&two());
    std::fs::rename(fixture.file(), fixture.dir().join("talks.toml")).unwrap();
    for command in [&["check"][..], &["export", "--out", "out"], &["record"], &["serve"], &[]] {
        // The system chooses a free port, so the port cannot cause the error.
        let arguments = [&["--listen", "127.0.0.1:0"], command].concat();
        let said = refused(&fixture, &arguments, MACHINE);
        assert_eq!(
            said,
            "error: there is no file `sessions.toml`\n  \
             Name the file with `--config FILE`, or start in its folder. To create a new one, run \
             `convene init`.\n",
            "{command:?}"
        );
    }
    let said = refused(&fixture, &["check", "nowhere/talks.toml"], MACHINE);
    assert!(said.contains("there is no file `nowhere/talks.toml`"), "{said}");
}

#[test]
fn a_folder_in_place_of_a_file_gives_a_plain_error() {
    let fixture = Fixture::new(&two());
    // The error does not depend on the name.
    for folder in ["talks", "talks.toml", "talks.revisions.json"] {
        std::fs::create_dir(fixture.dir().join(folder)).unwrap();
        let said = refused(&fixture, &["check", folder], MACHINE);
        assert_eq!(
            said,
            format!(
                "error: `{folder}` is a folder\n  Name a file in it, such as `{folder}/sessions.toml`.\n"
            )
        );
    }
}

#[test]
fn a_path_without_a_file_name_is_an_error_in_every_command() {
    let fixture = Fixture::new(&two());
    for command in
        [&["check"][..], &["export", "--out", "out"], &["record"], &["serve"], &["links"]]
    {
        let arguments = [&["--listen", "127.0.0.1:0", "--config", ".."], command].concat();
        let said = refused(&fixture, &arguments, MACHINE);
        let wanted = "error: `..` is a folder\n  \
                      Name a file in it, such as `../sessions.toml`.\n";
        assert_eq!(said, wanted, "{command:?}");
    }
}

#[test]
fn an_address_of_another_machine_gives_a_plain_error() {
    let fixture = Fixture::new(&two());
    // The address is in a block for documentation (RFC 5737), which no machine has.
    let said = refused(&fixture, &["serve", "--listen", "192.0.2.1:8080"], MACHINE);
    assert!(said.contains("this machine does not have the address 192.0.2.1:8080"), "{said}");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let fixture = Fixture::new(&two());
    let output = fixture.run(&["export", "--out", "sessions.toml/out"]);
    assert_eq!(output.status.code(), MACHINE);
    assert!(stderr(&output).contains("`sessions.toml/out`"), "{}", stderr(&output));
}

#[test]
fn help_and_version_are_fine_and_name_every_command_and_option() {
    let fixture = Fixture::new(&two());
    let output = fixture.run(&["--help"]);
    assert_eq!(output.status.code(), FINE);
    let said = stdout(&output);
    for word in [
        "serve",
        "check",
        "export",
        "record",
        "--config",
        "--state",
        "--url",
        "--zoneinfo",
        "--frozen",
        "--at",
        "--listen",
        "127.0.0.1:8080",
        "--max-connections",
        "--idle-timeout",
        "sessions.toml",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let output = fixture.run(&["--version"]);
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (FINE, format!("convene {}\n", env!("CARGO_PKG_VERSION")))
    );
}

/// Returns the options, such as `--out`, at the beginnings of lines in a help text.
pub(crate) fn options(help: &str) -> Vec<String> {
    let lines = help.lines().map(str::trim_start);
    lines
        .map(|line| line.strip_prefix("-h, ").unwrap_or(line))
        .map(|line| line.strip_prefix("-V, ").unwrap_or(line))
        .filter(|line| line.starts_with("--"))
        .map(|line| line.split([' ', '.']).next().unwrap().to_owned())
        .collect()
}

/// The common options that each command uses.
const USED: [(&str, &[&str]); 8] = [
    ("init", &["--config", "--state", "--url", "--at"]),
    ("import", &["--zoneinfo", "--at"]),
    ("serve", &COMMON),
    ("check", &COMMON),
    ("export", &COMMON),
    ("record", &["--config", "--state", "--url", "--zoneinfo", "--at"]),
    ("preview", &["--config", "--state", "--url", "--zoneinfo", "--at"]),
    ("links", &COMMON),
];
const COMMON: [&str; 6] = ["--config", "--state", "--url", "--zoneinfo", "--frozen", "--at"];

#[test]
fn the_help_of_a_command_has_the_options_that_it_uses_and_an_example() {
    let fixture = Fixture::new(&two());
    for (command, used) in USED {
        let help = stdout(&fixture.run(&[command, "--help"]));
        let shown = options(&help);
        for option in COMMON {
            let is_shown = shown.iter().any(|own| own == option);
            assert_eq!(is_shown, used.contains(&option), "{command} {option}: {help}");
        }
        let (_, examples) =
            help.split_once("Example").unwrap_or_else(|| panic!("{command}: {help}"));
        assert!(examples.contains("\n  convene "), "{command}: {help}");
    }
}

#[test]
fn examples_of_the_help_are_read() {
    let fixture = Fixture::new(&two());
    for (command, _) in USED {
        let help = stdout(&fixture.run(&[command, "--help"]));
        for example in help.lines().filter_map(|line| line.strip_prefix("  convene ")) {
            let words = example.split([' ', '"']).filter(|word| !word.is_empty());
            let words: Vec<&str> = words.take_while(|word| *word != ">" && *word != "&&").collect();
            let output = fixture.run(&[&words[..], &["--help"]].concat());
            assert_eq!(output.status.code(), FINE, "{example}: {}", stderr(&output));
        }
    }
}

#[test]
fn hidden_options_are_accepted() {
    let fixture = Fixture::new(&two());
    std::fs::write(fixture.dir().join("c.ics"), include_str!("../../import/eventbrite.ics"))
        .unwrap();
    let hidden =
        ["--config", "sessions.toml", "--state", ".", "--url", "https://a.example", "--frozen"];
    let output = fixture.run(&[&["import", "c.ics"][..], &hidden].concat());
    assert_eq!(output.status.code(), FINE, "{}", stderr(&output));
    fixture.run(&["record"]);
    for command in ["record", "preview", "links"] {
        let output = fixture.run(&[command, "--frozen"]);
        assert_eq!(output.status.code(), FINE, "{command}: {}", stderr(&output));
    }
}

#[test]
fn a_limit_that_is_none_is_wrong_usage_and_an_example_is_given() {
    let fixture = Fixture::new(&two());
    for (flag, value, example) in [
        ("--max-connections", "0", "a number from 1 up such as 16384"),
        ("--max-connections", "many", "a number from 1 up such as 16384"),
        ("--max-header-size", "100", "a number of bytes from 8192"),
        ("--max-headers", "0", "a number of header lines from 16"),
        ("--max-unsent", "16383", "a number of bytes from 16384 to 67108864"),
        ("--cache-size", "0x10", "a number of bytes from 0 to 1099511627776"),
        ("--cache-size", "32M", "a number of bytes from 0 to 1099511627776"),
        ("--max-unsent", "1g", "a number of bytes from 16384 to 67108864"),
        ("--header-timeout", "0s", "a time such as 30s or 2m"),
        ("--idle-timeout", "soon", "a time such as 30s or 2m"),
        ("--write-timeout", "2d", "a time such as 30s or 2m"),
        ("--drain", "10", "a time such as 30s or 2m"),
    ] {
        let said = refused(&fixture, &["serve", flag, value], WRONG_USAGE);
        assert!(said.contains(example) && said.contains(flag), "{said}");
    }
}

#[test]
fn a_certificate_needs_its_key() {
    let fixture = Fixture::new(&two());
    for (arguments, way_out) in [
        (&["serve", "--tls-cert", "c.pem"][..], "Add `--tls-key FILE`."),
        (&["serve", "--tls-key", "k.pem"], "Add `--tls-cert FILE`."),
        (&["serve", "--redirect-http", "127.0.0.1:0"], "Add `--tls-cert FILE --tls-key FILE`"),
        (
            &["serve", "--listen", "unix:s", "--tls-cert", "c.pem", "--tls-key", "k.pem"],
            "Add an address such as `--listen 0.0.0.0:443`",
        ),
    ] {
        let said = refused(&fixture, arguments, WRONG_USAGE);
        assert!(said.contains(way_out) && said.contains("--help"), "{said}");
    }
    let said = refused(&fixture, &["serve", "--redirect-http", "80"], WRONG_USAGE);
    assert!(said.contains("such as 0.0.0.0:80"), "{said}");
    let said = refused(&fixture, &["serve", "--admin", "9090"], WRONG_USAGE);
    assert!(said.contains("such as 127.0.0.1:9090"), "{said}");
}
