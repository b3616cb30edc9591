//! Properties of the scan: every evasion of every scheme is found, ordinary digits are not, and the work is linear.

use proptest::prelude::*;

use super::card::{ISSUERS, Issuer, is_card};
use super::{Keywords, Kind, one_form, scan, work};

/// A small generator with a seed, the same on every computer (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn of<'a, T: ?Sized>(&mut self, choice: &[&'a T]) -> &'a T {
        let at = self.below(choice.len() as u64) as usize;
        choice.get(at).copied().unwrap()
    }

    /// So many decimal digits.
    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }

    /// A valid number of this scheme, of this length.
    fn card(&mut self, issuer: &Issuer, length: usize) -> String {
        loop {
            let at = self.below(issuer.prefixes.len() as u64) as usize;
            let &(first, last) = issuer.prefixes.get(at).unwrap();
            let prefix = u64::from(first) + self.below(u64::from(last - first) + 1);
            let head = format!("{prefix}{}", self.digits(length));
            let head: String = head.chars().take(length - 1).collect();
            for check in '0'..='9' {
                let number = format!("{head}{check}");
                let values: Vec<u8> = number.bytes().map(|digit| digit - b'0').collect();
                // Bar codes and company numbers are left out by rule; the next throw is none.
                if is_card(&values, &[]) {
                    return number;
                }
            }
        }
    }
}

