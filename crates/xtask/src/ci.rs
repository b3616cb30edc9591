//! The stages, in the order in which they fail soonest. Each is a cargo command that a person can run alone.

use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::{count, needs};

/// One stage.
struct Stage {
    name: &'static str,
    runs: Runs,
}

/// What a stage runs.
enum Runs {
    /// A look at what is installed.
    Needs,
    /// The checks of this crate.
    Tidy,
    /// The hot path beside what it took before.
    Count,
    /// Cargo with these arguments, and this for rustdoc.
    Cargo(&'static [&'static str], &'static str),
    /// A cargo command that may not be installed; where it is not, the stage says so and passes.
    Installed(&'static str, &'static [&'static str]),
}

/// All is built and tested with TLS, so that it is built once.
const TLS: &str = "firstword/tls";

const STAGES: &[Stage] = &[
    Stage { name: "needs", runs: Runs::Needs },
    Stage { name: "tidy", runs: Runs::Tidy },
    Stage { name: "fmt", runs: Runs::Cargo(&["fmt", "--all", "--check"], "") },
    Stage {
        name: "lint",
        runs: Runs::Cargo(
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--features",
                TLS,
                "--locked",
                "--",
                "-D",
                "warnings",
            ],
            "",
        ),
    },
    Stage {
        name: "test",
        runs: Runs::Cargo(&["test", "--workspace", "--features", TLS, "--locked"], ""),
    },
    Stage { name: "count", runs: Runs::Count },
    Stage {
        name: "doc",
        runs: Runs::Cargo(
            &["doc", "--workspace", "--no-deps", "--features", TLS, "--locked"],
            "-D warnings",
        ),
    },
    // Advisories need a database from the network: what they say may change without a change here.
    Stage {
        name: "deny",
        runs: Runs::Installed("deny", &["check", "bans", "licenses", "sources"]),
    },
];

/// Runs the stages of these names, all if there are none, up to the first that fails; whether all passed.
///
/// # Errors
/// Where cargo cannot be started or nothing can be said.
pub fn run(
    root: &Path,
    names: &[&str],
    say: &mut impl Write,
    tidied: impl Fn() -> io::Result<bool>,
) -> io::Result<bool> {
    for name in names {
        if !STAGES.iter().any(|stage| stage.name == *name) {
            let known: Vec<_> = STAGES.iter().map(|stage| stage.name).collect();
            writeln!(say, "no stage `{name}`; there are: {}", known.join(" "))?;
            return Ok(false);
        }
    }
    for stage in STAGES.iter().filter(|stage| names.is_empty() || names.contains(&stage.name)) {
        let begun = Instant::now();
        let passed = match stage.runs {
            Runs::Needs => match needs::missing() {
                Some(missing) => {
                    writeln!(say, "{missing}")?;
                    false
                }
                None => true,
            },
            Runs::Tidy => tidied()?,
            Runs::Count => count::run(root, false, say)?,
            Runs::Cargo(arguments, rustdoc) => cargo(root, arguments, rustdoc)?,
            Runs::Installed(command, arguments) => {
                if !is_installed(command)? {
                    writeln!(say, "ci: {} skipped: cargo-{command} is not installed", stage.name)?;
                    continue;
                }
                cargo(root, &[&[command], arguments].concat(), "")?
            }
        };
        let seconds = begun.elapsed().as_secs();
        let how = if passed { "passed" } else { "FAILED" };
        writeln!(say, "ci: {} {how} after {seconds} s", stage.name)?;
        if !passed {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Runs cargo with these arguments, and this for rustdoc; whether it succeeded.
///
/// # Errors
/// Where it cannot be started.
pub fn cargo(root: &Path, arguments: &[&str], rustdoc: &str) -> io::Result<bool> {
    let mut command = Command::new(program());
    command.args(arguments).current_dir(root);
    if !rustdoc.is_empty() {
        command.env("RUSTDOCFLAGS", rustdoc);
    }
    Ok(command.status()?.success())
}

fn is_installed(command: &str) -> io::Result<bool> {
    let listed = Command::new(program()).arg("--list").output()?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    Ok(listed.lines().any(|line| line.split_whitespace().next() == Some(command)))
}

/// The cargo that runs us.
pub(crate) fn program() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The version of the compiler, and what it compiles for.
pub(crate) fn compiler() -> io::Result<(String, String)> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let told = Command::new(rustc).arg("-vV").output()?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let after = |name| told.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    let both = after("release: ").zip(after("host: "));
    both.ok_or_else(|| io::Error::other("`rustc -vV` does not say its release and host"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn ran(names: &[&str], tidy: bool) -> (bool, String) {
        let mut said = Vec::new();
        let passed = run(Path::new("."), names, &mut said, || Ok(tidy)).unwrap();
        (passed, String::from_utf8(said).unwrap())
    }

    #[test]
    fn a_stage_passes_or_fails_as_what_it_runs() {
        assert!(ran(&["tidy"], true).0);
        let (passed, said) = ran(&["tidy"], false);
        assert!(!passed);
        assert!(said.starts_with("ci: tidy FAILED"), "{said}");
    }

    #[test]
    fn an_unknown_stage_runs_nothing() {
        let (passed, said) = ran(&["tidy", "nonsense"], true);
        assert!(!passed);
        assert!(said.starts_with("no stage `nonsense`; there are: needs tidy fmt"), "{said}");
    }

    #[test]
    fn the_compiler_says_its_version_and_its_target() {
        let (rustc, target) = compiler().unwrap();
        assert!(rustc.starts_with("1.") && target.contains('-'), "{rustc} {target}");
    }

    #[test]
    fn what_is_not_installed_is_known_from_what_is() {
        assert!(is_installed("build").unwrap());
        assert!(!is_installed("no-such-command").unwrap());
    }
}
