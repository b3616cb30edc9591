//! The whole file, section by section: which keys there are, what they default to
//! (POLICY.md).
//!
//! Every section is read to its end whatever is wrong with those before it, so that all problems
//! are told at once.

use firstword_rules::{
    Keywords, Limits, MarketingCap, Policy, Purposes, Regions, Sector, Span, StartsCap,
};
use toml::de::DeTable;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::forms::{
    content_kind, duration, flag, identifier, is_identifier, keyword, list, not_an_identifier,
    number,
};
use crate::places::Places;
use crate::problem::What;
use crate::reader::{Notes, Table, Value};
use crate::{orders, quiet, terms};

/// `conversation.reply_window` where the file does not say.
pub(crate) const REPLY_WINDOW: Span = Span::hours(24);
/// `business.erase_within` where the file does not say.
pub(crate) const ERASE_WITHIN: Span = Span::days(30);
/// `stream.max_skew` where the file does not say.
pub(crate) const MAX_SKEW: Span = Span(5 * 60_000);

const SECTIONS: &[&str] = &[
    "name",
    "conversation",
    "terms",
    "groups",
    "orders",
    "business",
    "sectors",
    "content",
    "quiet_hours",
    "keywords",
    "limits",
    "doubt",
    "stream",
];

/// Reads a policy. What it returns is a policy only if no error was noted; its label and its order
/// are not set yet.
pub(crate) fn policy(file: &DeTable<'_>, notes: &mut Notes) -> Policy {
    let file = &Table::root(file, SECTIONS, notes);
    let mut places = Places::read(file, notes);

    let name = file.need("name", notes, identifier).unwrap_or_default();
    let conversation = section(
        file,
        "conversation",
        &["reply_window", "idle"],
        "{ reply_window = \"24h\" }",
        notes,
    );
    let reply_window = in_section(&conversation, "reply_window", notes, duration);
    let reply_window = reply_window.unwrap_or(REPLY_WINDOW);
    let idle = in_section(&conversation, "idle", notes, duration).unwrap_or(reply_window);
    let terms = terms::read(file, &places, notes);
    let orders = orders::read(file, &mut places, notes);
    let business = section(
        file,
        "business",
        &["require_opt_in", "erase_within"],
        "{ require_opt_in = true }",
        notes,
    );
    let require_opt_in = in_section(&business, "require_opt_in", notes, flag).unwrap_or(true);
    let erase_within = in_section(&business, "erase_within", notes, duration);
    let content = section(file, "content", &["forbidden"], "{ forbidden = [\"iban\"] }", notes);
    let quiet_hours = quiet::read(file, &mut places, notes);
    let doubt = section(file, "doubt", &["hold"], "{ hold = \"72h\" }", notes);
    let stream = section(file, "stream", &["max_skew"], "{ max_skew = \"5m\" }", notes);

    Policy {
        name,
        label: Box::default(),
        reply_window,
        idle,
        terms,
        orders,
        require_opt_in,
        erase_within: erase_within.unwrap_or(ERASE_WITHIN),
        sectors: sectors(file, notes),
        forbidden_content: in_section(&content, "forbidden", notes, content_kinds)
            .unwrap_or_default(),
        quiet_hours,
        keywords: keywords(file, notes),
        limits: limits(file, &mut places, notes),
        doubt_hold: in_section(&doubt, "hold", notes, duration),
        max_skew: in_section(&stream, "max_skew", notes, duration).unwrap_or(MAX_SKEW),
        groups: places.into_groups(notes),
    }
}

/// Opens a section, if it is there.
fn section<'t>(
    file: &Table<'t>,
    name: &str,
    known: &[&'static str],
    example: &str,
    notes: &mut Notes,
) -> Option<Table<'t>> {
    file.value(name).and_then(|value| Table::open(value, known, example, notes))
}

/// Reads a key of a section that may be absent.
fn in_section<'t, T>(
    section: &Option<Table<'t>>,
    key: &str,
    notes: &mut Notes,
    form: impl FnOnce(&'t Value<'t>, &mut Notes) -> Option<T>,
) -> Option<T> {
    section.as_ref().and_then(|section| section.read(key, notes, form))
}

fn identifiers(value: &Value<'_>, notes: &mut Notes) -> Option<Vec<Box<str>>> {
    list(value, notes, identifier)
}

