//! The test broker is held to its word: it is up when it says so, breaks when asked to, and leaves
//! nothing behind, however the process that started it ends.
//!
//! These tests need Java and, for the first run, Maven; without them they fail.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use firstword_testkit::broker::{Broker, Options};

const API_VERSIONS: u16 = 18;
const SASL_HANDSHAKE: u16 = 17;
const SASL_AUTHENTICATE: u16 = 36;
const METADATA: u16 = 3;

/// Sends one request of Kafka's protocol and returns the body of its answer.
fn ask(wire: &mut TcpStream, api: u16, version: u16, body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut request = Vec::new();
    request.extend((10 + body.len() as u32).to_be_bytes());
    request.extend(api.to_be_bytes());
    request.extend(version.to_be_bytes());
    request.extend(77_u32.to_be_bytes()); // correlation
    request.extend((-1_i16).to_be_bytes()); // no client id
    request.extend(body);
    wire.write_all(&request)?;
    let mut head = [0; 8];
    wire.read_exact(&mut head)?;
    assert_eq!(head[4..], 77_u32.to_be_bytes());
    let mut answer = vec![0; u32::from_be_bytes(head[..4].try_into().unwrap()) as usize - 4];
    wire.read_exact(&mut answer)?;
    Ok(answer)
}

fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let wire = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    wire.set_read_timeout(Some(Duration::from_secs(2)))?;
    Ok(wire)
}

/// Whether a node answers, without an error, which requests it knows.
fn answers(broker: &Broker, node: usize) -> bool {
    let answer = connect(broker.address(node).unwrap())
        .and_then(|mut wire| ask(&mut wire, API_VERSIONS, 0, &[]));
    answer.is_ok_and(|body| body[..2] == [0, 0] && body.len() > 6 * 30)
}

/// How many processes have this folder in their command line.
fn processes_in(folder: &Path) -> usize {
    let folder = folder.to_str().unwrap();
    let commands = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        fs::read(entry.ok()?.path().join("cmdline")).ok() // a process may end while we look
    });
    commands.filter(|command| String::from_utf8_lossy(command).contains(folder)).count()
}

/// Whether something comes true within ten seconds: what is killed goes soon, not at once.
fn soon(mut is_so: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(50));
    }
    true
}

/// Whether a folder is soon gone, and with it everything that ran in it.
fn is_gone(folder: &Path) -> bool {
    soon(|| !folder.exists() && processes_in(folder) == 0)
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_firstword-broker"))
}

#[test]
fn one_node_breaks_when_asked_to_and_leaves_nothing() {
    let broker = Broker::start(1, &Options::default()).unwrap();
    let folder = broker.folder().to_owned();
    assert!(answers(&broker, 1));
    assert!(processes_in(&folder) >= 2, "Java and its guard");

    broker.kill(1).unwrap();
    assert!(!answers(&broker, 1));
    assert_eq!(broker.process_id(1).unwrap(), None);
    broker.restart(1).unwrap();
    assert!(answers(&broker, 1));

    broker.freeze(1).unwrap();
    assert!(!answers(&broker, 1));
    broker.thaw(1).unwrap();
    assert!(answers(&broker, 1));

    broker.stop(1).unwrap();
    assert!(!answers(&broker, 1));
    assert!(broker.freeze(1).is_err(), "nothing to freeze");
    broker.restart_all().unwrap();
    broker.freeze(1).unwrap(); // a frozen node goes as well

    drop(broker);
    assert!(!folder.exists());
    assert!(is_gone(&folder));
}

#[test]
fn three_nodes_lose_one_and_get_it_back() {
    let broker = Broker::start(3, &Options::default()).unwrap();
    let folder = broker.folder().to_owned();
    assert_eq!(broker.bootstrap().split(',').count(), 3);
    assert!((1..=3).all(|node| answers(&broker, node)));

    broker.kill(2).unwrap();
    assert_eq!([1, 2, 3].map(|node| answers(&broker, node)), [true, false, true]);
    broker.restart(2).unwrap();
    broker.restart(3).unwrap();
    assert!((1..=3).all(|node| answers(&broker, node)));
    assert!(broker.kill(0).is_err() && broker.kill(4).is_err());

    drop(broker);
    assert!(is_gone(&folder));
}

#[test]
fn the_shared_broker_is_one() {
    let (one, other) = thread::scope(|scope| {
        let first = scope.spawn(|| Broker::shared().unwrap().bootstrap());
        let second = scope.spawn(|| Broker::shared().unwrap().bootstrap());
        (first.join().unwrap(), second.join().unwrap())
    });
    assert_eq!(one, other);
    // The thread that started it has ended; the broker has not.
    assert!(answers(&Broker::shared().unwrap(), 1));
}

#[test]
fn a_killed_owner_takes_its_nodes_along() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("killed");
    let mut owner =
        program().args(["keep", "--dir"]).arg(&folder).stdout(Stdio::piped()).spawn().unwrap();
    let mut servers = String::new();
    BufReader::new(owner.stdout.take().unwrap()).read_line(&mut servers).unwrap();
    let address = servers.trim_end().parse().unwrap();
    assert!(connect(address).is_ok());

    owner.kill().unwrap(); // SIGKILL: no code of the owner runs any more
    owner.wait().unwrap();
    assert!(is_gone(&folder.join("cluster")));
    assert!(soon(|| connect(address).is_err()));
}

