//! Every command and every error of the program, as scripts that lie in `commands/<command>/<case>`.
//!
//! `cmd` is a script for bash. It runs in a folder of its own, which gets the files that lie in the command's
//! folder and in the case's, with `firstword` on the path and nothing else of the caller's environment. What it
//! writes is compared with `stdout` and `stderr`, how it ends with `status`; a file that is not there says
//! nothing was written, or 0.
//!
//! One case again: `cargo test --test commands decide/rejects`. `UPDATE=1` writes down what came instead of
//! comparing: look at the difference before committing it.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::{env, fs, io};

use libtest_mimic::{Arguments, Failed, Trial};

const PROGRAM: &str = env!("CARGO_BIN_EXE_firstword");
const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/commands");
/// Longer expectations are not read by anybody.
const LONGEST: usize = 200;
/// No case takes nearly as long; one that hangs should fail.
const SECONDS: &str = "120";
/// What `timeout` ends with then.
const TOOK_TOO_LONG: i32 = 124;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("every_command_has_cases", every_command_has_cases),
        Trial::test("readme_shows_what_is_decided", readme_shows_what_is_decided),
        Trial::test("readme_shows_the_machine", readme_shows_the_machine),
        Trial::test("readme_shows_another_policy", readme_shows_another_policy),
        Trial::test("scale_shows_what_is_planned", scale_shows_what_is_planned),
    ];
    for command in folders(Path::new(CASES))? {
        for case in folders(&command)? {
            let name = case.strip_prefix(CASES)?.display().to_string();
            trials.push(Trial::test(name, move || check(&case)));
        }
    }
    Ok(libtest_mimic::run(&arguments, trials).exit_code())
}

/// A command without a folder of cases is a command that nobody tries.
fn every_command_has_cases() -> Result<(), Failed> {
    let help = Command::new(PROGRAM).arg("--help").output()?;
    let help = String::from_utf8(help.stdout)?;
    let listed = help.split("Commands:\n").nth(1).ok_or("the help lists no commands")?;
    let listed = listed.lines().take_while(|line| !line.is_empty());
    // What goes on in the next line is indented more.
    let names = listed.filter_map(|line| {
        line.strip_prefix("  ")?.split_whitespace().next().filter(|_| !line.starts_with("   "))
    });
    let without: Vec<&str> =
        names.filter(|name| *name != "help" && !Path::new(CASES).join(name).is_dir()).collect();
    if without.is_empty() {
        Ok(())
    } else {
        Err(format!("no cases for {}", without.join(", ")).into())
    }
}

/// The README shows an event, and after it the decision that is made of it.
fn readme_shows_what_is_decided() -> Result<(), Failed> {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md"))?;
    let mut shown = readme.lines().filter(|line| line.starts_with("{\"id\""));
    let (event, decision) = shown.next().zip(shown.next()).ok_or("the README shows no decision")?;
    let room = tempfile::tempdir()?;
    let log = room.path().join("log");
    fs::write(&log, event)?;
    let came = Command::new(PROGRAM).arg("decide").arg(&log).output()?;
    let came = String::from_utf8(came.stdout)?;
    difference("README.md", &format!("{decision}\n"), &came).map_or(Ok(()), |told| Err(told.into()))
}

/// The picture in the README is the one that the program draws.
fn readme_shows_the_machine() -> Result<(), Failed> {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md"))?;
    let shown = readme.split("```mermaid\n").nth(1).and_then(|rest| rest.split("```").next());
    let shown = shown.ok_or("the README shows no picture")?;
    let drawn =
        Command::new(PROGRAM).args(["policy", "diagram", "--machine", "standing"]).output()?;
    let drawn = String::from_utf8(drawn.stdout)?;
    difference("README.md", shown, &drawn).map_or(Ok(()), |told| Err(told.into()))
}

/// What the README shows of other policies is what its commands print, one after another in one folder.
fn readme_shows_another_policy() -> Result<(), Failed> {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md"))?;
    let section = readme.split("\n## What would another policy do\n").nth(1);
    let shown =
        section.and_then(|section| section.split("```console\n").nth(1)?.split("```").next());
    prints("README.md", shown.ok_or("the README shows no other policy")?)
}

