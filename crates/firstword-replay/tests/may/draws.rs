//! Random policies, histories and questions, as the text that a person would write.

use firstword_rules::{Millis, Policy};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// All of it happens in these weeks: clocks are set on 28 March in Europe, on 4 April on Lord Howe.
const START: i64 = 1_616_198_400_000; // 2021-03-20T00:00:00Z
const HOUR: i64 = 3_600_000;

const PEOPLE: [&str; 3] = ["person:alice", "person:bob", "person:carol"];
const BUSINESSES: [&str; 2] = ["business:shop", "business:bank"];
const CATEGORIES: [&str; 6] =
    ["service", "utility", "authentication", "marketing", "marketing", "marketing"];

/// One random world, and a question that is asked there at a time.
#[derive(Debug)]
pub struct Drawn {
    pub policy: Policy,
    pub log: String,
    pub question: String,
    pub at: Millis,
}

pub fn drawn() -> impl Strategy<Value = Drawn> {
    let policy = policy().prop_filter_map("a policy without errors", |text| {
        firstword_policy::parse(&text).ok().map(|checked| checked.policy)
    });
    (policy, log(), question(), 0..20 * 24 * HOUR).prop_map(|(policy, log, question, later)| {
        Drawn { policy, log, question, at: Millis(START + later) }
    })
}

/// An instant of the weeks before and around the question, on the quarter of an hour.
fn time() -> impl Strategy<Value = Millis> {
    (-10 * 24 * 4..20 * 24 * 4_i64).prop_map(|quarters| Millis(START + quarters * HOUR / 4))
}

/// The same, or weeks later, as policies have it.
fn date() -> impl Strategy<Value = Millis> {
    (-10 * 24..60 * 24_i64).prop_map(|hours| Millis(START + hours * HOUR))
}

fn span() -> impl Strategy<Value = &'static str> {
    select(vec!["1ms", "90m", "24h", "31h", "72h", "7d", "40d"])
}

fn policy() -> impl Strategy<Value = String> {
    let conversation = (span(), of(span())).prop_map(|(window, idle)| {
        let idle = idle.map(|idle| format!("idle = '{idle}'\n")).unwrap_or_default();
        format!("[conversation]\nreply_window = '{window}'\n{idle}")
    });
    let business =
        proptest::bool::weighted(0.3).prop_map(|it| format!("[business]\nrequire_opt_in = {it}\n"));
    let fixed = "[groups]\nnorth = ['DE-HH', 'FR']\n[content]\nforbidden = ['iban']\n\
                 [sectors.pharmacy]\ndeny = ['sale']\n[sectors.state]\nallow = ['health']\n";
    (conversation, terms(), vec(order(), 0..3), business, vec(quiet(), 0..4), limits()).prop_map(
        move |(conversation, terms, orders, business, quiet, limits)| {
            let orders = orders.iter().enumerate();
            let orders: String =
                orders.map(|(n, it)| format!("[[orders]]\nname = 'o{n}'\n{it}")).collect();
            let quiet = quiet.concat();
            format!("name = 'p'\n{conversation}{terms}{orders}{business}{quiet}{limits}{fixed}")
        },
    )
}

fn terms() -> impl Strategy<Value = String> {
    let version = (date(), of(consequence()), of(consequence()), of(patch()));
    vec(version, 0..4).prop_map(|mut versions| {
        versions.sort_by_key(|(effective, ..)| *effective);
        let version = |(number, (effective, declined, silence, patch))| {
            let key = |name, value: Option<String>| {
                value.map(|value| format!("{name} = {value}\n")).unwrap_or_default()
            };
            let (declined, silence) = (key("on_declined", declined), key("on_silence", silence));
            let patch = Option::<String>::unwrap_or_default(patch);
            let patch = patch.replace("EFFECTIVE", &effective_later(effective));
            format!(
                "[[terms]]\nversion = 'v{number}'\neffective = {effective}\n{declined}{silence}{patch}"
            )
        };
        versions.into_iter().enumerate().map(version).collect()
    })
}

/// A region's own date must not go backwards either: each is as much later.
fn effective_later(effective: Millis) -> String {
    Millis(effective.0 + 30 * HOUR).to_string()
}

