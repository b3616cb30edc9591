//! What a process has used, by its own account in /proc.

use anyhow::Context;

#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pub cpu_seconds: f64,
    pub peak_mb: f64,
}

impl Usage {
    pub fn of_this_process() -> anyhow::Result<Usage> {
        let stat = std::fs::read_to_string("/proc/self/stat")?;
        let fields: Vec<&str> =
            stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |place: usize| -> anyhow::Result<f64> {
            Ok(fields.get(place).context("a short /proc/self/stat")?.parse()?)
        };
        let status = std::fs::read_to_string("/proc/self/status")?;
        let peak =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
        let kb: f64 = peak.trim().trim_end_matches(" kB").parse()?;
        // 100 ticks a second is what Linux tells every program.
        Ok(Usage { cpu_seconds: (ticks(11)? + ticks(12)?) / 100.0, peak_mb: kb / 1024.0 })
    }
}
