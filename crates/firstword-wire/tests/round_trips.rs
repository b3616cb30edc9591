//! What is written is read again as it was: decisions and dead letters. (Machines: snapshots.rs.)

use std::borrow::Cow;

use firstword_rules::{
    Answer, Basis, Category, Decision, EDITION, Event, Fact, Kind, Mark, Millis, Name, PartyKind,
    RECIPIENT_GATE, Reach, Reason, Region, Role, Row, SENDER_GATE, Scope, Scopes, Standing,
    Utterance, Verdict, Visit, What,
};
use firstword_wire::read::Field;
use firstword_wire::{
    LARGEST, Reader, Recorded, Reject, RejectReason, read_decision, write_decision, write_event,
    write_reject,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

type Text = Cow<'static, str>;

/// Any identifier of EVENTS.md, those that JSON must escape or UTF-8 spreads over several bytes among them.
fn identifier() -> impl Strategy<Value = Text> {
    let odd =
        select("\"\\/'{}[]:,é🙂\u{200b}\u{feff}\u{ffff}\u{10ffff}".chars().collect::<Vec<_>>());
    let any = any::<char>()
        .prop_filter("white space and controls", |c: &char| !c.is_whitespace() && !c.is_control());
    vec(prop_oneof![proptest::char::range('!', '~'), odd, any], 1..40).prop_map(|chars| {
        let mut text: String = chars.into_iter().collect();
        while text.len() > 128 {
            text.pop();
        }
        Cow::Owned(text)
    })
}

fn name(kind: PartyKind) -> impl Strategy<Value = Name<'static>> {
    identifier().prop_map(move |text| Name { kind, text })
}

fn person() -> impl Strategy<Value = Name<'static>> {
    name(PartyKind::Person)
}

fn business() -> impl Strategy<Value = Name<'static>> {
    name(PartyKind::Business)
}

/// The times that an event may have.
fn time() -> impl Strategy<Value = Millis> {
    (946_684_800_000..4_102_444_800_000_i64).prop_map(Millis)
}

fn scopes() -> impl Strategy<Value = Scopes> {
    let some = subsequence(Scope::ALL.to_vec(), 1..=4);
    some.prop_map(|some| some.into_iter().fold(Scopes::default(), Scopes::with))
}

fn utterance() -> impl Strategy<Value = What<'static>> {
    let parties = prop_oneof![
        (person(), person()).prop_filter("nobody writes to oneself", |(from, to)| from != to),
        (person(), business()),
        (business(), person()),
    ];
    let kind = select(vec![Kind::Message, Kind::Call]);
    let of_messages: Vec<Category> =
        Category::ALL.iter().copied().filter(|category| *category != Category::Calls).collect();
    let category = option::of(select(of_messages));
    let (purpose, sector) = (option::of(identifier()), option::of(identifier()));
    (kind, parties, category, purpose, sector, vec(identifier(), 0..4)).prop_map(
        |(kind, (from, to), category, purpose, sector, findings)| {
            let category = category.filter(|_| kind == Kind::Message);
            What::Utterance(Utterance { kind, from, to, category, purpose, sector, findings })
        },
    )
}

fn fact() -> impl Strategy<Value = What<'static>> {
    let party = || prop_oneof![person(), business()];
    let regions = ["FR", "DE-HH", "US-CA", "FR-971", "ZZ-0"];
    let region = select(regions.to_vec()).prop_filter_map("a region", Region::parse);
    let fact = prop_oneof![
        (select(Answer::ALL.to_vec()), identifier()).prop_map(|(a, v)| Fact::Terms(a, v)),
        (business(), option::of(scopes()), option::of(time()))
            .prop_map(|(business, scopes, until)| Fact::OptedIn { business, scopes, until }),
        (business(), option::of(scopes()))
            .prop_map(|(business, scopes)| Fact::OptedOut { business, scopes }),
        business().prop_map(|business| Fact::ContactErased { business }),
        business().prop_map(|business| Fact::CallAnswered { business }),
        party().prop_map(Fact::Blocked),
        party().prop_map(Fact::Unblocked),
        select(Reach::ALL.to_vec()).prop_map(Fact::ReachSet),
        region.prop_map(Fact::Located),
        select(vec![Fact::PersonErased, Fact::Unreadable, Fact::DoubtCleared]),
    ];
    (person(), fact).prop_map(|(person, fact)| What::Fact { person, fact })
}

