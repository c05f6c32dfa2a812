//! The command line: commands, options and their help.

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

/// The options that every command accepts. `help` says which command uses which.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// The file of sessions
    #[arg(long, global = true, value_name = "FILE", default_value = "sessions.toml")]
    pub(crate) config: PathBuf,
    /// The folder of the revisions file [default: the folder of the file of sessions]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// The public address, in place of the file's `url`
    #[arg(long, global = true, value_name = "URL", value_parser = url)]
    pub(crate) url: Option<BaseUrl>,
    /// A folder of compiled time-zone rules, in place of the built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) zoneinfo: Option<PathBuf>,
    /// Publish only what the revisions file has recorded
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

    /// The options of serving, given before the command's name or after it; those after it have precedence.
    pub(crate) fn serve(&self) -> Serve {
        match &self.command {
            Some(Command::Serve(behind)) => Serve::clone(behind).or(&self.serve),
            _ => self.serve.clone(),
        }
    }
}

/// The options that were given and have no effect on the command, such as `--frozen`. Empty for all commands but `init`.
pub(crate) struct Unused(pub(crate) Vec<String>);

fn is_given(matches: &ArgMatches, id: &str) -> bool {
    matches.value_source(id) == Some(ValueSource::CommandLine)
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a commented file of sessions to start from; never overwrites a file
    Init(Init),
    /// Print a file of sessions made from another calendar (.ics)
    Import(Import),
    /// Serve the calendars and pages (the default command)
    Serve(Box<Serve>),
    /// Report every mistake in the file; writes nothing
    Check(Check),
    /// Write every calendar and page as a file, for a static host
    Export(Export),
    /// Record the file's current sessions as published, without serving or exporting
    Record(Record),
    /// Show what changes for readers, and when they learn of it; writes nothing
    Preview(Preview),
    /// Print a newsletter block with links; writes nothing
    Links(Links),
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    #[command(flatten)]
    pub(crate) file: File,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The calendar, such as calendar.ics; `-` reads standard input
    #[arg(value_name = "FILE.ics")]
    pub(crate) calendar: PathBuf,
    /// Leave out sessions that were over before this day [default: a year ago; none for a calendar of convene]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) from: Option<NaiveDate>,
    /// The last day to write of repeating events [default: two years from now]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) until: Option<NaiveDate>,
    /// The time zone of the calendar, and of times without one: a city or a zone
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
    /// Include events marked private or confidential
    #[arg(long)]
    pub(crate) private: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) file: File,
    /// How findings are printed
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
    /// Remove files that an earlier export wrote and this one does not
    #[arg(long)]
    pub(crate) prune: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Preview {
    #[command(flatten)]
    pub(crate) file: File,
    /// How the changes are printed
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
    #[arg(long, value_enum, default_value_t = Block::Text)]
    pub(crate) format: Block,
}

#[derive(Debug, Args)]
pub(crate) struct File {
    /// The file of sessions, in place of --config
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
pub(crate) enum Block {
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
