//! Where everything goes: the states in a column, the ways down on its right, the ways up on its left.
//!
//! Every way has a lane of its own beside the column, the longer the farther out, and its label stands in that
//! lane between two states. Lines lead sideways only beside a state, so no label is ever crossed and no two
//! labels meet. All numbers are pixels.

use crate::diagram::collect::in_lines;
use crate::diagram::{Drawing, Edge};

/// Room inside a box.
pub const PAD: i32 = 12;
/// The height of a box's title, and of a line of text.
pub const TITLE: i32 = 22;
pub const LINE: i32 = 15;
/// The way from the beginning to the first box.
pub const BEGIN: i32 = 34;
/// What two ways that end at one side of a box keep between them.
const STEP: i32 = 14;
/// What a lane keeps free beside its label.
const AIR: i32 = 22;
/// Lines longer than this are broken: in boxes, and beside ways.
const LONGEST: usize = 44;
const LONGEST_LABEL: usize = 32;

/// A box.
pub struct Placed {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
    pub lines: Vec<Line>,
}

/// A line of text, further in where it goes on from the one before.
pub struct Line {
    pub text: String,
    pub indent: i32,
}

/// An arrow.
pub struct Way {
    /// Where it leaves its box, and where it ends.
    pub from: (i32, i32),
    pub to: (i32, i32),
    /// The x of its upright part.
    pub lane: i32,
    pub by_time: bool,
    pub label: Label,
}

/// The words beside an arrow.
pub struct Label {
    pub x: i32,
    pub y: i32,
    pub lines: Vec<Line>,
}

/// A drawing with a place for everything.
pub struct Layout {
    pub width: i32,
    pub height: i32,
    /// The dot where everyone begins.
    pub begin: (i32, i32),
    pub nodes: Vec<Placed>,
    pub ways: Vec<Way>,
}

/// An edge on its way to a place.
struct Routed<'d> {
    edge: &'d Edge,
    /// The upper and the lower box.
    upper: usize,
    lower: usize,
    right: bool,
    lane: usize,
    lines: Vec<Line>,
    /// The y where it leaves and where it ends.
    ends: (i32, i32),
}

impl Layout {
    /// Places a drawing.
    pub fn of(drawing: &Drawing) -> Layout {
        let mut routes: Vec<Routed<'_>> = drawing.edges.iter().map(Routed::of).collect();
        give_lanes(&mut routes);
        let mut nodes = boxes(drawing, &routes);
        stack(&mut nodes, &routes);
        give_ends(&mut routes, &nodes);
        let lanes = |right: bool| -> Vec<i32> {
            let count = routes
                .iter()
                .filter(|route| route.right == right)
                .map(|route| route.lane + 1)
                .max();
            let widest = |lane| {
                let of_lane =
                    routes.iter().filter(|route| route.right == right && route.lane == lane);
                of_lane.map(|route| widest(&route.lines)).max().unwrap_or(0) + AIR
            };
            (0..count.unwrap_or(0)).map(widest).collect()
        };
        let (left, right) = (lanes(false), lanes(true));
        let column = left.iter().sum::<i32>() + if left.is_empty() { 0 } else { AIR };
        let wide = nodes.iter().map(|node| node.width).max().unwrap_or(0);
        nodes.iter_mut().for_each(|node| (node.x, node.width) = (column, wide));
        let height = nodes.last().map_or(0, |node| node.y + node.height);
        let ways = routes
            .into_iter()
            .map(|route| route.placed(&nodes, column, wide, &left, &right))
            .collect();
        Layout {
            width: column + wide + AIR + right.iter().sum::<i32>(),
            height,
            begin: (column + wide / 2, 5),
            nodes,
            ways,
        }
    }
}

