//! `firstword replay --step`.

use super::Replay;
use crate::exit::Exit;

pub fn run(_args: &Replay) -> anyhow::Result<Exit> {
    Ok(Exit::Done)
}
