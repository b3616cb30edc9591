//! The repository is tidy: what `cargo xtask tidy` says, said by `cargo test` too.

use std::path::Path;

use xtask::tidy;
use xtask::tree::Tree;

#[test]
fn the_repository_is_tidy() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tree = Tree::read(&root)?;
    assert!(tree.holds("crates/firstword-rules/RULES.md"), "this is not the repository");
    let findings: Vec<_> = tidy::findings(&tree).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "not tidy:\n{}", findings.join("\n"));
    Ok(())
}
