//! Instants and spans of time, both in whole milliseconds.
//!
//! Every instant comes from an event, a policy or a person who asks; nothing here knows a clock.

use std::fmt;
use std::ops::{Add, Sub};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
///
/// Displayed as RFC 3339 in UTC with three decimals.
///
/// ```
/// # use firstword_rules::Millis;
/// assert_eq!(Millis(1_621_036_800_000).to_string(), "2021-05-15T00:00:00.000Z");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Millis(pub i64);

/// A length of time in milliseconds, never negative.
///
/// Displayed in the largest unit that divides it, as a policy file writes it: `24h`, `90s`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span(pub i64);

impl Span {
    /// `n` hours.
    pub const fn hours(n: i64) -> Span {
        Span(n * 3_600_000)
    }

    /// `n` days of 24 hours.
    pub const fn days(n: i64) -> Span {
        Span(n * 86_400_000)
    }
}

impl Add<Span> for Millis {
    type Output = Millis;
    fn add(self, span: Span) -> Millis {
        Millis(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Millis {
    type Output = Millis;
    fn sub(self, span: Span) -> Millis {
        Millis(self.0.saturating_sub(span.0))
    }
}

impl Millis {
    /// The calendar date and the time of day in UTC: year, month, day, milliseconds since midnight.
    ///
    /// The proleptic Gregorian calendar, counted in eras of 400 years that begin on 1 March.
    fn civil(self) -> (u32, u32, u32, u32) {
        let (days, of_day) = (self.0.div_euclid(86_400_000), self.0.rem_euclid(86_400_000));
        // Days since 0000-03-01; after 10,000 years the calendar and the digits of the year are the same again.
        let days = (days + 719_468).rem_euclid(25 * 146_097) as u32;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let of_era_year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * of_era_year + of_era_year / 4 - of_era_year / 100);
        let march_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        (of_era_year + era * 400 + u32::from(month <= 2), month, day, of_day as u32)
    }

    /// The 24 ASCII bytes of this instant as RFC 3339 in UTC, for years 0000 to 9999.
    pub fn to_rfc3339(self) -> [u8; 24] {
        let (year, month, day, of_day) = self.civil();
        let digit = |value: u32| b'0' + (value % 10) as u8;
        let two = |value: u32| [digit(value / 10), digit(value)];
        let ([y1, y2], [y3, y4]) = (two(year / 100), two(year));
        let ([m1, m2], [d1, d2]) = (two(month), two(day));
        let ([h1, h2], [n1, n2]) = (two(of_day / 3_600_000), two(of_day / 60_000 % 60));
        let ([s1, s2], [t1, t2]) = (two(of_day / 1_000 % 60), two(of_day / 10 % 100));
        let t3 = digit(of_day);
        [
            y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2,
            b'.', t1, t2, t3, b'Z',
        ]
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_rfc3339();
        f.pad(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
        let whole = units.iter().find(|(size, _)| self.0 % size == 0 && self.0 != 0);
        match whole {
            Some((size, unit)) => write!(f, "{}{unit}", self.0 / size),
            None => write!(f, "{}ms", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_rfc_3339() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (946_684_800_000, "2000-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_621_069_200_123, "2021-05-15T09:00:00.123Z"),
            (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Millis(millis).to_string(), text);
        }
    }

    #[test]
    fn spans_are_written_in_their_largest_whole_unit() {
        for (span, text) in [
            (Span::hours(24), "1d"),
            (Span::hours(36), "36h"),
            (Span(90_000), "90s"),
            (Span(1_500), "1500ms"),
            (Span(0), "0ms"),
        ] {
            assert_eq!(span.to_string(), text);
        }
    }
}