impl<'d> Routed<'d> {
    fn of(edge: &'d Edge) -> Routed<'d> {
        let lines = edge.labels.iter().flat_map(|label| broken(label, LONGEST_LABEL)).collect();
        let (upper, lower) = (edge.from.min(edge.to), edge.from.max(edge.to));
        Routed { edge, upper, lower, right: edge.from < edge.to, lane: 0, lines, ends: (0, 0) }
    }

    /// The box below which the label stands: in the middle of the way.
    fn gap(&self) -> usize {
        self.upper + (self.lower - self.upper - 1) / 2
    }

    fn placed(self, nodes: &[Placed], column: i32, wide: i32, left: &[i32], right: &[i32]) -> Way {
        // On the right a label stands outside its line, on the left between its line and the column.
        let (side, lane) = if self.right {
            let inner: i32 = right.iter().take(self.lane).sum();
            (column + wide, column + wide + AIR + inner)
        } else {
            let inner: i32 = left.iter().take(self.lane + 1).sum();
            (column, column - AIR / 2 - inner)
        };
        let above = nodes.get(self.gap()).map_or(0, |node| node.y + node.height);
        let below = nodes.get(self.gap() + 1).map_or(0, |node| node.y);
        let y = (above + below - LINE * self.lines.len() as i32) / 2;
        Way {
            from: (side, self.ends.0),
            to: (side, self.ends.1),
            lane,
            by_time: self.edge.by_time,
            label: Label { x: lane + 8, y, lines: self.lines },
        }
    }
}

/// Gives every way the innermost lane that is free beside all the boxes that it passes, the short ones first.
fn give_lanes(routes: &mut [Routed<'_>]) {
    let mut order: Vec<usize> = (0..routes.len()).collect();
    order.sort_by_key(|place| {
        routes.get(*place).map(|route| (route.lower - route.upper, route.upper))
    });
    let mut taken: Vec<(bool, usize, usize, usize)> = Vec::new();
    for place in order {
        let Some(route) = routes.get_mut(place) else { continue };
        let meets = |lane: usize| {
            taken.iter().any(|(right, other, upper, lower)| {
                *right == route.right
                    && *other == lane
                    && *upper < route.lower
                    && route.upper < *lower
            })
        };
        let lane = (0..).find(|lane| !meets(*lane)).unwrap_or(0);
        route.lane = lane;
        taken.push((route.right, lane, route.upper, route.lower));
    }
}

/// The boxes, as high as their text and the ways at their sides need.
fn boxes(drawing: &Drawing, routes: &[Routed<'_>]) -> Vec<Placed> {
    let mut nodes = Vec::new();
    for (place, node) in drawing.nodes.iter().enumerate() {
        let lines: Vec<Line> = node.lines.iter().flat_map(|line| broken(line, LONGEST)).collect();
        let ends = [true, false].map(|right| ends_at(routes, place, right).len() as i32);
        let text = 2 * PAD + TITLE + LINE * lines.len() as i32;
        let height = text.max(ends.into_iter().max().unwrap_or(0) * STEP + PAD);
        let width = width(&node.title, 11).max(widest(&lines)) + 2 * PAD;
        nodes.push(Placed { x: 0, y: 0, width, height, lines });
    }
    nodes
}

/// Puts the boxes below each other, with room for the highest label between two.
fn stack(nodes: &mut [Placed], routes: &[Routed<'_>]) {
    let mut y = BEGIN + 5;
    for (place, node) in nodes.iter_mut().enumerate() {
        node.y = y;
        let labels = routes.iter().filter(|route| route.gap() == place);
        let highest = labels.map(|route| LINE * route.lines.len() as i32).max().unwrap_or(0);
        y += node.height + highest.max(LINE) + 20;
    }
}

/// The ways that leave or end at one side of a box, from the top, so that none crosses another there: first
/// those that go up, the inner ones first, then those that go down, the outer ones first.
fn ends_at(routes: &[Routed<'_>], node: usize, right: bool) -> Vec<usize> {
    let here =
        |route: &Routed<'_>| route.right == right && (route.upper == node || route.lower == node);
    let mut places: Vec<usize> =
        (0..routes.len()).filter(|place| routes.get(*place).is_some_and(here)).collect();
    places.sort_by_key(|place| {
        routes.get(*place).map(|route| match route.lower == node {
            true => (0, route.lane as i32),
            false => (1, -(route.lane as i32)),
        })
    });
    places
}

fn give_ends(routes: &mut [Routed<'_>], nodes: &[Placed]) {
    for (place, node) in nodes.iter().enumerate() {
        for right in [true, false] {
            let here = ends_at(routes, place, right);
            let top = node.y + (node.height - STEP * (here.len() as i32 - 1)) / 2;
            for (number, way) in (0..).zip(here) {
                let Some(route) = routes.get_mut(way) else { continue };
                let y = top + STEP * number;
                if route.edge.from == place {
                    route.ends.0 = y;
                } else {
                    route.ends.1 = y;
                }
            }
        }
    }
}

/// How wide a text is at most, where a character of middle width has so many pixels.
pub fn width(text: &str, each: i32) -> i32 {
    let tenths: i32 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | ' ' | '.' | ',' | ':' | ';' | '\'' | '('
            | ')' => 6,
            'm' | 'w' | 'M' | 'W' => 13,
            c if c.is_ascii() => 10,
            _ => 18,
        })
        .sum();
    tenths * each / 10
}

/// How wide the widest of some lines is at most.
pub fn widest(lines: &[Line]) -> i32 {
    lines.iter().map(|line| line.indent + width(&line.text, 8)).max().unwrap_or(0)
}

/// A text in lines, those after the first further in.
fn broken(text: &str, longest: usize) -> Vec<Line> {
    let lines = in_lines(text, longest).into_iter().enumerate();
    lines.map(|(place, text)| Line { text, indent: if place == 0 { 0 } else { 10 } }).collect()
}
