//! Payment cards: 13 to 19 digits that pass the Luhn check and begin as an issued card does.
//!
//! One number in ten passes the Luhn check, so a window that may begin and end anywhere would find a card in every
//! long list. Looked at are therefore only: a whole run, however it is grouped; a single group; stretches of equal
//! groups; and the forms in which cards are printed.

use super::{
    numbers::{Group, Run},
    work,
};

/// A scheme, how its numbers begin, and how long they are.
pub(super) struct Issuer {
    #[cfg_attr(not(test), expect(dead_code, reason = "for CONTENT.md, which a test compares"))]
    pub(super) name: &'static str,
    /// First and last prefix of each range, both with the same count of digits.
    pub(super) prefixes: &'static [(u32, u32)],
    pub(super) lengths: &'static [usize],
    /// Taken only in the groups in which it is printed: anything else of its length is too often something else.
    pub(super) only_as: Option<&'static [usize]>,
}

const fn issuer(
    name: &'static str,
    prefixes: &'static [(u32, u32)],
    lengths: &'static [usize],
) -> Issuer {
    Issuer { name, prefixes, lengths, only_as: None }
}

const TO_19: &[usize] = &[16, 17, 18, 19];

/// The schemes that the scan knows, after ISO/IEC 7812 and the schemes' own publications.
#[rustfmt::skip]
pub(super) static ISSUERS: &[Issuer] = &[
    issuer("Visa",             &[(4, 4)],                                              &[13, 16, 19]),
    issuer("Mastercard",       &[(51, 55), (2221, 2720)],                              &[16]),
    issuer("American Express", &[(34, 34), (37, 37)],                                  &[15]),
    issuer("Diners Club",      &[(300, 305), (309, 309), (36, 36), (38, 39)],          &[14, 16, 19]),
    issuer("Discover",         &[(6011, 6011), (644, 649), (65, 65)],                  TO_19),
    issuer("JCB",              &[(3528, 3589)],                                        TO_19),
    issuer("UnionPay",         &[(62, 62)],                                            TO_19),
    issuer("Maestro",          &[(5018, 5018), (5020, 5020), (5038, 5038), (5893, 5893), (6304, 6304), (6759, 6759), (6761, 6763)], &[13, 14, 15, 16, 17, 18, 19]),
    issuer("RuPay",            &[(508, 508), (60, 60), (81, 82)],                      &[16]),
    issuer("Mir",              &[(2200, 2204)],                                        TO_19),
    issuer("Elo",              &[(504175, 504175), (506699, 506778), (509000, 509999), (627780, 627780), (636297, 636297), (636368, 636368)], &[16]),
    issuer("Hipercard",        &[(606282, 606282), (384100, 384100), (384140, 384140), (384160, 384160)], &[16]),
    issuer("Verve",            &[(506099, 506198), (507865, 507964)],                  &[16, 18, 19]),
    issuer("Dankort",          &[(5019, 5019)],                                        &[16]),
    issuer("Troy",             &[(9792, 9792)],                                        &[16]),
    issuer("InterPayment",     &[(636, 636)],                                          TO_19),
    issuer("Uzcard, Humo",     &[(8600, 8600), (9860, 9860)],                          &[16]),
    Issuer { only_as: Some(&[4, 5, 6]), ..issuer("UATP", &[(1, 1)],                    &[15]) },
];

/// The groups in which cards are printed, beside groups of four: looked for inside longer runs.
pub(super) static PRINTED: &[&[usize]] =
    &[&[4, 6, 5], &[4, 6, 4], &[4, 5, 6], &[4, 4, 4, 4, 3], &[4, 4, 4, 1], &[6, 13]];

/// The shortest and the longest number of any card.
const LENGTHS: std::ops::RangeInclusive<usize> = 13..=19;

/// Whether a run is, or holds, the number of a card.
pub(super) fn in_run(run: &Run) -> bool {
    if run.digits.len() < *LENGTHS.start() {
        return false;
    }
    // After a plus sign stands a telephone number, and what follows in the run is another number.
    let telephone = |group: &Group| run.after_plus && group.start == 0 && group.len == 13;
    if !run.after_plus && is_card(&run.digits, &run.groups) {
        return true;
    }
    run.groups.iter().any(|group| !telephone(group) && is_card(run.window(group, group), &[]))
        || (run.groups.len() > 1
            && (equal_groups(run, |a, b| a.len == b.len)
                || equal_groups(run, |a, b| a.len == b.len && a.gap == b.gap)
                || printed(run)))
}

/// The lengths of equal groups in which cards are written.
pub(super) const EQUAL: &[usize] = &[1, 2, 3, 4, 8];

