//! A person Q speaks to P: what the sender's gate said, and P's reach.

use firstword_rules::{
    Basis, Event, Fact, Kind, Machine, Policy, Reach, Reason, Role, Span, Standing, Verdict,
};

use crate::cast::{NOON, person, says};
use crate::meeting::{stated, uttered, visit};
use crate::plain::{free, happened, remembers, terms};
use crate::told::{Row, Tally};

#[derive(Clone, Copy, Debug)]
struct World {
    seen: bool,
    closed: bool,
    blocked: bool,
    standing: Standing,
    said: Basis,
    reach: Option<Reach>,
    /// P spoke to Q once, a year ago.
    known: bool,
}

const TALE: &[Row<World>] = &[
    ("R1", |w| w.seen && !w.closed, |_| Verdict::Duplicate),
    ("R2", |w| w.closed, |_| Verdict::Denied(Reason::RecipientClosed)),
    ("R3", |w| w.blocked, |_| Verdict::Denied(Reason::Blocked)),
    ("R4", |w| w.standing == Standing::Suspended, |_| Verdict::Denied(Reason::RecipientSuspended)),
    ("R5", |w| w.said != Basis::Reply && !w.admits(), |_| Verdict::Denied(Reason::NotReachable)),
    ("R6", |_| true, |w| Verdict::Allowed(w.said)),
    // None of the rows below R6 is about a person, and to P the talk of a year ago is over.
    ("R20", |_| true, |_| Verdict::Allowed(Basis::Start)),
];

impl World {
    fn admits(&self) -> bool {
        match self.reach {
            None | Some(Reach::Everyone) => true,
            Some(Reach::Known) => self.known,
            Some(Reach::Nobody) => false,
        }
    }

    fn policy(&self) -> Policy {
        Policy { terms: vec![terms("2022", NOON - Span::days(1), self.standing)], ..free() }
    }

    fn machine(&self, now: &Event<'_>) -> Machine {
        let mut machine = Machine::default();
        let long_ago = NOON - Span::days(365);
        if self.known {
            let spoke = uttered("past", long_ago, says(Kind::Call, person(0), person(1)));
            happened(&mut machine, &spoke, Role::Sender, Verdict::Forwarded(Basis::Start));
        }
        let mut state = |id, fact| {
            let event = stated(id, long_ago, person(0), fact);
            happened(&mut machine, &event, Role::Subject, Verdict::Recorded);
        };
        if let Some(reach) = self.reach {
            state("reach", Fact::ReachSet(reach));
        }
        if self.blocked {
            state("block", Fact::Blocked(person(1)));
        }
        if self.closed {
            state("erase", Fact::PersonErased);
        }
        if self.seen {
            remembers(&mut machine, now);
        }
        machine
    }
}

/// Every case there is.
pub fn every_case(tally: &mut Tally) {
    let reaches = [None, Some(Reach::Everyone), Some(Reach::Known), Some(Reach::Nobody)];
    let standings = [Standing::Full, Standing::ReplyOnly, Standing::Suspended];
    let said = [Basis::Reply, Basis::Continue, Basis::Start];
    let corners = standings.iter().flat_map(|s| said.map(|b| (*s, b)));
    for (standing, said) in corners {
        for (reach, flags) in reaches.iter().flat_map(|r| (0..16_u8).map(|f| (*r, f))) {
            let world = World {
                seen: flags & 1 != 0,
                closed: flags & 2 != 0,
                blocked: flags & 4 != 0,
                known: flags & 8 != 0,
                standing,
                said,
                reach,
            };
            let event = uttered("now", NOON, says(Kind::Message, person(1), person(0)));
            let met = visit(&event, Role::Recipient(Some(said)));
            tally.compare(TALE, &world, &world.policy(), &world.machine(&event), met);
        }
    }
}
