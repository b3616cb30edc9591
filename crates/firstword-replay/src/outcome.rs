//! What a decision says beside its event, its person and its number: the fields on which two engines must agree
//! (DECISIONS.md).

use firstword_rules::{Basis, Decision, Millis, Reason, Role, Side, Standing, Verdict};
use firstword_wire::Recorded;

/// The normative fields of a decision that its event, its person and its number do not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// The gate, of an utterance.
    pub gate: Option<Side>,
    /// The verdict, with its reason or with what it was let through as.
    pub verdict: Verdict,
    /// The row that decided, of an utterance.
    pub row: Option<&'static str>,
    /// What the recipient's gate was told.
    pub said: Option<Basis>,
    /// The person's standing after the event.
    pub standing: Option<Standing>,
    /// Whether the person's data may be shared then.
    pub shares_data: Option<bool>,
    /// The policy does not list the version.
    pub unlisted: bool,
    /// When the business must have erased the contact.
    pub erase_by: Option<Millis>,
    /// Whether the deadline had passed.
    pub late: Option<bool>,
}

/// A field in which two outcomes differ, with its two values as DECISIONS.md writes them; absent where the field is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// The field's name.
    pub field: &'static str,
    /// Its value in the one.
    pub one: Option<String>,
    /// Its value in the other.
    pub other: Option<String>,
}

impl Outcome {
    /// What a decision says, as it was recorded.
    pub fn recorded(read: &Recorded<'_>) -> Outcome {
        Outcome {
            gate: read.role.side(),
            verdict: read.verdict,
            row: read.row,
            said: said(read.role),
            standing: read.standing,
            shares_data: read.shares_data,
            unlisted: read.unlisted,
            erase_by: read.erase_by,
            late: read.late,
        }
    }

    /// What a decision says that was just made.
    pub fn decided(decision: &Decision<'_>) -> Outcome {
        Outcome {
            gate: decision.visit.role.side(),
            verdict: decision.verdict,
            row: decision.row,
            said: said(decision.visit.role),
            standing: decision.standing,
            shares_data: decision.shares_data,
            unlisted: decision.unlisted,
            erase_by: decision.erase_by,
            late: decision.late,
        }
    }

    /// Each field by its name, with its value as DECISIONS.md writes it.
    pub fn fields(&self) -> [(&'static str, Option<String>); 11] {
        let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string());
        [
            ("gate", self.gate.map(|gate| gate.to_string())),
            ("verdict", Some(self.verdict.as_str().to_owned())),
            ("reason", self.verdict.reason().map(Reason::as_str).map(str::to_owned)),
            ("row", self.row.map(str::to_owned)),
            ("as", self.verdict.basis().map(Basis::as_str).map(str::to_owned)),
            ("said", self.said.map(Basis::as_str).map(str::to_owned)),
            ("standing", self.standing.map(Standing::as_str).map(str::to_owned)),
            ("shares_data", flag(self.shares_data)),
            ("unlisted", flag(self.unlisted.then_some(true))),
            ("erase_by", self.erase_by.map(|at| at.to_string())),
            ("late", flag(self.late)),
        ]
    }

    /// The fields in which another outcome differs, in the order of the page.
    pub fn differing(&self, other: &Outcome) -> Vec<Part> {
        let pairs = self.fields().into_iter().zip(other.fields());
        pairs
            .filter(|((_, one), (_, other))| one != other)
            .map(|((field, one), (_, other))| Part { field, one, other })
            .collect()
    }
}

/// What the recipient's gate was told.
pub(crate) fn said(role: Role) -> Option<Basis> {
    match role {
        Role::Recipient(said) => said,
        Role::Sender | Role::Subject => None,
    }
}
