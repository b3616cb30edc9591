//! A course under way: the group at work, and what is done to it.

use std::io::Write;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use firstword_rules::Policy;
use firstword_stream::Settings;
use firstword_traffic::generate::Traffic;

use super::course::{PARTITIONS, POLICY, SESSION};
use super::dice::Dice;
use super::witness::Progress;
use super::{Course, Fault, Feed, Fleet, Ledger, Witness};
use crate::broker::Broker;

/// When nothing at all moves for so long, it will not any more.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often is looked whether something moved.
const GLANCE: Duration = Duration::from_millis(5);

/// All that runs.
pub(super) struct UnderWay<'c> {
    course: &'c Course,
    broker: &'c Broker,
    feed: Option<Feed>,
    witness: Witness,
    fleet: Fleet,
    dice: Dice,
    joined: u32,
    frozen: Option<String>,
    began: Instant,
    violations: Vec<String>,
    say: &'c mut dyn Write,
}

impl<'c> UnderWay<'c> {
    /// Sends a tenth of the events, and starts the processes.
    pub(super) fn begin(
        course: &'c Course,
        broker: &'c Broker,
        settings: &Settings,
        policy: &Policy,
        traffic: &Traffic,
        (program, folder): (&Path, &Path),
        say: &'c mut dyn Write,
    ) -> Result<UnderWay<'c>> {
        let feed = Feed::begin(settings, policy, traffic)?;
        let first = if course.faults.is_empty() { course.events } else { course.events / 10 };
        feed.up_to(first, u64::MAX);
        let begun = Instant::now();
        while feed.sent() < first && begun.elapsed() < PATIENCE {
            sleep(GLANCE);
        }
        let mut under_way = UnderWay {
            course,
            broker,
            feed: Some(feed),
            witness: Witness::begin(settings, policy, PARTITIONS)?,
            fleet: Fleet::new(program, settings, POLICY, folder),
            dice: Dice::new(course.seed),
            joined: 0,
            frozen: None,
            began: Instant::now(),
            violations: Vec::new(),
            say,
        };
        under_way.start(course.processes, course.workers)?;
        Ok(under_way)
    }

    fn start(&mut self, processes: u16, workers: u16) -> Result<()> {
        for number in 1..=processes {
            self.fleet.start(&format!("p{number}"), workers)?;
        }
        self.tell(&format!("{processes} processes of {workers} workers started"))
    }

    fn tell(&mut self, what: &str) -> Result<()> {
        Ok(writeln!(self.say, "  {:6.1} s  {what}", self.began.elapsed().as_secs_f64())?)
    }

    /// Does what the course says, while the rest of the events comes; the last tenth comes after the last fault. From
    /// the end of that fault to the first decision after it, and to the first in each partition.
    pub(super) fn strike_all(&mut self) -> Result<Option<[Duration; 2]>> {
        let (course, mut last) = (self.course, None);
        let share = course.events * 8 / 10 / (course.faults.len() as u64).max(1);
        for (fault, number) in course.faults.iter().zip(1..) {
            let pace = share / fault.seconds();
            self.feed()?.up_to(course.events / 10 + number * share, pace);
            sleep(self.dice.between(Duration::from_millis(300), fault.longest_wait()));
            last = Some(self.strike(*fault)?);
            self.note_the_ended()?;
        }
        let Some(ended) = last else { return Ok(None) };
        // What was committed before then may still be on its way to the witness.
        sleep(Duration::from_millis(300));
        let before = self.witness.progress();
        self.feed()?.up_to(u64::MAX, u64::MAX);
        let recovery = self.recovery(ended, &before);
        let [first, all] = recovery.map(|after| after.as_secs_f64());
        self.tell(&format!(
            "new commit {first:.1} s after the fault, in every partition {all:.1} s"
        ))?;
        Ok(Some(recovery))
    }

    fn feed(&self) -> Result<&Feed> {
        self.feed.as_ref().context("the feed has ended")
    }

    /// From a moment to the first decision after it, and to the first in each partition.
    fn recovery(&self, ended: Instant, before: &Progress) -> [Duration; 2] {
        let count = |progress: &Progress, partition| {
            progress.decisions.get(&partition).copied().unwrap_or_default()
        };
        let mut first = None;
        while ended.elapsed() < PATIENCE {
            let now = self.witness.progress();
            let mut moved =
                (0..PARTITIONS).map(|partition| count(&now, partition) > count(before, partition));
            if first.is_none() && moved.clone().any(|moved| moved) {
                first = Some(ended.elapsed());
            }
            if moved.all(|moved| moved) {
                break;
            }
            sleep(GLANCE);
        }
        [first.unwrap_or(PATIENCE), ended.elapsed()]
    }

    /// Does one thing; when it was over.
    fn strike(&mut self, fault: Fault) -> Result<Instant> {
        match fault {
            Fault::Kill => {
                let name = self.somebody()?;
                self.tell(&format!("kill -9 of {name}"))?;
                self.fleet.kill(&name);
                let ended = Instant::now();
                sleep(self.dice.between(Duration::ZERO, Duration::from_secs(2)));
                self.fleet.start(&name, self.course.workers)?;
                return Ok(ended);
            }
            Fault::Freeze => self.freeze()?,
            Fault::LeaveAlone => {
                let frozen = self.frozen.clone().context("nobody was frozen")?;
                let others: Vec<String> =
                    self.fleet.names().into_iter().filter(|name| *name != frozen).collect();
                self.tell(&format!("{} leave, {frozen} stays alone", others.join(" and ")))?;
                self.stop(&others);
            }
            Fault::Broker(node) => {
                self.tell(&format!("kill -9 of broker {node}"))?;
                self.broker.kill(node)?;
                sleep(self.dice.between(Duration::from_millis(500), Duration::from_secs(4)));
                self.broker.restart(node)?;
                self.tell(&format!("broker {node} is back"))?;
            }
            Fault::Join => {
                self.joined += 1;
                let name = format!("j{}", self.joined);
                self.tell(&format!("{name} joins"))?;
                self.fleet.start(&name, self.course.workers)?;
            }
            Fault::Leave => {
                if self.fleet.names().len() < 2 {
                    self.strike(Fault::Join)?;
                }
                let name = self.somebody()?;
                self.tell(&format!("{name} leaves"))?;
                self.stop(&[name]);
            }
            Fault::Restart { processes, workers } => {
                self.tell("all stop")?;
                let names = self.fleet.names();
                self.stop(&names);
                self.start(processes, workers)?;
            }
        }
        Ok(Instant::now())
    }

    /// Freezes a process until the group misses it. Where there are others, these have its tasks then, and show it:
    /// each partition moves.
    fn freeze(&mut self) -> Result<()> {
        let name = self.somebody()?;
        self.tell(&format!("{name} freezes"))?;
        self.fleet.freeze(&name)?;
        let frozen = Instant::now();
        sleep(SESSION);
        if self.fleet.names().len() > 1 {
            let before = self.witness.progress();
            let [_, all] = self.recovery(frozen, &before);
            self.tell(&format!("others have its tasks after {:.1} s", all.as_secs_f64()))?;
            if all >= PATIENCE {
                self.violations.push(format!("nobody took over from a frozen process for {all:?}"));
            }
        }
        sleep(self.dice.between(Duration::ZERO, Duration::from_secs(2)));
        self.fleet.thaw(&name)?;
        self.tell(&format!("{name} goes on"))?;
        self.frozen = Some(name);
        Ok(())
    }

    /// One process of those that run.
    fn somebody(&mut self) -> Result<String> {
        let names = self.fleet.names();
        let chosen = self.dice.one_of(names.len());
        names.into_iter().nth(chosen).context("no process runs any more")
    }

    fn stop(&mut self, names: &[String]) {
        let stopped = self.fleet.stop(names);
        self.violations.extend(stopped.err().map(|error| format!("{error:#}")));
    }

    fn note_the_ended(&mut self) -> Result<()> {
        for told in self.fleet.ended()? {
            self.tell(&told)?;
            self.violations.push(told);
        }
        Ok(())
    }

    /// Lets everything come to its end: how many events there were, and when the last was settled.
    pub(super) fn settle(&mut self) -> Result<(u64, Duration)> {
        let sent = self.feed.take().context("the feed has ended")?.finish()?;
        let mut last = (self.witness.progress().counts, Instant::now());
        loop {
            let counts = self.witness.progress().counts;
            if counts != last.0 {
                last = (counts, Instant::now());
            }
            if counts.settled >= sent && counts.doubts >= counts.doubts_owed {
                break;
            }
            if last.1.elapsed() > PATIENCE {
                let settled = counts.settled;
                self.violations.push(format!(
                    "{settled} of {sent} events are settled, and nothing moved for {PATIENCE:?}"
                ));
                break;
            }
            sleep(GLANCE);
        }
        self.note_the_ended()?;
        Ok((sent, last.1.saturating_duration_since(self.began)))
    }

    /// Stops the group in order: what the witness saw, and what was wrong so far.
    pub(super) fn end(mut self) -> Result<(Ledger, Vec<String>)> {
        let names = self.fleet.names();
        ensure!(!names.is_empty() || !self.violations.is_empty(), "no process was left");
        self.stop(&names);
        Ok((self.witness.finish()?, self.violations))
    }
}

impl Fault {
    /// How long the group may have had to itself before. A group that is stopped should have worked.
    fn longest_wait(self) -> Duration {
        match self {
            Fault::Restart { .. } => Duration::from_secs(6),
            _ => Duration::from_millis(1_500),
        }
    }

    /// How long it takes, about.
    fn seconds(self) -> u64 {
        match self {
            Fault::Kill => 2,
            Fault::Freeze => 10,
            Fault::Broker(_) => 8,
            Fault::Join | Fault::Leave => 1,
            Fault::LeaveAlone | Fault::Restart { .. } => 4,
        }
    }
}
