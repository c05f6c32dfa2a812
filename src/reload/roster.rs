//! The roster decides by pure rules which worker may publish.
//!
//! One worker is in charge. While the worker in charge takes long, a standby polls the files:
//!
//! - The standby adopts another content: it takes over, and nothing of the previous worker is recorded or published.
//! - The worker in charge records, or has a result: the standby is dismissed.
//! - The worker in charge has begun to record: its numbers have to be published, so no standby takes over until that
//!   is done.

/// The unique number of a worker.
pub(super) type Number = u32;

/// The worker in charge and the standby.
#[derive(Debug, Default)]
pub(super) struct Roster {
    in_charge: Number,
    standby: Option<Number>,
    /// The last number in use.
    last: Number,
    /// Whether the worker in charge has begun to record an edition that is not published yet.
    records: bool,
    /// Whether publishing has ended.
    is_closed: bool,
}

impl Roster {
    /// Appoints a standby and returns its number, unless there is already one, or no standby could take over.
    pub(super) fn appoint(&mut self) -> Option<Number> {
        if self.records || self.standby.is_some() || self.is_closed {
            return None;
        }
        self.last += 1;
        self.standby = Some(self.last);
        self.standby
    }

    /// Puts a worker that has adopted a content in charge. Returns whether the worker is in charge.
    pub(super) fn take_over(&mut self, worker: Number) -> bool {
        if self.is_standby(worker) {
            (self.in_charge, self.standby) = (worker, None);
        }
        self.is_in_charge(worker)
    }

    /// Lets a worker record. Returns whether the worker may record.
    pub(super) fn record(&mut self, worker: Number) -> bool {
        self.records |= self.finish(worker);
        self.is_in_charge(worker)
    }

    /// Accepts a worker's result. Returns whether the result counts.
    pub(super) fn finish(&mut self, worker: Number) -> bool {
        let counts = self.is_in_charge(worker);
        if counts {
            self.standby = None;
        }
        counts
    }

    /// Marks a worker's recorded edition as published.
    pub(super) fn rest(&mut self, worker: Number) {
        if self.in_charge == worker {
            self.records = false;
        }
    }

    /// Dismisses the standby: the worker in charge continues polling.
    pub(super) fn dismiss(&mut self) {
        self.standby = None;
    }

    /// Ends recording and publishing.
    pub(super) fn close(&mut self) {
        (self.is_closed, self.standby) = (true, None);
    }

    /// Returns whether a worker is in charge.
    pub(super) fn is_in_charge(&self, worker: Number) -> bool {
        self.in_charge == worker && !self.is_closed
    }

    /// Returns whether a worker is the standby.
    pub(super) fn is_standby(&self, worker: Number) -> bool {
        self.standby == Some(worker)
    }

    /// Returns whether a worker is neither in charge nor the standby.
    pub(super) fn is_out(&self, worker: Number) -> bool {
        !self.is_in_charge(worker) && !self.is_standby(worker)
    }

    /// Returns whether an edition is recorded and not published yet.
    pub(super) fn records(&self) -> bool {
        self.records
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy)]
    enum RosterEvent {
        Appoint,
        TakeOver(Number),
        Record(Number),
        Finish(Number),
        Rest(Number),
        Dismiss,
        Close,
    }

    fn events() -> Vec<RosterEvent> {
        let of = |worker| {
            use RosterEvent::{Finish, Record, Rest, TakeOver};
            [TakeOver(worker), Record(worker), Finish(worker), Rest(worker)]
        };
        let common = [RosterEvent::Appoint, RosterEvent::Dismiss, RosterEvent::Close];
        (0..3).flat_map(of).chain(common).collect()
    }

    /// Checks every sequence of events up to a length.
    fn every(length: usize, mut check: impl FnMut(&[RosterEvent])) {
        let mut sequences = vec![vec![]];
        for _ in 0..length {
            let longer = sequences.iter().flat_map(|before: &Vec<RosterEvent>| {
                events().into_iter().map(|event| {
                    let mut next = before.clone();
                    next.push(event);
                    next
                })
            });
            sequences = longer.collect();
            sequences.iter().for_each(|sequence| check(sequence));
        }
    }

    #[test]
    fn a_recording_worker_stays_in_charge_until_it_publishes_and_a_replaced_one_never_records() {
        every(5, |sequence| {
            let mut roster = Roster::default();
            let (mut recording, mut out) = (None, Vec::new());
            for event in sequence {
                match *event {
                    RosterEvent::Appoint => {
                        if let Some(worker) = roster.appoint() {
                            assert!(!out.contains(&worker), "{sequence:?}");
                        }
                    }
                    RosterEvent::TakeOver(worker) => {
                        if roster.take_over(worker) {
                            assert!(recording.is_none_or(|own| own == worker), "{sequence:?}");
                        }
                    }
                    RosterEvent::Record(worker) => {
                        if roster.record(worker) {
                            assert!(!out.contains(&worker), "{sequence:?}");
                            recording = Some(worker);
                        }
                    }
                    RosterEvent::Finish(worker) => {
                        assert!(!roster.finish(worker) || !out.contains(&worker), "{sequence:?}");
                    }
                    RosterEvent::Rest(worker) => {
                        roster.rest(worker);
                        recording = recording.filter(|own| *own != worker);
                    }
                    RosterEvent::Dismiss => roster.dismiss(),
                    RosterEvent::Close => roster.close(),
                }
                let appointed = 0..=roster.last;
                out.extend(appointed.clone().filter(|worker| roster.is_out(*worker)));
                let working = appointed.filter(|worker| !roster.is_out(*worker)).count();
                assert!(working <= 2, "{sequence:?}");
                assert_eq!(working == 0, roster.is_closed, "{sequence:?}");
            }
        });
    }

    #[test]
    fn a_standby_takes_over_unless_the_worker_in_charge_was_first() {
        let mut roster = Roster::default();
        let standby = roster.appoint().unwrap();
        assert_eq!(roster.appoint(), None);
        assert!(roster.take_over(standby) && roster.is_out(0) && !roster.record(0));
        assert!(roster.record(standby));
        assert_eq!(roster.appoint(), None, "what is recorded has to be published");
        roster.rest(standby);
        let next = roster.appoint().unwrap();
        assert!(roster.finish(standby) && roster.is_out(next) && !roster.take_over(next));
    }
}
