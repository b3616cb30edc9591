//! The two rights: to reply, which the other party's words give for a while, and to start (RULES.md, section 2).

use crate::case::Case;
use crate::permission::{doubt_since, floor, floor_of};
use crate::{Basis, Category, Conversation, Kind, Machine, Millis, Party, Policy, Role, Span};

/// "A time u **is open at t** for a span W when u is set and t < u + W." A late t counts as open.
pub(crate) fn open(time: Option<Millis>, at: Millis, window: Span) -> bool {
    time.is_some_and(|time| at < time + window)
}

/// The newest utterance of that kind that P heard from Q.
pub(crate) fn heard(case: &Case<'_, '_>, kind: Kind) -> Option<Millis> {
    case.conversation.and_then(|conversation| conversation.heard(kind))
}

/// The newest utterance of that kind of P to Q. "For a business Q, a `spoke_*` time that is not after P's floor
/// for Q and the category is as unset."
pub(crate) fn spoke(case: &Case<'_, '_>, kind: Kind) -> Option<Millis> {
    let spoke = case.conversation.and_then(|conversation| conversation.spoke(kind))?;
    (case.peer_is_person() || floor(case).is_none_or(|floor| spoke > floor)).then_some(spoke)
}

/// The times that give the one who wants to speak the right to reply, by message and by call: the other's words do,
/// and a message never opens a call.
pub(crate) fn words_to_reply_to(case: &Case<'_, '_>) -> [Option<Millis>; 2] {
    let words = match case.visit.role {
        Role::Recipient(_) => spoke,
        Role::Sender | Role::Subject => heard,
    };
    let message = (case.kind() == Kind::Message).then(|| words(case, Kind::Message)).flatten();
    [message, words(case, Kind::Call)]
}

/// Whether the one who wants to speak holds the right to reply.
pub(crate) fn holds_right_to_reply(case: &Case<'_, '_>) -> bool {
    let window = case.policy.reply_window;
    words_to_reply_to(case).into_iter().any(|time| open(time, case.at(), window))
}

/// The four times of the pair.
pub(crate) fn words(case: &Case<'_, '_>) -> [Option<Millis>; 4] {
    let (message, call) = (Kind::Message, Kind::Call);
    [heard(case, message), heard(case, call), spoke(case, message), spoke(case, call)]
}

/// "The pair is **live**: any of the four times is open at t for `conversation.idle`."
pub(crate) fn is_live(case: &Case<'_, '_>) -> bool {
    words(case).into_iter().any(|time| open(time, case.at(), case.policy.idle))
}

/// What an utterance that is let through is classed as.
pub(crate) fn class(case: &Case<'_, '_>) -> Basis {
    if holds_right_to_reply(case) {
        Basis::Reply
    } else if is_live(case) {
        Basis::Continue
    } else {
        Basis::Start
    }
}

/// Until when the rights hold that words give, at a time when nobody speaks.
impl Machine {
    /// Until when, exclusive, this person holds the right to reply to a party by a message or a call; also where that
    /// is over. Nothing where the party was never heard so.
    pub fn may_reply_until(&self, policy: &Policy, to: Party, kind: Kind) -> Option<Millis> {
        let heard = |kind| self.conversation(to).and_then(|held| held.heard(kind));
        let message = (kind == Kind::Message).then(|| heard(Kind::Message)).flatten();
        Some(message.max(heard(Kind::Call))? + policy.reply_window)
    }

    /// Until when, exclusive, a business holds the right to reply to this person by a message or call of a category;
    /// also where that is over. Nothing where the person said nothing to it since their floor for the category, which
    /// falls when doubt ends: so it is asked at a time.
    pub fn may_be_replied_until(
        &self,
        policy: &Policy,
        business: Party,
        category: Category,
        at: Millis,
    ) -> Option<Millis> {
        let floor = floor_of(self.contact(business), category.needed_scope())
            .max(doubt_since(policy, self, at));
        let spoke = |kind| {
            let spoke = self.conversation(business).and_then(|held| held.spoke(kind));
            spoke.filter(|spoke| floor.is_none_or(|floor| *spoke > floor))
        };
        let message = (category != Category::Calls).then(|| spoke(Kind::Message)).flatten();
        Some(message.max(spoke(Kind::Call))? + policy.reply_window)
    }

    /// Until when, exclusive, this person and a party are live, as the sender's gate sees it at a time; also where
    /// that is over.
    pub fn live_until(&self, policy: &Policy, with: Party, at: Millis) -> Option<Millis> {
        let held: &Conversation = self.conversation(with)?;
        let floor = floor_of(self.contact(with), None).max(doubt_since(policy, self, at));
        let counts = |spoke: &Millis| with.is_person() || floor.is_none_or(|floor| *spoke > floor);
        let both = [Kind::Message, Kind::Call];
        let newest =
            both.into_iter().map(|kind| held.heard(kind).max(held.spoke(kind).filter(counts)));
        Some(newest.max().flatten()? + policy.idle)
    }
}
