//! What is kept of the counts, and what is to be said where they differ.

use std::fmt;

use toml::{Table, Value};

/// By how much more or less a part may take before that is said. Keys drawn at random move a count by up to four in a
/// thousand (`snapshot`; the others by less than one). What the compiler makes of a change elsewhere moves it by some
/// twelve as a rule, and once moved `write` by 33, of which no line had changed.
const TOLERANCE: f64 = 0.05;

/// The same where another version of the compiler compiled: it may do worse by itself, though not by that much.
const OTHER_COMPILER: f64 = 0.15;

/// The instructions of each part, for each thing that it goes through.
#[derive(Clone, PartialEq, Debug)]
pub struct Counts {
    /// The version of the compiler.
    pub rustc: String,
    /// What it compiled for.
    pub target: String,
    /// The parts by name.
    pub parts: Vec<(String, f64)>,
}

impl Counts {
    /// Reads what [`Counts`] displays.
    pub fn parse(text: &str) -> Option<Counts> {
        let table: Table = text.parse().ok()?;
        let word = |name| table.get(name).and_then(Value::as_str).map(str::to_owned);
        let parts = table.get("instructions")?.as_table()?.iter();
        let parts = parts.map(|(part, each)| Some((part.clone(), each.as_float()?)));
        Some(Counts {
            rustc: word("rustc")?,
            target: word("target")?,
            parts: parts.collect::<Option<_>>()?,
        })
    }

    fn of(&self, part: &str) -> Option<f64> {
        self.parts.iter().find(|(name, _)| name == part).map(|(_, each)| *each)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Instructions of the parts of the hot path, each for one line, text or machine."
        )?;
        writeln!(
            f,
            "# `cargo xtask count` compares with them, `cargo xtask count --keep` writes them."
        )?;
        writeln!(f, "rustc = \"{}\"\ntarget = \"{}\"\n\n[instructions]", self.rustc, self.target)?;
        self.parts.iter().try_for_each(|(part, each)| writeln!(f, "{part} = {each:.1}"))
    }
}

/// What comparing two counts came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Compared {
    rows: Vec<Row>,
    /// What differs besides the counts, and what that means.
    note: Option<String>,
}

#[derive(Clone, PartialEq, Debug)]
struct Row {
    part: String,
    kept: Option<f64>,
    now: Option<f64>,
    /// By how much more or less may pass; `None` where the two say nothing about each other.
    tolerance: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Verdict {
    Same,
    Slower,
    Faster,
    New,
    Gone,
}

/// Holds the counts of now against those that are kept.
pub fn compare(kept: &Counts, now: &Counts) -> Compared {
    let (tolerance, note) = match (kept.target == now.target, kept.rustc == now.rustc) {
        (true, true) => (Some(TOLERANCE), None),
        (true, false) => {
            let note = format!(
                "kept by rustc {}, counted by {}: up to {:.0} % may be the compiler's",
                kept.rustc,
                now.rustc,
                OTHER_COMPILER * 100.0
            );
            (Some(OTHER_COMPILER), Some(note))
        }
        (false, _) => {
            let note = format!(
                "kept for {}, counted for {}: the two cannot be compared",
                kept.target, now.target
            );
            (None, Some(note))
        }
    };
    let gone = kept.parts.iter().filter(|(part, _)| now.of(part).is_none());
    let rows = now.parts.iter().chain(gone).map(|(part, _)| Row {
        part: part.clone(),
        kept: kept.of(part),
        now: now.of(part),
        tolerance,
    });
    Compared { rows: rows.collect(), note }
}

impl Compared {
    /// Whether nothing is to be put right: neither slower, nor new, nor gone.
    pub fn passes(&self) -> bool {
        self.rows.iter().all(|row| matches!(row.verdict(), Verdict::Same | Verdict::Faster))
    }
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        Some(self.now? / self.kept?)
    }

