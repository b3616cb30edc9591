//! The forms of single settings: how each is read, from a TOML value or from the text of a variable or a flag, and
//! how it is written as TOML.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use firstword_policy::{Value, What, did_you_mean, one_of, parse_duration, wrong_type};
use firstword_rules::Span;
use toml::de::DeValue;

/// What is wrong with a value, and what to do about it.
pub type Wrong = (What, Option<String>);

/// A value as it was given.
#[derive(Clone, Copy)]
pub enum Given<'g> {
    /// In the file.
    Toml(&'g Value<'g>),
    /// By a variable or a flag.
    Text(&'g str),
}

impl<'g> Given<'g> {
    fn text(self, expected: &'static str, hint: &str) -> Result<&'g str, Wrong> {
        match self {
            Given::Text(text) => Ok(text),
            Given::Toml(value) => value
                .get_ref()
                .as_str()
                .ok_or_else(|| (wrong_type(expected, value), Some(hint.to_owned()))),
        }
    }
}

/// The form of a setting.
pub trait Form {
    /// What a setting of this form is.
    type Value;

    /// Reads a value.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(&self, given: Given<'_>) -> Result<Self::Value, Wrong>;

    /// Writes a value as TOML.
    fn show(&self, value: &Self::Value) -> String;
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Text that `fits`, else is not `name`.
pub struct Text {
    /// What it is, with its article.
    pub name: &'static str,
    /// How it is written.
    pub hint: &'static str,
    /// Whether a text is one.
    pub fits: fn(&str) -> bool,
}

impl Form for Text {
    type Value = String;

    fn read(&self, given: Given<'_>) -> Result<String, Wrong> {
        let text = given.text(self.name, self.hint)?;
        if (self.fits)(text) {
            return Ok(text.to_owned());
        }
        Err((What::NotA { value: text.into(), expected: self.name }, Some(self.hint.into())))
    }

    fn show(&self, value: &String) -> String {
        quoted(value)
    }
}

/// Something that is not shown, not even where it is wrong.
pub struct Secret;

impl Form for Secret {
    type Value = String;

    fn read(&self, given: Given<'_>) -> Result<String, Wrong> {
        given.text("a secret in quotes", "it is text").map(ToOwned::to_owned)
    }

    fn show(&self, _: &String) -> String {
        "\"********\"".to_owned()
    }
}

/// The path of a file or of a folder.
pub struct Place;

impl Form for Place {
    type Value = PathBuf;

    fn read(&self, given: Given<'_>) -> Result<PathBuf, Wrong> {
        let text = given.text("a path", "a path in quotes")?;
        match text {
            "" => Err((What::NotA { value: String::new(), expected: "a path" }, None)),
            text => Ok(text.into()),
        }
    }

    fn show(&self, value: &PathBuf) -> String {
        quoted(&value.to_string_lossy())
    }
}

/// A whole number within a range.
pub struct Number(pub RangeInclusive<i64>);

impl Form for Number {
    type Value = i64;

    fn read(&self, given: Given<'_>) -> Result<i64, Wrong> {
        const NAME: &str = "a whole number";
        let Number(range) = self;
        let hint = || Some(format!("{} to {}", range.start(), range.end()));
        let (shown, number) = match given {
            Given::Text(text) => {
                let integer = !text.is_empty()
                    && text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
                if !integer {
                    return Err((What::NotA { value: text.into(), expected: NAME }, hint()));
                }
                (text.to_owned(), text.parse().ok())
            }
            Given::Toml(value) => {
                let DeValue::Integer(integer) = value.get_ref() else {
                    return Err((wrong_type(NAME, value), hint()));
                };
                let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
                (integer.to_string(), number)
            }
        };
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            let (least, most) = (*range.start(), *range.end());
            (What::OutOfRange { value: shown, least, most }, None)
        })
    }

    fn show(&self, value: &i64) -> String {
        value.to_string()
    }
}

/// `true` or `false`.
pub struct Flag;

impl Form for Flag {
    type Value = bool;

    fn read(&self, given: Given<'_>) -> Result<bool, Wrong> {
        const NAME: &str = "a boolean";
        let hint = || Some("`true` or `false`".to_owned());
        match given {
            Given::Text("true") => Ok(true),
            Given::Text("false") => Ok(false),
            Given::Text(text) => Err((What::NotA { value: text.into(), expected: NAME }, hint())),
            Given::Toml(value) => {
                value.get_ref().as_bool().ok_or_else(|| (wrong_type(NAME, value), hint()))
            }
        }
    }

    fn show(&self, value: &bool) -> String {
        value.to_string()
    }
}

/// A length of time within a range, written as in a policy: `10s`.
pub struct Time(pub RangeInclusive<Duration>);

impl Form for Time {
    type Value = Duration;

    fn read(&self, given: Given<'_>) -> Result<Duration, Wrong> {
        let Time(range) = self;
        let hint =
            "a whole number and a unit (`ms`, `s`, `m`, `h` or `d`) in quotes, such as \"10s\"";
        let text = given.text("a duration", hint)?;
        let span = parse_duration(text)?;
        let time = Duration::from_millis(span.0.unsigned_abs());
        if range.contains(&time) {
            return Ok(time);
        }
        let hint = format!("{} to {}", self.show(range.start()), self.show(range.end()));
        let what = What::NotA { value: text.into(), expected: "a duration that is allowed here" };
        Err((what, Some(hint)))
    }

