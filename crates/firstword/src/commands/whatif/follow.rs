//! `firstword whatif --follow`: a shadow run of another policy on live traffic.
//!
//! Both policies begin with the machines that the topic of decisions makes, and from then on each goes its own way over
//! the events as they are decided. Reading joins no group and commits nothing: what runs does not notice.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use firstword_replay::Place;
use firstword_replay::whatif::{Report, WhatIf};
use firstword_stream::{Bound, Port, Range, RangeReader, Settings, Stop};
use firstword_wire::read_decision;

use super::comparing::Rejects;
use super::{Compared, WhatIfArgs, json, note, summarise, table};
use crate::exit::{Exit, say};
use crate::terminal::{Format, Progress, counted, stdout};

/// How often the table is drawn again and metrics are written.
const EVERY: Duration = Duration::from_secs(1);

/// What the metrics say at the moment.
type Shown = Arc<Mutex<String>>;

/// Runs `--follow` until it is asked to stop.
pub fn run(args: &WhatIfArgs, settings: &Settings, mut whatif: WhatIf) -> anyhow::Result<Exit> {
    let (stop, shown) = (Stop::default(), Shown::default());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("cannot start")?;
    runtime.block_on(begin(args.http, &stop, &shown))?;
    let topic = &settings.topics.decisions;
    // Opened first: what is decided while the past is read comes after it, or twice, and what comes twice is left out.
    let live = Range { from: Bound::End, to: None, partitions: None };
    let mut live = RangeReader::open(settings, &[topic], &live)?;
    let mut known = catch_up(settings, &mut whatif)?;
    let format = Format::or_default(args.format);
    let (mut out, mut drawn) = (stdout(), Instant::now());
    let mut rejects = Rejects::default();
    while !stop.asked() {
        if let Some(record) = live.next(Duration::from_millis(100))? {
            let next = known.entry(record.partition).or_default();
            if record.offset >= *next {
                *next = record.offset + 1;
                let place = Place {
                    source: format!("{topic}:{}", record.partition).into(),
                    number: record.offset as u64,
                };
                match read_decision(&record.value) {
                    Ok(recorded) => {
                        let outcome = whatif.decision(&place, &recorded);
                        if let Some(outcome) = outcome.filter(|outcome| outcome.change.is_some())
                            && format == Format::Jsonl
                        {
                            let mut line = Vec::new();
                            json::write_changed(&mut line, &place, &outcome);
                            out.write_all(&line)?;
                            out.flush()?;
                        }
                    }
                    Err(_) => rejects.no_decision(),
                }
            }
        }
        if drawn.elapsed() >= EVERY {
            drawn = Instant::now();
            *shown.lock().unwrap_or_else(PoisonError::into_inner) = metrics(&whatif);
            if format == Format::Table && std::io::stdout().is_terminal() {
                // Home, and away with what was there: the table is drawn over itself.
                write!(out, "\x1b[H\x1b[2J")?;
                let compared = Compared { whatif: &whatif, asked: &[], rejects: &rejects };
                table::write(&mut out, &compared, &args.by, args.top)?;
                out.flush()?;
            }
        }
    }
    let compared = Compared { whatif: &whatif, asked: &[], rejects: &rejects };
    match format {
        Format::Table if std::io::stdout().is_terminal() => (),
        Format::Table => table::write(&mut out, &compared, &args.by, args.top)?,
        Format::Json => json::write(&mut out, &compared, args.top)?,
        Format::Jsonl => (),
    }
    out.flush()?;
    Ok(summarise(&compared, format, note(whatif.held(), whatif.other())))
}

/// Listens for what asks to stop, and answers for metrics where that is wanted.
async fn begin(http: Option<SocketAddr>, stop: &Stop, shown: &Shown) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).context("cannot listen for signals");
    let (mut terminate, mut interrupt) =
        (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    let asked = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
        asked.ask();
    });
    if let Some(address) = http {
        let port = Port::take(address).await?;
        say(format_args!("metrics at http://{}/metrics", port.address()));
        let shown = Arc::clone(shown);
        let metrics = move || shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        tokio::spawn(port.serve_metrics(metrics, std::future::pending()));
    }
    Ok(())
}

/// Lets both policies' machines be what the decisions so far make them; the next offset of each partition.
fn catch_up(settings: &Settings, whatif: &mut WhatIf) -> anyhow::Result<BTreeMap<i32, i64>> {
    let topic = &settings.topics.decisions;
    let mut past = RangeReader::open(settings, &[topic], &Range::default())?;
    let progress = Progress::bytes("reading what was decided", None);
    let (mut next, mut count) = (BTreeMap::new(), 0);
    while !past.ended() {
        let Some(record) = past.next(Duration::from_millis(200))? else { continue };
        progress.advance(record.value.len() as u64);
        next.insert(record.partition, record.offset + 1);
        if let Ok(recorded) = read_decision(&record.value) {
            whatif.known(&recorded);
            count += 1;
        }
    }
    progress.finish();
    say(format_args!("{} read; following {topic}", counted(count, "decision")));
    Ok(next)
}

/// The sums, in the form of OpenMetrics. No name of anybody is in them.
fn metrics(whatif: &WhatIf) -> String {
    let report: &Report = whatif.report();
    let (mut out, events) = (String::new(), report.events);
    let labels = format!("held=\"{}\",against=\"{}\"", whatif.held().label, whatif.other().label);
    let _ = writeln!(out, "# HELP firstword_whatif_events Events decided under both policies.");
    let _ = writeln!(out, "# TYPE firstword_whatif_events counter");
    let _ = writeln!(out, "firstword_whatif_events_total{{{labels}}} {events}");
    let _ = writeln!(
        out,
        "# HELP firstword_whatif_changed Events that the other policy decides otherwise, first divergences apart."
    );
    let _ = writeln!(out, "# TYPE firstword_whatif_changed counter");
    for (held, other, transition) in report.transitions() {
        let count = transition.count;
        for (change, number) in [("first", count.first), ("follows", count.follows())] {
            let _ = writeln!(
                out,
                "firstword_whatif_changed_total{{{labels},from=\"{held}\",to=\"{other}\",change=\"{change}\"}} {number}"
            );
        }
    }
    out.push_str("# EOF\n");
    out
}
