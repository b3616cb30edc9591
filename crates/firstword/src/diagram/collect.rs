//! Gathers what the finders see into nodes and edges: parallel ways become one edge, in one order.

use std::collections::{BTreeMap, BTreeSet};

use firstword_rules::Span;

use super::{Edge, Node};

/// States by key, in the order of their keys, and the ways between them.
pub struct Found<K> {
    nodes: BTreeMap<K, Node>,
    ways: BTreeMap<(K, K, bool), BTreeMap<String, BTreeSet<&'static str>>>,
}

impl<K: Ord + Copy> Found<K> {
    /// Nothing yet.
    pub fn new() -> Found<K> {
        Found { nodes: BTreeMap::new(), ways: BTreeMap::new() }
    }

    /// A state was seen. What holds in it is asked for the first time only.
    pub fn sees(&mut self, key: K, node: impl FnOnce() -> Node) {
        self.nodes.entry(key).or_insert_with(node);
    }

    /// One state led to another by an event, which this row decided, or by none where the row is empty.
    pub fn leads(&mut self, from: K, to: K, label: impl Into<String>, row: &'static str) {
        self.add(from, to, false, label.into(), row);
    }

    /// One state led to another by time alone.
    pub fn becomes(&mut self, from: K, to: K, label: impl Into<String>) {
        self.add(from, to, true, label.into(), "");
    }

    fn add(&mut self, from: K, to: K, by_time: bool, label: String, row: &'static str) {
        if from == to {
            return;
        }
        let rows = self.ways.entry((from, to, by_time)).or_default().entry(label).or_default();
        if !row.is_empty() {
            rows.insert(row);
        }
    }

    /// Nodes, that in which everyone begins first, and edges. A way from or to a state that was never seen is
    /// none.
    pub fn finish(mut self, begin: K) -> (Vec<Node>, Vec<Edge>) {
        let mut order: Vec<K> = self.nodes.keys().copied().collect();
        order.sort_by_key(|key| *key != begin);
        let places: BTreeMap<K, usize> = order.iter().copied().zip(0..).collect();
        let mut edges = Vec::new();
        for ((from, to, by_time), labels) in self.ways {
            if let (Some(from), Some(to)) = (places.get(&from), places.get(&to)) {
                let labels =
                    labels.into_iter().map(|(label, rows)| with_rows(label, &rows)).collect();
                edges.push(Edge { from: *from, to: *to, by_time, labels });
            }
        }
        edges.sort_by_key(|edge| (edge.from, edge.to, edge.by_time));
        (order.iter().filter_map(|key| self.nodes.remove(key)).collect(), edges)
    }
}

fn with_rows(label: String, rows: &BTreeSet<&'static str>) -> String {
    if rows.is_empty() {
        return label;
    }
    let rows: Vec<&str> = rows.iter().copied().collect();
    format!("{label} ({})", rows.join(", "))
}

/// A span as people say it: `24h` for a day, as long as it is a few of them.
pub fn span(span: Span) -> String {
    const HOUR: i64 = 3_600_000;
    if span.0 > 0 && span.0 % HOUR == 0 && span.0 <= 72 * HOUR {
        format!("{}h", span.0 / HOUR)
    } else {
        span.to_string()
    }
}

/// A text in lines of no more than so many characters, where its words allow it.
pub fn in_lines(text: &str, longest: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < longest => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
