//! Times as the page of events writes them: milliseconds since 1970 to RFC 3339 and back.
//!
//! No clock, no time zones beyond an offset, no leap seconds (the events have none).

const DAY: i64 = 86_400_000;

/// The first time that an event may bear, 2000-01-01T00:00:00Z, in milliseconds since 1970.
pub(crate) const EARLIEST: i64 = 946_684_800_000;

/// The first time that an event may no longer bear, 2100-01-01T00:00:00Z, in milliseconds since
/// 1970.
pub(crate) const TOO_LATE: i64 = 4_102_444_800_000;

/// Whether an event may bear this time.
pub(crate) fn in_range(at: i64) -> bool {
    (EARLIEST..TOO_LATE).contains(&at)
}

/// Writes times; remembers the last day's date, since the times of a log are close together.
#[derive(Debug, Default)]
pub(crate) struct Clerk {
    day: i64,
    /// `2021-05-15T`, or empty before the first time.
    date: Vec<u8>,
}

impl Clerk {
    /// Appends a time as `2021-05-15T09:00:00.000Z`, without quotes.
    pub(crate) fn write(&mut self, out: &mut Vec<u8>, at: i64) {
        let day = at.div_euclid(DAY);
        if self.date.is_empty() || day != self.day {
            let (year, month, date) = date_of(day);
            self.date.clear();
            digits(&mut self.date, year, 4);
            self.date.push(b'-');
            digits(&mut self.date, month, 2);
            self.date.push(b'-');
            digits(&mut self.date, date, 2);
            self.date.push(b'T');
            self.day = day;
        }
        out.extend_from_slice(&self.date);
        let of_day = at.rem_euclid(DAY);
        digits(out, of_day / 3_600_000, 2);
        out.push(b':');
        digits(out, of_day / 60_000 % 60, 2);
        out.push(b':');
        digits(out, of_day / 1_000 % 60, 2);
        out.push(b'.');
        digits(out, of_day % 1_000, 3);
        out.push(b'Z');
    }
}

fn digits(out: &mut Vec<u8>, number: i64, count: u32) {
    for place in (0..count).rev() {
        let digit = number / 10_i64.pow(place) % 10;
        out.push(b'0' + u8::try_from(digit).unwrap_or(0));
    }
}

/// Year, month and day of a count of days since 1970, in the Gregorian calendar.
///
/// Years are counted from March, so that the day that leap years add is the last one of a year.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // from 0000-03-01
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// Days since 1970 of a date in the Gregorian calendar.
fn days_to(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Reads RFC 3339 with an offset, in the form that events may bear; what is finer than 1 ms is cut
/// off. `None` if the text has another form, or names a time that there is not.
pub(crate) fn read(text: &str) -> Option<i64> {
    let mut cursor = Cursor(text.as_bytes());
    let year = cursor.number(4)?;
    cursor.one_of(b"-")?;
    let month = cursor.number(2)?;
    cursor.one_of(b"-")?;
    let day = cursor.number(2)?;
    cursor.one_of(b"Tt ")?;
    let hour = cursor.number(2)?;
    cursor.one_of(b":")?;
    let minute = cursor.number(2)?;
    cursor.one_of(b":")?;
    let second = cursor.number(2)?;
    let millis = if cursor.one_of(b".").is_some() { cursor.fraction()? } else { 0 };
    let offset = match cursor.one_of(b"Zz+-")? {
        sign @ (b'+' | b'-') => {
            let hours = cursor.number(2)?;
            cursor.one_of(b":")?;
            let minutes = cursor.number(2)?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if sign == b'-' { -60_000 } else { 60_000 }
        }
        _ => 0,
    };
    let real = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 59;
    if !real || !cursor.0.is_empty() {
        return None;
    }
    let of_day = ((hour * 60 + minute) * 60 + second) * 1_000 + millis;
    Some(days_to(year, month, day) * DAY + of_day - offset)
}

/// What is left to read.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        wanted.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    fn digit(&mut self) -> Option<i64> {
        self.one_of(b"0123456789").map(|digit| i64::from(digit - b'0'))
    }

    fn number(&mut self, digits: u32) -> Option<i64> {
        (0..digits).try_fold(0, |number, _| Some(number * 10 + self.digit()?))
    }

    /// The digits after the point as milliseconds; there is at least one.
    fn fraction(&mut self) -> Option<i64> {
        let mut millis = self.digit()? * 100;
        let mut worth = 10;
        while let Some(digit) = self.digit() {
            millis += digit * worth;
            worth /= 10;
        }
        Some(millis)
    }
}

#[cfg(test)]
mod tests {
    use super::{Clerk, EARLIEST, TOO_LATE, read};
    use proptest::prelude::*;

    fn written(at: i64) -> String {
        let mut out = Vec::new();
        Clerk::default().write(&mut out, at);
        String::from_utf8_lossy(&out).into_owned()
    }

    proptest! {
        #[test]
        fn a_written_time_is_read_back(at in EARLIEST..TOO_LATE) {
            prop_assert_eq!(read(&written(at)), Some(at));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>()) {
            let _ = read(&text);
        }
    }

    #[test]
    fn known_times() {
        assert_eq!(written(1_621_036_800_000), "2021-05-15T00:00:00.000Z");
        assert_eq!(written(1_709_208_000_001), "2024-02-29T12:00:00.001Z");
        assert_eq!(written(TOO_LATE - 1), "2099-12-31T23:59:59.999Z");
        assert_eq!(read("2000-01-01T00:00:00Z"), Some(EARLIEST));
        assert_eq!(read("2021-05-15 02:00:00.0009+02:00"), Some(1_621_036_800_000));
        assert_eq!(read("2021-05-14t22:30:00-01:30"), Some(1_621_036_800_000));
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "2021-05-15",
            "2021-05-15T00:00:00",
            "2021-02-29T00:00:00Z",
            "2021-13-01T00:00:00Z",
            "2021-05-15T24:00:00Z",
            "2021-05-15T00:60:00Z",
            "2021-05-15T23:59:60Z",
            "2021-05-15T00:00:00.Z",
            "2021-05-15T00:00:00+24:00",
            "2021-05-15T00:00:00Z ",
            "+2021-05-15T00:00:00Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn one_clerk_writes_many_days() {
        let (mut clerk, mut out) = (Clerk::default(), Vec::new());
        for day in 0..3 {
            clerk.write(&mut out, (day - 1) * 86_400_000);
            out.push(b' ');
        }
        assert_eq!(
            String::from_utf8_lossy(&out),
            "1969-12-31T00:00:00.000Z 1970-01-01T00:00:00.000Z 1970-01-02T00:00:00.000Z "
        );
    }
}
