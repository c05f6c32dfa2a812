//! Output that never blocks: a thread writes the lines, and drops and counts those that nobody reads in time.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

/// The number of bytes that may wait to be written. Further lines are dropped.
const WAITING: usize = 1 << 20;

/// A writer that treats each write as one line, and either writes it completely or drops it.
#[derive(Debug, Clone)]
pub struct Lossy {
    lines: Sender<QueuedOutput>,
    waiting: Arc<AtomicUsize>,
    dropped: Dropped,
}

/// The number of dropped lines since the start.
#[derive(Debug, Clone, Default)]
pub struct Dropped(Arc<AtomicU64>);

#[derive(Debug)]
enum QueuedOutput {
    Text(Vec<u8>),
    /// Reports that all earlier lines are written.
    Flush(SyncSender<()>),
}

impl Dropped {
    /// Returns the number of dropped lines.
    pub fn count(&self) -> u64 {
        self.0.load(Relaxed)
    }

    fn add(&self) {
        self.0.fetch_add(1, Relaxed);
    }
}

impl Lossy {
    /// Starts the thread that writes into `sink`. When `sink` accepts output again, the thread calls `report` with
    /// the number of lines dropped since the last report.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn new(
        sink: impl Write + Send + 'static,
        report: impl FnMut(u64) + Send + 'static,
    ) -> io::Result<Self> {
        let (lines, received) = channel();
        let lossy = Self { lines, waiting: Arc::default(), dropped: Dropped::default() };
        let (waiting, dropped) = (Arc::clone(&lossy.waiting), lossy.dropped.clone());
        std::thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || write(&received, sink, &waiting, &dropped, report))?;
        Ok(lossy)
    }

    /// Returns the counter of dropped lines.
    pub fn dropped(&self) -> &Dropped {
        &self.dropped
    }

    /// Waits at most `most` until everything is written.
    pub fn flush_within(&self, most: Duration) {
        let end = Instant::now() + most;
        // The second flush is for a report that the first may cause.
        for _ in 0..2 {
            let (done, written) = sync_channel(1);
            if self.lines.send(QueuedOutput::Flush(done)).is_ok() {
                // Output that is not read by then is lost.
                let _ = written.recv_timeout(end.saturating_duration_since(Instant::now()));
            }
        }
    }
}

impl Write for Lossy {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fits = self.waiting.load(Relaxed) < WAITING;
        if fits {
            self.waiting.fetch_add(bytes.len(), Relaxed);
        }
        if !fits || self.lines.send(QueuedOutput::Text(bytes.to_vec())).is_err() {
            self.dropped.add();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(
    lines: &Receiver<QueuedOutput>,
    mut sink: impl Write,
    waiting: &AtomicUsize,
    dropped: &Dropped,
    mut report: impl FnMut(u64),
) {
    let mut reported = 0;
    for line in lines {
        match line {
            QueuedOutput::Text(bytes) => {
                let written = sink.write_all(&bytes);
                waiting.fetch_sub(bytes.len(), Relaxed);
                let count = dropped.count();
                if written.is_err() {
                    // A report would fail, too.
                    dropped.add();
                } else if count > reported {
                    report(count - reported);
                    // The report may have been dropped itself.
                    if dropped.count() == count {
                        reported = count;
                    }
                }
            }
            QueuedOutput::Flush(done) => {
                // Output that cannot be written is lost, because the caller may have ended.
                let _ = sink.flush();
                let _ = done.try_send(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Condvar, Mutex};

    use super::*;

    /// A sink that blocks while it is shut, and records the writes.
    #[derive(Debug, Clone, Default)]
    struct Gate(Arc<GateState>);

    #[derive(Debug, Default)]
    struct GateState {
        open: Mutex<bool>,
        opened: Condvar,
        written: Mutex<Vec<u8>>,
    }

    impl Gate {
        fn open(&self) {
            *self.0.open.lock().unwrap() = true;
            self.0.opened.notify_all();
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.written.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let open = self.0.open.lock().unwrap();
            drop(self.0.opened.wait_while(open, |open| !*open).unwrap());
            self.0.written.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns a writer into a gate, and the reports.
    fn lossy(gate: &Gate) -> (Lossy, Arc<Mutex<Vec<u64>>>) {
        let reports = Arc::new(Mutex::new(Vec::new()));
        let own = Arc::clone(&reports);
        (Lossy::new(gate.clone(), move |count| own.lock().unwrap().push(count)).unwrap(), reports)
    }

    const AGES: Duration = Duration::from_secs(60);

    #[test]
    fn lines_are_written_in_their_order() {
        let gate = Gate::default();
        gate.open();
        let (mut lossy, reports) = lossy(&gate);
        for number in 0..1000 {
            writeln!(lossy, "{number}").unwrap();
        }
        lossy.flush_within(AGES);
        let expected: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
        assert_eq!(gate.text().lines().collect::<Vec<_>>(), expected);
        assert_eq!((lossy.dropped().count(), reports.lock().unwrap().len()), (0, 0));
    }

    #[test]
    fn unread_lines_are_dropped_and_counted_and_the_count_is_reported_once() {
        let gate = Gate::default();
        let (mut lossy, reports) = lossy(&gate);
        let line = [&[b'x'; 1023][..], b"\n"].concat();
        for _ in 0..5000 {
            lossy.write_all(&line).unwrap();
        }
        lossy.flush_within(Duration::from_millis(1));
        let dropped = lossy.dropped().count();
        assert_eq!(dropped, 5000 - (WAITING as u64 >> 10));
        gate.open();
        lossy.flush_within(AGES);
        assert_eq!(gate.text().lines().count() as u64, 5000 - dropped);
        lossy.write_all(b"after\n").unwrap();
        lossy.flush_within(AGES);
        assert!(gate.text().ends_with("x\nafter\n"));
        assert_eq!(*reports.lock().unwrap(), [dropped]);
    }

    #[test]
    fn a_line_longer_than_what_may_wait_is_written() {
        let gate = Gate::default();
        gate.open();
        let (mut lossy, _) = lossy(&gate);
        lossy.write_all(&vec![b'x'; 3 * WAITING]).unwrap();
        lossy.flush_within(AGES);
        assert_eq!((gate.text().len(), lossy.dropped().count()), (3 * WAITING, 0));
    }

    #[test]
    fn unreadable_output_is_counted_and_not_reported() {
        #[derive(Debug)]
        struct Broken;
        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut lossy = Lossy::new(Broken, |_| panic!("nobody would read it")).unwrap();
        for _ in 0..3 {
            writeln!(lossy, "x").unwrap();
        }
        lossy.flush_within(AGES);
        assert_eq!(lossy.dropped().count(), 3);
    }
}
