//! The forms of single values: identifiers, durations, times, words, regions, lists
//! (POLICY.md).
//!
//! Every reader notes what is wrong and returns `None`; none of them knows which key it reads.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use firstword_rules::{Category, Day, Millis, Region, Span, Standing};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use toml::de::DeValue;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::countries;
use crate::problem::What;
use crate::reader::{Notes, Value, did_you_mean, one_of, wrong_type};

/// The longest duration of a policy.
const LONGEST: Span = Span::days(3660);

/// The content kinds that the engine's own scan finds (EVENTS.md).
const SCANNED: &[&str] =
    &["payment_card", "iban", "national_id", "identity_document", "asks_for_sensitive"];

/// A form of value: what it is called, with its article, and how it is written.
struct Form {
    name: &'static str,
    hint: &'static str,
}

const IDENTIFIER: Form = Form {
    name: "an identifier",
    hint: "1 to 128 bytes of text without white space and control characters",
};
const DURATION: Form = Form {
    name: "a duration",
    hint: "a whole number and a unit (`ms`, `s`, `m`, `h` or `d`) in quotes, such as \"24h\"",
};
const INSTANT: Form = Form {
    name: "a time",
    hint: "a date, a time and an offset without quotes, such as 2021-05-15T00:00:00Z",
};
const CLOCK: Form =
    Form { name: "a time of day", hint: "hours and minutes in quotes, \"00:00\" to \"23:59\"" };
const REGION: Form = Form {
    name: "a region",
    hint: "two capital letters of a country, optionally `-` and one to three capital letters or \
           digits, such as \"FR\" or \"DE-HH\"",
};
const TIME_ZONE: Form = Form {
    name: "a time zone",
    hint: "a name of the IANA time zone database, such as \"Europe/Paris\"",
};

impl Form {
    fn text<'t>(&self, value: &'t Value<'t>, notes: &mut Notes) -> Option<&'t str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            notes.error(value.span(), wrong_type(self.name, value), Some(self.hint.into()));
        }
        text
    }

    fn not(&self, value: &Value<'_>, text: &str, hint: Option<String>, notes: &mut Notes) {
        let what = What::NotA { value: text.into(), expected: self.name };
        notes.error(value.span(), what, Some(hint.unwrap_or_else(|| self.hint.into())));
    }
}

/// `true` or `false`.
pub(crate) fn flag(value: &Value<'_>, notes: &mut Notes) -> Option<bool> {
    let flag = value.get_ref().as_bool();
    if flag.is_none() {
        let hint = Some("`true` or `false`, without quotes".into());
        notes.error(value.span(), wrong_type("a boolean", value), hint);
    }
    flag
}

/// A whole number within `range`.
pub(crate) fn number<T: TryFrom<i64>>(
    range: RangeInclusive<i64>,
) -> impl Fn(&Value<'_>, &mut Notes) -> Option<T> {
    move |value, notes| {
        let Some(integer) = value.get_ref().as_integer() else {
            let hint = format!("{} to {}, without quotes", range.start(), range.end());
            notes.error(value.span(), wrong_type("a whole number", value), Some(hint));
            return None;
        };
        let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let within = number.filter(|number| range.contains(number)).and_then(|n| n.try_into().ok());
        if within.is_none() {
            let (least, most) = (*range.start(), *range.end());
            let what = What::OutOfRange { value: integer.to_string(), least, most };
            notes.error(value.span(), what, None);
        }
        within
    }
}

/// An identifier (EVENTS.md): 1 to 128 bytes without white space and control characters.
pub(crate) fn identifier(value: &Value<'_>, notes: &mut Notes) -> Option<Box<str>> {
    let text = IDENTIFIER.text(value, notes)?;
    if is_identifier(text) {
        return Some(text.into());
    }
    IDENTIFIER.not(value, text, None, notes);
    None
}

