//! `firstword read`: records of a topic, as JSON lines or for people.

use std::io::Write;
use std::time::Duration;

use clap::Args;
use firstword_rules::Name;
use firstword_stream::{Bound, Halt, REDRIVES, Range, RangeReader, Record};
use firstword_wire::read_decision;
use serde_json::Value;

use super::kafka::{KafkaArgs, bound, shown_time, text_or_hex};
use crate::exit::{Exit, say, usage_error};
use crate::io::topic::{name, one_line};
use crate::terminal::{Colours, Format, counted, stdout};

/// Read a topic: what is there, or a range of it, as JSON lines.
///
/// Decisions, events and what is on its way between partitions come as they are, a JSON line each. Dead letters, and
/// the records of any other topic, come as an object each: topic, partition, offset, timestamp, key, value and headers,
/// dead letters with their reason and the source of what was rejected. What is not UTF-8 is written in hexadecimal,
/// as `key_hex` or `value_hex`.
///
/// Nothing is changed by reading: no group is joined and nothing is committed. What a transaction has not committed
/// is not shown. Records of one partition come in their order, those of several as they come.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword read decisions > decisions.jsonl\n  \
    firstword read dead-letters --from 2021-05-16T09:00:00Z --to 2021-05-16T10:00:00Z\n  \
    firstword read decisions --follow --person person:alice\n  \
    firstword read events --partitions 3 --from 1700 --to 1701 --records\n\n\
    Times are those of the records, which follow each other nearly but not quite in order: a range begins, in each \
    partition, at the first record of that time or later, and ends before the first one of its end or later.")]
pub struct Read {
    /// `events`, `relay`, `decisions`, `dead-letters`, `policies`, or the name of a topic.
    #[arg(value_name = "TOPIC", default_value = "decisions")]
    topic: String,
    /// Begin here: a time, an offset, `start` or `end`.
    #[arg(long, value_name = "TIME|OFFSET", default_value = "start", value_parser = bound)]
    from: Bound,
    /// End before this: a time, an offset or `end`, which is what is there now.
    #[arg(long, value_name = "TIME|OFFSET", default_value = "end", value_parser = bound)]
    to: Bound,
    /// Go on with what comes, until it is stopped.
    #[arg(long, conflicts_with = "to")]
    follow: bool,
    /// Only these partitions.
    #[arg(long, value_name = "N,..", value_delimiter = ',')]
    partitions: Option<Vec<i32>>,
    /// Only records whose key is this person, or whose value names them.
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
    /// Write every record as an object, with where it lies, its key and its headers.
    #[arg(long)]
    records: bool,
    /// How records are written; `jsonl` and `json` are both one JSON object a line [default: table on a
    /// terminal, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// Runs the command.
pub fn run(args: &Read) -> anyhow::Result<Exit> {
    let person = args.person.as_deref().map(Wanted::new).transpose()?;
    let settings = args.kafka.load()?;
    let topic = name(&settings, &args.topic);
    let names = &settings.topics;
    let as_is = [&names.events, &names.relay, &names.decisions].into_iter().any(|one| one == topic);
    let write = match Format::or_default(args.format) {
        Format::Table => row,
        _ if as_is && !args.records => value,
        _ => object,
    };
    let to = if args.follow { None } else { Some(args.to) };
    let range = Range { from: args.from, to, partitions: args.partitions.clone() };
    let opened = RangeReader::open(&settings, &[topic], &range);
    let mut reader = opened.map_err(|halt| match halt {
        Halt::PartitionMissing { .. } => usage_error(format!("--partitions: {halt}")),
        halt => halt.into(),
    })?;
    let (mut out, mut line, mut count) = (stdout(), Vec::new(), 0);
    while !reader.ended() {
        let Some(record) = reader.next(Duration::from_millis(200))? else {
            out.flush()?;
            continue;
        };
        if person.as_ref().is_none_or(|person| person.is_in(&record)) {
            line.clear();
            write(&mut line, &record);
            out.write_all(&line)?;
            count += 1;
        }
    }
    out.flush()?;
    say(format_args!("{} of {topic}", counted(count, "record")));
    Ok(Exit::Done)
}

/// Whom records are read for.
struct Wanted {
    key: String,
    named: String,
}

impl Wanted {
    fn new(person: &str) -> anyhow::Result<Wanted> {
        let known = Name::parse(person).filter(Name::is_person);
        let known =
            known.ok_or_else(|| usage_error("--person: not a name such as person:alice"))?;
        Ok(Wanted { key: known.to_string(), named: format!("\"{known}\"") })
    }

