//! What a process looks after while it runs, on a real Kafka: that its topics stay as they were, that all of its group
//! decide under one law, and that `relay` does not grow.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use firstword_stream::{Halt, Law, Process, Settings, Stop, TopicNames, create_topics, run};
use firstword_testkit::broker::Broker;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::FromClientConfig;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

const PATIENCE: Duration = Duration::from_secs(60);

/// Topics of their own for a test, on the broker that all share.
fn settings(broker: &Broker, prefix: &str) -> Settings {
    let mut settings = Settings::new(&broker.bootstrap());
    settings.group = prefix.to_owned();
    settings.topics = TopicNames::under(prefix);
    settings
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn start(
    runtime: &Runtime,
    settings: &Settings,
    policy: &str,
    http: SocketAddr,
) -> (Stop, JoinHandle<Result<(), Halt>>) {
    let policy = firstword_policy::builtin(policy).unwrap();
    let law = Law { canonical: firstword_policy::canonical(&policy), policy };
    let process = Process { workers: 1, instance: http.port().to_string(), http: Some(http) };
    let stop = Stop::default();
    (stop.clone(), runtime.spawn(run(settings.clone(), law, process, stop)))
}

fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

/// The answer to a request, as it comes; nothing where nobody answers.
fn get(address: SocketAddr, path: &str) -> String {
    let mut answer = String::new();
    if let Ok(mut stream) = TcpStream::connect(address) {
        let _ =
            write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let _ = stream.read_to_string(&mut answer);
    }
    answer
}

/// Asks until the answer has these words.
fn wait_for(address: SocketAddr, path: &str, words: &str) {
    let begun = Instant::now();
    while !get(address, path).contains(words) {
        assert!(begun.elapsed() < PATIENCE, "{path} never had {words:?}: {}", get(address, path));
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn admin(settings: &Settings) -> AdminClient<DefaultClientContext> {
    let mut config = ClientConfig::new();
    AdminClient::from_config(config.set("bootstrap.servers", &settings.bootstrap_servers)).unwrap()
}

#[test]
fn added_partitions_stop_the_process() {
    let broker = Broker::shared().unwrap();
    let (runtime, settings) = (runtime(), settings(&broker, "added"));
    runtime.block_on(create_topics(&settings, 2, 1)).unwrap();
    let address = free_address();
    let (_stop, running) = start(&runtime, &settings, "open", address);
    wait_for(address, "/readyz", "200 OK");
    let more = settings.topics.per_task().map(|topic| NewPartitions::new(topic, 3));
    let made = admin(&settings).create_partitions(&more, &AdminOptions::new());
    runtime.block_on(made).unwrap();
    let halt = runtime.block_on(running).unwrap().unwrap_err();
    let said = halt.to_string();
    assert!(said.starts_with("topic `added.events` had 2 partitions and has 3"), "{said}");
}

#[test]
fn a_topic_that_is_deleted_stops_the_process() {
    let broker = Broker::shared().unwrap();
    let (runtime, settings) = (runtime(), settings(&broker, "deleted"));
    runtime.block_on(create_topics(&settings, 2, 1)).unwrap();
    let address = free_address();
    let (_stop, running) = start(&runtime, &settings, "open", address);
    wait_for(address, "/readyz", "200 OK");
    let gone = [&*settings.topics.decisions];
    runtime.block_on(admin(&settings).delete_topics(&gone, &AdminOptions::new())).unwrap();
    let halt = runtime.block_on(running).unwrap().unwrap_err();
    assert!(matches!(&halt, Halt::TopicMissing(topic) if topic == "deleted.decisions"), "{halt}");
}

#[test]
fn two_laws_in_one_group_are_said() {
    let broker = Broker::shared().unwrap();
    let (runtime, settings) = (runtime(), settings(&broker, "laws"));
    runtime.block_on(create_topics(&settings, 2, 1)).unwrap();
    let (one, other) = (free_address(), free_address());
    let first = start(&runtime, &settings, "open", one);
    wait_for(one, "/readyz", "200 OK");
    assert!(
        get(one, "/metrics").contains("firstword_policies_differ 0"),
        "{}",
        get(one, "/metrics")
    );
    let second = start(&runtime, &settings, "whatsapp-2021", other);
    for address in [one, other] {
        wait_for(address, "/metrics", "firstword_policies_differ 1");
    }
    for (stop, running) in [first, second] {
        stop.ask();
        runtime.block_on(running).unwrap().unwrap();
    }
}
