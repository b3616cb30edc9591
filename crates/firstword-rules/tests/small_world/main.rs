//! A world small enough to look into every corner of: two people, one business, a few kinds of past, and a
//! handful of policies. Both gates are told a second time here, over the world's own terms instead of a machine,
//! and must agree with the tables in every case.
//!
//! So no row is dead: each decides somewhere, and somewhere the verdict or the reason would differ without it.

#[path = "../shared/cast.rs"]
mod cast;
mod edges;
mod facts;
mod from_business;
mod from_person;
#[path = "../shared/meeting.rs"]
mod meeting;
#[path = "../shared/plain.rs"]
mod plain;
mod sender;
mod told;

use std::collections::BTreeSet;

use firstword_rules::{Gate, RECIPIENT_GATE, Reason, SENDER_GATE};

use told::Tally;

#[test]
fn the_tables_decide_as_the_world_is_told_and_no_row_is_dead() {
    let mut tally = Tally::default();
    sender::every_case(&mut tally);
    from_person::every_case(&mut tally);
    from_business::every_case(&mut tally);

    assert_eq!(tally.disagreements, Vec::<String>::new());
    let rows = || [&SENDER_GATE, &RECIPIENT_GATE].into_iter().flat_map(Gate::all_rows);
    let all: BTreeSet<_> = rows().map(|row| row.id).collect();
    assert_eq!(tally.decided, all, "rows that decide nothing, or that the page does not know");
    assert_eq!(tally.mattered, all, "rows whose absence nobody would see");

    let of_gates: BTreeSet<_> = tally.reasons.iter().copied().collect();
    let all: BTreeSet<_> = Reason::ALL.iter().copied().collect();
    assert_eq!(&of_gates | &facts::REASONS.into(), all, "reasons that never occur");
}