    fn is_in(&self, record: &Record) -> bool {
        record.key.as_deref() == Some(self.key.as_bytes())
            || memchr::memmem::find(&record.value, self.named.as_bytes()).is_some()
    }
}

/// A value that is one JSON line already.
fn value(out: &mut Vec<u8>, record: &Record) {
    out.extend(one_line(&record.value));
}

/// A record as an object: first what matters most.
fn object(out: &mut Vec<u8>, record: &Record) {
    let header = |(name, value): &(String, Option<Vec<u8>>)| match value {
        Some(value) => text_or_hex(name, value),
        None => (name.clone(), Value::Null),
    };
    let named = |name: &str, value: Value| (name.to_owned(), value);
    let ours = ["reason", "source", REDRIVES];
    let ours = ours.iter().filter_map(|name| Some(named(name, record.header(name)?.into())));
    let place = [
        named("topic", record.topic.as_str().into()),
        named("partition", record.partition.into()),
        named("offset", record.offset.into()),
        named("timestamp", shown_time(record.timestamp).into()),
    ];
    let key = record.key.as_deref().map(|key| text_or_hex("key", key));
    let value = text_or_hex("value", &record.value);
    let headers = named("headers", record.headers.iter().map(header).collect());
    let fields = ours.chain(place).chain(key).chain([value, headers]);
    for (number, (name, value)) in fields.enumerate() {
        out.extend(if number == 0 { "{" } else { "," }.bytes());
        out.extend(format!("{}:{value}", Value::from(name)).bytes());
    }
    out.extend(b"}\n");
}

/// A record as a line for people: decisions as `firstword decide` shows them, others cut.
fn row(out: &mut Vec<u8>, record: &Record) {
    if let Ok(decision) = read_decision(&record.value) {
        super::decide::row(out, &decision.event, decision.role, decision.verdict, decision.row);
        return;
    }
    let text = String::from_utf8_lossy(&record.value);
    let text: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect();
    let key = record.key.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    let key: String = key.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let place = format!("{}:{}", record.partition, record.offset);
    let time = shown_time(record.timestamp);
    let time = Colours::of_stdout().faint(&time);
    let reason = record.header("reason").unwrap_or_default();
    let reason = if reason.is_empty() { String::new() } else { format!("{reason:<16} ") };
    out.extend(format!("{time}  {place:<10} {key:<24} {reason}{text}").trim_end().bytes());
    out.push(b'\n');
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn record(key: Option<&[u8]>, value: &[u8]) -> Record {
        let headers = [("reason", Some("not_json")), ("source", Some("e:1:2")), ("none", None)];
        let owned =
            |(name, value): (&str, Option<&str>)| (name.to_owned(), value.map(|v| v.into()));
        Record {
            topic: "t".to_owned(),
            partition: 3,
            offset: 17,
            timestamp: 1_000,
            key: key.map(<[u8]>::to_vec),
            value: value.to_vec(),
            headers: headers.map(owned).to_vec(),
        }
    }

    fn written(write: fn(&mut Vec<u8>, &Record), record: &Record) -> String {
        let mut out = Vec::new();
        write(&mut out, record);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_record_is_one_line_whatever_it_holds() {
        let odd = record(Some(b"\xff"), b"{\"a\":\n1}\r\n\x1b[31m");
        for write in [value, object, row] {
            let line = written(write, &odd);
            assert_eq!(line.matches('\n').count(), 1, "{line}");
        }
        assert!(!written(row, &odd).contains('\x1b'));
        assert_eq!(written(value, &record(None, b"{\"a\":\n1}")), "{\"a\": 1}\n");
    }

    #[test]
    fn an_object_says_all_of_a_record() {
        let object: Value = serde_json::from_str(&written(object, &record(None, b"\xfe"))).unwrap();
        let expected = serde_json::json!({
            "reason": "not_json", "source": "e:1:2", "topic": "t", "partition": 3, "offset": 17,
            "timestamp": "1970-01-01T00:00:01.000Z", "value_hex": "fe",
            "headers": {"reason": "not_json", "source": "e:1:2", "none": null},
        });
        assert_eq!(object, expected);
    }

    #[test]
    fn a_person_is_found_by_key_and_by_name() {
        let alice = Wanted::new("person:alice").unwrap();
        for (key, value, found) in [
            (Some("person:alice"), "", true),
            (None, r#"{"to":"person:alice"}"#, true),
            (Some("person:alice2"), r#"{"to":"person:alice2"}"#, false),
        ] {
            let record = record(key.map(str::as_bytes), value.as_bytes());
            assert_eq!(alice.is_in(&record), found, "{value}");
        }
        assert!(Wanted::new("business:acme").is_err());
    }
}
