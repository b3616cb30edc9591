//! Does a text ask for a full card number, an account number, an identity number or a document?
//!
//! The text is read word by word: [`vocabulary`] says which phrases of [`words`] end at a word, and [`Reading`] keeps
//! the few places that matter in the sentence: the last request that nobody negated, the last object, what is only a
//! part, or the speaker's own. Every word costs the same, so a text costs its length.

mod gate;
mod vocabulary;
pub(super) mod words;

#[cfg(test)]
mod tests;

use self::vocabulary::{Roles, VOCABULARY, Vocabulary};
use self::words::Role;
use super::{plain::LETTER, work};

/// A request reaches an object that begins at most this many words after it.
const REACH: usize = 12;
/// A verb after its object ("your card number, please send it") stands at most this many words after it.
const VERB_AFTER: usize = 3;
/// "is required" or "send it" ends at most this many words after the object.
const WANTED_AFTER: usize = 6;
/// "please" stands at most this many words after the object.
const PLEASE_AFTER: usize = 2;
/// A "please" that begins a clause ends at one of its words: it has one, two or four ("s'il vous plaît").
const PLEASE_ENDS: [usize; 3] = [1, 2, 4];
/// A negation reaches a verb at most this many words after it, in the same clause.
const NOT_BEFORE: usize = 5;
/// "no" reaches a verb at most this many words after it.
const NO_BEFORE: usize = 2;
/// "I" is the subject of a verb at most this many words after it.
const SPEAKER_BEFORE: usize = 3;
/// "my" belongs to an object that begins at most this many words after it.
const MINE_BEFORE: usize = 3;
/// "last four digits" belongs to an object that begins at most this many words after it.
const PART_BEFORE: usize = 8;
/// "last four digits" belongs to an object that ended at most this many words before it; until then, and until it
/// is clear that the card is no loyalty card, a request is only suspected.
const PART_AFTER: usize = 4;

/// Words after which a full stop ends no sentence.
const ABBREVIATIONS: &[&[u8]] = &[
    b"no", b"nr", b"n", b"num", b"mr", b"mrs", b"ms", b"dr", b"st", b"bzw", b"ca", b"ref", b"tel",
];

/// Whether a plain text asks for something sensitive.
pub(super) fn asks(plain: &[u8]) -> bool {
    gate::opens(plain) && asks_ungated(plain)
}

/// The same, whatever the gate says.
pub(super) fn asks_ungated(plain: &[u8]) -> bool {
    Reading::new(&VOCABULARY).read(plain)
}

/// An object that was named: its first and last word, and how many words beside it the sentence had.
#[derive(Clone, Copy)]
struct Named {
    begin: usize,
    end: usize,
    others_before: usize,
    others_after: usize,
}

/// The state of reading. Places are counted in words from the beginning of the text, from 1.
struct Reading<'a> {
    vocabulary: &'a Vocabulary,
    state: vocabulary::State,
    /// The number of the current word.
    word: usize,
    /// Words of the sentence that are no linking words.
    others: usize,
    /// Where the clause began: the number of the last word before it.
    clause: usize,
    object: Option<Named>,
    request: Option<usize>,
    suspected: Option<usize>,
    part: Option<usize>,
    /// The beginning of the object of which only a part was named.
    parted: Option<usize>,
    please: Option<(usize, usize)>,
    mine: Option<usize>,
    mine_next: Option<usize>,
    speaker: Option<usize>,
    another: Option<usize>,
    not: Option<usize>,
    not_next: Option<usize>,
    /// A verb of this clause was negated: the next ones are so too ("never ask you to send").
    negated: bool,
    /// The clause says "do not hesitate": what looks like a negation is none.
    lifted: bool,
    gave: Option<usize>,
    object_since: Option<(usize, usize)>,
    another_since: Option<usize>,
}

/// Whether a place is at most `reach` words before another.
fn within(place: Option<usize>, reach: usize, of: usize) -> bool {
    place.is_some_and(|place| place <= of && of - place <= reach)
}

