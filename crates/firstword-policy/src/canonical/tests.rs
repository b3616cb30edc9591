//! What holds of the canonical form of every policy, and of what is read from whatever text.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;

use firstword_rules::{
    Category, Day, Group, Keywords, Limits, MarketingCap, Millis, Region, Sector, Stage, StartsCap,
    TermsValues,
};
use jiff::tz::TimeZoneDatabase;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use super::*;
use crate::{Checked, Severity, parse};

const GROUPS: [&str; 4] = ["west", "nörd", "a.b", "quote\"d\\"];
const CODES: [&str; 9] = ["FR", "FR-974", "DE", "DE-HH", "US", "US-CA", "GB-E", "JP", "KR"];
const ZONES: [&str; 4] = ["Europe/Paris", "UTC", "America/New_York", "Indian/Reunion"];

fn identifier() -> impl Strategy<Value = Box<str>> {
    prop_oneof!["[a-z0-9_-]{1,8}", "[^\\s\\p{Cc}]{1,8}"].prop_map(|text| Box::from(text.as_str()))
}

fn region() -> impl Strategy<Value = Region> {
    select(&CODES[..]).prop_map(|code| Region::parse(code).unwrap())
}

/// A list of regions and groups; what the groups hold is filled in by [`policy`].
fn regions() -> impl Strategy<Value = Regions> {
    (vec(region(), 0..4), subsequence(&GROUPS[..], 0..3)).prop_map(|(listed, groups)| Regions {
        listed,
        groups: groups.into_iter().map(Into::into).collect(),
        grouped: Vec::new(),
    })
}

fn span() -> impl Strategy<Value = Span> {
    let units = select(&[1, 1_000, 60_000, 3_600_000, 86_400_000][..]);
    (units, 0..3660_i64).prop_map(|(unit, count)| Span(unit * count))
}

fn instant() -> impl Strategy<Value = Millis> {
    prop_oneof![
        1_600_000_000_000..1_700_000_000_000_i64,
        -62_167_219_200_000_i64..253_402_300_800_000
    ]
    .prop_map(Millis)
}

fn consequence() -> impl Strategy<Value = Consequence> {
    let standing = || select(&[Standing::Full, Standing::ReplyOnly, Standing::Suspended][..]);
    let stage = (span(), standing()).prop_map(|(after, standing)| Stage { after, standing });
    prop_oneof![
        standing().prop_map(Consequence::Always),
        vec(stage, 0..4).prop_map(|mut stages| {
            stages.sort_by_key(|stage| stage.after);
            Consequence::Stages(stages)
        }),
    ]
}

fn patch() -> impl Strategy<Value = TermsPatch> {
    let keys =
        (of(instant()), of(consequence()), of(consequence()), of(any::<bool>()), of(any::<bool>()));
    keys.prop_map(|(effective, on_declined, on_silence, data_sharing, exempt)| TermsPatch {
        effective,
        on_declined,
        on_silence,
        data_sharing,
        exempt,
    })
}

fn terms() -> impl Strategy<Value = Vec<Terms>> {
    let regions = subsequence(&CODES[..], 0..4).prop_flat_map(|codes| {
        let patches = vec(patch(), codes.len());
        patches.prop_map(move |patches| {
            codes.iter().map(|code| Region::parse(code).unwrap()).zip(patches).collect()
        })
    });
    let everywhere = (instant(), consequence(), consequence(), any::<bool>()).prop_map(
        |(effective, on_declined, on_silence, data_sharing)| TermsValues {
            effective,
            on_declined,
            on_silence,
            data_sharing,
            exempt: false,
        },
    );
    let version = (identifier(), everywhere, regions)
        .prop_map(|(version, everywhere, regions)| Terms { version, everywhere, regions });
    vec(version, 0..4).prop_map(|mut versions| {
        versions.sort_by_key(|terms| terms.everywhere.effective);
        for (number, terms) in versions.iter_mut().enumerate() {
            terms.version = format!("{}{number}", terms.version).into();
        }
        versions
    })
}

fn categories() -> impl Strategy<Value = Vec<Category>> {
    vec(select(Category::ALL), 0..4)
}