fn event() -> impl Strategy<Value = Event<'static>> {
    (identifier(), time(), prop_oneof![utterance(), fact()]).prop_map(|(id, at, what)| Event {
        id,
        at,
        what,
    })
}

/// What a decision says besides its event.
#[derive(Clone, Debug)]
struct Rest {
    role: Role,
    seq: u64,
    verdict: Verdict,
    row: Option<&'static str>,
    standing: Option<Standing>,
    shares_data: Option<bool>,
    unlisted: bool,
    erase_by: Option<Millis>,
    late: Option<bool>,
}

impl Rest {
    fn decision<'e>(&self, event: &'e Event<'e>) -> Decision<'e> {
        let visit = Visit { event, mark: Mark::of(event), role: self.role, peer: None };
        Decision {
            row: self.row,
            standing: self.standing,
            shares_data: self.shares_data,
            unlisted: self.unlisted,
            erase_by: self.erase_by,
            late: self.late,
            ..Decision::recorded(visit, self.seq, self.verdict)
        }
    }
}

/// A decision such as some machine could make of an event.
fn rest(event: &Event<'_>) -> BoxedStrategy<Rest> {
    let basis = || select(Basis::ALL.to_vec());
    let denied = || select(Reason::ALL.to_vec()).prop_map(Verdict::Denied);
    let passed =
        || prop_oneof![basis().prop_map(Verdict::Allowed), denied(), Just(Verdict::Duplicate)];
    let (role, verdict) = match &event.what {
        What::Fact { .. } => (
            Just(Role::Subject).boxed(),
            prop_oneof![
                Just(Verdict::Recorded),
                select(Reason::ALL.to_vec()).prop_map(Verdict::Ignored),
                Just(Verdict::Duplicate),
            ]
            .boxed(),
        ),
        What::Utterance(spoken) if !spoken.from.is_person() => {
            (Just(Role::Recipient(None)).boxed(), passed().boxed())
        }
        What::Utterance(spoken) if !spoken.to.is_person() => {
            (Just(Role::Sender).boxed(), passed().boxed())
        }
        What::Utterance(_) => (
            prop_oneof![Just(Role::Sender), basis().prop_map(|said| Role::Recipient(Some(said)))]
                .boxed(),
            passed().boxed(),
        ),
    };
    let rows: Vec<&str> =
        SENDER_GATE.all_rows().chain(RECIPIENT_GATE.all_rows()).map(|row: &Row| row.id).collect();
    let numbers = (1..=u64::MAX, basis());
    let flags = (option::of(any::<bool>()), any::<bool>(), option::of(any::<bool>()));
    let standing = option::of(select(Standing::ALL.to_vec()));
    (role, numbers, verdict, option::of(select(rows)), standing, option::of(time()), flags)
        .prop_map(|(role, (seq, forwarded), verdict, row, standing, erase_by, flags)| {
            let (shares_data, unlisted, late) = flags;
            // What the sender's gate lets through to a person it forwards.
            let verdict = match (role, verdict, seq % 2) {
                (Role::Sender, Verdict::Allowed(_), 0) => Verdict::Forwarded(forwarded),
                _ => verdict,
            };
            Rest { role, seq, verdict, row, standing, shares_data, unlisted, erase_by, late }
        })
        .boxed()
}

fn decided() -> impl Strategy<Value = (Event<'static>, Rest)> {
    event().prop_flat_map(|event| {
        let rest = rest(&event);
        (Just(event), rest)
    })
}

