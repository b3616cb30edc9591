//! What lies in `docker/` fits the program: its variables, its commands, its metrics, the rows of the rules.
//!
//! No container engine is needed, and what only one can show is not shown here: `docker/README.md` says what that is.

#![cfg(feature = "kafka")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::thread;

use anyhow::{Context, Result, ensure};
use firstword_rules::{RECIPIENT_GATE, SENDER_GATE};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_firstword");
const COMPOSE: &str = include_str!("../../../docker/compose.yaml");
const DOCKERFILE: &str = include_str!("../../../docker/Dockerfile");
const PROMETHEUS: &str = include_str!("../../../docker/prometheus.yml");
const ALERTS: &str = include_str!("../../../docker/alerts.yml");
const ALERTS_TEST: &str = include_str!("../../../docker/alerts.test.yml");
const DASHBOARD: &str = include_str!("../../../docker/grafana/firstword.json");
const METRICS: &str = include_str!("../../firstword-stream/METRICS.md");
const DECISIONS: &str = include_str!("../../firstword-wire/DECISIONS.md");
const HEALTHY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docker/healthy.sh");

fn firstword(arguments: &[&str], variables: &BTreeMap<&str, &str>) -> Result<Output> {
    Ok(Command::new(PROGRAM).args(arguments).env_clear().envs(variables).output()?)
}

/// The variables of ours that the image and compose.yaml set, the workers' names with the last one's.
fn variables() -> BTreeMap<&'static str, &'static str> {
    let image = DOCKERFILE.split_whitespace().filter_map(|word| word.split_once('='));
    let compose = COMPOSE.lines().filter_map(|line| line.trim().split_once(": "));
    let ours = image.chain(compose).filter(|(name, _)| name.starts_with("FIRSTWORD_"));
    ours.map(|(name, value)| (name, value.trim_matches('"'))).collect()
}

#[test]
fn the_program_knows_every_variable() -> Result<()> {
    let variables = variables();
    let named = [COMPOSE, DOCKERFILE].map(|text| text.matches("FIRSTWORD_").count());
    ensure!(named == [4, 2] && variables.len() == 5, "{named:?} {variables:?}");
    let output = firstword(&["run", "--print-config"], &variables)?;
    let shown = String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?;
    ensure!(output.status.success(), "{shown}");
    for (name, value) in variables {
        ensure!(shown.contains(name) && shown.contains(value), "{name}={value} in\n{shown}");
    }
    Ok(())
}

#[test]
fn the_program_understands_every_command() -> Result<()> {
    let mut run = Vec::new();
    for line in COMPOSE.lines() {
        let Some(words) = line.trim().strip_prefix("command: ") else { continue };
        let words = serde_json::from_str::<Vec<String>>(words).context(line)?;
        for command in words.join(" ").split(" | ") {
            let mut words: Vec<_> = command.trim_start_matches("firstword ").split(' ').collect();
            run.push(words.first().copied().unwrap_or_default().to_owned());
            // Whatever stands before it is read first; with it nothing is done.
            words.push("--help");
            let output = firstword(&words, &BTreeMap::new())?;
            let said = String::from_utf8(output.stderr)?;
            ensure!(output.status.success(), "{command}: {said}");
        }
    }
    ensure!(run == ["run", "generate", "send"], "{run:?}");
    Ok(())
}

#[test]
fn names_and_versions_are_the_same_everywhere() -> Result<()> {
    let image = concat!("image: firstword:", env!("CARGO_PKG_VERSION"), "\n");
    ensure!(COMPOSE.contains(image), "compose.yaml has no {image}");
    let listen = variables().get("FIRSTWORD_HTTP__LISTEN").copied().context("no address")?;
    let port = listen.rsplit(':').next().context(listen)?;
    ensure!(DOCKERFILE.contains(&format!("EXPOSE {port}\n")), "{port} is not exposed");
    let targets = PROMETHEUS.split("targets: ").nth(1).and_then(|rest| rest.lines().next());
    let targets: Vec<String> = serde_json::from_str(targets.context("no targets")?)?;
    for target in &targets {
        let service = target.strip_suffix(&format!(":{port}")).context("another port")?;
        ensure!(COMPOSE.contains(&format!("\n  {service}:\n    <<: *worker\n")), "{service}");
    }
    ensure!(targets.len() == COMPOSE.matches("<<: *worker").count(), "{targets:?}");
    Ok(())
}

