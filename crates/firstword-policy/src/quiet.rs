//! Quiet hours: when businesses must keep still, by local time (RULES.md, section 7).

use firstword_rules::{Category, Hours, QuietHours};

use crate::forms::{category, clock, day, list, time_zone};
use crate::places::Places;
use crate::problem::What;
use crate::reader::{Notes, Table, Value};

/// Reads `[[quiet_hours]]`.
pub(crate) fn read(
    file: &Table<'_>,
    places: &mut Places<'_>,
    notes: &mut Notes,
) -> Vec<QuietHours> {
    let known = ["regions", "categories", "timezone", "from", "to", "days"];
    let tables = file.tables("quiet_hours", &known, notes);
    tables.iter().filter_map(|table| entry(table, places, notes)).collect()
}

fn entry(table: &Table<'_>, places: &mut Places<'_>, notes: &mut Notes) -> Option<QuietHours> {
    let regions = table.need("regions", notes, |value, notes| places.some_regions(value, notes));
    let categories = table.need("categories", notes, |value, notes| {
        warn_if_empty(value, "no category is listed", notes);
        list(value, notes, quiet_category)
    });
    let timezone = table.need("timezone", notes, time_zone);
    let hours = hours(table, notes);
    Some(QuietHours {
        regions: regions?,
        categories: categories?,
        timezone: timezone?,
        hours: hours?,
    })
}

/// A category; warns of `service`, which rows R12 and R13 always decide before quiet hours are
/// asked.
fn quiet_category(value: &Value<'_>, notes: &mut Notes) -> Option<Category> {
    let category = category(value, notes)?;
    if category == Category::Service {
        let hint = "a reply is free at all hours, and what is no reply has no window";
        notes.warning(value.span(), What::ServiceInQuietHours, Some(hint.into()));
    }
    Some(category)
}

fn hours(table: &Table<'_>, notes: &mut Notes) -> Option<Hours> {
    let has = |key| table.value(key).is_some();
    match (has("from") || has("to"), has("days")) {
        (true, true) => {
            notes.error(table.span(), What::TimesAndDays, Some("use two entries".into()))
        }
        (false, false) => notes.error(table.span(), What::NeitherTimesNorDays, None),
        _ => (),
    }
    if has("from") || has("to") {
        let from = table.need("from", notes, clock);
        let to = table.need("to", notes, clock);
        if let (Some(from), Some(to), Some(value)) = (from, to, table.value("to"))
            && from == to
        {
            let hint = Some("for whole days write `days`".into());
            notes.warning(value.span(), What::NeverApplies("`from` equals `to`"), hint);
        }
        return Some(Hours::Daily { from: from?, to: to? });
    }
    let days = table.read("days", notes, |value, notes| {
        warn_if_empty(value, "no day is listed", notes);
        list(value, notes, day)
    });
    days.map(Hours::Days)
}

fn warn_if_empty(value: &Value<'_>, why: &'static str, notes: &mut Notes) {
    if value.get_ref().as_array().is_some_and(|items| items.is_empty()) {
        notes.warning(value.span(), What::NeverApplies(why), None);
    }
}
