//! A `sessions.toml` on one disk, its state on a separate small disk, and the program that serves them.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::Fixture;

/// A method of saving a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    InPlace,
    /// Writes the file in place in two halves; the first ends within a string.
    Halves(Duration),
    /// Renames a new file into place, as editors do.
    Rename,
    /// Switches a symbolic link to a new target, as deployments do.
    Link,
}

/// The folders and the process.
pub(super) struct Folder {
    pub(super) fixture: Fixture,
    child: Option<Child>,
    saved: u64,
    mounted: bool,
}

impl Folder {
    /// Creates the folders. With `own_disk`, the state has a separate file system, which needs root.
    pub(super) fn new(text: &str, own_disk: bool) -> Self {
        let fixture = Fixture::new(text);
        let folder = Self { fixture, child: None, saved: 0, mounted: own_disk };
        std::fs::create_dir(folder.state()).unwrap();
        if own_disk {
            let mut mount = Command::new("mount");
            mount.args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(folder.state());
            assert!(mount.status().unwrap().success(), "mounting takes root");
        }
        folder
    }

    pub(super) fn state(&self) -> PathBuf {
        self.fixture.dir().join("state")
    }

    pub(super) fn revisions(&self) -> PathBuf {
        self.state().join("sessions.revisions.json")
    }

    fn log(&self) -> PathBuf {
        self.fixture.dir().join("log")
    }

    /// Starts the program, waits until it listens, and returns its port.
    pub(super) fn start(&mut self) -> u16 {
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        let mut child = self
            .fixture
            .command(&["serve", "--listen", "127.0.0.1:0", "--state", "state"])
            .stdout(Stdio::piped())
            .stderr(log)
            // The test searches the text of the log, so the log has no colors.
            .env("NO_COLOR", "1")
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.map_while(Result::ok).find_map(|line| {
            line.strip_prefix("listening on 127.0.0.1:").map(|port| port.trim().parse().unwrap())
        });
        self.child = Some(child);
        address.unwrap_or_else(|| panic!("did not start:\n{}", self.last_words()))
    }

    /// Returns the end of the program's output.
    pub(super) fn last_words(&self) -> String {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        let from = text.floor_char_boundary(text.len().saturating_sub(4000));
        text[from..].to_owned()
    }

    /// Returns how often the program's output contains a text.
    pub(super) fn said(&self, what: &str) -> usize {
        std::fs::read_to_string(self.log()).unwrap().matches(what).count()
    }

    fn id(&self) -> String {
        self.child.as_ref().unwrap().id().to_string()
    }

    /// Returns the resident set in KiB.
    pub(super) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    pub(super) fn hang_up(&self) {
        assert!(Command::new("kill").args(["-HUP", &self.id()]).status().unwrap().success());
    }

    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub(super) fn save(&mut self, bytes: &[u8], way: Way) {
        self.saved += 1;
        let list = self.fixture.file();
        let other = self.fixture.dir().join(format!("list-{}", self.saved % 3));
        match way {
            Way::InPlace => std::fs::write(list, bytes).unwrap(),
            Way::Halves(pause) => {
                let title = bytes.windows(9).rposition(|nine| nine == b"title = \"");
                let (first, second) = bytes.split_at(title.map_or(0, |at| at + 10));
                let mut file = File::create(list).unwrap();
                file.write_all(first).unwrap();
                std::thread::sleep(pause);
                file.write_all(second).unwrap();
            }
            Way::Rename => {
                std::fs::write(&other, bytes).unwrap();
                std::fs::rename(other, list).unwrap();
            }
            Way::Link => {
                // The program must never find the link without a target, so the test renames a new link into place.
                let link = self.fixture.dir().join("link");
                let target = self.fixture.dir().join(format!("release-{}", self.saved));
                std::fs::write(&target, bytes).unwrap();
                std::os::unix::fs::symlink(target, &link).unwrap();
                std::fs::rename(link, list).unwrap();
            }
        }
    }

    /// Fills the disk of the state completely.
    pub(super) fn fill(&self) {
        let mut file = File::create(self.state().join("filler")).unwrap();
        while file.write(&[0; 4096]).is_ok_and(|written| written > 0) {}
    }

    pub(super) fn free(&self) {
        std::fs::remove_file(self.state().join("filler")).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.kill();
        if self.mounted {
            let _ = Command::new("umount").arg(self.state()).status();
        }
    }
}