#[test]
fn whether_a_process_is_healthy_is_what_it_answers() -> Result<()> {
    for (answer, healthy) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nalive\n", true),
        ("HTTP/1.0 200 OK\r\n\r\nalive\n", true),
        ("HTTP/1.1 503 Service Unavailable\r\n\r\nworker 0 200 s\n", false),
        ("HTTP/1.1 404 Not Found\r\n\r\n", false),
        ("", false),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let server = thread::spawn(move || -> Result<String> {
            let (mut stream, _) = listener.accept()?;
            let mut asked = [0; 24];
            stream.read_exact(&mut asked)?;
            stream.write_all(answer.as_bytes())?;
            Ok(String::from_utf8(asked.to_vec())?)
        });
        let mut ask = Command::new("bash");
        ask.args([HEALTHY, "readyz"]).env("FIRSTWORD_HTTP__LISTEN", &address);
        let output = ask.output()?;
        let asked = server.join().ok().context("the server fell")??;
        ensure!(asked == "GET /readyz HTTP/1.0\r\n\r\n", "{asked:?}");
        ensure!(output.status.success() == healthy, "{answer:?}: {output:?}");
        let nobody = ask.output()?;
        ensure!(!nobody.status.success(), "nobody listens any more: {nobody:?}");
    }
    Ok(())
}

/// The metrics of METRICS.md, each with its labels.
fn metrics() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut metrics = BTreeMap::new();
    for line in METRICS.lines().filter_map(|line| line.strip_prefix("| `")) {
        let (name, rest) = line.split_once('`').unwrap_or((line, ""));
        let (name, labels) = name.split_once('{').unwrap_or((name, ""));
        let own = labels.trim_end_matches('}').split(',').filter(|label| !label.is_empty());
        let mut labels: BTreeSet<_> = own.chain(["job", "instance"]).collect();
        if rest.starts_with(" | histogram") {
            for end in ["_sum", "_count"] {
                metrics.insert(format!("{name}{end}"), labels.clone());
            }
            labels.insert("le");
            metrics.insert(format!("{name}_bucket"), labels);
        } else {
            metrics.insert(name.to_owned(), labels);
        }
    }
    let alert = ["alertname", "alertstate", "job", "instance"];
    metrics.insert("ALERTS".to_owned(), alert.into());
    metrics.insert("up".to_owned(), ["job", "instance"].into());
    metrics
}

/// The words of a text as a query has them, each with what follows it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let within = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts = text.char_indices().filter(move |(at, c)| {
        within(*c) && !text.get(..*at).is_some_and(|before| before.ends_with(within))
    });
    starts.filter_map(move |(at, _)| {
        let rest = text.get(at..)?;
        Some(rest.split_at(rest.find(|c| !within(c)).unwrap_or(rest.len())))
    })
}

/// What is wrong with the queries in a text: metrics, labels and values that nothing has.
fn wrong_in(text: &str) -> Vec<String> {
    let (metrics, mut wrong) = (metrics(), Vec::new());
    let every: BTreeSet<_> = metrics.values().flatten().copied().collect();
    for (word, rest) in words(text) {
        let ours = ["firstword_", "process_", "ALERTS"].iter().any(|start| word.starts_with(start));
        if ours && !metrics.contains_key(word) {
            wrong.push(format!("no metric {word}"));
        }
        let labels = metrics.get(word).unwrap_or(&every);
        if let Some(selector) = rest.strip_prefix('{').and_then(|rest| rest.split('}').next()) {
            for part in selector.split(',') {
                let (label, value) = part.split_once('=').unwrap_or((part, ""));
                let label = label.trim_end_matches('!');
                if !labels.contains(label) {
                    wrong.push(format!("no label {label} of {word}"));
                }
                let value = value.trim_start_matches('~').trim_matches('"');
                let told =
                    |value: &str| [METRICS, DECISIONS].concat().contains(&format!("`{value}`"));
                if ["verdict", "outcome", "state"].contains(&label) && !value.split('|').all(told) {
                    wrong.push(format!("no {label} {value}"));
                }
            }
        }
        let list = rest.strip_prefix(" (").and_then(|rest| rest.split(')').next());
        if let Some(list) = list.filter(|_| ["by", "on", "without"].contains(&word)) {
            let unknown = list.split(", ").filter(|label| !every.contains(label));
            wrong.extend(unknown.map(|label| format!("no label {label}")));
        }
    }
    wrong
}