impl<'a> Reading<'a> {
    fn new(vocabulary: &'a Vocabulary) -> Self {
        Self {
            vocabulary,
            state: vocabulary::State::default(),
            word: 0,
            others: 0,
            clause: 0,
            object: None,
            request: None,
            suspected: None,
            part: None,
            parted: None,
            please: None,
            mine: None,
            mine_next: None,
            speaker: None,
            another: None,
            not: None,
            not_next: None,
            negated: false,
            lifted: false,
            gave: None,
            object_since: None,
            another_since: None,
        }
    }

    /// Reads a text to its end, or to the first request.
    fn read(&mut self, plain: &[u8]) -> bool {
        let mut rest = plain;
        let mut line_ended = false;
        while let Some((&byte, after)) = rest.split_first() {
            if is_word(byte) {
                let len = rest.iter().take_while(|&&byte| is_word(byte)).count();
                let (word, after) = rest.split_at(len);
                line_ended = false;
                if self.hear(word) {
                    return true;
                }
                let abbreviated =
                    || ABBREVIATIONS.iter().any(|short| word.eq_ignore_ascii_case(short));
                let (stop, next) = (after.first(), after.get(1));
                let stops = stop == Some(&b'.')
                    && !next.is_some_and(|&byte| is_word(byte))
                    && !abbreviated();
                if stops && self.end_sentence(false) {
                    return true;
                }
                rest = after;
                continue;
            }
            let ended = match byte {
                b'!' | b'?' => self.end_sentence(byte == b'?'),
                b'\n' if line_ended => self.end_sentence(false),
                b',' | b';' | b':' | b'(' | b')' | b'\n' => {
                    self.end_clause();
                    false
                }
                _ => false,
            };
            if ended {
                return true;
            }
            line_ended |= byte == b'\n';
            rest = after;
        }
        self.end_sentence(false)
    }

    /// Reads one word; gives whether a request is certain now.
    fn hear(&mut self, word: &[u8]) -> bool {
        self.word += 1;
        work::note(word.len() + vocabulary::BLOCKS);
        let others_before = self.others;
        let known = self.vocabulary.find(word);
        let roles = self.state.advance(self.vocabulary, known);
        if !roles.has(Role::Link) {
            self.others += 1;
        }
        if self.state.in_object(self.vocabulary) {
            self.object_since.get_or_insert((self.word, others_before));
        } else {
            self.object_since = None;
        }
        if self.state.in_another(self.vocabulary) {
            self.another_since.get_or_insert(self.word);
        } else {
            self.another_since = None;
        }
        if !roles.is_only_link() && self.weigh(roles, others_before) {
            return true;
        }
        self.suspected.is_some_and(|place| self.word - place > PART_AFTER)
    }

    /// Weighs what ends at the current word; gives whether a request is certain now.
    fn weigh(&mut self, roles: Roles, others_before: usize) -> bool {
        let word = self.word;
        let mut certain = false;
        self.qualify(roles);
        if roles.has(Role::Give) || roles.has(Role::Ask) {
            self.hear_request(roles.has(Role::Ask));
        }
        if roles.has(Role::Object) {
            certain = self.hear_object(others_before);
        }
        if roles.has(Role::Another) {
            self.another = Some(word);
            let since = self.another_since.unwrap_or(word);
            if self.object.is_some_and(|object| object.end >= since) {
                self.object = None;
            }
            self.suspected = self.suspected.filter(|&place| place < since);
        }
        let object_end = self.object.map(|object| object.end);
        if roles.has(Role::Please) {
            if PLEASE_ENDS.contains(&(word - self.clause)) {
                self.please = Some((word, self.others));
            }
            if within(object_end, PLEASE_AFTER, word) {
                self.suspected = self.suspected.or(object_end);
            }
        }
        let wanted = roles.has(Role::Wanted) && within(object_end, WANTED_AFTER, word);
        if wanted && !self.is_negated() && !within(self.speaker, SPEAKER_BEFORE, word) {
            self.suspected = self.suspected.or(object_end);
        }
        if roles.has(Role::NotAfter) && within(self.suspected, PART_AFTER, word) {
            (self.suspected, self.object) = (None, None);
        }
        // A negation comes last: a word may be both an object and a negation ("NIE", "nie").
        if roles.has(Role::Not) && !self.lifted && !roles.has(Role::Object) {
            self.not = Some(word);
            if self.request.is_some_and(|request| request > self.clause) {
                self.request = None;
                self.negated = true;
            }
        }
        if roles.has(Role::NotNext) {
            self.not_next = Some(word);
        }
        certain
    }

