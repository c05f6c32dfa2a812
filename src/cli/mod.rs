//! What is typed on the command line.

mod serve;

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use convene::model::BaseUrl;
use convene::revisions::is_publishable;

pub(crate) use serve::{LISTEN, LogFormat, See, Serve};

/// One TOML list of sessions, served as calendar feeds, invites and pages.
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

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// The list of sessions
    #[arg(long, global = true, value_name = "FILE", default_value = "sessions.toml")]
    pub(crate) config: PathBuf,
    /// Where the revisions file is kept [default: the folder of the list]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// The public address, instead of the list's own
    #[arg(long, global = true, value_name = "URL", value_parser = url)]
    pub(crate) url: Option<BaseUrl>,
    /// Compiled time-zone rules that are newer than the built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) zoneinfo: Option<PathBuf>,
    /// Publish only what the revisions file records
    #[arg(long, global = true)]
    pub(crate) frozen: bool,
    /// Act as if it were this instant, such as 2027-04-30T12:00:00Z
    #[arg(long, global = true, value_name = "INSTANT", value_parser = instant)]
    pub(crate) at: Option<DateTime<Utc>>,
}

impl Cli {
    /// What was said about serving, before the command's name or behind it; there goes first.
    pub(crate) fn serve(&self) -> Serve {
        match &self.command {
            Some(Command::Serve(behind)) => Serve::clone(behind).or(&self.serve),
            _ => self.serve.clone(),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Writes a list to begin with, never over a file that is there
    Init(Init),
    /// Prints a list with the sessions of another calendar (.ics)
    Import(Import),
    /// Serves the calendars and pages (what happens without a command)
    Serve(Box<Serve>),
    /// Says everything that is wrong with the list, and writes nothing
    Check(Check),
    /// Writes every calendar and page as a file
    Export(Export),
    /// Brings the revisions file up to date, and nothing else
    Record(Record),
    /// Says what changes for readers, and when they learn of it; writes nothing
    Preview(Preview),
    /// Prints a block with links for a newsletter, and writes nothing
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
    /// The last day to write of what repeats [default: in two years]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) until: Option<NaiveDate>,
    /// The zone of times that say none, and of the calendar: a city or a zone
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
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
    /// Remove what an earlier export wrote and this one does not
    #[arg(long)]
    pub(crate) prune: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Preview {
    #[command(flatten)]
    pub(crate) file: File,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// What people in some cities or zones will see, such as "London,Nairobi"
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
    /// A session or a feed, as `session/ID` or `feed/ID` where both have the id; without it, all
    /// sessions to come
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Only what moved, was cancelled, or has a new place or link, and is not over
    #[arg(long)]
    pub(crate) changed: bool,
    /// What the newsletter takes
    #[arg(long, value_enum, default_value_t = Block::Text)]
    pub(crate) format: Block,
}

#[derive(Debug, Args)]
pub(crate) struct File {
    /// The list of sessions, instead of --config
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
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }
}
