//! The standing of a person (RULES.md, section 3), found by running the rules.
//!
//! Tried are all people who answered none, one or (of up to eight) two of the policy's versions, in
//! every stretch of time between two instants at which the policy changes something. What they are
//! is what their decisions say.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use firstword_rules::{
    Answer, Consequence, Fact, Kind, Millis, Policy, Reason, Region, Regions, Standing,
};

use super::collect::Found;
use super::person::{BEGINNING, Deed, Other, Person};
use super::{Drawing, Node, Tone};

/// Draws the machine for a person of a region, or of none.
pub fn standing(policy: &Policy, region: Option<Region>) -> Drawing {
    let turns = turns(policy, region);
    let people = people(policy, region);
    let mut found = Found::new();
    draw_states(&mut found, &turns, &people);
    draw_events(&mut found, policy, &turns, &people);
    draw_time(&mut found, &turns, &people);
    let begin = stands(&Person::new(policy, region), BEGINNING).0;
    let (nodes, edges) = found.finish(begin);
    let place = region.map(|region| format!(" in {region}")).unwrap_or_default();
    Drawing {
        name: "standing".to_owned(),
        title: format!("Standing of a person{place} under {}", policy.label),
        note: "Where answers to terms and time lead a person, and what the person may do there."
            .to_owned(),
        nodes,
        edges,
    }
}

/// An instant and a person that show a standing.
pub(super) type Shown<'p> = (Millis, Person<'p>);

/// Every standing that somebody reaches, in the rules' order, with an instant and a person that show it.
pub(super) fn standings<'p>(policy: &'p Policy) -> BTreeMap<Standing, Shown<'p>> {
    let mut reached = BTreeMap::new();
    let people = people(policy, None);
    for turn in turns(policy, None) {
        for person in &people {
            reached.entry(stands(person, turn.at).0).or_insert_with(|| (turn.at, person.clone()));
        }
    }
    reached
}

/// An instant from which something may be otherwise.
struct Turn {
    at: Millis,
    /// What begins or ends then, in the policy's names.
    causes: BTreeSet<String>,
}

/// The beginning, and every instant at which the policy changes what terms mean.
fn turns(policy: &Policy, region: Option<Region>) -> Vec<Turn> {
    let mut turns: BTreeMap<Millis, BTreeSet<String>> = BTreeMap::new();
    let mut turn = |at: Millis, cause: String| {
        if at > BEGINNING {
            turns.entry(at).or_default().insert(cause);
        }
    };
    for terms in &policy.terms {
        let effective = terms.effective(region);
        turn(effective, format!("terms {}", terms.version));
        for consequence in [terms.on_declined(region), terms.on_silence(region)] {
            let Consequence::Stages(stages) = consequence else { continue };
            for stage in stages.iter().filter(|stage| stage.after.0 > 0) {
                turn(
                    effective + stage.after,
                    format!("{} after terms {}", stage.after, terms.version),
                );
            }
        }
    }
    let named = |regions: &Regions| region.is_some_and(|region| regions.names(region));
    for order in policy.orders.iter().filter(|order| order.standing_full) {
        if order.regions.as_ref().is_none_or(named) {
            order.from.iter().for_each(|from| turn(*from, format!("order {}", order.name)));
            order
                .until
                .iter()
                .for_each(|until| turn(*until, format!("end of order {}", order.name)));
        }
    }
    let beginning = Turn { at: BEGINNING, causes: BTreeSet::new() };
    let later = turns.into_iter().map(|(at, causes)| Turn { at, causes });
    [beginning].into_iter().chain(later).collect()
}

fn answers(policy: &Policy) -> impl Iterator<Item = Deed<'_>> {
    let answer = |answer: Answer| {
        let versions = policy.terms.iter().map(|terms| Cow::Borrowed(&*terms.version));
        versions.map(move |version| Deed::states(Fact::Terms(answer, version)))
    };
    Answer::ALL.iter().copied().flat_map(answer)
}

/// With more versions than this, people who answered two are left out: there would be too many.
const PAIRED: usize = 8;

/// Everybody who gave up to two answers, who gave none first, and one whose account is closed.
fn people(policy: &Policy, region: Option<Region>) -> Vec<Person<'_>> {
    let nobody = Person::new(policy, region);
    let mut people = vec![nobody.clone()];
    for first in answers(policy) {
        let (once, _) = nobody.after(&first, BEGINNING);
        for second in answers(policy).filter(|_| policy.terms.len() <= PAIRED) {
            let (twice, said) = once.after(&second, BEGINNING);
            // An answer to the same version at the same time may be stale, or leave one answer as it was.
            if said.verdict == firstword_rules::Verdict::Recorded {
                people.push(twice);
            }
        }
        people.push(once);
    }
    people.push(nobody.after(&Deed::states(Fact::PersonErased), BEGINNING).0);
    people
}

/// The standing at an instant, as a decision about a message has it, and why that was denied.
fn stands(person: &Person<'_>, at: Millis) -> (Standing, Option<Reason>) {
    let said = person.would_say(&Deed::speaks(Kind::Message, Other::Person, None), at);
    (said.standing.unwrap_or(Standing::Closed), said.verdict.reason())
}