fn order() -> impl Strategy<Value = Order> {
    let keys =
        (identifier(), of(regions()), of(instant()), of(instant()), any::<bool>(), any::<bool>());
    (keys, categories()).prop_map(
        |((name, regions, from, until, standing_full, no_data_sharing), forbid)| Order {
            name,
            regions,
            from,
            until,
            standing_full,
            no_data_sharing,
            forbid,
        },
    )
}

fn quiet_hours() -> impl Strategy<Value = QuietHours> {
    let hours = prop_oneof![
        (0..1440_u16, 0..1440_u16).prop_map(|(from, to)| Hours::Daily { from, to }),
        vec(select(&Day::ALL[..]), 0..4).prop_map(Hours::Days),
    ];
    let zone = select(&ZONES[..]).prop_map(|name| TimeZoneDatabase::bundled().get(name).unwrap());
    (regions(), categories(), zone, hours).prop_map(|(regions, categories, timezone, hours)| {
        QuietHours { regions, categories, timezone, hours }
    })
}

fn sectors() -> impl Strategy<Value = Vec<Sector>> {
    let purposes = prop_oneof![
        vec(identifier(), 0..3).prop_map(Purposes::Allow),
        vec(identifier(), 0..3).prop_map(Purposes::Deny),
    ];
    let sector = (identifier(), purposes).prop_map(|(name, purposes)| Sector { name, purposes });
    vec(sector, 0..3).prop_map(|mut sectors| {
        sectors.sort_by(|a, b| b.name.cmp(&a.name));
        sectors.dedup_by(|a, b| a.name == b.name);
        sectors
    })
}

fn keywords() -> impl Strategy<Value = Keywords> {
    let word = "\\PC{0,4}[a-zé0-9]\\PC{0,4}\\n?\u{1}?";
    let words = || vec(word.prop_map(|text| Box::from(text.as_str())), 0..3);
    (words(), words()).prop_map(|(opt_out, opt_in)| Keywords { opt_out, opt_in })
}

fn limits() -> impl Strategy<Value = Limits> {
    let marketing = (0..=16_u8, span(), regions()).prop_map(|(max, per, except)| MarketingCap {
        max,
        per,
        except,
    });
    let starts = (0..=1024_u16, span()).prop_map(|(max, per)| StartsCap { max, per });
    (of(marketing), of(1..=16_u8), of(starts)).prop_map(
        |(marketing, unanswered_calls, unanswered_starts)| Limits {
            marketing,
            unanswered_calls,
            unanswered_starts,
        },
    )
}

/// Any policy that a file can say, in any order. Many values are those of the defaults.
fn policy() -> impl Strategy<Value = Policy> {
    let span_or = |default| prop_oneof![Just(default), span()];
    let first = (
        identifier(),
        span_or(Span::hours(24)),
        span_or(Span::hours(24)),
        terms(),
        vec(vec(region(), 0..4), GROUPS.len()),
        vec(order(), 0..4),
    );
    let second = (
        any::<bool>(),
        span_or(Span::days(30)),
        sectors(),
        vec(identifier(), 0..3),
        vec(quiet_hours(), 0..4),
        keywords(),
        limits(),
        of(span()),
        span_or(Span(300_000)),
    );
    (first, second).prop_map(
        |(
            (name, reply_window, idle, terms, groups, orders),
            (
                require_opt_in,
                erase_within,
                sectors,
                forbidden_content,
                quiet_hours,
                keywords,
                limits,
                doubt_hold,
                max_skew,
            ),
        )| {
            let group = |(name, regions): (&&str, _)| Group { name: (*name).into(), regions };
            let groups = GROUPS.iter().zip(groups).map(group).collect();
            let mut policy = Policy {
                name,
                label: "".into(),
                reply_window,
                idle,
                terms,
                groups,
                orders,
                require_opt_in,
                erase_within,
                sectors,
                forbidden_content,
                quiet_hours,
                keywords,
                limits,
                doubt_hold,
                max_skew,
            };
            fill_groups(&mut policy);
            policy
        },
    )
}

fn fill_groups(policy: &mut Policy) {
    let Policy { orders, quiet_hours, limits, groups, .. } = policy;
    let lists = orders.iter_mut().filter_map(|order| order.regions.as_mut());
    let lists = lists.chain(quiet_hours.iter_mut().map(|quiet| &mut quiet.regions));
    for list in lists.chain(limits.marketing.iter_mut().map(|cap| &mut cap.except)) {
        let named = groups.iter().filter(|group| list.groups.contains(&group.name));
        list.grouped = named.flat_map(|group| group.regions.clone()).collect();
    }
}

