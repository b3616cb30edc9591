//! The arithmetic, from a village to more than there can be.

use super::*;

fn demand(people: u64, events_per_day: u64) -> Demand {
    Demand {
        people,
        events_per_day,
        peak: 3.0,
        between_people: 0.7,
        headroom: 0.3,
        replication: 3,
        tasks_per_worker: 4,
        worker_memory: 16e9,
        broker: None,
        commit_interval: 0.1,
    }
}

fn plan(demand: &Demand) -> Plan {
    Plan::of(demand, &BUILT_IN)
}

/// Every figure, for what must hold of all of them.
fn figures(plan: &Plan) -> Vec<f64> {
    let told = format!("{plan:?}");
    let values = told.split([',', '}']).filter_map(|field| field.rsplit(": ").next());
    values.filter_map(|value| value.trim().parse().ok()).collect()
}

#[test]
fn two_billion_people_are_planned_for() {
    let asked = Demand { worker_memory: 64e9, ..demand(2_000_000_000, 100_000_000_000) };
    let plan = plan(&asked);
    assert_eq!(plan.mean.round(), 1_157_407.0);
    assert_eq!(plan.peak.round(), 3_472_222.0);
    assert_eq!(plan.decisions.round(), 5_902_778.0);
    // The peak fits into what is not to be left free.
    assert!(plan.workers as f64 * plan.each * 0.7 >= plan.peak);
    assert!((plan.workers - 1) as f64 * plan.each * 0.7 < plan.peak);
    assert_eq!(plan.partitions, 4 * plan.workers);
    assert!(!plan.for_memory && plan.memory_each < asked.worker_memory);
    assert_eq!(plan.events_day, 1e11 * BUILT_IN.bytes_in.value);
    assert_eq!(plan.snapshots_kept, 600e9);
    // Nothing comes of nothing: what goes in was written three times.
    let event = BUILT_IN.bytes_in.value + 0.85 * BUILT_IN.bytes_out.value;
    assert_eq!(plan.into.round(), (plan.peak * event * 3.0).round());
    assert!(plan.brokers as f64 * plan.broker * 0.7 >= plan.into + plan.out_of);
    assert!(plan.brokers as f64 * plan.broker_markers * 0.7 >= plan.markers);
}

#[test]
fn memory_asks_for_workers_where_traffic_does_not() {
    let asked = demand(1_000_000_000, 1_000_000);
    let plan = plan(&asked);
    let bytes = 1e9 * (BUILT_IN.person_bytes.value + PEERS_BYTES);
    assert!(plan.for_memory && plan.workers as f64 > bytes / asked.worker_memory, "{plan:?}");
    assert!(plan.memory_each <= asked.worker_memory, "{} bytes", plan.memory_each);
    let less = Demand { worker_memory: 8e9, ..asked };
    assert!(Plan::of(&less, &BUILT_IN).workers > plan.workers);
}

#[test]
fn one_worker_may_always_be_missing() {
    for events in [0, 1, 1_000_000_000, 3_000_000_000, 10_000_000_000] {
        for headroom in [0.0, 0.3, 0.9] {
            let plan = plan(&Demand { headroom, ..demand(100_000, events) });
            assert!(plan.workers >= 2 && plan.partitions >= 8, "{plan:?}");
            assert!((plan.workers - 1) as f64 * plan.each >= plan.peak, "{plan:?}");
            assert!((1..plan.workers).contains(&plan.heirs), "{plan:?}");
        }
    }
}

#[test]
fn nothing_needs_little_and_nothing_overflows() {
    let nothing = plan(&demand(0, 0));
    assert_eq!((nothing.workers, nothing.partitions, nothing.brokers), (2, 8, 3));
    assert_eq!(
        (nothing.peak, nothing.cores, nothing.disk_day, nothing.again),
        (0.0, 0.0, 0.0, 0.0)
    );
    for (people, events) in [(0, 0), (0, u64::MAX), (u64::MAX, 0), (u64::MAX, u64::MAX)] {
        for between_people in [0.0, 1.0] {
            let asked = Demand { between_people, peak: 1_000.0, ..demand(people, events) };
            let figures = figures(&plan(&asked));
            assert!(figures.len() > 25, "{figures:?}");
            assert!(figures.iter().all(|figure| figure.is_finite() && *figure >= 0.0));
        }
    }
}

