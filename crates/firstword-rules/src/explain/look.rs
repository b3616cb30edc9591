//! What the conditions look at, each in a phrase and with the facts of the machine behind it: the times, the answers
//! and the counts that a row saw.
//!
//! It decides nothing; it asks what the rows ask, and says it. A phrase and its grounds come from the same lookup.

pub(super) mod business;
pub(super) mod person;
mod talk;

use super::Sight;
use crate::case::Case;

/// What a condition looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Look {
    Memory,
    Account,
    Says,
    Forbidden,
    Block,
    Stands,
    Right,
    Words,
    Starts,
    Said,
    Reached,
    Orders,
    Purpose,
    Calls,
    Kept,
    Granted,
    Doubted,
    Quiet,
    Marketed,
}

impl Look {
    pub(super) fn sight(self, case: &Case<'_, '_>) -> Sight {
        match self {
            Look::Memory => person::memory(case),
            Look::Account => person::account(case),
            Look::Says => business::says(case),
            Look::Forbidden => business::forbidden(case),
            Look::Block => person::block(case),
            Look::Stands => person::stands(case),
            Look::Right => talk::right(case),
            Look::Words => talk::liveness(case),
            Look::Starts => talk::starts(case),
            Look::Said => talk::said(case),
            Look::Reached => person::reached(case),
            Look::Orders => business::ordered(case),
            Look::Purpose => business::purpose(case),
            Look::Calls => business::calls(case),
            Look::Kept => business::kept(case),
            Look::Granted => business::granted(case),
            Look::Doubted => business::doubted(case),
            Look::Quiet => business::quiet(case),
            Look::Marketed => business::marketed(case),
        }
    }
}
