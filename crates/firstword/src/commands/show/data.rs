//! A person's machine as JSON: every time in full, nothing left out.

use firstword_replay::{Because, Business, Duty, Portrait, Talk};
use firstword_rules::{Answer, Dated, Grant, Millis, Name, Scope};
use serde::Serialize;

/// A portrait as JSON.
#[derive(Serialize)]
pub struct Shown {
    person: String,
    at: String,
    policy: String,
    decisions: u64,
    standing: &'static str,
    because: String,
    reason: Option<&'static str>,
    shares_data: bool,
    terms: Vec<Answered>,
    region: Option<Stated>,
    reach: Option<Stated>,
    doubt: Option<Doubtful>,
    conversations: Vec<Conversation>,
    businesses: Vec<Contact>,
    duties: Vec<Owed>,
    blocks: Vec<Block>,
    unanswered_starts: Starts,
    marketing_starts: Marketing,
}

#[derive(Serialize)]
struct Answered {
    version: String,
    answer: &'static str,
    at: String,
    /// Whether the policy lists the version.
    listed: bool,
}

#[derive(Serialize)]
struct Stated {
    value: String,
    at: String,
}

#[derive(Serialize)]
struct Doubtful {
    in_doubt: bool,
    at: String,
    until: Option<String>,
}

#[derive(Serialize)]
struct Conversation {
    with: String,
    may_reply_until: Option<String>,
    may_call_back_until: Option<String>,
    may_be_answered_until: Option<String>,
    /// The categories that may not be answered in then.
    not_for: Vec<&'static str>,
    may_be_called_back_until: Option<String>,
    live_until: Option<String>,
    unanswered: bool,
    newest: String,
}

#[derive(Serialize)]
struct Contact {
    business: String,
    scopes: Vec<ScopeStated>,
    erased: Option<String>,
    unanswered_calls: u8,
}

#[derive(Serialize)]
struct ScopeStated {
    scope: &'static str,
    state: &'static str,
    at: String,
    until: Option<String>,
    ended: bool,
}

/// A duty as JSON.
#[derive(Serialize)]
pub struct Owed {
    business: String,
    person: String,
    since: String,
    by: String,
    overdue: bool,
}

#[derive(Serialize)]
struct Block {
    party: String,
    blocked: bool,
    at: String,
}

#[derive(Serialize)]
struct Starts {
    to: Vec<String>,
    max: Option<u16>,
    per: Option<String>,
}

#[derive(Serialize)]
struct Marketing {
    remembered: usize,
    counted: Option<usize>,
    max: Option<u8>,
    per: Option<String>,
}

impl Shown {
    /// A portrait under the policy of this label.
    pub fn of(shown: &Portrait<'_>, policy: &str) -> Shown {
        let doubt = shown.doubt.map(|doubt| Doubtful {
            in_doubt: doubt.stated.value && doubt.until.is_some_and(|until| shown.at < until),
            at: time(doubt.stated.at),
            until: doubt.until.map(time),
        });
        let (starts, marketing) = (&shown.unanswered_starts, shown.marketing_starts);
        Shown {
            person: shown.person.to_string(),
            at: time(shown.at),
            policy: policy.to_owned(),
            decisions: shown.decisions,
            standing: shown.stand.standing.as_str(),
            because: because(&shown.because),
            reason: shown.stand.because.map(|reason| reason.as_str()),
            shares_data: shown.shares_data,
            terms: shown.answers.iter().map(answered).collect(),
            region: shown.region.map(stated),
            reach: shown.reach.map(stated),
            doubt,
            conversations: shown.conversations.iter().map(conversation).collect(),
            businesses: shown.businesses.iter().map(contact).collect(),
            duties: shown.duties.iter().map(|duty| Owed::of(duty, shown.at)).collect(),
            blocks: shown.blocks.iter().map(block).collect(),
            unanswered_starts: Starts {
                to: starts.to.iter().map(ToString::to_string).collect(),
                max: starts.cap.map(|(max, _)| max),
                per: starts.cap.map(|(_, per)| per.to_string()),
            },
            marketing_starts: Marketing {
                remembered: marketing.remembered,
                counted: marketing.counted.map(|(count, _, _)| count),
                max: marketing.counted.map(|(_, max, _)| max),
                per: marketing.counted.map(|(_, _, per)| per.to_string()),
            },
        }
    }
}

impl Owed {
    /// A duty at a time.
    pub fn of(duty: &Duty<'_>, at: Millis) -> Owed {
        Owed {
            business: duty.business.to_string(),
            person: duty.person.to_string(),
            since: time(duty.since),
            by: time(duty.by),
            overdue: duty.is_overdue(at),
        }
    }
}

fn time(at: Millis) -> String {
    at.to_string()
}

/// In a word, and the version where there is one: what `reason` does not say.
fn because(because: &Because<'_>) -> String {
    match because {
        Because::Closed => "closed".to_owned(),
        Because::NoTerms => "no terms".to_owned(),
        Because::Order => "an order".to_owned(),
        Because::Accepted { version } => format!("accepted {version}"),
        Because::Refused { version, answer } => format!("{} {version}", answer.value),
        Because::Silent { version, .. } => format!("no answer to {version}"),
    }
}

fn answered((version, answer, listed): &(&str, Dated<Answer>, bool)) -> Answered {
    let (version, at) = ((*version).to_owned(), time(answer.at));
    Answered { version, answer: answer.value.as_str(), at, listed: *listed }
}

fn stated<T: ToString>(held: Dated<T>) -> Stated {
    Stated { value: held.value.to_string(), at: time(held.at) }
}

fn conversation(talk: &Talk<'_>) -> Conversation {
    Conversation {
        with: talk.with.to_string(),
        may_reply_until: talk.may_reply.map(time),
        may_call_back_until: talk.may_call_back.map(time),
        may_be_answered_until: talk.may_be_replied.map(time),
        not_for: talk.except.iter().map(|scope| scope.as_str()).collect(),
        may_be_called_back_until: talk.may_be_called_back.map(time),
        live_until: talk.live.map(time),
        unanswered: talk.unanswered,
        newest: time(talk.newest),
    }
}

fn contact(held: &Business<'_>) -> Contact {
    let scope = |(scope, grant, ended): &(Scope, Dated<Grant>, bool)| {
        let (state, until) = match grant.value {
            Grant::In { until } => ("in", until),
            Grant::Out => ("out", None),
        };
        let (at, until) = (time(grant.at), until.map(time));
        ScopeStated { scope: scope.as_str(), state, at, until, ended: *ended }
    };
    Contact {
        business: held.business.to_string(),
        scopes: held.scopes.iter().map(scope).collect(),
        erased: held.erased.map(time),
        unanswered_calls: held.unanswered_calls.0,
    }
}

fn block((party, block): &(Name<'_>, Dated<bool>)) -> Block {
    Block { party: party.to_string(), blocked: block.value, at: time(block.at) }
}
