//! Orders: what a regulator or the operator decrees for a time; they only protect (RULES.md,
//! section 7).

use firstword_rules::{Order, Standing};
use toml::de::DeValue;

use crate::forms::{category, flag, identifier, instant, list, standing};
use crate::places::Places;
use crate::problem::What;
use crate::reader::{Notes, Table};

/// Reads `[[orders]]`.
pub(crate) fn read(file: &Table<'_>, places: &mut Places<'_>, notes: &mut Notes) -> Vec<Order> {
    let known = ["name", "regions", "from", "until", "standing", "data_sharing", "forbid"];
    let tables = file.tables("orders", &known, notes);
    tables.iter().map(|table| order(table, places, notes)).collect()
}

fn order(table: &Table<'_>, places: &mut Places<'_>, notes: &mut Notes) -> Order {
    let name = table.need("name", notes, identifier).unwrap_or_default();
    let regions = table.read("regions", notes, |value, notes| places.some_regions(value, notes));
    let from = table.read("from", notes, instant);
    let until = table.read("until", notes, |value, notes| {
        let until = instant(value, notes)?;
        if from.is_some_and(|from| until <= from) {
            let why = "`until` is not after `from`";
            notes.warning(value.span(), What::NeverApplies(why), None);
        }
        Some(until)
    });
    let standing_full = table.read("standing", notes, |value, notes| {
        let only_full = standing(value, notes)? == Standing::Full;
        if !only_full {
            let hint = Some("the only standing of an order is \"full\"".into());
            notes.error(value.span(), What::OrderMustProtect, hint);
        }
        Some(only_full)
    });
    let no_data_sharing = table.read("data_sharing", notes, |value, notes| {
        let shares = flag(value, notes)?;
        if shares {
            let hint = Some("an order can only say `data_sharing = false`".into());
            notes.error(value.span(), What::OrderMustProtect, hint);
        }
        Some(!shares)
    });
    let forbid = table.read("forbid", notes, |value, notes| {
        if matches!(value.get_ref(), DeValue::Array(items) if items.is_empty()) {
            let why = "no category is forbidden";
            notes.warning(value.span(), What::NeverApplies(why), None);
        }
        list(value, notes, category)
    });
    if ["standing", "data_sharing", "forbid"].iter().all(|key| table.value(key).is_none()) {
        let hint = "write `standing = \"full\"`, `data_sharing = false` or `forbid = [...]`";
        notes.error(table.span(), What::OrderWithoutDecree, Some(hint.into()));
    }
    Order {
        name,
        regions,
        from,
        until,
        standing_full: standing_full.unwrap_or(false),
        no_data_sharing: no_data_sharing.unwrap_or(false),
        forbid: forbid.unwrap_or_default(),
    }
}
