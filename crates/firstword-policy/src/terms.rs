//! Terms versions, what a region gives other values, and stages (RULES.md, section 3).

use std::collections::BTreeSet;
use std::ops::Range;

use firstword_rules::{
    Consequence, Millis, Region, Stage, Standing, Terms, TermsPatch, TermsValues,
};
use toml::de::DeValue;

use crate::countries;
use crate::forms::{duration, flag, identifier, instant, not_a_region, standing};
use crate::places::Places;
use crate::problem::What;
use crate::reader::{Notes, Table, Value, wrong_type};

/// What follows from declining or silence where the file does not say.
pub(crate) const CONSEQUENCE: Consequence = Consequence::Always(Standing::ReplyOnly);

/// A stage, for who wrote none.
const STAGE: &str = "{ after = \"14d\", standing = \"reply_only\" }";

/// Reads `[[terms]]`.
pub(crate) fn read(file: &Table<'_>, places: &Places<'_>, notes: &mut Notes) -> Vec<Terms> {
    let known = ["version", "effective", "on_declined", "on_silence", "data_sharing", "regions"];
    let mut versions: Vec<Terms> = Vec::new();
    let mut spans = Vec::new();
    let mut newest: Option<(Box<str>, Millis)> = None;
    for table in file.tables("terms", &known, notes) {
        let version = table.need("version", notes, |value, notes| {
            let version = identifier(value, notes)?;
            if versions.iter().any(|terms| terms.version == version) {
                let hint = Some("each version once, in the order in which they take effect".into());
                notes.error(value.span(), What::VersionTwice(version.to_string()), hint);
            }
            Some(version)
        });
        let version = version.unwrap_or_default();
        let effective = table.need("effective", notes, |value, notes| {
            let effective = instant(value, notes)?;
            match &newest {
                Some((above, at)) if effective < *at => {
                    let hint = Some("list versions in the order in which they take effect".into());
                    notes.error(value.span(), What::EffectiveBackwards(above.to_string()), hint);
                }
                _ => newest = Some((version.clone(), effective)),
            }
            Some(effective)
        });
        let patch = patch(&table, notes);
        let everywhere = TermsValues {
            effective: effective.unwrap_or(Millis(0)),
            on_declined: patch.on_declined.unwrap_or(CONSEQUENCE),
            on_silence: patch.on_silence.unwrap_or(CONSEQUENCE),
            data_sharing: patch.data_sharing.unwrap_or(false),
            exempt: false,
        };
        spans.push(table.value("version").map_or(table.span(), |value| value.span()));
        versions.push(Terms { version, everywhere, regions: regions(&table, places, notes) });
    }
    if !notes.has_errors() {
        warn_of_hidden(&versions, &spans, notes);
    }
    versions
}

/// The keys that a version and a region's entry share; `effective` of a version is read apart.
fn patch(table: &Table<'_>, notes: &mut Notes) -> TermsPatch {
    TermsPatch {
        effective: None,
        on_declined: table.read("on_declined", notes, consequence),
        on_silence: table.read("on_silence", notes, consequence),
        data_sharing: table.read("data_sharing", notes, flag),
        exempt: None,
    }
}

fn regions(table: &Table<'_>, places: &Places<'_>, notes: &mut Notes) -> Vec<(Region, TermsPatch)> {
    let known = ["effective", "on_declined", "on_silence", "data_sharing", "exempt"];
    let Some(entries) = table
        .value("regions")
        .and_then(|value| Table::any(value, "{ DE = { exempt = true } }", notes))
    else {
        return Vec::new();
    };
    let mut patches = Vec::new();
    for (name, at, value) in entries.entries() {
        let region = Region::parse(name);
        if places.is_group(name) && region.is_none() {
            let hint = Some("an order can name groups".into());
            notes.error(at, What::GroupNotHere(name.into()), hint);
        } else if region.is_none() {
            let (what, hint) = not_a_region(name);
            notes.error(at, what, hint);
        } else {
            countries::warn_if_none(name, at, None, notes);
        }
        let Some(table) = Table::open(value, &known, "{ exempt = true }", notes) else { continue };
        let patch = TermsPatch {
            effective: table.read("effective", notes, instant),
            exempt: table.read("exempt", notes, flag),
            ..patch(&table, notes)
        };
        if table.entries().next().is_none() {
            let why = "the region's entry changes no key";
            notes.warning(table.span(), What::NeverApplies(why), None);
        }
        patches.extend(region.map(|region| (region, patch)));
    }
    patches
}

/// One standing, or stages in ascending order.
fn consequence(value: &Value<'_>, notes: &mut Notes) -> Option<Consequence> {
    let DeValue::Array(items) = value.get_ref() else {
        if value.get_ref().is_str() {
            return standing(value, notes).map(Consequence::Always);
        }
        let hint = format!("one of: `full`, `reply_only`, `suspended`; or [{STAGE}]");
        let what = wrong_type("a standing or stages", value);
        notes.error(value.span(), what, Some(hint));
        return None;
    };
    let mut stages: Vec<(Stage, Range<usize>)> = Vec::new();
    for item in items {
        let Some(table) = Table::open(item, &["after", "standing"], STAGE, notes) else { continue };
        let after = table.need("after", notes, duration);
        let standing = table.need("standing", notes, standing);
        let (Some(after), Some(standing)) = (after, standing) else { continue };
        match stages.last() {
            Some((last, _)) if after < last.after => {
                let span = table.value("after").map_or(item.span(), |value| value.span());
                let hint = Some("write stages in ascending order of `after`".into());
                notes.error(span, What::StagesOutOfOrder, hint);
            }
            Some((last, span)) if after == last.after => {
                let why = "the next stage begins at the same time";
                notes.warning(span.clone(), What::NeverApplies(why), None);
            }
            _ => (),
        }
        stages.push((Stage { after, standing }, item.span()));
    }
    if items.is_empty() {
        let hint = Some("no stage means \"full\" for good".into());
        notes.warning(value.span(), What::NeverApplies("there is no stage"), hint);
    }
    Some(Consequence::Stages(stages.into_iter().map(|(stage, _)| stage).collect()))
}

/// Warns of versions that are in force for nobody, since one listed after them takes effect no
/// later wherever they do.
fn warn_of_hidden(versions: &[Terms], spans: &[Range<usize>], notes: &mut Notes) {
    let named: BTreeSet<Region> =
        versions.iter().flat_map(|terms| &terms.regions).map(|(region, _)| *region).collect();
    let everywhere = || std::iter::once(None).chain(named.iter().copied().map(Some));
    for (index, (terms, span)) in versions.iter().zip(spans).enumerate() {
        let below = versions.get(index + 1..).unwrap_or_default();
        let hider = |region: Option<Region>| {
            let (exempt, effective) = (terms.exempt(region), terms.effective(region));
            below.iter().find(|other| {
                exempt || (!other.exempt(region) && other.effective(region) <= effective)
            })
        };
        if let Some(by) = hider(None)
            && everywhere().all(|region| hider(region).is_some())
        {
            let (version, by) = (terms.version.to_string(), by.version.to_string());
            notes.warning(span.clone(), What::VersionHidden { version, by }, None);
        }
    }
}
