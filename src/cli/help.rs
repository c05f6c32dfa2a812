//! Writes the help of each command, with the common options that the command uses and examples. Each command accepts
//! the other common options, too, but does not list them.

use clap::{Command, CommandFactory as _};

use super::Cli;

/// The help of one command.
struct Help {
    name: &'static str,
    /// The ids of the common options that it uses.
    uses: &'static [&'static str],
    examples: &'static str,
}

const COMMANDS: [Help; 9] = [
    Help {
        name: "init",
        uses: &["config", "state", "url", "at"],
        examples: "Examples:\n  convene init --url https://calendar.example.org\n  convene init --example weekly",
    },
    Help {
        name: "import",
        uses: &["zoneinfo", "at"],
        examples: "Example:\n  convene import calendar.ics --timezone Berlin > sessions.toml",
    },
    Help { name: "serve", uses: ALL, examples: SERVE },
    Help {
        name: "check",
        uses: ALL,
        examples: "Examples:\n  convene check\n  convene check talks.toml --format json\n  convene check --fix",
    },
    Help { name: "export", uses: ALL, examples: "Example:\n  convene export --out public --prune" },
    Help {
        name: "record",
        uses: &["config", "state", "url", "zoneinfo", "at"],
        examples: "Example:\n  convene record && git add sessions.toml sessions.revisions.json",
    },
    Help {
        name: "preview",
        uses: &["config", "state", "url", "zoneinfo", "at"],
        examples: "Example:\n  convene preview --cities \"London,Nairobi\"",
    },
    Help {
        name: "links",
        uses: ALL,
        examples: "Examples:\n  convene links opening-talk --format html\n  convene links --changed",
    },
    Help {
        name: "schema",
        uses: &[],
        examples: "Example:\n  convene schema > sessions.schema.json",
    },
];

const ALL: &[&str] = &["config", "state", "url", "zoneinfo", "frozen", "at"];
const SERVE: &str = "Examples:\n  \
    convene --config talks.toml --listen 127.0.0.1:8081\n  \
    convene serve --listen 0.0.0.0:443 --tls-cert fullchain.pem --tls-key privkey.pem --redirect-http 0.0.0.0:80";

/// Returns the command line with the help of each command.
pub(super) fn command() -> Command {
    let command = Cli::command().after_help(SERVE);
    let common: Vec<_> =
        command.get_arguments().filter(|option| option.is_global_set()).cloned().collect();
    COMMANDS.iter().fold(command, |command, help| {
        command.mut_subcommand(help.name, |own| {
            // The command already has its global options, so they are not copied. The options of the command itself
            // come first.
            let options = common.iter().zip(500..);
            options.fold(own.after_help(help.examples), |own, (option, order)| {
                let is_used = help.uses.contains(&option.get_id().as_str());
                own.arg(option.clone().hide(!is_used).display_order(order))
            })
        })
    })
}

/// Returns the given options, such as `--frozen`, that a command does not use.
pub(super) fn unused(
    name: &str,
    command: &Command,
    is_given: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let uses = COMMANDS.iter().find(|help| help.name == name).map_or(ALL, |help| help.uses);
    command
        .get_arguments()
        .filter(|option| !uses.contains(&option.get_id().as_str()))
        .filter(|option| is_given(option.get_id().as_str()))
        .filter_map(|option| Some(format!("--{}", option.get_long()?)))
        .collect()
}
