//! The board as it is read: the text of its metrics, its pages, what it says of itself when things go wrong.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use firstword_engine::{Draft, Engine, first_role};
use firstword_wire::{Reader, RejectReason};

use super::*;

/// 2026-01-01T00:00:00Z
const NOW: i64 = 1_767_225_600_000;

fn board(workers: u16) -> Board {
    Board::new(workers, &TopicNames::under("firstword"), "whatsapp-2021@0f3c")
}

/// A message from a person to a business that came four times: 20 ms old when it is published, twice, then 500 ms,
/// then without a timestamp; and two records that are no event.
fn tally() -> Tally {
    let policy = firstword_policy::builtin("whatsapp-business-2026").unwrap();
    let (reader, mut engine) = (Reader::new(&policy), Engine::new(policy));
    let line = br#"{"id":"m","type":"message","at":"2026-01-01T00:00:00Z","from":"person:a","to":"business:b"}"#;
    let event = reader.event(line).unwrap();
    let (mut tally, mut draft) = (Tally::default(), Draft::default());
    for timestamp in [NOW - 20, NOW - 20, NOW - 500, 0] {
        let decision = engine.draft(&mut draft, &event, first_role(&event));
        tally.decision(&decision, timestamp);
    }
    tally.dead_letter(RejectReason::NotJson);
    tally.dead_letter(RejectReason::NotJson);
    tally
}

/// Everything that can be told was told once: task 0 works, task 1 is restored.
fn touched() -> (Board, Seat, Restore) {
    let board = board(1);
    let seat = board.seat(0);
    seat.joined();
    seat.turn();
    seat.assigned(0, [100, 7]).read(500);
    let restore = seat.assigned(1, [40, -1]);
    restore.expect(1000);
    restore.read(300);
    restore.machines(20);
    seat.running(0, 90);
    seat.consumed(false, 0, 103);
    seat.end(false, 0, 110);
    seat.end(true, 0, 5);
    seat.bytes(0, 4096);
    seat.decided_at(0, &tally(), 91, NOW);
    board.transaction(Outcome::Committed, Duration::from_millis(4));
    board.transaction(Outcome::Aborted, Duration::from_secs(10));
    board.producer_recycled();
    board.policies_differ(true);
    (board, seat, restore)
}

/// The samples of families that begin so, without histograms' buckets.
fn samples(text: &str, begin: &str) -> Vec<String> {
    let ours = text.lines().filter(|line| line.starts_with(begin) && !line.contains("_bucket{"));
    ours.map(str::to_owned).collect()
}

#[test]
fn the_text_says_what_was_told() {
    let (board, _seat, _restore) = touched();
    let text = board.metrics();
    let mut ours = samples(&text, "firstword_");
    ours.retain(|line| !line.starts_with("firstword_restore_seconds_sum "));
    ours.retain(|line| !line.starts_with("firstword_dead_letters_") || !line.ends_with(" 0"));
    let version = env!("CARGO_PKG_VERSION");
    let build = format!(
        r#"firstword_build_info{{version="{version}",rules="1",policy="whatsapp-2021@0f3c"}} 1"#
    );
    let expected = [
        r#"firstword_decisions_total{gate="sender",verdict="duplicate",row="S1"} 3"#,
        r#"firstword_decisions_total{gate="sender",verdict="allowed",row="S10"} 1"#,
        r#"firstword_dead_letters_total{reason="not_json"} 2"#,
        r#"firstword_transactions_total{outcome="committed"} 1"#,
        r#"firstword_transactions_total{outcome="aborted"} 1"#,
        r#"firstword_transactions_total{outcome="unknown"} 0"#,
        r#"firstword_producer_recycled_total 1"#,
        r#"firstword_commit_seconds_sum 0.004"#,
        r#"firstword_commit_seconds_count 1"#,
        r#"firstword_decision_delay_seconds_sum 0.54"#,
        r#"firstword_decision_delay_seconds_count 3"#,
        r#"firstword_restore_seconds_count 1"#,
        r#"firstword_policies_differ 1"#,
        r#"firstword_restored_records_total 800"#,
        r#"firstword_tasks{state="restoring"} 1"#,
        r#"firstword_tasks{state="running"} 1"#,
        r#"firstword_lag_records{topic="firstword.events",partition="0"} 7"#,
        r#"firstword_lag_records{topic="firstword.relay",partition="0"} 0"#,
        r#"firstword_restore_remaining_records{partition="0"} 0"#,
        r#"firstword_restore_remaining_records{partition="1"} 700"#,
        r#"firstword_machines{partition="0"} 91"#,
        r#"firstword_machines{partition="1"} 20"#,
        r#"firstword_state_bytes{partition="0"} 4096"#,
        r#"firstword_state_bytes{partition="1"} 0"#,
        r#"firstword_last_commit_timestamp_seconds{partition="0"} 1767225600.0"#,
        &build,
    ];
    assert_eq!(ours, expected);
    for line in [
        "# TYPE firstword_decisions counter",
        r#"firstword_commit_seconds_bucket{le="0.003"} 0"#,
        r#"firstword_commit_seconds_bucket{le="0.005"} 1"#,
        r#"firstword_decision_delay_seconds_bucket{le="+Inf"} 3"#,
        "# EOF",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is not in\n{text}");
    }
}

