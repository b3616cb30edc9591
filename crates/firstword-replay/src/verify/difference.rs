//! What a log says otherwise than the rules, or leaves out.

use std::fmt;

use firstword_wire::{BadDecision, Recorded};

use crate::{Outcome, Part, Place};

/// One difference.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// The line that shows it.
    pub place: Place,
    /// Whose decision the line holds, where it holds one.
    pub who: Option<Who>,
    /// What is wrong.
    pub fault: Fault,
    /// Where the person's machine had parted before from the one that the rules make: at this place, by the decision of
    /// this number or by what is missing before it.
    pub since: Option<(Place, u64)>,
}

/// Whose decision a line holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Who {
    /// The person: `person:alice`.
    pub person: String,
    /// The decision's number.
    pub seq: u64,
    /// The event's id.
    pub id: String,
    /// The label of the policy that the decision names.
    pub policy: String,
}

/// What is wrong.
#[derive(Clone, PartialEq, Debug)]
pub enum Fault {
    /// The line is no decision; the last one may have been cut off.
    NoDecision(BadDecision),
    /// The person's decisions of these numbers are not there; the line holds the next one that is.
    Gap {
        /// The first that is missing.
        first: u64,
        /// The last.
        last: u64,
    },
    /// A decision of this number was there before.
    Repeat,
    /// The line comes after a decision of a higher number; told once of all that the same line came before.
    Order {
        /// The first line that came too early, and its number.
        after: (Place, u64),
    },
    /// The line was counted as missing at a later decision before it came.
    TooLate,
    /// The rules decide otherwise.
    Changed {
        /// What the log says.
        recorded: Outcome,
        /// What the rules say.
        decided: Outcome,
        /// Whether the decided one makes another machine: what follows may follow from it.
        parts: bool,
    },
    /// The recipient's gate was told otherwise than the sender's gate forwarded.
    Relayed {
        /// `said`, or the event's `at`: what the sender's decision says, and what the recipient's.
        parts: Vec<Part>,
        /// The sender, and the number of that decision.
        sender: (String, u64),
    },
    /// The recipient's gate says what the sender's gate said, and of the sender's decisions, which are all there, none
    /// forwards such a thing.
    NotForwarded,
    /// The log holds final decisions alone: without the forwarded ones nobody's numbers are whole. Told once, and then
    /// nothing more.
    FinalOnly,
}

impl Who {
    pub(super) fn of(read: &Recorded<'_>) -> Who {
        Who {
            person: read.person().to_string(),
            seq: read.seq,
            id: read.event.id.to_string(),
            policy: read.policy.to_string(),
        }
    }
}

impl Fault {
    /// Every word of [`Fault::as_str`], in the order of [`Fault`].
    pub const WORDS: [&'static str; 9] = [
        "no_decision",
        "gap",
        "repeat",
        "order",
        "too_late",
        "changed",
        "relayed",
        "not_forwarded",
        "final_only",
    ];

    /// One word for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Fault::NoDecision(_) => "no_decision",
            Fault::Gap { .. } => "gap",
            Fault::Repeat => "repeat",
            Fault::Order { .. } => "order",
            Fault::TooLate => "too_late",
            Fault::Changed { .. } => "changed",
            Fault::Relayed { .. } => "relayed",
            Fault::NotForwarded => "not_forwarded",
            Fault::FinalOnly => "final_only",
        }
    }
}

/// What is wrong, in one sentence.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::NoDecision(bad) => write!(f, "{bad}"),
            Fault::Gap { first, last } if first == last => {
                write!(f, "decision {first} is missing before this one")
            }
            Fault::Gap { first, last } => {
                write!(f, "decisions {first} to {last} are missing before this one")
            }
            Fault::Repeat => f.write_str("a decision of this number was there before"),
            Fault::Order { after: (place, seq) } => {
                write!(f, "out of order: decision {seq} came before it, at {place}")
            }
            Fault::TooLate => {
                f.write_str("out of order: it came after it had been counted as missing")
            }
            Fault::Changed { .. } => f.write_str("the rules decide otherwise"),
            Fault::Relayed { sender: (person, seq), .. } => {
                write!(f, "not what the sender's gate forwarded, in decision {seq} of {person}")
            }
            Fault::NotForwarded => f.write_str(
                "no decision of the sender forwards it: one of the two lines was changed, or the sender's last is \
                 lost",
            ),
            Fault::FinalOnly => f.write_str(
                "the log holds final decisions only, so that nothing more can be verified; make it with \
                 `firstword decide --all`",
            ),
        }
    }
}
