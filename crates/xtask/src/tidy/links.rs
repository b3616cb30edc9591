//! Pages point to files that are there, and the change log has its place for what changes decisions.

use super::Finding;
use crate::tree::Tree;

const CHANGELOG: &str = "CHANGELOG.md";
const HEADING: &str = "Decisions that change";

/// Every link of a page to a file leads to one.
pub fn links(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".md") {
        let mut in_code = false;
        for (number, line) in text.lines().enumerate() {
            in_code ^= line.trim_start().starts_with("```");
            for target in targets(line).filter(|_| !in_code) {
                if !resolve(path, target).is_some_and(|file| tree.holds(&file)) {
                    let what = format!("the link to `{target}` leads nowhere");
                    findings.push(Finding::of_line(path, number, what));
                }
            }
        }
    }
    findings
}

/// The files that a line links to; addresses and headings of the same page are none.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let links = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files = links.map(|link| link.split(['#', ' ']).next().unwrap_or_default());
    files.filter(|link| !link.is_empty() && !link.contains("://") && !link.starts_with("mailto:"))
}

/// The path from the root of what a page links to; `None` where it would leave the repository.
fn resolve(page: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The change log says which decisions change.
pub fn changelog(tree: &Tree) -> Vec<Finding> {
    let is_heading =
        |line: &str| line.starts_with('#') && line.trim_start_matches('#').trim() == HEADING;
    match tree.text(CHANGELOG) {
        Some(text) if text.lines().any(is_heading) => Vec::new(),
        Some(_) => vec![Finding::of_file(CHANGELOG, format!("lacks the heading `{HEADING}`"))],
        None => vec![Finding::of_file(CHANGELOG, "is not there")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        for (link, findings) in [
            ("[a](b.md)", 0),
            ("[a](./sub/../b.md#part)", 0),
            ("[a](sub/)", 0),
            ("[a](../top.md) and [b](c.md)", 1),
            ("[a](../../above.md)", 1),
            ("[a](https://example.org/x.md) [b](#here)", 0),
            ("```\n[a](c.md)\n```", 0),
        ] {
            let files =
                [("docs/a.md", link), ("docs/b.md", ""), ("docs/sub/x.txt", ""), ("top.md", "")];
            assert_eq!(links(&Tree::of(&files)).len(), findings, "{link}");
        }
    }

    #[test]
    fn a_change_log_without_its_heading_is_found() {
        for (text, findings) in [
            ("# Changes\n### Decisions that change\n", 0),
            ("# Changes\nDecisions that change\n", 1),
            ("## Decisions that changed\n", 1),
        ] {
            assert_eq!(changelog(&Tree::of(&[(CHANGELOG, text)])).len(), findings, "{text}");
        }
        assert_eq!(changelog(&Tree::default()).len(), 1);
    }
}
