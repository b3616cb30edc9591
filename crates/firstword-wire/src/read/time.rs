//! Times as events write them: RFC 3339 with an offset.

use firstword_rules::Millis;

/// The first instant that an event may have: 2000-01-01T00:00:00Z.
pub(crate) const FIRST: Millis = Millis(946_684_800_000);
/// The first instant after those: 2100-01-01T00:00:00Z.
pub(crate) const END: Millis = Millis(4_102_444_800_000);

/// Reads RFC 3339 with an offset: `T`, `t` or a blank between date and time; `Z`, `z` or `+hh:mm` up to 23:59;
/// seconds up to 59; finer than 1 ms is cut off. `None` where the text is none. Which times an event may have is
/// another matter.
pub fn parse_time(text: &str) -> Option<Millis> {
    let (date_and_time, rest) = text.as_bytes().split_first_chunk::<19>()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b't' | b' ', time @ ..] = date_and_time
    else {
        return None;
    };
    let [h1, h2, b':', n1, n2, b':', s1, s2] = time else { return None };
    let year = two(*y1, *y2, 99)? * 100 + two(*y3, *y4, 99)?;
    let (month, day) = (two(*m1, *m2, 12)?, two(*d1, *d2, 31)?);
    let (hour, minute, second) = (two(*h1, *h2, 23)?, two(*n1, *n2, 59)?, two(*s1, *s2, 59)?);
    if month < 1 || day < 1 || day > days_of(year, month) {
        return None;
    }
    let (thousandths, rest) = fraction(rest)?;
    let seconds = (days_since_1970(year, month, day) * 24 + hour) * 3_600 + minute * 60 + second;
    Some(Millis((seconds - offset(rest)?) * 1_000 + thousandths))
}

/// A time of the range that events may have.
pub(crate) fn in_range(at: Millis) -> Option<Millis> {
    (FIRST..END).contains(&at).then_some(at)
}

fn two(tens: u8, ones: u8, most: i64) -> Option<i64> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then_some(())?;
    let value = i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
    (value <= most).then_some(value)
}

/// The milliseconds of a fraction, if one stands here, and what follows.
fn fraction(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.', after)) = bytes.split_first() else { return Some((0, bytes)) };
    let length = after.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(after.len());
    let (digits, rest) = after.split_at_checked(length)?;
    let digit = |place| digits.get(place).map_or(0, |digit| i64::from(digit - b'0'));
    (length > 0).then(|| (digit(0) * 100 + digit(1) * 10 + digit(2), rest))
}

/// The offset from UTC in seconds.
fn offset(bytes: &[u8]) -> Option<i64> {
    match bytes {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let seconds = two(*h1, *h2, 23)? * 3_600 + two(*m1, *m2, 59)? * 60;
            Some(if *sign == b'+' { seconds } else { -seconds })
        }
        _ => None,
    }
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the Gregorian calendar, counted in years that begin on 1 March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    // January and February of the year 0 are of the year -1: leap years are counted towards the past, not towards 0.
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leaps + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_events_md_are_times() {
        for (text, millis) in [
            ("2021-05-16T09:00:00.000Z", 1_621_155_600_000),
            ("2021-05-16t09:00:00z", 1_621_155_600_000),
            ("2021-05-16 11:00:00+02:00", 1_621_155_600_000),
            ("2021-05-16T09:00:00.1234567Z", 1_621_155_600_123),
            ("2021-05-16T09:00:00.9Z", 1_621_155_600_900),
            ("2021-05-15T09:01:00-23:59", 1_621_155_600_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("1999-12-31T23:30:00-00:30", 946_684_800_000),
            ("2099-12-31T23:59:59.999Z", 4_102_444_799_999),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("0000-02-29T00:00:00Z", -62_162_121_600_000),
            ("0000-03-01T00:00:00Z", -62_162_035_200_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000),
        ] {
            assert_eq!(parse_time(text), Some(Millis(millis)), "{text}");
        }
    }

    #[test]
    fn every_time_that_is_written_can_be_read() {
        for at in (FIRST.0..END.0).step_by(9_876_543_211) {
            assert_eq!(parse_time(&Millis(at).to_string()), Some(Millis(at)));
        }
    }

    #[test]
    fn other_forms_are_none() {
        for text in [
            "",
            "2021-05-16",
            "2021-05-16T09:00:00",
            "2021-05-16T09:00Z",
            "2021-05-16T24:00:00Z",
            "2021-05-16T09:00:60Z",
            "2021-02-29T09:00:00Z",
            "2100-02-29T09:00:00Z",
            "2021-13-01T00:00:00Z",
            "2021-00-01T00:00:00Z",
            "2021-05-00T00:00:00Z",
            "2021-05-16T09:00:00.Z",
            "2021-05-16T09:00:00,5Z",
            "2021-05-16T09:00:00+0200",
            "2021-05-16T09:00:00+24:00",
            "2021-05-16T09:00:00+02:60",
            "2021-05-16T09:00:00 Z",
            " 2021-05-16T09:00:00Z",
            "2021-05-16T09:00:00Z ",
            "+021-05-16T09:00:00Z",
            "2021-05-16T09:00:00\u{2212}02:00",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn events_are_of_this_century() {
        for (text, inside) in [
            ("2000-01-01T00:59:59.999+01:00", false),
            ("2000-01-01T00:00:00Z", true),
            ("2099-12-31T23:59:59.999Z", true),
            ("2100-01-01T00:00:00Z", false),
            ("0000-03-01T00:00:00Z", false),
        ] {
            assert_eq!(parse_time(text).and_then(in_range).is_some(), inside, "{text}");
        }
    }
}
