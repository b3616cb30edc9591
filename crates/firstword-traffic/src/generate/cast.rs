//! Who takes part: people, whom they know, where they live; businesses and what they do.
//!
//! Nothing is kept about a person: all of it follows from the seed and the person's number, so that
//! ten million people cost no memory here.

use super::draw::{Share, Shuffle, mix2, pick, scale};
use super::texts::Tongue;

/// What a person does about the terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Accepts,
    Declines,
    SaysNothing,
}

/// A trade: its name on the wire, what its businesses write about day by day, and what they sell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sector {
    pub(super) name: &'static str,
    /// Purposes of service and utility messages and of calls.
    pub(super) everyday: &'static [&'static str],
    /// Purposes of marketing messages.
    pub(super) offers: &'static [&'static str],
}

const SECTORS: [Sector; 8] = [
    Sector {
        name: "retail",
        everyday: &["order_update", "delivery", "return", "receipt"],
        offers: &["sale", "new_collection", "loyalty"],
    },
    Sector {
        name: "pharmacy",
        everyday: &["prescription_ready", "appointment", "opening_hours"],
        offers: &["product_sale", "vaccination_campaign"],
    },
    Sector {
        name: "bank",
        everyday: &["account_alert", "fraud_alert", "appointment"],
        offers: &["loan_offer", "card_offer"],
    },
    Sector {
        name: "government",
        everyday: &[
            "public_health",
            "economic_support",
            "social_protection",
            "local_administration",
            "local_administration",
            "appointment",
        ],
        offers: &["survey", "political_campaign"],
    },
    Sector {
        name: "airline",
        everyday: &["booking", "boarding", "delay", "baggage"],
        offers: &["upgrade_offer", "destination_offer"],
    },
    Sector {
        name: "clinic",
        everyday: &["appointment", "test_result", "telemedicine"],
        offers: &["checkup_offer"],
    },
    Sector {
        name: "energy",
        everyday: &["meter_reading", "outage", "bill"],
        offers: &["tariff_offer"],
    },
    Sector {
        name: "restaurant",
        everyday: &["reservation", "delivery"],
        offers: &["menu", "loyalty", "alcohol_sale"],
    },
];

/// Regions, the more populous in traffic named more often.
const REGIONS: [&str; 40] = [
    "IN", "IN", "IN", "IN", "IN", "IN", "BR", "BR", "BR", "BR", "NG", "NG", "NG", "FR", "FR", "FR",
    "DE", "DE", "DE-HH", "DE-BY", "DE-BE", "US", "US", "US-CA", "US-NY", "GB", "GB", "GB-SCT",
    "ES", "ES", "MX", "MX", "IT", "IT", "PT", "BE", "NL", "CA", "ZA", "ID",
];

const NAMES: [&str; 64] = [
    "alice", "bob", "amara", "ines", "joao", "priya", "arjun", "lena", "jonas", "chidi", "ngozi",
    "maria", "pedro", "camille", "hugo", "lea", "sofia", "marco", "giulia", "aisha", "omar", "mei",
    "kenji", "noor", "tunde", "zainab", "lucas", "ana", "paul", "emma", "finn", "ida", "ravi",
    "deepa", "kwame", "esi", "jose", "lucia", "diego", "carmen", "tom", "grace", "liam", "olivia",
    "noah", "ava", "ethan", "mia", "felix", "clara", "anton", "greta", "louis", "chloe", "jules",
    "manon", "sanjay", "anika", "bruno", "rita", "sean", "niamh", "dewi", "putri",
];

// Each of these tells one thing about a person apart from the others.
const HOME: u64 = 1;
const LOCATED: u64 = 2;
const DEGREE: u64 = 3;
const FRIEND: u64 = 4;
const RELATION: u64 = 5;
const OPTED_IN: u64 = 6;
const LIVELY: u64 = 7;
const TOWN: u64 = 8;

/// Everyone and every business of a log.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    people: u32,
    businesses: u32,
    key: u64,
    answers: Shuffle,
    arrivals: Shuffle,
    decline: u64,
    silent: u64,
}

