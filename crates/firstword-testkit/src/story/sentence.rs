//! One sentence of a story to one event: who does what.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Fault;
use super::page::instant;
use super::token::{Shape, Token};

/// Who appears in a story, and what was said so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cast {
    /// The businesses, each with its sector.
    businesses: BTreeMap<String, Option<String>>,
    /// The id that each sentence had last, by type and parties.
    ids: BTreeMap<String, String>,
    events: u32,
}

impl Cast {
    /// Makes a name that of a business.
    pub(crate) fn declare(&mut self, name: &str, sector: Option<&str>) -> Result<(), Fault> {
        if !is_name(name) {
            return Err(Fault::at(9, format!("`{name}` is no name: names are lower-case")));
        }
        match self.businesses.insert(name.to_owned(), sector.map(str::to_owned)) {
            None => Ok(()),
            Some(_) => Err(Fault::at(9, format!("`{name}` was declared before"))),
        }
    }

    /// The id that this event has if it is sent again, or the next that nothing has.
    fn id(&mut self, key: &str, given: Option<&str>, again: bool) -> Option<String> {
        self.events += 1;
        let id = match (given, again) {
            (Some(given), _) => given.to_owned(),
            (None, true) => self.ids.get(key)?.clone(),
            (None, false) => format!("e-{}", self.events),
        };
        self.ids.insert(key.to_owned(), id.clone());
        Some(id)
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A sentence, without the time before it and the right-hand side after it.
pub(crate) struct Sentence<'s> {
    cast: &'s mut Cast,
    words: Vec<&'s Token>,
    id: Option<&'s str>,
    sector: Option<&'s str>,
    again: bool,
    fields: Map<String, Value>,
}

impl<'s> Sentence<'s> {
    pub(crate) fn new(tokens: &'s [Token], cast: &'s mut Cast) -> Sentence<'s> {
        let mut words: Vec<&Token> = tokens
            .iter()
            .filter(|token| matches!(token.shape, Shape::Word | Shape::Quoted))
            .collect();
        let bracketed = |shape| {
            let token = tokens.iter().find(|token| token.shape == shape);
            token.map(|token| token.text.as_str())
        };
        let again = words.pop_if(|last| last.shape == Shape::Word && last.text == "again");
        Sentence {
            cast,
            words,
            id: bracketed(Shape::Square).map(|text| text.strip_prefix("id ").unwrap_or(text)),
            sector: bracketed(Shape::Round),
            again: again.is_some(),
            fields: Map::new(),
        }
    }

    /// The event as one line of a log.
    pub(crate) fn event(mut self, at: &str) -> Result<String, Fault> {
        let words = std::mem::take(&mut self.words);
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let kind = match texts.as_slice() {
            [_, "writes" | "says" | "calls", ..] => self.utterance(&words)?,
            [_, "accepts" | "declines", _] | [_, "withdraws", "from", _] => self.terms(&words)?,
            [_, "opts", "in", "to", _, ..] | [_, "opts", "out", "of", _, ..] => {
                self.opts(&words)?
            }
            [_, "erases", _] | [_, "answers", _, "call"] => self.of_a_business(&words)?,
            ["a", "record", "about", _, "is", "unreadable"] => {
                self.person(words.get(3))?;
                "event.unreadable"
            }
            ["doubt", "about", _, "is", "cleared"] => {
                self.person(words.get(2))?;
                "doubt.cleared"
            }
            _ => self.of_a_person(&words)?,
        };
        let texts = |field: &str| self.fields.get(field).and_then(Value::as_str).unwrap_or("-");
        let parties = ["from", "to", "person", "business", "party"].map(texts);
        let key = format!("{kind} {}", parties.join(" "));
        let column = words.last().map_or(0, |word| word.end);
        let id = self
            .cast
            .id(&key, self.id, self.again)
            .ok_or_else(|| Fault::at(column, "nothing of the kind was said before"))?;
        self.put("id", id);
        self.put("type", kind);
        self.put("at", at);
        Ok(Value::Object(self.fields).to_string())
    }

