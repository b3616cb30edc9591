//! Writes a log to standard output: `generate PEOPLE EVENTS DAYS SEED [rich] [bare] [broken]`, and
//! its counts to standard error.

use std::io::{self, BufWriter, Write as _};

use firstword_traffic::generate::{Generator, Traffic};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, default: u64| {
        words.get(place).map_or(Ok(default), |word| word.parse::<u64>())
    };
    let said = |word: &str| words.iter().any(|other| other == word);
    let traffic = Traffic {
        people: u32::try_from(number(0, 1_000)?)?,
        events: number(1, 10_000)?,
        days: u32::try_from(number(2, 7)?)?,
        seed: number(3, 1)?,
        rich: said("rich"),
        texts: !said("bare"),
        malformed: if said("broken") { 0.1 } else { 0.0 },
        ..Traffic::default()
    };
    let mut generator = Generator::new(&traffic)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let counts = generator.write(&mut out)?;
    out.flush()?;
    writeln!(io::stderr(), "{counts:?}, {} people", generator.people())?;
    Ok(())
}
