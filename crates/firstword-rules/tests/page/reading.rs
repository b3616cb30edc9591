//! Reads the page's Markdown as far as the comparison needs it: headings, tables, words in backticks.

/// A table: its head and its rows.
pub type Table = (Vec<String>, Vec<Vec<String>>);

/// The headings of the second level, which are the page's chapters.
pub fn headings(page: &str) -> impl Iterator<Item = &str> {
    page.lines().filter_map(|line| line.strip_prefix("## "))
}

/// The text of the chapter whose heading begins so, up to the next; empty where there is none.
pub fn chapter<'p>(page: &'p str, heading: &str) -> &'p str {
    let chapters = page.split("\n## ").skip(1);
    chapters.into_iter().find(|chapter| chapter.starts_with(heading)).unwrap_or_default()
}

/// The chapter's table of this number, from 0; empty where there is none.
pub fn table(chapter: &str, number: usize) -> Table {
    let is_row = |line: &&str| line.starts_with('|');
    let mut rest = chapter.lines().peekable();
    for _ in 0..number {
        while rest.next_if(|line| !is_row(line)).is_some() {}
        while rest.next_if(is_row).is_some() {}
    }
    while rest.next_if(|line| !is_row(line)).is_some() {}
    let mut rows = std::iter::from_fn(|| rest.next_if(is_row)).map(cells);
    let head = rows.next().unwrap_or_default();
    (head, rows.skip(1).collect())
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// The cells below one head.
pub fn column(table: &Table, head: &str) -> Vec<String> {
    let (heads, rows) = table;
    let Some(place) = heads.iter().position(|cell| cell == head) else { return Vec::new() };
    rows.iter().filter_map(|row| row.get(place).cloned()).collect()
}

/// The words in backticks.
pub fn backticked(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What stands between two texts, the first of each.
pub fn between<'p>(page: &'p str, from: &str, to: &str) -> Option<&'p str> {
    let (_, after) = page.split_once(from)?;
    after.split_once(to).map(|(between, _)| between)
}

/// A condition without its cross references: "(section 6)" is for the reader of the page.
pub fn without_references(cell: &str) -> String {
    let mut text = cell.to_owned();
    while let Some(start) = text.find(" (section ") {
        let Some(length) = text.get(start..).and_then(|rest| rest.find(')')) else { break };
        text.replace_range(start..=start + length, "");
    }
    text
}

#[test]
fn tables_are_read_by_number() {
    let chapter =
        "x\n| a | b |\n|---|---|\n| 1 | `p` (section 3) q |\n\ntext\n| c |\n|---|\n| 2 |\n| 3 |";
    let first = table(chapter, 0);
    assert_eq!(column(&first, "b"), ["`p` (section 3) q"]);
    assert_eq!(column(&table(chapter, 1), "c"), ["2", "3"]);
    assert_eq!(table(chapter, 2), Table::default());
    assert_eq!(without_references("`p` (section 3) q (section 12)"), "`p` q");
}