    /// Takes in what says more about the objects, verbs and negations around.
    fn qualify(&mut self, roles: Roles) {
        let word = self.word;
        if roles.has(Role::DoNotMiss) {
            (self.lifted, self.not, self.negated) = (true, None, false);
        }
        if roles.has(Role::But) {
            (self.not, self.negated) = (None, false);
        }
        if roles.has(Role::Whole) {
            self.part = None;
        }
        if roles.has(Role::Part) {
            self.part = Some(word);
            if within(self.suspected, PART_AFTER, word) {
                (self.suspected, self.object, self.part) = (None, None, None);
            }
        }
        if roles.has(Role::Mine) {
            self.mine = Some(word);
        }
        if roles.has(Role::MineNext) {
            self.mine_next = Some(word);
        }
        if roles.has(Role::SpeakerAfter) && self.gave == Some(word - 1) {
            self.request = self.request.filter(|&request| Some(request) != self.gave);
        }
        if roles.has(Role::Speaker) {
            self.speaker = Some(word);
        } else if roles.has(Role::You) {
            self.speaker = None;
        }
    }

    /// Whether a negation reaches the current word.
    fn is_negated(&self) -> bool {
        let in_clause = |place: Option<usize>| place.filter(|&place| place > self.clause);
        self.negated
            || within(in_clause(self.not), NOT_BEFORE, self.word)
            || within(in_clause(self.not_next), NO_BEFORE, self.word)
    }

    /// Takes in a verb or phrase of asking that ends at the current word.
    fn hear_request(&mut self, whoever_asks: bool) {
        if self.is_negated() && !self.lifted {
            self.negated = true;
            return;
        }
        if !whoever_asks && within(self.speaker, SPEAKER_BEFORE, self.word) {
            return;
        }
        self.request = Some(self.word);
        self.gave = Some(self.word).filter(|_| !whoever_asks);
        let object_end = self.object.map(|object| object.end);
        if within(object_end, VERB_AFTER, self.word) {
            self.suspected = self.suspected.or(object_end);
        }
    }

    /// Takes in an object that ends at the current word; gives whether a request is certain now.
    fn hear_object(&mut self, others_before: usize) -> bool {
        let (begin, others_before) = self.object_since.unwrap_or((self.word, others_before));
        let belongs =
            |place: Option<usize>, reach| place.is_some_and(|place| place + reach >= begin);
        if belongs(self.mine, MINE_BEFORE) || belongs(self.mine_next, 1) || belongs(self.another, 0)
        {
            self.object = None;
            return false;
        }
        if belongs(self.part, PART_BEFORE) || self.parted == Some(begin) {
            (self.part, self.object, self.parted) = (None, None, Some(begin));
            return false;
        }
        let named = Named { begin, end: self.word, others_before, others_after: self.others };
        let again = self.object.is_some_and(|object| object.begin == begin);
        self.object = Some(named);
        let asked = within(self.request, REACH + self.word - begin, self.word)
            || self.please.is_some_and(|(place, others)| place < begin && others == others_before);
        if !asked {
            return false;
        }
        // A second object makes the first certain; the same one, named at more length, only moves its end.
        let certain = self.suspected.is_some() && !again;
        self.suspected = Some(self.word);
        certain
    }

    /// Ends a clause: negations do not reach beyond.
    fn end_clause(&mut self) {
        self.clause = self.word;
        (self.negated, self.lifted) = (false, false);
    }

    /// Ends a sentence; gives whether it asked. "Your IBAN?" asks without a verb.
    fn end_sentence(&mut self, question: bool) -> bool {
        let bare = |object: Named| object.others_before == 0 && object.others_after == self.others;
        let asked = self.suspected.is_some() || (question && self.object.is_some_and(bare));
        let vocabulary = self.vocabulary;
        let word = self.word;
        *self = Self { word, clause: word, ..Self::new(vocabulary) };
        asked
    }
}

/// Whether a byte of the plain text belongs to a word.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == LETTER
}
