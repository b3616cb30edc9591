//! RULES.md is what people agreed to, the tables are what runs. Here they are compared, so that neither can
//! change alone.

#[path = "shared/cast.rs"]
mod cast;
#[path = "shared/meeting.rs"]
mod meeting;
#[path = "page/memory.rs"]
mod memory;
#[path = "page/reading.rs"]
mod reading;

use std::collections::BTreeSet;

use firstword_rules::{Gate, RECIPIENT_GATE, Reach, Reason, Row, SENDER_GATE, Scope, Standing};

use reading::{backticked, chapter, column, headings, table, without_references};

const RULES: &str = include_str!("../RULES.md");

/// A row as the page writes it: id, condition, verdict, reason.
fn written(row: &Row) -> Vec<String> {
    let (verdict, reason) = row.outcome();
    vec![row.id.to_owned(), row.words.to_owned(), verdict.to_owned(), reason]
}

#[test]
fn page_and_tables_agree_row_by_row() {
    for gate in [&SENDER_GATE, &RECIPIENT_GATE] {
        let (head, on_the_page) = table(chapter(RULES, gate.section), 0);
        assert_eq!(head, ["#", "if", "verdict", "reason"], "{}", gate.section);
        let in_the_code: Vec<_> = gate.all_rows().map(written).collect();
        assert_eq!(in_the_code.len(), on_the_page.len(), "{} has other rows", gate.section);
        for (code, page) in in_the_code.iter().zip(&on_the_page) {
            let page: Vec<_> = page.iter().map(|cell| without_references(cell)).collect();
            assert_eq!(code, &page, "{}", gate.section);
        }
    }
}

#[test]
fn gates_are_chapters_of_the_page() {
    let headings: Vec<_> = headings(RULES).collect();
    for gate in [&SENDER_GATE, &RECIPIENT_GATE] {
        assert!(
            headings.iter().any(|heading| heading.starts_with(gate.section)),
            "{}",
            gate.section
        );
    }
}

#[test]
fn every_id_names_one_row() {
    let rows = || [&SENDER_GATE, &RECIPIENT_GATE].into_iter().flat_map(Gate::all_rows);
    let ids: BTreeSet<_> = rows().map(|row| row.id).collect();
    assert_eq!(ids.len(), rows().count());
    for id in ids {
        assert_eq!(Row::named(id).map(|row| row.id), Some(id));
    }
}

#[test]
fn every_reason_is_on_the_page_and_the_page_names_no_other() {
    let mut named = BTreeSet::new();
    for gate in [&SENDER_GATE, &RECIPIENT_GATE] {
        let rows = table(chapter(RULES, gate.section), 0);
        named.extend(column(&rows, "reason").iter().flat_map(|cell| backticked(cell)));
    }
    let standing = table(chapter(RULES, "3. Terms and standing"), 0);
    named.extend(column(&standing, "because").iter().flat_map(|cell| backticked(cell)));
    let grounds = sentence(RULES, "tried in this order: ", ".");
    named.extend(backticked(grounds));

    let known: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.as_str().to_owned()).collect();
    assert_eq!(named, known);
}

#[test]
fn words_of_the_page_are_words_of_the_code() {
    let (_, rows) = table(chapter(RULES, "3. Terms and standing"), 1);
    let standings: Vec<_> = rows.iter().flatten().flat_map(|cell| backticked(cell)).collect();
    assert_eq!(standings, texts(Standing::ALL.iter().map(|word| word.as_str())));

    let scopes = backticked(sentence(RULES, "each **scope** (", ")"));
    assert_eq!(scopes, texts(Scope::ALL.iter().map(|word| word.as_str())));

    let reach = backticked(sentence(RULES, "**Reach** of P: ", "`reach.set`"));
    let reach: BTreeSet<_> = reach.into_iter().filter(|word| word != "spoke_*").collect();
    assert_eq!(reach, texts(Reach::ALL.iter().map(|word| word.as_str())).into_iter().collect());
}

fn texts<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    words.map(str::to_owned).collect()
}

/// What stands on the page between two texts; empty where they do not.
fn sentence<'p>(page: &'p str, from: &str, to: &str) -> &'p str {
    reading::between(page, from, to).unwrap_or_default()
}