    /// `alice writes to bob`, `acme writes marketing to alice about sale`, `alice says "STOP" to acme`,
    /// `alice calls bob`
    fn utterance(&mut self, words: &[&'s Token]) -> Result<&'static str, Fault> {
        let mut words = words.iter();
        let from = self.party(words.next())?;
        let verb = words.next().map_or("", |verb| verb.text.as_str());
        if verb == "says" {
            let said = words.next().filter(|said| said.shape == Shape::Quoted);
            let said =
                said.ok_or_else(|| self.fault(words.as_slice().first(), "says \"what\"?"))?;
            self.put("text", said.text.as_str());
        }
        if verb != "calls" {
            let mut next = words.next();
            if let Some(category) = next.filter(|word| verb == "writes" && word.text != "to") {
                if !["service", "utility", "authentication", "marketing"]
                    .contains(&category.text.as_str())
                {
                    return Err(Fault::at(category.column, "writes [CATEGORY] to whom?"));
                }
                self.put("category", category.text.as_str());
                next = words.next();
            }
            if next.is_none_or(|word| word.text != "to") {
                return Err(self.fault(next, "`to` whom?"));
            }
        }
        let to = self.party(words.next())?;
        self.tail(words.as_slice())?;
        let sector = self.sector.map(str::to_owned);
        let declared = || self.cast.businesses.get(from.split_once(':')?.1)?.clone();
        if let Some(sector) = sector.or_else(declared) {
            self.put("sector", sector);
        }
        self.put("from", from);
        self.put("to", to);
        Ok(if verb == "calls" { "call" } else { "message" })
    }

    /// `about appointment`, `with payment_card, health_data`
    fn tail(&mut self, words: &[&'s Token]) -> Result<(), Fault> {
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            match word.text.as_str() {
                "about" => {
                    let purpose = words.next().map(|purpose| purpose.text.as_str());
                    let purpose = purpose.ok_or_else(|| Fault::at(word.end, "about what?"))?;
                    self.put("purpose", purpose);
                }
                "with" => {
                    let findings =
                        std::iter::from_fn(|| words.next_if(|finding| finding.text != "about"));
                    let findings: Vec<&str> =
                        findings.map(|finding| finding.text.as_str()).collect();
                    self.fields.insert("findings".to_owned(), json!(findings));
                }
                _ => return Err(Fault::at(word.column, "`about PURPOSE` or `with FINDINGS`")),
            }
        }
        Ok(())
    }

    /// `alice accepts 2021-05`, `alice declines 2021-05`, `alice withdraws from 2021-05`
    fn terms(&mut self, words: &[&'s Token]) -> Result<&'static str, Fault> {
        self.person(words.first())?;
        self.put("version", words.last().map_or("", |version| version.text.as_str()));
        Ok(match words.get(1).map_or("", |verb| verb.text.as_str()) {
            "accepts" => "terms.accepted",
            "declines" => "terms.declined",
            _ => "terms.withdrawn",
        })
    }

    /// `alice opts in to acme for marketing, calls until 2021-06-01 09:00`, `alice opts out of acme`
    fn opts(&mut self, words: &[&'s Token]) -> Result<&'static str, Fault> {
        self.person(words.first())?;
        self.business(words.get(4).copied(), "business")?;
        let (mut scopes, mut until) = (Vec::new(), Vec::new());
        let mut list = None;
        for word in words.iter().skip(5) {
            match (word.text.as_str(), list) {
                ("for" | "until", _) => list = Some(word.text.as_str()),
                (scope, Some("for")) => scopes.push(scope),
                (time, Some("until")) => until.push(time),
                _ => return Err(Fault::at(word.column, "`for SCOPES` or `until DATE [TIME]`")),
            }
        }
        let column = words.last().map_or(0, |word| word.column);
        if !scopes.is_empty() {
            self.fields.insert("scopes".to_owned(), json!(scopes));
        }
        let until = match until.as_slice() {
            [] => None,
            [date] => Some(instant(date, "00:00")),
            [date, time] => Some(instant(date, time)),
            _ => Some(None),
        };
        match until {
            None => (),
            Some(Some(until)) => self.put("until", until),
            Some(None) => return Err(Fault::at(column, "no such date and time")),
        }
        let goes_in = words.get(2).is_some_and(|word| word.text == "in");
        Ok(if goes_in { "contact.opted_in" } else { "contact.opted_out" })
    }

    /// `acme erases alice`, `alice answers acme's call`
    fn of_a_business(&mut self, words: &[&'s Token]) -> Result<&'static str, Fault> {
        if words.get(1).is_some_and(|verb| verb.text == "erases") {
            self.business(words.first().copied(), "business")?;
            self.person(words.get(2))?;
            return Ok("contact.erased");
        }
        self.person(words.first())?;
        let owner = words.get(2).copied();
        let business = owner.and_then(|owner| owner.text.strip_suffix("'s"));
        let business =
            business.ok_or_else(|| self.fault(owner.as_ref(), "`answers acme's call`"))?;
        let named = owner.map(|owner| Token { text: business.to_owned(), ..owner.clone() });
        self.business(named.as_ref(), "business")?;
        Ok("call.answered")
    }

    /// What a person alone does, or with one other party.
    fn of_a_person(&mut self, words: &[&'s Token]) -> Result<&'static str, Fault> {
        self.person(words.first())?;
        let rest: Vec<&str> = words.iter().skip(1).map(|word| word.text.as_str()).collect();
        match rest.as_slice() {
            ["blocks" | "unblocks", _] => {
                let party = self.party(words.get(2))?;
                self.put("party", party);
                Ok(if rest.first() == Some(&"blocks") {
                    "contact.blocked"
                } else {
                    "contact.unblocked"
                })
            }
            ["is", "in", region] => {
                self.put("region", *region);
                Ok("person.located")
            }
            ["may", "be", "reached", "by", reach] => {
                self.put("reach", *reach);
                Ok("reach.set")
            }
            ["closes", "the", "account"] => Ok("person.erased"),
            _ => {
                Err(self.fault(words.get(1), "no sentence that stories know: see tests/README.md"))
            }
        }
    }

    /// A business by its declared name, anyone else a person.
    fn party(&self, name: Option<&&Token>) -> Result<String, Fault> {
        let Some(name) = name else { return Err(self.fault(None, "who?")) };
        if !is_name(&name.text) || name.shape != Shape::Word {
            let message = format!("`{}` is no name: names are lower-case", name.text);
            return Err(Fault::at(name.column, message));
        }
        let kind =
            if self.cast.businesses.contains_key(&name.text) { "business" } else { "person" };
        Ok(format!("{kind}:{}", name.text))
    }

    fn person(&mut self, name: Option<&&'s Token>) -> Result<(), Fault> {
        let party = self.party(name)?;
        if !party.starts_with("person:") {
            return Err(self.fault(name, "a business cannot do that"));
        }
        self.put("person", party);
        Ok(())
    }

    fn business(&mut self, name: Option<&Token>, field: &str) -> Result<(), Fault> {
        let party = self.party(name.as_ref())?;
        if !party.starts_with("business:") {
            return Err(self.fault(name.as_ref(), "no business was declared under this name"));
        }
        self.put(field, party);
        Ok(())
    }

    fn put(&mut self, field: &str, value: impl Into<Value>) {
        self.fields.insert(field.to_owned(), value.into());
    }

    fn fault(&self, word: Option<&&Token>, message: &str) -> Fault {
        Fault::at(word.map_or(0, |word| word.column), message)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use super::super::tokens;
    use super::*;

    fn told(cast: &mut Cast, sentence: &str) -> Result<Value, Fault> {
        let (words, _) = tokens(sentence)?;
        let event = Sentence::new(&words, cast).event("2021-05-16T09:00:00.000Z")?;
        Ok(serde_json::from_str(&event).unwrap())
    }

    #[test]
    fn a_sentence_is_an_event() {
        let mut cast = Cast::default();
        cast.declare("acme", Some("pharmacy")).unwrap();
        for (sentence, fields) in [
            ("alice writes to bob", json!({"type": "message", "from": "person:alice"})),
            ("bob calls alice", json!({"type": "call", "to": "person:alice"})),
            (
                "acme writes marketing to alice about sale with iban, stop (shop)",
                json!({"category": "marketing", "purpose": "sale", "findings": ["iban", "stop"], "sector": "shop"}),
            ),
            ("acme calls alice", json!({"from": "business:acme", "sector": "pharmacy"})),
            ("alice says \"STOP it\" to acme", json!({"text": "STOP it", "to": "business:acme"})),
            ("alice withdraws from v2", json!({"type": "terms.withdrawn", "version": "v2"})),
            (
                "alice opts in to acme for calls, marketing until 2021-06-01",
                json!({"scopes": ["calls", "marketing"], "until": "2021-06-01T00:00:00.000Z"}),
            ),
            ("acme erases alice", json!({"type": "contact.erased", "person": "person:alice"})),
            (
                "alice answers acme's call",
                json!({"type": "call.answered", "business": "business:acme"}),
            ),
            ("alice blocks acme", json!({"type": "contact.blocked", "party": "business:acme"})),
            ("alice is in DE-HH", json!({"type": "person.located", "region": "DE-HH"})),
            ("alice may be reached by known", json!({"type": "reach.set", "reach": "known"})),
            ("a record about alice is unreadable", json!({"type": "event.unreadable"})),
            ("doubt about alice is cleared", json!({"type": "doubt.cleared"})),
            ("alice closes the account", json!({"type": "person.erased"})),
        ] {
            let event = told(&mut cast, sentence).unwrap();
            for (field, value) in fields.as_object().unwrap() {
                assert_eq!(&event[field], value, "{sentence}: {field}");
            }
        }
    }

    #[test]
    fn again_is_the_same_id_for_the_same_sentence() {
        let mut cast = Cast::default();
        let first = told(&mut cast, "alice writes to bob").unwrap();
        let other = told(&mut cast, "bob writes to alice").unwrap();
        let again = told(&mut cast, "alice writes to bob again").unwrap();
        assert_eq!((&first["id"], first["id"] == other["id"]), (&again["id"], false));
        let named = told(&mut cast, "alice writes to bob [id m-1]").unwrap();
        assert_eq!(named["id"], "m-1");
        assert!(told(&mut cast, "alice calls bob again").is_err());
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_column() {
        let mut cast = Cast::default();
        for (sentence, column) in [
            ("alice wrote to bob", 6),
            ("alice writes spam to bob", 13),
            ("alice opts in to acme", 17),
            ("Alice writes to bob", 0),
            ("alice writes to bob for fun", 20),
        ] {
            assert_eq!(told(&mut cast, sentence).unwrap_err().column, column, "{sentence}");
        }
    }
}