#[test]
fn what_is_asked_for_more_takes_more() {
    let asked = demand(100_000_000, 50_000_000_000);
    let before = plan(&asked);
    let peak = plan(&Demand { peak: 6.0, ..asked.clone() });
    assert_eq!((peak.mean, peak.peak), (before.mean, 2.0 * before.peak));
    assert!(peak.workers > before.workers && peak.brokers >= before.brokers);
    let businesses = plan(&Demand { between_people: 0.0, ..asked.clone() });
    assert_eq!(
        (businesses.each, businesses.decisions),
        (BUILT_IN.business_events.value, before.peak)
    );
    let people = plan(&Demand { between_people: 1.0, ..asked.clone() });
    assert_eq!(people.each.round(), BUILT_IN.people_events.value);
    let alone = plan(&Demand { replication: 1, ..asked.clone() });
    assert_eq!((alone.into * 3.0).round(), before.into.round());
    let strong = plan(&Demand { broker: Some(1e9), ..asked.clone() });
    assert!(strong.brokers < before.brokers && strong.broker == 1e9);
    let seldom = plan(&Demand { commit_interval: 1.0, ..asked });
    assert!(seldom.transactions < before.transactions && seldom.markers < before.markers);
}

#[test]
fn a_transaction_is_no_longer_than_a_batch() {
    let asked = demand(2_000_000_000, 100_000_000_000);
    let seldom = plan(&Demand { commit_interval: 2.0, ..asked });
    assert_eq!((seldom.transactions * BATCH).round(), seldom.decisions.round());
}

#[test]
fn a_task_of_few_machines_reads_its_decisions_all_the_same() {
    let few = plan(&demand(1_000, 1_000_000));
    let records = 1_000.0 + 8.0 * SNAPSHOT_AFTER;
    assert_eq!(few.restore_snapshots, records / (2.0 * few.restored_snapshots));
    assert!(few.restore_lost > SESSION && few.restore_checkpoint < 0.1);
}

#[test]
fn what_a_file_does_not_say_is_built_in() {
    assert_eq!(Constants::read(""), Ok(BUILT_IN));
    let read =
        Constants::read("[decide]\ncores = 4\n[stream]\nbusiness_events_per_second = 1_000.5\n");
    let read = read.unwrap_or(BUILT_IN);
    assert_eq!((read.cores.value, read.cores.measured), (4.0, true));
    assert_eq!((read.business_events.value, read.business_events.measured), (1_000.5, true));
    assert_eq!(read.people_events, BUILT_IN.people_events);
    assert_eq!(KEYS.iter().filter(|key| key.of(&read).measured).count(), 2);
}

#[test]
fn every_key_has_a_place_of_its_own() {
    for (number, key) in KEYS.iter().enumerate() {
        let text = format!("{} = {}", key.dotted(), number + 1);
        let read = Constants::read(&text).unwrap_or(BUILT_IN);
        assert_eq!(key.of(&read).value, (number + 1) as f64, "{text}");
        assert_eq!(KEYS.iter().filter(|key| key.of(&read).measured).count(), 1, "{text}");
    }
}

#[test]
fn all_that_is_wrong_is_told_with_its_place() {
    let text = "[decide]\nevents_per_secnd = 1\ncores = \"two\"\n[stream]\nbytes_in_per_event = 0\n[restor]\n";
    let told = Constants::read(text).err().unwrap_or_default();
    assert_eq!(
        told,
        [
            "2:1: unknown key `events_per_secnd`; did you mean `events_per_second`?",
            "3:9: expected a number, found a string; what was measured, such as 75000 or 12.5",
            "5:22: `0` is not a number above 0; what was measured, such as 75000 or 12.5",
            "6:2: unknown key `restor`; did you mean `restore`?",
        ]
    );
    for (text, told) in [
        ("stream = 1", "1:1: expected a table, found an integer; [stream] begins it"),
        ("cores = 2", "1:1: unknown key `cores`; known here: `decide`, `stream`, `restore`"),
        ("[stream]\nbytes_in_per_event = inf", "2:22: `inf` is not a number above 0; what was"),
        ("[decide", "1:8: unclosed table, expected `]`"),
    ] {
        let lines = Constants::read(text).err().unwrap_or_default();
        assert!(lines.len() == 1 && lines.concat().starts_with(told), "{lines:?}");
    }
}
