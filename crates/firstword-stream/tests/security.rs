//! The way to a Kafka that asks who comes: one event through a worker under each way to be known, and what is said
//! where the credentials are wrong. What needs TLS runs with the feature `tls`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use firstword_stream::{
    Bound, Halt, Law, Process, Range, RangeReader, Sender, Settings, Stop, TopicNames,
    create_topics, run,
};
use firstword_testkit::broker::{Broker, Options};
use tokio::runtime::{Builder, Runtime};

/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(60);
const EVENT: &str = r#"{"id":"t-1","type":"terms.declined","at":"2021-05-16T09:00:00Z","person":"person:alice","version":"2021-05"}"#;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn law() -> Law {
    let policy = firstword_policy::builtin("whatsapp-2021").unwrap();
    Law { canonical: firstword_policy::canonical(&policy), policy }
}

/// A broker whose clients come by `protocol`, with further settings of that listener and of the format.
fn broker(protocol: &str, listener: &[(&str, &str)], format: &[&str]) -> anyhow::Result<Broker> {
    let map = format!("CLIENT:{protocol},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT");
    let mut options = Options::default();
    options.extra_properties.push(("listener.security.protocol.map".to_owned(), map));
    options.extra_properties.extend(
        listener
            .iter()
            .map(|(name, value)| (format!("listener.name.client.{name}"), (*value).to_owned())),
    );
    for scram in format {
        options.format_arguments.extend(["--add-scram".to_owned(), (*scram).to_owned()]);
    }
    Broker::start(1, &options)
}

/// Settings for a broker, with topics and a group of their own.
fn settings(broker: &Broker, prefix: &str, properties: &[(&str, &str)]) -> Settings {
    let mut settings = Settings::new(&broker.bootstrap());
    settings.topics = TopicNames::under(prefix);
    settings.group = prefix.to_owned();
    properties.iter().for_each(|(name, value)| settings.properties.set(name, value));
    settings
}

/// An event goes in, and its decision comes out; the worker and who sends and reads are known by the settings.
fn decides(settings: &Settings) -> anyhow::Result<()> {
    let stop = Stop::default();
    let process = Process { workers: 1, instance: "test".to_owned(), http: None };
    let work = run(settings.clone(), law(), process, stop.clone());
    let works = thread::spawn(move || runtime().block_on(work));
    let sender = Sender::new(settings, &[&settings.topics.events])?;
    sender.send(&settings.topics.events, Some(b"person:alice"), EVENT.as_bytes(), &[], None)?;
    ensure!(sender.finish()? == 1, "the event did not arrive");
    let range = Range { from: Bound::Start, to: None, partitions: None };
    let mut reader = RangeReader::open(settings, &[&settings.topics.decisions], &range)?;
    let begun = Instant::now();
    let decision = loop {
        ensure!(begun.elapsed() < PATIENCE && !works.is_finished(), "no decision came");
        if let Some(record) = reader.next(Duration::from_millis(100))? {
            break String::from_utf8(record.value)?;
        }
    };
    ensure!(decision.contains("\"t-1\"") && decision.contains("\"recorded\""), "{decision}");
    stop.ask();
    let ended = works.join().map_err(|_| anyhow::anyhow!("a worker panicked"))?;
    Ok(ended?)
}

/// What a worker says that must not come in, within the time that it may try.
fn refused(settings: &Settings) -> anyhow::Result<Halt> {
    let process = Process { workers: 1, instance: "test".to_owned(), http: None };
    let begun = Instant::now();
    let ended = runtime().block_on(run(settings.clone(), law(), process, Stop::default()));
    ensure!(begun.elapsed() < PATIENCE, "it took {:?} to say no", begun.elapsed());
    match ended {
        Err(halt) => Ok(halt),
        Ok(()) => bail!("a worker that has no right to stopped as if it had been asked to"),
    }
}

