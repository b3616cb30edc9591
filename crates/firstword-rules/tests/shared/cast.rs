//! A small cast for tests: people are `p0`, `p1` and so on, businesses `b0`, `b1`.

use std::borrow::Cow;

use firstword_rules::{Kind, Millis, Name, PartyKind, Utterance};

/// A Saturday noon in 2022, UTC, from which the tests count.
pub const NOON: Millis = Millis(1_650_110_400_000);

/// The person of a number.
pub fn person(number: u32) -> Name<'static> {
    Name { kind: PartyKind::Person, text: Cow::Owned(format!("p{number}")) }
}

/// The business of a number.
pub fn business(number: u32) -> Name<'static> {
    Name { kind: PartyKind::Business, text: Cow::Owned(format!("b{number}")) }
}

/// What one says to the other, and nothing about it.
pub fn says(kind: Kind, from: Name<'static>, to: Name<'static>) -> Utterance<'static> {
    Utterance { kind, from, to, category: None, purpose: None, sector: None, findings: Vec::new() }
}