#[test]
fn a_person_starts_and_stops_it() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("running");
    let run = |words: &[&str]| program().args(words).arg("--dir").arg(&folder).output().unwrap();

    let started = run(&["start", "--nodes", "1"]);
    assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
    let address = String::from_utf8(started.stdout).unwrap().trim_end().parse().unwrap();
    assert!(connect(address).is_ok());

    let again = run(&["start"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).starts_with("a broker is already running in"));

    assert!(run(&["stop"]).status.success());
    assert!(is_gone(&folder));
    let stopped = run(&["stop"]);
    assert_eq!(stopped.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&stopped.stderr).starts_with("no broker is running in"));
}

#[test]
fn in_the_foreground_it_ends_with_who_started_it() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("running");
    let mut shown = program()
        .args(["start", "--foreground", "--dir"])
        .arg(&folder)
        .env("KEEP", "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut servers = String::new();
    BufReader::new(shown.stdout.take().unwrap()).read_line(&mut servers).unwrap();
    assert!(connect(servers.trim_end().parse().unwrap()).is_ok());
    shown.kill().unwrap();
    shown.wait().unwrap();
    assert!(soon(|| processes_in(&folder) == 0));
    assert!(folder.join("cluster/node-1/broker.log").exists(), "KEEP=1");
}

#[test]
fn a_test_that_fails_leaves_the_logs_but_no_process() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("failed");
    let options = Options { folder: Some(folder.clone()), ..Options::default() };
    let test = thread::spawn(move || {
        let broker = Broker::start(1, &options).unwrap();
        assert_eq!(broker.bootstrap(), "", "the failure");
    });
    assert!(test.join().is_err());
    assert!(folder.join("node-1/broker.log").exists());
    assert!(soon(|| processes_in(&folder) == 0));
}

#[test]
fn without_java_one_line_says_what_to_install() {
    let parent = tempfile::tempdir().unwrap();
    let refused = program()
        .args(["start", "--dir"])
        .arg(parent.path().join("running"))
        .env("PATH", parent.path())
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(refused.stderr).unwrap(),
        "the test broker needs `java`, which is not installed: \
         apt-get install default-jre-headless maven\n"
    );
}

#[test]
fn a_node_that_cannot_start_shows_the_end_of_its_log() {
    let wrong = ("log.segment.bytes".to_owned(), "many".to_owned());
    let options = Options { extra_properties: vec![wrong], ..Options::default() };
    let why = format!("{:#}", Broker::start(1, &options).unwrap_err());
    assert!(why.contains("log.segment.bytes") && why.lines().count() <= 21, "{why}");
}

/// With nothing but options, clients must say who they are, by a password or by SCRAM.
#[test]
fn options_are_enough_for_passwords_and_access_lists() {
    let plain =
        "org.apache.kafka.common.security.plain.PlainLoginModule required user_alice=\"secret\";";
    let scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
    let extra = [
        (
            "listener.security.protocol.map",
            "CLIENT:SASL_PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        ),
        ("listener.name.client.sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256"),
        ("listener.name.client.plain.sasl.jaas.config", plain),
        ("listener.name.client.scram-sha-256.sasl.jaas.config", scram),
        ("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer"),
        ("super.users", "User:ANONYMOUS"),
    ];
    let options = Options {
        extra_properties: extra.map(|(name, value)| (name.into(), value.into())).to_vec(),
        format_arguments: vec![
            "--add-scram".into(),
            "SCRAM-SHA-256=[name=bob,password=hidden]".into(),
        ],
        ..Options::default()
    };
    let broker = Broker::start(1, &options).unwrap();
    let address = broker.address(1).unwrap();
    assert!(answers(&broker, 1), "the one question that needs no name");
    assert!(ask(&mut connect(address).unwrap(), METADATA, 1, &[0; 4]).is_err());

    let says = |mechanism: &str, words: &str| {
        let mut wire = connect(address).unwrap();
        let mut name = (mechanism.len() as u16).to_be_bytes().to_vec();
        name.extend(mechanism.bytes());
        assert_eq!(ask(&mut wire, SASL_HANDSHAKE, 1, &name).unwrap()[..2], [0, 0]);
        let mut body = (words.len() as u32).to_be_bytes().to_vec();
        body.extend(words.bytes());
        let answer = ask(&mut wire, SASL_AUTHENTICATE, 0, &body).unwrap();
        u16::from_be_bytes([answer[0], answer[1]])
    };
    assert_eq!(says("PLAIN", "\0alice\0secret"), 0);
    assert_eq!(says("PLAIN", "\0alice\0wrong"), 58); // SASL_AUTHENTICATION_FAILED
    assert_eq!(says("SCRAM-SHA-256", "n,,n=bob,r=nonce"), 0);
    assert_eq!(says("SCRAM-SHA-256", "n,,n=carol,r=nonce"), 58);
}