/// Stretches of groups of one length, each as long as it can be: a whole card, or cards of four by four. Where more
/// follows in the same groups, such as an expiry date, the first sixteen digits of a run count as well.
fn equal_groups(run: &Run, same: fn(&Group, &Group) -> bool) -> bool {
    let mut first_of_run = true;
    let mut rest = run.groups.as_slice();
    while let Some((first, others)) = rest.split_first() {
        // The gap before the first group is no part of the stretch: compare with the second group's.
        let model = others.first().copied().unwrap_or(*first);
        let more = others.iter().take_while(|group| group.len == first.len && same(&model, group));
        let (stretch, after) = rest.split_at(1 + more.count());
        work::note(stretch.len());
        let as_cards = match (first.len, stretch.len()) {
            (4, count) => {
                let whole = count % 4 == 0;
                let heads = if whole { count / 4 } else { usize::from(first_of_run) };
                stretch.chunks_exact(4).take(heads).any(|four| spans_card(run, four))
            }
            (len, count) => count > 1 && EQUAL.contains(&len) && spans_card(run, stretch),
        };
        if as_cards {
            return true;
        }
        first_of_run = false;
        // Where only the separator changes, the group at the border may belong to either side.
        let shared = stretch.len() > 1 && after.first().is_some_and(|next| next.len == first.len);
        rest = if shared { rest.get(stretch.len() - 1..).unwrap_or_default() } else { after };
    }
    false
}

/// Windows in the groups in which cards are printed, with one separator throughout and not continued before.
fn printed(run: &Run) -> bool {
    let groups = run.groups.as_slice();
    let continued = |at: usize| {
        let near = at.checked_sub(1).and_then(|before| groups.get(before..at + 2));
        near.is_some_and(|near| matches!(near, [a, b, c] if a.len == b.len && b.gap == c.gap))
    };
    PRINTED.iter().filter(|form| run.has_groups(form)).any(|form| {
        work::note(groups.len());
        groups.windows(form.len()).enumerate().any(|(at, window)| {
            window.iter().map(|group| group.len).eq(form.iter().copied())
                && one_gap(window)
                && !continued(at)
                && spans_card(run, window)
        })
    })
}

/// Whether the same separators stand between all groups of a window.
fn one_gap(window: &[Group]) -> bool {
    window
        .iter()
        .skip(1)
        .map(|group| group.gap)
        .all(|gap| window.get(1).is_some_and(|g| g.gap == gap))
}

fn spans_card(run: &Run, window: &[Group]) -> bool {
    window
        .first()
        .zip(window.last())
        .is_some_and(|(first, last)| is_card(run.window(first, last), window))
}

/// Whether digits in these groups are the number of a card: length, Luhn, prefix, and no bar code.
pub(super) fn is_card(digits: &[u8], groups: &[Group]) -> bool {
    if !LENGTHS.contains(&digits.len()) {
        return false;
    }
    work::note(digits.len());
    passes_luhn(digits)
        && ISSUERS.iter().any(|issuer| issuer.issues(digits, groups))
        && !is_trade_number(digits)
}

impl Issuer {
    fn issues(&self, digits: &[u8], groups: &[Group]) -> bool {
        self.lengths.contains(&digits.len())
            && self.prefixes.iter().any(|&(first, last)| {
                let width = first.ilog10() as usize + 1;
                let head = digits.iter().take(width).fold(0, |n, &d| n * 10 + u32::from(d));
                (first..=last).contains(&head)
            })
            && self.only_as.is_none_or(|form| groups.iter().map(|g| g.len).eq(form.iter().copied()))
    }
}

/// The check of ISO/IEC 7812: from the right, every second digit doubled, the digits' sum a multiple of ten.
fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = (digits.iter().rev().enumerate())
        .map(|(at, &digit)| match (at % 2, u32::from(digit)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Two numbers of trade look like cards by more than chance. Bar codes of goods (EAN-13) have thirteen digits too,
/// the German ones begin with a 4, and cards of thirteen digits have not been issued for long. The French SIRET has
/// fourteen and passes the Luhn check, and so do its first nine, the SIREN.
fn is_trade_number(digits: &[u8]) -> bool {
    match digits.len() {
        13 => {
            let weighted =
                |(at, &digit): (usize, &u8)| u32::from(digit) * if at % 2 == 0 { 1 } else { 3 };
            digits.iter().enumerate().map(weighted).sum::<u32>().is_multiple_of(10)
        }
        14 => digits.get(..9).is_some_and(passes_luhn),
        _ => false,
    }
}
