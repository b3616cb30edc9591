//! What the repository asks of itself, and the one command that runs everything.
//!
//! Dev only: nothing that ships knows this crate. `tidy` reads files and judges; `ci` and `compare` run cargo; `count`
//! has instructions counted; `fuzz` has bytes made up.

pub mod ci;
pub mod compare;
pub mod count;
pub mod fuzz;
pub mod needs;
pub mod tidy;
pub mod tree;
