//! DuckDB on the same file: an easier question than ours, "reply or start?", by window functions over each pair.
//!
//! It comes from PyPI into a folder of ours, once. Where that cannot be, the side does not run and says why.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use firstword_policy::builtin;

use crate::asked::Told;

/// The release that is compared with.
pub const VERSION: &str = "2.0.0";

const QUERY: &str = include_str!("reply_or_start.sql");

/// Where its packages lie.
pub struct Duck(PathBuf);

impl Duck {
    /// Finds it, or fetches it; otherwise what is missing, in one line.
    pub fn ready(target: &Path) -> Result<Duck, String> {
        let duck = Duck(target.join("compare").join(format!("duckdb-{VERSION}")));
        if duck.works() {
            return Ok(duck);
        }
        let python = Command::new("python3").arg("--version").output();
        if !python.is_ok_and(|done| done.status.success()) {
            return Err("no python3 (apt-get install python3 python3-pip)".to_owned());
        }
        let wanted = format!("duckdb=={VERSION}");
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]);
        let fetched = pip.arg(&duck.0).arg(&wanted).stdin(Stdio::null()).output();
        match (fetched, duck.works()) {
            (Ok(_), true) => Ok(duck),
            (Ok(done), false) => {
                let said = String::from_utf8_lossy(&done.stderr);
                let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("");
                Err(format!("no {wanted} from PyPI: {}", last.trim()))
            }
            (Err(error), _) => Err(format!("cannot run python3: {error}")),
        }
    }

    fn works(&self) -> bool {
        let ask = format!("import duckdb; assert duckdb.__version__ == '{VERSION}'");
        let asked = self.python(&ask).stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    }

    /// The whole process that answers.
    pub fn command(&self, told: &Told<'_>) -> anyhow::Result<Command> {
        let policy = builtin(firstword_policy::DEFAULT).context("no policy")?;
        let quoted = |path: &Path| path.display().to_string().replace('\'', "''");
        let query = QUERY
            .replace("{log}", &quoted(told.log))
            .replace("{out}", &quoted(told.out))
            .replace("{threads}", &told.threads.to_string())
            .replace("{window}", &policy.reply_window.0.to_string());
        let mut command = self.python("import duckdb, sys; duckdb.sql(sys.argv[1])");
        command.arg(query);
        // What does not fit into memory goes where the output goes.
        command.current_dir(told.out.parent().context("an output without a folder")?);
        Ok(command)
    }

    fn python(&self, code: &str) -> Command {
        let mut command = Command::new("python3");
        command.args(["-c", code]).env("PYTHONPATH", &self.0);
        command
    }
}
