//! All problems of a file at once: `problems/*.toml`, and beside each what is said about it.
//!
//! `UPDATE=1 cargo test -p firstword-policy` rewrites what is said.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use firstword_policy::{Problem, Severity, parse};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/problems");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files
}

fn problems(text: &str) -> Vec<Problem> {
    parse(text).map_or_else(|problems| problems.0, |checked| checked.warnings)
}

#[test]
fn every_problem_of_a_file_is_told_in_its_order() {
    let mut differing = Vec::new();
    for path in files() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let said: String =
            problems(&text).iter().map(|problem| problem.in_file(name) + "\n").collect();
        let expected = path.with_extension("txt");
        if env::var_os("UPDATE").is_some() {
            fs::write(&expected, &said).unwrap();
        }
        if fs::read_to_string(&expected).unwrap_or_default() != said {
            differing.push(format!("{name}:\n{said}"));
        }
    }
    assert!(differing.is_empty(), "not as expected:\n{}", differing.join("\n"));
}

/// A kind of problem that no file has is one that nobody has read.
#[test]
fn every_kind_of_problem_has_a_case() {
    let source = include_str!("../src/problem.rs");
    let (_, body) = source.split_once("pub enum What {\n").unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    let word =
        |text: &str| text.chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
    let kinds: BTreeSet<String> = body
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
        .map(word)
        .collect();
    assert!(kinds.len() > 20, "the enum is read wrongly: {kinds:?}");
    let seen: BTreeSet<String> = files()
        .iter()
        .flat_map(|path| problems(&fs::read_to_string(path).unwrap()))
        .map(|problem| word(&format!("{:?}", problem.what)))
        .collect();
    assert_eq!(kinds, seen);
}

/// Whoever is told `such as { ... }` and writes that is rid of the problem and has no new one.
#[test]
fn the_example_of_a_table_is_one() {
    let errors = |text: &str| {
        let mut errors = problems(text);
        errors.retain(|problem| problem.severity == Severity::Error);
        errors.into_iter().map(|problem| (problem.what, problem.hint)).collect::<Vec<_>>()
    };
    let mut tried = 0;
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let before = errors(&text);
        for problem in problems(&text) {
            let Some(example) =
                problem.hint.as_ref().and_then(|hint| hint.strip_prefix("such as {"))
            else {
                continue;
            };
            let mut mended = text.clone();
            mended.replace_range(problem.span.clone(), &format!("{{{example}"));
            let mut expected = before.clone();
            let same = (problem.what.clone(), problem.hint.clone());
            expected.remove(expected.iter().position(|error| *error == same).unwrap());
            assert_eq!(errors(&mended), expected, "{problem}");
            tried += 1;
        }
    }
    assert!(tried > 12, "{tried} examples");
}

#[test]
fn warnings_do_not_keep_a_policy_from_being_used() {
    let text = include_str!("problems/warnings.toml");
    let checked = parse(text).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(checked.warnings.len() > 10);
    assert_eq!(&*checked.policy.name, "warnings");
}

#[test]
fn a_picture_shows_the_line_and_points_at_the_place() {
    let text = "name = \"p\"\r\n\t[doubt]\r\n\tholt = \"ü\u{1b}[31m\"\r\n";
    let found = problems(&text.replace('\u{1b}', ""));
    let [problem] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        problem.picture("p.toml", &text.replace('\u{1b}', "")),
        "error: unknown key `holt`\n --> p.toml:3:2\n  |\n3 |  holt = \"ü[31m\"\n  |  ^^^^\n  \
         = did you mean `hold`?\n"
    );
    // What a terminal would obey is not passed on, whatever text is given.
    assert!(!problem.picture("p.toml", text).contains('\u{1b}'));
}

#[test]
fn a_picture_of_a_very_long_line_shows_the_part_that_matters() {
    let text = format!("name = \"{}\"\nx = {{ {} = 1 }}", "n".repeat(129), "k".repeat(70_000));
    let found = problems(&text);
    assert_eq!(found.len(), 2);
    for problem in found {
        let picture = problem.picture("p.toml", &text);
        let mut drawn = picture.lines().filter(|line| line.contains(" | "));
        assert!(drawn.all(|line| line.chars().count() <= 110), "{picture}");
        assert!(picture.contains('^'));
    }
}
