//! What is to be seen of a log and a place in it. Nothing is remembered from the view before.

use firstword_replay::{Line, Met, Moment, Portrait, Timeline, Unfit, Visited, Walk, portrait_of};
use firstword_rules::{Machine, Millis, Name, Role, Verdict};

use super::stepper::{Ask, Mode, Stepper, after, before};
use super::visits::{Visit, met_at, visits_at};

/// What is to be seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// Where one is: the place, how far that is, when, and which event.
    pub place: String,
    /// Who is followed, and the policy.
    pub under: String,
    /// The lines around the current place.
    pub lines: Vec<Shown>,
    /// Which of them is the current one.
    pub current: usize,
    /// The machines, of at most two people.
    pub machines: Vec<Seen>,
    /// What was decided and by which row.
    pub why: Vec<Why>,
    /// The lowest line.
    pub foot: Foot,
}

/// How something is to be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shade {
    /// It was let through or recorded.
    Good,
    /// It was refused.
    Bad,
    /// It changed nothing.
    Odd,
}

/// A line of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// When.
    pub time: String,
    /// The verdict.
    pub verdict: &'static str,
    /// How to take it.
    pub shade: Shade,
    /// The parties and the type; or why it is no event.
    pub what: String,
}

/// A machine after the current line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Whose.
    pub person: String,
    /// Which visit of how many.
    pub visit: String,
    /// What the step changed.
    pub changes: Vec<String>,
    /// The parts of the machine: a heading, and lines of which some are new.
    pub parts: Vec<(&'static str, Vec<(String, bool)>)>,
}

/// A line about what decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// Whose gate, what was decided.
    Gate(String, Shade, String),
    /// A row that was tried: its id, what it saw before its condition, whether it applied.
    Tried(&'static str, String, bool),
    /// Anything else.
    Note(String),
}

/// The lowest line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Foot {
    /// The keys.
    Keys,
    /// Something to say.
    Said(String),
    /// A question and the answer so far.
    Asking(&'static str, String),
    /// The help covers everything.
    Help,
}

/// What is to be seen, with so many lines of the log.
///
/// # Errors
/// A log that cannot be read, or that was changed meanwhile.
pub fn view(stepper: &Stepper, timeline: &Timeline, height: usize) -> Result<View, Unfit> {
    let visits = visits_at(timeline, stepper.at)?;
    let (lines, current) = lines(timeline, stepper.at, height)?;
    let (mut machines, mut why) = (Vec::new(), Vec::new());
    for visit in &visits {
        let mut walk = timeline.walk(&visit.history, visit.place..visit.place + 1)?;
        let Some(visited) = walk.step()? else { continue };
        why.push(reasons(&walk, &visited));
        if stepper.person.as_ref().is_none_or(|person| person == walk.person()) {
            machines.push(after_visit(&walk, &visited, visit));
        }
    }
    if let Some(person) = stepper.person.as_ref().filter(|_| machines.is_empty()) {
        machines.extend(meanwhile(timeline, stepper.at, person)?);
    }
    let place = timeline.place(stepper.at)?;
    // The folder says little, and there is little room.
    let file = place.source.rsplit('/').next().unwrap_or_default();
    let percent = (stepper.at * 100).checked_div(timeline.end()).unwrap_or(0);
    let following = stepper.person.as_ref().map(|person| format!("following {person}, "));
    Ok(View {
        place: format!("{file}:{} ({percent}%)  {}", place.number, head_of(timeline, stepper.at)?),
        under: format!("{}{}", following.unwrap_or_default(), timeline.policy().label),
        lines,
        current,
        machines,
        why: shortened(why),
        foot: foot(stepper),
    })
}

/// When a line was, and the id of its event.
fn head_of(timeline: &Timeline, offset: u64) -> Result<String, Unfit> {
    let line = timeline.line(offset)?;
    let line = timeline.lines().read(&line);
    Ok(match (line.at(), line.id()) {
        (Some(at), Some(id)) => format!("{}  id {id}", Moment(at)),
        _ => "no event".to_owned(),
    })
}

