//! What to compare, as the command line says it.

use std::path::Path;

use anyhow::{Context, bail, ensure};

/// What was asked for.
pub struct Asked {
    only: Vec<String>,
    /// How many events; a part has its own number by default.
    pub events: Option<u64>,
    /// Among how many people.
    pub people: u32,
    /// How often each side runs.
    pub rounds: usize,
    /// On how many threads.
    pub threads: usize,
    /// Whether messages have texts, of 100 characters.
    pub text: bool,
    /// Whether the largest cases run as well.
    pub full: bool,
}

impl Asked {
    /// Reads the words of the command line.
    pub fn read(words: &[&str]) -> anyhow::Result<Asked> {
        let mut asked = Asked {
            only: Vec::new(),
            events: None,
            people: 200_000,
            rounds: 3,
            threads: 2,
            text: false,
            full: false,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} needs a value"));
            match *word {
                "--only" => asked.only.push((*value()?).to_owned()),
                "--events" => asked.events = Some(value()?.parse().context("--events")?),
                "--people" => asked.people = value()?.parse().context("--people")?,
                "--rounds" => asked.rounds = value()?.parse().context("--rounds")?,
                "--threads" => asked.threads = value()?.parse().context("--threads")?,
                "--text" => asked.text = true,
                "--full" => asked.full = true,
                _ => bail!("what is {word}? `cargo xtask compare --help` says what there is"),
            }
        }
        ensure!(asked.rounds > 0 && asked.threads > 0, "--rounds and --threads begin at 1");
        Ok(asked)
    }

    /// Whether a part was asked for.
    pub fn part(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

/// What a side is told: the log, where its output goes, and on how many threads.
pub struct Told<'t> {
    /// The log.
    pub log: &'t Path,
    /// The output.
    pub out: &'t Path,
    /// The threads.
    pub threads: std::num::NonZero<usize>,
}
