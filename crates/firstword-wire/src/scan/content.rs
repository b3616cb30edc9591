//! `CONTENT.md` says what the scan knows, and these tests say that it says the truth. `UPDATE=1` writes its tables
//! anew.

use std::fmt::Write;

use super::asks::words::{PHRASES, Role};
use super::{card, iban, national, numbers, travel};

const BEGIN: &str = "<!-- tables -->\n";
const END: &str = "<!-- end of tables -->\n";

/// The tables of the page, from those of the code.
fn tables() -> String {
    let mut page = String::new();
    cards(&mut page);
    accounts(&mut page);
    zones(&mut page);
    words(&mut page);
    page
}

fn cards(page: &mut String) {
    page.push_str("\n## Payment cards\n\n| scheme | begins with | digits | only in groups of |\n|---|---|---|---|\n");
    for issuer in card::ISSUERS {
        let range = |&(first, last): &(u32, u32)| {
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        };
        let prefixes: Vec<String> = issuer.prefixes.iter().map(range).collect();
        let form = issuer.only_as.map_or(String::new(), joined);
        writeln!(
            page,
            "| {} | {} | {} | {form} |",
            issuer.name,
            prefixes.join(", "),
            list(issuer.lengths)
        )
        .unwrap();
    }
    let forms: Vec<String> = card::PRINTED.iter().map(|form| joined(form)).collect();
    writeln!(
        page,
        "\nGroups looked for inside longer runs, beside groups of one length: {}.",
        forms.join(", ")
    )
    .unwrap();
    let signs: Vec<String> =
        numbers::SEPARATORS.iter().map(|&sign| format!("`{}`", char::from(sign))).collect();
    writeln!(page, "\nSeparators, beside white space and control characters: {}; at most {} between two digits.", signs.join(" "), numbers::WIDEST_GAP).unwrap();
    let forms: Vec<String> = national::NIR_GROUPS.iter().map(|form| joined(form)).collect();
    writeln!(page, "\nGroups of a NIR looked for inside longer runs: {}.", forms.join(", "))
        .unwrap();
}

fn joined(form: &[usize]) -> String {
    form.iter().map(usize::to_string).collect::<Vec<_>>().join("-")
}

fn list(lengths: &[usize]) -> String {
    lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

fn accounts(page: &mut String) {
    page.push_str("\n## Account numbers\n\n| country | characters | after the check digits |\n|---|---|---|\n");
    for (country, structure) in iban::FORMATS {
        writeln!(page, "| {country} | {} | {structure} |", iban::length(structure)).unwrap();
    }
}

fn zones(page: &mut String) {
    page.push_str("\n## Machine-readable zones\n\n| form | lines | begins with |\n|---|---|---|\n");
    for form in travel::FORMS {
        let letters: Vec<String> =
            form.begins.iter().map(|&letter| char::from(letter).to_string()).collect();
        writeln!(
            page,
            "| {} | {} of {} | {} |",
            form.name,
            form.lines,
            form.width,
            letters.join(", ")
        )
        .unwrap();
    }
}

fn words(page: &mut String) {
    page.push_str("\n## Words of requests\n");
    for phrases in PHRASES {
        writeln!(page, "\n### {}\n\n{}\n", title(phrases.role).0, title(phrases.role).1).unwrap();
        for (language, phrases) in phrases.by_language {
            let quoted: Vec<String> = phrases.iter().map(|phrase| format!("`{phrase}`")).collect();
            writeln!(page, "- {language}: {}", quoted.join(", ")).unwrap();
        }
    }
}

/// What the page says of a role.
fn title(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Object => ("Objects", "What must not be asked for."),
        Role::Another => {
            ("Other things", "Words that make something else of the object they belong to.")
        }
        Role::Give => ("Verbs of giving", "Requests, unless the speaker is who gives."),
        Role::Ask => ("Phrases of asking", "Requests, whoever is their subject."),
        Role::Wanted => ("Wanted", "Requests that follow their object."),
        Role::Please => ("Please", "A request by itself right beside an object."),
        Role::Not => ("Negations", "They reach five words on in the clause, and back to its verb."),
        Role::NotNext => ("Short negations", "They reach two words on."),
        Role::NotAfter => ("Negations after the object", "They reach four words back."),
        Role::DoNotMiss => ("Do not miss", "They lift the negations of their clause."),
        Role::But => ("But", "The reach of a negation ends here."),
        Role::Part => ("Parts", "Only a part of a number, which may be asked for."),
        Role::Whole => ("The whole", "Not a part after all."),
        Role::Mine => {
            ("The speaker's own", "At most three words before the object, or in it: no request.")
        }
        Role::MineNext => ("The speaker's own, right before", "Right before the object only."),
        Role::Speaker => {
            ("The speaker", "At most three words before a verb of giving: no request.")
        }
        Role::SpeakerAfter => {
            ("The speaker, after the verb", "Right after a verb of giving: no request.")
        }
        Role::You => ("Who is spoken to", "Between the speaker and the verb: a request again."),
        Role::Link => (
            "Linking words",
            "What `~` may stand for, and what counts as no word beside a bare question.",
        ),
    }
}

#[test]
fn the_page_has_the_tables_of_the_code() {
    let page = include_str!("../../CONTENT.md");
    let (head, rest) = page.split_once(BEGIN).unwrap();
    let (written, tail) = rest.split_once(END).unwrap();
    let tables = tables();
    if written != tables && std::env::var_os("UPDATE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/CONTENT.md");
        std::fs::write(path, format!("{head}{BEGIN}{tables}{END}{tail}")).unwrap();
    } else {
        assert!(
            written == tables,
            "the tables of CONTENT.md are not those of the code: UPDATE=1 writes them"
        );
    }
}

#[test]
fn countries_are_in_order_and_of_their_length() {
    assert!(iban::FORMATS.is_sorted_by(|(a, _), (b, _)| a < b));
    let lengths = [
        ("NO", 15),
        ("BE", 16),
        ("DE", 22),
        ("GB", 22),
        ("FR", 27),
        ("IT", 27),
        ("MT", 31),
        ("LC", 32),
        ("RU", 33),
    ];
    for (country, length) in lengths {
        let at = iban::FORMATS.binary_search_by_key(&country, |(name, _)| name).unwrap();
        assert_eq!(iban::length(iban::FORMATS[at].1), length, "{country}");
    }
    assert!(
        iban::FORMATS.iter().all(|(_, structure)| (15..=34).contains(&iban::length(structure)))
    );
}
