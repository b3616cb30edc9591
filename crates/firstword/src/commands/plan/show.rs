//! How a plan is shown: each figure with what it was made of, and the constants with where each comes from.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::numbers::{bytes_of, count_of, time_of};
use super::words::Words;
use crate::plan::{BUILT_IN_ON, Constants, Demand, KEYS, Plan};
use crate::terminal::{Colours, table};

/// A plan as it is shown. What is serialised is for programs, and its names stay.
#[derive(Serialize)]
pub struct Shown {
    /// The file of constants; none where all are built in.
    measured: Option<String>,
    #[serde(serialize_with = "by_name")]
    constants: Vec<(String, Known)>,
    #[serde(serialize_with = "by_name")]
    figures: Vec<(String, Figure)>,
}

/// A constant, and where it comes from.
#[derive(Serialize)]
struct Known {
    value: f64,
    from: &'static str,
    #[serde(skip)]
    about: &'static str,
}

/// One figure.
#[derive(Serialize)]
pub struct Figure {
    /// The number.
    pub value: f64,
    /// What it counts.
    pub unit: Unit,
    /// What it was made of.
    pub because: String,
    /// What it belongs to, for people.
    #[serde(skip)]
    pub part: &'static str,
    /// What it is called, for people.
    #[serde(skip)]
    pub label: &'static str,
}

/// What a figure counts.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Count,
    PerSecond,
    Bytes,
    BytesPerSecond,
    Seconds,
}

fn by_name<T: Serialize, S: Serializer>(
    named: &[(String, T)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(named.iter().map(|(name, value)| (name, value)))
}

impl Figure {
    fn shown(&self) -> String {
        match self.unit {
            Unit::Count => count_of(self.value),
            Unit::PerSecond => format!("{}/s", count_of(self.value)),
            Unit::Bytes => bytes_of(self.value),
            Unit::BytesPerSecond => format!("{}/s", bytes_of(self.value)),
            Unit::Seconds => time_of(self.value),
        }
    }
}

impl Shown {
    /// Puts a plan into words.
    pub fn of(demand: &Demand, constants: &Constants, plan: &Plan, file: Option<String>) -> Shown {
        let known = KEYS.iter().map(|key| {
            let constant = key.of(constants);
            let from = if constant.measured { "measured" } else { "built in" };
            (key.dotted(), Known { value: constant.value, from, about: key.about })
        });
        Shown {
            measured: file,
            constants: known.collect(),
            figures: Words::of(demand, constants, plan).figures(),
        }
    }

    /// For people.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let colours = Colours::of_stdout();
        writeln!(out, "{}", colours.strong(&self.heading()))?;
        let mut rows = Vec::new();
        let mut before = "";
        for (_, figure) in &self.figures {
            if figure.part != before {
                before = figure.part;
                rows.push(Vec::new());
                rows.push(vec![colours.strong(figure.part)]);
            }
            let label = format!("  {}", figure.label);
            rows.push(vec![label, figure.shown(), colours.faint(&figure.because)]);
        }
        table(out, &rows, &[false, true])?;
        writeln!(out, "\n{}", colours.strong("Constants"))?;
        let row = |(name, known): &(String, Known)| {
            let from = colours.faint(&format!("{}: {}", known.from, known.about));
            vec![format!("  {name}"), count_of(known.value), from]
        };
        table(out, &self.constants.iter().map(row).collect::<Vec<_>>(), &[false, true])
    }

    /// Where the constants come from.
    fn heading(&self) -> String {
        let built_in = self.constants.iter().filter(|(_, known)| known.from == "built in").count();
        match &self.measured {
            None => {
                format!(
                    "By constants built in ({BUILT_IN_ON}); `cargo xtask compare` measures yours."
                )
            }
            Some(file) if built_in == 0 => format!("By constants measured: {file}."),
            Some(file) => format!(
                "By constants measured: {file}, which lacks {built_in}; those are built in ({BUILT_IN_ON})."
            ),
        }
    }
}
