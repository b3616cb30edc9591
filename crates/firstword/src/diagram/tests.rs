//! What is drawn is what the rules do: the drawings of the default policy are kept beside the code
//! (`snapshots/*.mmd`; `UPDATE=1` rewrites them), and the finders are asked about policies made for the question.

use std::path::Path;
use std::{env, fs};

use firstword_policy::BUILTINS;
use firstword_rules::{Policy, Region, Scope};

use super::*;

/// Two versions with names that mean something to every format, stages, an order, doubt, and a cap.
const HOSTILE: &str = r##"
name = "hostile"
[conversation]
reply_window = "24h"
idle = "72h"
[[terms]]
version = "2021-05"
effective = 2021-05-15T00:00:00Z
on_silence = [{ after = "14d", standing = "reply_only" }, { after = "56d", standing = "suspended" }]
[[terms]]
version = 'a"<b>&;#:{}|]\'
effective = 2023-05-15T10:00:00Z
on_declined = "suspended"
on_silence = "full"
[[orders]]
name = "pause"
regions = ["DE"]
from = 2022-01-01T00:00:00Z
until = 2022-02-01T00:00:00Z
standing = "full"
[doubt]
hold = "72h"
[limits.unanswered_starts]
max = 1
per = "30d"
"##;

fn policy(text: &str) -> Policy {
    firstword_policy::parse(text).unwrap().policy
}

fn default() -> Policy {
    firstword_policy::builtin(firstword_policy::DEFAULT).unwrap()
}

fn all(policy: &Policy) -> Vec<Drawing> {
    let scopes = Scope::ALL.iter().map(|scope| permission(policy, *scope));
    [standing(policy, None), conversation(policy)].into_iter().chain(scopes).collect()
}

/// `full -> reply_only: terms.declined`, a line for each label; time as `~>`.
fn ways(drawing: &Drawing) -> Vec<String> {
    let title = |place: usize| &drawing.nodes.get(place).unwrap().title;
    let way = |edge: &Edge| {
        let arrow = if edge.by_time { "~>" } else { "->" };
        let (from, to) = (title(edge.from).clone(), title(edge.to).clone());
        edge.labels
            .iter()
            .map(move |label| format!("{from} {arrow} {to}: {label}"))
            .collect::<Vec<_>>()
    };
    drawing.edges.iter().flat_map(way).collect()
}

fn titles(drawing: &Drawing) -> Vec<&str> {
    drawing.nodes.iter().map(|node| &*node.title).collect()
}

#[test]
fn the_default_policy_is_drawn_as_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diagram/snapshots");
    let policy = default();
    for drawing in
        [standing(&policy, None), permission(&policy, Scope::Marketing), conversation(&policy)]
    {
        let path = folder.join(&drawing.name).with_extension("mmd");
        let drawn = mermaid(&drawing);
        if env::var_os("UPDATE").is_some() {
            fs::write(&path, &drawn).unwrap();
        }
        let before = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(drawn, before, "{} differs; look at it and run with UPDATE=1", drawing.name);
        assert!(drawn.lines().count() <= 25, "{} is too long for a README", drawing.name);
    }
}

/// As the legend says: in every form what time alone does has an arrow of its own, and it is dashed.
#[test]
fn time_alone_is_always_dashed() {
    for text in BUILTINS.iter().map(|builtin| builtin.text).chain([HOSTILE]) {
        for drawing in all(&policy(text)) {
            let by_time = drawing.edges.iter().filter(|edge| edge.by_time).count();
            let by_events = drawing.edges.len() - by_time;
            let one = std::slice::from_ref(&drawing);
            let count = |text: &str, part: &str| text.matches(part).count();
            let (mermaid, dot, svg) = (mermaid(&drawing), dot(one), svg(one));
            assert_eq!(count(&mermaid, " -.->|"), by_time, "{}", drawing.title);
            assert_eq!(count(&mermaid, " -->|"), by_events, "{}", drawing.title);
            assert_eq!(count(&dot, ", style=dashed];"), by_time, "{}", drawing.title);
            assert_eq!(count(&dot, " -> ") - 1, by_time + by_events, "{}", drawing.title);
            assert_eq!(count(&svg, "class=\"way time\""), by_time, "{}", drawing.title);
            assert_eq!(count(&svg, "class=\"way\"") - 1, by_events, "{}", drawing.title);
        }
    }
}

#[test]
fn terms_and_time_lead_from_standing_to_standing() {
    let staged = firstword_policy::builtin("whatsapp-2021-staged").unwrap();
    let drawing = standing(&staged, None);
    assert_eq!(titles(&drawing), ["full", "reply_only", "suspended", "closed"]);
    let either = "terms.declined or terms.withdrawn";
    assert_eq!(
        ways(&drawing),
        [
            format!("full -> reply_only: from 2021-05-29 until 2021-07-10: {either}"),
            "full ~> reply_only: 2021-05-29: 14d after terms 2021-05, unless accepted".to_owned(),
            format!("full -> suspended: from 2021-07-10: {either}"),
            "full -> closed: person.erased".to_owned(),
            "reply_only -> full: terms.accepted".to_owned(),
            "reply_only ~> suspended: 2021-07-10: 56d after terms 2021-05".to_owned(),
            "reply_only -> closed: person.erased".to_owned(),
            "suspended -> full: terms.accepted".to_owned(),
            "suspended -> closed: person.erased".to_owned(),
        ]
    );
}

