//! Free ports for the nodes of a cluster.
//!
//! A node is stopped and started again on the port it had, and clients knock at it in between. A
//! port that the kernel hands out for outgoing connections (on Linux 32768 and up) could be taken
//! by such a client meanwhile, or even be connected to itself, so ours lie below that range.
//! Whether a port is still free when a node starts is for the one who starts it to find out and to
//! try again.

use std::{
    net::{Ipv4Addr, TcpListener},
    process,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::bail;

/// Where ports are looked for: above the well-known services, below the kernel's own choice.
const FIRST: u32 = 20_000;
const COUNT: u32 = 12_000;

/// `wanted` different ports of 127.0.0.1 on which nothing listens now.
///
/// # Errors
/// When fewer are free in the whole range.
pub(super) fn free(wanted: usize) -> anyhow::Result<Vec<u16>> {
    let start = somewhere();
    let mut held = Vec::with_capacity(wanted); // all at once, so that no port is counted twice
    for step in 0..COUNT {
        let port = u16::try_from(FIRST + (start + step) % COUNT)?;
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            held.push((port, listener));
        }
        if held.len() == wanted {
            return Ok(held.into_iter().map(|(port, _)| port).collect());
        }
    }
    bail!("fewer than {wanted} ports are free between {FIRST} and {}", FIRST + COUNT - 1)
}

/// Where to begin looking: different for processes that look at the same moment.
fn somewhere() -> u32 {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    (nanos ^ process::id().wrapping_mul(7_919)) % COUNT
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn ports_differ_and_are_below_the_range_of_outgoing_connections() {
        let mut ports = free(9).unwrap();
        assert!(ports.iter().all(|port| (20_000..32_000).contains(port)), "{ports:?}");
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 9);
    }

    #[test]
    fn a_port_in_use_is_not_free() {
        let taken = free(1).unwrap();
        let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *taken.first().unwrap())).unwrap();
        let others = free(100).unwrap();
        assert!(!others.contains(taken.first().unwrap()));
    }
}
