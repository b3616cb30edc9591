//! Regions of people, in the form of ISO 3166, and what it means that a list names one (RULES.md, section 7).

use std::fmt;

/// A region code: two capital letters, optionally `-` and one to three capital letters or digits.
///
/// Ordered as its bytes, which is the order in which the rules prefer one of two regions as old.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region([u8; 6]);

impl Region {
    /// Reads a code such as `FR` or `DE-HH`; `None` where it is not of that form.
    pub fn parse(text: &str) -> Option<Region> {
        let bytes = text.as_bytes();
        let well_formed = match bytes {
            [a, b] => a.is_ascii_uppercase() && b.is_ascii_uppercase(),
            [a, b, b'-', rest @ ..] => {
                a.is_ascii_uppercase()
                    && b.is_ascii_uppercase()
                    && (1..=3).contains(&rest.len())
                    && rest.iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
            }
            _ => false,
        };
        let mut code = [0; 6];
        code.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        well_formed.then_some(Region(code))
    }

    /// The country of a subdivision; a country is its own.
    pub fn country(self) -> Region {
        let [a, b, ..] = self.0;
        Region([a, b, 0, 0, 0, 0])
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        self.0.get(..end).and_then(|code| std::str::from_utf8(code).ok()).unwrap_or_default()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How closely a list names a region, the closest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Nearness {
    /// The list holds the region itself.
    Itself,
    /// The list holds its country.
    Country,
    /// A group in the list holds one of the two.
    Group,
}

/// A policy's list of regions and groups.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Regions {
    /// The regions that the list itself holds, in its order.
    pub listed: Vec<Region>,
    /// The names of the groups in the list, in its order.
    pub groups: Vec<Box<str>>,
    /// The regions of those groups.
    pub grouped: Vec<Region>,
}

impl Regions {
    /// How the list names `region`, the closest way; `None` where it does not.
    pub fn nearness(&self, region: Region) -> Option<Nearness> {
        let country = region.country();
        if self.listed.contains(&region) {
            Some(Nearness::Itself)
        } else if self.listed.contains(&country) {
            Some(Nearness::Country)
        } else if self.grouped.iter().any(|held| *held == region || *held == country) {
            Some(Nearness::Group)
        } else {
            None
        }
    }

    /// "A list of regions **names** a person's region when it holds the region itself, its country, or a
    /// group of the policy that holds one of the two."
    pub fn names(&self, region: Region) -> bool {
        self.nearness(region).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_form_of_iso_3166_is_a_region() {
        for good in ["FR", "DE-HH", "US-CA", "FR-974", "GB-E"] {
            assert_eq!(Region::parse(good).map(|region| region.to_string()).as_deref(), Some(good));
        }
        for bad in ["", "F", "fr", "FRA", "FR-", "FR-ABCD", "FR-ab", "FR_75", "F1", "FR- 1"] {
            assert_eq!(Region::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn regions_are_ordered_as_their_bytes() {
        let mut codes = ["US-CA", "DE", "FR-974", "DE-HH", "DE-B"];
        let mut regions = codes.map(Region::parse);
        codes.sort_unstable();
        regions.sort_unstable();
        assert_eq!(regions, codes.map(Region::parse));
    }

    #[test]
    fn a_list_names_a_region_by_itself_its_country_or_a_group() {
        let region = |code| Region::parse(code).into_iter();
        let list = Regions {
            listed: region("DE-HH").chain(region("FR")).collect(),
            groups: vec!["north".into()],
            grouped: region("DE").chain(region("US-CA")).collect(),
        };
        let nearness = |code| Region::parse(code).and_then(|region| list.nearness(region));
        assert_eq!(nearness("DE-HH"), Some(Nearness::Itself));
        assert_eq!(nearness("FR-974"), Some(Nearness::Country));
        assert_eq!(nearness("DE"), Some(Nearness::Group));
        assert_eq!(nearness("DE-B"), Some(Nearness::Group));
        assert_eq!(nearness("US"), None);
    }
}