#[test]
fn wrong_queries_are_found() {
    for (query, count) in [
        (r#"sum by (verdict) (rate(firstword_decisions_total{job="x",verdict="denied"}[5m]))"#, 0),
        ("rate(firstword_commit_seconds_bucket[5m])", 0),
        ("rate(firstword_commit_seconds_total[5m])", 1),
        (r#"firstword_decisions_total{reason="x"}"#, 1),
        (r#"firstword_decisions_total{verdict=~"denied|refused"}"#, 1),
        ("max by (partition, person) (firstword_machines)", 1),
    ] {
        assert_eq!(wrong_in(query).len(), count, "{query}");
    }
}

#[test]
fn alerts_ask_for_what_there_is() {
    assert_eq!(wrong_in(ALERTS), [""; 0]);
    let alerts: Vec<_> = ALERTS.split("- alert: ").skip(1).collect();
    assert!(alerts.len() >= 10, "{} alerts", alerts.len());
    for alert in alerts {
        let name = alert.lines().next().unwrap_or_default();
        assert!(alert.contains("summary:") && alert.contains("description:"), "{name}");
        assert!(ALERTS_TEST.contains(name), "{name} has no test");
    }
}

/// What stands in a JSON text there, or nothing.
fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

/// The elements of an array.
fn each<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> {
    at(value, pointer).as_array().into_iter().flatten()
}

#[test]
fn the_dashboard_asks_for_what_there_is() -> Result<()> {
    let dashboard: Value = serde_json::from_str(DASHBOARD)?;
    let (mut ids, mut cells, mut queries) = (BTreeSet::new(), BTreeSet::new(), 0);
    for panel in each(&dashboard, "/panels") {
        let title = at(panel, "/title").as_str().context("a panel without a title")?;
        ensure!(
            ids.insert(at(panel, "/id").as_u64().context("no id")?),
            "{title}: its id is taken"
        );
        let place =
            |side: &str| at(panel, &format!("/gridPos/{side}")).as_u64().context("no place");
        for x in place("x")?..place("x")? + place("w")? {
            for y in place("y")?..place("y")? + place("h")? {
                ensure!(x < 24 && cells.insert((x, y)), "{title}: its place is taken");
            }
        }
        for target in each(panel, "/targets") {
            let query = at(target, "/expr").as_str().context("a target without a query")?;
            ensure!(wrong_in(query).is_empty(), "{title}: {:?}", wrong_in(query));
            ensure!(query.contains(r#"job="$job""#), "{title}: of any group");
            queries += 1;
        }
    }
    ensure!(queries >= ids.len() && !ids.is_empty(), "{queries} queries, {} panels", ids.len());
    // Every metric but these is on it.
    let beside = ["process_open_fds", "process_start_time_seconds", "up"];
    for metric in metrics().keys().filter(|metric| !beside.contains(&metric.as_str())) {
        let base = metric.trim_end_matches("_sum").trim_end_matches("_count");
        ensure!(DASHBOARD.contains(base), "{metric} is shown nowhere");
    }
    Ok(())
}

#[test]
fn the_dashboard_says_rows_in_the_words_of_the_rules() -> Result<()> {
    let dashboard: Value = serde_json::from_str(DASHBOARD)?;
    let overrides =
        each(&dashboard, "/panels").flat_map(|panel| each(panel, "/fieldConfig/overrides"));
    let of_row: Vec<_> = overrides.filter(|of| at(of, "/matcher/options") == "row").collect();
    let [of_row] = of_row.as_slice() else { anyhow::bail!("{} overrides", of_row.len()) };
    let shown = at(of_row, "/properties/0/value/0/options").as_object().context("no words")?;
    let rows = SENDER_GATE.all_rows().chain(RECIPIENT_GATE.all_rows());
    let refuse: Vec<_> = rows.filter(|row| row.outcome().0 == "denied").collect();
    for row in &refuse {
        let words = format!("{}: {}", row.id, row.words);
        let said = shown.get(row.id).map(|shown| at(shown, "/text"));
        ensure!(said.is_some_and(|said| said == words.as_str()), "{words}");
    }
    ensure!(shown.len() == refuse.len(), "{} rows refuse", refuse.len());
    Ok(())
}
