//! The instants at which a machine that stands still may change its mind, quiet hours apart.
//!
//! A row compares the time of an event with instants that follow from the policy and the machine, never with anything
//! else. Here these are gathered, chapter by chapter of the page: one too many costs a question, one too few a wrong
//! answer.

use firstword_rules::{
    Consequence, Grant, Kind, Machine, Millis, Order, Party, Policy, Terms, Utterance,
};

use super::{END, Place, Question};

impl Question<'_> {
    /// The instants after `after` and before [`END`] at which the answer may change if nothing else happens, in order.
    /// Between two of them it is one and the same, but for quiet hours: these are not among them.
    pub fn moments(&self, after: Millis) -> Vec<Millis> {
        let places = self.sender.iter().chain(&self.recipient);
        let all = places.flat_map(|place| self.of_place(place));
        let mut moments: Vec<_> = all.filter(|moment| after < *moment && *moment < END).collect();
        moments.sort_unstable();
        moments.dedup();
        moments
    }

    /// All that one machine may see change.
    fn of_place(&self, Place { machine, peer }: &Place<'_>) -> Vec<Millis> {
        let mut moments = Vec::new();
        moments.extend(of_words(self.policy, machine, *peer));
        moments.extend(of_terms(self.policy, machine));
        moments.extend(self.policy.orders.iter().flat_map(of_order));
        moments.extend(of_permission(machine, *peer, &self.utterance));
        moments.extend(of_doubt(self.policy, machine));
        moments.extend(of_unanswered_starts(self.policy, machine));
        moments.extend(of_marketing_starts(self.policy, machine));
        moments
    }
}

/// Section 2: each of the four times is open for the reply window, and keeps the pair live for `idle`. A floor does
/// not move with time; where doubt makes one, it goes with the doubt.
fn of_words(policy: &Policy, machine: &Machine, peer: Party) -> impl Iterator<Item = Millis> {
    let words = machine.conversation(peer).map(|talk| {
        let (message, call) = (Kind::Message, Kind::Call);
        [talk.heard(message), talk.heard(call), talk.spoke(message), talk.spoke(call)]
    });
    let words = words.into_iter().flatten().flatten();
    words.flat_map(|word| [word + policy.reply_window, word + policy.idle])
}

/// Section 3: a version comes into force where the person is, and its stages begin.
fn of_terms(policy: &Policy, machine: &Machine) -> impl Iterator<Item = Millis> {
    let region = machine.region().map(|region| region.value);
    policy.terms.iter().flat_map(move |terms: &Terms| {
        let effective = terms.effective(region);
        let stages = [terms.on_declined(region), terms.on_silence(region)].into_iter();
        let stages = stages.flat_map(|consequence| match consequence {
            Consequence::Always(_) => &[],
            Consequence::Stages(stages) => &stages[..],
        });
        [effective].into_iter().chain(stages.map(move |stage| effective + stage.after))
    })
}

/// Section 7: an order holds from a time and until a time.
fn of_order(order: &Order) -> impl Iterator<Item = Millis> {
    [order.from, order.until].into_iter().flatten()
}

/// Section 4: the opt-in to the needed scope ends.
fn of_permission(machine: &Machine, peer: Party, utterance: &Utterance<'_>) -> Option<Millis> {
    let scope = utterance.category().needed_scope()?;
    match machine.contact(peer)?.scope(scope)?.value {
        Grant::In { until } => until,
        Grant::Out => None,
    }
}

/// Section 4: doubt holds for a while. With it ends the floor that it made.
fn of_doubt(policy: &Policy, machine: &Machine) -> Option<Millis> {
    let doubt = machine.doubt().filter(|doubt| doubt.value)?;
    Some(doubt.at + policy.doubt_hold?)
}

/// Section 6: an unanswered start counts for a time from the newest word to that person.
fn of_unanswered_starts(policy: &Policy, machine: &Machine) -> impl Iterator<Item = Millis> {
    let talks = machine.conversations().iter().filter(|talk| talk.unanswered());
    let newest = talks.filter_map(|talk| talk.spoke(Kind::Message).max(talk.spoke(Kind::Call)));
    let per = policy.limits.unanswered_starts.map(|cap| cap.per);
    per.into_iter().flat_map(move |per| newest.clone().map(move |newest| newest + per))
}

/// Section 6: a marketing start counts for a time.
fn of_marketing_starts(policy: &Policy, machine: &Machine) -> impl Iterator<Item = Millis> {
    let per = policy.limits.marketing.as_ref().map(|cap| cap.per);
    per.into_iter().flat_map(|per| machine.marketing_starts().map(move |start| start + per))
}
