//! Where in a line it shows that it is no event: the marked byte of each line, and what is said of it.

use firstword_wire::{LARGEST, Reader, RejectReason, locate};

fn reader() -> Reader {
    let policy = firstword_policy::builtin("open");
    Reader::new(&policy.unwrap_or_else(|| unreachable!("a policy that comes with the program")))
}

/// The flaw of a line that must be rejected, as its column and what is wrong.
fn flaw(line: &[u8]) -> (Option<usize>, String) {
    let Err(reject) = reader().event(line) else {
        unreachable!("an event: {}", line.escape_ascii())
    };
    let flaw = locate(line, reject);
    (flaw.column, flaw.what)
}

/// Lines with `»` before the byte at which the flaw shows, and what is said.
const MARKED: &[(&str, &str)] = &[
    // not_json: the grammar
    ("»x", "expected value"),
    ("»[]", "not an object"),
    ("»\"a text of somebody\"", "not an object"),
    (r#"{"id":"m-1" »"type":"call"}"#, "expected `,` or `}`"),
    (r#"{"id":"m-1",»}"#, "trailing comma"),
    (r#"{"id":"m-1","at":»+1}"#, "expected value"),
    (r#"{"id":"m-1","at":0»1}"#, "invalid number"),
    (r#"{"id":"m-1"} »{}"#, "trailing characters"),
    (r#"{"id":"m-1","type":"mes»s"#, "it ends here, in the middle"),
    (r#"{"id":"m-1"»,"#, "it ends here, in the middle"),
    ("{\"id\":\"m»\t1\"}", "control character (\\u0000-\\u001F) found while parsing a string"),
    ("»\u{feff}{\"id\":\"m-1\"}", "a byte order mark"),
    // not_json: what the grammar leaves open
    (r#"{"id":"m-1","text":"»\ud800"}"#, "half of a surrogate pair"),
    (r#"{"id":"m-1","text":"ü»\udc00"}"#, "half of a surrogate pair"),
    (r#"{"id":"m-1","at":1,»"id":null}"#, "`id` a second time"),
    (r#"{"id":"m-1",»"\u0069d":"m-1","at":[}"#, "`id` a second time"),
    // the others
    (r#"{"id":"m-1","at":1621155600000,"type":»"greeting"}"#, "not a type of EVENTS.md"),
    (r#"{"id":"m-1","type" : »7}"#, "not a type of EVENTS.md"),
    (
        r#"{"id":"m-1","at":»"yesterday","type":"person.erased","person":"person:a"}"#,
        "`at` is not a time: RFC 3339 with an offset, or whole milliseconds, of the years 2000 to 2099",
    ),
    (
        r#"{"text":"{\"to\":1}","id":"m-1","at":1621155600000,"type":"message","from":"person:a","to":»"bob"}"#,
        "`to` is not a party: `person:NAME` or `business:NAME`",
    ),
    (
        r#"{"id":"m-1","at":1621155600000,"type":"contact.opted_in","person":"person:a","business":"business:b","scopes":»[]}"#,
        "`scopes` is not an array, not empty, of `utility`, `authentication`, `marketing` and `calls`",
    ),
    (
        r#"{"id":"m-1","at":1621155600000,"type":"message","from":"person:a","to":»null}"#,
        "`to` is not there",
    ),
    (
        r#"{"id":"m-1","at":1621155600000,"type":"message","from":"person:a","to":»"person:a"}"#,
        "`to` is the same party as `from`",
    ),
    (
        r#"{"id":"m-1","at":1621155600000,"type":"message","from":»"business:a","to":"business:b"}"#,
        "`from` and `to` are both businesses",
    ),
];

#[test]
fn a_flaw_is_shown_where_it_stands() {
    let mut wrong = Vec::new();
    for (marked, what) in MARKED {
        let Some(at) = marked.find('»') else { unreachable!("no mark in {marked}") };
        let came = flaw(marked.replacen('»', "", 1).as_bytes());
        if came != (Some(at + 1), (*what).to_owned()) {
            wrong.push(format!("{marked}: {} expected, {came:?} came", at + 1));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_missing_has_no_place() {
    let line = br#"{"id":"m-1","at":1621155600000,"type":"message","from":"person:a"}"#;
    assert_eq!(flaw(line), (None, "`to` is not there".to_owned()));
}

#[test]
fn the_first_byte_that_is_no_text_is_shown() {
    let line = b"{\"id\":\"\xc3\xa9\xff\"}";
    assert_eq!(flaw(line), (Some(10), "not UTF-8".to_owned()));
}

#[test]
fn the_bracket_that_is_too_deep_is_shown() {
    let line = format!(r#"{{"id":"[","deep":{}{}}}"#, "[".repeat(40), "]".repeat(40));
    assert_eq!(flaw(line.as_bytes()), (Some(18 + 31), "nested deeper than 32".to_owned()));
}

#[test]
fn the_first_byte_too_many_is_shown() {
    let line = vec![b' '; LARGEST + 3];
    let what = format!("{} bytes, of {LARGEST} at most", LARGEST + 3);
    assert_eq!(flaw(&line), (Some(LARGEST + 1), what));
}

/// Whatever stands in a line, a reason finds its place within it, or says that something is missing.
#[test]
fn every_cut_of_a_line_has_a_place_within_it() {
    let line = r#"{"id":"m-1","at":1621155600000,"type":"message","from":"person:a","to":"person:b","text":"é\n"}"#;
    for end in 1..line.len() {
        let cut = line.as_bytes().get(..end).unwrap_or_default();
        let (column, what) = flaw(cut);
        assert!(column.is_some_and(|column| (1..=end).contains(&column)), "{end}: {what}");
    }
    for reason in RejectReason::ALL {
        let reject = firstword_wire::Reject { reason, field: None };
        let flaw = locate(line.as_bytes(), reject);
        assert!(!flaw.what.is_empty(), "{}", reason.as_str());
    }
}
