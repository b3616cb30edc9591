//! Random policies, consistent as a read policy is, around the events of the cast.

use firstword_rules::{
    Category, Consequence, Day, Hours, Keywords, Limits, MarketingCap, Millis, Order, Policy,
    Purposes, QuietHours, Region, Regions, Sector, Span, Stage, Standing, StartsCap, Terms,
    TermsPatch, TermsValues,
};
use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::cast::NOON;

/// The regions of the tests: a country, a part of it, another.
pub fn region() -> impl Strategy<Value = Region> {
    select(["DE", "DE-HH", "FR"].into_iter().filter_map(Region::parse).collect::<Vec<_>>())
}

/// Any policy.
pub fn policy() -> impl Strategy<Value = Policy> {
    let windows = (select(vec![1, 24]), select(vec![1, 24, 72]));
    let rights = (windows, vec(terms_values(), 0..3), vec(order(), 0..2), any::<bool>());
    let contents = (any::<bool>(), any::<bool>(), vec(quiet_hours(), 0..2));
    (rights, contents, limits(), option::of(select(vec![1, 48]))).prop_map(
        |(
            (windows, terms, orders, require_opt_in),
            (sectors, cards, quiet_hours),
            limits,
            doubt,
        )| {
            let terms = terms.into_iter().enumerate().map(|(n, (everywhere, patches))| Terms {
                version: format!("v{n}").into(),
                everywhere,
                regions: patches,
            });
            Policy {
                name: "random".into(),
                label: "random@000000000000".into(),
                reply_window: Span::hours(windows.0),
                idle: Span::hours(windows.1),
                terms: terms.collect(),
                groups: Vec::new(),
                orders,
                require_opt_in,
                erase_within: Span::hours(30),
                sectors: if sectors { two_sectors() } else { Vec::new() },
                forbidden_content: if cards { vec!["card".into()] } else { Vec::new() },
                quiet_hours,
                keywords: Keywords::default(),
                limits,
                doubt_hold: doubt.map(Span::hours),
                max_skew: Span::hours(24),
            }
        },
    )
}

type Values = (TermsValues, Vec<(Region, TermsPatch)>);

fn terms_values() -> impl Strategy<Value = Values> {
    let everywhere =
        (time(), consequence(), consequence(), any::<bool>(), prop::bool::weighted(0.1)).prop_map(
            |(effective, on_declined, on_silence, data_sharing, exempt)| TermsValues {
                effective,
                on_declined,
                on_silence,
                data_sharing,
                exempt,
            },
        );
    let patch = (option::of(time()), option::of(consequence()), option::of(any::<bool>()))
        .prop_map(|(effective, on_silence, exempt)| TermsPatch {
            effective,
            on_silence,
            exempt,
            ..TermsPatch::default()
        });
    (everywhere, vec((region(), patch), 0..2))
}

fn consequence() -> impl Strategy<Value = Consequence> {
    let standing = || select(vec![Standing::Full, Standing::ReplyOnly, Standing::Suspended]);
    let stages = (standing(), standing()).prop_map(|(first, second)| {
        let stage = |hours, standing| Stage { after: Span::hours(hours), standing };
        Consequence::Stages(vec![stage(1, first), stage(25, second)])
    });
    prop_oneof![standing().prop_map(Consequence::Always), stages]
}

fn regions() -> impl Strategy<Value = Regions> {
    let group = prop::bool::ANY.prop_map(|group| if group { vec!["all".into()] } else { vec![] });
    (vec(region(), 0..2), group, region()).prop_map(|(listed, groups, grouped)| Regions {
        listed,
        grouped: if groups.is_empty() { Vec::new() } else { vec![grouped] },
        groups,
    })
}

fn order() -> impl Strategy<Value = Order> {
    let does = (any::<bool>(), any::<bool>(), subsequence(Category::ALL.to_vec(), 0..3));
    (option::of(regions()), option::of(time()), option::of(time()), does).prop_map(
        |(regions, from, until, (standing_full, no_data_sharing, forbid))| Order {
            name: "order".into(),
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
        (0..1_440_u16, 0..1_440_u16).prop_map(|(from, to)| Hours::Daily { from, to }),
        subsequence(Day::ALL.to_vec(), 1..4).prop_map(Hours::Days),
    ];
    (regions(), subsequence(Category::ALL.to_vec(), 1..5), hours).prop_map(
        |(regions, categories, hours)| QuietHours {
            regions,
            categories,
            timezone: TimeZone::UTC,
            hours,
        },
    )
}

fn limits() -> impl Strategy<Value = Limits> {
    let marketing = (1..3_u8, select(vec![1, 100]), regions())
        .prop_map(|(max, hours, except)| MarketingCap { max, per: Span::hours(hours), except });
    let starts = (1..3_u16).prop_map(|max| StartsCap { max, per: Span::hours(100) });
    (option::of(marketing), option::of(1..3_u8), option::of(starts)).prop_map(
        |(marketing, unanswered_calls, unanswered_starts)| Limits {
            marketing,
            unanswered_calls,
            unanswered_starts,
        },
    )
}

fn two_sectors() -> Vec<Sector> {
    let sector = |name: &str, purposes| Sector { name: name.into(), purposes };
    vec![
        sector("travel", Purposes::Deny(vec!["ads".into()])),
        sector("bank", Purposes::Allow(vec!["booking".into()])),
    ]
}

/// A time around noon, often at the edge of a window that another one opens.
pub fn time() -> impl Strategy<Value = Millis> {
    let hours = select(vec![0, 1, 2, 23, 24, 25, 48, 72, 100]);
    (hours, -1..=1_i64).prop_map(|(hours, edge)| NOON + Span::hours(hours) + Span(edge))
}
