//! What a side of a comparison took: time, CPU and memory of a whole process, by the account of Linux's `/proc`.
//!
//! Benches of several crates share it, and [`keep`] leaves what they measured where `firstword plan` looks for it.

mod kept;

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::time::{ClockId, clock_gettime};

pub use kept::keep;

/// 100 ticks a second is what Linux tells every program.
const TICKS: f64 = 100.0;

/// How often a running process is asked for its memory.
const ASKED: Duration = Duration::from_millis(10);

/// What a process took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Took {
    /// From its start to its end, or so much of it as was to be measured.
    pub seconds: f64,
    /// Of all its threads.
    pub cpu_seconds: f64,
    /// The most memory that it had at once.
    pub peak_mb: f64,
}

impl Took {
    /// What this process took since then.
    ///
    /// # Errors
    /// Where there is no `/proc`.
    pub fn since(begun: Instant) -> Result<Took> {
        Ok(Took {
            seconds: begun.elapsed().as_secs_f64(),
            cpu_seconds: cpu_seconds(),
            peak_mb: memory("/proc/self/status", "VmHWM:")?,
        })
    }

    /// As a side says it to whoever compares.
    pub fn to_line(self) -> String {
        format!("{} {} {}", self.seconds, self.cpu_seconds, self.peak_mb)
    }

    /// What a side said.
    ///
    /// # Errors
    /// Where that is something else.
    pub fn of_line(line: &str) -> Result<Took> {
        let numbers: Vec<f64> =
            line.split_whitespace().map(str::parse).collect::<Result<_, _>>().context("numbers")?;
        let [seconds, cpu_seconds, peak_mb] = *numbers else { bail!("a side said: {line}") };
        Ok(Took { seconds, cpu_seconds, peak_mb })
    }

    /// Runs a process to its end: what it took, and what it wrote where its output was piped.
    ///
    /// # Errors
    /// Where it cannot be started or fails, with what it says.
    pub fn running(command: &mut Command) -> Result<(Took, String)> {
        let name = command.get_program().to_string_lossy().into_owned();
        let (before, begun) = (children_cpu_seconds()?, Instant::now());
        let started = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn();
        let child = started.with_context(|| format!("cannot run {name}"))?;
        let (status, over) = (format!("/proc/{}/status", child.id()), AtomicBool::new(false));
        let (output, peak_mb) = scope(|scope| {
            let watch = scope.spawn(|| {
                let mut peak = 0.0_f64;
                while !over.load(Ordering::Relaxed) {
                    peak = peak.max(memory(&status, "VmHWM:").unwrap_or(0.0));
                    sleep(ASKED);
                }
                peak
            });
            let output = child.wait_with_output();
            over.store(true, Ordering::Relaxed);
            (output, watch.join().unwrap_or(f64::NAN))
        });
        let seconds = begun.elapsed().as_secs_f64();
        let output = output?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{name} failed ({}): {}", output.status, said.trim());
        let cpu_seconds = children_cpu_seconds()? - before;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok((Took { seconds, cpu_seconds, peak_mb }, said))
    }

    /// The median of each figure.
    pub fn median(of: &[Took]) -> Took {
        let each = |figure: fn(&Took) -> f64| median(of.iter().map(figure).collect());
        Took {
            seconds: each(|took| took.seconds),
            cpu_seconds: each(|took| took.cpu_seconds),
            peak_mb: each(|took| took.peak_mb),
        }
    }
}

/// The one in the middle; none of none.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How long it takes from the start of a process to the first that it writes; then it is ended.
///
/// # Errors
/// Where it cannot be started or writes nothing.
pub fn seconds_to_first_byte(command: &mut Command) -> Result<f64> {
    let begun = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut first = [0; 1];
    let read = child.stdout.as_mut().context("no output")?.read(&mut first)?;
    let seconds = begun.elapsed().as_secs_f64();
    child.kill()?;
    child.wait()?;
    ensure!(read == 1, "it wrote nothing");
    Ok(seconds)
}

/// The CPU seconds that this process has used so far.
pub fn cpu_seconds() -> f64 {
    clock(ClockId::ProcessCPUTime).as_secs_f64()
}

/// The time that the thread at hand has spent on a processor, which stands still while others have it.
pub fn thread_time() -> Duration {
    clock(ClockId::ThreadCPUTime)
}

fn clock(id: ClockId) -> Duration {
    let now = clock_gettime(id);
    let nanos = u32::try_from(now.tv_nsec).unwrap_or(0);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), nanos)
}

/// Those of the processes that it started and that have ended.
fn children_cpu_seconds() -> Result<f64> {
    Ok((ticks(13)? + ticks(14)?) / TICKS)
}

fn ticks(place: usize) -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The program's name, in brackets, may hold blanks.
    let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    Ok(fields.nth(place).context("a short /proc/self/stat")?.parse()?)
}

/// The memory that this process has now, in megabytes.
///
/// # Errors
/// Where there is no `/proc`.
pub fn resident_mb() -> Result<f64> {
    memory("/proc/self/status", "VmRSS:")
}

fn memory(status: &str, field: &str) -> Result<f64> {
    let status = std::fs::read_to_string(status)?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kb: f64 = line.context("no memory in /proc")?.trim().trim_end_matches(" kB").parse()?;
    Ok(kb / 1024.0)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_measured_to_its_end() {
        let mut busy = Command::new("sh");
        busy.args(["-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo done"]);
        let (took, said) = Took::running(busy.stdout(Stdio::piped())).unwrap();
        assert_eq!(said, "done\n");
        assert!(took.seconds > 0.0 && took.cpu_seconds > 0.0 && took.peak_mb > 0.0, "{took:?}");
        let failed = Took::running(Command::new("sh").args(["-c", "echo no >&2; exit 3"]));
        assert!(failed.unwrap_err().to_string().ends_with(": no"));
        assert!(seconds_to_first_byte(Command::new("echo").arg("x")).unwrap() > 0.0);
        assert!(seconds_to_first_byte(&mut Command::new("true")).is_err());
    }

    #[test]
    fn a_thread_that_sleeps_takes_no_time() {
        let before = thread_time();
        sleep(Duration::from_millis(50));
        let asleep = thread_time() - before;
        let sum: u64 = (0..2_000_000).map(std::hint::black_box).sum();
        assert!(sum > 0 && thread_time() > before + asleep);
        assert!(asleep < Duration::from_millis(25), "{asleep:?}");
    }

    #[test]
    fn a_side_says_what_it_took() {
        let took = Took { seconds: 1.5, cpu_seconds: 0.25, peak_mb: 300.0 };
        assert_eq!(Took::of_line(&took.to_line()).unwrap(), took);
        assert!(Took::of_line("1 2").is_err() && Took::of_line("a b c").is_err());
        let more = Took { seconds: 2.0, ..took };
        let most = Took { seconds: 9.0, cpu_seconds: 0.5, ..took };
        assert_eq!(Took::median(&[most, took, more]), Took { cpu_seconds: 0.25, ..more });
    }
}
