//! The mechanism of both gates: rows in order, the first that applies decides.

mod recipient;
mod sender;

pub use recipient::RECIPIENT_GATE;
pub use sender::SENDER_GATE;

use crate::case::Case;
use crate::explain::Look;
use crate::facts::Condition;
use crate::{Basis, Reason, Role, Side, Verdict, rights};

/// Rows in order, and what holds when none applies: there is always an answer.
pub struct Gate {
    /// The heading of its chapter on the page.
    pub section: &'static str,
    /// From the top.
    pub rows: &'static [Row],
    /// The last row, which always applies.
    pub otherwise: Row,
}

/// One row of a gate.
pub struct Row {
    /// Its id on the page: `S8`, `R14`.
    pub id: &'static str,
    /// The condition in the page's words.
    pub words: &'static str,
    pub(crate) applies: Condition,
    /// What the condition looks at, for who asks why.
    pub(crate) looks_at: &'static [Look],
    pub(crate) then: Then,
}

/// What a row decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Then {
    Duplicate,
    Deny(Reason),
    /// Deny, for the reason why P's standing is as it is.
    DenyForStanding,
    /// A STOP: allowed, as `opt_out`.
    Stop,
    /// Through, as the basis: `allowed` if Q is a business, `forwarded` if Q is a person.
    Pass(Basis),
    /// Through, as `continue` or `start`.
    PassAsItStands,
    Allow(Basis),
    /// Allowed, as the sender's gate said.
    AllowAsSaid,
    /// Allowed, as `reply`, `continue` or `start`.
    AllowAsItStands,
}

pub(crate) const fn row(
    id: &'static str,
    words: &'static str,
    applies: Condition,
    looks_at: &'static [Look],
    then: Then,
) -> Row {
    Row { id, words, applies, looks_at, then }
}

pub(crate) const fn otherwise(id: &'static str, looks_at: &'static [Look], then: Then) -> Row {
    row(id, "otherwise", |_| true, looks_at, then)
}

impl Gate {
    /// The gate that an event meets where its person has this part; a fact meets none.
    pub fn of(role: Role) -> Option<&'static Gate> {
        role.side().map(|side| match side {
            Side::Sender => &SENDER_GATE,
            Side::Recipient => &RECIPIENT_GATE,
        })
    }

    /// Every row, the last included.
    pub fn all_rows(&self) -> impl DoubleEndedIterator<Item = &Row> {
        self.rows.iter().chain([&self.otherwise])
    }

    /// The first row that applies.
    pub(crate) fn decisive(&self, case: &Case<'_, '_>) -> &Row {
        self.rows.iter().find(|row| (row.applies)(case)).unwrap_or(&self.otherwise)
    }
}

impl Row {
    /// The row of this id, at either gate.
    pub fn named(id: &str) -> Option<&'static Row> {
        SENDER_GATE.all_rows().chain(RECIPIENT_GATE.all_rows()).find(|row| row.id == id)
    }

    /// The verdict and the reason, as the page's table has them.
    pub fn outcome(&self) -> (&'static str, String) {
        let verdict = match self.then {
            Then::Duplicate => "duplicate",
            Then::Deny(_) | Then::DenyForStanding => "denied",
            Then::Stop => "allowed, as `opt_out`",
            Then::Pass(Basis::Reply) => "through, as `reply`",
            Then::Pass(_) => "through",
            Then::PassAsItStands => "through, as `continue` or `start`",
            Then::Allow(Basis::Reply) => "allowed, as `reply`",
            Then::Allow(_) => "allowed",
            Then::AllowAsSaid => "allowed, as the sender's gate said",
            Then::AllowAsItStands => "allowed, as `reply`, `continue` or `start`",
        };
        let reason = match self.then {
            Then::Deny(reason) => format!("`{reason}`"),
            Then::DenyForStanding => "why the standing is so".to_owned(),
            _ => "-".to_owned(),
        };
        (verdict, reason)
    }

    /// Whether it denies.
    pub(crate) fn denies(&self) -> bool {
        matches!(self.then, Then::Deny(_) | Then::DenyForStanding)
    }

    /// Whether it lets through.
    pub(crate) fn lets_through(&self) -> bool {
        !self.denies() && self.then != Then::Duplicate
    }

    /// Whether it lets through who holds the right to reply.
    pub fn lets_reply(&self) -> bool {
        matches!(self.then, Then::Pass(Basis::Reply) | Then::Allow(Basis::Reply))
    }

    /// Whether it lets through for no better cause than that no row above it stood in the way.
    pub(crate) fn is_what_is_left(&self) -> bool {
        matches!(self.then, Then::PassAsItStands | Then::AllowAsSaid | Then::AllowAsItStands)
    }

    /// What the row decides of a case.
    pub(crate) fn verdict(&self, case: &Case<'_, '_>) -> Verdict {
        let pass = |basis| match case.peer_is_person() {
            true => Verdict::Forwarded(basis),
            false => Verdict::Allowed(basis),
        };
        match self.then {
            Then::Duplicate => Verdict::Duplicate,
            Then::Deny(reason) => Verdict::Denied(reason),
            // A standing that denies rests on an answer, or on its absence.
            Then::DenyForStanding => {
                Verdict::Denied(case.stand.because.unwrap_or(Reason::TermsUnanswered))
            }
            Then::Stop => Verdict::Allowed(Basis::OptOut),
            Then::Pass(basis) => pass(basis),
            Then::PassAsItStands => pass(rights::class(case)),
            Then::Allow(basis) => Verdict::Allowed(basis),
            Then::AllowAsSaid => Verdict::Allowed(case.said().unwrap_or(Basis::Start)),
            Then::AllowAsItStands => Verdict::Allowed(rights::class(case)),
        }
    }
}