#[test]
fn an_order_counts_where_it_holds() {
    let policy = policy(HOSTILE);
    let order = "reply_only ~> full: 2022-01-01: order pause".to_owned();
    assert!(!ways(&standing(&policy, None)).contains(&order));
    assert!(ways(&standing(&policy, Region::parse("DE-HH"))).contains(&order));
}

#[test]
fn without_terms_there_is_only_the_closing_of_the_account() {
    let open = firstword_policy::builtin("open").unwrap();
    assert_eq!(ways(&standing(&open, None)), ["full -> closed: person.erased"]);
}

#[test]
fn doubt_holds_for_what_was_said_before_it() {
    let drawing = permission(&policy(HOSTILE), Scope::Marketing);
    assert_eq!(titles(&drawing), ["not set", "in", "in, ended", "in doubt", "out"]);
    let ways = ways(&drawing);
    for way in [
        "in -> in doubt: event.unreadable",
        "in ~> in, ended: at its `until`",
        "in doubt -> in: contact.opted_in",
        "in doubt ~> in: after 72h of doubt",
        "in doubt ~> in, ended: at its `until`",
    ] {
        assert!(ways.iter().any(|found| found == way), "{way} is not among {ways:#?}");
    }
    // What is out stays out, whatever cannot be read.
    assert!(!ways.iter().any(|way| way.starts_with("out") && way.contains("doubt")), "{ways:#?}");
    // Codes are sent in doubt too.
    let codes = permission(&policy(HOSTILE), Scope::Authentication);
    assert_eq!(titles(&codes), ["not set", "in", "in, ended", "out"]);
}

#[test]
fn the_words_of_a_person_open_what_the_scope_does_not() {
    let lines = |scope| -> Vec<String> {
        permission(&default(), scope).nodes.into_iter().next().unwrap().lines
    };
    let refused = "utility message denied, not_opted_in (R17)";
    assert_eq!(lines(Scope::Utility), [refused, "after P's words as reply (R12)"]);
    assert_eq!(lines(Scope::Marketing).len(), 1, "words open nothing for marketing");
}

#[test]
fn a_longer_idle_time_outlasts_the_right_to_reply() {
    let ways = ways(&conversation(&policy(HOSTILE)));
    for way in [
        "open to a reply by message ~> live: 24h after Q's message",
        "live ~> nothing said, or over: 72h after Q's message",
        "live ~> P may say nothing: 72h after P's message",
        "P may say nothing -> open to a reply by message: Q writes (R6)",
    ] {
        assert!(ways.iter().any(|found| found == way), "{way} is not among {ways:#?}");
    }
}

#[test]
fn everyone_begins_in_the_first_state_and_every_state_is_reached() {
    for text in BUILTINS.iter().map(|builtin| builtin.text).chain([HOSTILE]) {
        for drawing in all(&policy(text)) {
            let mut reached = vec![0];
            let mut next = 0;
            while let Some(from) = reached.get(next).copied() {
                let on = drawing.edges.iter().filter(|edge| edge.from == from).map(|edge| edge.to);
                on.for_each(|to| {
                    if !reached.contains(&to) {
                        reached.push(to)
                    }
                });
                next += 1;
            }
            assert_eq!(
                reached.len(),
                drawing.nodes.len(),
                "{}: {:#?}",
                drawing.title,
                ways(&drawing)
            );
            assert!(
                drawing.edges.iter().all(|edge| edge.from != edge.to && !edge.labels.is_empty())
            );
        }
    }
}

#[test]
fn a_drawing_does_not_depend_on_the_run() {
    let policy = policy(HOSTILE);
    assert_eq!(all(&policy), all(&policy));
}

#[test]
fn names_from_a_policy_end_no_text() {
    let drawings = all(&policy(HOSTILE));
    for drawing in &drawings {
        for line in mermaid(drawing).lines().skip(4) {
            let quotes = line.matches('"').count();
            assert!(quotes == 0 || quotes == 2, "{line}");
        }
    }
    let dot = dot(&drawings);
    for line in dot.lines() {
        let quotes = line.replace("\\\\", "").replace("\\\"", "").matches('"').count();
        assert!(quotes.is_multiple_of(2), "{line}");
    }
    assert!(dot.contains(r##"a\"<b>&;#:{}|]\\"##));
    let svg = svg(&drawings);
    assert!(svg.contains("a&quot;&lt;b&gt;&amp;;#:{}|]\\") && !svg.contains("<b>"));
}

/// Not a parser, but enough for what is written: every tag that opens closes, in order.
#[test]
fn the_picture_is_well_formed() {
    let picture = svg(&all(&policy(HOSTILE)));
    let mut open = Vec::new();
    for tag in picture.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap();
        let name = tag.split([' ', '/']).find(|word| !word.is_empty()).unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn no_label_meets_another_label_or_a_box() {
    for text in BUILTINS.iter().map(|builtin| builtin.text).chain([HOSTILE]) {
        for drawing in all(&policy(text)) {
            let rooms = svg::rooms(&drawing);
            for (place, (x, y, width, height)) in rooms.iter().enumerate() {
                for (other_x, other_y, other_width, other_height) in rooms.iter().skip(place + 1) {
                    let apart = x + width <= *other_x
                        || other_x + other_width <= *x
                        || y + height <= *other_y
                        || other_y + other_height <= *y;
                    assert!(apart, "{}: two texts meet at {x} {y}", drawing.title);
                }
            }
        }
    }
}
