//! Which benches `cargo xtask compare` runs, and what it tells each of them.

use std::path::Path;

/// What `--help` says.
pub const HELP: &str = "\
Runs the sides against each other, in the same minutes on the same input, each in a process of its
own and in turns, and prints tables of medians.

cargo xtask compare [PART..] [OPTIONS]        all parts, unless some are named

  decide     a log from file to file: memory alone, lines alone, reading and writing alone, the
             strict reader, firstword, and DuckDB on an easier question
  growth     what an event costs among more and more people, and what a person takes in memory
  business   the stream, from business to person (one gate): bare rdkafka and firstword
  people     the stream, from person to person (two gates): the same, and Kafka Streams
  paced      the stream, a record every 20 ms: how soon its decision can be read
  restart    a clean stop and a start: how soon something is decided again, and Kafka Streams
  restore    people's machines back from snapshots and from checkpoints

  --events N    how many events (decide 2000000, growth 10000000, business and people 1000000)
  --people N    decide: among how many people (200000); restore: how many machines (1000000)
  --rounds N    how often each side runs (3)
  --threads N   decide: on how many threads (2)
  --text        decide: a text of 100 characters in each message
  --full        growth: up to ten million people and a hundred million events (10 GB of memory)
  --peer DIR    people, restart: the folder of Kafka Streams' side, with Streams.java and pom.xml
                (by default ../shared/peers/kafka-streams, where that is; needs mvn and javac)

A log of ten million events, `decide --events 10000000 --people 1000000`, takes 8 GB of disk in
the folder where cargo builds. The stream needs Java and Maven, DuckDB python3, pip and the network.
What was measured is left in compare/measured.toml there, for `firstword plan`.
";

/// A bench, the parts that it has, and the options that it takes.
struct Bench {
    package: &'static str,
    name: &'static str,
    parts: &'static [&'static str],
    options: &'static [&'static str],
}

const BENCHES: &[Bench] = &[
    Bench {
        package: "firstword",
        name: "decide",
        parts: &["decide", "growth"],
        options: &["--events", "--people", "--rounds", "--threads", "--text", "--full"],
    },
    Bench {
        package: "firstword-stream",
        name: "compare",
        parts: &["business", "people", "paced", "restart"],
        options: &["--events", "--rounds", "--peer"],
    },
    Bench {
        package: "firstword-stream",
        name: "restore",
        parts: &["restore"],
        options: &["--people", "--rounds"],
    },
];

/// Options that stand alone.
const FLAGS: &[&str] = &["--text", "--full"];

/// The words for cargo, for each bench to run; or what is wrong with those that were given.
///
/// # Errors
/// A part or an option that there is not, or an option without its value.
pub fn runs(words: &[&str]) -> Result<Vec<Vec<String>>, String> {
    let (mut parts, mut options) = (Vec::new(), Vec::<(&str, Option<String>)>::new());
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        if BENCHES.iter().any(|bench| bench.parts.contains(&word)) {
            parts.push(word);
        } else if FLAGS.contains(&word) {
            options.push((word, None));
        } else if BENCHES.iter().any(|bench| bench.options.contains(&word)) {
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            options.push((word, Some(absolute(word, value))));
        } else {
            return Err(format!("no part or option `{word}`"));
        }
    }
    let asked = |part: &&&str| parts.is_empty() || parts.contains(*part);
    let mut runs = Vec::new();
    for bench in BENCHES {
        let chosen: Vec<_> = bench.parts.iter().filter(asked).collect();
        if chosen.is_empty() {
            continue;
        }
        let mut run = vec!["bench", "--locked", "-p", bench.package, "--bench", bench.name, "--"];
        chosen.iter().for_each(|part| run.extend(["--only", part]));
        for (option, value) in options.iter().filter(|(option, _)| bench.options.contains(option)) {
            run.push(option);
            run.extend(value.as_deref());
        }
        runs.push(run.into_iter().map(str::to_owned).collect());
    }
    let taken = |option: &str| {
        let run = BENCHES.iter().filter(|bench| bench.parts.iter().any(|part| asked(&part)));
        run.into_iter().any(|bench| bench.options.contains(&option))
    };
    match options.iter().find(|(option, _)| !taken(option)) {
        Some((option, _)) => Err(format!("{option} is for none of {}", parts.join(", "))),
        None => Ok(runs),
    }
}

/// Cargo runs a bench in the folder of its package, from where a relative path would be another.
fn absolute(option: &str, value: &str) -> String {
    let path = Path::new(value).canonicalize().ok().filter(|_| option == "--peer");
    path.map_or_else(|| value.to_owned(), |path| path.display().to_string())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn told(words: &str) -> Result<Vec<String>, String> {
        let runs = runs(&words.split_whitespace().collect::<Vec<_>>())?;
        let rest = |run: Vec<String>| run.get(5..).unwrap_or_default().join(" ");
        Ok(runs.into_iter().map(rest).collect())
    }

    #[test]
    fn each_bench_is_told_its_parts_and_its_options() {
        assert_eq!(
            told("").unwrap(),
            [
                "decide -- --only decide --only growth",
                "compare -- --only business --only people --only paced --only restart",
                "restore -- --only restore"
            ]
        );
        assert_eq!(
            told("people restore --rounds 5 --events 7 --people 9").unwrap(),
            [
                "compare -- --only people --rounds 5 --events 7",
                "restore -- --only restore --rounds 5 --people 9"
            ]
        );
        assert_eq!(
            told("decide --text --threads 4").unwrap(),
            ["decide -- --only decide --text --threads 4"]
        );
    }

    #[test]
    fn what_nobody_knows_is_refused() {
        assert_eq!(told("decid").unwrap_err(), "no part or option `decid`");
        assert_eq!(told("decide --events").unwrap_err(), "--events needs a value");
        assert_eq!(told("decide --peer x").unwrap_err(), "--peer is for none of decide");
    }

    #[test]
    fn help_tells_every_part_and_option() {
        let all = BENCHES.iter().flat_map(|bench| bench.parts.iter().chain(bench.options));
        for word in all {
            assert!(HELP.lines().any(|line| line.starts_with(&format!("  {word} "))), "{word}");
        }
        assert!(HELP.lines().all(|line| line.len() <= 100));
    }

    #[test]
    fn a_folder_is_named_in_full() {
        assert!(absolute("--peer", ".").starts_with('/'));
        assert_eq!(absolute("--peer", "no/such/folder"), "no/such/folder");
        assert_eq!(absolute("--events", "."), ".");
    }
}
