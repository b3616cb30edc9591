//! P speaks to Q: every standing, block and past, to a person and to a business.

use firstword_rules::{
    Answer, Basis, Fact, Kind, Machine, Millis, Policy, Reason, Role, Span, Standing, StartsCap,
    Verdict,
};

use crate::cast::{NOON, business, person, says};
use crate::meeting::{stated, uttered, visit};
use crate::plain::{free, happened, remembers, terms};
use crate::told::{Row, Tally};

#[derive(Clone, Copy, PartialEq, Debug)]
enum Past {
    Never,
    HeardMessage,
    HeardCall,
    /// A message, past the reply window, within idle.
    HeardThen,
    /// P began and was not answered: within idle.
    Began,
    /// P began and was not answered: past idle, within the cap's time.
    BeganLongAgo,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Said {
    Nothing,
    Stop,
    Card,
}

/// What the terms in force make of who did not accept, and what P answered.
type Stand = (Standing, Option<Answer>);

#[derive(Clone, Copy, Debug)]
struct World {
    seen: bool,
    closed: bool,
    blocked: bool,
    stand: Stand,
    to_person: bool,
    kind: Kind,
    said: Said,
    past: Past,
    capped: bool,
}

const TALE: &[Row<World>] = &[
    ("S1", |w| w.seen && !w.closed, |_| Verdict::Duplicate),
    ("S2", |w| w.closed, |_| Verdict::Denied(Reason::SenderClosed)),
    ("S3", World::stop, |_| Verdict::Allowed(Basis::OptOut)),
    ("S4", |w| w.blocked, |_| Verdict::Denied(Reason::RecipientBlocked)),
    ("S5", |w| w.stands() == Standing::Suspended, World::denied_for_standing),
    ("S6", |w| !w.to_person && w.said == Said::Card, |_| Verdict::Denied(Reason::SensitiveContent)),
    ("S7", World::replies, |w| w.through(Basis::Reply)),
    ("S8", |w| w.stands() == Standing::ReplyOnly, World::denied_for_standing),
    ("S9", World::too_many, |_| Verdict::Denied(Reason::UnansweredStarts)),
    ("S10", |_| true, |w| w.through(if w.live() { Basis::Continue } else { Basis::Start })),
    // What S10 keeps out: an utterance that no row lets through.
    ("none", |_| true, |_| Verdict::Denied(Reason::Stale)),
];

impl World {
    fn stop(&self) -> bool {
        self.said == Said::Stop && self.kind == Kind::Message && !self.to_person
    }

    fn stands(&self) -> Standing {
        match self.stand {
            (_, Some(Answer::Accepted)) => Standing::Full,
            (standing, _) => standing,
        }
    }

    fn denied_for_standing(&self) -> Verdict {
        Verdict::Denied(match self.stand.1 {
            Some(Answer::Declined) => Reason::TermsDeclined,
            Some(Answer::Withdrawn) => Reason::TermsWithdrawn,
            Some(Answer::Accepted) | None => Reason::TermsUnanswered,
        })
    }

    fn replies(&self) -> bool {
        match self.kind {
            Kind::Message => matches!(self.past, Past::HeardMessage | Past::HeardCall),
            Kind::Call => self.past == Past::HeardCall,
        }
    }

    fn live(&self) -> bool {
        !matches!(self.past, Past::Never | Past::BeganLongAgo)
    }

    fn too_many(&self) -> bool {
        self.capped && self.to_person && self.past == Past::BeganLongAgo
    }

    fn through(&self, basis: Basis) -> Verdict {
        if self.to_person { Verdict::Forwarded(basis) } else { Verdict::Allowed(basis) }
    }

    fn policy(&self) -> Policy {
        let mut policy = free();
        policy.terms = vec![terms("2022", ago(90 * 24), self.stand.0)];
        policy.forbidden_content = vec!["card".into()];
        policy.limits.unanswered_starts =
            self.capped.then_some(StartsCap { max: 1, per: Span::days(365) });
        policy
    }

    fn event(&self) -> firstword_rules::Event<'static> {
        let mut utterance = says(self.kind, person(0), self.peer());
        utterance.findings = match self.said {
            Said::Nothing => vec![],
            Said::Stop => vec!["opt_out".into()],
            Said::Card => vec!["card".into()],
        };
        uttered("now", NOON, utterance)
    }

    fn peer(&self) -> firstword_rules::Name<'static> {
        if self.to_person { person(1) } else { business(0) }
    }

    fn machine(&self) -> Machine {
        let mut machine = Machine::default();
        let through = self.through(Basis::Start);
        let heard = (Role::Recipient(Some(Basis::Start)), Verdict::Allowed(Basis::Start));
        let (hours, kind, (role, verdict)) = match self.past {
            Past::Never => (0, Kind::Message, (Role::Sender, Verdict::Denied(Reason::Stale))),
            Past::HeardMessage => (23, Kind::Message, heard),
            Past::HeardCall => (23, Kind::Call, heard),
            Past::HeardThen => (24, Kind::Message, heard),
            Past::Began => (71, Kind::Message, (Role::Sender, through)),
            Past::BeganLongAgo => (72, Kind::Message, (Role::Sender, through)),
        };
        let (from, to) = match role {
            Role::Recipient(_) => (self.peer(), person(0)),
            _ => (person(0), self.peer()),
        };
        happened(&mut machine, &uttered("past", ago(hours), says(kind, from, to)), role, verdict);
        let mut state = |id, fact| {
            let event = stated(id, ago(100), person(0), fact);
            happened(&mut machine, &event, Role::Subject, Verdict::Recorded);
        };
        if let Some(answer) = self.stand.1 {
            state("answer", Fact::Terms(answer, "2022".into()));
        }
        if self.blocked {
            state("block", Fact::Blocked(self.peer()));
        }
        if self.closed {
            state("erase", Fact::PersonErased);
        }
        if self.seen {
            remembers(&mut machine, &self.event());
        }
        machine
    }
}

fn ago(hours: i64) -> Millis {
    NOON - Span::hours(hours)
}

/// Every case there is.
pub fn every_case(tally: &mut Tally) {
    let answers = [None, Some(Answer::Declined), Some(Answer::Withdrawn), Some(Answer::Accepted)];
    let consequences = [Standing::Full, Standing::ReplyOnly, Standing::Suspended];
    let pasts = [
        Past::Never,
        Past::HeardMessage,
        Past::HeardCall,
        Past::HeardThen,
        Past::Began,
        Past::BeganLongAgo,
    ];
    for standing in consequences {
        for (capped, answer) in
            [false, true].iter().flat_map(|capped| answers.map(|a| (*capped, a)))
        {
            for flags in 0..16_u8 {
                for (past, kind) in
                    pasts.iter().flat_map(|p| [Kind::Message, Kind::Call].map(|k| (*p, k)))
                {
                    for said in [Said::Nothing, Said::Stop, Said::Card] {
                        let world = World {
                            seen: flags & 1 != 0,
                            closed: flags & 2 != 0,
                            blocked: flags & 4 != 0,
                            to_person: flags & 8 != 0,
                            stand: (standing, answer),
                            kind,
                            said,
                            past,
                            capped,
                        };
                        let event = world.event();
                        let met = visit(&event, Role::Sender);
                        tally.compare(TALE, &world, &world.policy(), &world.machine(), met);
                    }
                }
            }
        }
    }
}
