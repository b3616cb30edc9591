//! The rows of the two gates travel everywhere by their ids; each id in the code is one of the page.

use std::collections::BTreeSet;

use super::Finding;
use crate::tree::Tree;

const PAGE: &str = "crates/firstword-rules/RULES.md";

/// Every word of the form `S8` or `R14` in code, in stories and on other pages is a row of the page.
pub fn known_rows(tree: &Tree) -> Vec<Finding> {
    let Some(page) = tree.text(PAGE) else { return vec![Finding::of_file(PAGE, "is not there")] };
    let rows: BTreeSet<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next())
        .filter(|id| is_row(id))
        .collect();
    let readable = |path: &str| [".rs", ".txt", ".md"].iter().any(|end| path.ends_with(end));
    let ours =
        tree.texts().filter(|(path, _)| readable(path) && !path.starts_with("crates/xtask/"));
    let mut findings = Vec::new();
    for (path, text) in ours {
        for (number, line) in text.lines().enumerate() {
            let words = line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
            for id in words.filter(|word| is_row(word) && !rows.contains(word)) {
                let what = format!("`{id}` is no row of RULES.md");
                findings.push(Finding::of_line(path, number, what));
            }
        }
    }
    findings
}

/// `S` or `R`, and a number of one or two digits.
fn is_row(word: &str) -> bool {
    let number = word.strip_prefix(['S', 'R']).unwrap_or_default();
    (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_not_on_the_page_is_found() {
        let page = (PAGE, "| # | if |\n| S1 | a |\n| R20 | b, as in S1 |\n");
        let found = |text| known_rows(&Tree::of(&[page, ("crates/a/src/a.rs", text)]));
        assert_eq!(found("row S1, R20; S3x, xS3, S333, ES10-2 and R are none"), []);
        let unknown = Finding::of_line("crates/a/src/a.rs", 1, "`S11` is no row of RULES.md");
        assert_eq!(found("\n// (S11)"), [unknown]);
        assert_eq!(known_rows(&Tree::default()).len(), 1, "without the page there is no telling");
    }
}
