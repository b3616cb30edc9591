//! Drawings of the state machines, made by running the rules.
//!
//! Nothing here knows a rule. The finders (`standing`, `permission`, `conversation`) bring a small, complete set
//! of machines, events and time steps before `decide` and `evolve` and note which state leads where; a state is
//! what the decisions say about it. The writers (`mermaid`, `dot`, `svg`) know nodes and edges and no policy.
//! The same policy always gives the same drawing, byte for byte.

mod collect;
mod conversation;
mod dot;
mod mermaid;
mod permission;
mod person;
mod standing;
mod svg;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;

pub use conversation::conversation;
pub use dot::dot;
pub use mermaid::{markdown, mermaid};
pub use permission::permission;
pub use standing::standing;
pub use svg::svg;

/// One state machine under one policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drawing {
    /// What it is called, an identifier: `standing`.
    pub name: String,
    /// One line.
    pub title: String,
    /// What the letters mean, a sentence or two.
    pub note: String,
    /// The states, in the order in which they are best read; the first is where everyone begins.
    pub nodes: Vec<Node>,
    /// Where one leads to another, in the order of their nodes.
    pub edges: Vec<Edge>,
}

/// A state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Its name.
    pub title: String,
    /// What holds in it, a line each.
    pub lines: Vec<String>,
    /// How much it lets through.
    pub tone: Tone,
}

/// How much a state lets through.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Tone {
    /// As much as there is.
    Open,
    /// A part.
    Partly,
    /// Nothing.
    Shut,
    /// There is nothing to say yet, or any more.
    Plain,
}

/// A way from one state to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edge {
    /// The place of the first in `nodes`.
    pub from: usize,
    /// The place of the second, another.
    pub to: usize,
    /// Whether time alone leads there; else it is an event.
    pub by_time: bool,
    /// What leads there, a line each.
    pub labels: Vec<String>,
}

/// What is said below every drawing.
pub const LEGEND: &str = "Solid arrows are events, dashed arrows are time alone; in brackets the row of the rules that decided.";
