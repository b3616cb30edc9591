//! A portrait in words, part by part.

use std::fmt;

use firstword_rules::{Dated, Standing};

use super::{Because, Business, Doubt, Portrait, Section, Talk};
use crate::change::words::{Granted, Of, listed};
use crate::{Duty, Moment};

impl Portrait<'_> {
    /// The parts in words, of each at most so many lines; parts without anything are left out.
    pub fn sections(&self, most: usize) -> Vec<Section> {
        let parts: [(&'static str, Vec<String>); 8] = [
            ("standing", self.standing()),
            ("terms", self.terms()),
            ("person", self.alone()),
            ("conversations", self.conversations.iter().map(|talk| self.talk(talk)).collect()),
            ("businesses", self.businesses.iter().map(business).collect()),
            ("duties to erase", self.owed()),
            ("blocks", self.blocked()),
            ("limits", self.limits()),
        ];
        let parts = parts.into_iter().filter(|(_, lines)| !lines.is_empty());
        let section = |(heading, mut lines): (&'static str, Vec<String>)| {
            let more = lines.len().saturating_sub(most);
            lines.truncate(most);
            Section { heading, lines, more }
        };
        parts.map(section).collect()
    }

    fn standing(&self) -> Vec<String> {
        let standing = format!("{}: {}", self.stand.standing, self.because);
        let may = match self.stand.standing {
            Standing::Full => "may start, reply and be spoken to",
            Standing::ReplyOnly => "may reply and be spoken to, not start",
            Standing::Suspended | Standing::Closed => "may neither speak nor be spoken to",
        };
        let shares = if self.shares_data { "may" } else { "may not" };
        vec![standing, may.to_owned(), format!("data {shares} be shared with partners")]
    }

    fn terms(&self) -> Vec<String> {
        let line = |(version, answer, listed): &(&str, Dated<_>, bool)| {
            let unlisted = if *listed { "" } else { ", not listed by the policy" };
            format!("{version}: {} at {}{unlisted}", answer.value, Moment(answer.at))
        };
        self.answers.iter().map(line).collect()
    }

    fn alone(&self) -> Vec<String> {
        let region =
            self.region.map(|held| format!("region {} since {}", held.value, Moment(held.at)));
        let reach =
            self.reach.map(|held| format!("reach {} since {}", held.value, Moment(held.at)));
        let doubt = self.doubt.map(|doubt| doubt.in_words(Moment(self.at)));
        [region, reach, doubt].into_iter().flatten().collect()
    }

    fn talk(&self, talk: &Talk<'_>) -> String {
        let until = |what: &str, until: Option<_>| {
            until.map(|until| format!("{what} until {}", Moment(until)))
        };
        let except = match talk.except.as_slice() {
            [] => String::new(),
            except => format!(" (not {})", listed(except)),
        };
        let replied = until("may be answered", talk.may_be_replied);
        let parts = [
            until("may reply", talk.may_reply),
            until("may call back", talk.may_call_back),
            replied.map(|replied| replied + &except),
            until("may be called back", talk.may_be_called_back),
            until("live", talk.live),
            talk.unanswered.then(|| "unanswered".to_owned()),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        match parts.is_empty() {
            true => format!("{}: nothing open, last at {}", talk.with, Moment(talk.newest)),
            false => format!("{}: {}", talk.with, parts.join(", ")),
        }
    }

    fn owed(&self) -> Vec<String> {
        let line = |duty: &Duty<'_>| {
            let overdue = if duty.is_overdue(self.at) { ": overdue" } else { "" };
            format!("{} by {}{overdue}", duty.business, Moment(duty.by))
        };
        self.duties.iter().map(line).collect()
    }

    fn blocked(&self) -> Vec<String> {
        let line = |(party, block): &(_, Dated<bool>)| {
            let done = if block.value { "blocked" } else { "unblocked" };
            format!("{party}: {done} at {}", Moment(block.at))
        };
        self.blocks.iter().map(line).collect()
    }

    fn limits(&self) -> Vec<String> {
        let starts = &self.unanswered_starts;
        let count = starts.to.len();
        let starts = match (starts.cap, count) {
            (_, 0) => None,
            (Some((max, per)), _) => Some(format!("unanswered starts: {}", Of(count, max, per))),
            (None, _) => Some(format!("unanswered starts: {count}, no cap")),
        };
        let marketing = self.marketing_starts;
        let marketing = match (marketing.counted, marketing.remembered) {
            (_, 0) => None,
            (Some((count, max, per)), _) => {
                Some(format!("marketing starts: {}", Of(count, max.into(), per)))
            }
            (None, remembered) => {
                Some(format!("marketing starts: {remembered} remembered, no cap"))
            }
        };
        starts.into_iter().chain(marketing).collect()
    }
}

impl Doubt {
    fn in_words(self, at: Moment) -> String {
        let since = Moment(self.stated.at);
        match (self.stated.value, self.until.map(Moment)) {
            (false, _) => format!("not in doubt, cleared at {since}"),
            (true, None) => format!("in doubt since {since}, which this policy passes over"),
            (true, Some(until)) if at < until => format!("in doubt since {since} until {until}"),
            (true, Some(until)) => format!("no longer in doubt since {until}"),
        }
    }
}

fn business(held: &Business<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for alike in held.scopes.chunk_by(|(_, one, _), (_, other, _)| one == other) {
        let names: Vec<_> = alike.iter().map(|(scope, _, _)| *scope).collect();
        let stated = alike.first().map(|(_, grant, ended)| {
            let ended = if *ended { ", which has ended" } else { "" };
            format!("{} {}{ended}", listed(&names), Granted(*grant))
        });
        parts.extend(stated);
    }
    if let Some(at) = held.erased {
        parts.push(format!("erased the contact at {}", Moment(at)));
    }
    match held.unanswered_calls {
        (0, _) => (),
        (count, Some(cap)) => parts.push(format!("{count} of {cap} unanswered calls")),
        (count, None) => parts.push(format!("{count} unanswered calls, no cap")),
    }
    if parts.is_empty() {
        parts.push("nothing any more".to_owned());
    }
    format!("{}: {}", held.business, parts.join("; "))
}

impl fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Because::Closed => f.write_str("the account is closed"),
            Because::NoTerms => f.write_str("no terms are in force"),
            Because::Order => f.write_str("an order holds"),
            Because::Accepted { version } => write!(f, "accepted terms {version}"),
            Because::Refused { version, answer } => {
                write!(f, "{} terms {version} at {}", answer.value, Moment(answer.at))
            }
            Because::Silent { version, since } => {
                write!(f, "no answer to terms {version}, in force since {}", Moment(*since))
            }
        }
    }
}
