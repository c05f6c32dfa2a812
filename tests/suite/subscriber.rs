//! A real subscriber: vdirsyncer fetches a feed into a folder, and khal shows its contents.

use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) struct Subscriber {
    home: PathBuf,
}

impl Subscriber {
    /// Creates a reader in Berlin with a new home folder.
    pub(crate) fn in_berlin(home: &Path) -> Self {
        std::fs::create_dir_all(home.join("calendar")).unwrap();
        let (calendar, name) = (home.join("calendar"), home.display());
        let khal = format!(
            "[calendars]\n[[sessions]]\npath = {}\n\
             [sqlite]\npath = {name}/khal.db\n\
             [locale]\nlocal_timezone = Europe/Berlin\ndefault_timezone = Europe/Berlin\n\
             timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n\
             datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n",
            calendar.display()
        );
        std::fs::write(home.join("khal"), khal).unwrap();
        Self { home: home.to_owned() }
    }

    /// Fetches a feed, as an app does at its next poll.
    pub(crate) fn sync(&self, url: &str) {
        let home = self.home.display();
        let config = format!(
            "[general]\nstatus_path = \"{home}/status\"\n\
             [pair sessions]\na = \"local\"\nb = \"feed\"\ncollections = null\n\
             [storage local]\ntype = \"filesystem\"\npath = \"{home}/calendar\"\nfileext = \".ics\"\n\
             [storage feed]\ntype = \"http\"\nurl = \"{url}\"\n"
        );
        let file = self.home.join("vdirsyncer");
        std::fs::write(&file, config).unwrap();
        for step in ["discover", "sync"] {
            let mut command = Command::new("vdirsyncer");
            command.env("HOME", &self.home).env("VDIRSYNCER_CONFIG", &file);
            run(command.arg(step));
        }
    }

    /// Returns the number of entries in the calendar.
    pub(crate) fn entries(&self) -> usize {
        std::fs::read_dir(self.home.join("calendar")).unwrap().count()
    }

    /// Returns the calendar from a day on, for `days` days: start, end and title in Berlin time, and `CANCELLED` for
    /// entries with that status.
    pub(crate) fn listed(&self, from: &str, days: u32) -> Vec<String> {
        let mut command = Command::new("khal");
        command.arg("-c").arg(self.home.join("khal")).env("HOME", &self.home);
        command.env("LC_ALL", "C.UTF-8");
        // Without this option, khal lists an entry across midnight on both days.
        command.args(["list", "--once", "--day-format", "", "--format"]);
        command.args(["{start-long} {end-long} {title} {status}", from, &format!("{days}d")]);
        let listed = run(&mut command);
        let lines = listed.lines().map(|line| line.trim().replace("  ", " "));
        lines.filter(|line| !line.is_empty()).collect()
    }
}

/// Runs an installed program and waits for it.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (said, wrong) = (output.stdout, String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(output.status.success(), "{command:?}\n{wrong}");
    String::from_utf8(said).unwrap()
}
