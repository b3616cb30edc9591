//! Whether transactions are over: a reader that sees only what was committed gets no further than the oldest open one.

use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::range::{PATIENCE, partitions};
use crate::{Halt, Settings};

/// The partitions of topics in which a transaction is open now.
///
/// # Errors
/// A broker that cannot be reached within ten seconds, a topic that is not there, a refused right.
pub fn open_transactions(settings: &Settings, topics: &[&str]) -> Result<Vec<(String, i32)>, Halt> {
    let what = "ask for the ends of a topic";
    let client = |isolation: &str| -> Result<BaseConsumer, Halt> {
        let mut config = settings.client();
        config.set("isolation.level", isolation);
        config.create().map_err(|error| Halt::of("make a client", error))
    };
    let (committed, all) = (client("read_committed")?, client("read_uncommitted")?);
    let mut open = Vec::new();
    for topic in topics {
        for partition in 0..partitions(settings, &all, topic)? {
            let end = |client: &BaseConsumer| {
                let ends = client.fetch_watermarks(topic, partition, PATIENCE);
                ends.map(|(_, high)| high).map_err(|error| Halt::of(what, error))
            };
            // In this order: what begins in between is not taken for open.
            let all = end(&all)?;
            if end(&committed)? < all {
                open.push(((*topic).to_owned(), partition));
            }
        }
    }
    Ok(open)
}