    fn verdict(&self) -> Verdict {
        match (self.kept, self.ratio(), self.tolerance) {
            (None, ..) => Verdict::New,
            (Some(_), None, _) => Verdict::Gone,
            (_, Some(ratio), Some(tolerance)) if ratio > 1.0 + tolerance => Verdict::Slower,
            (_, Some(ratio), Some(tolerance)) if ratio < 1.0 - tolerance => Verdict::Faster,
            _ => Verdict::Same,
        }
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:10} {:>12} {:>12} {:>7}", "part", "kept", "now", "ratio")?;
        let figure = |figure: Option<f64>, digits: usize| match figure {
            Some(figure) => format!("{figure:.digits$}"),
            None => "-".to_owned(),
        };
        for row in &self.rows {
            let (kept, now, ratio) =
                (figure(row.kept, 1), figure(row.now, 1), figure(row.ratio(), 3));
            let verdict = match row.verdict() {
                Verdict::Same => "",
                Verdict::Slower => "  SLOWER",
                Verdict::Faster => "  faster",
                Verdict::New => "  NOT KEPT",
                Verdict::Gone => "  GONE",
            };
            writeln!(f, "{:10} {kept:>12} {now:>12} {ratio:>7}{verdict}", row.part)?;
        }
        if let Some(note) = &self.note {
            writeln!(f, "count: {note}")?;
        }
        let any = |verdict| self.rows.iter().any(|row| row.verdict() == verdict);
        if any(Verdict::Faster) {
            writeln!(
                f,
                "count: faster, which the next change should be held to: cargo xtask count --keep"
            )?;
        }
        if !self.passes() {
            writeln!(
                f,
                "count: where that is meant, say why in the commit and: cargo xtask count --keep"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(parts: &[(&str, f64)]) -> Counts {
        let parts = parts.iter().map(|(part, each)| ((*part).to_owned(), *each)).collect();
        Counts { rustc: "1.90.0".into(), target: "x86_64-unknown-linux-gnu".into(), parts }
    }

    fn compared(now: &[(&str, f64)]) -> Compared {
        compare(&counts(&[("read", 1_000.0), ("write", 500.0)]), &counts(now))
    }

    #[test]
    fn a_part_that_takes_more_than_the_tolerance_fails() {
        assert!(compared(&[("read", 1_049.0), ("write", 476.0)]).passes());
        let slower = compared(&[("read", 1_051.0), ("write", 500.0)]);
        assert!(!slower.passes());
        let said = slower.to_string();
        assert!(said.contains("1.051  SLOWER\n") && said.contains("1.000\n"), "{said}");
        assert!(!compared(&[("read", f64::INFINITY), ("write", 500.0)]).passes());
    }

    #[test]
    fn a_part_that_takes_less_passes_and_is_to_be_kept() {
        let faster = compared(&[("read", 900.0), ("write", 500.0)]);
        assert!(faster.passes());
        let said = faster.to_string();
        assert!(said.contains("0.900  faster\n") && said.contains("--keep"), "{said}");
    }

    #[test]
    fn a_part_that_is_new_or_gone_fails() {
        let new = compared(&[("read", 1_000.0), ("scan", 7.0), ("write", 500.0)]);
        assert!(!new.passes() && new.to_string().contains("NOT KEPT"), "{new}");
        let gone = compared(&[("read", 1_000.0)]);
        assert!(!gone.passes() && gone.to_string().contains("GONE"), "{gone}");
        assert!(!compared(&[]).passes(), "nothing was counted");
    }

    #[test]
    fn another_compiler_may_do_worse_and_another_target_says_nothing() {
        let kept = counts(&[("read", 1_000.0)]);
        let by = |each| Counts { rustc: "1.99.0".into(), ..counts(&[("read", each)]) };
        assert!(compare(&kept, &by(1_140.0)).passes());
        assert!(!compare(&kept, &by(1_160.0)).passes());
        assert!(compare(&kept, &by(1_140.0)).to_string().contains("kept by rustc 1.90.0"));
        let on = |part, each| Counts { target: "aarch64".into(), ..counts(&[(part, each)]) };
        let compared = compare(&kept, &on("read", 9_000.0));
        assert!(compared.passes() && compared.to_string().contains("cannot be compared"));
        assert!(!compare(&kept, &on("scan", 9_000.0)).passes());
    }

    #[test]
    fn what_is_kept_is_read_as_it_was() {
        let kept = counts(&[("read", 1_000.5), ("write", 500.0)]);
        assert_eq!(Counts::parse(&kept.to_string()), Some(kept));
        for damaged in ["", "rustc = 1", "rustc = \"\"\ntarget = \"\"\n[instructions]\nread = \"\""]
        {
            assert_eq!(Counts::parse(damaged), None, "{damaged}");
        }
    }
}