/// Turns every list round that has no order, and says its last entry twice.
fn turn(policy: &mut Policy) {
    fn turn<T: Clone>(list: &mut Vec<T>) {
        list.extend(list.last().cloned());
        list.reverse();
    }
    let turn_regions = |regions: &mut Regions| {
        turn(&mut regions.listed);
        turn(&mut regions.groups);
        turn(&mut regions.grouped);
    };
    policy.terms.iter_mut().for_each(|terms| terms.regions.reverse());
    policy.groups.reverse();
    policy.groups.iter_mut().for_each(|group| turn(&mut group.regions));
    turn(&mut policy.orders);
    for order in &mut policy.orders {
        turn(&mut order.forbid);
        order.regions.iter_mut().for_each(turn_regions);
    }
    policy.sectors.reverse();
    for sector in &mut policy.sectors {
        let (Purposes::Allow(purposes) | Purposes::Deny(purposes)) = &mut sector.purposes;
        turn(purposes);
    }
    turn(&mut policy.forbidden_content);
    turn(&mut policy.quiet_hours);
    for quiet in &mut policy.quiet_hours {
        turn(&mut quiet.categories);
        turn_regions(&mut quiet.regions);
        if let Hours::Days(days) = &mut quiet.hours {
            turn(days);
        }
    }
    turn(&mut policy.keywords.opt_out);
    turn(&mut policy.keywords.opt_in);
    policy.limits.marketing.iter_mut().for_each(|cap| turn_regions(&mut cap.except));
}

fn read(text: &str) -> Policy {
    parse(text).unwrap_or_else(|problems| panic!("{problems}\n{text}")).policy
}

