//! What a business may say, what a policy may have, and what P's machine may know.

use firstword_rules::{
    Answer, Basis, Category, Day, Event, Fact, Hours, Kind, Limits, Machine, MarketingCap, Millis,
    Order, Policy, Purposes, QuietHours, Region, Regions, Role, Scopes, Sector, Span, Standing,
    Verdict,
};
use jiff::tz::TimeZone;

use crate::cast::{NOON, business, person, says};
use crate::meeting::{stated, uttered};
use crate::plain::{free, happened, remembers, terms};

/// What the business says.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    pub category: Category,
    pub card: bool,
    /// The sector, and the purpose.
    pub about: (Option<&'static str>, Option<&'static str>),
}

/// What the policy has: an order, the need of an opt-in, quiet hours, caps.
#[derive(Clone, Copy, Debug)]
pub struct Strict {
    pub order: bool,
    pub opt_in: bool,
    pub quiet: bool,
    pub caps: bool,
}

/// What P's machine knows.
#[derive(Clone, Copy, Debug)]
pub struct Past {
    pub spoke: Option<(Kind, i64)>,
    pub scopes: Scoped,
    /// Minutes ago.
    pub doubt: Option<i64>,
    pub called: bool,
    pub marketed: bool,
    pub seen: bool,
    pub closed: bool,
    pub blocked: bool,
    pub suspended: bool,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scoped {
    Unset,
    In,
    Ended,
    Out,
    OutLate,
}

impl Strict {
    /// The policy.
    pub fn policy(self) -> Policy {
        const ALL: &[Category] = Category::ALL;
        let france =
            Regions { listed: Region::parse("FR").into_iter().collect(), ..Regions::default() };
        let order = Order {
            name: "still".into(),
            regions: Some(france.clone()),
            from: Some(NOON),
            until: Some(Millis(NOON.0 + 1)),
            standing_full: false,
            no_data_sharing: false,
            forbid: ALL.to_vec(),
        };
        let quiet = QuietHours {
            regions: france.clone(),
            categories: ALL.to_vec(),
            timezone: TimeZone::UTC,
            hours: Hours::Days(vec![Day::Saturday]),
        };
        let cap = MarketingCap { max: 1, per: Span::hours(101), except: Regions::default() };
        let sector = |name: &str, purposes| Sector { name: name.into(), purposes };
        Policy {
            terms: vec![terms("2022", NOON, Standing::Suspended)],
            forbidden_content: vec!["card".into()],
            sectors: vec![
                sector("travel", Purposes::Deny(vec!["ads".into()])),
                sector("bank", Purposes::Allow(vec!["booking".into()])),
            ],
            orders: self.order.then_some(order).into_iter().collect(),
            require_opt_in: self.opt_in,
            quiet_hours: self.quiet.then_some(quiet).into_iter().collect(),
            limits: Limits {
                marketing: self.caps.then_some(cap),
                unanswered_calls: self.caps.then_some(1),
                unanswered_starts: None,
            },
            doubt_hold: Some(Span::hours(61)),
            ..free()
        }
    }
}

impl Words {
    /// The event, now.
    pub fn event(self) -> Event<'static> {
        let kind = if self.category == Category::Calls { Kind::Call } else { Kind::Message };
        let (sector, purpose) = self.about;
        let mut utterance = says(kind, business(0), person(0));
        utterance.category = (kind == Kind::Message).then_some(self.category);
        utterance.sector = sector.map(Into::into);
        utterance.purpose = purpose.map(Into::into);
        utterance.findings = if self.card { vec!["card".into()] } else { vec![] };
        uttered("now", NOON, utterance)
    }
}

impl Past {
    /// The machine; a seen event is any of two that are said now.
    pub fn machine(self, now: [&Event<'_>; 2]) -> Machine {
        let mut machine = Machine::default();
        let state = |machine: &mut Machine, id, minutes, fact| {
            let event = stated(id, NOON - Span(60_000 * minutes), person(0), fact);
            happened(machine, &event, Role::Subject, Verdict::Recorded);
        };
        // The opt-in comes first: one by which `calls` changes forgets the calls before it.
        let opt_in =
            |until| Fact::OptedIn { business: business(0), scopes: Some(Scopes::ALL), until };
        let opt_out = || Fact::OptedOut { business: business(0), scopes: None };
        match self.scopes {
            Scoped::Unset => (),
            Scoped::In => state(&mut machine, "scopes", 50 * 60, opt_in(None)),
            Scoped::Ended => state(&mut machine, "scopes", 50 * 60, opt_in(Some(NOON))),
            Scoped::Out => state(&mut machine, "scopes", 50 * 60, opt_out()),
            Scoped::OutLate => state(&mut machine, "scopes", 2 * 60, opt_out()),
        }
        let mut hear = |id, hours, utterance, role, verdict| {
            let event = uttered(id, NOON - Span::hours(hours), utterance);
            happened(&mut machine, &event, role, verdict);
        };
        let allowed = Verdict::Allowed(Basis::Start);
        if let Some((kind, hours)) = self.spoke {
            hear("words", hours, says(kind, person(0), business(0)), Role::Sender, allowed);
        }
        if self.called {
            let call = says(Kind::Call, business(0), person(0));
            hear("call", 100, call, Role::Recipient(None), allowed);
        }
        if self.marketed {
            let mut utterance = says(Kind::Message, business(0), person(0));
            utterance.category = Some(Category::Marketing);
            hear("advert", 100, utterance, Role::Recipient(None), allowed);
        }
        if let Some(minutes) = self.doubt {
            state(&mut machine, "doubt", minutes, Fact::Unreadable);
        }
        if let Some(france) = Region::parse("FR") {
            state(&mut machine, "region", 200 * 60, Fact::Located(france));
        }
        if !self.suspended {
            state(&mut machine, "terms", 0, Fact::Terms(Answer::Accepted, "2022".into()));
        }
        if self.blocked {
            state(&mut machine, "block", 0, Fact::Blocked(business(0)));
        }
        if self.closed {
            state(&mut machine, "erase", 0, Fact::PersonErased);
        }
        if self.seen {
            now.iter().for_each(|event| remembers(&mut machine, event));
        }
        machine
    }
}
