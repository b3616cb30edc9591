//! How single files look: their headers, their size, and what may not stand in them.

use super::Finding;
use crate::tree::Tree;

/// The longest a file of the law may be, in lines.
const LAW: usize = 300;
/// The longest any other file may be.
const OTHERS: usize = 500;

/// Files that are longer, with their length. The list may only shrink, and so may each number in it.
const LONGER: &[(&str, usize)] = &[];

/// The widest a line of code may be, in characters. A line of a string may be as wide as what it says: broken, it
/// could no longer be searched for.
const CODE: usize = 100;
/// The widest a line of comment may be.
const COMMENT: usize = 120;

/// Files with tables or with texts of many lines, which nothing may break.
const WIDE: &[&str] =
    &["crates/firstword-testkit/src/matrix.rs", "crates/firstword-wire/src/scan/travel.rs"];

/// The tables of the two gates.
const GATES: &str = "crates/firstword-rules/src/gate/";

/// Every Rust file begins by saying what it is for.
pub fn headers(tree: &Tree) -> Vec<Finding> {
    let begins = |text: &str| {
        let first = text.lines().find(|line| !line.is_empty()).unwrap_or_default();
        first.starts_with("//!") || first.starts_with("#![doc = include_str!")
    };
    let lacking = tree.ending(".rs").filter(|(_, text)| !begins(text));
    lacking.map(|(path, _)| Finding::of_file(path, "has no `//!` header")).collect()
}

/// No file is longer than a person reads at once.
pub fn lengths(tree: &Tree) -> Vec<Finding> {
    lengths_but(tree, LONGER)
}

fn lengths_but(tree: &Tree, longer: &[(&str, usize)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".rs") {
        let lines = text.lines().count();
        let most = if path.starts_with("crates/firstword-rules/") { LAW } else { OTHERS };
        let listed = longer.iter().find(|(file, _)| *file == path).map(|(_, lines)| *lines);
        let what = match listed {
            None if lines > most => format!("{lines} lines, of at most {most}"),
            Some(_) if lines <= most => "is short enough: take it off the list".to_owned(),
            Some(listed) if lines > listed => format!("{lines} lines, of at most {listed}"),
            Some(listed) if lines < listed => format!("{lines} lines: put that on the list"),
            _ => continue,
        };
        findings.push(Finding::of_file(path, what));
    }
    let gone = longer.iter().filter(|(path, _)| tree.text(path).is_none());
    findings.extend(gone.map(|(path, _)| Finding::of_file(path, "is gone: take it off the list")));
    findings
}

/// No line is wider than a window.
pub fn columns(tree: &Tree) -> Vec<Finding> {
    columns_but(tree, WIDE)
}

fn columns_but(tree: &Tree, wide: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".rs").filter(|(path, _)| !path.starts_with(GATES)) {
        let is_listed = wide.contains(&path);
        let before = findings.len();
        for (number, line) in text.lines().enumerate() {
            let width = line.chars().count();
            let is_comment = line.trim_start().starts_with("//");
            let most = if is_comment { COMMENT } else { CODE };
            let is_text = !is_comment && (line.contains('"') || line.ends_with('\\'));
            if width > most && !is_text {
                let what = format!("{width} columns, of at most {most}");
                findings.push(Finding::of_line(path, number, what));
            }
        }
        if is_listed && findings.len() == before {
            findings.push(Finding::of_file(path, "is narrow enough: take it off the list"));
        } else if is_listed {
            findings.truncate(before);
        }
    }
    findings
}

/// Nothing is left for later without an issue of its own.
pub fn left_for_later(tree: &Tree) -> Vec<Finding> {
    // Put together, so that this file does not find itself.
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    lines_with(tree, |line| {
        let word = words
            .iter()
            .find(|word| line.split(|c: char| !c.is_alphanumeric()).any(|part| part == **word))?;
        Some(format!("`{word}`: do it, or open an issue"))
    })
}

/// No file knows on whose machine it was written.
pub fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let places = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!("/tmp/", "fw"),
    ];
    lines_with(tree, |line| {
        let place = places.iter().find(|place| is_path(line, place))?;
        Some(format!("a path of one machine: `{place}`"))
    })
}

