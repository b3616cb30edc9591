//! How many instructions the hot path takes, beside how many it took: a slowdown shows in the change that brings it.
//!
//! A clock is no judge on a machine that others share. Callgrind counts instructions instead, and comes to the same
//! number again but for a few in a thousand. It knows nothing of caches and of waiting: what is faster by this count
//! need not be so by the clock, so a change that claims to be shows both.
//!
//! The parts are those of the bench `count` of firstword-testkit; what is kept lies in `counts.toml`. A change of what
//! traffic is generated, or of what a part does, changes the counts as well: then they are kept anew.

mod kept;

use std::io::{self, Error, Write};
use std::path::Path;
use std::process::Command;

use crate::ci;
use kept::{Counts, compare};

const FILE: &str = "crates/xtask/counts.toml";

/// The bench.
const BENCH: [&str; 6] = ["bench", "--locked", "-p", "firstword-testkit", "--bench", "count"];

/// What cargo lets run the bench. Its function `counted` is told by the end of its mangled path, whichever mangling
/// there is; only what happens within it is counted.
const CALLGRIND: &str = "valgrind --tool=callgrind --callgrind-out-file=/dev/null --demangle=no \
                         --toggle-collect=*5count7counted*";

/// Counts the parts and shows them beside what is kept; whether none takes notably more. With `keep` they become what
/// is kept.
///
/// # Errors
/// Where cargo, rustc or valgrind cannot be started or say something else than they do, or the file cannot be read.
pub fn run(root: &Path, keep: bool, say: &mut impl Write) -> io::Result<bool> {
    if !ci::cargo(root, &[&BENCH[..], &["--no-run"]].concat(), "")? {
        return Ok(false);
    }
    let (rustc, target) = ci::compiler()?;
    let named =
        Command::new(ci::program()).args(BENCH).arg("--quiet").current_dir(root).output()?;
    let named = String::from_utf8_lossy(&named.stdout).into_owned();
    let mut counts = Counts { rustc, target, parts: Vec::new() };
    for part in named.split_whitespace() {
        let each = counted(root, part, &counts.target)?;
        counts.parts.push((part.to_owned(), each));
    }
    let path = root.join(FILE);
    if keep {
        std::fs::write(path, counts.to_string())?;
        writeln!(say, "count: kept in {FILE}:\n\n{counts}")?;
        return Ok(true);
    }
    let kept = std::fs::read_to_string(path)?;
    let kept = Counts::parse(&kept).ok_or_else(|| Error::other(format!("{FILE} is damaged")))?;
    let compared = compare(&kept, &counts);
    write!(say, "{compared}")?;
    Ok(compared.passes())
}

/// The instructions of a part for each thing that it goes through.
fn counted(root: &Path, part: &str, target: &str) -> io::Result<f64> {
    let runner =
        format!("CARGO_TARGET_{}_RUNNER", target.to_ascii_uppercase().replace(['-', '.'], "_"));
    let mut bench = Command::new(ci::program());
    bench.args(BENCH).args(["--quiet", "--", part]).env(runner, CALLGRIND).current_dir(root);
    let output = bench.output()?;
    let (out, told) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    each(&out, &told).ok_or_else(|| Error::other(format!("`{part}` was not counted:\n{told}")))
}

/// What callgrind collected, by what the bench says it went through; nothing where one of them does not say it.
fn each(out: &str, told: &str) -> Option<f64> {
    let things: u32 = out.split_whitespace().next()?.parse().ok().filter(|things| *things > 0)?;
    let collected = told.lines().find_map(|line| line.split_once("Collected : "))?.1;
    // Where no function has the name, all is zero.
    let collected: f64 = collected.trim().parse().ok().filter(|collected| *collected > 0.0)?;
    Some(collected / f64::from(things))
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn a_count_is_by_thing() {
        let told = "==7== Events    : Ir\n==7== Collected : 41000\n==7==\n";
        assert_eq!(each("20 lines\n", told), Some(2_050.0));
        for (out, told) in [
            ("", told),
            ("0 lines", told),
            ("no part", told),
            ("20 lines", "valgrind: cannot execute"),
            ("20 lines", "==7== Collected : 0\n"),
        ] {
            assert_eq!(each(out, told), None, "{out} {told}");
        }
    }
}
