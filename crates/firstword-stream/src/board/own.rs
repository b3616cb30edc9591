//! What the operating system knows of this process, from `/proc`; nothing where there is none.

use std::fs;

/// Ticks a second of the times in `/proc`: fixed in what Linux shows to programs.
const TICKS: f64 = 100.0;

/// The process, as the usual client libraries of Prometheus name what they show.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Own {
    pub(super) resident_bytes: u64,
    /// User and system together.
    pub(super) cpu_seconds: f64,
    pub(super) open_files: u64,
    /// Since 1970.
    pub(super) start_seconds: f64,
}

impl Own {
    pub(super) fn read() -> Option<Own> {
        let open_files = fs::read_dir("/proc/self/fd").ok()?.count() as u64;
        let text = |path| fs::read_to_string(path).ok();
        Own {
            // Less the folder itself, which is open while it is read.
            open_files: open_files.saturating_sub(1),
            ..parse(&text("/proc/self/stat")?, &text("/proc/self/status")?, &text("/proc/stat")?)?
        }
        .into()
    }
}

/// All but the open files.
fn parse(stat: &str, status: &str, system: &str) -> Option<Own> {
    // The second field is the program's name in brackets, and may hold anything.
    let (_, after) = stat.rsplit_once(") ")?;
    let ticks = |field: usize| after.split(' ').nth(field - 3)?.parse::<f64>().ok();
    let line = |text: &str, key: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix(key))?;
        found.split_whitespace().next()?.parse::<u64>().ok()
    };
    Some(Own {
        resident_bytes: line(status, "VmRSS:")? * 1024,
        cpu_seconds: (ticks(14)? + ticks(15)?) / TICKS,
        open_files: 0,
        start_seconds: line(system, "btime ")? as f64 + ticks(22)? / TICKS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_after_the_name() {
        let stat = "42 (a) (b) S 1 42 42 0 -1 4194304 9 0 0 0 150 50 0 0 20 0 5 0 1234 99 7";
        let status = "Name:\ta) (b\nVmHWM:\t   99 kB\nVmRSS:\t   12 kB\n";
        let own = parse(stat, status, "cpu 1 2 3\nbtime 1700000000\n");
        let (cpu_seconds, start_seconds) = (2.0, 1_700_000_012.34);
        assert_eq!(
            own,
            Some(Own { resident_bytes: 12_288, cpu_seconds, open_files: 0, start_seconds })
        );
        assert_eq!(parse("42 (a", status, "btime 1\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_is_small_and_young() {
        let own = Own::read();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now = now.map_or(0.0, |since| since.as_secs_f64());
        assert!(own.is_some_and(|own| (1..1 << 33).contains(&own.resident_bytes)), "{own:?}");
        assert!(own.is_some_and(|own| (3..10_000).contains(&own.open_files)), "{own:?}");
        // The machine's clock may have been set since it was started, and an hour is a long test.
        assert!(own.is_some_and(|own| (now - own.start_seconds).abs() < 3600.0), "{own:?}");
    }
}
