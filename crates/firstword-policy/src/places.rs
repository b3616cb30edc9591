//! Groups of regions, and the lists that name regions and groups (RULES.md, section 7).

use std::ops::Range;

use firstword_rules::{Group, Region, Regions};

use crate::countries;
use crate::forms::{is_identifier, list, not_a_region, not_an_identifier, region, region_or_group};
use crate::problem::What;
use crate::reader::{Notes, Table, Value, did_you_mean, one_of};

/// The groups of the file, and which of them a list has named so far.
pub(crate) struct Places<'t> {
    groups: Vec<Known<'t>>,
}

/// A group, where its name stands, and whether a list has named it.
struct Known<'t> {
    name: &'t str,
    regions: Vec<Region>,
    at: Range<usize>,
    named: bool,
}

impl<'t> Places<'t> {
    /// Reads `[groups]`. A group with a problem is known all the same, so that no list is blamed
    /// for it.
    pub(crate) fn read(file: &Table<'t>, notes: &mut Notes) -> Places<'t> {
        let table = file
            .value("groups")
            .and_then(|value| Table::any(value, "{ nordics = [\"DK\", \"SE\"] }", notes));
        let names: Vec<&str> =
            table.iter().flat_map(Table::entries).map(|(name, ..)| name).collect();
        let mut groups = Vec::new();
        for (name, at, value) in table.iter().flat_map(Table::entries) {
            if !is_identifier(name) {
                let (what, hint) = not_an_identifier(name);
                notes.error(at.clone(), what, hint);
            } else if name.chars().any(char::is_uppercase) {
                let hint = Some(format!("did you mean `{}`?", name.to_lowercase()));
                notes.error(at.clone(), What::GroupNotLowerCase(name.into()), hint);
            }
            let member = |value: &Value<'_>, notes: &mut Notes| match value.get_ref().as_str() {
                Some(text) if names.contains(&text) && Region::parse(text).is_none() => {
                    notes.error(value.span(), What::GroupNotHere(text.into()), None);
                    None
                }
                _ => region(value, notes),
            };
            let regions = list(value, notes, member).unwrap_or_default();
            if value.get_ref().as_array().is_some_and(|items| items.is_empty()) {
                let why = "the group holds no region";
                notes.warning(value.span(), What::NeverApplies(why), None);
            }
            groups.push(Known { name, regions, at, named: false });
        }
        Places { groups }
    }

    /// A list of regions and groups.
    pub(crate) fn regions(&mut self, value: &Value<'_>, notes: &mut Notes) -> Option<Regions> {
        let mut regions = Regions::default();
        list(value, notes, |item, notes| {
            let text = region_or_group(item, notes)?;
            if let Some(group) = self.groups.iter_mut().find(|group| group.name == text) {
                group.named = true;
                regions.groups.push(text.into());
                regions.grouped.extend(&group.regions);
            } else if let Some(region) = Region::parse(text) {
                let group = text.to_lowercase();
                let hint = self.is_group(&group).then(|| format!("did you mean `{group}`?"));
                countries::warn_if_none(text, item.span(), hint, notes);
                regions.listed.push(region);
            } else {
                let (what, hint) = self.neither(text);
                notes.error(item.span(), what, hint);
            }
            Some(())
        })?;
        Some(regions)
    }

    /// As [`Places::regions`], where an empty list means that an entry never applies.
    pub(crate) fn some_regions(&mut self, value: &Value<'_>, notes: &mut Notes) -> Option<Regions> {
        if value.get_ref().as_array().is_some_and(|items| items.is_empty()) {
            let why = "no region is listed";
            notes.warning(value.span(), What::NeverApplies(why), None);
        }
        self.regions(value, notes)
    }

    /// Whether the file has a group of this name.
    pub(crate) fn is_group(&self, name: &str) -> bool {
        self.groups.iter().any(|group| group.name == name)
    }

    /// What a text is told that is neither a region nor a group.
    fn neither(&self, text: &str) -> (What, Option<String>) {
        let names = || self.groups.iter().map(|group| group.name);
        let meant = did_you_mean(text, names());
        let region = countries::meant(text).is_some();
        if meant.is_none() && (region || text.chars().any(char::is_uppercase)) {
            return not_a_region(text);
        }
        let hint = meant.unwrap_or_else(|| match self.groups.is_empty() {
            // Of the form of a country that there is none of: `eu`.
            _ if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase()) => {
                format!("make one under [groups], such as {text} = [\"FR\", \"DE\"]")
            }
            true => "there are no [groups]; regions are written as \"FR\" or \"DE-HH\"".into(),
            false => one_of("groups here", names()),
        });
        (What::UnknownGroup(text.into()), Some(hint))
    }

    /// The groups; warns of those that no list has named.
    pub(crate) fn into_groups(self, notes: &mut Notes) -> Vec<Group> {
        let groups = self.groups.into_iter().map(|Known { name, regions, at, named }| {
            if !named {
                notes.warning(at, What::GroupUnused(name.into()), None);
            }
            Group { name: name.into(), regions }
        });
        groups.collect()
    }
}
