//! The way to Kafka: where it is, and how it is known that it is Kafka and that we are we.
//!
//! Whatever is not encrypted stays on this computer unless somebody says so, and no secret comes from a flag.

use std::net::IpAddr;

use firstword_stream::{
    Properties, Settings, TLS, check_property, check_settings, is_secret_property,
};

use super::PROPERTIES;
use super::forms::{Flag, Place, Text, Word};
use super::layers::{Layers, Line};

const PROTOCOL: Word = Word {
    name: "a security protocol",
    words: &["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"],
};
const MECHANISM: Word = Word {
    name: "a SASL mechanism",
    words: &["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"],
};
const SERVERS: Text = Text {
    name: "a list of servers",
    hint: "host:port, several with commas",
    fits: |text| text.split(',').all(|server| is_server(server.trim())),
};
const ANYTHING: Text =
    Text { name: "text", hint: "at least one character", fits: |text| !text.is_empty() };

/// What a build without TLS is told that is to use it.
const REBUILD: &str = "build with `--features tls` (needs libssl-dev and pkg-config), or with `--features tls-vendored`, which builds OpenSSL along";

fn is_server(server: &str) -> bool {
    let host = host(server);
    let port =
        server.strip_prefix(host).and_then(|rest| rest.trim_start_matches(']').strip_prefix(':'));
    let bare = host.trim_start_matches('[');
    !bare.is_empty()
        && !server.contains(|c: char| c.is_whitespace() || c == '/')
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

/// The host of `host:port`, with the bracket that an IPv6 address begins with.
fn host(server: &str) -> &str {
    match server.starts_with('[') {
        true => server.split(']').next().unwrap_or_default(),
        false => server.split(':').next().unwrap_or_default(),
    }
}

/// Whether what is sent to a server never leaves this computer.
fn is_loopback(server: &str) -> bool {
    let host = host(server).trim_start_matches('[');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Asks for everything under `kafka`.
pub fn read(layers: &mut Layers<'_>, mut settings: Settings) -> Settings {
    let servers = layers.read(
        "kafka.bootstrap_servers",
        "Where Kafka is: host:port, several with commas.",
        &SERVERS,
        Some(settings.bootstrap_servers.clone()),
    );
    settings.bootstrap_servers = servers.unwrap_or_default();
    let group = layers.read(
        "kafka.group",
        "The consumer group, and the head of the transactional ids.",
        &super::NAME,
        Some(settings.group.clone()),
    );
    settings.group = group.unwrap_or_default();
    let protocol = layers.read(
        "kafka.security_protocol",
        "plaintext, ssl, sasl_plaintext or sasl_ssl.",
        &PROTOCOL,
        Some("plaintext"),
    );
    let protocol = protocol.unwrap_or("plaintext");
    let allowed = layers.read(
        "kafka.allow_plaintext",
        "Whether what is not encrypted may leave this computer.",
        &Flag,
        Some(false),
    );
    settings.properties.set("security.protocol", protocol);
    let encrypted = protocol.ends_with("ssl");
    if encrypted && !TLS {
        let what = format!("`{protocol}` needs TLS, which this build does not have");
        layers.complain("kafka.security_protocol", &what, Some(REBUILD));
    }
    let outside = settings.bootstrap_servers.split(',').map(str::trim).find(|it| !is_loopback(it));
    let known = ["kafka.bootstrap_servers", "kafka.security_protocol", "kafka.allow_plaintext"];
    if let Some(server) = outside
        && !encrypted
        && allowed != Some(true)
        && known.iter().all(|key| layers.holds(key))
    {
        let what = format!("what is sent to `{server}` would leave this computer unencrypted");
        let hint = "set `kafka.security_protocol`, or `kafka.allow_plaintext = true` where the network is safe";
        layers.complain("kafka.bootstrap_servers", &what, Some(hint));
    }
    sasl(layers, protocol.starts_with("sasl"), &mut settings);
    tls(layers, encrypted, &mut settings.properties);
    properties(layers, &mut settings.properties);
    let trust = settings.properties.iter().any(|(name, _)| name.starts_with("ssl.ca."));
    if encrypted && !trust {
        // An OpenSSL that was built along does not know where this system keeps whom it trusts.
        settings.properties.set("ssl.ca.location", "probe");
    }
    settings
}

fn sasl(layers: &mut Layers<'_>, used: bool, settings: &mut Settings) {
    const KEY: &str = "kafka.sasl.mechanism";
    let mechanism =
        layers.read(KEY, "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER.", &MECHANISM, None);
    let username = layers.read("kafka.sasl.username", "Who we are.", &ANYTHING, None);
    let password = layers.secret(
        "kafka.sasl.password",
        "kafka.sasl.password_file",
        "Better in a file, or in FIRSTWORD_KAFKA__SASL__PASSWORD.",
    );
    let token_file = layers.read(
        "kafka.sasl.token_file",
        "The token of OAUTHBEARER, read again whenever a new one is needed.",
        &Place,
        None,
    );
    match mechanism {
        None if used => {
            let what = "SASL needs `kafka.sasl.mechanism`";
            layers.complain("kafka.security_protocol", what, None);
        }
        None => (),
        Some(_) if !used && layers.holds("kafka.security_protocol") => {
            let hint = "`kafka.security_protocol` has to be `sasl_ssl` or `sasl_plaintext`";
            layers.complain(KEY, "a SASL mechanism is set, and SASL is not used", Some(hint));
        }
        Some(mechanism) if mechanism != "PLAIN" && !TLS => {
            let what = format!("`{mechanism}` needs TLS, which this build does not have");
            layers.complain(KEY, &what, Some(REBUILD));
        }
        Some("OAUTHBEARER") if token_file.is_none() => {
            layers.complain(KEY, "`OAUTHBEARER` needs `kafka.sasl.token_file`", None);
        }
        Some(mechanism) => settings.properties.set("sasl.mechanism", mechanism),
    }
    if let Some(username) = username {
        settings.properties.set("sasl.username", &username);
    }
    if let Some(password) = password {
        settings.properties.set("sasl.password", &password);
    }
    settings.oauth_token_file = token_file;
}

fn tls(layers: &mut Layers<'_>, used: bool, properties: &mut Properties) {
    let mut file = |key, about, property| {
        let path = layers.read(key, about, &Place, None);
        let given = path.is_some();
        if let Some(path) = &path
            && let Err(error) = std::fs::File::open(path)
        {
            layers.complain(key, &format!("cannot read {}: {error}", path.display()), None);
        }
        if let Some(path) = path
            && used
        {
            properties.set(property, &path.to_string_lossy());
        }
        (key, given)
    };
    let files = [
        file(
            "kafka.tls.ca_file",
            "Who is trusted to say that Kafka is Kafka (PEM); else whom this system trusts.",
            "ssl.ca.location",
        ),
        file(
            "kafka.tls.certificate_file",
            "Our own certificate (PEM).",
            "ssl.certificate.location",
        ),
        file("kafka.tls.key_file", "The key of our own certificate (PEM).", "ssl.key.location"),
    ];
    let password = layers.secret(
        "kafka.tls.key_password",
        "kafka.tls.key_password_file",
        "What the key is locked with; better in a file, or in FIRSTWORD_KAFKA__TLS__KEY_PASSWORD.",
    );
    if used {
        if let Some(password) = password {
            properties.set("ssl.key.password", &password);
        }
    } else if let Some((key, _)) = files.iter().find(|(_, given)| *given)
        && layers.holds("kafka.security_protocol")
    {
        let hint = "`kafka.security_protocol` has to be `ssl` or `sasl_ssl`";
        layers.complain(key, "files of TLS are set, and TLS is not used", Some(hint));
    }
}

fn properties(layers: &mut Layers<'_>, properties: &mut Properties) {
    for (name, value, origin) in layers.rest(PROPERTIES) {
        match check_property(&name, &value) {
            Ok(()) if properties.iter().any(|(set, _)| set == name) => {
                let what = format!("`{name}` has a setting of its own, which is set too");
                layers.problem(&origin, &what, None);
            }
            Ok(()) => properties.set(&name, &value),
            Err(why) => layers.problem(&origin, &why, None),
        }
        let secret = is_secret_property(&name);
        let shown = toml::Value::from(if secret { "********" } else { &value }).to_string();
        let name = toml::Value::from(name.as_str());
        let key = format!("{PROPERTIES}.{name}");
        layers.show(Line { key, value: Some(shown), secret, origin, about: "" });
    }
}

/// Makes clients as workers will, where all else is right.
pub fn check(layers: &mut Layers<'_>, settings: &Settings) {
    if layers.is_fine()
        && let Err(why) = check_settings(settings)
    {
        layers.problem(&super::layers::Origin::Default, &why, None);
    }
}
