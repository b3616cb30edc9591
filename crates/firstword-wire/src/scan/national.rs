//! National identity numbers: the French NIR with its key, and the US social security number as it is written.

use super::numbers::{Class, Group, Run, class, next_sign};
use super::work;

/// The groups in which a NIR is written, beside one or none: looked for inside longer runs.
pub(super) static NIR_GROUPS: &[&[usize]] = &[&[1, 2, 2, 2, 3, 3, 2], &[13, 2], &[15]];

/// The groups of a social security number.
const SSN_GROUPS: [usize; 3] = [3, 2, 4];

/// Whether a run is, or holds, a NIR. Those of people born in Corsica have a letter: see [`Corsican`].
pub(super) fn nir_in_run(run: &Run) -> bool {
    if run.digits.len() < 15 {
        return false;
    }
    let in_groups = |form: &&'static [usize]| {
        let months = if form.len() > 1 { Months::All } else { Months::OfTheYear };
        windows(run, form).any(|window| is_nir(spanned(run, window), Department::AsWritten, months))
    };
    is_nir(&run.digits, Department::AsWritten, Months::OfTheYear)
        || NIR_GROUPS.iter().filter(|form| run.has_groups(form)).any(in_groups)
}

/// Whether a run holds a social security number: three, two and four digits with one dash or one blank between,
/// the same twice, and no third of them beside. The digits themselves have no check, only numbers never issued.
pub(super) fn ssn_in_run(run: &Run) -> bool {
    if !run.has_groups(&SSN_GROUPS) {
        return false;
    }
    let parts = |window: &[Group]| match spanned(run, window) {
        &[a, b, c, d, e, f, g, h, i] => {
            Some((number(&[a, b, c]), number(&[d, e]), number(&[f, g, h, i])))
        }
        _ => None,
    };
    (0..run.groups.len()).any(|at| {
        let Some([one, two, three]) = run.groups.get(at..at + 3) else { return false };
        let follower = run.groups.get(at + 3);
        let written = [one.len, two.len, three.len] == SSN_GROUPS
            && two.gap == three.gap
            && (two.gap == u32::from(b'-') || two.gap == u32::from(b' '))
            && (at == 0 || one.gap != two.gap)
            && follower.is_none_or(|group| group.gap != two.gap);
        written
            && parts(&[*one, *two, *three]).is_some_and(|(area, group, serial)| {
                !matches!(area, 0 | 666 | 900..) && group != 0 && serial != 0
            })
    })
}

/// The windows of a run whose groups have these lengths.
fn windows<'a>(run: &'a Run, form: &'static [usize]) -> impl Iterator<Item = &'a [Group]> {
    work::note(run.groups.len());
    run.groups
        .windows(form.len())
        .filter(|window| window.iter().map(|g| g.len).eq(form.iter().copied()))
}

fn spanned<'a>(run: &'a Run, window: &[Group]) -> &'a [u8] {
    window.first().zip(window.last()).map_or(&[], |(first, last)| run.window(first, last))
}

/// A number of a few digits.
fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |n, &digit| n * 10 + u64::from(digit))
}

/// How the department stands in the fifteen digits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Department {
    AsWritten,
    /// 2A stands as 19, 2B as 18, as the key's rule has it.
    Corsica,
}

/// Which months are taken. Those of births whose month is unknown (20 to 42, 50 to 99) are rare, and only
/// believed in the groups of a NIR: they would make every hundredth id of fifteen digits one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Months {
    OfTheYear,
    All,
}

/// The rules of the NIR: sex, year, month, department, commune and order as they are issued, and the key.
fn is_nir(digits: &[u8], department: Department, months: Months) -> bool {
    if digits.len() != 15 {
        return false;
    }
    let part = |from: usize, to: usize| number(digits.get(from..to).unwrap_or_default());
    let month = part(3, 5);
    let born_in = part(5, 7);
    matches!(part(0, 1), 1..=4 | 7 | 8)
        && (matches!(month, 1..=12)
            || (months == Months::All && matches!(month, 20..=42 | 50..=99)))
        && match department {
            Department::AsWritten => born_in != 0 && born_in != 20,
            Department::Corsica => true,
        }
        && part(7, 10) != 0
        && part(10, 13) != 0
        && part(13, 15) == 97 - part(0, 13) % 97
}

/// The beginning of a NIR of someone born in Corsica: seven signs, of which the last is the letter A or B.
pub(super) struct Corsican {
    /// The first five digits, then the department as the key's rule has it.
    head: [u8; 7],
    /// Where the next digit stands.
    goes_on: usize,
}

impl Corsican {
    /// Whether a run that ended at `end` is such a beginning.
    pub(super) fn begun(plain: &[u8], end: usize, run: &Run) -> Option<Self> {
        let &[a, b, c, d, e, 2] = run.digits.as_slice() else { return None };
        let (letter, sign) = next_sign(plain, end)?;
        let department = match sign.to_ascii_uppercase() {
            b'A' => 9,
            b'B' => 8,
            _ => return None,
        };
        let (goes_on, next) = next_sign(plain, letter + 1)?;
        (class(next) == Class::Digit)
            .then_some(Self { head: [a, b, c, d, e, 1, department], goes_on })
    }

    /// Whether the run that begins at `start` completes it.
    pub(super) fn completed(begun: Option<Self>, start: usize, run: &Run) -> bool {
        let Some(Self { head, .. }) = begun.filter(|begun| begun.goes_on == start) else {
            return false;
        };
        // The rest is the whole run, or its first groups up to eight digits.
        let rest = run.digits.get(..8).unwrap_or_default();
        let bounded = run.digits.len() == 8 || run.groups.iter().any(|group| group.start == 8);
        bounded && is_nir(&[head.as_slice(), rest].concat(), Department::Corsica, Months::All)
    }
}
