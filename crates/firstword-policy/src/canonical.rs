//! The one text that stands for a policy, and its fingerprint.
//!
//! Two files that differ in comments, layout, defaults written out or left out, repeats in a list,
//! or in an order that means nothing have one canonical form. What keeps its order: terms versions
//! and stages. All else is sorted. Not looked through: a group in place of the regions it holds,
//! one entry split into two, another name of a time zone, and keywords that differ in case or
//! accents. These are different files.

use std::fmt::Write;

use firstword_rules::{
    Consequence, Hours, Order, Policy, Purposes, QuietHours, Regions, Span, Standing, Terms,
    TermsPatch,
};
use sha2::{Digest, Sha256};

/// The policy as a TOML file with every value filled in and one order.
///
/// Parsing it gives the same policy, and the canonical form of that is the same text, byte for
/// byte. The label is no part of it. A time zone without a name, which no file can give, is written
/// as `Etc/Unknown`.
pub fn canonical(policy: &Policy) -> String {
    let mut policy = policy.clone();
    put_in_order(&mut policy);
    text_of(&policy)
}

/// Puts a policy in its one order and sets its label.
pub(crate) fn seal(policy: &mut Policy) {
    put_in_order(policy);
    policy.label = label(&policy.name, &text_of(policy));
}

/// The name, `@`, and the first 12 hex digits of the SHA-256 of the canonical form.
fn label(name: &str, canonical: &str) -> Box<str> {
    let digest = Sha256::digest(canonical.as_bytes());
    let mut label = format!("{name}@");
    for byte in digest.iter().take(6) {
        // Writing to a string cannot fail.
        let _ = write!(label, "{byte:02x}");
    }
    label.into()
}

fn sort<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}

/// Sorts what has no order and drops what says nothing.
fn put_in_order(policy: &mut Policy) {
    for terms in &mut policy.terms {
        simplify(&mut terms.everywhere.on_declined);
        simplify(&mut terms.everywhere.on_silence);
        for (_, patch) in &mut terms.regions {
            patch.on_declined.iter_mut().for_each(simplify);
            patch.on_silence.iter_mut().for_each(simplify);
        }
        terms.regions.retain(|(_, patch)| *patch != TermsPatch::default());
        terms.regions.sort_by_key(|(region, _)| *region);
    }
    policy.groups.iter_mut().for_each(|group| sort(&mut group.regions));
    policy.groups.sort_by(|a, b| a.name.cmp(&b.name));
    for order in &mut policy.orders {
        sort(&mut order.forbid);
        order.regions.iter_mut().for_each(sort_regions);
    }
    policy.orders.sort_by_cached_key(order_text);
    policy.orders.dedup();
    for sector in &mut policy.sectors {
        let (Purposes::Allow(purposes) | Purposes::Deny(purposes)) = &mut sector.purposes;
        sort(purposes);
    }
    policy.sectors.sort_by(|a, b| a.name.cmp(&b.name));
    sort(&mut policy.forbidden_content);
    for quiet in &mut policy.quiet_hours {
        sort(&mut quiet.categories);
        sort_regions(&mut quiet.regions);
        if let Hours::Days(days) = &mut quiet.hours {
            sort(days);
        }
    }
    policy.quiet_hours.sort_by_cached_key(quiet_text);
    policy.quiet_hours.dedup_by_key(|quiet| quiet_text(quiet));
    sort(&mut policy.keywords.opt_out);
    sort(&mut policy.keywords.opt_in);
    policy.limits.marketing.iter_mut().for_each(|cap| sort_regions(&mut cap.except));
}

fn sort_regions(regions: &mut Regions) {
    sort(&mut regions.listed);
    sort(&mut regions.groups);
    sort(&mut regions.grouped);
}

/// Writes stages that are no stages as the one standing that they mean.
fn simplify(consequence: &mut Consequence) {
    let Consequence::Stages(stages) = &*consequence else { return };
    match stages.as_slice() {
        [] => *consequence = Consequence::Always(Standing::Full),
        [only] if only.after == Span(0) => *consequence = Consequence::Always(only.standing),
        _ => (),
    }
}

/// Lines of TOML.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn header(&mut self, header: &str) {
        self.0.push('\n');
        self.0.push_str(header);
        self.0.push('\n');
    }

    fn line(&mut self, key: &str, value: impl std::fmt::Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{key} = {value}");
    }
}