impl Cast {
    pub(super) fn new(seed: u64, people: u32, businesses: u32, declined: f64, silent: f64) -> Self {
        let all = u64::from(people);
        Self {
            people,
            businesses,
            key: mix2(seed, 3),
            answers: Shuffle::new(all, mix2(seed, 4)),
            arrivals: Shuffle::new(all, mix2(seed, 5)),
            decline: Share::of(declined).count(all),
            silent: Share::of(silent).count(all),
        }
    }

    pub(super) fn people(&self) -> u32 {
        self.people
    }

    pub(super) fn businesses(&self) -> u32 {
        self.businesses
    }

    fn trait_of(&self, person: u32, what: u64) -> u64 {
        mix2(self.key ^ what, u64::from(person))
    }

    /// The person who settles in as the `nth`.
    pub(super) fn arrival(&self, nth: u32) -> u32 {
        narrow(self.arrivals.place(u64::from(nth)))
    }

    /// What the person does about the terms. Over all people the shares are exact.
    pub(super) fn answer(&self, person: u32) -> Answer {
        let place = self.answers.place(u64::from(person));
        if place < self.decline {
            Answer::Declines
        } else if place < self.decline + self.silent {
            Answer::SaysNothing
        } else {
            Answer::Accepts
        }
    }

    /// Where the person lives: mostly where the neighbours on the ring do.
    fn home(&self, person: u32) -> &'static str {
        let own = self.trait_of(person, HOME);
        let with_neighbours = scale(own, 10) < 8;
        pick(
            &REGIONS,
            if with_neighbours { self.trait_of(person / 32, TOWN) } else { mix2(own, 0) },
        )
    }

    /// The region that the platform knows; of one person in four it knows none.
    pub(super) fn region(&self, person: u32) -> Option<&'static str> {
        (scale(self.trait_of(person, LOCATED), 4) > 0).then(|| self.home(person))
    }

    /// A region to move to.
    pub(super) fn other_region(bits: u64) -> &'static str {
        pick(&REGIONS, bits)
    }

    pub(super) fn tongue(&self, person: u32) -> Tongue {
        Tongue::of(self.home(person))
    }

    /// How many businesses the person has opted in to from the beginning.
    pub(super) fn opt_ins(&self, person: u32) -> u8 {
        match scale(self.trait_of(person, OPTED_IN), 100) {
            _ if self.businesses == 0 => 0,
            0..50 => 0,
            50..80 => 1,
            80..92 => 2,
            _ => 3,
        }
    }

    /// How many facts are stated when the person settles in.
    pub(super) fn facts(&self, person: u32) -> u16 {
        u16::from(self.region(person).is_some())
            + u16::from(self.answer(person) != Answer::SaysNothing)
            + u16::from(self.opt_ins(person))
    }

    /// Whether the person is as lively as the bits ask: a few are very much so, most are not. Who
    /// knows many writes much.
    pub(super) fn is_lively(&self, person: u32, bits: u64) -> bool {
        let lively = scale(self.trait_of(person, LIVELY), 256);
        scale(bits, 65_536) <= lively * lively || self.degree(person) > 30
    }

    /// How many contacts the person has: 3 to 15 for most, more than a hundred for a few.
    fn degree(&self, person: u32) -> u64 {
        let bits = self.trait_of(person, DEGREE);
        let around = 3 + scale(bits, 10);
        match bits & 0xff {
            0 => around * 20,
            1..=7 => around * 6,
            8..=40 => around * 2,
            _ => around,
        }
    }

    /// One of the person's contacts, the first ones oftener: mostly neighbours on a ring of
    /// everyone (who know each other too), and every fourth somebody far away.
    pub(super) fn friend(&self, person: u32, bits: u64) -> u32 {
        let squared = (u128::from(bits) * u128::from(bits)) >> 64;
        let nth = scale(u64::try_from(squared).unwrap_or(0), self.degree(person));
        let all = u64::from(self.people);
        let far = mix2(self.trait_of(person, FRIEND), nth);
        let step = if nth % 4 == 3 { 1 + scale(far, all - 1) } else { (1 + nth / 2) % all };
        let step = if nth % 4 == 2 { all - step } else { step };
        self.around(person, step)
    }

    /// One of the few who write to people whom they do not know, one after another.
    pub(super) fn spammer(&self, bits: u64) -> u32 {
        self.arrival(narrow(scale(bits, u64::from(self.people).div_ceil(400))))
    }

    /// Somebody else, whoever.
    pub(super) fn stranger(&self, person: u32, bits: u64) -> u32 {
        self.around(person, 1 + scale(bits, u64::from(self.people) - 1))
    }

    /// The person so many steps on along the ring; the next one where that is the person themself.
    fn around(&self, person: u32, step: u64) -> u32 {
        let all = u64::from(self.people);
        let step = if step.is_multiple_of(all) { 1 } else { step };
        narrow((u64::from(person) + step) % all)
    }

    /// The `nth` business that the person has to do with. Some businesses are known to many.
    pub(super) fn business(&self, person: u32, nth: u8) -> u32 {
        let bits = mix2(self.trait_of(person, RELATION), u64::from(nth));
        let count = u64::from(self.businesses);
        let classes = u64::from(64 - count.leading_zeros());
        let class = scale(bits, classes);
        let first = (1_u64 << class) - 1;
        let width = (1_u64 << class).min(count.saturating_sub(first));
        narrow(first + scale(mix2(bits, 0), width))
    }

    /// Appends a person's name, prefix and all.
    pub(super) fn write_person(out: &mut Vec<u8>, person: u32) {
        out.extend_from_slice(b"person:");
        out.extend_from_slice(pick(&NAMES, mix2(0, u64::from(person))).as_bytes());
        out.push(b'-');
        crate::json::integer(out, u64::from(person));
    }

    /// Appends a business's name, prefix and all.
    pub(super) fn write_business(out: &mut Vec<u8>, business: u32) {
        out.extend_from_slice(b"business:");
        out.extend_from_slice(Self::sector(business).name.as_bytes());
        out.push(b'-');
        crate::json::integer(out, u64::from(business));
    }

    pub(super) fn sector(business: u32) -> Sector {
        pick(&SECTORS, mix2(1, u64::from(business)))
    }
}

