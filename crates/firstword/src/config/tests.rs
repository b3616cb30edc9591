//! Layers, problems and what is printed, without a file or a variable of this computer.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

const NO_FLAGS: [(&str, &str, &str); 0] = [];

/// A configuration of a file's text, variables, and flags by key, name and value.
fn of<const V: usize, const F: usize>(
    text: &str,
    variables: [(&str, &str); V],
    flags: [(&'static str, &'static str, &str); F],
) -> Result<Config, Vec<String>> {
    let variables = variables.map(|(name, value)| (name.into(), value.into()));
    let flags = flags.map(|(key, flag, value)| (key, (flag, value.to_owned())));
    let config = load("run.toml", text, variables.into_iter(), flags.into_iter().collect())?;
    Ok(Config { file: Some(("run.toml".to_owned(), text.to_owned())), ..config })
}

fn problems(text: &str) -> Vec<String> {
    of(text, [], NO_FLAGS).err().unwrap_or_default()
}

fn properties(config: &Config) -> BTreeMap<&str, &str> {
    config.settings.properties.iter().collect()
}

fn printed(config: &Config) -> String {
    let mut out = Vec::new();
    config.print(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn each_layer_goes_over_those_before_it() {
    let file = "[kafka]\ngroup = 'of the file'\n[stream]\nworkers = 2\ninstance = 'a'\nbatch = 7\n";
    let told = problems(file);
    assert_eq!(
        told,
        ["run.toml:2:9: `of the file` is not a name; 1 to 128 characters without white space"]
    );
    let file = file.replace("of the file", "file");
    let variables = [("FIRSTWORD_STREAM__WORKERS", "3"), ("FIRSTWORD_STREAM__INSTANCE", "b")];
    let flags = [("stream.workers", "--workers", "4")];
    let config = of(&file, variables, flags).unwrap();
    assert_eq!(config.settings.group, "file");
    assert_eq!(config.settings.batch, 7);
    assert_eq!(config.process.instance, "b");
    assert_eq!(config.process.workers, 4);
    let printed = printed(&config);
    for line in [
        "group = \"file\"  # run.toml:2",
        "workers = 4  # --workers",
        "instance = \"b\"  # FIRSTWORD_STREAM__INSTANCE",
        "max_wait = \"2s\"  # default",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line} is not in\n{printed}");
    }
}

#[test]
fn the_defaults_are_those_of_the_stream() {
    let config = of("", [], NO_FLAGS).unwrap();
    let (ours, theirs) = (&config.settings, Settings::new("localhost:9092"));
    let all = |settings: &Settings| {
        let settings = Settings { properties: Default::default(), ..settings.clone() };
        format!("{settings:?}")
    };
    assert_eq!(all(ours), all(&theirs));
    assert_eq!(config.process.http, Some(([127, 0, 0, 1], 9464).into()));
    assert_eq!(config.policy, Path::new(firstword_policy::DEFAULT));
}

#[test]
fn what_is_printed_is_a_file_that_says_the_same() {
    let file = "
        policy = 'open'
        [kafka]
        group = 'g'
        [topics]
        prefix = 'p'
        [kafka.properties]
        'linger.ms' = 5
        client.rack = 'a'
        socket.keepalive.enable = true
        [http]
        listen = 'off'";
    let before = of(file, [], NO_FLAGS).unwrap();
    let after = of(&printed(&before), [], NO_FLAGS).unwrap();
    assert_eq!(format!("{:?}", after.settings), format!("{:?}", before.settings));
    assert_eq!(format!("{:?}", after.process), format!("{:?}", before.process));
    assert_eq!(after.policy, before.policy);
    assert_eq!(properties(&after).get("socket.keepalive.enable"), Some(&"true"));
    assert_eq!(after.settings.topics, TopicNames::under("p"));
}

#[test]
fn no_secret_is_printed_or_told() {
    let start = "kafka.security_protocol = 'sasl_plaintext'\nkafka.sasl = { mechanism = 'PLAIN'";
    for (file, line) in [
        (
            format!("{start}, username = 'u', password = 'hunter2' }}"),
            "# password = \"********\"  # run.toml:2, secret",
        ),
        (
            format!("{start}, username = 'u' }}\nkafka.properties.sasl.password = 'hunter2'"),
            "# \"sasl.password\" = \"********\"  # run.toml:3, secret",
        ),
    ] {
        let config = of(&file, [], NO_FLAGS).unwrap();
        assert_eq!(properties(&config).get("sasl.password"), Some(&"hunter2"));
        let printed = printed(&config);
        assert!(printed.lines().any(|printed| printed == line), "{line} is not in\n{printed}");
        assert!(
            !printed.contains("hunter") && !format!("{:?}", config.settings).contains("hunter")
        );
        let told = problems(&file.replace("'hunter2'", "[12345]"));
        assert!(told.len() == 1 && !told.concat().contains("12345"), "{told:?}");
    }
}

#[test]
fn a_secret_may_lie_in_a_file_and_a_later_layer_goes_over_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "hunter 2\r\n").unwrap();
    let toml = format!(
        "[kafka]\nsecurity_protocol = 'sasl_plaintext'\n[kafka.sasl]\nmechanism = 'PLAIN'\n\
         username = 'u'\npassword_file = '{}'\n",
        file.display()
    );
    let config = of(&toml, [], NO_FLAGS).unwrap();
    assert_eq!(properties(&config).get("sasl.password"), Some(&"hunter 2"));
    let config = of(&toml, [("FIRSTWORD_KAFKA__SASL__PASSWORD", "3")], NO_FLAGS).unwrap();
    assert_eq!(properties(&config).get("sasl.password"), Some(&"3"));
    let told = problems(&format!("{toml}password = '4'"));
    let both = "run.toml:6:17: `kafka.sasl.password` and `kafka.sasl.password_file` are both set";
    assert_eq!(told, [both]);
    std::fs::remove_file(&file).unwrap();
    assert!(problems(&toml).concat().starts_with("run.toml:6:17: cannot read "));
}

