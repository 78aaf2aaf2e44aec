//! Memory and CPU of this process, as Linux tells them.
//! Source of the names: prometheus.io/docs/instrumenting/writing_clientlibs, "Process metrics"; of the fields: proc(5).

/// `None` where /proc is not to be read.
pub(crate) fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}

/// `None` where /proc is not to be read.
pub(crate) fn cpu_seconds() -> Option<f64> {
    // nanoseconds of all threads; the first number of each thread's schedstat
    let mut total = 0.0;
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        let stat = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        total += stat.split(' ').next()?.parse::<f64>().ok()?;
    }
    Some(total / 1e9)
}
