//! POLICY.md shows one file with every key: it has to be a policy.

#[test]
fn the_example_on_the_page_is_a_policy() {
    let page = include_str!("../POLICY.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    let parsed = firstword_policy::parse(example.unwrap_or_default());
    let warnings = parsed.map(|checked| checked.warnings).map_err(|problems| problems.0);
    assert_eq!((example.is_some(), warnings), (true, Ok(Vec::new())));
}