#[test]
fn a_record_from_the_future_is_not_late() {
    let board = board(1);
    board.seat(0).decided_at(0, &tally(), 1, NOW - 1000);
    let sum = samples(&board.metrics(), "firstword_decision_delay_seconds_");
    assert_eq!(
        sum,
        ["firstword_decision_delay_seconds_sum 0.0", "firstword_decision_delay_seconds_count 3"]
    );
}

/// Name with labels, as both pages write them, and type, as the text has it.
type Inventory = BTreeMap<String, String>;

fn exposed(text: &str) -> Inventory {
    let mut known = Inventory::new();
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    for (family, kind) in types {
        let suffix = match kind {
            "counter" => "_total",
            "info" => "_info",
            "histogram" => "_count",
            _ => "",
        };
        let name = format!("{family}{suffix}");
        for line in text.lines() {
            let Some((sample, _)) = line.rsplit_once(' ') else { continue };
            let (of, labels) = sample.split_once('{').unwrap_or((sample, ""));
            if of == name {
                let keys = labels.split("\",").filter_map(|label| label.split_once('='));
                let keys: Vec<_> = keys.map(|(key, _)| key).collect();
                let name = if kind == "histogram" { family } else { of };
                known.insert(with_labels(name, &keys.join(",")), kind.to_owned());
            }
        }
    }
    known
}

fn with_labels(name: &str, labels: &str) -> String {
    if labels.is_empty() { name.to_owned() } else { format!("{name}{{{labels}}}") }
}

/// The backticked words of a text that name metrics.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split('`').skip(1).step_by(2);
    words.filter(|word| word.starts_with("firstword_")).map(str::to_owned).collect()
}

#[test]
fn the_page_of_metrics_is_the_program() {
    let (board, _seat, _restore) = touched();
    let rows = include_str!("../../METRICS.md").lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    let page: Inventory =
        cells.map(|cells| (cells[1].trim_matches('`').to_owned(), cells[2].to_owned())).collect();
    let mut program = exposed(&board.metrics());
    if !cfg!(target_os = "linux") {
        program.extend(page.clone().into_iter().filter(|(name, _)| name.starts_with("process_")));
    }
    assert_eq!(program, page);
}

#[test]
fn what_the_stream_promises_is_exposed() {
    let page = include_str!("../../STREAM.md");
    let promised = page.lines().find(|line| line.starts_with("- **Metrics**")).unwrap();
    let rest = page.split_once(promised).unwrap().1.lines().skip(1);
    let rest: Vec<_> = rest.take_while(|line| line.starts_with("  ")).collect();
    let promised = named(&format!("{promised}{}", rest.join("")));
    assert!(promised.len() > 10, "{promised:?}");
    let (board, _seat, _restore) = touched();
    let program: BTreeSet<_> = exposed(&board.metrics()).into_keys().collect();
    assert!(promised.is_subset(&program), "{:?}", promised.difference(&program));
}

/// Two series of one name and labels make Prometheus refuse the whole page.
#[test]
fn no_series_is_there_twice() {
    let (board, _seat, _restore) = touched();
    let text = board.metrics();
    let series: Vec<_> = text.lines().filter_map(|line| Some(line.rsplit_once(' ')?.0)).collect();
    let apart: BTreeSet<_> = series.iter().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(apart.len(), series.iter().filter(|line| !line.starts_with('#')).count());
}

fn problems(checks: Vec<Check>) -> Vec<String> {
    checks.into_iter().filter_map(|check| check.problem).collect()
}

