//! What the cores did: our threads, the PostgreSQL cluster, and everybody else, from /proc.

use std::{fs, time::Instant};

use anyhow::Context;

/// Clock ticks per second in /proc; Linux shows 100 to programs whatever the kernel's own rate is.
const TICKS: f64 = 100.0;
/// Bit of a kernel thread in the flags of /proc/PID/stat. They write back what we wrote, so they are nobody's load.
const KERNEL_THREAD: u64 = 0x0020_0000;
/// Threads of the load generator are named like this.
pub const LOAD_THREAD: &str = "load";

/// Reads processor time.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    postmaster: u64,
}

/// Core-seconds since boot, at one instant.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    at: Instant,
    busy: f64,
    kernel: f64,
    postgres: f64,
    program: f64,
    load: f64,
}

/// Core-seconds between two samples.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Seconds that passed.
    pub seconds: f64,
    /// Every process of the cluster.
    pub postgres: f64,
    /// This process without the load generator.
    pub program: f64,
    /// The load generator's threads.
    pub load: f64,
    /// Cores, not core-seconds, that others kept busy, the hypervisor's other guests included.
    pub foreign: f64,
}

#[derive(Debug, Default)]
struct Stat {
    pid: u64,
    parent: u64,
    flags: u64,
    ticks: u64,
    ticks_of_dead_children: u64,
}

impl Machine {
    /// Looks at the cluster whose postmaster has this process id.
    pub const fn new(postmaster: u64) -> Self {
        Self { postmaster }
    }

    /// Reads everything; takes some milliseconds, so it is called from a thread that serves nobody.
    pub fn sample(&self) -> anyhow::Result<Sample> {
        let mut sample = Sample {
            at: Instant::now(),
            busy: busy()?,
            kernel: 0.0,
            postgres: 0.0,
            program: 0.0,
            load: 0.0,
        };
        for entry in fs::read_dir("/proc").context("cannot read /proc")?.flatten() {
            let name = entry.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            let Some(stat) = stat(pid) else { continue };
            if stat.flags & KERNEL_THREAD != 0 {
                sample.kernel += seconds(stat.ticks);
            } else if stat.pid == self.postmaster {
                sample.postgres += ran(&format!("/proc/{pid}")) + seconds(stat.ticks_of_dead_children);
            } else if stat.parent == self.postmaster {
                sample.postgres += ran(&format!("/proc/{pid}"));
            }
        }
        for entry in fs::read_dir("/proc/self/task")
            .context("cannot read /proc/self/task")?
            .flatten()
        {
            let path = entry.path();
            let ran = ran(&path.to_string_lossy());
            let name = fs::read_to_string(path.join("comm")).unwrap_or_default();
            *(if name.starts_with(LOAD_THREAD) {
                &mut sample.load
            } else {
                &mut sample.program
            }) += ran;
        }
        Ok(sample)
    }

    /// What happened between `from` and now.
    pub fn since(&self, from: &Sample) -> anyhow::Result<Usage> {
        let now = self.sample()?;
        let seconds = now.at.duration_since(from.at).as_secs_f64();
        let (postgres, program, load) = (
            now.postgres - from.postgres,
            now.program - from.program,
            now.load - from.load,
        );
        let others = (now.busy - from.busy) - (now.kernel - from.kernel) - postgres - program - load;
        Ok(Usage {
            seconds,
            postgres,
            program,
            load,
            foreign: (others / seconds).max(0.0),
        })
    }
}

/// Everything that all cores did but wait: user, nice, system, interrupts, and what the hypervisor took.
fn busy() -> anyhow::Result<f64> {
    let text = fs::read_to_string("/proc/stat").context("cannot read /proc/stat")?;
    let fields: Vec<u64> = text
        .lines()
        .next()
        .unwrap_or_default()
        .split_ascii_whitespace()
        .skip(1)
        .map_while(|field| field.parse().ok())
        .collect();
    let [user, nice, system, _idle, _iowait, irq, softirq, steal, ..] = fields.as_slice() else {
        anyhow::bail!("/proc/stat has another shape than Linux gives it");
    };
    Ok(seconds(user + nice + system + irq + softirq + steal))
}

/// `None` when the process is gone.
fn stat(pid: u64) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may hold anything; the numbers begin behind its last parenthesis, with field 3.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    Some(Stat {
        pid,
        parent: field(4)?,
        flags: field(9)?,
        ticks: field(14)? + field(15)?,
        ticks_of_dead_children: field(16)? + field(17)?,
    })
}

/// Seconds that a thread, or a process of one thread, ran; exact, unlike its ticks.
fn ran(folder: &str) -> f64 {
    let text = fs::read_to_string(format!("{folder}/schedstat")).unwrap_or_default();
    let nanos = text
        .split_ascii_whitespace()
        .next()
        .and_then(|field| field.parse::<u64>().ok());
    std::time::Duration::from_nanos(nanos.unwrap_or_default()).as_secs_f64()
}

#[allow(clippy::cast_precision_loss)]
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / TICKS
}
