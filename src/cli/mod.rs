//! Defines the command line: commands, options and their help.
//!
//! To read: this file (the commands and the options that they share), `serve` (its options), `help` (which options `--help` shows).

mod help;
mod serve;

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use convene::model::BaseUrl;
use convene::revisions::is_publishable;

pub(crate) use serve::{LISTEN, LogFormat, See, Serve};

/// Calendar feeds, invites, pages and newsletter blocks from one TOML file of sessions
#[derive(Debug, Parser)]
#[command(name = "convene", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: Serve,
}

/// The options that every command accepts. `help` lists the options that each command uses.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// The file of sessions
    #[arg(long, global = true, value_name = "FILE", default_value = "sessions.toml")]
    pub(crate) config: PathBuf,
    /// The folder of the revisions file [default: the folder of the `sessions.toml`]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// The public address, in place of the file's `url`
    #[arg(long, global = true, value_name = "URL", value_parser = url)]
    pub(crate) url: Option<BaseUrl>,
    /// A folder of compiled time-zone rules, in place of the built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) zoneinfo: Option<PathBuf>,
    /// Publish only changes that the revisions file has recorded
    #[arg(long, global = true)]
    pub(crate) frozen: bool,
    /// Act as if it were this time, such as 2027-04-30T12:00:00Z
    #[arg(long, global = true, value_name = "INSTANT", value_parser = instant)]
    pub(crate) at: Option<DateTime<Utc>>,
}

impl Cli {
    /// Parses the arguments of this process.
    ///
    /// # Errors
    /// The error, or the requested help or version.
    pub(crate) fn from_arguments() -> Result<(Self, Unused), clap::Error> {
        let mut command = help::command();
        let matches = command.clone().try_get_matches()?;
        let cli = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
        let unused = match cli.command {
            Some(Command::Init(_)) => help::unused("init", &command, &|id| is_given(&matches, id)),
            _ => Vec::new(),
        };
        Ok((cli, Unused(unused)))
    }

    /// Returns the options of serving, from before and after the command's name; those after it have precedence.
    pub(crate) fn serve(&self) -> Serve {
        match &self.command {
            Some(Command::Serve(behind)) => Serve::clone(behind).or(&self.serve),
            _ => self.serve.clone(),
        }
    }
}

/// The given options that have no effect on the command, such as `--frozen`. Empty for all commands except `init`.
pub(crate) struct Unused(pub(crate) Vec<String>);

fn is_given(matches: &ArgMatches, id: &str) -> bool {
    matches.value_source(id) == Some(ValueSource::CommandLine)
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a commented `sessions.toml` to start from; never overwrites one
    Init(Init),
    /// Print a `sessions.toml` made from another calendar (.ics)
    Import(Import),
    /// Serve the calendars and pages (the default command)
    Serve(Box<Serve>),
    /// Report every mistake in the file; changes no files
    Check(CheckOptions),
    /// Write every calendar and page as a file, for a static host
    Export(Export),
    /// Record the file's current sessions as published, without serving or exporting
    Record(Record),
    /// Show every change for readers, and when they learn of it; changes no files
    Preview(PreviewOptions),
    /// Print a newsletter block with links; changes no files
    Links(Links),
    /// Print the JSON Schema of `sessions.toml`, for editors; changes no files
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    #[command(flatten)]
    pub(crate) file: File,
    /// The calendar in the file [default: one with a session of each kind]
    #[arg(long, value_name = "NAME")]
    pub(crate) example: Option<Example>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Example {
    /// A series of single sessions
    Series,
    /// The same hours every week
    Weekly,
    /// A conference of two days
    Conference,
    /// Talks in a room and online
    Hybrid,
    /// Gatherings of whole days
    Gatherings,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The calendar, such as calendar.ics; `-` reads standard input
    #[arg(value_name = "FILE.ics")]
    pub(crate) calendar: PathBuf,
    /// Leave out sessions that were over before this day [default: a year ago; none for a calendar of convene]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) from: Option<NaiveDate>,
    /// The last day on which to write dates of repeating events [default: two years from now]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) until: Option<NaiveDate>,
    /// The time zone of the calendar and of times without a zone: a city or a zone
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
    /// Include events marked private or confidential
    #[arg(long)]
    pub(crate) private: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    #[command(flatten)]
    pub(crate) file: File,
    /// Write the fixes that are certain: quotes, dashes, formats of dates, keys misspelled by one letter
    #[arg(long)]
    pub(crate) fix: bool,
    /// The format of the findings
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) file: File,
    /// The folder to write into
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Remove the files of earlier exports that this one does not write
    #[arg(long)]
    pub(crate) prune: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PreviewOptions {
    /// A file with changes to come, compared with what is published of --config [default: the file of --config]
    #[arg(value_name = "DRAFT")]
    pub(crate) draft: Option<PathBuf>,
    /// The format of the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Also show the times in these cities or zones, such as "London,Nairobi"
    #[arg(long, value_name = "CITIES", value_delimiter = ',')]
    pub(crate) cities: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Record {
    #[command(flatten)]
    pub(crate) file: File,
}

#[derive(Debug, Args)]
pub(crate) struct Links {
    /// The id of a session or feed; `session/ID` or `feed/ID` if both have it [default: all upcoming sessions]
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Print only upcoming sessions that moved, were cancelled, or have a new place or link
    #[arg(long)]
    pub(crate) changed: bool,
    /// The format of the block
    #[arg(long, value_enum, default_value_t = LinksFormat::Text)]
    pub(crate) format: LinksFormat,
}

#[derive(Debug, Args)]
pub(crate) struct File {
    /// The `sessions.toml` to use, in place of --config
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Human,
    /// For programs
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LinksFormat {
    /// Tables and inline styles
    Html,
    /// CommonMark
    Markdown,
    /// Plain text
    Text,
    /// For programs
    Json,
}

fn url(text: &str) -> Result<BaseUrl, String> {
    BaseUrl::parse(text).map_err(|_| {
        "a whole address such as https://calendar.example.org, without `?` and `#`".to_owned()
    })
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|instant| instant.with_timezone(&Utc))
        .ok()
        .filter(|instant| is_publishable(*instant))
        .ok_or_else(|| "an instant such as 2027-04-30T12:00:00Z".to_owned())
}

fn date(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "a day such as 2028-12-31".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        help::command().debug_assert();
    }
}