fn patch() -> impl Strategy<Value = String> {
    let keys = ["effective = EFFECTIVE\n", "exempt = true\n", "on_silence = 'suspended'\n"];
    let region = select(vec!["DE", "DE-HH", "FR"]);
    (region, subsequence(keys.to_vec(), 1..=3), consequence()).prop_map(
        |(region, keys, declined)| {
            format!("[terms.regions.{region}]\n{}on_declined = {declined}\n", keys.concat())
        },
    )
}

fn consequence() -> impl Strategy<Value = String> {
    let standing = || select(vec!["'full'", "'reply_only'", "'suspended'"]);
    let stages = vec((1..40_u32, standing()), 1..4).prop_map(|mut stages| {
        stages.sort_by_key(|(days, _)| *days);
        stages.dedup_by_key(|(days, _)| *days);
        let stage = |(days, standing)| format!("{{ after = '{days}d', standing = {standing} }}");
        format!("[{}]", stages.into_iter().map(stage).collect::<Vec<_>>().join(", "))
    });
    prop_oneof![standing().prop_map(str::to_owned), stages]
}

fn regions() -> impl Strategy<Value = String> {
    let listed = subsequence(vec!["'DE'", "'DE-HH'", "'FR'", "'north'"], 1..=2);
    listed.prop_map(|listed| format!("regions = [{}]\n", listed.join(", ")))
}

fn order() -> impl Strategy<Value = String> {
    let says = select(vec![
        "standing = 'full'\n",
        "forbid = ['marketing', 'calls']\n",
        "standing = 'full'\nforbid = ['utility']\n",
    ]);
    (says, of(date()), of(1..900_i64), of(regions())).prop_map(|(says, from, hours, regions)| {
        let until = hours.map(|hours| Millis(from.map_or(START, |from| from.0) + hours * HOUR));
        let bound =
            |name, at: Option<Millis>| at.map(|at| format!("{name} = {at}\n")).unwrap_or_default();
        let regions = regions.unwrap_or_default();
        format!("{says}{}{}{regions}", bound("from", from), bound("until", until))
    })
}

fn quiet() -> impl Strategy<Value = String> {
    let zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"];
    let clock =
        || (0..24_u32, select(vec![0, 1, 30, 59])).prop_map(|(h, m)| format!("{h:02}:{m:02}"));
    let daily = (clock(), clock()).prop_map(|(from, to)| format!("from = '{from}'\nto = '{to}'\n"));
    let days = vec!["'monday'", "'wednesday'", "'saturday'", "'sunday'"];
    let days = subsequence(days, 1..=4).prop_map(|days| format!("days = [{}]\n", days.join(", ")));
    let hours = prop_oneof![4 => daily.boxed(), 1 => days.boxed()];
    let categories = select(vec!["'marketing'", "'marketing', 'calls', 'utility'"]);
    (regions(), categories, select(zones.to_vec()), hours).prop_map(
        |(regions, categories, zone, hours)| {
            format!(
                "[[quiet_hours]]\n{regions}categories = [{categories}]\ntimezone = '{zone}'\n{hours}"
            )
        },
    )
}

fn limits() -> impl Strategy<Value = String> {
    let marketing = (1..3_u8, span(), any::<bool>()).prop_map(|(max, per, except)| {
        let except = if except { "except = ['DE-HH']\n" } else { "" };
        format!("[limits.marketing]\nmax = {max}\nper = '{per}'\n{except}")
    });
    let calls = (1..4_u8).prop_map(|max| format!("[limits.unanswered_calls]\nmax = {max}\n"));
    let starts = (1..3_u8, span())
        .prop_map(|(max, per)| format!("[limits.unanswered_starts]\nmax = {max}\nper = '{per}'\n"));
    let doubt = span().prop_map(|hold| format!("[doubt]\nhold = '{hold}'\n"));
    let all = (proptest::option::weighted(0.8, marketing), of(calls), of(starts), of(doubt));
    all.prop_map(|(a, b, c, d)| [a, b, c, d].into_iter().flatten().collect())
}

