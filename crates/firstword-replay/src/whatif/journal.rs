//! Which decisions of a log tell of an event for the first time.
//!
//! A whole journal tells of a message between people twice, at both gates; a log of final decisions tells of it once,
//! at the recipient's gate if the sender's let it through. Both are read here, and each event is taken once.

use std::collections::HashSet;

use firstword_rules::{Mark, Role, Verdict};
use firstword_wire::Recorded;

/// More forwarded events than this are not waited for: where they never arrive, as in a journal of which parts were
/// left out, they must not take all memory. What is forgotten and arrives after all is taken again, as a duplicate.
const MOST: usize = 1 << 20;

/// The events that a sender's gate forwarded and that no recipient's gate decided yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Journal(HashSet<[u8; 12]>);

impl Journal {
    /// Whether a decision tells of its event for the first time.
    pub(super) fn is_new(&self, recorded: &Recorded<'_>) -> bool {
        let between_people = matches!(recorded.role, Role::Recipient(Some(_)));
        !between_people || self.0.is_empty() || !self.0.contains(&mark(recorded))
    }

    /// Notes what a decision says of its event's way.
    pub(super) fn note(&mut self, recorded: &Recorded<'_>) {
        match (recorded.role, recorded.verdict) {
            (Role::Sender, Verdict::Forwarded(_)) => {
                if self.0.len() >= MOST {
                    self.0.clear();
                }
                self.0.insert(mark(recorded));
            }
            (Role::Recipient(Some(_)), _) if !self.0.is_empty() => {
                self.0.remove(&mark(recorded));
            }
            _ => (),
        }
    }
}

fn mark(recorded: &Recorded<'_>) -> [u8; 12] {
    Mark::of(&recorded.event).to_bytes()
}
