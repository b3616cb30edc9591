//! What a failing law leaves behind: its seed, and a recording of the smallest failing case.

use std::fmt::Debug;
use std::path::Path;

use proptest::prelude::{Rng, Strategy};
use proptest::test_runner::{Config, RngSeed, TestCaseResult, TestError, TestRunner};

/// Tries a law on random values. The number of cases and the seed are those of the configuration, by default those of
/// `PROPTEST_CASES` and `PROPTEST_RNG_SEED`, where they are set.
#[expect(clippy::panic, reason = "a test fails by panicking")]
pub fn holds<S: Strategy>(
    config: Config,
    law: &str,
    strategy: &S,
    recording: impl Fn(&S::Value) -> String,
    tried: impl Fn(&S::Value) -> TestCaseResult,
) where
    S::Value: Debug,
{
    let mut config = Config { failure_persistence: None, ..config };
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => TestRunner::new(config.clone()).new_rng().next_u64(),
    };
    config.rng_seed = RngSeed::Fixed(seed);
    match TestRunner::new(config).run(strategy, |value| tried(&value)) {
        Ok(()) => (),
        Err(TestError::Abort(why)) => panic!("{law}: {why}"),
        Err(TestError::Fail(why, value)) => {
            let kept = keep(&format!("{law}-{seed}.jsonl"), &recording(&value));
            panic!("{law}: {why}\nPROPTEST_RNG_SEED={seed} finds it again\n{kept}\n{value:#?}");
        }
    }
}

/// Writes a recording into the target directory; where it lies there.
#[expect(clippy::disallowed_methods, reason = "a failing law leaves its recording behind")]
fn keep(name: &str, text: &str) -> String {
    let recordings = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("recordings");
    let written = std::fs::create_dir_all(&recordings)
        .and_then(|()| std::fs::write(recordings.join(name), text));
    match written {
        Ok(()) => format!("recorded in the target directory, recordings/{name}"),
        Err(error) => format!("not recorded: {error}"),
    }
}
