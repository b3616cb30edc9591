//! The tables of words are sound: they fit, and the gate lets every phrase pass.

use super::gate::FRAGMENTS;
use super::words::{PHRASES, Role};

fn phrases(role: Role) -> impl Iterator<Item = &'static str> {
    let of_role = PHRASES.iter().filter(move |phrases| phrases.role == role);
    of_role.flat_map(|phrases| phrases.by_language).flat_map(|(_, phrases)| *phrases).copied()
}

#[test]
fn every_object_opens_the_gate() {
    for phrase in phrases(Role::Object) {
        let holds = |word: &str| {
            let bounded = format!("_{word}_");
            FRAGMENTS
                .iter()
                .any(|fragment| bounded.as_bytes().windows(4).any(|four| four == fragment))
        };
        let opens =
            phrase.split(' ').filter(|part| *part != "~").any(|part| part.split('|').all(holds));
        assert!(opens, "{phrase}");
    }
}

#[test]
fn phrases_are_well_formed_and_fit() {
    let mut places = 0;
    for phrases in PHRASES {
        for phrase in phrases.by_language.iter().flat_map(|(_, phrases)| *phrases) {
            let words: Vec<&str> = phrase.split(' ').collect();
            assert!(words.first() != Some(&"~") && words.last() != Some(&"~"), "{phrase}");
            for word in words.iter().filter(|word| **word != "~").flat_map(|part| part.split('|')) {
                let plain =
                    word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
                assert!(plain && !word.is_empty(), "{phrase}");
            }
            let parts = words.iter().filter(|word| **word != "~").count();
            assert!(phrases.role != Role::Link || parts == 1, "{phrase}");
            places += if parts > 1 { parts } else { 0 };
        }
    }
    assert!(places <= super::vocabulary::PLACES, "{places} places");
}
