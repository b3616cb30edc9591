//! Who may know whom: the arrows of crates/README.md, read from the manifests.

use toml::{Table, Value};

use super::Finding;
use crate::tree::Tree;

/// A crate and what it may have among its dependencies.
struct Layer {
    name: &'static str,
    /// Of our own crates.
    ours: &'static [&'static str],
}

/// What the program is made of, and what tests may look into.
const LIBRARIES: &[&str] = &[
    "firstword-engine",
    "firstword-policy",
    "firstword-replay",
    "firstword-rules",
    "firstword-stream",
    "firstword-traffic",
    "firstword-wire",
];

const LAYERS: &[Layer] = &[
    Layer { name: "firstword-rules", ours: &[] },
    Layer { name: "firstword-traffic", ours: &[] },
    Layer { name: "firstword-policy", ours: &["firstword-rules"] },
    Layer { name: "firstword-wire", ours: &["firstword-rules"] },
    Layer { name: "firstword-engine", ours: &["firstword-rules"] },
    Layer {
        name: "firstword-replay",
        ours: &["firstword-engine", "firstword-rules", "firstword-wire"],
    },
    Layer {
        name: "firstword-stream",
        ours: &["firstword-engine", "firstword-rules", "firstword-wire"],
    },
    Layer { name: "firstword", ours: LIBRARIES },
    Layer { name: "firstword-testkit", ours: LIBRARIES },
    Layer { name: "firstword-tests", ours: &["firstword-testkit"] },
    Layer { name: "xtask", ours: &[] },
];

/// All that the law may know of what others wrote.
const OF_THE_LAW: &[&str] = &["compact_str", "jiff", "sha2"];

/// What only some crates may know of what others wrote.
const KEPT_TO: &[(&str, &[&str])] = &[
    ("anyhow", &["firstword", "firstword-testkit", "firstword-tests", "xtask"]),
    ("clap", &["firstword"]),
    ("clap_complete", &["firstword"]),
    ("rdkafka", &["firstword-stream"]),
    ("serde", &["firstword", "firstword-policy", "firstword-stream", "firstword-wire"]),
    ("tokio", &["firstword", "firstword-stream", "firstword-testkit"]),
];

/// What a section of a manifest is for.
#[derive(Clone, Copy, PartialEq)]
enum For {
    Use,
    Tests,
}

/// The manifests of the members, with their paths.
fn members(tree: &Tree) -> impl Iterator<Item = (&str, Result<Table, toml::de::Error>)> {
    let manifests = tree.ending("/Cargo.toml").filter(|(path, _)| {
        path.starts_with("tests/") && path.matches('/').count() == 1
            || path.starts_with("crates/") && path.matches('/').count() == 2
    });
    manifests.map(|(path, text)| (path, text.parse::<Table>()))
}

/// Every dependency has to be allowed to its crate.
pub fn who_knows_whom(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, manifest) in members(tree) {
        let Ok(manifest) = manifest else {
            findings.push(Finding::of_file(path, "is no TOML"));
            continue;
        };
        let package = manifest.get("package").and_then(|package| package.get("name"));
        let name = package.and_then(Value::as_str).unwrap_or_default();
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == name) else {
            findings
                .push(Finding::of_file(path, format!("`{name}` has no place among the layers")));
            continue;
        };
        for (what, dependency) in dependencies(&manifest) {
            if let Some(why) = forbidden(layer, what, &dependency) {
                let what = format!("`{name}` may not know `{dependency}`: {why}");
                findings.push(Finding::of_file(path, what));
            }
        }
    }
    findings
}

fn forbidden(layer: &Layer, what: For, dependency: &str) -> Option<&'static str> {
    let is_ours = LAYERS.iter().any(|layer| layer.name == dependency);
    let may_test_with_ours = layer.name != "firstword-rules"
        && !["firstword", "xtask", "firstword-tests"].contains(&dependency);
    let kept = KEPT_TO.iter().find(|(name, _)| *name == dependency);
    match what {
        For::Use if is_ours && !layer.ours.contains(&dependency) => Some("it is not below it"),
        For::Tests if is_ours && !may_test_with_ours && !layer.ours.contains(&dependency) => {
            Some("not even in tests")
        }
        For::Use
            if layer.name == "firstword-rules" && !is_ours && !OF_THE_LAW.contains(&dependency) =>
        {
            Some("the law knows nothing that it does not need")
        }
        For::Use if kept.is_some_and(|(_, crates)| !crates.contains(&layer.name)) => {
            Some("it is kept to other crates")
        }
        _ => None,
    }
}