    fn show(&self, value: &Duration) -> String {
        quoted(&Span(value.as_millis() as i64).to_string())
    }
}

/// One of some words.
pub struct Word {
    /// What it is, with its article.
    pub name: &'static str,
    /// The words.
    pub words: &'static [&'static str],
}

impl Form for Word {
    type Value = &'static str;

    fn read(&self, given: Given<'_>) -> Result<&'static str, Wrong> {
        let all = || one_of("one of", self.words.iter().copied());
        let text = given.text(self.name, &all())?;
        self.words.iter().copied().find(|word| *word == text).ok_or_else(|| {
            let hint = did_you_mean(text, self.words.iter().copied()).unwrap_or_else(all);
            (What::NotA { value: text.into(), expected: self.name }, Some(hint))
        })
    }

    fn show(&self, value: &&'static str) -> String {
        quoted(value)
    }
}

/// Where to listen, or nowhere.
pub struct Listen;

impl Form for Listen {
    type Value = Option<SocketAddr>;

    fn read(&self, given: Given<'_>) -> Result<Option<SocketAddr>, Wrong> {
        const NAME: &str = "an address to listen on";
        let hint = "a number and a port, such as \"127.0.0.1:9464\" or \"[::]:9464\", or \"off\"";
        match given.text(NAME, hint)? {
            "off" => Ok(None),
            text => text.parse().map(Some).map_err(|_| {
                (What::NotA { value: text.into(), expected: NAME }, Some(hint.into()))
            }),
        }
    }

    fn show(&self, value: &Option<SocketAddr>) -> String {
        quoted(&value.map_or_else(|| "off".to_owned(), |address| address.to_string()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use toml::de::DeTable;

    use super::*;

    /// What is told of a value that stands in a file, or how it is written.
    fn in_file<F: Form>(form: &F, toml: &str) -> String {
        let text = format!("x = {toml}");
        let table = DeTable::parse(&text).unwrap();
        told(form, Given::Toml(table.get_ref().get("x").unwrap()))
    }

    fn told<F: Form>(form: &F, given: Given<'_>) -> String {
        match form.read(given) {
            Ok(value) => form.show(&value),
            Err((what, None)) => what.to_string(),
            Err((what, Some(hint))) => format!("{what}; {hint}"),
        }
    }

    #[test]
    fn numbers_are_whole_and_within_their_range() {
        let form = Number(1..=256);
        for (toml, expected) in [
            ("4", "4"),
            ("0x10", "16"),
            ("0", "`0` is out of range: 1 to 256"),
            ("99999999999999999999", "`99999999999999999999` is out of range: 1 to 256"),
            ("4.0", "expected a whole number, found a float; 1 to 256"),
            ("'4'", "expected a whole number, found a string; 1 to 256"),
        ] {
            assert_eq!(in_file(&form, toml), expected);
        }
        for (text, expected) in [
            ("4", "4"),
            ("-1", "`-1` is out of range: 1 to 256"),
            ("four", "`four` is not a whole number; 1 to 256"),
            ("", "`` is not a whole number; 1 to 256"),
        ] {
            assert_eq!(told(&form, Given::Text(text)), expected);
        }
    }

    #[test]
    fn durations_have_units_and_a_range() {
        let form = Time(Duration::from_secs(1)..=Duration::from_secs(60));
        for (text, expected) in [
            ("10s", "\"10s\""),
            ("60000ms", "\"1m\""),
            ("61s", "`61s` is not a duration that is allowed here; \"1s\" to \"1m\""),
        ] {
            assert_eq!(told(&form, Given::Text(text)), expected);
        }
        assert!(told(&form, Given::Text("10")).starts_with("`10` is not a duration; a whole"));
        assert!(in_file(&form, "10").starts_with("expected a duration, found an integer; "));
    }

    #[test]
    fn words_addresses_and_flags_say_what_they_could_be() {
        let form = Word { name: "a level", words: &["info", "debug"] };
        assert_eq!(in_file(&form, "'debug'"), "\"debug\"");
        assert_eq!(in_file(&form, "'debgu'"), "`debgu` is not a level; did you mean `debug`?");
        assert_eq!(in_file(&form, "'x'"), "`x` is not a level; one of: `info`, `debug`");
        assert_eq!(told(&Listen, Given::Text("off")), "\"off\"");
        assert_eq!(told(&Listen, Given::Text("[::1]:80")), "\"[::1]:80\"");
        assert!(told(&Listen, Given::Text("9464")).starts_with("`9464` is not an address to "));
        assert_eq!(told(&Flag, Given::Text("true")), "true");
        assert_eq!(told(&Flag, Given::Text("yes")), "`yes` is not a boolean; `true` or `false`");
    }

    #[test]
    fn a_secret_is_never_shown() {
        assert_eq!(in_file(&Secret, "'hunter2'"), "\"********\"");
        assert!(!in_file(&Secret, "12345").contains("12345"));
    }
}