/// The plans in SCALE.md are those that the program makes with its built-in constants.
fn scale_shows_what_is_planned() -> Result<(), Failed> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../firstword-stream/SCALE.md");
    let page = fs::read_to_string(page)?;
    let plans = page.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let plans: Vec<&str> = plans.collect();
    if plans.is_empty() {
        return Err("SCALE.md shows no plan".into());
    }
    plans.iter().try_for_each(|shown| prints("SCALE.md", shown))
}

/// The commands of a page, one after another in one folder, print what it shows.
fn prints(page: &str, shown: &str) -> Result<(), Failed> {
    let room = tempfile::tempdir()?;
    let mut came = String::new();
    for command in shown.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let script = room.path().join("cmd");
        fs::write(&script, command)?;
        let ran = run(&script, room.path())?;
        if !ran.status.success() {
            return Err(format!("{command}: {}", String::from_utf8_lossy(&ran.stderr)).into());
        }
        came += &format!("$ {command}\n{}", String::from_utf8(ran.stdout)?);
    }
    // Between what two commands print the page has an empty line.
    let shown = shown.replace("\n\n$ ", "\n$ ");
    difference(page, &shown, &came).map_or(Ok(()), |told| Err(told.into()))
}

/// Runs a case and compares.
fn check(case: &Path) -> Result<(), Failed> {
    let room = tempfile::tempdir()?;
    for folder in [case.parent().ok_or("a case lies in a folder")?, case] {
        for file in files(folder)?.iter().filter(|file| !is_expectation(file)) {
            fs::copy(file, room.path().join(file.file_name().unwrap_or_default()))?;
        }
    }
    let came = run(&case.join("cmd"), room.path())?;
    if came.status.code() == Some(TOOK_TOO_LONG) {
        return Err(format!("it took longer than {SECONDS} seconds").into());
    }
    let status =
        came.status.code().map_or_else(|| came.status.to_string(), |code| code.to_string());
    let status = if status == "0" { String::new() } else { status + "\n" };
    let mut differences = Vec::new();
    for (name, came) in
        [("stdout", came.stdout), ("stderr", came.stderr), ("status", status.into_bytes())]
    {
        let came = String::from_utf8_lossy(&came).into_owned();
        if came.lines().count() > LONGEST {
            differences.push(format!("{name} has more than {LONGEST} lines"));
        } else if env::var_os("UPDATE").is_some() {
            write_down(&case.join(name), &came)?;
        } else {
            differences.extend(difference(name, &expected(&case.join(name))?, &came));
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n").into()) }
}

/// Runs a script where it can do no harm. The time zone and the language are not those of any developer.
fn run(script: &Path, room: &Path) -> io::Result<Output> {
    let programs = [Path::new(PROGRAM).parent().map(Path::to_owned).unwrap_or_default()];
    let inherited = env::var_os("PATH").unwrap_or_default();
    let path = programs.into_iter().chain(env::split_paths(&inherited));
    Command::new("timeout")
        .args([SECONDS, "bash", "-u"])
        .arg(script)
        .current_dir(room)
        .env_clear()
        .env("PATH", env::join_paths(path).map_err(io::Error::other)?)
        .env("HOME", room)
        .env("LANG", "C")
        .env("TZ", "Pacific/Chatham")
        .stdin(std::process::Stdio::null())
        .output()
}

/// What changed, a line each: what both have at the beginning and at the end is left out.
fn difference(name: &str, expected: &str, came: &str) -> Option<String> {
    if expected == came {
        return None;
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (lines(expected), lines(came));
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (old.get(same..).unwrap_or_default(), new.get(same..).unwrap_or_default());
    let after = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let mut told = vec![format!("{name} differs from line {} on (- expected, + came):", same + 1)];
    for (sign, lines) in [('-', old), ('+', new)] {
        told.extend(
            lines
                .iter()
                .take(lines.len() - after)
                .map(|line| format!("{sign} {}", line.escape_debug())),
        );
    }
    Some(told.join("\n"))
}

/// Lines with their ends, so that a missing one shows.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn expected(file: &Path) -> io::Result<String> {
    match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    }
}

fn write_down(file: &Path, came: &str) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ if came.is_empty() => Ok(()),
        _ => fs::write(file, came),
    }
}

fn is_expectation(file: &Path) -> bool {
    ["cmd", "stdout", "stderr", "status"].iter().any(|name| file.ends_with(name))
}

fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    entries(folder, Path::is_dir)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    entries(folder, Path::is_file)
}

fn entries(folder: &Path, wanted: impl Fn(&Path) -> bool) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| wanted(path));
    paths.sort();
    Ok(paths)
}
