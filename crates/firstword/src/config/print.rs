//! What holds, as a file that could be used again: each setting with what it is, and where its value comes from.

use std::io::{self, Write};

use firstword_policy::Position;

use super::layers::Origin;
use super::{Config, PROPERTIES};

impl Config {
    /// Writes the configuration that holds as TOML. What is secret, not set, or another on another computer, is
    /// commented out.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let mut table = "";
        for line in &self.lines {
            let (of, name) = match line.key.strip_prefix(PROPERTIES) {
                Some(name) => (PROPERTIES, name.trim_start_matches('.')),
                None => line.key.rsplit_once('.').unwrap_or(("", &line.key)),
            };
            if of != table {
                writeln!(out, "\n[{of}]")?;
                table = of;
            }
            if !line.about.is_empty() {
                writeln!(out, "# {}", line.about)?;
            }
            let origin = self.place(&line.origin);
            match &line.value {
                None => writeln!(out, "# {name} =  # not set")?,
                Some(value) if line.secret => {
                    writeln!(out, "# {name} = {value}  # {origin}, secret")?
                }
                Some(value) if matches!(line.origin, Origin::Derived(_)) => {
                    writeln!(out, "# {name} = {value}  # {origin}")?;
                }
                Some(value) => writeln!(out, "{name} = {value}  # {origin}")?,
            }
        }
        Ok(())
    }

    fn place(&self, origin: &Origin) -> String {
        match (origin, &self.file) {
            (Origin::File(span), Some((shown, text))) => {
                format!("{shown}:{}", Position::of(text, span.start).line)
            }
            (Origin::Variable(name), _) => name.clone(),
            (Origin::Flag(name), _) => (*name).to_owned(),
            (Origin::Derived(of), _) => format!("default: {of}"),
            (Origin::Default | Origin::File(_), _) => "default".to_owned(),
        }
    }
}