/// A refusal is one line about credentials, and holds none.
fn says_what_to_check(settings: &Settings) -> anyhow::Result<()> {
    let halt = refused(settings)?;
    let said = halt.to_string();
    ensure!(matches!(halt, Halt::NotAuthorized { .. }), "{said}");
    ensure!(said.contains("check the credentials") && !said.contains("wrong-secret"), "{said}");
    Ok(())
}

#[test]
fn a_password_lets_in_and_a_wrong_one_is_said() -> anyhow::Result<()> {
    let login =
        "org.apache.kafka.common.security.plain.PlainLoginModule required user_alice=\"secret\";";
    let mechanisms = [("sasl.enabled.mechanisms", "PLAIN"), ("plain.sasl.jaas.config", login)];
    let broker = broker("SASL_PLAINTEXT", &mechanisms, &[])?;
    let by = |password| {
        let known = [
            ("security.protocol", "sasl_plaintext"),
            ("sasl.mechanism", "PLAIN"),
            ("sasl.username", "alice"),
            ("sasl.password", password),
        ];
        settings(&broker, "plain", &known)
    };
    runtime().block_on(create_topics(&by("secret"), 2, 1))?;
    decides(&by("secret")).context("PLAIN")?;
    says_what_to_check(&by("wrong-secret"))
}

#[cfg(any(feature = "tls", feature = "tls-vendored"))]
mod tls {
    use std::path::Path;
    use std::process::Command;

    use super::*;

    /// Runs the keytool that comes with Java.
    fn keytool(folder: &Path, arguments: &[&str]) -> anyhow::Result<()> {
        let mut command = Command::new("keytool");
        command.args(arguments).args(["-storepass", "secret", "-storetype", "PKCS12"]);
        let done = command.current_dir(folder).output().context("cannot run keytool")?;
        ensure!(done.status.success(), "keytool: {}", String::from_utf8_lossy(&done.stdout));
        Ok(())
    }

    /// A key of its own for `name` in `<name>.p12`, its certificate in `<name>.pem`.
    fn certify(folder: &Path, name: &str) -> anyhow::Result<()> {
        let (store, subject) = (format!("{name}.p12"), format!("CN={name}"));
        let own = ["-alias", name, "-keystore", &store];
        let names = "san=ip:127.0.0.1,dns:localhost";
        let make = ["-genkeypair", "-keyalg", "RSA", "-dname", &subject, "-ext", names];
        keytool(folder, &[&make[..], &own].concat())?;
        let file = format!("{name}.pem");
        keytool(folder, &[&["-exportcert", "-rfc", "-file", &file][..], &own].concat())
    }

    /// Certificates of a broker and of a client that trust each other, and of a stranger.
    fn certificates() -> anyhow::Result<tempfile::TempDir> {
        let folder = tempfile::tempdir()?;
        for name in ["broker", "client", "stranger"] {
            certify(folder.path(), name)?;
        }
        let trust = ["-importcert", "-noprompt", "-keystore", "trust.p12", "-file", "client.pem"];
        keytool(folder.path(), &trust)?;
        Ok(folder)
    }

