//! What a fuzzer begins with: generated lines, and what the tests of the wire have on file.

use std::fs;
use std::io::{self, Error};
use std::path::Path;
use std::process::Command;

use crate::ci;
use crate::tree::Tree;

const TESTS: &str = "crates/firstword-wire/tests";

/// People, events, days and seed of the generated log: few lines, of every kind.
const LOG: [&str; 6] = ["40", "600", "7", "1", "rich", "broken"];

/// Writes the seeds of a target, a file each; how many.
///
/// # Errors
/// Where there are none, or they cannot be written.
pub fn write(root: &Path, target: &str, folder: &Path) -> io::Result<usize> {
    let on_file = Tree::read(&root.join(TESTS))?;
    let seeds: Vec<Vec<u8>> = match target {
        "scan" => on_file.ending(".txt").flat_map(|(_, table)| texts(table)).collect(),
        "snapshot" => on_file.ending("/machines.txt").flat_map(|(_, page)| bodies(page)).collect(),
        _ => {
            let log = generated(root)?;
            let lines =
                on_file.ending(".jsonl").flat_map(|(_, log)| log.lines()).map(str::as_bytes);
            lines
                .chain(log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()))
                .map(<[u8]>::to_vec)
                .collect()
        }
    };
    if seeds.is_empty() {
        return Err(Error::other(format!("no seeds for `{target}` below {TESTS}")));
    }
    fs::create_dir_all(folder)?;
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(number.to_string()), seed)?;
    }
    Ok(seeds.len())
}

fn generated(root: &Path) -> io::Result<Vec<u8>> {
    let mut cargo = Command::new(ci::program());
    cargo.args(["run", "--quiet", "--locked", "-p", "firstword-traffic", "--example", "generate"]);
    let output = cargo.arg("--").args(LOG).current_dir(root).output()?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Error::other(format!("no log was generated:\n{told}")));
    }
    Ok(output.stdout)
}

/// The texts of a table of the scan: `kinds => text`, its escapes as they stand.
fn texts(table: &str) -> impl Iterator<Item = Vec<u8>> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(" => ")).map(|(_, text)| text.into())
}

/// The snapshots of a page of machines, `person hex`, without their checksums.
fn bodies(page: &str) -> impl Iterator<Item = Vec<u8>> {
    let snapshots = page.lines().filter_map(|line| bytes(line.rsplit(' ').next()?));
    snapshots.filter_map(|snapshot| Some(snapshot.split_last_chunk::<4>()?.0.to_vec()))
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let (pairs, []) = hex.as_bytes().as_chunks::<2>() else { return None };
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.iter().map(|pair| byte(pair)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_bodies_are_taken_from_their_tables() {
        let table = "# a => b\n\niban => GB29 NWBK\n- => a => b\nnothing\n";
        assert_eq!(texts(table).collect::<Vec<_>>(), [&b"GB29 NWBK"[..], b"a => b"]);
        let page = "person:a 0105ff00112233\nperson:\"b c\" 00000000\nperson:c 0g\nperson:d 012\n";
        assert_eq!(bodies(page).collect::<Vec<_>>(), [&[1, 5, 0xff][..], &[]]);
    }
}