/// Whether a key is an identifier.
pub(crate) fn is_identifier(text: &str) -> bool {
    (1..=128).contains(&text.len()) && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// What a key is told that is no identifier.
pub(crate) fn not_an_identifier(key: &str) -> (What, Option<String>) {
    let what = What::NotA { value: key.into(), expected: IDENTIFIER.name };
    (what, Some(IDENTIFIER.hint.into()))
}

/// A duration: a whole number and one unit, at most 3660 days.
pub(crate) fn duration(value: &Value<'_>, notes: &mut Notes) -> Option<Span> {
    let text = DURATION.text(value, notes)?;
    parse_duration(text).map_err(|(what, hint)| notes.error(value.span(), what, hint)).ok()
}

/// A duration from its text, `24h`.
///
/// # Errors
/// What is wrong with it, and what to do: it has another form, or is longer than 3660 days.
pub fn parse_duration(text: &str) -> Result<Span, (What, Option<String>)> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or_default() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => 0,
    };
    if unit == 0 || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let what = What::NotA { value: text.into(), expected: DURATION.name };
        return Err((what, Some(DURATION.hint.into())));
    }
    // A number too large for the type is too long in any unit.
    let span = digits.parse::<i64>().ok().and_then(|count| count.checked_mul(unit)).map(Span);
    span.filter(|span| *span <= LONGEST).ok_or_else(|| (What::TooLong(text.into()), None))
}

/// An offset date-time; finer than 1 ms is cut off, as in events.
pub(crate) fn instant(value: &Value<'_>, notes: &mut Notes) -> Option<Millis> {
    let parts = value.get_ref().as_datetime().map(|at| (at.date, at.time, at.offset));
    let Some((Some(date), Some(time), Some(offset))) = parts else {
        notes.error(value.span(), wrong_type(INSTANT.name, value), Some(INSTANT.hint.into()));
        return None;
    };
    let second = time.second.unwrap_or(0);
    if second > 59 {
        let hint =
            Some("leap seconds have no time of their own: write 59 or the next minute".into());
        INSTANT.not(value, &toml_text(value), hint, notes);
        return None;
    }
    let offset = match offset {
        toml::value::Offset::Z => 0,
        toml::value::Offset::Custom { minutes } => i64::from(minutes),
    };
    let days = days_since_epoch(date.year.into(), date.month.into(), date.day.into());
    let minutes = i64::from(time.hour) * 60 + i64::from(time.minute) - offset;
    let millis = i64::from(second) * 1_000 + i64::from(time.nanosecond.unwrap_or(0) / 1_000_000);
    let at = Millis(days * 86_400_000 + minutes * 60_000 + millis);
    let years = days_since_epoch(0, 1, 1) * 86_400_000..days_since_epoch(10_000, 1, 1) * 86_400_000;
    if !years.contains(&at.0) {
        notes.error(value.span(), What::OutOfTime, None);
        return None;
    }
    Some(at)
}