/// The event as its decision says it: where a business sends a message the category has its default filled in.
fn as_decided(event: &Event<'static>) -> Event<'static> {
    let mut event = event.clone();
    if let What::Utterance(spoken) = &mut event.what
        && spoken.kind == Kind::Message
        && !spoken.from.is_person()
    {
        spoken.category = Some(spoken.category.unwrap_or(Category::Service));
    }
    event
}

/// A decision by the table of DECISIONS.md, written down once more and by other means.
fn by_the_table(event: &Event<'static>, rest: &Rest, policy: &str) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        fields.extend(value.map(|value| (name.to_owned(), value)));
    };
    put("id", Some(json!(event.id)));
    put("type", Some(json!(event.type_name())));
    put("at", Some(json!(event.at.to_string())));
    let person = match &event.what {
        What::Utterance(spoken) => {
            put("from", Some(json!(spoken.from.to_string())));
            put("to", Some(json!(spoken.to.to_string())));
            put("category", spoken.category.map(|category| json!(category.as_str())));
            put("purpose", spoken.purpose.as_ref().map(|purpose| json!(purpose)));
            put("sector", spoken.sector.as_ref().map(|sector| json!(sector)));
            put("findings", (!spoken.findings.is_empty()).then(|| json!(spoken.findings)));
            let sender = rest.role == Role::Sender;
            put("gate", Some(json!(if sender { "sender" } else { "recipient" })));
            if sender { &spoken.from } else { &spoken.to }
        }
        What::Fact { person, fact } => {
            let words = |scopes: &Scopes| scopes.iter().map(Scope::as_str).collect::<Vec<_>>();
            match fact {
                Fact::Terms(_, version) => put("version", Some(json!(version))),
                Fact::OptedIn { scopes, until, .. } => {
                    put("scopes", scopes.as_ref().map(|scopes| json!(words(scopes))));
                    put("until", until.map(|until| json!(until.to_string())));
                }
                Fact::OptedOut { scopes, .. } => {
                    put("scopes", scopes.as_ref().map(|scopes| json!(words(scopes))));
                }
                Fact::ReachSet(reach) => put("reach", Some(json!(reach.as_str()))),
                Fact::Located(region) => put("region", Some(json!(region.as_str()))),
                _ => (),
            }
            match fact {
                Fact::Blocked(party) | Fact::Unblocked(party) => {
                    put("party", Some(json!(party.to_string())));
                }
                _ => put("business", fact.other().map(|other| json!(other.to_string()))),
            }
            person
        }
    };
    put("person", Some(json!(person.to_string())));
    put("seq", Some(json!(rest.seq)));
    put("verdict", Some(json!(rest.verdict.as_str())));
    put("reason", rest.verdict.reason().map(|reason| json!(reason.as_str())));
    put("row", rest.row.map(|row| json!(row)));
    put("as", rest.verdict.basis().map(|basis| json!(basis.as_str())));
    if let Role::Recipient(said) = rest.role {
        put("said", said.map(|said| json!(said.as_str())));
    }
    put("standing", rest.standing.map(|standing| json!(standing.as_str())));
    put("shares_data", rest.shares_data.map(Value::from));
    put("unlisted", rest.unlisted.then_some(Value::Bool(true)));
    put("erase_by", rest.erase_by.map(|by| json!(by.to_string())));
    put("late", rest.late.map(Value::from));
    put("policy", Some(json!(policy)));
    put("rules", Some(json!(EDITION)));
    Value::Object(fields)
}

