//! What must be installed besides Rust: a person should read that in one line, not in the output of a build.

use std::env;
use std::path::PathBuf;

/// A file that is there once a package of Debian is installed, by its name on the path or in full.
const NEEDS: &[(&str, &str)] = &[
    ("g++", "g++"),
    ("make", "make"),
    ("pkg-config", "pkg-config"),
    ("/usr/include/openssl/ssl.h", "libssl-dev"),
    ("java", "default-jre-headless"),
    ("mvn", "maven"),
    ("valgrind", "valgrind"),
];

/// The packages that are missing, as one line that says what to do; nothing if none is.
pub fn missing() -> Option<String> {
    let folders: Vec<PathBuf> = env::var_os("PATH")
        .iter()
        .flat_map(|path| env::split_paths(path).collect::<Vec<_>>())
        .collect();
    let is_there = |file: &str| folders.iter().any(|folder| folder.join(file).is_file());
    let packages: Vec<&str> =
        NEEDS.iter().filter(|(file, _)| !is_there(file)).map(|(_, package)| *package).collect();
    (!packages.is_empty()).then(|| format!("please run: apt-get install -y {}", packages.join(" ")))
}
