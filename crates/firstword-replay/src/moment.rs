//! Instants as people read them: no more digits than they have.

use std::fmt;

use firstword_rules::Millis;

/// An instant in UTC for people: `2021-05-17 09:02`, with seconds and milliseconds only where there are any. Displayed
/// so; where exactness matters more than reading, [`Millis`] displays all of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Moment(pub Millis);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.to_rfc3339();
        let text = std::str::from_utf8(&bytes).map_err(|_| fmt::Error)?;
        let text = text.trim_end_matches('Z');
        let text = text.strip_suffix(".000").unwrap_or(text);
        let text = if text.len() == 19 { text.strip_suffix(":00").unwrap_or(text) } else { text };
        f.pad(&text.replacen('T', " ", 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_digits_than_there_are() {
        for (millis, text) in [
            (1_621_242_120_000, "2021-05-17 09:02"),
            (1_621_242_121_000, "2021-05-17 09:02:01"),
            (1_621_242_120_007, "2021-05-17 09:02:00.007"),
            (1_621_209_600_000, "2021-05-17 00:00"),
        ] {
            assert_eq!(Moment(Millis(millis)).to_string(), text);
        }
    }
}