fn content_kinds(value: &Value<'_>, notes: &mut Notes) -> Option<Vec<Box<str>>> {
    list(value, notes, content_kind)
}

fn sectors(file: &Table<'_>, notes: &mut Notes) -> Vec<Sector> {
    let example = "{ pharmacy = { deny = [\"product_sale\"] } }";
    let all = file.value("sectors").and_then(|value| Table::any(value, example, notes));
    let Some(all) = all else {
        return Vec::new();
    };
    all.entries()
        .filter_map(|(name, at, value)| {
            if !is_identifier(name) {
                let (what, hint) = not_an_identifier(name);
                notes.error(at, what, hint);
            }
            let table =
                Table::open(value, &["allow", "deny"], "{ deny = [\"product_sale\"] }", notes)?;
            let allow = table.read("allow", notes, identifiers);
            let deny = table.read("deny", notes, identifiers);
            match (table.value("allow").is_some(), table.value("deny").is_some()) {
                (true, true) => notes.error(table.span(), What::AllowAndDeny, None),
                (false, false) => notes.error(table.span(), What::NeitherAllowNorDeny, None),
                _ => (),
            }
            let purposes = allow.map(Purposes::Allow).or(deny.map(Purposes::Deny))?;
            Some(Sector { name: name.into(), purposes })
        })
        .collect()
}

fn keywords(file: &Table<'_>, notes: &mut Notes) -> Keywords {
    let table =
        section(file, "keywords", &["opt_out", "opt_in"], "{ opt_out = [\"stop\"] }", notes);
    let opt_out = in_section(&table, "opt_out", notes, |value, notes| list(value, notes, keyword));
    let opt_out = opt_out.unwrap_or_default();
    let stops: Vec<String> = opt_out.iter().map(|word| plain(word)).collect();
    let opt_in = in_section(&table, "opt_in", notes, |value, notes| {
        list(value, notes, |value, notes| {
            let word = keyword(value, notes)?;
            if stops.contains(&plain(&word)) {
                let why = "the keyword is also one of `opt_out`, which goes first";
                notes.warning(value.span(), What::NeverApplies(why), None);
            }
            Some(word)
        })
    });
    Keywords { opt_out, opt_in: opt_in.unwrap_or_default() }
}

/// A keyword nearly in its one form: near enough to see that two are the same but for case, accents
/// and punctuation.
fn plain(word: &str) -> String {
    let unmarked: String = word.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    let words: Vec<&str> = unmarked.split_whitespace().collect();
    words.join(" ").trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

fn limits(file: &Table<'_>, places: &mut Places<'_>, notes: &mut Notes) -> Limits {
    let known = ["marketing", "unanswered_calls", "unanswered_starts"];
    let table = section(file, "limits", &known, "{ unanswered_calls = { max = 4 } }", notes);
    let open = |key, known: &[&'static str], example, notes: &mut Notes| {
        in_section(&table, key, notes, |value, notes| Table::open(value, known, example, notes))
    };
    let often = "{ max = 2, per = \"30d\" }";
    let marketing = open("marketing", &["max", "per", "except"], often, notes).and_then(|cap| {
        let max = cap.need("max", notes, number(0..=16));
        let per = cap.need("per", notes, duration_of_cap);
        let except = cap.read("except", notes, |value, notes| places.regions(value, notes));
        let except = except.unwrap_or_else(Regions::default);
        Some(MarketingCap { max: max?, per: per?, except })
    });
    let unanswered_calls = open("unanswered_calls", &["max"], "{ max = 4 }", notes)
        .and_then(|cap| cap.need("max", notes, number(1..=16)));
    let unanswered_starts =
        open("unanswered_starts", &["max", "per"], often, notes).and_then(|cap| {
            let max = cap.need("max", notes, number(0..=1024));
            let per = cap.need("per", notes, duration_of_cap);
            Some(StartsCap { max: max?, per: per? })
        });
    Limits { marketing, unanswered_calls, unanswered_starts }
}

/// The time over which a cap counts.
fn duration_of_cap(value: &Value<'_>, notes: &mut Notes) -> Option<Span> {
    let span = duration(value, notes)?;
    if span == Span(0) {
        let why = "nothing is counted over no time";
        notes.warning(value.span(), What::NeverApplies(why), None);
    }
    Some(span)
}