#[test]
fn ready_is_when_all_have_joined_and_all_is_restored() {
    let board = board(2);
    assert_eq!(problems(board.ready()), ["0 of 2 workers in the group"]);
    let (one, other) = (board.seat(0), board.seat(1));
    one.joined();
    assert_eq!(problems(board.ready()), ["1 of 2 workers in the group"]);
    one.assigned(0, [0, 0]);
    one.assigned(1, [0, 0]);
    other.joined();
    assert_eq!(problems(board.ready()), ["0 of 2 tasks restored"]);
    one.running(0, 1);
    assert_eq!(problems(board.ready()), ["1 of 2 tasks restored"]);
    one.revoked(1);
    assert_eq!(problems(board.ready()), [""; 0], "a worker without a task is ready");
    other.assigned(1, [0, 0]);
    assert_eq!(problems(board.ready()), ["1 of 2 tasks restored"]);
    other.running(1, 1);
    assert_eq!(problems(board.ready()), [""; 0]);
    drop(other);
    assert_eq!(problems(board.ready()), ["1 of 2 workers in the group"]);
    assert_eq!(
        samples(&board.metrics(), "firstword_machines"),
        [r#"firstword_machines{partition="0"} 1"#]
    );
}

#[test]
fn who_makes_no_turn_for_a_minute_hangs() {
    let board = board(2);
    let (one, _joining) = (board.seat(0), board.seat(1));
    let after = |seconds| Instant::now() + Duration::from_secs(seconds);
    assert_eq!(problems(board.alive_at(after(3600))), [""; 0], "nobody has begun yet");
    one.turn();
    assert_eq!(problems(board.alive_at(after(59))), [""; 0]);
    let late = problems(board.alive_at(after(75)));
    assert!(
        matches!(&late[..], [late] if late.starts_with("no turn of worker 0 for 7")),
        "{late:?}"
    );
    drop(one);
    assert_eq!(problems(board.alive_at(after(75))), [""; 0], "a worker that has stopped is gone");
}

#[test]
fn a_task_that_moved_hears_no_more_of_who_had_it() {
    let board = board(2);
    let (one, other) = (board.seat(0), board.seat(1));
    one.assigned(5, [10, 10]).machines(3);
    one.running(5, 3);
    let restore = other.assigned(5, [20, 20]);
    one.decided_at(5, &tally(), 99, NOW);
    one.consumed(false, 5, 99);
    one.end(false, 5, 99);
    one.revoked(5);
    restore.machines(4);
    let tasks = serde_json::to_value(board.tasks()).unwrap();
    let task = &tasks["tasks"][0];
    assert_eq!((&task["worker"], &task["state"]), (&1.into(), &"restoring".into()));
    assert_eq!((&task["machines"], &task["events"]["next"]), (&4.into(), &20.into()));
    assert_eq!(task["events"]["end"], serde_json::Value::Null);
    let decided = samples(&board.metrics(), "firstword_decisions_total");
    assert_eq!(decided.len(), 2, "what was published counts all the same");
}

#[test]
fn tasks_are_told_in_full() {
    let (board, _seat, _restore) = touched();
    let mut tasks = serde_json::to_value(board.tasks()).unwrap();
    for task in tasks["tasks"].as_array_mut().unwrap() {
        assert!(task["restore"]["seconds"].take().as_f64().is_some());
    }
    let expected = serde_json::json!({"tasks": [
        {
            "partition": 0, "worker": 0, "state": "running",
            "events": {"next": 103, "end": 110, "lag": 7},
            "relay": {"next": 7, "end": 5, "lag": 0},
            "machines": 91, "bytes": 4096, "last_commit": "2026-01-01T00:00:00.000Z",
            "restore": {"records": 500, "of_at_most": 0, "machines": 0, "seconds": null},
        },
        {
            "partition": 1, "worker": 0, "state": "restoring",
            "events": {"next": 40, "end": null, "lag": null},
            "relay": {"next": null, "end": null, "lag": null},
            "machines": 20, "bytes": 0, "last_commit": null,
            "restore": {"records": 300, "of_at_most": 1000, "machines": 20, "seconds": null},
        },
    ]});
    assert_eq!(tasks, expected);
}

#[test]
fn marks_of_transactions_are_no_lag() {
    let mut known = Partition { ls_offset: -1001, eof_offset: -1001, ..Partition::default() };
    assert_eq!(readable_end(&known, -1, true), None, "not fetched yet");
    known.ls_offset = 10;
    assert_eq!(readable_end(&known, -1, true), Some(10), "nothing was handed out yet");
    known.eof_offset = 10;
    assert_eq!(readable_end(&known, -1, true), Some(0), "there is nothing but marks");
    known.fetchq_cnt = 3;
    assert_eq!(readable_end(&known, 4, true), Some(10), "some are queued");
    known.fetchq_cnt = 0;
    assert_eq!(readable_end(&known, 4, false), Some(10), "some are being decided");
    assert_eq!(readable_end(&known, 9, true), Some(9), "a mark is the last");
    assert_eq!(readable_end(&known, 11, true), Some(10), "more was consumed since");
    known.ls_offset = 12;
    assert_eq!(readable_end(&known, 9, true), Some(12), "more has come");
}

#[test]
fn statistics_are_taken_for_the_inputs_of_tasks_here() {
    let board = board(1);
    let seat = board.seat(0);
    seat.assigned(0, [10, 0]);
    let of = |partition, ls_offset| Partition {
        partition,
        ls_offset,
        eof_offset: -1,
        ..Partition::default()
    };
    let mut statistics = Statistics::default();
    for topic in ["firstword.events", "firstword.decisions"] {
        let topic_statistics = statistics.topics.entry(topic.to_owned()).or_default();
        topic_statistics.partitions.extend([(-1, of(-1, 0)), (0, of(0, 25)), (1, of(1, 30))]);
    }
    seat.statistics(&statistics, true);
    assert_eq!(
        samples(&board.metrics(), "firstword_lag_records{"),
        [r#"firstword_lag_records{topic="firstword.events",partition="0"} 15"#]
    );
}
