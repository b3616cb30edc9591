//! How it is said: facts and utterances become the fields of an event.

use super::Generator;
use super::cast::Cast;
use super::line::Who;
use super::texts::{Tongue, Topic, compose, lengthen};

const DAY: u64 = 86_400_000;

/// The terms that people answer.
pub(super) const VERSION: &str = "2021-05";

/// The content kind that a clinic's own system finds.
const HEALTH: &str = "health_data";

/// All scopes, as the page of events names them.
const SCOPES: [&str; 4] = ["utility", "authentication", "marketing", "calls"];

/// An utterance to write.
pub(super) struct Said {
    pub(super) from: Who,
    pub(super) to: Who,
    pub(super) call: bool,
    pub(super) topic: Topic,
}

impl Generator {
    /// Begins a fact about a person.
    pub(super) fn fact(&mut self, kind: &str, at: i64, person: u32) {
        self.begin(kind, at);
        self.line.who("person", Who::Person(person));
    }

    /// Begins a fact about a person and a business.
    pub(super) fn contact(&mut self, kind: &str, at: i64, person: u32, business: u32) {
        self.fact(kind, at, person);
        self.line.who("business", Who::Business(business));
    }

    /// The person answers the terms.
    pub(super) fn answer(&mut self, at: i64, person: u32, accepts: bool) {
        self.fact(if accepts { "terms.accepted" } else { "terms.declined" }, at, person);
        self.line.word("version", VERSION);
    }

    /// The person opts in to a business: to messages, to all, or to some scopes; for good or until
    /// a time.
    pub(super) fn opt_in(&mut self, at: i64, person: u32, business: u32) {
        self.contact("contact.opted_in", at, person, business);
        match self.draw.below(100) {
            0..40 => (),
            40..85 => self.line.words("scopes", &SCOPES),
            _ => self.scopes(),
        }
        match self.draw.below(100) {
            // One that ends before it begins, as producers with a wrong clock send it.
            0 => self.line.time("until", at - 1),
            1..5 => self.ends_in(at, 3 * DAY),
            5..15 => self.ends_in(at, 365 * DAY),
            _ => (),
        }
    }

    /// The opt-in at hand ends within so many milliseconds.
    fn ends_in(&mut self, at: i64, most: u64) {
        let wait = i64::try_from(self.draw.below(most)).unwrap_or(0);
        self.line.time("until", at + wait);
    }

    /// Some of the scopes; the four bits of a number from 1 to 15 say which.
    pub(super) fn scopes(&mut self) {
        let which = 1 + self.draw.below(15);
        let mut some = [""; 4];
        let mut count = 0;
        for (bit, scope) in SCOPES.into_iter().enumerate() {
            if which >> bit & 1 == 1
                && let Some(place) = some.get_mut(count)
            {
                *place = scope;
                count += 1;
            }
        }
        self.line.words("scopes", some.get(..count).unwrap_or_default());
    }

    /// Writes an utterance.
    pub(super) fn say(&mut self, at: i64, said: &Said) {
        self.begin(if said.call { "call" } else { "message" }, at);
        self.line.who("from", said.from);
        self.line.who("to", said.to);
        let health = match said.from {
            Who::Business(business) => self.say_for(business, said),
            Who::Person(_) => false,
        };
        let in_text = said.topic.finding().filter(|_| !self.texts && !said.call);
        match (in_text, health) {
            (Some(finding), true) => self.line.words("findings", &[finding, HEALTH]),
            (Some(finding), false) => self.line.words("findings", &[finding]),
            (None, true) => self.line.words("findings", &[HEALTH]),
            (None, false) => (),
        }
        if self.texts && !said.call {
            let tongue = match (said.from, said.to) {
                // Two people always speak the same language with each other.
                (Who::Person(one), Who::Person(two)) => self.cast.tongue(one.min(two)),
                (Who::Person(person), _) | (_, Who::Person(person)) => self.cast.tongue(person),
                _ => Tongue::English,
            };
            compose(&mut self.text, tongue, said.topic, &mut self.draw);
            if let Some(length) = self.text_length.filter(|_| !said.topic.is_a_keyword()) {
                lengthen(&mut self.text, tongue, length, &mut self.draw);
            }
            self.line.text("text", &self.text);
        }
    }

    /// What only a business's utterance has: category, purpose, sector. True if it is about
    /// somebody's health.
    fn say_for(&mut self, business: u32, said: &Said) -> bool {
        let category = match said.topic {
            Topic::Utility => "utility",
            Topic::Authentication => "authentication",
            Topic::Marketing => "marketing",
            _ if self.draw.in_1000(500) => "service",
            _ => "",
        };
        if !said.call && !category.is_empty() {
            self.line.word("category", category);
        }
        let sector = Cast::sector(business);
        let mut health = false;
        let sells = said.topic == Topic::Marketing || self.draw.in_1000(15);
        if self.draw.in_1000(930) {
            let purpose = self.draw.one_of(if sells { sector.offers } else { sector.everyday });
            self.line.word("purpose", purpose);
            health = purpose == "test_result";
        }
        if self.draw.in_1000(980) {
            self.line.word("sector", sector.name);
        }
        health
    }
}
