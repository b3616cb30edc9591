//! The text scan by its tables: one text a line, and the kinds it holds (tests/scan/*.txt).

use firstword_wire::scan::{Kind, scan};

/// `\n`, `\r`, `\t`, `\\` and `\u{hex}` to what they stand for.
fn unescaped(line: &str) -> String {
    let mut text = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('\\') => text.push('\\'),
            Some('u') => {
                let hex: String = chars.by_ref().skip(1).take_while(|&c| c != '}').collect();
                text.extend(u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32));
            }
            other => assert_eq!(other, None, "an unknown escape in {line}"),
        }
    }
    text
}

/// Compares every line of a table with the scan, all of them before it fails.
fn check(table: &str, at_least: usize) {
    let mut wrong = Vec::new();
    let mut lines = 0;
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let parts = line.split_once(" => ");
        assert!(parts.is_some(), "no `kinds => text`: {line}");
        let Some((kinds, text)) = parts else { continue };
        let mut expected: Vec<&str> = kinds.split(", ").filter(|kind| *kind != "-").collect();
        expected.sort_by_key(|name| Kind::ALL.iter().position(|kind| kind.as_str() == *name));
        let found: Vec<&str> = scan(&unescaped(text)).iter().map(Kind::as_str).collect();
        if found != expected {
            wrong.push(format!("{line}\n    found {found:?}"));
        }
        lines += 1;
    }
    assert!(wrong.is_empty(), "{} of {lines} lines:\n{}", wrong.len(), wrong.join("\n"));
    assert!(lines >= at_least, "only {lines} lines");
}

#[test]
fn cards() {
    check(include_str!("scan/cards.txt"), 90);
}

#[test]
fn accounts() {
    check(include_str!("scan/accounts.txt"), 30);
}

#[test]
fn national_numbers() {
    check(include_str!("scan/national.txt"), 40);
}

#[test]
fn documents() {
    check(include_str!("scan/documents.txt"), 20);
}

#[test]
fn requests() {
    check(include_str!("scan/requests.txt"), 190);
}

#[test]
fn ordinary_texts() {
    check(include_str!("scan/ordinary.txt"), 30);
}
