//! The platform: generated traffic, sent to `events` by a thread of its own, no faster than it is let.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use firstword_rules::Policy;
use firstword_stream::{Sender, Sent, Settings, key_of};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::Reader;

/// One record in so many has another key than that of the person whose gate comes first.
const MIS_KEYED: u64 = 20;

/// Traffic on its way.
#[derive(Debug)]
pub struct Feed {
    lid: Arc<Lid>,
    sending: JoinHandle<Result<u64>>,
}

/// How far the feed may go, and how fast.
#[derive(Debug)]
struct Lid {
    up_to: AtomicU64,
    /// Records a second.
    pace: AtomicU64,
    sent: AtomicU64,
}

impl Feed {
    /// Begins; nothing is sent yet.
    ///
    /// # Errors
    /// Traffic that cannot be, a broker that cannot be reached.
    pub fn begin(settings: &Settings, policy: &Policy, traffic: &Traffic) -> Result<Feed> {
        let generator = Generator::new(traffic)?;
        let sender = Sender::new(settings, &[&settings.topics.events])?;
        let lid = Arc::new(Lid {
            up_to: AtomicU64::new(0),
            pace: AtomicU64::new(u64::MAX),
            sent: AtomicU64::new(0),
        });
        let (topic, reader) = (settings.topics.events.clone(), Reader::new(policy));
        let sending = thread::spawn({
            let lid = Arc::clone(&lid);
            move || send(generator, sender, &topic, &reader, &lid)
        });
        Ok(Feed { lid, sending })
    }

    /// Lets so many records in all be sent, so many a second.
    pub fn up_to(&self, count: u64, pace: u64) {
        self.lid.pace.store(pace.max(100), Ordering::SeqCst);
        self.lid.up_to.store(count, Ordering::SeqCst);
    }

    /// How many were given to the client so far.
    pub fn sent(&self) -> u64 {
        self.lid.sent.load(Ordering::SeqCst)
    }

    /// Lets the rest go, and waits until all has arrived; how many there were.
    ///
    /// # Errors
    /// Records that did not arrive.
    pub fn finish(self) -> Result<u64> {
        self.up_to(u64::MAX, u64::MAX);
        self.sending.join().map_err(|_| anyhow!("the feed panicked"))?
    }
}

fn send(
    mut traffic: Generator,
    sender: Sender,
    topic: &str,
    reader: &Reader,
    lid: &Lid,
) -> Result<u64> {
    const BREATH: Duration = Duration::from_millis(10);
    let (mut lines, mut count, mut left_out) = (Vec::new(), 0, 0);
    let (mut breath, mut in_this) = (Instant::now(), 0);
    while traffic.write_some(&mut lines) {
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            loop {
                let pace = lid.pace.load(Ordering::SeqCst);
                let is_open = count < lid.up_to.load(Ordering::SeqCst);
                if is_open && (pace == u64::MAX || in_this < (pace / 100).max(1)) {
                    break;
                }
                thread::sleep(
                    BREATH.saturating_sub(breath.elapsed()).max(Duration::from_millis(1)),
                );
                if breath.elapsed() >= BREATH {
                    (breath, in_this) = (Instant::now(), 0);
                }
            }
            let key = match count % MIS_KEYED {
                7 => Some(format!("any-{count}")),
                _ => key_of(reader, line),
            };
            match sender.send(topic, key.as_deref().map(str::as_bytes), line, &[], None)? {
                Sent::Yes => in_this += 1,
                Sent::TooLarge => left_out += 1,
            }
            count += 1;
            lid.sent.store(count, Ordering::SeqCst);
        }
        lines.clear();
    }
    let arrived = sender.finish()?;
    ensure!(arrived == count - left_out, "{arrived} of {count} records arrived");
    Ok(arrived)
}
