//! REASONS.md has an entry for each reason, in their order, and names the rows that give it.

use firstword_rules::{Gate, Reason, Role};

const PAGE: &str = include_str!("../REASONS.md");

fn entries() -> Vec<(&'static str, &'static str)> {
    PAGE.split("\n## ").skip(1).filter_map(|entry| entry.split_once('\n')).collect()
}

#[test]
fn every_reason_has_its_entry_in_order() {
    let headings: Vec<_> = entries().into_iter().map(|(heading, _)| heading).collect();
    let reasons: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(headings, reasons);
}

#[test]
fn every_entry_says_where_it_comes_from_and_what_to_do() {
    for (heading, text) in entries() {
        for part in ["Comes from: ", "Ends", "To do: "] {
            assert!(text.contains(part), "{heading} does not say: {part}");
        }
    }
}

#[test]
fn each_part_of_an_entry_is_found_and_is_one_line() {
    for reason in Reason::ALL {
        let parts = [reason.meaning(), reason.comes_from(), reason.ends(), reason.to_do()];
        for part in parts {
            assert!(part.len() > 5 && part.lines().count() == 1, "{reason}: {part:?}");
        }
        assert!(reason.ends().starts_with("Ends"), "{reason}: {}", reason.ends());
        for part in [reason.ends(), reason.to_do(), reason.comes_from()] {
            assert!(part.ends_with('.'), "{reason}: {part:?}");
        }
        let entry = entries().into_iter().find(|(of, _)| *of == reason.as_str());
        let told: usize = parts.iter().map(|part| part.len()).sum();
        let missed = entry.map(|(_, entry)| entry.len().saturating_sub(told));
        // What is none of the parts: the rows in brackets, the words before a part, the ends of the lines.
        assert!(missed.is_some_and(|missed| missed < 60), "{reason}: {missed:?} bytes");
    }
}

#[test]
fn an_entry_names_the_rows_that_give_its_reason() {
    for row in [Role::Sender, Role::Recipient(None)]
        .into_iter()
        .filter_map(Gate::of)
        .flat_map(Gate::all_rows)
    {
        let (_, reason) = row.outcome();
        let given: Vec<_> = match reason.trim_matches('`') {
            "-" => continue,
            "why the standing is so" => {
                vec!["terms_declined", "terms_withdrawn", "terms_unanswered"]
            }
            one => vec![one],
        };
        for (heading, text) in entries().into_iter().filter(|(heading, _)| given.contains(heading))
        {
            let rows = text.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
            let named = rows.is_some_and(|(rows, _)| rows.split(", ").any(|id| id == row.id));
            assert!(named, "{heading} does not name {}", row.id);
        }
    }
}
