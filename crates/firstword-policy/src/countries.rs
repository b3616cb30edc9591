//! Which codes are those of countries (ISO 3166-1), and what was meant by one that is none.
//!
//! A code of the right form that no country has is a warning and no error: a platform may locate
//! people in places of its own, and the standard changes.

use std::ops::Range;

use firstword_rules::Region;

use crate::problem::What;
use crate::reader::Notes;

/// The officially assigned codes of two letters, sorted.
static COUNTRIES: &[&str] = &[
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ",
    "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS",
    "BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN",
    "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE",
    "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF",
    "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM",
    "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM",
    "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC",
    "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK",
    "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA",
    "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG",
    "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW",
    "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS",
    "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO",
    "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI",
    "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW",
];

/// Codes that are often written for another: the standard reserves them and assigns them to nobody.
const INSTEAD: &[(&str, &str)] = &[("EL", "GR"), ("UK", "GB")];

/// What to do about a code that no country has.
const ONE_COUNTRY: &str = "the code of one country; several make a group under [groups]";

/// Whether the standard assigns the code, or leaves it to its users (`XK` is one in wide use).
fn is_known(country: &str) -> bool {
    let of_users = match country.as_bytes() {
        [b'Q', second] => (b'M'..=b'Z').contains(second),
        [b'X', _] | b"AA" | b"ZZ" => true,
        _ => false,
    };
    of_users || is_country(country)
}

fn is_country(code: &str) -> bool {
    COUNTRIES.binary_search(&code).is_ok()
}

/// The region that was probably meant: in capital letters, and of a country that there is.
pub(crate) fn meant(text: &str) -> Option<String> {
    // A text longer than any region is none in capitals either.
    let upper = (text.len() <= 6).then(|| text.to_ascii_uppercase())?;
    Region::parse(&upper)?;
    let (written, part) = upper.split_at_checked(2)?;
    let instead = INSTEAD.iter().find(|(other, _)| *other == written);
    let country = instead.map_or(written, |(_, country)| *country);
    is_country(country).then(|| format!("{country}{part}"))
}

/// Warns of a region whose country is none. `hint` goes before what else could be said.
pub(crate) fn warn_if_none(
    region: &str,
    at: Range<usize>,
    hint: Option<String>,
    notes: &mut Notes,
) {
    let country = region.get(..2).unwrap_or_default();
    if !is_known(country) {
        let meant = || meant(region).map(|region| format!("did you mean `{region}`?"));
        let hint = hint.or_else(meant).unwrap_or_else(|| ONE_COUNTRY.into());
        notes.warning(at, What::NoCountry(country.into()), Some(hint));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The search needs the order, and the number is that of the standard.
    #[test]
    fn the_codes_are_sorted_and_all_there() {
        assert!(COUNTRIES.is_sorted_by(|code, next| code < next));
        assert!(COUNTRIES.iter().all(|code| code.len() == 2 && Region::parse(code).is_some()));
        assert_eq!(COUNTRIES.len(), 249);
        assert!(INSTEAD.iter().all(|(other, code)| !is_known(other) && is_country(code)));
    }

    #[test]
    fn what_is_meant_is_a_region_of_a_country() {
        let meant: Vec<Option<String>> =
            ["fr", "de-hh", "uk", "UK-eng", "eu", "EU", "xk", "north", "f\u{fc}"].map(meant).into();
        let regions = ["FR", "DE-HH", "GB", "GB-ENG"].map(|code| Some(code.to_owned()));
        assert_eq!(meant, [regions.as_slice(), &[const { None }; 5]].concat());
    }

    #[test]
    fn codes_of_users_are_known_and_codes_of_nobody_are_not() {
        assert!(["XK", "XZ", "AA", "QM", "QZ", "ZZ", "FR"].iter().all(|code| is_known(code)));
        assert!(!["EU", "UK", "QL", "ZX", "AB"].iter().any(|code| is_known(code)));
    }
}
