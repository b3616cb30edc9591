//! What was measured on this machine, in `measured.toml`: each part replaces its own figures and leaves the others.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A figure that is kept: its key, how many decimals it has, and what it is.
type Figure = (&'static str, usize, &'static str);

/// Every figure that is kept, by section.
const FIGURES: &[(&str, &[Figure])] = &[
    (
        "decide",
        &[
            ("events_per_second", 0, "whole process, file to file"),
            ("cores", 0, ""),
            ("bytes_per_person", 0, "machine and name, three peers, at 1 million people or more"),
        ],
    ),
    (
        "stream",
        &[
            ("business_events_per_second", 0, "one worker, one broker, same machine"),
            ("people_events_per_second", 0, "one worker; each event passes two gates"),
            ("business_cpu_seconds_per_million", 1, "of the worker"),
            ("people_cpu_seconds_per_million", 1, ""),
            ("bytes_in_per_event", 0, ""),
            ("bytes_out_per_event", 0, "decisions, relays and snapshots"),
        ],
    ),
    (
        "restore",
        &[("machines_per_second_snapshots", 0, ""), ("machines_per_second_checkpoint", 0, "")],
    ),
];

/// By section and key.
type Kept = BTreeMap<(String, String), String>;

/// Keeps figures of a section in `compare/measured.toml` of the folder that cargo builds in; the file.
///
/// # Errors
/// Where the file cannot be written, or a figure has no place in it.
pub fn keep(target: &Path, section: &str, figures: &[(&str, f64)]) -> Result<PathBuf> {
    let path = target.join("compare").join("measured.toml");
    let before = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read.with_context(|| format!("cannot read {}", path.display()))?,
    };
    let after = merged(&before, section, figures)?;
    fs::create_dir_all(target.join("compare"))?;
    fs::write(&path, after).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

fn merged(before: &str, section: &str, figures: &[(&str, f64)]) -> Result<String> {
    let mut kept = read(before);
    let keys = FIGURES.iter().find(|(name, _)| *name == section).map_or(&[][..], |of| of.1);
    for (key, figure) in figures.iter().filter(|(_, figure)| figure.is_finite()) {
        let known = keys.iter().find(|(known, ..)| known == key);
        let decimals = known.with_context(|| format!("no figure {section}.{key}"))?.1;
        kept.insert((section.to_owned(), (*key).to_owned()), format!("{figure:.decimals$}"));
    }
    Ok(written(&kept))
}

/// What an earlier run left: lines of `key = value`, under their sections.
fn read(text: &str) -> Kept {
    let (mut kept, mut section) = (Kept::new(), "");
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        } else if let Some((key, value)) = line.split_once('=') {
            let key = (section.to_owned(), key.trim().to_owned());
            kept.insert(key, value.trim().to_owned());
        }
    }
    kept
}

fn written(kept: &Kept) -> String {
    let mut text = "# What `cargo xtask compare` measured on this machine.\n".to_owned();
    for (section, keys) in FIGURES {
        let mut heading = Some(section);
        for (key, _, comment) in *keys {
            let Some(value) = kept.get(&((*section).to_owned(), (*key).to_owned())) else {
                continue;
            };
            if let Some(section) = heading.take() {
                _ = writeln!(text, "[{section}]");
            }
            let figure = format!("{key} = {value}");
            match comment.is_empty() {
                true => _ = writeln!(text, "{figure}"),
                false => _ = writeln!(text, "{figure:<32} # {comment}"),
            }
        }
    }
    text
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_part_replaces_its_own_figures_and_leaves_the_others() {
        let first =
            merged("", "decide", &[("cores", 2.0), ("events_per_second", 1_100_000.4)]).unwrap();
        assert_eq!(
            first,
            "# What `cargo xtask compare` measured on this machine.\n\
             [decide]\n\
             events_per_second = 1100000      # whole process, file to file\n\
             cores = 2\n"
        );
        let then = merged(&first, "restore", &[("machines_per_second_snapshots", 5e5)]).unwrap();
        let then = merged(&then, "decide", &[("events_per_second", 9e5)]).unwrap();
        assert_eq!(
            then,
            first.replace("1100000 ", "900000  ")
                + "[restore]\nmachines_per_second_snapshots = 500000\n"
        );
    }

    #[test]
    fn what_was_not_measured_or_has_no_place_is_not_kept() {
        let nothing = "# What `cargo xtask compare` measured on this machine.\n";
        assert_eq!(merged("", "decide", &[("cores", f64::NAN)]).unwrap(), nothing);
        assert!(merged("", "decide", &[("speed", 1.0)]).is_err());
        let stream = [("people_cpu_seconds_per_million", 30.0), ("bytes_in_per_event", 12.34)];
        let kept = merged("", "stream", &stream).unwrap();
        assert!(kept.ends_with(
            "[stream]\npeople_cpu_seconds_per_million = 30.0\nbytes_in_per_event = 12\n"
        ));
    }

    #[test]
    fn it_lies_where_cargo_builds() {
        let folder = tempfile::tempdir().unwrap();
        let path = keep(folder.path(), "decide", &[("cores", 4.0)]).unwrap();
        assert_eq!(path, folder.path().join("compare/measured.toml"));
        keep(folder.path(), "decide", &[("bytes_per_person", 333.0)]).unwrap();
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains("\ncores = 4\nbytes_per_person = 333"), "{text}");
    }
}
