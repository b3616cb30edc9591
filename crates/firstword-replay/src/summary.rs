//! What all machines together hold at a time, counted.

use firstword_engine::Engine;
use firstword_rules::{Kind, Millis, Standing};

use crate::duties;

/// Counts over all machines at a time.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Summary {
    /// Machines that have decided anything.
    pub people: u64,
    /// How many of them stand so, in the order of the page: full, reply_only, suspended, closed.
    pub standings: [u64; 4],
    /// How many people's data may be shared with partners.
    pub share_data: u64,
    /// How many machines are in doubt.
    pub in_doubt: u64,
    /// Conversations that are remembered.
    pub conversations: u64,
    /// Those of them in which the person may reply by a message.
    pub open: u64,
    /// Those of them that are live.
    pub live: u64,
    /// Pairs of a person and a business that the person stated something of.
    pub contacts: u64,
    /// Blocks that hold.
    pub blocks: u64,
    /// Duties to erase that run.
    pub duties: u64,
    /// Those of them whose deadline has passed.
    pub overdue: u64,
}

/// What the machines of an engine hold at a time.
pub fn summary(engine: &Engine, at: Millis) -> Summary {
    let policy = engine.policy();
    let mut sum = Summary::default();
    for (_, machine) in engine.machines() {
        sum.people += 1;
        let standing = machine.stand(policy, at).standing;
        let place = Standing::ALL.iter().position(|one| *one == standing);
        if let Some(count) = place.and_then(|place| sum.standings.get_mut(place)) {
            *count += 1;
        }
        sum.share_data += u64::from(machine.shares_data(policy, at));
        sum.in_doubt += u64::from(machine.in_doubt_since(policy, at).is_some());
        for held in machine.conversations() {
            let open = machine.may_reply_until(policy, held.party(), Kind::Message);
            let live = machine.live_until(policy, held.party(), at);
            sum.conversations += 1;
            sum.open += u64::from(open.is_some_and(|until| at < until));
            sum.live += u64::from(live.is_some_and(|until| at < until));
        }
        sum.contacts += machine.contacts().len() as u64;
        sum.blocks += machine.blocks().iter().filter(|(_, block)| block.value).count() as u64;
    }
    let duties = duties(engine);
    sum.duties = duties.len() as u64;
    sum.overdue = duties.iter().filter(|duty| duty.is_overdue(at)).count() as u64;
    sum
}
