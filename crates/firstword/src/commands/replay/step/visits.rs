//! Whose machines a line of the log visited.

use std::cmp::Ordering;

use firstword_replay::{Entry, History, Line, Met, Timeline, Unfit};
use firstword_rules::Name;

/// A visit that a line is.
pub struct Visit {
    /// Whose.
    pub history: History,
    /// Its place among that person's visits.
    pub place: u64,
    /// What the index has of it.
    pub entry: Entry,
}

/// The visits that the line at this offset is, in the order of the gates.
pub fn visits_at(timeline: &Timeline, offset: u64) -> Result<Vec<Visit>, Unfit> {
    let line = timeline.line(offset)?;
    let read = timeline.lines().read(&line);
    let mut visits = Vec::new();
    for person in people(&read) {
        let Some(history) = timeline.history(person)? else { continue };
        let place = timeline.met_before(&history, offset)?;
        let entry = timeline.entries(&history, place..place + 1)?;
        if let Some(entry) = entry.first().filter(|entry| entry.offset == offset) {
            visits.push(Visit { history, place, entry: *entry });
        }
    }
    Ok(visits)
}

/// Where a person's decision of this number is; nothing where the log has none.
pub fn decision_of(timeline: &Timeline, history: &History, seq: u64) -> Result<Option<u64>, Unfit> {
    // Numbers only ever grow; where a log of decisions lacks some, they are ahead of the places.
    let (mut low, mut high) = (0, history.count());
    while low < high {
        let middle = low + (high - low) / 2;
        let Some(entry) = timeline.entries(history, middle..middle + 1)?.pop() else { break };
        let line = timeline.line(entry.offset)?;
        let number = match timeline.lines().read(&line) {
            Line::Decision(recorded) => recorded.seq,
            _ => middle + 1,
        };
        match number.cmp(&seq) {
            Ordering::Equal => return Ok(Some(entry.offset)),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    Ok(None)
}

/// What came of the line at last; nothing where it is no event.
pub fn met_at(timeline: &Timeline, offset: u64) -> Result<Option<Met>, Unfit> {
    Ok(visits_at(timeline, offset)?.last().map(|visit| visit.entry.met))
}

/// The people whom a line names, the speaker first.
pub fn people<'l>(line: &'l Line<'_>) -> impl Iterator<Item = &'l Name<'l>> {
    let parties = line.event().map(|event| event.parties());
    let named = parties.into_iter().flat_map(|(one, other)| [Some(one), other]);
    named.flatten().filter(|name| name.is_person())
}