/// A number that is below a count of people or businesses, and so fits.
fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Answer, Cast, mix2};
    use std::collections::BTreeSet;

    #[test]
    fn the_shares_of_answers_are_exact() {
        let cast = Cast::new(9, 1_000, 5, 0.2, 0.1);
        let count = |answer| (0..1_000).filter(|&person| cast.answer(person) == answer).count();
        assert_eq!(count(Answer::Declines), 200);
        assert_eq!(count(Answer::SaysNothing), 100);
        assert_eq!(count(Answer::Accepts), 700);
    }

    #[test]
    fn people_know_a_few_others_and_never_themselves() {
        for people in [2, 3, 10, 5_000] {
            let cast = Cast::new(9, people, 5, 0.2, 0.1);
            let mut known = Vec::new();
            for person in 0..people.min(500) {
                let friends: BTreeSet<_> =
                    (0..2_000).map(|n| cast.friend(person, mix2(n, 0))).collect();
                assert!(friends.iter().all(|&friend| friend != person && friend < people));
                assert_ne!(cast.stranger(person, mix2(u64::from(person), 1)), person);
                known.push(friends.len());
            }
            if people == 5_000 {
                known.sort_unstable();
                assert!(known.first().is_some_and(|&least| (2..=4).contains(&least)), "{known:?}");
                assert!(
                    known.get(250).is_some_and(|median| (5..=12).contains(median)),
                    "{known:?}"
                );
                assert!(known.last().is_some_and(|&most| most > 50), "{known:?}");
            }
        }
    }

    #[test]
    fn businesses_are_within_the_count_and_some_are_known_to_many() {
        for businesses in [1, 2, 3, 50] {
            let cast = Cast::new(9, 1_000, businesses, 0.2, 0.1);
            let first = (0..1_000).filter(|&person| cast.business(person, 0) == 0).count();
            assert!((0..1_000).all(|person| cast.business(person, 3) < businesses));
            assert!(first > 1_000 / 8, "{first} of 1000 know the most popular of {businesses}");
        }
    }
}
