//! Tables in, events or named problems out.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

/// 2021-05-16T00:00:00Z.
const EPOCH: i64 = 1_621_123_200_000;

fn run(table: &[u8], import: &Import) -> (Vec<Value>, Vec<String>, Counts) {
    let (mut out, mut problems) = (Vec::new(), Vec::new());
    let counts =
        convert(table, import, &mut out, &mut |problem| problems.push(problem.to_string()))
            .unwrap();
    let text = String::from_utf8(out).unwrap();
    let events: Vec<_> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(counts.events, events.len() as u64);
    assert_eq!(counts.problems, problems.len() as u64);
    assert_eq!(counts.rows, counts.events + counts.problems);
    (events, problems, counts)
}

fn import(columns: &str) -> Import {
    Import { columns: columns.parse().unwrap(), epoch: EPOCH, ..Import::default() }
}

#[test]
fn a_log_of_calls() {
    let table = b"when,caller,callee,duration\n184,300,301,121\n9252,401,business:457,-1\n";
    let calls = Import {
        kind: Kind::CALL,
        prefix: "calls".to_owned(),
        ..import("at=when,from=caller,to=callee")
    };
    let (events, ..) = run(table, &calls);
    assert_eq!(
        events,
        [
            json!({"id": "calls-1-1621123384000", "type": "call", "at": "2021-05-16T00:03:04.000Z",
                "from": "person:300", "to": "person:301", "duration": 121}),
            json!({"id": "calls-2-1621132452000", "type": "call", "at": "2021-05-16T02:34:12.000Z",
                "from": "person:401", "to": "business:457", "duration": -1}),
        ]
    );
}

#[test]
fn times_in_every_form() {
    let at = |cell: &str, unit| {
        let table = format!("at,from,to\n{cell},a,b\n");
        let (events, problems, _) = run(table.as_bytes(), &Import { unit, ..import("") });
        let at = events.first().and_then(|event| event["at"].as_str()).map(str::to_owned);
        at.or_else(|| problems.first().cloned()).unwrap()
    };
    assert_eq!(at("1.5", Unit::Seconds), "2021-05-16T00:00:01.500Z");
    assert_eq!(at("1.5", Unit::Millis), "2021-05-16T00:00:00.001Z");
    assert_eq!(at("-1", Unit::Seconds), "2021-05-15T23:59:59.000Z");
    assert_eq!(at("2021-05-16T12:00:00+02:00", Unit::Seconds), "2021-05-16T10:00:00.000Z");
    assert_eq!(
        at("2021-05-16 12:00:00", Unit::Seconds),
        "2: column `at`: a time without its offset from UTC \
         (write 2021-05-16T09:00:00+02:00, or say what all such times have with --utc-offset +02:00)"
    );
    assert_eq!(
        at("16.05.2021 12:00", Unit::Seconds),
        "2: column `at`: not a time \
         (write 2021-05-16T09:00:00Z, with its offset, or a number counted from the epoch)"
    );
    assert_eq!(
        at("99999999999", Unit::Seconds),
        "2: column `at`: a time before the year 2000 or after 2099 \
         (check the epoch and the unit that the numbers count in)"
    );
}

#[test]
fn times_without_an_offset_get_that_of_the_table() {
    let table = b"at,type,person,business,until
2021-05-16 09:05:00,contact.opted_in,ann,shop,2021-06-01T00:00:00.5
2021-05-16T09:05:00Z,contact.opted_in,ann,shop,2021-06-01T00:00:00+05:30
";
    let import = Import { utc_offset: Some(2 * 3_600_000), ..import("") };
    let (events, problems, _) = run(table, &import);
    assert_eq!(problems, [""; 0]);
    assert_eq!(events[0]["at"], "2021-05-16T07:05:00.000Z");
    assert_eq!(events[0]["until"], "2021-05-31T22:00:00.500Z");
    assert_eq!(events[1]["at"], "2021-05-16T09:05:00.000Z");
    assert_eq!(events[1]["until"], "2021-05-31T18:30:00.000Z");
}