/// Events in the order in which they come, which is mostly but not quite that of their times.
fn log() -> impl Strategy<Value = String> {
    vec((time(), event()), 0..40).prop_map(|mut events| {
        events.sort_by_key(|(at, _)| at.0 / (9 * HOUR));
        events.iter().map(|(at, event)| format!("{at} {event}\n")).collect()
    })
}

fn event() -> impl Strategy<Value = String> {
    let person = || select(PEOPLE.to_vec());
    let business = || select(BUSINESSES.to_vec());
    let scopes = || {
        let scopes = vec!["\"utility\"", "\"authentication\"", "\"marketing\"", "\"calls\""];
        of(subsequence(scopes, 1..=4)).prop_map(|scopes| match scopes {
            Some(scopes) => format!(" scopes=[{}]", scopes.join(",")),
            None => String::new(),
        })
    };
    let answer = select(vec!["accepted", "declined", "withdrawn"]);
    let terms = (answer, person(), 0..4_u8)
        .prop_map(|(answer, person, n)| format!("terms.{answer} person={person} version=v{n}"));
    let opted_in =
        (person(), business(), scopes(), of(date())).prop_map(|(p, b, scopes, until)| {
            let until = until.map(|until| format!(" until={until}")).unwrap_or_default();
            format!("contact.opted_in person={p} business={b}{scopes}{until}")
        });
    let opted_out = (person(), business(), scopes())
        .prop_map(|(p, b, scopes)| format!("contact.opted_out person={p} business={b}{scopes}"));
    let answered =
        (person(), business()).prop_map(|(p, b)| format!("call.answered person={p} business={b}"));
    let party = prop_oneof![person(), business()];
    let blocked = (select(vec!["blocked", "unblocked"]), person(), party)
        .prop_map(|(what, person, party)| format!("contact.{what} person={person} party={party}"));
    let reach = (person(), select(vec!["everyone", "known", "nobody"]))
        .prop_map(|(person, reach)| format!("reach.set person={person} reach={reach}"));
    let located = (person(), select(vec!["DE", "DE-HH", "FR-974", "US"]))
        .prop_map(|(person, region)| format!("person.located person={person} region={region}"));
    let doubt = (select(vec!["event.unreadable", "event.unreadable", "doubt.cleared"]), person())
        .prop_map(|(what, person)| format!("{what} person={person}"));
    let erased = person().prop_map(|person| format!("person.erased person={person}"));
    prop_oneof![
        120 => utterance().boxed(),
        18 => terms.boxed(),
        18 => opted_in.boxed(),
        5 => opted_out.boxed(),
        6 => answered.boxed(),
        2 => blocked.boxed(),
        2 => reach.boxed(),
        24 => located.boxed(),
        8 => doubt.boxed(),
        1 => erased.boxed(),
    ]
}

fn question() -> impl Strategy<Value = String> {
    utterance()
}

/// A message or a call between two of the cast, not both businesses.
fn utterance() -> impl Strategy<Value = String> {
    let person = || select(PEOPLE.to_vec());
    let business = || select(BUSINESSES.to_vec());
    let pair = prop_oneof![
        2 => (person(), person()),
        1 => (person(), business()),
        3 => (business(), person()),
    ];
    let pair = pair.prop_filter("two parties", |(from, to)| from != to);
    let kind = prop_oneof![3 => Just("message"), 1 => Just("call")];
    let category = proptest::option::weighted(0.8, select(CATEGORIES.to_vec()));
    let more = prop_oneof![
        12 => Just(""),
        1 => Just(" sector=pharmacy"),
        1 => Just(" sector=pharmacy purpose=sale"),
        1 => Just(" sector=state purpose=health"),
        1 => Just(" findings=[\"iban\"]"),
        1 => Just(" findings=[\"opt_out\"]"),
        1 => Just(" findings=[\"opt_in\"]"),
    ];
    (kind, pair, category, more).prop_map(|(kind, (from, to), category, more)| {
        let category = category.filter(|_| kind == "message").map(|it| format!(" category={it}"));
        format!("{kind} from={from} to={to}{}{more}", category.unwrap_or_default())
    })
}
