//! The policies that come with the program. Each file tells its history as dated facts.

use firstword_rules::Policy;

use crate::parse;

/// A policy that comes with the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Builtin {
    /// Its name, as `--policy` takes it.
    pub name: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    /// The file.
    pub text: &'static str,
}

/// The name of the policy that holds where none is named.
pub const DEFAULT: &str = "whatsapp-2021";

/// The policies that come with the program, the default first.
pub const BUILTINS: [Builtin; 5] = [
    Builtin {
        name: DEFAULT,
        summary: "the terms of 15 May 2021: who does not accept may reply but not start",
        text: include_str!("../policies/whatsapp-2021.toml"),
    },
    Builtin {
        name: "whatsapp-2021-staged",
        summary: "the plan of 7 May 2021: full for some weeks, then reply only, then suspended",
        text: include_str!("../policies/whatsapp-2021-staged.toml"),
    },
    Builtin {
        name: "whatsapp-2021-reversed",
        summary: "what came of it: no limits in the EU, from 24 May in India, from 28 May anywhere",
        text: include_str!("../policies/whatsapp-2021-reversed.toml"),
    },
    Builtin {
        name: "whatsapp-business-2026",
        summary: "the business platform of 2026: opt-ins, caps, quiet hours in France and the US",
        text: include_str!("../policies/whatsapp-business-2026.toml"),
    },
    Builtin {
        name: "open",
        summary: "no terms, no opt-ins, no limits: only what no policy can turn off",
        text: include_str!("../policies/open.toml"),
    },
];

/// The policy that comes with the program under this name.
pub fn builtin(name: &str) -> Option<Policy> {
    let builtin = BUILTINS.iter().find(|builtin| builtin.name == name)?;
    parse(builtin.text).ok().map(|checked| checked.policy)
}