/// Whether a path begins so in the line; in the middle of a longer path or address it is another.
fn is_path(line: &str, place: &str) -> bool {
    let mut before = line.match_indices(place).filter_map(|(at, _)| line.get(..at));
    before.any(|before| !before.ends_with(|c: char| c.is_alphanumeric() || "._-*}".contains(c)))
}

fn lines_with(tree: &Tree, found: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let lines = tree.texts().flat_map(|(path, text)| {
        text.lines().enumerate().map(move |(number, line)| (path, number, line))
    });
    lines
        .filter_map(|(path, number, line)| Some(Finding::of_line(path, number, found(line)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(path: &str, text: &str) -> Tree {
        Tree::of(&[(path, text)])
    }

    #[test]
    fn a_file_without_a_header_is_found() {
        assert!(headers(&one("a.rs", "//! What it is for.\n")).is_empty());
        assert!(headers(&one("a.rs", "#![doc = include_str!(\"x.md\")]\n")).is_empty());
        assert_eq!(headers(&one("a.rs", "use std::fmt;\n//! late\n")).len(), 1);
        assert_eq!(headers(&one("a.rs", "")).len(), 1);
    }

    #[test]
    fn long_files_are_found_and_the_list_of_exceptions_shrinks() {
        let law = "crates/firstword-rules/src/a.rs";
        for (path, lines, listed, findings) in [
            (law, 300, None, 0),
            (law, 301, None, 1),
            ("crates/xtask/src/a.rs", 301, None, 0),
            ("crates/xtask/src/a.rs", 501, None, 1),
            (law, 310, Some(310), 0),
            (law, 311, Some(310), 1),
            (law, 309, Some(310), 1),
            (law, 300, Some(310), 1),
        ] {
            let tree = one(path, &"x\n".repeat(lines));
            let listed: Vec<_> = listed.into_iter().map(|lines| (path, lines)).collect();
            assert_eq!(lengths_but(&tree, &listed).len(), findings, "{path} {lines} {listed:?}");
        }
        assert_eq!(lengths_but(&Tree::default(), &[("gone.rs", 600)]).len(), 1);
    }

    #[test]
    fn wide_lines_are_found() {
        let wide = |width: usize, start: &str| {
            format!("fn a() {{}}\n{start}{}", "ä".repeat(width - start.len()))
        };
        assert!(columns(&one("a.rs", &wide(100, "let x"))).is_empty());
        assert!(columns(&one("a.rs", &wide(120, "  // x"))).is_empty());
        assert!(columns(&one("a.rs", &wide(200, "let x = \""))).is_empty());
        assert!(
            columns(&one("crates/firstword-rules/src/gate/sender.rs", &wide(200, "row")))
                .is_empty()
        );
        let found = columns(&one("a.rs", &wide(101, "let x")));
        assert_eq!(found, [Finding::of_line("a.rs", 1, "101 columns, of at most 100")]);
        assert_eq!(columns(&one("a.rs", &wide(121, "/// \""))).len(), 1);
        assert!(columns_but(&one("a.rs", &wide(101, "let x")), &["a.rs"]).is_empty());
        assert_eq!(columns_but(&one("a.rs", "short"), &["a.rs"]).len(), 1);
    }

    #[test]
    fn what_is_left_for_later_is_found() {
        let later = concat!("// TO", "DO: think");
        assert_eq!(left_for_later(&one("a.md", &format!("\n{later}"))).len(), 1);
        assert!(
            left_for_later(&one("a.md", "todo!() is denied; mastodons are extinct")).is_empty()
        );
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        for (text, findings) in [
            (concat!("see /wo", "rk/main"), 1),
            (concat!("\"/ro", "ot/.cargo\""), 1),
            (concat!("file:///ho", "me/me/x"), 1),
            (concat!("cargo/ho", "me/x"), 0),
            (concat!("https://example.org/ho", "me/x"), 0),
            ("relative/paths/are.fine", 0),
        ] {
            assert_eq!(machine_paths(&one("a.toml", text)).len(), findings, "{text}");
        }
    }
}
