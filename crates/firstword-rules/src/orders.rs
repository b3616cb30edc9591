//! Orders and quiet hours: what holds for a time where a person is (RULES.md, section 7).

use jiff::Timestamp;

use crate::{Category, Day, Hours, Millis, Nearness, Order, Policy, QuietHours, Region, Span};

/// The orders that hold for a person at a time. For a person without a region these are the orders for everyone.
pub(crate) fn holding(
    policy: &Policy,
    region: Option<Region>,
    at: Millis,
) -> impl Iterator<Item = &Order> {
    policy.orders.iter().filter(move |order| in_time(order, at) && names(order, region))
}

/// Whether an order with `data_sharing = false` holds. "For a person without a region, every order with
/// `data_sharing = false` whose time holds does so as to that."
pub(crate) fn forbid_sharing(policy: &Policy, region: Option<Region>, at: Millis) -> bool {
    policy.orders.iter().any(|order| {
        order.no_data_sharing && in_time(order, at) && (region.is_none() || names(order, region))
    })
}

/// The order that forbids a category, if one holds.
pub(crate) fn forbidding(
    policy: &Policy,
    region: Option<Region>,
    category: Category,
    at: Millis,
) -> Option<&Order> {
    holding(policy, region, at).find(|order| order.forbid.contains(&category))
}

fn in_time(order: &Order, at: Millis) -> bool {
    order.from.is_none_or(|from| from <= at) && order.until.is_none_or(|until| at < until)
}

fn names(order: &Order, region: Option<Region>) -> bool {
    match (&order.regions, region) {
        (None, _) => true,
        (Some(regions), Some(region)) => regions.names(region),
        (Some(_), None) => false,
    }
}

/// The quiet-hours entry that holds for a category at a time. "Of the entries for the category those count that
/// list P's region itself; if there are none, those that list its country; if there are none, those that list a
/// group with either. They hold at t when any of those does."
pub(crate) fn quiet(
    policy: &Policy,
    region: Option<Region>,
    category: Category,
    at: Millis,
) -> Option<&QuietHours> {
    let region = region?;
    let entries = || {
        let for_category =
            policy.quiet_hours.iter().filter(|entry| entry.categories.contains(&category));
        for_category.filter_map(|entry| Some((entry.regions.nearness(region)?, entry)))
    };
    let nearest: Nearness = entries().map(|(nearness, _)| nearness).min()?;
    entries()
        .find(|(nearness, entry)| *nearness == nearest && is_quiet(entry, at))
        .map(|(_, entry)| entry)
}

impl Policy {
    /// The first instant from `at` on, and before `end`, at which no quiet hours hold for a category where a person
    /// is; nothing where they hold all the while (row R18).
    pub fn quiet_until(
        &self,
        region: Option<Region>,
        category: Category,
        at: Millis,
        end: Millis,
    ) -> Option<Millis> {
        let mut now = at;
        while now < end {
            let Some(entry) = quiet(self, region, category, now) else { return Some(now) };
            now = entry.next_change(now);
        }
        None
    }
}

impl QuietHours {
    /// The first instant after `at` at which the entry can begin or cease to hold: its clock strikes an hour of its
    /// own, or midnight, or is set. Up to then local time runs on evenly, so nothing about it changes.
    fn next_change(&self, at: Millis) -> Millis {
        const DAY: i64 = 86_400_000;
        let never = Millis(i64::MAX);
        let Ok(instant) = Timestamp::from_millisecond(at.0) else { return never };
        let local = self.timezone.to_datetime(instant).time();
        let of_day = local.duration_since(jiff::civil::Time::midnight()).as_millis() as i64;
        // From 1 ms to a day: an hour that strikes just now strikes again tomorrow.
        let strikes_in =
            |minute: u16| (i64::from(minute) * 60_000 - of_day - 1).rem_euclid(DAY) + 1;
        let strikes = match self.hours {
            Hours::Daily { from, to } => strikes_in(from).min(strikes_in(to)),
            Hours::Days(_) => strikes_in(0),
        };
        let set = self.timezone.following(instant).next();
        let set = set.map_or(never, |change| Millis(change.timestamp().as_millisecond()));
        (at + Span(strikes)).min(set)
    }
}

fn is_quiet(entry: &QuietHours, at: Millis) -> bool {
    let Ok(instant) = Timestamp::from_millisecond(at.0) else { return false };
    let local = entry.timezone.to_datetime(instant);
    match &entry.hours {
        Hours::Daily { from, to } => {
            let minute = local.hour() as u16 * 60 + local.minute() as u16;
            if from <= to {
                (*from..*to).contains(&minute)
            } else {
                minute >= *from || minute < *to
            }
        }
        Hours::Days(days) => {
            let today = usize::from(local.weekday().to_monday_zero_offset().unsigned_abs());
            Day::ALL.get(today).is_some_and(|today| days.contains(today))
        }
    }
}