fn foot(stepper: &Stepper) -> Foot {
    match (&stepper.mode, &stepper.message) {
        (Mode::Helping, _) => Foot::Help,
        (Mode::Asking(ask, text), _) => {
            let what = match ask {
                Ask::Id => "id",
                Ask::Time => "time (UTC)",
                Ask::Person => "person",
                Ask::Seq => "number of the decision",
            };
            Foot::Asking(what, text.clone())
        }
        (Mode::Moving, Some(message)) => Foot::Said(message.clone()),
        (Mode::Moving, None) => Foot::Keys,
    }
}

/// The lines around a place, and which of them is there.
fn lines(timeline: &Timeline, at: u64, height: usize) -> Result<(Vec<Shown>, usize), Unfit> {
    let mut offsets = std::collections::VecDeque::from([at]);
    while offsets.len() <= height / 2
        && let Some(previous) = before(timeline, *offsets.front().unwrap_or(&at))?
    {
        offsets.push_front(previous);
    }
    let current = offsets.len() - 1;
    while offsets.len() < height
        && let Some(next) = after(timeline, *offsets.back().unwrap_or(&at))?
    {
        offsets.push_back(next);
    }
    let shown = offsets.into_iter().map(|offset| shown(timeline, offset));
    Ok((shown.collect::<Result<_, _>>()?, current))
}

fn shown(timeline: &Timeline, offset: u64) -> Result<Shown, Unfit> {
    let line = timeline.line(offset)?;
    let line = timeline.lines().read(&line);
    let nothing = |what: String| {
        Ok(Shown { time: String::new(), verdict: "rejected", shade: Shade::Odd, what })
    };
    let event = match &line {
        Line::Event(event) => event,
        Line::Decision(recorded) => &recorded.event,
        Line::Rejected(reject) => return nothing(reject.to_string()),
        Line::BadDecision(bad) => return nothing(bad.to_string()),
        Line::Blank => return nothing("blank".to_owned()),
    };
    let (verdict, shade) = match met_at(timeline, offset)? {
        Some(Met::Allowed(_)) => ("allowed", Shade::Good),
        Some(Met::Forwarded(_)) => ("forwarded", Shade::Good),
        Some(Met::Recorded) => ("recorded", Shade::Good),
        Some(Met::Denied) => ("denied", Shade::Bad),
        Some(Met::Ignored) => ("ignored", Shade::Odd),
        Some(Met::Duplicate) => ("duplicate", Shade::Odd),
        // A decision that comes again is no visit.
        None => ("repeated", Shade::Odd),
    };
    let what = match event.parties() {
        (one, Some(other)) => format!("{} → {}  {}", short(one), short(other), event.type_name()),
        (one, None) => format!("{}  {}", short(one), event.type_name()),
    };
    Ok(Shown { time: Moment(event.at).to_string(), verdict, shade, what })
}

/// A name for the list: a bare name is a person's.
fn short(name: &Name<'_>) -> String {
    if name.is_person() { name.text.clone().into_owned() } else { name.to_string() }
}

/// A machine that the line visited, with what that changed.
fn after_visit(walk: &Walk<'_>, visited: &Visited, visit: &Visit) -> Seen {
    let (engine, at) = (walk.engine(), visited.entry.at);
    let after = engine.machine(walk.person()).unwrap_or(&visited.before);
    let portrait = |machine| portrait_of(engine, walk.person().clone(), machine, at);
    let mut which = format!("visit {} of {}", visit.place + 1, visit.history.count());
    // Where the log begins later, or lacks something, the two are not the same.
    if visited.seq != visit.place + 1 {
        which += &format!(", decision {}", visited.seq);
    }
    Seen {
        person: walk.person().to_string(),
        visit: which,
        changes: walk.changes(visited).iter().map(ToString::to_string).collect(),
        parts: parts(&portrait(after), Some(&portrait(&visited.before))),
    }
}