/// The dependencies of a manifest, those for one platform included, by the name of the package.
fn dependencies(manifest: &Table) -> Vec<(For, String)> {
    let platforms = manifest.get("target").and_then(Value::as_table);
    let platforms = platforms.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let mut found = Vec::new();
    for table in platforms.chain([manifest]) {
        for (section, what) in [
            ("dependencies", For::Use),
            ("build-dependencies", For::Use),
            ("dev-dependencies", For::Tests),
        ] {
            let listed = table.get(section).and_then(Value::as_table);
            found.extend(listed.into_iter().flatten().map(|(key, value)| {
                let package = value.get("package").and_then(Value::as_str);
                (what, package.unwrap_or(key).to_owned())
            }));
        }
    }
    found
}

/// Every crate has the lints of the workspace.
pub fn lints_of_the_workspace(tree: &Tree) -> Vec<Finding> {
    let lacks = |manifest: &Table| {
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        lints.and_then(Value::as_bool) != Some(true)
    };
    let members = members(tree).filter(|(_, manifest)| manifest.as_ref().is_ok_and(lacks));
    members.map(|(path, _)| Finding::of_file(path, "lacks `[lints] workspace = true`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let tree = Tree::of(&[(path, text)]);
        who_knows_whom(&tree).into_iter().map(|finding| finding.what).collect()
    }

    fn of(name: &str, rest: &str) -> Vec<String> {
        found("crates/x/Cargo.toml", &format!("[package]\nname = \"{name}\"\n{rest}"))
    }

    #[test]
    fn a_crate_may_know_those_below_it() {
        assert!(
            of("firstword-wire", "[dependencies]\nfirstword-rules.workspace = true\nserde = '1'")
                .is_empty()
        );
        assert!(
            of("firstword-engine", "[dev-dependencies]\nfirstword-wire.workspace = true")
                .is_empty()
        );
    }

    #[test]
    fn an_arrow_upwards_is_found() {
        let upwards = of("firstword-wire", "[dependencies]\nfirstword-engine.workspace = true");
        assert_eq!(
            upwards,
            ["`firstword-wire` may not know `firstword-engine`: it is not below it"]
        );
        let renamed = "[dependencies]\nlaw = { package = \"firstword-policy\", path = '.' }";
        assert_eq!(of("firstword-engine", renamed).len(), 1);
        let for_one = "[target.'cfg(unix)'.dependencies]\nfirstword-rules.workspace = true";
        assert_eq!(of("firstword-traffic", for_one).len(), 1);
        assert_eq!(of("firstword-rules", "[dev-dependencies]\nfirstword-wire = '1'").len(), 1);
    }

    #[test]
    fn what_is_kept_to_some_crates_is_found_in_others() {
        assert_eq!(of("firstword-engine", "[dependencies]\ntokio = '1'").len(), 1);
        assert_eq!(of("firstword-replay", "[dependencies]\nrdkafka = '1'").len(), 1);
        assert_eq!(of("firstword-rules", "[build-dependencies]\nlibc = '1'").len(), 1);
        assert!(of("firstword-stream", "[dependencies]\nrdkafka = '1'\ntokio = '1'").is_empty());
    }

    #[test]
    fn a_crate_without_a_place_or_a_manifest_that_is_none_is_found() {
        assert_eq!(of("firstword-extra", ""), ["`firstword-extra` has no place among the layers"]);
        assert_eq!(found("crates/x/Cargo.toml", "[package"), ["is no TOML"]);
        assert!(found("crates/x/tests/y/Cargo.toml", "[package").is_empty(), "no member");
    }

    #[test]
    fn a_crate_without_the_lints_is_found() {
        for (text, findings) in
            [("[lints]\nworkspace = true", 0), ("[lints]\nworkspace = false", 1), ("", 1)]
        {
            let tree = Tree::of(&[("tests/Cargo.toml", text)]);
            assert_eq!(lints_of_the_workspace(&tree).len(), findings, "{text}");
        }
    }
}