#[test]
fn what_is_not_encrypted_stays_here_unless_somebody_says_so() {
    let servers = |servers: &str| problems(&format!("kafka.bootstrap_servers = '{servers}'"));
    for here in ["localhost", "127.0.0.1:9092, 127.9.9.9:1", "[::1]:9092", "a.localhost:1"] {
        assert!(servers(here).is_empty(), "{here}");
    }
    for outside in ["kafka:9092", "10.0.0.1:1", "localhost:1,kafka:2", "[::2]:1", "localhost.org"] {
        let told = servers(outside).concat();
        assert!(told.contains("would leave this computer unencrypted; set `kafka."), "{told}");
    }
    for nonsense in ["", "kafka:", "kafka:x", "a,,b", "ssl://a:1", ":9092", "a b:1"] {
        assert!(servers(nonsense).concat().contains("is not a list of servers"), "{nonsense}");
    }
    let allowed = "kafka = { bootstrap_servers = 'kafka:9092', allow_plaintext = true }";
    assert!(problems(allowed).is_empty());
}

#[test]
fn what_belongs_together_is_missed() {
    let told = |text: &str| problems(text).concat();
    let sasl = "kafka.security_protocol = 'sasl_plaintext'\n";
    assert!(told(sasl).ends_with(": SASL needs `kafka.sasl.mechanism`"));
    assert!(told("kafka.sasl.mechanism = 'PLAIN'").contains("SASL is not used; `kafka.security"));
    let tls = problems("kafka.tls.ca_file = 'none/ca.pem'");
    assert!(tls.iter().any(|told| told.starts_with("run.toml:1:21: cannot read none/ca.pem: ")));
    assert!(tls.iter().any(|told| told.contains("TLS is not used; `kafka.security_protocol`")));
    // Found by making a client as workers will.
    assert!(told(&format!("{sasl}kafka.sasl.mechanism = 'PLAIN'")).contains("sasl.username"));
    let twice = format!(
        "{sasl}kafka.sasl = {{ mechanism = 'PLAIN', username = 'u', password = 'p' }}\n\
         kafka.properties.sasl.username = 'v'"
    );
    assert!(told(&twice).contains("`sasl.username` has a setting of its own, which is set too"));
}

