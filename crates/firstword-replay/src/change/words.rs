//! Changes in words.

use std::fmt;

use firstword_rules::{CONVERSATIONS, Dated, Grant, Kind, Name, Reach, Scope, Span, Stand};

use super::{Change, Gives};
use crate::Moment;

impl fmt::Display for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Closed { duties } => match duties.len() {
                0 => f.write_str("account closed: everything dropped"),
                1 => f.write_str("account closed: everything dropped but 1 duty"),
                more => write!(f, "account closed: everything dropped but {more} duties"),
            },
            Change::Standing { was, now } => {
                write!(f, "standing: {} -> {}", Shown(*was), Shown(*now))
            }
            Change::SharesData(true) => f.write_str("data may be shared with partners"),
            Change::SharesData(false) => f.write_str("data may not be shared with partners"),
            Change::Answered { version, was, now } => {
                write!(f, "answer to terms {version}: ")?;
                stated(f, *was, *now, |answer| answer.as_str(), "none")
            }
            Change::AnswerForgotten { version } => {
                write!(f, "forgot the answer to terms {version} (16 are kept)")
            }
            Change::Located { was, now } => {
                f.write_str("region ")?;
                stated(f, *was, *now, |region| region.to_string(), "unknown")
            }
            Change::Reach { was, now } => {
                f.write_str("reach ")?;
                stated(f, *was, *now, Reach::as_str, "everyone, by default")
            }
            Change::Doubt { was, now, until } => doubt(f, *was, *now, until.map(Moment)),
            Change::Permission { business, scopes, now } => {
                write!(f, "{business}: {} {}", listed(scopes), Granted(*now))
            }
            Change::Erased { business, at } => {
                write!(f, "{business} erased the contact at {}", Moment(*at))
            }
            Change::Owes(duty) => {
                write!(f, "{} owes the erasure by {}", duty.business, Moment(duty.by))
            }
            Change::OwesNoMore { duty, late } => {
                let how = match late {
                    Some(false) => "done in time",
                    Some(true) => "done late",
                    None => "opted in again",
                };
                let by = Moment(duty.by);
                write!(f, "{} no longer owes the erasure by {by}: {how}", duty.business)
            }
            Change::UnansweredCalls { business, count } => {
                write!(f, "unanswered calls of {business}: {count}")
            }
            Change::Block { party, was, now } => {
                let done = if now.value { "blocked" } else { "unblocked" };
                match was {
                    Some(was) if *was == now.value => {
                        write!(f, "{done} {party} again, at {}", Moment(now.at))
                    }
                    _ => write!(f, "{done} {party}"),
                }
            }
            Change::Heard { from, kind, until, .. } => {
                let call = if *kind == Kind::Call { " and call back" } else { "" };
                write!(f, "may reply to {from}{call} until {}", Moment(*until))
            }
            Change::Spoke { to, kind, gives, .. } => spoke(f, to, *kind, gives),
            Change::Unanswered { to, count } => match count {
                Some((count, max, per)) => {
                    write!(f, "1 more unanswered start: {to} ({})", Of(*count, *max, *per))
                }
                None if to.is_person() => write!(f, "1 more unanswered start: {to}"),
                None => write!(f, "began with {to}, which was not heard since"),
            },
            Change::AnsweredStart { by } => write!(f, "the start to {by} is answered"),
            Change::MarketingStarts { remembered, counted } => match counted {
                Some((count, max, per)) => {
                    write!(f, "marketing starts: {}", Of(*count, (*max).into(), *per))
                }
                None => write!(f, "marketing starts: {remembered} remembered"),
            },
            Change::Forgotten { with } => {
                let (thousands, rest) = (CONVERSATIONS / 1_000, CONVERSATIONS % 1_000);
                write!(
                    f,
                    "forgot the conversation with {with} ({thousands},{rest:03} are remembered)"
                )
            }
        }
    }
}

/// "3 of 5 in 24h"
pub(crate) struct Of(pub(crate) usize, pub(crate) u16, pub(crate) Span);

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} in {}", self.0, self.1, self.2)
    }
}

/// A standing, and because of what.
struct Shown(Stand);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.because {
            Some(reason) => write!(f, "{} ({reason})", self.0.standing),
            None => write!(f, "{}", self.0.standing),
        }
    }
}

/// What was stated of a scope: "in since ..., until ..." or "out since ...".
pub(crate) struct Granted(pub(crate) Dated<Grant>);

impl fmt::Display for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = Moment(self.0.at);
        match self.0.value {
            Grant::Out => write!(f, "out since {since}"),
            Grant::In { until: None } => write!(f, "in since {since}"),
            Grant::In { until: Some(until) } => {
                write!(f, "in since {since} until {}", Moment(until))
            }
        }
    }
}

/// Scopes side by side.
pub(crate) fn listed(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")
}

/// A fact, and what it was before; or that the same was stated again.
fn stated<T: Copy + PartialEq, S: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    was: Option<T>,
    now: Dated<T>,
    word: impl Fn(T) -> S,
    before: &str,
) -> fmt::Result {
    let new = word(now.value);
    match was {
        None => write!(f, "{new} (was: {before})"),
        Some(was) if was == now.value => write!(f, "{new} again, at {}", Moment(now.at)),
        Some(was) => write!(f, "{new} (was: {})", word(was)),
    }
}

fn doubt(
    f: &mut fmt::Formatter<'_>,
    was: bool,
    now: Dated<bool>,
    until: Option<Moment>,
) -> fmt::Result {
    match (now.value, was, until) {
        (true, false, Some(until)) => write!(f, "in doubt until {until}"),
        (true, true, Some(until)) => write!(f, "in doubt anew, until {until}"),
        (true, _, None) => {
            write!(f, "in doubt since {}, which this policy passes over", Moment(now.at))
        }
        (false, true, _) => f.write_str("no longer in doubt"),
        (false, false, _) => write!(f, "not in doubt, stated at {}", Moment(now.at)),
    }
}

fn spoke(f: &mut fmt::Formatter<'_>, to: &Name<'_>, kind: Kind, gives: &Gives) -> fmt::Result {
    let what = match kind {
        Kind::Message => "messages",
        Kind::Call => "messages and calls",
    };
    match gives {
        Gives::Life { until } => {
            let said = if kind == Kind::Call { "called" } else { "wrote to" };
            write!(f, "{said} {to}: live until {}", Moment(*until))
        }
        Gives::Reply { until, except } if except.is_empty() => {
            write!(f, "{to} may reply until {} ({what})", Moment(*until))
        }
        Gives::Reply { until, except } => {
            write!(f, "{to} may reply until {} ({what}, not {})", Moment(*until), listed(except))
        }
        Gives::Nothing => write!(f, "spoke to {to}, which gives it no right to reply"),
    }
}