/// The files in a folder of the tests.
fn files(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// The same file said otherwise: with comments and blanks, and without what is the default anyway.
fn said_otherwise(canonical: &str) -> String {
    let (mut section, mut reply_window, mut out) = ("", "", String::from("# Said otherwise.\r\n"));
    for line in canonical.lines() {
        if line.starts_with('[') {
            section = line;
        }
        if section == "[conversation]" {
            reply_window = line.strip_prefix("reply_window = ").unwrap_or(reply_window);
        }
        let default = match section {
            "[conversation]" => {
                line == "reply_window = \"1d\""
                    || line.strip_prefix("idle = ") == Some(reply_window)
            }
            "[[terms]]" => [
                "on_declined = \"reply_only\"",
                "on_silence = \"reply_only\"",
                "data_sharing = false",
            ]
            .contains(&line),
            "[business]" => ["require_opt_in = true", "erase_within = \"30d\""].contains(&line),
            "[content]" | "[keywords]" | "[limits.marketing]" => line.ends_with(" = []"),
            "[stream]" => line == "max_skew = \"5m\"",
            _ => false,
        };
        if !default {
            out.push_str(&format!("\t{line}  # and so on\r\n\r\n"));
        }
    }
    out
}

#[test]
fn the_files_of_the_conformance_logs_have_a_canonical_form() {
    let files = files("tests/policies");
    assert!(files.len() >= 14);
    for file in files {
        let policy = read(&file);
        let text = canonical(&policy);
        assert_eq!(read(&text), policy);
        assert_eq!(canonical(&read(&text)), text);
        assert_eq!(read(&said_otherwise(&text)), policy);
    }
}

#[test]
fn what_means_the_same_has_one_label() {
    let explicit = "name = 'p'\n[[quiet_hours]]\nregions = ['FR', 'DE', 'FR']\n\
        categories = ['calls', 'marketing']\ntimezone = 'europe/paris'\n\
        days = ['sunday', 'monday']\n\
        [[terms]]\nversion = 'v'\neffective = 2021-05-15 02:00:00.0009+02:00\n\
        on_silence = [{ after = '0s', standing = 'suspended' }]\non_declined = []\n\
        [terms.regions.DE]\n[conversation]\nreply_window = '1440m'\nidle = '24h'";
    let plain = "name = \"p\"\n[[terms]]\nversion = \"v\"\neffective = 2021-05-15T00:00:00Z\n\
        on_declined = \"full\"\non_silence = \"suspended\"\n[[quiet_hours]]\n\
        regions = [\"DE\", \"FR\"]\ncategories = [\"marketing\", \"calls\"]\n\
        timezone = \"Europe/Paris\"\ndays = [\"monday\", \"sunday\"]";
    assert_eq!(read(explicit), read(plain));
    assert_ne!(read(explicit).label, read(&plain.replace("\"p\"", "\"q\"")).label);
}

#[test]
fn a_label_is_the_name_and_twelve_digits_of_the_canonical_form() {
    let policy = read("name = \"p\"");
    let expected = "name = \"p\"\n\n[conversation]\nreply_window = \"1d\"\nidle = \"1d\"\n\n\
        [business]\nrequire_opt_in = true\nerase_within = \"30d\"\n\n[content]\nforbidden = []\n\n\
        [keywords]\nopt_out = []\nopt_in = []\n\n[stream]\nmax_skew = \"5m\"\n";
    assert_eq!(canonical(&policy), expected);
    assert_eq!(&*policy.label, "p@0d3f7f054b40");
}

proptest! {
    #[test]
    fn a_policy_survives_its_canonical_form(mut policy in policy()) {
        let text = canonical(&policy);
        seal(&mut policy);
        prop_assert_eq!(&canonical(&policy), &text);
        let again = read(&text);
        prop_assert_eq!(&again, &policy);
        prop_assert_eq!(canonical(&again), text);
    }

    #[test]
    fn the_order_of_what_has_none_and_repeats_do_not_change_the_label(policy in policy()) {
        let mut turned = policy.clone();
        turn(&mut turned);
        prop_assert_eq!(canonical(&turned), canonical(&policy));
    }

    #[test]
    fn comments_layout_and_written_defaults_do_not_change_the_label(policy in policy()) {
        let text = canonical(&policy);
        prop_assert_eq!(read(&said_otherwise(&text)).label, read(&text).label);
    }

    /// Whatever is done to a file, it is read without a panic, and what is said about it has a
    /// place in it.
    #[test]
    fn a_broken_file_has_problems_and_no_panic(
        which in any::<Index>(),
        edits in vec((any::<Index>(), any::<Index>(), select(&PIECES[..])), 1..6),
    ) {
        let mut all = files("tests/policies");
        all.extend(files("tests/problems"));
        all.extend(files("policies"));
        let mut text: Vec<char> = which.get(&all).chars().collect();
        for (from, to, piece) in edits {
            let from = from.index(text.len() + 1);
            // Most edits are small, so that the rest of the file is still read.
            let to = (from + to.index(text.len() + 1) % 12).min(text.len());
            text.splice(from..to, piece.chars());
        }
        let text: String = text.into_iter().collect();
        let (found, policy) = match parse(&text) {
            Ok(Checked { policy, warnings }) => (warnings, Some(policy)),
            Err(problems) => (problems.0, None),
        };
        let errors = found.iter().filter(|problem| problem.severity == Severity::Error).count();
        prop_assert_eq!(errors == 0, policy.is_some());
        prop_assert!(found.is_sorted_by_key(|problem| problem.at));
        for problem in &found {
            let line = text.split('\n').nth(problem.at.line - 1).unwrap();
            prop_assert!(problem.at.column <= line.chars().count() + 1);
            prop_assert!(problem.picture("p.toml", &text).contains('^'));
        }
        if let Some(policy) = policy {
            prop_assert_eq!(read(&canonical(&policy)), policy);
        }
    }

    #[test]
    fn any_text_at_all_is_read_without_a_panic(text in "\\PC{0,200}") {
        prop_assert!(parse(&text).is_err() || text.contains("name"));
    }
}

/// What is put into files to break them.
const PIECES: [&str; 24] = [
    "",
    "",
    "",
    "\n",
    "[",
    "]",
    "=",
    "\"",
    "'",
    "{",
    "}",
    "#",
    ",",
    "é",
    "\u{feff}",
    "\u{0}",
    "\r",
    "9",
    "-",
    "T",
    ".",
    "\n[[terms]]\n",
    "\nname = \"twice\"\n",
    "\n[groups]\nx = [\"FR\"]\n",
];