#[test]
fn ids_are_the_same_each_time_and_differ_by_day() {
    let ids = |table: &str| -> Vec<Value> {
        let (events, ..) = run(table.as_bytes(), &import(""));
        events.iter().map(|event| event["id"].clone()).collect()
    };
    let monday = ids("at,from,to\n1,a,b\n1,a,b\n");
    assert_eq!(monday, ["csv-1-1621123201000", "csv-2-1621123201000"]);
    assert_eq!(ids("at,from,to\n1,a,b\n1,a,b\n"), monday);
    let tuesday = ids("at,from,to\n86401,a,b\n86401,a,b\n");
    assert!(tuesday.iter().all(|id| !monday.contains(id)), "{tuesday:?}");
}

#[test]
fn the_longest_id_is_an_identifier() {
    let prefix = "p".repeat(LONGEST_PREFIX);
    let id = format!("{prefix}-{}-{}", u64::MAX, crate::time::TOO_LATE - 1);
    assert!(field::is_identifier(&id) && id.len() <= 128, "{}", id.len());
    let (events, ..) = run(b"at,from,to\n1,a,b\n", &Import { prefix, ..import("") });
    assert_eq!(events.len(), 1);
}

#[test]
fn numbers_are_unix_times_where_no_epoch_is_given() {
    let (events, ..) = run(b"at,from,to\n1621036800,a,b\n", &Import::default());
    assert_eq!(events[0]["at"], "2021-05-15T00:00:00.000Z");
}

#[test]
fn quotes_escapes_and_a_byte_order_mark() {
    let table =
        "\u{feff}at,from,to,text\r\n1,a,b,\"said \"\"no\"\",\nand left \\ 🙂\"\r\n2,a,b,x\r\n";
    let (events, ..) = run(table.as_bytes(), &import(""));
    assert_eq!(events[0]["text"], "said \"no\",\nand left \\ 🙂");
    assert_eq!(events.len(), 2);
}

#[test]
fn facts_of_every_kind_in_one_table() {
    let table = b"id,type,at,person,business,party,scopes,until,region,reach,version
x-1,terms.declined,1,ann,,,,,,,2021-05
,contact.opted_in,2,ann,shop,,utility;calls,2021-06-01T00:00:00Z,,,
,contact.blocked,3,person:ann,,business:shop,,,,,
,person.located,4,ann,,,,,DE-HH,,
,reach.set,5,ann,,,,,,nobody,
,person.erased,6,ann,shop,bob,utility,7,FR,known,v
";
    let (events, problems, _) = run(table, &import(""));
    assert_eq!(problems, [""; 0]);
    assert_eq!(
        events,
        [
            json!({"id": "x-1", "type": "terms.declined", "at": "2021-05-16T00:00:01.000Z",
                "person": "person:ann", "version": "2021-05"}),
            json!({"id": "csv-2-1621123202000", "type": "contact.opted_in", "at": "2021-05-16T00:00:02.000Z",
                "person": "person:ann", "business": "business:shop", "scopes": ["utility", "calls"],
                "until": "2021-06-01T00:00:00.000Z"}),
            json!({"id": "csv-3-1621123203000", "type": "contact.blocked", "at": "2021-05-16T00:00:03.000Z",
                "person": "person:ann", "party": "business:shop"}),
            json!({"id": "csv-4-1621123204000", "type": "person.located", "at": "2021-05-16T00:00:04.000Z",
                "person": "person:ann", "region": "DE-HH"}),
            json!({"id": "csv-5-1621123205000", "type": "reach.set", "at": "2021-05-16T00:00:05.000Z",
                "person": "person:ann", "reach": "nobody"}),
            json!({"id": "csv-6-1621123206000", "type": "person.erased", "at": "2021-05-16T00:00:06.000Z",
                "person": "person:ann"}),
        ]
    );
}

