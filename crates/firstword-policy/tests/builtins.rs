//! The policies that come with the program: they parse, they warn of nothing, and a change of one
//! is seen.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use firstword_rules::{Category, Nearness, Region, Standing};

use firstword_policy::{BUILTINS, DEFAULT, builtin, canonical, parse};

/// A label changes with the meaning of the policy. Old decisions name the old label, so a change
/// belongs into the change log.
#[test]
fn labels_are_those_released() {
    let labels = BUILTINS.map(|it| builtin(it.name).unwrap().label);
    let released = [
        "whatsapp-2021@acd97e9be80f",
        "whatsapp-2021-staged@f84587fdccd2",
        "whatsapp-2021-reversed@1a25ee87e719",
        "whatsapp-business-2026@09508a8afdc5",
        "open@b70b821b75aa",
    ];
    assert_eq!(labels.each_ref().map(|label| &**label), released);
}

#[test]
fn every_builtin_is_named_as_its_file_and_warns_of_nothing() {
    for it in BUILTINS {
        let checked = parse(it.text).unwrap_or_else(|problems| panic!("{}: {problems}", it.name));
        assert_eq!(&*checked.policy.name, it.name);
        assert_eq!(checked.warnings, [], "{}", it.name);
        assert!(it.text.starts_with("# "), "{} begins with its history", it.name);
        assert!(it.text.lines().all(|line| line.chars().count() <= 120), "{}", it.name);
    }
}

#[test]
fn the_canonical_form_of_a_builtin_is_a_file_of_the_same_policy() {
    for it in BUILTINS {
        let policy = builtin(it.name).unwrap();
        let text = canonical(&policy);
        let again = parse(&text).unwrap().policy;
        assert_eq!(again, policy, "{}", it.name);
        assert_eq!(canonical(&again), text, "{}", it.name);
    }
}

#[test]
fn the_default_is_the_first_and_an_unknown_name_is_none() {
    assert_eq!(BUILTINS.first().unwrap().name, DEFAULT);
    assert_eq!(builtin("whatsapp"), None);
}

/// Of what quiet hours there are, those that list the region itself come first: a state without an
/// entry of its own would have the hours of somewhere else.
#[test]
fn every_state_and_department_has_quiet_hours_of_its_own() {
    let policy = builtin("whatsapp-business-2026").unwrap();
    let itself = |code: &str, category| {
        let region = Region::parse(code).unwrap();
        policy.quiet_hours.iter().any(|quiet| {
            quiet.regions.nearness(region) == Some(Nearness::Itself)
                && quiet.categories.contains(&category)
        })
    };
    let states = "AL AK AZ AR CA CO CT DC DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS \
                  MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA \
                  WA WV WI WY PR VI GU MP AS";
    assert_eq!(states.split(' ').filter(|state| !state.is_empty()).count(), 56);
    for state in states.split_whitespace() {
        assert!(itself(&format!("US-{state}"), Category::Calls), "{state}");
        assert!(itself(&format!("US-{state}"), Category::Marketing), "{state}");
    }
    for place in
        ["FR", "FR-971", "FR-972", "FR-973", "FR-974", "FR-976", "GP", "MQ", "GF", "RE", "YT"]
    {
        assert!(itself(place, Category::Marketing), "{place}");
        assert!(!itself(place, Category::Utility), "{place}");
    }
}

#[test]
fn what_was_reversed_is_reversed_region_by_region() {
    let policy = builtin("whatsapp-2021-reversed").unwrap();
    let full_from = |region: Option<&str>| {
        let region = region.map(|code| Region::parse(code).unwrap());
        let orders = policy.orders.iter().filter(|order| order.standing_full);
        let holding = orders.filter(|order| match (&order.regions, region) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(regions), Some(region)) => regions.names(region),
        });
        holding.filter_map(|order| order.from).min().unwrap().to_string()
    };
    assert_eq!(full_from(Some("FR-75")), "2021-05-15T00:00:00.000Z");
    assert_eq!(full_from(Some("IN-DL")), "2021-05-24T00:00:00.000Z");
    assert_eq!(full_from(Some("BR")), "2021-05-28T00:00:00.000Z");
    assert_eq!(full_from(None), "2021-05-28T00:00:00.000Z");
}

#[test]
fn the_stages_of_the_plan_are_full_then_reply_only_then_suspended() {
    let policy = builtin("whatsapp-2021-staged").unwrap();
    let terms = policy.terms.first().unwrap();
    let on_day = |day| {
        let effective = terms.everywhere.effective;
        let at = effective + firstword_rules::Span::days(day);
        let declined = terms.on_declined(None).standing(effective, at);
        assert_eq!(declined, terms.on_silence(None).standing(effective, at));
        declined
    };
    assert_eq!([0, 13].map(on_day), [Standing::Full; 2]);
    assert_eq!([14, 55].map(on_day), [Standing::ReplyOnly; 2]);
    assert_eq!([56, 999].map(on_day), [Standing::Suspended; 2]);
}