/// Writes the digits of a card in another way.
type Evasion = (&'static str, fn(&str, &mut Dice) -> String);

/// Puts something between all digits.
fn between(number: &str, mut sign: impl FnMut() -> String) -> String {
    let mut text = String::new();
    for (at, digit) in number.chars().enumerate() {
        if at > 0 {
            text += &sign();
        }
        text.push(digit);
    }
    text
}

/// Groups of four.
fn fours(number: &str, gap: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    let groups: Vec<String> = digits.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join(gap)
}

/// The digits of another script.
fn script(number: &str, zero: char) -> String {
    let value = |c: char| c.to_digit(10).unwrap_or(0);
    number.chars().filter_map(|c| char::from_u32(u32::from(zero) + value(c))).collect()
}

const INVISIBLE: &[&str] = &[
    "\u{200b}",
    "\u{200c}",
    "\u{200d}",
    "\u{2060}",
    "\u{feff}",
    "\u{ad}",
    "\u{fe0f}",
    "\u{e0101}",
    "\u{301}",
    "\u{202e}",
    "\u{2066}",
    "\u{34f}",
    "\u{180e}",
    "\u{e0030}",
    "\u{20e3}",
];
const SEPARATORS: &[&str] = &[
    " ", "-", ".", "/", "_", "\u{a0}", "\u{2009}", "\u{202f}", "\u{3000}", "\t", "\n", "–", "—",
    "‑", "−", "·", "•", "|", "*", "\\", "~", "'",
];

#[rustfmt::skip]
static EVASIONS: &[Evasion] = &[
    ("as it is", |n, _| n.to_owned()),
    ("blanks", |n, _| fours(n, " ")),
    ("dashes", |n, _| fours(n, "-")),
    ("commas", |n, _| fours(n, ",")),
    ("dots", |n, _| fours(n, ".")),
    ("slashes", |n, _| fours(n, "/")),
    ("no-break blanks", |n, _| fours(n, "\u{a0}")),
    ("thin blanks", |n, _| fours(n, "\u{2009}")),
    ("lines", |n, _| fours(n, "\r\n")),
    ("dash between blanks", |n, _| fours(n, " – ")),
    ("a separator everywhere", |n, _| between(n, || " ".into())),
    ("any separators", |n, dice| between(n, || dice.of(SEPARATORS).to_owned())),
    ("up to three separators", |n, dice| between(n, || (0..dice.below(4)).map(|_| dice.of(SEPARATORS)).collect())),
    ("zero width", |n, _| between(n, || "\u{200b}".into())),
    ("soft hyphens", |n, _| between(n, || "\u{ad}".into())),
    ("variation selectors", |n, _| between(n, || "\u{fe0f}".into())),
    ("bidirectional marks", |n, _| format!("\u{202e}{}\u{202c}", fours(n, "\u{200f}"))),
    ("combining marks", |n, _| between(n, || "\u{336}\u{301}".into())),
    ("any invisible", |n, dice| between(n, || (0..dice.below(9)).map(|_| dice.of(INVISIBLE)).collect())),
    ("invisible and separators", |n, dice| between(n, || format!("{}{}{}", dice.of(INVISIBLE), dice.of(SEPARATORS), dice.of(INVISIBLE)))),
    ("keycaps", |n, _| n.chars().map(|c| format!("{c}\u{fe0f}\u{20e3}")).collect()),
    ("full width", |n, _| script(n, '０')),
    ("mathematical bold", |n, _| script(n, '𝟎')),
    ("mathematical monospace", |n, _| fours(&script(n, '𝟶'), " ")),
    ("arabic-indic", |n, _| script(n, '٠')),
    ("persian", |n, _| fours(&script(n, '۰'), "\u{200c}")),
    ("devanagari", |n, _| script(n, '०')),
    ("thai", |n, _| fours(&script(n, '๐'), " ")),
    ("a script a digit", |n, dice| n.chars().map(|c| script(&c.to_string(), *dice.of(&[&'0', &'٠', &'०', &'０', &'𝟎', &'๐', &'𞥐']))).collect()),
    ("circled", |n, _| n.chars().map(|c| if c == '0' { '⓪' } else { char::from_u32(0x245f + c.to_digit(10).unwrap_or(1)).unwrap() }).collect()),
    ("superscript", |n, _| n.chars().filter_map(|c| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(c.to_digit(10).unwrap_or(0) as usize)).collect()),
    ("control characters", |n, _| fours(n, "\u{1}")),
    ("between letters", |n, _| format!("nr{n}x")),
    ("between other letters", |n, _| format!("номер{n}конец")),
];

/// At least twenty kinds of evasion, every scheme and length, and none is missed.
#[test]
fn every_evasion_of_every_scheme_is_found() {
    assert!(EVASIONS.len() >= 20);
    let mut dice = Dice(20_210_516);
    let mut missed = Vec::new();
    for issuer in ISSUERS.iter().filter(|issuer| issuer.only_as.is_none()) {
        for &length in issuer.lengths {
            for (evasion, write) in EVASIONS {
                for _ in 0..20 {
                    let number = dice.card(issuer, length);
                    let text = write(&number, &mut dice);
                    if !scan(&text).contains(Kind::PaymentCard) {
                        missed.push(format!("{} {length}, {evasion}: {text:?}", issuer.name));
                    }
                }
            }
        }
    }
    assert!(missed.is_empty(), "{} missed, such as {:?}", missed.len(), missed.first());
}

/// A number that the digits of ordinary texts are made of.
fn ordinary(dice: &mut Dice) -> String {
    let d = |dice: &mut Dice, count| dice.digits(count);
    let year = 1990 + dice.below(40);
    let (month, day) = (1 + dice.below(12), 1 + dice.below(28));
    match dice.below(32) {
        0 => format!(
            "0{} {} {} {} {}",
            1 + dice.below(9),
            d(dice, 2),
            d(dice, 2),
            d(dice, 2),
            d(dice, 2)
        ),
        1 => format!("+33 6 {} {} {} {}", d(dice, 2), d(dice, 2), d(dice, 2), d(dice, 2)),
        2 => format!("+49 151{} {}", d(dice, 1), d(dice, 7)),
        3 => format!("+49151{}", d(dice, 8)),
        4 => format!("+1 ({}) {}-{}", d(dice, 3), d(dice, 3), d(dice, 4)),
        5 => format!("+44 20 {} {}", d(dice, 4), d(dice, 4)),
        6 => format!("{year}-{month:02}-{day:02}"),
        7 => format!(
            "{day:02}.{month:02}.{year} {:02}:{:02}:{:02}",
            dice.below(24),
            dice.below(60),
            dice.below(60)
        ),
        8 => format!("{day}/{month}/{year}"),
        9 => format!(
            "{year}{month:02}{day:02}{:02}{:02}{:02}",
            dice.below(24),
            dice.below(60),
            dice.below(60)
        ),
        10 => format!("1{}", d(dice, 12)),  // milliseconds
        11 => format!("1{}", d(dice, 15)),  // microseconds
        12 => format!("10{}", d(dice, 13)), // ids of platforms
        13 => format!("1{}", d(dice, 18)),  // ids made of times
        14 => d(dice, 6),
        15 => d(dice, 8),
        16 => d(dice, 10),
        17 => d(dice, 12),
        18 => format!(
            "{}-{}-{}",
            dice.of(&["028", "111", "114", "171", "203", "302", "305", "402", "408", "701"]),
            d(dice, 7),
            d(dice, 7)
        ),
        19 => format!("1Z999AA{}", d(dice, 11)),
        20 => format!("RR{}FR", d(dice, 9)),
        21 => format!(
            "94{} {} {} {} {} {}",
            d(dice, 2),
            d(dice, 4),
            d(dice, 4),
            d(dice, 4),
            d(dice, 4),
            d(dice, 2)
        ),
        22 => format!("0034043{}", d(dice, 13)),
        23 => format!(
            "{}.{}.{}.{}",
            dice.below(256),
            dice.below(256),
            dice.below(256),
            dice.below(256)
        ),
        24 => format!("{}.{}, {}.{}", dice.below(90), d(dice, 5), dice.below(180), d(dice, 5)),
        25 => format!("{},{},{}.{} EUR", 1 + dice.below(999), d(dice, 3), d(dice, 3), d(dice, 2)),
        26 => {
            with_check(&format!("40{}", d(dice, 10)), |weight| if weight % 2 == 0 { 3 } else { 1 })
        }
        27 => {
            with_check(&format!("978{}", d(dice, 9)), |weight| if weight % 2 == 0 { 3 } else { 1 })
        }
        28 => company(dice),
        29 => format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            dice.below(1 << 32),
            dice.below(1 << 16),
            dice.below(1 << 12),
            dice.below(1 << 12),
            dice.below(1 << 48)
        ),
        30 => (0..2 + dice.below(5))
            .map(|_| (1 + dice.below(50)).to_string())
            .collect::<Vec<_>>()
            .join(", "),
        _ => (0..2 + dice.below(4))
            .map(|_| (1950 + dice.below(100)).to_string())
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// Appends the check digit of a bar code.
fn with_check(head: &str, weight: fn(usize) -> u32) -> String {
    let sum: u32 = head
        .chars()
        .rev()
        .enumerate()
        .map(|(at, c)| c.to_digit(10).unwrap_or(0) * weight(at))
        .sum();
    format!("{head}{}", (10 - sum % 10) % 10)
}

/// A French company's establishment: a SIREN and a SIRET, each with its Luhn check.
fn company(dice: &mut Dice) -> String {
    let luhn = |head: String| {
        let double = |(at, c): (usize, char)| {
            let value = c.to_digit(10).unwrap_or(0) * if at % 2 == 0 { 2 } else { 1 };
            value / 10 + value % 10
        };
        let sum: u32 = head.chars().rev().enumerate().map(double).sum();
        format!("{head}{}", (10 - sum % 10) % 10)
    };
    let siren = luhn(format!("3{}", dice.digits(7)));
    luhn(format!("{siren}000{}", dice.digits(1)))
}

/// One text in a thousand at most: telephone numbers, dates, orders, tracking, bar codes, company numbers, ids.
#[test]
fn ordinary_digits_are_seldom_taken_for_more() {
    let mut dice = Dice(1);
    let texts = 200_000;
    let mut wrong = Vec::new();
    for _ in 0..texts {
        let words = ["order ", "see ", "call ", "", "ref. ", "on ", "Nr. "];
        let gaps = [" ", ", ", "\n", " and ", "; ", " / "];
        let mut text = String::new();
        for _ in 0..1 + dice.below(3) {
            text += dice.of(&words);
            text += &ordinary(&mut dice);
            text += dice.of(&gaps);
        }
        let found = scan(&text);
        if !found.is_empty() {
            wrong.push(format!("{text:?} {:?}", found.iter().collect::<Vec<_>>()));
        }
    }
    assert!(
        wrong.len() * 1000 <= texts,
        "{} of {texts}: {:#?}",
        wrong.len(),
        wrong.iter().take(40).collect::<Vec<_>>()
    );
}

/// Texts made to be slow, repeated: sixteen times the text is sixteen times the work, and never much a byte.
#[test]
fn work_is_linear_whatever_the_text() {
    let pieces = [
        "4",
        "4 ",
        "4929471829384756 ",
        "4929 4718 2938 4755 ",
        "4929-4718 ",
        "378 28 2246 310005 1 2 3 ",
        "1 84 12 76 451 089 46 ",
        "1 84 12 2A 451 ",
        "123-45-6789 ",
        "123-45-",
        "GT12GT34 ",
        "LC12 LCAB ",
        "gt--12-",
        "D E 8 9 ",
        "P<",
        "P<PP<A0<I<V0P 12345678 ",
        "I<<<<<<<<<<0 ",
        "<",
        "number of the ",
        "send card number no ",
        "never ask for the number of the card ",
        "4\u{301}",
        "4\u{200b}",
        "\u{fdfa}",
        "½",
        "①",
        "𝟒",
        ".4",
        "...4",
        "....4",
    ];
    for piece in pieces {
        let steps = |size: usize| {
            let text = piece.repeat(size / piece.len());
            work::taken();
            let found = scan(&text);
            (work::taken(), found)
        };
        let (short, found) = steps(16 << 10);
        let (long, found_in_long) = steps(256 << 10);
        assert_eq!(found, found_in_long, "{piece:?}");
        assert!(long <= 17 * short + 1024, "{piece:?}: {short} steps become {long}");
        assert!(long <= 24 * (256 << 10), "{piece:?}: {long} steps");
    }
}

/// Text that looks like what the scan looks for, broken in every way.
fn nasty() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "4111111111111111",
        "4111 1111 ",
        "1111",
        "4",
        "0",
        " ",
        "-",
        "\u{200b}",
        "\u{301}",
        "٤",
        "𝟒",
        "①",
        "½",
        "\u{fdfa}",
        "DE89",
        "370400440532013000",
        "FR",
        "GB29NWBK",
        "P<UTO",
        "<<",
        "I<UTOD231458907<<<<",
        "7408122F1204159",
        "\n",
        "\r\n",
        "123-45-6789",
        "1 84 12 76 451 089 46",
        "2A",
        "send",
        " me your ",
        "card number",
        "numéro de carte",
        "?",
        ".",
        ",",
        "no ",
        "never ",
        "last 4 digits ",
        "é",
        "ß",
        "ﬁ",
        "中",
        "\u{0}",
        "+",
        "iban",
        "\u{1f469}\u{200d}\u{1f680}",
    ]);
    let piece = prop_oneof![4 => pieces.prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(2000)
    })]

    #[test]
    fn no_text_stops_the_scan(text in nasty()) {
        let found = scan(&text);
        let contained = Kind::ALL.iter().filter(|&&kind| found.contains(kind)).count();
        prop_assert_eq!(found.iter().count(), contained);
        Keywords::new([text.as_str()], ["stop"]).find(&text);
    }

    #[test]
    fn what_is_invisible_changes_nothing(text in "[0-9A-Za-z<., \n-]{0,80}", at in any::<prop::sample::Index>()) {
        let places: Vec<usize> =
            text.char_indices().map(|(place, _)| place).chain([text.len()]).collect();
        let mut other = text.clone();
        other.insert(*at.get(&places), '\u{200b}');
        prop_assert_eq!(scan(&text), scan(&other));
    }

    /// Up to three separators anywhere in a number that stands alone hide nothing.
    #[test]
    fn separators_hide_nothing(digits in "[3-6][0-9]{12,18}", gaps in prop::collection::vec(0u64..4, 19), seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let mut gaps = gaps.into_iter();
        let split = between(&digits, || {
            (0..gaps.next().unwrap_or(0)).map(|_| dice.of(SEPARATORS)).collect()
        });
        prop_assert!(scan(&split).contains(Kind::PaymentCard) || !scan(&digits).contains(Kind::PaymentCard), "{}", split);
    }

    #[test]
    fn a_form_is_its_own_form(text in nasty()) {
        let form = one_form(&text);
        prop_assert_eq!(one_form(&form), form.as_str());
    }

    /// A text has a keyword's finding exactly when the two forms are equal.
    #[test]
    fn keywords_are_found_by_their_form(text in "[ !.]{0,3}[aAàß\u{200b}\u{301}i ]{0,8}[ !.]{0,3}", keyword in "[aAàßi ]{1,6}") {
        let keywords = Keywords::new([keyword.as_str()], []);
        let equal = !one_form(&keyword).is_empty() && one_form(&keyword) == one_form(&text);
        prop_assert_eq!(keywords.find(&text), (equal, false));
    }
}
