//! One process that cannot outlive the process that started it.
//!
//! A shell starts a guard and then becomes the program, so the child we hold is the program itself
//! and its number is ours until we have waited for it: a signal never reaches a stranger. The guard
//! reads a pipe that only this process holds. When the pipe closes, because we closed it or because
//! this process was killed, the guard kills its process group: the program, if it still runs, and
//! itself. There is no moment at which the program runs unguarded, and one that was frozen is
//! killed as well.
//!
//! (The kernel's own death signal is no choice here: it comes when the *thread* that started the
//! child ends, and each test is a thread. Setting it also needs unsafe code.)
//!
//! It does not know what a broker is, or a worker.

use std::{
    ffi::{OsStr, OsString},
    fs::OpenOptions,
    io,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

/// A background command of a shell reads nothing, hence the detour over descriptor 3.
const GUARDED: &str = r#"
exec 3<&0
{ read -r _; kill -KILL 0; } <&3 >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-
"#;

/// A running program, or one that has ended and was not looked at yet. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    /// Starts a program with these arguments; what it says is added to the file `log`.
    pub(crate) fn start(program: &OsStr, args: &[OsString], log: &Path) -> io::Result<Self> {
        let log = OpenOptions::new().create(true).append(true).open(log)?;
        Command::new("sh")
            .args(["-c", GUARDED, "guard"])
            .arg(program)
            .args(args)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .map(Self)
    }

    /// Its number, for a person or another tool to look at.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.0.try_wait()
    }

    /// How it ended, if it does so in time.
    pub(crate) fn wait(&mut self, within: Duration) -> io::Result<Option<ExitStatus>> {
        let deadline = Instant::now() + within;
        loop {
            match self.0.try_wait()? {
                None if Instant::now() < deadline => thread::sleep(Duration::from_millis(20)),
                answer => return Ok(answer),
            }
        }
    }

    /// Sends a signal; to a process that has ended, nothing.
    pub(crate) fn signal(&mut self, signal: Signal) -> io::Result<()> {
        if self.0.try_wait()?.is_some() {
            return Ok(());
        }
        // Not waited for yet, so the number still names our child.
        Ok(kill_process(Pid::from_child(&self.0), signal)?)
    }

    /// Stops it in the middle of whatever it does; when this returns none of its threads runs.
    ///
    /// # Errors
    /// When it has ended.
    pub(crate) fn freeze(&mut self) -> io::Result<()> {
        self.signal(Signal::STOP)?;
        // The signal is on its way to each thread: the kernel tells when the last has stopped. Not reaped here.
        let told = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let state = waitid(WaitId::Pid(Pid::from_child(&self.0)), told)?;
        match state {
            Some(state) if state.stopped() => Ok(()),
            _ => Err(io::Error::other("it has ended")),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().ok(); // it may have ended by itself
        self.0.wait().ok(); // closes the pipe too: the guard goes
    }
}