fn written(event: &Event<'_>, rest: &Rest, policy: &str) -> Vec<u8> {
    let mut line = Vec::new();
    write_decision(&mut line, &rest.decision(event), policy);
    line
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_decision_is_read_as_it_was_written((event, rest) in decided(), policy in identifier()) {
        let line = written(&event, &rest, &policy);
        let Rest { role, seq, verdict, row, standing, shares_data, unlisted, erase_by, late } =
            rest;
        let expected = Recorded {
            event: as_decided(&event),
            role, seq, verdict, row, standing, shares_data, unlisted, erase_by, late, policy,
            rules: EDITION,
        };
        prop_assert_eq!(read_decision(&line), Ok(expected));
    }

    #[test]
    fn an_event_is_read_as_it_was_written((event, _) in decided()) {
        let policy = firstword_policy::builtin(firstword_policy::DEFAULT);
        let policy = policy.ok_or_else(|| TestCaseError::fail("no policy"))?;
        let mut line = Vec::new();
        write_event(&mut line, &event);
        let read = Reader::new(&policy).event(line.trim_ascii_end());
        prop_assert_eq!(read, Ok(as_decided(&event)));
    }

    #[test]
    fn a_decision_is_one_line_of_json_with_the_fields_of_the_page(
        (event, rest) in decided(),
        policy in identifier(),
    ) {
        let line = written(&event, &rest, &policy);
        prop_assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1));
        let fields: Value =
            serde_json::from_slice(&line).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(fields, by_the_table(&as_decided(&event), &rest, &policy));
    }

    /// What a journal says of another's machine, or of a verdict that its event cannot have, is no decision.
    #[test]
    fn a_decision_that_contradicts_itself_is_none((event, rest) in decided()) {
        let line = String::from_utf8(written(&event, &rest, "p@0")).unwrap_or_default();
        let person = rest.decision(&event).visit.person().to_string();
        let of = |person: &str| format!("\"person\":{}", json!(person));
        let others = [
            match rest.role {
                Role::Subject => line.replace(&of(&person), &of("business:shop")),
                _ => line.replace(&of(&person), &of("person:somebody-else")),
            },
            line.replace(&of(&person), "\"n\":0"),
            line.replace("\"verdict\":\"", "\"verdict\":\"not "),
            line.replace("\"seq\":", "\"seq\":-"),
            line.replace("\"seq\":", "\"n\":"),
            line.replace("\"rules\":", "\"rules\":1.5,\"n\":"),
            line.replace("\"at\":\"2", "\"at\":\"1"),
            line.replacen('{', "{\"verdict\":\"duplicate\",", 1),
            line.replacen('{', "{\"text\":null,\"text\":null,", 1),
            match rest.role {
                Role::Subject => line.replace("\"seq\"", "\"gate\":\"sender\",\"seq\""),
                _ => line.replace("\"gate\":", "\"n\":"),
            },
            match rest.role {
                Role::Subject => line.replace("\"verdict\":\"recorded\"", "\"verdict\":\"allowed\",\"as\":\"start\""),
                _ => line.replace("\"verdict\":\"allowed\"", "\"verdict\":\"recorded\""),
            },
        ];
        for other in others.iter().filter(|other| **other != line) {
            prop_assert!(read_decision(other.as_bytes()).is_err(), "{}", other);
        }
    }

    #[test]
    fn a_dead_letter_gives_its_line_back(
        value in prop_oneof![
            vec(any::<u8>(), 0..200),
            any::<String>().prop_map(String::into_bytes),
            (any::<String>(), vec(any::<u8>(), 0..4))
                .prop_map(|(text, tail)| [text.into_bytes(), tail].concat()),
        ],
        reason in select(RejectReason::ALL.to_vec()),
        field in option::of(select(Field::ALL.to_vec())),
        file in option::of(any::<String>()),
        line in any::<u64>(),
    ) {
        let mut letter = Vec::new();
        write_reject(&mut letter, Reject { reason, field }, file.as_deref(), line, &value);
        prop_assert_eq!(letter.iter().position(|byte| *byte == b'\n'), Some(letter.len() - 1));
        let mut fields: Map<String, Value> =
            serde_json::from_slice(&letter).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
        prop_assert_eq!(fields.remove("reason"), Some(json!(reason.as_str())));
        prop_assert_eq!(fields.remove("field"), field.map(|field| json!(field.as_str())));
        prop_assert_eq!(text(fields.remove("file")), file);
        prop_assert_eq!(fields.remove("line"), Some(json!(line)));
        let came = match text(fields.remove("value")) {
            Some(text) => text.into_bytes(),
            None => {
                prop_assert!(std::str::from_utf8(&value).is_err(), "text as hex");
                unhex(&text(fields.remove("value_hex")).unwrap_or_default())
            }
        };
        prop_assert_eq!(came, value);
        prop_assert!(fields.is_empty(), "{:?}", fields);
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or("??"));
    pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}

/// The decision on an event as large as an event may be is larger, and is read all the same: it is the journal.
#[test]
fn the_decision_on_the_largest_event_is_read() {
    let head = concat!(
        r#"{"id":"m-1","type":"message","at":1621155600000,"#,
        r#""from":"business:shop","to":"person:bob","findings":["a""#,
    );
    let mut line = head.as_bytes().to_vec();
    while line.len() + 132 < LARGEST {
        line.extend(format!(",\"{}\"", "b".repeat(128)).bytes());
    }
    let missing = LARGEST - line.len() - 2;
    line.extend(b"]}");
    line.extend(vec![b' '; missing]);
    let reader = Reader::new(&firstword_policy::builtin("open").unwrap_or_else(|| unreachable!()));
    let event = reader.event(&line);
    assert!(event.is_ok(), "{:?}", event.err());
    let Ok(event) = event else { return };
    let visit =
        Visit { event: &event, mark: Mark::of(&event), role: Role::Recipient(None), peer: None };
    let mut decision = Vec::new();
    write_decision(&mut decision, &Decision::recorded(visit, 1, Verdict::Duplicate), "open@0");
    assert!(decision.len() > LARGEST, "{} bytes", decision.len());
    assert_eq!(read_decision(&decision).map(|read| read.seq), Ok(1));
}
