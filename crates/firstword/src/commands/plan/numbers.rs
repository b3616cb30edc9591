//! Numbers as people write and read them: 10M, 70 percent, 5.07 GB, 4 min 20 s.

use firstword_policy::parse_duration;

use crate::terminal::thousands;

/// The most people, and the most events a day.
const MOST: f64 = 1e15;
const LARGE: [(&str, f64); 4] = [("T", 1e12), ("B", 1e9), ("M", 1e6), ("k", 1e3)];

/// Reads an amount: digits, which `_` may part, a fraction, a power of ten, or a suffix.
pub fn amount(text: &str) -> Result<u64, String> {
    let wrong = || {
        format!("not a number from 0 to {} such as 250000, 250k, 10M, 2B or 2e9", amount_of(MOST))
    };
    let last = text.chars().last().unwrap_or_default();
    let suffix =
        LARGE.iter().find(|(suffix, _)| suffix.chars().any(|c| c.eq_ignore_ascii_case(&last)));
    let (digits, times) = match suffix {
        Some((suffix, times)) => {
            (text.get(..text.len() - suffix.len()).unwrap_or_default(), *times)
        }
        None => (text, 1.0),
    };
    let number = decimal(digits).ok_or_else(wrong)? * times;
    if number.fract() != 0.0 || number > MOST {
        return Err(wrong());
    }
    Ok(number as u64)
}

/// Reads the peak over the mean.
pub fn peak(text: &str) -> Result<f64, String> {
    within(text, 1.0, 1_000.0, "a factor, from 1 (no hour is busier than another) to 1000")
}

/// Reads a share in percent.
pub fn percent(text: &str) -> Result<f64, String> {
    within(text, 0.0, 100.0, "a percentage from 0 to 100")
}

/// Reads what is to stay free, in percent.
pub fn headroom(text: &str) -> Result<f64, String> {
    within(text, 0.0, 90.0, "a percentage from 0 to 90")
}

/// Reads the memory of a worker.
pub fn gigabytes(text: &str) -> Result<f64, String> {
    within(text, 1.0, 10_000.0, "a number of GB from 1 to 10000")
}

/// Reads what a broker carries.
pub fn megabytes(text: &str) -> Result<f64, String> {
    within(text, 1.0, 1_000_000.0, "a number of MB a second from 1 to 1000000")
}

/// Reads after how long a worker commits; in seconds.
pub fn commit_interval(text: &str) -> Result<f64, String> {
    let span = parse_duration(text).ok().filter(|span| (1..=2_000).contains(&span.0));
    let seconds = span.map(|span| span.0 as f64 / 1_000.0);
    seconds.ok_or_else(|| "not a time from 1ms to 2s such as 100ms".to_owned())
}

fn within(text: &str, least: f64, most: f64, what: &str) -> Result<f64, String> {
    let number = decimal(text).filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("not {what}"))
}

/// A number without a sign: no word such as `inf` is one.
fn decimal(text: &str) -> Option<f64> {
    let digits = text.replace('_', "");
    let begins = digits.starts_with(|first: char| first.is_ascii_digit());
    digits.parse().ok().filter(|number: &f64| begins && number.is_finite())
}

/// An amount in few characters: 2B, 1.5M, 86,400.
pub fn amount_of(number: f64) -> String {
    let short = LARGE.iter().find_map(|(suffix, times)| {
        let tenths = number / times * 10.0;
        (number >= *times && *times > 1e3 && tenths.fract() == 0.0)
            .then(|| format!("{}{suffix}", number / times))
    });
    short.unwrap_or_else(|| count_of(number))
}

/// A count, or a rate; small ones with a tenth.
pub fn count_of(number: f64) -> String {
    if number < 99.95 && number.fract() != 0.0 {
        return format!("{number:.1}");
    }
    thousands(number.round() as u64)
}

/// Bytes, in three digits.
pub fn bytes_of(bytes: f64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let mut number = bytes;
    let mut unit = "B";
    for larger in units {
        unit = larger;
        if number < 999.5 {
            break;
        }
        if larger != "EB" {
            number /= 1e3;
        }
    }
    let digits = if number >= 99.95 || unit == "B" {
        0
    } else if number >= 9.995 {
        1
    } else {
        2
    };
    format!("{number:.digits$} {unit}")
}

/// A length of time, in two units at most.
pub fn time_of(seconds: f64) -> String {
    if seconds < 0.1 {
        return "under 0.1 s".to_owned();
    }
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    let (large, small) = match whole {
        0..60 => ((whole, "s"), (0, "")),
        60..3_600 => ((whole / 60, "min"), (whole % 60, "s")),
        3_600..86_400 => ((whole / 3_600, "h"), (whole % 3_600 / 60, "min")),
        _ => ((whole / 86_400, "d"), (whole % 86_400 / 3_600, "h")),
    };
    match small {
        (0, _) => format!("{} {}", thousands(large.0), large.1),
        (count, unit) => format!("{} {} {count} {unit}", thousands(large.0), large.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, number) in [
            ("0", 0),
            ("250000", 250_000),
            ("250_000", 250_000),
            ("250k", 250_000),
            ("1.5M", 1_500_000),
            ("10m", 10_000_000),
            ("2B", 2_000_000_000),
            ("2e9", 2_000_000_000),
            ("1T", 1_000_000_000_000),
            ("1000T", 1_000_000_000_000_000),
        ] {
            assert_eq!(amount(text), Ok(number), "{text}");
        }
        for text in [
            "", "k", "-1", "+1", "1.5", "1,5M", "ten", "inf", "NaN", "1e400", "1001T", "10 M",
            "2G", "1é",
        ] {
            let told = amount(text).err().unwrap_or_default();
            assert!(told.starts_with("not a number from 0 to 1000T such as"), "{text}: {told}");
        }
    }

    #[test]
    fn shares_and_factors_have_ends() {
        assert_eq!((peak("1"), peak("2.5"), percent("0")), (Ok(1.0), Ok(2.5), Ok(0.0)));
        for told in [peak("0.99"), peak("-3"), percent("101"), headroom("100"), gigabytes("0")] {
            assert!(told.is_err(), "{told:?}");
        }
    }

    #[test]
    fn figures_are_short() {
        for (number, shown) in [
            (2e9, "2B"),
            (1.5e6, "1.5M"),
            (86_400.0, "86,400"),
            (1_234_567.0, "1,234,567"),
            (0.0, "0"),
        ] {
            assert_eq!(amount_of(number), shown);
        }
        for (number, shown) in
            [(0.0, "0"), (0.24, "0.2"), (11.64, "11.6"), (116.4, "116"), (3_472_222.2, "3,472,222")]
        {
            assert_eq!(count_of(number), shown);
        }
        for (bytes, shown) in [
            (0.0, "0 B"),
            (330.0, "330 B"),
            (999.6, "1.00 kB"),
            (5.066e9, "5.07 GB"),
            (99.96e6, "100 MB"),
            (1e30, "1000000000000 EB"),
        ] {
            assert_eq!(bytes_of(bytes), shown);
        }
        for (seconds, shown) in [
            (0.0, "under 0.1 s"),
            (3.24, "3.2 s"),
            (59.6, "1 min"),
            (260.0, "4 min 20 s"),
            (90_909.0, "1 d 1 h"),
            (1e30, "213,503,982,334,601 d 7 h"),
        ] {
            assert_eq!(time_of(seconds), shown);
        }
    }
}