/// The machine of somebody whom the line did not visit.
fn meanwhile(timeline: &Timeline, at: u64, person: &Name<'static>) -> Result<Option<Seen>, Unfit> {
    let Some(history) = timeline.history(person)? else { return Ok(None) };
    let visits = timeline.met_before(&history, at + 1)?;
    let engine = timeline.machine(&history, visits)?;
    let time = time_of(timeline, at)?;
    let blank = Machine::default();
    let machine = engine.machine(person).unwrap_or(&blank);
    let visit = match visits {
        0 => format!("before the first of {} visits", history.count()),
        _ => format!("after visit {visits} of {}", history.count()),
    };
    let portrait = portrait_of(&engine, person.clone(), machine, time);
    Ok(Some(Seen {
        person: person.to_string(),
        visit,
        changes: Vec::new(),
        parts: parts(&portrait, None),
    }))
}

/// The time of a line, or of the nearest before it that has one.
fn time_of(timeline: &Timeline, at: u64) -> Result<Millis, Unfit> {
    let mut next = Some(at);
    while let Some(offset) = next {
        let line = timeline.line(offset)?;
        if let Some(at) = timeline.lines().read(&line).at() {
            return Ok(at);
        }
        next = before(timeline, offset)?;
    }
    Ok(Millis(0))
}

/// The parts of a machine; lines that were not there before are new.
fn parts(
    now: &Portrait<'_>,
    before: Option<&Portrait<'_>>,
) -> Vec<(&'static str, Vec<(String, bool)>)> {
    const MOST: usize = 30;
    let before = before.map(|before| before.sections(usize::MAX));
    let is_new = |heading: &str, line: &String| {
        before.as_ref().is_some_and(|sections| {
            !sections.iter().any(|was| was.heading == heading && was.lines.contains(line))
        })
    };
    let part = |section: firstword_replay::Section| {
        let lines = section.lines.into_iter().map(|line| {
            let new = is_new(section.heading, &line);
            (line, new)
        });
        (section.heading, lines.collect())
    };
    now.sections(MOST).into_iter().map(part).collect()
}

/// What was decided at a gate, and the rows tried.
fn reasons(walk: &Walk<'_>, visited: &Visited) -> Vec<Why> {
    let gate = match visited.entry.role {
        Role::Sender => format!("sender's gate, {}", walk.person()),
        Role::Recipient(_) => format!("recipient's gate, {}", walk.person()),
        Role::Subject => walk.person().to_string(),
    };
    let shade = match visited.verdict {
        Verdict::Allowed(_) | Verdict::Forwarded(_) | Verdict::Recorded => Shade::Good,
        Verdict::Denied(_) => Shade::Bad,
        Verdict::Ignored(_) | Verdict::Duplicate => Shade::Odd,
    };
    let mut why = vec![Why::Gate(gate, shade, said(visited.verdict, visited.row))];
    let tried = &visited.trail.tried;
    why.extend(tried.iter().map(|tried| {
        let said = match tried.saw.as_slice() {
            [] => tried.words.to_owned(),
            saw => format!("{} ({})", saw.join("; "), tried.words),
        };
        Why::Tried(tried.row, said, tried.applied)
    }));
    if let Some(reason) = visited.verdict.reason() {
        why.push(Why::Note(reason.meaning().to_owned()));
    }
    if let Some(policy) = &visited.recorded_under
        && visited.trail.verdict != visited.verdict
    {
        let row = tried.last().map(|tried| tried.row);
        let now = said(visited.trail.verdict, row);
        why.push(Why::Note(format!("recorded under {policy}; the rows above come to: {now}")));
    }
    why
}

fn said(verdict: Verdict, row: Option<&str>) -> String {
    let why = match (verdict.basis(), verdict.reason()) {
        (Some(basis), _) => format!(" as {basis}"),
        (None, Some(reason)) => format!(": {reason}"),
        (None, None) => String::new(),
    };
    let row = row.map_or(String::new(), |row| format!(" ({row})"));
    format!("{}{why}{row}", verdict.as_str())
}

/// Of a gate that another one followed, what it decided is enough.
fn shortened(mut gates: Vec<Vec<Why>>) -> Vec<Why> {
    let last = gates.pop().unwrap_or_default();
    let first = |gate: Vec<Why>| gate.into_iter().next();
    gates.into_iter().filter_map(first).chain(last).collect()
}