#[test]
fn rows_that_cannot_be_converted_are_named_and_passed_over() {
    let table = b"at,from,to,type,region,person\n\
        1,a,b,,,\n\
        2,a,b\n\
        3,a,,,,\n\
        4,John Smith,b,,,\n\
        5,a,b,massage,,\n\
        6,,,person.located,fr,ann\n\
        7,,,person.located,FR,business:shop\n\
        ,a,b,,,\n\
        9,\xff,b,,,\n\
        10,a,b,,,\n";
    let (events, problems, counts) = run(table, &import(""));
    assert_eq!(
        events.iter().map(|event| &event["id"]).collect::<Vec<_>>(),
        ["csv-1-1621123201000", "csv-10-1621123210000"]
    );
    assert_eq!(counts, Counts { rows: 10, events: 2, problems: 8 });
    assert_eq!(
        problems,
        [
            "3: 3 cells where the header has 6 \
             (a cell with a comma or a quote in it needs quotes around it)",
            "4: column `to`: no value for `to`, which the event needs",
            "5: column `from`: not an identifier: 1 to 128 bytes without white space and \
             control characters (use a column with ids instead of names)",
            "6: column `type`: unknown type of event \
             (such as message, call, contact.opted_in or terms.declined)",
            "7: column `region`: not a region (two capital letters of ISO 3166, such as FR or \
             DE-HH)",
            "8: column `person`: a business instead of a person, or the reverse",
            "9: column `at`: no value for `at`, which the event needs",
            "10: column `from`: not UTF-8 (save the table as UTF-8)",
        ]
    );
}

#[test]
fn tables_that_cannot_be_read_at_all() {
    let fails = |table: &str, import: &Import| {
        convert(table.as_bytes(), import, &mut Vec::new(), &mut |_| ()).unwrap_err().to_string()
    };
    assert_eq!(
        fails("when,from,to\n", &Import::default()),
        "no column for `at`: say which it is, as in `at=COLUMN`"
    );
    assert_eq!(
        fails("\u{feff}\n\n", &Import::default()),
        "the table is empty: its first line has to name the columns"
    );
    let prefix = Import { prefix: "my log".to_owned(), ..Import::default() };
    assert!(fails("at,from,to\n", &prefix).starts_with("an id's prefix"));
}

/// A quoted cell, as any writer of RFC 4180 writes it.
fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

proptest! {
    /// Whatever somebody wrote arrives as it was, and no row breaks the lines of the log.
    #[test]
    fn any_text_survives(texts in prop::collection::vec(any::<String>(), 1..5)) {
        let mut table = "at,from,to,text\n".to_owned();
        for text in &texts {
            table.push_str(&format!("1,a,b,{}\n", quoted(text)));
        }
        let (events, ..) = run(table.as_bytes(), &import(""));
        let text = |event: &Value| event["text"].as_str().unwrap_or_default().to_owned();
        let read: Vec<_> = events.iter().map(text).collect();
        prop_assert_eq!(read, texts);
    }

    /// Whatever the bytes, there is an answer, and what it writes is JSON, line by line.
    #[test]
    fn any_bytes_are_read_without_a_panic(rows in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut table = b"at,from,to,type,scopes,until,text\n".to_vec();
        table.extend(rows);
        run(&table, &import(""));
    }

    /// As before, with rows that are nearly right.
    #[test]
    fn rows_that_are_nearly_right(
        at in "-?[0-9]{0,3}(\\.[0-9]{0,5})?|2021-0[0-9]-[0-3][0-9]T0[0-9]:00:00(Z|\\+01:00)?",
        from in "(person:|business:)?[a-z \u{85}]{0,3}",
        scopes in "(utility|calls|all|;){0,3}",
    ) {
        let header = "at,type,person,business,scopes";
        let table = format!("{header}\n{at},contact.opted_in,{from},shop,{scopes}\n");
        run(table.as_bytes(), &import(""));
    }
}
