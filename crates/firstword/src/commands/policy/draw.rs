//! `firstword policy diagram`: the state machines, drawn from the code that decides.

use std::io::Write;

use clap::{Args, ValueEnum};
use firstword_rules::{Policy, Region, Scope};

use crate::commands::PolicyArg;
use crate::diagram::{self, Drawing};
use crate::exit::Exit;
use crate::terminal::stdout;

/// Draw the state machines of a policy, from the code that decides.
///
/// No picture is kept anywhere: a small, complete set of people, events and time steps is run through the rules
/// under the policy, and every way from one state to another that was seen is drawn, with the row that decided.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword policy diagram --machine standing   # Mermaid, for a README\n  \
    firstword policy diagram --policy whatsapp-2021-staged --as svg > machines.svg\n  \
    firstword policy diagram --machine permission --scope calls --as dot | dot -Tpng -o calls.png\n\n\
    As Mermaid, `all` gives Markdown with a fence for each machine; as DOT and SVG, one picture with all three.")]
pub struct Diagram {
    #[command(flatten)]
    policy: PolicyArg,
    /// Which machine.
    #[arg(long, value_enum, default_value_t = Which::All)]
    machine: Which,
    /// What to write. (`--format` is for data; a drawing has other forms.)
    #[arg(long = "as", value_enum, default_value_t = Form::Mermaid, value_name = "FORM")]
    form: Form,
    /// Draw the standing of somebody of this region, such as FR or DE-HH, where terms and orders tell
    /// regions apart.
    #[arg(long, value_parser = region)]
    region: Option<Region>,
    /// Draw the permission of a business for this scope: utility, authentication, marketing or calls.
    #[arg(long, value_parser = scope, default_value = "marketing")]
    scope: Scope,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Which {
    /// What follows for a person from answers to terms, orders and time.
    Standing,
    /// What a person lets a business do in one scope.
    Permission,
    /// What two people said to each other, and who may go on.
    Conversation,
    /// All three.
    All,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Form {
    /// A Mermaid flowchart, which code hosts draw in Markdown.
    Mermaid,
    /// A graph for Graphviz.
    Dot,
    /// A picture, for light and dark.
    Svg,
}

/// Runs the command.
pub fn run(args: &Diagram) -> anyhow::Result<Exit> {
    let drawings = drawings(args, &args.policy.load()?);
    let text = match (args.form, drawings.as_slice()) {
        (Form::Mermaid, [one]) => diagram::mermaid(one),
        (Form::Mermaid, several) => diagram::markdown(several),
        (Form::Dot, drawings) => diagram::dot(drawings),
        (Form::Svg, drawings) => diagram::svg(drawings),
    };
    let mut out = stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Exit::Done)
}

fn drawings(args: &Diagram, policy: &Policy) -> Vec<Drawing> {
    let wanted = |which| args.machine == which || args.machine == Which::All;
    let mut drawings = Vec::new();
    if wanted(Which::Standing) {
        drawings.push(diagram::standing(policy, args.region));
    }
    if wanted(Which::Permission) {
        drawings.push(diagram::permission(policy, args.scope));
    }
    if wanted(Which::Conversation) {
        drawings.push(diagram::conversation(policy));
    }
    drawings
}

fn region(text: &str) -> Result<Region, String> {
    Region::parse(text)
        .ok_or_else(|| "two capital letters, or with a part of the country: FR, DE-HH".to_owned())
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::parse(text).ok_or_else(|| {
        let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("one of {}", scopes.join(", "))
    })
}
