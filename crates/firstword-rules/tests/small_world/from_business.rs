//! A business Q speaks to P: what it says, what P said to it, and what a policy may forbid.
//!
//! The past, in hours before now: P was called and marketed to at 100, doubt at 60 or 50, scopes at 50, words of
//! long ago at 40, words of today and a late opt-out at 2, late doubt at half of one. Replies have 24, the pair is
//! live for 72.

mod world;

use firstword_rules::{Basis, Category, Event, Kind, Policy, Reason, Role, Verdict};

use crate::meeting::visit;
use crate::told::{Row, Tally};
use world::{Past, Scoped, Strict, Words};

#[derive(Clone, Copy, Debug)]
struct World {
    words: Words,
    strict: Strict,
    past: Past,
}

const TALE: &[Row<World>] = &[
    ("R1", |w| w.past.seen && !w.past.closed, |_| Verdict::Duplicate),
    ("R2", |w| w.past.closed, |_| Verdict::Denied(Reason::RecipientClosed)),
    ("R3", |w| w.past.blocked, |_| Verdict::Denied(Reason::Blocked)),
    ("R4", |w| w.past.suspended, |_| Verdict::Denied(Reason::RecipientSuspended)),
    ("R7", |w| w.words.card, |_| Verdict::Denied(Reason::SensitiveContent)),
    ("R8", |w| w.strict.order, |_| Verdict::Denied(Reason::OrderForbids)),
    (
        "R9",
        |w| matches!(w.words.about, (Some(_), None)),
        |_| Verdict::Denied(Reason::PurposeMissing),
    ),
    (
        "R10",
        |w| matches!(w.words.about, (Some(_), Some("ads"))),
        |_| Verdict::Denied(Reason::PurposeForbidden),
    ),
    (
        "R11",
        |w| w.is(Category::Calls) && w.past.called && w.strict.caps,
        |_| Verdict::Denied(Reason::UnansweredCalls),
    ),
    ("R12", |w| w.replies() && !w.is(Category::Marketing), |_| Verdict::Allowed(Basis::Reply)),
    ("R13", |w| w.is(Category::Service), |_| Verdict::Denied(Reason::WindowClosed)),
    ("R14", World::out, |_| Verdict::Denied(Reason::OptedOut)),
    ("R15", |w| w.past.scopes == Scoped::Ended, |_| Verdict::Denied(Reason::OptInEnded)),
    ("R16", World::doubted, |_| Verdict::Denied(Reason::InDoubt)),
    (
        "R17",
        |w| w.strict.opt_in && w.past.scopes == Scoped::Unset,
        |_| Verdict::Denied(Reason::NotOptedIn),
    ),
    ("R18", |w| w.strict.quiet, |_| Verdict::Denied(Reason::QuietHours)),
    (
        "R19",
        |w| w.is(Category::Marketing) && !w.replies() && w.past.marketed && w.strict.caps,
        |_| Verdict::Denied(Reason::MarketingCap),
    ),
    ("R20", |_| true, |w| Verdict::Allowed(w.class())),
    // What R20 keeps out: an utterance that no row lets through.
    ("none", |_| true, |_| Verdict::Denied(Reason::Stale)),
];

impl World {
    fn is(&self, category: Category) -> bool {
        self.words.category == category
    }

    fn out(&self) -> bool {
        matches!(self.past.scopes, Scoped::Out | Scoped::OutLate)
    }

    /// Only what P said of the scope after doubt counts.
    fn doubted(&self) -> bool {
        let stated = match self.past.scopes {
            Scoped::Unset => None,
            Scoped::In | Scoped::Ended | Scoped::Out => Some(50 * 60),
            Scoped::OutLate => Some(2 * 60),
        };
        let doubted = |doubt: i64| stated.is_none_or(|stated| stated >= doubt);
        self.past.doubt.is_some_and(doubted) && !self.is(Category::Authentication)
    }

    /// P's words, unless a late opt-out is as new or late doubt newer.
    fn counted(&self) -> Option<(Kind, i64)> {
        let floored = self.past.scopes == Scoped::OutLate || self.past.doubt == Some(30);
        self.past.spoke.filter(|_| !floored)
    }

    fn replies(&self) -> bool {
        self.counted().is_some_and(|(kind, hours)| {
            hours < 24 && (kind == Kind::Call || !self.is(Category::Calls))
        })
    }

    fn class(&self) -> Basis {
        match (self.replies(), self.counted()) {
            (true, _) => Basis::Reply,
            (false, Some(_)) => Basis::Continue,
            (false, None) => Basis::Start,
        }
    }
}

/// The pasts of an open account in good standing.
fn pasts() -> impl Iterator<Item = Past> {
    let spoke = [None, Some((Kind::Message, 2)), Some((Kind::Call, 2)), Some((Kind::Message, 40))];
    let scopes = [Scoped::Unset, Scoped::In, Scoped::Ended, Scoped::Out, Scoped::OutLate];
    let doubts = [None, Some(60 * 60), Some(50 * 60), Some(30)];
    let corners = spoke.into_iter().flat_map(move |s| scopes.map(move |sc| (s, sc)));
    let corners = corners.flat_map(move |(s, sc)| doubts.map(move |d| (s, sc, d)));
    corners.flat_map(|(spoke, scopes, doubt)| {
        (0..4_u8).map(move |flags| Past {
            spoke,
            scopes,
            doubt,
            called: flags & 1 != 0,
            marketed: flags & 2 != 0,
            seen: false,
            closed: false,
            blocked: false,
            suspended: false,
        })
    })
}

fn stricts() -> Vec<(Strict, Policy)> {
    let bit = |flags: u8, bit: u8| flags & bit != 0;
    let strict =
        |f| Strict { order: bit(f, 1), opt_in: bit(f, 2), quiet: bit(f, 4), caps: bit(f, 8) };
    (0..16).map(strict).map(|strict| (strict, strict.policy())).collect()
}

fn words() -> Vec<(Words, Event<'static>)> {
    let mut about = vec![(None, None)];
    for sector in ["travel", "bank"] {
        about.extend([None, Some("booking"), Some("ads")].map(|purpose| (Some(sector), purpose)));
    }
    let corners = Category::ALL.iter().flat_map(|c| about.iter().map(move |about| (*c, *about)));
    let said = corners
        .flat_map(|(category, about)| [false, true].map(|card| Words { category, card, about }));
    said.map(|words| (words, words.event())).collect()
}

/// Every case there is; those that the first four rows decide, with one past only.
pub fn every_case(tally: &mut Tally) {
    let (stricts, words) = (stricts(), words());
    let Some([(_, message), .., (_, call)]) = words.get(..) else { return };
    let compare = |tally: &mut Tally, past: Past| {
        let machine = past.machine([message, call]);
        for (strict, policy) in &stricts {
            for (words, event) in &words {
                let world = World { words: *words, strict: *strict, past };
                let met = visit(event, Role::Recipient(None));
                tally.compare(TALE, &world, policy, &machine, met);
            }
        }
    };
    for past in pasts() {
        compare(tally, past);
    }
    for (past, flags) in pasts().take(1).flat_map(|past| (1..16_u8).map(move |f| (past, f))) {
        let past = Past {
            seen: flags & 1 != 0,
            closed: flags & 2 != 0,
            blocked: flags & 4 != 0,
            suspended: flags & 8 != 0,
            ..past
        };
        compare(tally, past);
    }
}