fn text_of(policy: &Policy) -> String {
    let mut out = Lines::default();
    out.line("name", string(&policy.name));
    out.header("[conversation]");
    out.line("reply_window", span(policy.reply_window));
    out.line("idle", span(policy.idle));
    policy.terms.iter().for_each(|terms| write_terms(&mut out, terms));
    if !policy.groups.is_empty() {
        out.header("[groups]");
        for group in &policy.groups {
            let regions = strings(group.regions.iter().map(|region| region.as_str()));
            out.line(&key(&group.name), regions);
        }
    }
    policy.orders.iter().for_each(|order| out.0.push_str(&order_text(order)));
    out.header("[business]");
    out.line("require_opt_in", policy.require_opt_in);
    out.line("erase_within", span(policy.erase_within));
    for sector in &policy.sectors {
        out.header(&format!("[sectors.{}]", key(&sector.name)));
        let (word, purposes) = match &sector.purposes {
            Purposes::Deny(purposes) => ("deny", purposes),
            Purposes::Allow(purposes) => ("allow", purposes),
        };
        out.line(word, texts(purposes));
    }
    out.header("[content]");
    out.line("forbidden", texts(&policy.forbidden_content));
    policy.quiet_hours.iter().for_each(|quiet| out.0.push_str(&quiet_text(quiet)));
    out.header("[keywords]");
    out.line("opt_out", texts(&policy.keywords.opt_out));
    out.line("opt_in", texts(&policy.keywords.opt_in));
    write_limits(&mut out, policy);
    if let Some(hold) = policy.doubt_hold {
        out.header("[doubt]");
        out.line("hold", span(hold));
    }
    out.header("[stream]");
    out.line("max_skew", span(policy.max_skew));
    out.0
}

fn write_terms(out: &mut Lines, terms: &Terms) {
    out.header("[[terms]]");
    out.line("version", string(&terms.version));
    out.line("effective", terms.everywhere.effective);
    out.line("on_declined", consequence(&terms.everywhere.on_declined));
    out.line("on_silence", consequence(&terms.everywhere.on_silence));
    out.line("data_sharing", terms.everywhere.data_sharing);
    for (region, patch) in &terms.regions {
        let TermsPatch { effective, on_declined, on_silence, data_sharing, exempt } = patch;
        out.header(&format!("[terms.regions.{region}]"));
        effective.iter().for_each(|at| out.line("effective", at));
        on_declined.iter().for_each(|stages| out.line("on_declined", consequence(stages)));
        on_silence.iter().for_each(|stages| out.line("on_silence", consequence(stages)));
        data_sharing.iter().for_each(|shares| out.line("data_sharing", shares));
        exempt.iter().for_each(|exempt| out.line("exempt", exempt));
    }
}

fn order_text(order: &Order) -> String {
    let Order { name, regions, from, until, standing_full, no_data_sharing, forbid } = order;
    let mut out = Lines::default();
    out.header("[[orders]]");
    out.line("name", string(name));
    regions.iter().for_each(|regions| out.line("regions", regions_text(regions)));
    from.iter().for_each(|at| out.line("from", at));
    until.iter().for_each(|at| out.line("until", at));
    if *standing_full {
        out.line("standing", string("full"));
    }
    if *no_data_sharing {
        out.line("data_sharing", false);
    }
    // An order without a decree is no order: an empty list says so where nothing else does.
    if !forbid.is_empty() || !(*standing_full || *no_data_sharing) {
        out.line("forbid", strings(forbid.iter().map(|category| category.as_str())));
    }
    out.0
}

fn quiet_text(quiet: &QuietHours) -> String {
    let mut out = Lines::default();
    out.header("[[quiet_hours]]");
    out.line("regions", regions_text(&quiet.regions));
    out.line("categories", strings(quiet.categories.iter().map(|category| category.as_str())));
    out.line("timezone", string(quiet.timezone.iana_name().unwrap_or("Etc/Unknown")));
    match &quiet.hours {
        Hours::Daily { from, to } => {
            out.line("from", clock(*from));
            out.line("to", clock(*to));
        }
        Hours::Days(days) => out.line("days", strings(days.iter().map(|day| day.as_str()))),
    }
    out.0
}

fn write_limits(out: &mut Lines, policy: &Policy) {
    if let Some(cap) = &policy.limits.marketing {
        out.header("[limits.marketing]");
        out.line("max", cap.max);
        out.line("per", span(cap.per));
        out.line("except", regions_text(&cap.except));
    }
    if let Some(max) = policy.limits.unanswered_calls {
        out.header("[limits.unanswered_calls]");
        out.line("max", max);
    }
    if let Some(cap) = policy.limits.unanswered_starts {
        out.header("[limits.unanswered_starts]");
        out.line("max", cap.max);
        out.line("per", span(cap.per));
    }
}

fn consequence(consequence: &Consequence) -> String {
    let stages = match consequence {
        Consequence::Always(standing) => return string(standing.as_str()),
        Consequence::Stages(stages) => stages,
    };
    let stages: Vec<String> = stages
        .iter()
        .map(|stage| {
            let standing = string(stage.standing.as_str());
            format!("{{ after = {}, standing = {standing} }}", span(stage.after))
        })
        .collect();
    format!("[{}]", stages.join(", "))
}

fn span(span: Span) -> String {
    string(&span.to_string())
}

fn clock(minutes: u16) -> String {
    format!("\"{:02}:{:02}\"", minutes / 60, minutes % 60)
}

fn regions_text(regions: &Regions) -> String {
    let groups = regions.groups.iter().map(|group| &**group);
    strings(regions.listed.iter().map(|region| region.as_str()).chain(groups))
}

fn texts(list: &[Box<str>]) -> String {
    strings(list.iter().map(|text| &**text))
}

fn strings<'s>(list: impl Iterator<Item = &'s str>) -> String {
    let list: Vec<String> = list.map(string).collect();
    format!("[{}]", list.join(", "))
}

/// A key, in quotes where TOML wants them.
fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(bare) { name.into() } else { string(name) }
}

/// A basic string of TOML.
fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