fn draw_states(found: &mut Found<Standing>, turns: &[Turn], people: &[Person<'_>]) {
    for turn in turns {
        for person in people {
            let standing = stands(person, turn.at).0;
            found.sees(standing, || Node {
                title: standing.to_string(),
                lines: powers(person, turn.at),
                tone: match standing {
                    Standing::Full => Tone::Open,
                    Standing::ReplyOnly => Tone::Partly,
                    Standing::Suspended => Tone::Shut,
                    Standing::Closed => Tone::Plain,
                },
            });
        }
    }
}

/// What somebody may do: the first word, an answer to what was just heard, and to hear it.
fn powers(person: &Person<'_>, at: Millis) -> Vec<String> {
    let speaks = Deed::speaks(Kind::Message, Other::Person, None);
    let hears = Deed::hears(Kind::Message, Other::Person, None);
    let start = person.would_say(&speaks, at);
    let (answering, heard) = person.after(&hears, at);
    let reply = answering.would_say(&speaks, at);
    [("start", start), ("reply", reply), ("be spoken to", heard)]
        .into_iter()
        .map(|(power, said)| {
            let may = if said.verdict.basis().is_some() { "may" } else { "may not" };
            format!("{may} {power} ({})", said.row)
        })
        .collect()
}

/// Which turns a way was seen at, by its label.
type Seen = BTreeMap<(Standing, Standing, String), BTreeSet<usize>>;

fn draw_events(
    found: &mut Found<Standing>,
    policy: &Policy,
    turns: &[Turn],
    people: &[Person<'_>],
) {
    let mut seen = Seen::new();
    let mut lasting: BTreeMap<Standing, BTreeSet<usize>> = BTreeMap::new();
    let deeds: Vec<Deed<'_>> = answers(policy).chain([Deed::states(Fact::PersonErased)]).collect();
    for (place, turn) in turns.iter().enumerate() {
        for person in people {
            let before = stands(person, turn.at).0;
            lasting.entry(before).or_default().insert(place);
            for deed in &deeds {
                let after = stands(&person.after(deed, turn.at).0, turn.at).0;
                let way = (before, after, deed.type_name().to_owned());
                seen.entry(way).or_default().insert(place);
            }
        }
    }
    let mut events: BTreeMap<(Standing, Standing, String), Vec<String>> = BTreeMap::new();
    for ((from, to, label), places) in seen {
        // When a way is open as long as the state lasts, there is nothing to say about when.
        let when = match lasting.get(&from) {
            Some(lasting) if *lasting != places => when(turns, &places),
            _ => String::new(),
        };
        events.entry((from, to, when)).or_default().push(label);
    }
    for ((from, to, when), labels) in events {
        found.leads(from, to, when + &labels.join(" or "), "");
    }
}

/// The stretches of time that these turns begin, in words.
fn when(turns: &[Turn], places: &BTreeSet<usize>) -> String {
    let begins = places.iter().filter(|place| **place == 0 || !places.contains(&(**place - 1)));
    let stretch = |begin: &usize| {
        let end = (*begin..turns.len()).find(|place| !places.contains(place));
        let from =
            (*begin > 0).then(|| turns.get(*begin).map(|turn| format!("from {}", date(turn.at))));
        let until =
            end.and_then(|end| turns.get(end)).map(|turn| format!("until {}", date(turn.at)));
        [from.flatten(), until].into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let stretches: Vec<String> = begins.map(stretch).collect();
    format!("{}: ", stretches.join(" and "))
}

fn draw_time(found: &mut Found<Standing>, turns: &[Turn], people: &[Person<'_>]) {
    for (earlier, turn) in turns.iter().zip(turns.iter().skip(1)) {
        let mut stay: BTreeSet<Standing> = BTreeSet::new();
        let mut moved: BTreeMap<(Standing, Standing), BTreeSet<Reason>> = BTreeMap::new();
        for person in people {
            let ((before, why), (after, why_then)) =
                (stands(person, earlier.at), stands(person, turn.at));
            if before == after {
                stay.insert(before);
            } else {
                moved.entry((before, after)).or_default().extend(why_then.or(why));
            }
        }
        let causes: Vec<&str> = turn.causes.iter().map(String::as_str).collect();
        for ((from, to), reasons) in moved {
            let who = if stay.contains(&from) { whose(&reasons) } else { String::new() };
            found.becomes(from, to, format!("{}: {}{who}", date(turn.at), causes.join(", ")));
        }
    }
}

/// Who is meant where not everybody is: what the reasons of the decisions tell of their answers.
fn whose(reasons: &BTreeSet<Reason>) -> String {
    let answers: Vec<&str> = reasons
        .iter()
        .map(|reason| reason.as_str().strip_prefix("terms_").unwrap_or(reason.as_str()))
        .collect();
    match answers.as_slice() {
        [] => String::new(),
        [_, _, _] => ", unless accepted".to_owned(),
        several => format!(", if {}", several.join(" or ")),
    }
}

/// The date of an instant, and the time where it is not midnight in UTC.
fn date(at: Millis) -> String {
    let text = at.to_string();
    match text.split_once('T') {
        Some((date, "00:00:00.000Z")) => date.to_owned(),
        Some((date, time)) => format!("{date} {}Z", time.get(..5).unwrap_or(time)),
        None => text,
    }
}