#[test]
fn a_build_without_tls_says_what_it_lacks() {
    let ssl = "kafka.security_protocol = 'ssl'";
    let scram = "kafka = { security_protocol = 'sasl_plaintext', \
                 sasl = { mechanism = 'SCRAM-SHA-256', username = 'u', password = 'p' } }";
    for text in [ssl, scram] {
        let told = problems(text);
        if firstword_stream::TLS {
            assert!(told.is_empty(), "{told:?}");
        } else {
            let told = told.concat();
            assert!(told.contains("needs TLS, which this build does not have; build with"));
            assert!(told.contains("--features tls-vendored"), "{told}");
        }
    }
}

#[test]
fn everything_wrong_is_told_at_once_the_file_in_its_order() {
    let file = "polcy = 'open'\nkafka = 3\n[stream]\nbatch = 0\nworkers = 'two'\n[topics]\nrelay = 'x'\nevents = 'x'\n";
    let variables = [("FIRSTWORD_LOG__LEVEL", "inof"), ("FIRSTWORD_KAFKA__GRUOP", "g")];
    let told = of(file, variables, [("stream.instance", "--instance", "a b")]).err().unwrap();
    assert_eq!(
        told,
        [
            "run.toml:1:1: unknown key `polcy`; did you mean `policy`?",
            "run.toml:2:9: expected a table, found an integer",
            "run.toml:4:9: `0` is out of range: 1 to 200000",
            "run.toml:5:11: expected a whole number, found a string; 1 to 256",
            "run.toml:7:9: `topics.relay` and `topics.events` are the same topic",
            "--instance: `a b` is not a name; 1 to 128 characters without white space",
            "FIRSTWORD_LOG__LEVEL: `inof` is not a level; did you mean `info`?",
            "FIRSTWORD_KAFKA__GRUOP: no setting has this name; did you mean `FIRSTWORD_KAFKA__GROUP`?",
        ]
    );
}

#[test]
fn a_file_that_is_no_toml_is_told_line_by_line() {
    let told = problems("policy = 'open\n[kafka\ngroup = 'g'\n");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().zip([1, 2]).all(|(told, at)| told.starts_with(&format!("run.toml:{at}:"))));
}

#[test]
fn any_property_goes_on_but_those_that_exactly_once_rests_on() {
    let variables = [("FIRSTWORD_KAFKA__PROPERTIES__CLIENT__RACK", "b")];
    let config = of("kafka.properties.client.rack = 'a'", variables, NO_FLAGS).unwrap();
    assert_eq!(properties(&config).get("client.rack"), Some(&"b"));
    let told =
        problems("[kafka.properties]\nisolation.level = 'x'\n'linger.ms' = 1\nlinger.ms = 2");
    assert_eq!(
        told,
        [
            "run.toml:2:19: `isolation.level` may not be set here; what was not committed must not be decided",
            "run.toml:4:8: `kafka.properties.linger.ms` is set twice",
        ]
    );
}

#[test]
fn variables_that_kubernetes_makes_are_nobodys_slip() {
    let made = [
        ("FIRSTWORD_SERVICE_HOST", "10.0.0.1"),
        ("FIRSTWORD_SERVICE_PORT", "9464"),
        ("FIRSTWORD_SERVICE_PORT_HTTP", "9464"),
        ("FIRSTWORD_PORT", "tcp://10.0.0.1:9464"),
        ("FIRSTWORD_PORT_9464_TCP", "tcp://10.0.0.1:9464"),
        ("FIRSTWORD_PORT_9464_TCP_ADDR", "10.0.0.1"),
        ("FIRSTWORD_HTTP_PORT_9464_TCP_PROTO", "tcp"),
        ("FIRSTWORD_HTTP_SERVICE_HOST", "10.0.0.1"),
    ];
    assert!(of("", made, NO_FLAGS).is_ok());
    for slip in ["FIRSTWORD_PORTS", "FIRSTWORD_KAFKA__PORT", "FIRSTWORD_HTTP", "FIRSTWORD_"] {
        let told = of("", [(slip, "x")], NO_FLAGS).err().unwrap();
        assert!(
            told.concat().starts_with(&format!("{slip}: no setting has this name")),
            "{told:?}"
        );
    }
}