/// A date-time as TOML writes it.
fn toml_text(value: &Value<'_>) -> String {
    value.get_ref().as_datetime().map(ToString::to_string).unwrap_or_default()
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, in years that begin on 1
/// March.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// A local time `HH:MM`, as minutes since midnight.
pub(crate) fn clock(value: &Value<'_>, notes: &mut Notes) -> Option<u16> {
    let text = CLOCK.text(value, notes)?;
    let two_digits = |part: &str, most: u16| {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten().filter(|number: &u16| *number <= most)
    };
    let minutes = text
        .split_once(':')
        .and_then(|(hours, minutes)| Some(two_digits(hours, 23)? * 60 + two_digits(minutes, 59)?));
    if minutes.is_none() {
        let hint = (text == "24:00").then(|| "midnight is \"00:00\"".into());
        CLOCK.not(value, text, hint, notes);
    }
    minutes
}

/// A region code.
pub(crate) fn region(value: &Value<'_>, notes: &mut Notes) -> Option<Region> {
    let text = REGION.text(value, notes)?;
    let region = Region::parse(text);
    if region.is_none() {
        let (what, hint) = not_a_region(text);
        notes.error(value.span(), what, hint);
    } else {
        countries::warn_if_none(text, value.span(), None, notes);
    }
    region
}

/// What a text is told that is no region.
pub(crate) fn not_a_region(text: &str) -> (What, Option<String>) {
    let hint = match countries::meant(text) {
        Some(region) => format!("did you mean `{region}`?"),
        None => REGION.hint.into(),
    };
    (What::NotA { value: text.into(), expected: REGION.name }, Some(hint))
}

/// A string, and what to call it where it is none.
pub(crate) fn region_or_group<'t>(value: &'t Value<'t>, notes: &mut Notes) -> Option<&'t str> {
    Form { name: "a region or a group", hint: REGION.hint }.text(value, notes)
}

/// A time zone of the database in the program, never of the machine's.
pub(crate) fn time_zone(value: &Value<'_>, notes: &mut Notes) -> Option<TimeZone> {
    static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    let text = TIME_ZONE.text(value, notes)?;
    // The database also answers to `Etc/Unknown`, which is the lack of a zone and has no name.
    let zone = ZONES.get(text).ok().filter(|zone| zone.iana_name().is_some());
    if zone.is_none() {
        let names: Vec<String> = ZONES.available().map(|name| name.as_str().to_owned()).collect();
        let hint = did_you_mean(text, names.iter().map(String::as_str));
        TIME_ZONE.not(value, text, hint, notes);
    }
    zone
}

/// One of the words of an enum.
fn word<T: Copy>(
    name: &'static str,
    all: &'static [T],
    as_str: fn(T) -> &'static str,
) -> impl Fn(&Value<'_>, &mut Notes) -> Option<T> {
    move |value, notes| {
        let words = || all.iter().map(|word| as_str(*word));
        let Some(text) = value.get_ref().as_str() else {
            let hint = one_of("one of", words());
            notes.error(value.span(), wrong_type(name, value), Some(hint));
            return None;
        };
        let found = all.iter().copied().find(|word| as_str(*word) == text);
        if found.is_none() {
            let hint = did_you_mean(text, words()).unwrap_or_else(|| one_of("one of", words()));
            let what = What::NotA { value: text.into(), expected: name };
            notes.error(value.span(), what, Some(hint));
        }
        found
    }
}

/// A standing that terms may lead to; `closed` is not among them.
pub(crate) fn standing(value: &Value<'_>, notes: &mut Notes) -> Option<Standing> {
    const STANDINGS: &[Standing] = &[Standing::Full, Standing::ReplyOnly, Standing::Suspended];
    word("a standing", STANDINGS, Standing::as_str)(value, notes)
}

/// A category, calls among them.
pub(crate) fn category(value: &Value<'_>, notes: &mut Notes) -> Option<Category> {
    word("a category", Category::ALL, Category::as_str)(value, notes)
}

/// A day of the week.
pub(crate) fn day(value: &Value<'_>, notes: &mut Notes) -> Option<Day> {
    word("a day", &Day::ALL, Day::as_str)(value, notes)
}

/// A keyword of which something is left in its one form (EVENTS.md), that is a letter or a
/// digit.
pub(crate) fn keyword(value: &Value<'_>, notes: &mut Notes) -> Option<Box<str>> {
    let hint = "a word or a phrase with at least one letter or digit";
    let text = Form { name: "a keyword", hint }.text(value, notes)?;
    if text.nfkd().any(|c| c.is_alphanumeric() && !is_combining_mark(c)) {
        return Some(text.into());
    }
    notes.error(value.span(), What::NothingLeft(text.into()), Some(hint.into()));
    None
}

/// A content kind. Producers may name kinds of their own, so any identifier is one; warns of what is
/// nearly a kind of the scan, since it would forbid nothing that the scan finds.
pub(crate) fn content_kind(value: &Value<'_>, notes: &mut Notes) -> Option<Box<str>> {
    let kind = identifier(value, notes)?;
    if !SCANNED.contains(&&*kind)
        && let Some(hint) = did_you_mean(&kind, SCANNED.iter().copied())
    {
        notes.warning(value.span(), What::KindNotScanned(kind.to_string()), Some(hint));
    }
    Some(kind)
}

/// A list of values of one form. What is wrong is noted and left out; `None` where it is no list.
pub(crate) fn list<'t, T>(
    value: &'t Value<'t>,
    notes: &mut Notes,
    mut form: impl FnMut(&'t Value<'t>, &mut Notes) -> Option<T>,
) -> Option<Vec<T>> {
    let DeValue::Array(items) = value.get_ref() else {
        notes.error(value.span(), wrong_type("a list", value), Some("put it in [ and ]".into()));
        return None;
    };
    Some(items.iter().filter_map(|item| form(item, notes)).collect())
}
