//! Fuzzing with the compiler that is there: no nightly, no cargo-fuzz, only what rustc and libFuzzer themselves can do.
//!
//! The targets lie in `crates/firstword-wire/fuzz`, and what they hold is held by ordinary tests as well. What a run
//! finds new stays in `target/fuzz`, where the next run begins.

mod seeds;

use std::fs;
use std::io::{self, Error, Write};
use std::path::Path;
use std::process::Command;

use crate::ci;

/// The targets: the file names in `targets/`.
pub const TARGETS: [&str; 3] = ["two_readers", "scan", "snapshot"];

const MANIFEST: &str = "crates/firstword-wire/fuzz/Cargo.toml";
const FOLDER: &str = "target/fuzz";

/// What lets libFuzzer see which ways a run took, and what it compared.
const RUSTFLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1 \
                         -Cllvm-args=-sanitizer-coverage-level=4 \
                         -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                         -Cllvm-args=-sanitizer-coverage-pc-table \
                         -Cllvm-args=-sanitizer-coverage-trace-compares";

/// The longest input that is tried: longer ones find nothing that these do not.
const LONGEST: u32 = 2_048;

/// Runs these targets, each for so many seconds, up to the first that fails; whether all went well.
///
/// # Errors
/// Where cargo or rustc cannot be started, or a seed cannot be written.
pub fn run(root: &Path, targets: &[&str], seconds: u32, say: &mut impl Write) -> io::Result<bool> {
    let (_, host) = ci::compiler()?;
    let mut build = Command::new(ci::program());
    build.args(["build", "--release", "--manifest-path", MANIFEST, "--target", &host]);
    build.args(["--target-dir", FOLDER]).env("RUSTFLAGS", RUSTFLAGS).current_dir(root);
    if !build.status()?.success() {
        return Ok(false);
    }
    for target in targets {
        let seeds = seeds::write(root, target, &root.join(FOLDER).join("seeds").join(target))?;
        writeln!(say, "fuzz: {target} for {seconds} s, from {seeds} seeds")?;
        let program = format!("{FOLDER}/{host}/release/{target}");
        if !fuzz(root, target, &program, seconds)? {
            writeln!(say, "fuzz: {target} FAILED. What did it lies in:")?;
            for input in broken(&root.join(FOLDER), target)? {
                writeln!(say, "  {program} {FOLDER}/{input}")?;
            }
            return Ok(false);
        }
    }
    Ok(true)
}

/// Runs one target; whether nothing broke.
fn fuzz(root: &Path, target: &str, program: &str, seconds: u32) -> io::Result<bool> {
    let found = format!("{FOLDER}/found/{target}");
    fs::create_dir_all(root.join(&found))?;
    let mut fuzzer = Command::new(root.join(program));
    fuzzer.args([found, format!("{FOLDER}/seeds/{target}")]);
    fuzzer.arg(format!("-artifact_prefix={FOLDER}/{target}-"));
    fuzzer.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={LONGEST}"));
    fuzzer.args(["-timeout=10", "-verbosity=0", "-print_final_stats=1"]).current_dir(root);
    Ok(fuzzer.status()?.success())
}

/// The inputs that broke a target, of this run and earlier ones.
fn broken(folder: &Path, target: &str) -> io::Result<Vec<String>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name()));
    let names = names.collect::<io::Result<Vec<_>>>()?;
    let names = names.into_iter().map(|name| name.to_string_lossy().into_owned());
    Ok(names.filter(|name| name.starts_with(&format!("{target}-"))).collect())
}

/// What the words after `fuzz` ask for: targets, all where none is named, and for how many seconds each.
///
/// # Errors
/// What there is to say to somebody who asks for something else.
pub fn asked<'w>(words: &[&'w str]) -> io::Result<(Vec<&'w str>, u32)> {
    let (mut targets, mut seconds) = (Vec::new(), 60);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if *word == "--seconds" {
            let number = words.next().and_then(|number| number.parse().ok());
            seconds = number.ok_or_else(|| Error::other("--seconds needs a number"))?;
        } else if TARGETS.contains(word) {
            targets.push(*word);
        } else {
            let there = TARGETS.join(" ");
            return Err(Error::other(format!("no target `{word}`; there are: {there}")));
        }
    }
    if targets.is_empty() {
        targets.extend(TARGETS);
    }
    Ok((targets, seconds))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::asked;

    #[test]
    fn all_targets_or_those_named() {
        assert_eq!(asked(&[]).unwrap(), (vec!["two_readers", "scan", "snapshot"], 60));
        assert_eq!(asked(&["scan", "--seconds", "5"]).unwrap(), (vec!["scan"], 5));
        let told = |words| asked(words).unwrap_err().to_string();
        assert_eq!(
            told(&["nonsense"]),
            "no target `nonsense`; there are: two_readers scan snapshot"
        );
        assert_eq!(told(&["scan", "--seconds", "long"]), "--seconds needs a number");
    }
}
