//! What the repository asks of its own files. Each check looks at all of them and says what it found.

mod files;
mod layers;
mod links;
mod rows;

use std::fmt;

use crate::tree::Tree;

/// One thing that is not as it should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The file.
    pub path: String,
    /// The line, from 1, where one is to blame.
    pub line: Option<usize>,
    /// What is wrong with it.
    pub what: String,
}

impl Finding {
    fn of_file(path: &str, what: impl Into<String>) -> Finding {
        Finding { path: path.to_owned(), line: None, what: what.into() }
    }

    /// `line` counts from 0, as iterators do.
    fn of_line(path: &str, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: path.to_owned(), line: Some(line + 1), what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}

/// Everything that is not tidy in a tree.
pub fn findings(tree: &Tree) -> Vec<Finding> {
    let checks: [fn(&Tree) -> Vec<Finding>; 10] = [
        layers::who_knows_whom,
        layers::lints_of_the_workspace,
        files::headers,
        files::lengths,
        files::columns,
        files::left_for_later,
        files::machine_paths,
        rows::known_rows,
        links::links,
        links::changelog,
    ];
    checks.iter().flat_map(|check| check(tree)).collect()
}