    /// A token that nobody signed: the broker of a test takes it.
    fn token(folder: &Path, until: u64) -> anyhow::Result<std::path::PathBuf> {
        let claims = format!(r#"{{"sub":"alice","iat":1,"exp":{until}}}"#);
        let file = folder.join("token");
        std::fs::write(&file, format!("{}.{}.\n", base64(r#"{"alg":"none"}"#), base64(&claims)))?;
        Ok(file)
    }

    fn base64(text: &str) -> String {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut letters = String::new();
        for three in text.as_bytes().chunks(3) {
            let held = three.iter().fold(0_u32, |held, byte| held << 8 | u32::from(*byte));
            let held = held << (8 * (3 - three.len()));
            for place in 0..=three.len() {
                let letter = LETTERS.get((held >> (18 - 6 * place) & 63) as usize);
                letters.extend(letter.map(|letter| char::from(*letter)));
            }
        }
        letters
    }

    #[test]
    fn each_mechanism_lets_in_over_tls() -> anyhow::Result<()> {
        let folder = certificates()?;
        let at = |name: &str| folder.path().join(name).display().to_string();
        let plain = "org.apache.kafka.common.security.plain.PlainLoginModule required user_alice=\"secret\";";
        let scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
        let oauth = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required \
                     unsecuredLoginStringClaim_sub=\"broker\";";
        let listener = [
            ("ssl.keystore.location", &*at("broker.p12")),
            ("ssl.keystore.password", "secret"),
            ("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER"),
            ("plain.sasl.jaas.config", plain),
            ("scram-sha-256.sasl.jaas.config", scram),
            ("scram-sha-512.sasl.jaas.config", scram),
            ("oauthbearer.sasl.jaas.config", oauth),
        ];
        let format = [
            "SCRAM-SHA-256=[name=alice,password=secret]",
            "SCRAM-SHA-512=[name=alice,password=secret]",
        ];
        let broker = broker("SASL_SSL", &listener, &format)?;
        let by = |prefix, mechanism, password, trusted: &str| {
            let known = [
                ("security.protocol", "sasl_ssl"),
                ("ssl.ca.location", &*at(trusted)),
                ("sasl.mechanism", mechanism),
                ("sasl.username", "alice"),
                ("sasl.password", password),
            ];
            settings(&broker, prefix, &known)
        };
        for (prefix, mechanism) in
            [("plain", "PLAIN"), ("scram-256", "SCRAM-SHA-256"), ("scram-512", "SCRAM-SHA-512")]
        {
            let right = by(prefix, mechanism, "secret", "broker.pem");
            runtime().block_on(create_topics(&right, 2, 1)).context(mechanism)?;
            decides(&right).context(mechanism)?;
            let wrong = by(prefix, mechanism, "wrong-secret", "broker.pem");
            says_what_to_check(&wrong).context(mechanism)?;
        }
        let fooled = refused(&by("plain", "PLAIN", "secret", "stranger.pem"))?;
        ensure!(!fooled.to_string().is_empty());

        // The client library cannot make topics with a token.
        let plain = by("oauth", "PLAIN", "secret", "broker.pem");
        runtime().block_on(create_topics(&plain, 2, 1))?;
        let mut oauth = by("oauth", "OAUTHBEARER", "", "broker.pem");
        oauth.oauth_token_file = Some(token(folder.path(), 4_000_000_000)?);
        decides(&oauth).context("OAUTHBEARER")?;
        // A token that has ended is none.
        token(folder.path(), 1_000_000_000)?;
        says_what_to_check(&oauth).context("OAUTHBEARER")
    }

    #[test]
    fn a_certificate_lets_in() -> anyhow::Result<()> {
        let folder = certificates()?;
        let at = |name: &str| folder.path().join(name).display().to_string();
        let listener = [
            ("ssl.keystore.location", &*at("broker.p12")),
            ("ssl.keystore.password", "secret"),
            ("ssl.truststore.location", &*at("trust.p12")),
            ("ssl.truststore.password", "secret"),
            ("ssl.client.auth", "required"),
        ];
        let broker = broker("SSL", &listener, &[])?;
        let by = |store| {
            let known = [
                ("security.protocol", "ssl"),
                ("ssl.ca.location", &*at("broker.pem")),
                ("ssl.keystore.location", &*at(store)),
                ("ssl.keystore.password", "secret"),
            ];
            settings(&broker, "certificate", &known)
        };
        runtime().block_on(create_topics(&by("client.p12"), 2, 1))?;
        decides(&by("client.p12"))?;
        let stranger = refused(&by("stranger.p12"))?;
        ensure!(!stranger.to_string().contains("secret"), "{stranger}");
        Ok(())
    }
}
