//! One test for each kind of moment, with the exact instant.

use crate::world::{after, course, policy, told};

const TO_BOB: &str = "message from=person:alice to=person:bob";
const MARKETING: &str = "message from=business:shop to=person:bob category=marketing";
const SERVICE: &str = "message from=business:shop to=person:bob";

#[test]
fn words_give_the_right_to_reply_for_a_window_and_keep_the_pair_live_for_idle() {
    let policy = policy("[conversation]\nreply_window = '24h'\nidle = '72h'");
    let replies = |log: &str, question: &str| {
        course(&after(policy.clone(), log), question, "2021-05-16T10:00:00Z")
    };
    let ends = |rows: [&str; 2]| {
        let [reply, other] = rows;
        vec![
            format!("reply {reply}"),
            format!("2021-05-17T09:00:00.000Z continue {other}"),
            format!("2021-05-19T09:00:00.000Z start {other}"),
        ]
    };
    // What Alice heard lets her reply, what she said only keeps the pair live; a call, of either kind, as a message.
    for kind in ["message", "call"] {
        let heard = format!("2021-05-16T09:00:00Z {kind} from=person:bob to=person:alice");
        assert_eq!(replies(&heard, TO_BOB), ends(["S7 R6", "S10 R6"]), "{kind}");
        let spoke = format!("2021-05-16T09:00:00Z {kind} from=person:alice to=person:bob");
        let live = ["continue S10 R6", "2021-05-19T09:00:00.000Z start S10 R6"];
        assert_eq!(replies(&spoke, TO_BOB), live, "{kind}");
        let spoke = format!("2021-05-16T09:00:00Z {kind} from=person:bob to=business:shop");
        let closes = ["reply R12", "2021-05-17T09:00:00.000Z window_closed R13"];
        assert_eq!(replies(&spoke, SERVICE), closes, "{kind}");
    }
}

#[test]
fn terms_come_into_force_where_the_person_is() {
    let policy = policy(
        "[[terms]]\nversion = 'one'\neffective = 2021-05-01T00:00:00Z\non_silence = 'suspended'\n\
         [[terms]]\nversion = 'two'\neffective = 2021-06-01T00:00:00Z\non_silence = 'full'\n\
         [terms.regions.DE]\neffective = 2021-06-03T12:00:00Z",
    );
    let anywhere = after(policy.clone(), "");
    assert_eq!(
        told(&anywhere, TO_BOB, "2021-05-16T09:00:00Z"),
        "terms_unanswered S5; 2021-06-01T00:00:00.000Z start S10 R6"
    );
    // Bob's own terms hold at his gate: he cannot be reached before they change where he is.
    let log = "2021-05-02T00:00:00Z person.located person=person:bob region=DE-HH";
    assert_eq!(
        told(&after(policy, log), TO_BOB, "2021-05-16T09:00:00Z"),
        "terms_unanswered S5; 2021-06-03T12:00:00.000Z start S10 R6"
    );
}

#[test]
fn a_stage_begins() {
    let policy = policy(
        "[[terms]]\nversion = 'one'\neffective = 2021-05-01T00:00:00Z\non_silence = 'full'\n\
         on_declined = [{ after = '1d', standing = 'reply_only' }, \
         { after = '20d', standing = 'suspended' }, { after = '500h', standing = 'full' }]\n\
         [terms.regions.FR]\non_declined = [{ after = '1ms', standing = 'suspended' }, \
         { after = '30d', standing = 'full' }]\n\
         [terms.regions.ES]\non_silence = [{ after = '1h', standing = 'reply_only' }, \
         { after = '25d', standing = 'full' }]",
    );
    let declines = "2021-05-01T00:00:00Z terms.declined person=person:alice version=one\n";
    assert_eq!(
        told(&after(policy.clone(), declines), TO_BOB, "2021-05-16T09:00:00Z"),
        "terms_declined S8; 2021-05-21T20:00:00.000Z start S10 R6"
    );
    let in_france =
        format!("{declines}2021-05-02T00:00:00Z person.located person=person:alice region=FR-974");
    assert_eq!(
        told(&after(policy.clone(), &in_france), TO_BOB, "2021-05-16T09:00:00Z"),
        "terms_declined S5; 2021-05-31T00:00:00.000Z start S10 R6"
    );
    // Of one who is silent.
    let in_spain = "2021-05-02T00:00:00Z person.located person=person:alice region=ES-MD";
    assert_eq!(
        told(&after(policy.clone(), in_spain), TO_BOB, "2021-05-16T09:00:00Z"),
        "terms_unanswered S8; 2021-05-26T00:00:00.000Z start S10 R6"
    );
    // Of the one who is spoken to as well.
    let to_alice = "message from=person:bob to=person:alice";
    assert_eq!(
        told(&after(policy, &in_france), to_alice, "2021-05-16T09:00:00Z"),
        "recipient_suspended S10 R4; 2021-05-31T00:00:00.000Z start S10 R6"
    );
}

#[test]
fn an_order_begins_to_hold_and_ends() {
    let policy = policy(
        "[business]\nrequire_opt_in = false\n\
         [[terms]]\nversion = 'one'\neffective = 2021-05-01T00:00:00Z\n\
         [[orders]]\nname = 'protects'\nfrom = 2021-06-01T00:00:00Z\nstanding = 'full'\n\
         [[orders]]\nname = 'forbids'\nuntil = 2021-07-01T00:00:00.001Z\nforbid = ['marketing']",
    );
    let engine = after(policy, "");
    assert_eq!(
        told(&engine, TO_BOB, "2021-05-16T09:00:00Z"),
        "terms_unanswered S8; 2021-06-01T00:00:00.000Z start S10 R6"
    );
    assert_eq!(
        told(&engine, MARKETING, "2021-05-16T09:00:00Z"),
        "order_forbids R8; 2021-07-01T00:00:00.001Z start R20"
    );
}

#[test]
fn an_opt_in_ends() {
    let log = "2021-05-16T08:00:00Z contact.opted_in person=person:bob business=business:shop \
               scopes=[\"marketing\"] until=2021-05-20T00:00:00Z";
    let engine = after(policy(""), log);
    let ends = ["start R20", "2021-05-20T00:00:00.000Z opt_in_ended R15"];
    assert_eq!(course(&engine, MARKETING, "2021-05-16T09:00:00Z"), ends);
    assert_eq!(told(&engine, MARKETING, "2021-05-20T00:00:00Z"), "opt_in_ended R15; never");
}

#[test]
fn doubt_ends_and_the_floor_that_it_made_with_it() {
    let policy = policy("[conversation]\nreply_window = '72h'\n[doubt]\nhold = '48h'");
    let opts_in =
        "2021-05-16T07:00:00Z contact.opted_in person=person:bob business=business:shop\n";
    let log = format!(
        "{opts_in}\
         2021-05-16T07:30:00Z message from=person:bob to=business:shop\n\
         2021-05-16T08:00:00Z event.unreadable person=person:bob"
    );
    let engine = after(policy, &log);
    assert_eq!(
        told(&engine, MARKETING, "2021-05-16T09:00:00Z"),
        "in_doubt R16; 2021-05-18T08:00:00.000Z reply R20"
    );
    // What Bob wrote before the doubt counts again once it is over, for it is not three days old.
    assert_eq!(
        told(&engine, SERVICE, "2021-05-16T09:00:00Z"),
        "window_closed R13; 2021-05-18T08:00:00.000Z reply R12"
    );
    let [later, closes] = ["2021-05-18T08:00:00Z", "2021-05-19T07:30:00.000Z window_closed R13"];
    assert_eq!(course(&engine, SERVICE, later), ["reply R12", closes]);
}

#[test]
fn an_unanswered_start_is_out_of_the_time() {
    let policy =
        policy("[conversation]\nidle = '48h'\n[limits.unanswered_starts]\nmax = 2\nper = '7d'");
    let log = "2021-05-14T10:00:00Z message from=person:alice to=person:carol\n\
               2021-05-15T10:00:00Z call from=person:alice to=person:dan\n\
               2021-05-15T11:00:00Z message from=person:alice to=person:carol";
    // The newest word to Carol counts, not the first: Dan is the first to be out.
    assert_eq!(
        told(&after(policy.clone(), log), TO_BOB, "2021-05-16T09:00:00Z"),
        "unanswered_starts S9; 2021-05-22T10:00:00.000Z start S10 R6"
    );
    let answered = format!("{log}\n2021-05-15T12:00:00Z message from=person:dan to=person:alice");
    assert_eq!(told(&after(policy, &answered), TO_BOB, "2021-05-16T09:00:00Z"), "start S10 R6");
}

#[test]
fn a_marketing_start_is_out_of_the_time() {
    let policy = policy(
        "[business]\nrequire_opt_in = false\n[conversation]\nidle = '1h'\n\
         [limits.marketing]\nmax = 2\nper = '36h'",
    );
    let log = "2021-05-15T10:00:00Z message from=business:bank to=person:bob category=marketing\n\
               2021-05-15T12:00:00Z message from=business:shop to=person:bob category=marketing";
    assert_eq!(
        told(&after(policy, log), MARKETING, "2021-05-16T09:00:00Z"),
        "marketing_cap R19; 2021-05-16T22:00:00.000Z start R20"
    );
}

/// A policy with these quiet hours for marketing in Germany, and Bob there.
fn quiet(zone: &str, hours: &str) -> firstword_engine::Engine {
    let policy = policy(&format!(
        "[business]\nrequire_opt_in = false\n[[quiet_hours]]\nregions = ['DE']\n\
         categories = ['marketing', 'calls']\ntimezone = '{zone}'\n{hours}"
    ));
    after(policy, "2021-01-01T00:00:00Z person.located person=person:bob region=DE-HH")
}

#[test]
fn quiet_hours_end() {
    let night = quiet("Europe/Berlin", "from = '22:00'\nto = '08:00'");
    for (asked, told_then) in [
        // In summer 08:00 there is 06:00 here.
        ("2021-05-16T20:00:00Z", "quiet_hours R18; 2021-05-17T06:00:00.000Z start R20"),
        ("2021-05-17T05:59:59.999Z", "quiet_hours R18; 2021-05-17T06:00:00.000Z start R20"),
        ("2021-05-17T06:00:00Z", "start R20"),
        ("2021-05-16T19:59:59.999Z", "start R20"),
        // The night in which clocks are set forward is an hour shorter, the one in which they are set back longer.
        ("2021-03-27T21:00:00Z", "quiet_hours R18; 2021-03-28T06:00:00.000Z start R20"),
        ("2021-10-30T20:00:00Z", "quiet_hours R18; 2021-10-31T07:00:00.000Z start R20"),
    ] {
        assert_eq!(told(&night, MARKETING, asked), told_then, "{asked}");
    }
    let call = "call from=business:shop to=person:bob";
    assert_eq!(
        told(&night, call, "2021-05-16T20:00:00Z"),
        "quiet_hours R18; 2021-05-17T06:00:00.000Z start R20"
    );
    // A category that the entry does not name is never quiet.
    let utility = "message from=business:shop to=person:bob category=utility";
    assert_eq!(told(&night, utility, "2021-05-16T20:00:00Z"), "start R20");
}

#[test]
fn quiet_hours_end_within_an_hour_that_is_skipped_or_comes_twice() {
    // 02:00 to 03:00 does not exist on 28 March: with it the quiet hours end.
    let early = quiet("Europe/Berlin", "from = '01:00'\nto = '02:30'");
    assert_eq!(
        told(&early, MARKETING, "2021-03-28T00:00:00Z"),
        "quiet_hours R18; 2021-03-28T01:00:00.000Z start R20"
    );
    // On 31 October 02:00 to 03:00 comes twice, and 02:30 to 03:00 is quiet each time.
    let half = quiet("Europe/Berlin", "from = '02:30'\nto = '03:30'");
    assert_eq!(
        told(&half, MARKETING, "2021-10-31T00:30:00Z"),
        "quiet_hours R18; 2021-10-31T01:00:00.000Z start R20"
    );
    assert_eq!(
        told(&half, MARKETING, "2021-10-31T01:30:00Z"),
        "quiet_hours R18; 2021-10-31T02:30:00.000Z start R20"
    );
    // Lord Howe sets its clocks by half an hour: 02:00 becomes 01:30 on 4 April, at 15:00 the day before here.
    let island = quiet("Australia/Lord_Howe", "from = '01:00'\nto = '01:45'");
    assert_eq!(
        told(&island, MARKETING, "2021-04-03T15:00:00Z"),
        "quiet_hours R18; 2021-04-03T15:15:00.000Z start R20"
    );
}

#[test]
fn quiet_days_end() {
    let weekend = quiet("Europe/Berlin", "days = ['saturday', 'sunday']");
    assert_eq!(
        told(&weekend, MARKETING, "2021-03-27T12:00:00Z"),
        "quiet_hours R18; 2021-03-28T22:00:00.000Z start R20"
    );
}

#[test]
fn quiet_hours_matter_only_once_nothing_else_says_no() {
    let policy = policy(
        "[business]\nrequire_opt_in = false\n\
         [conversation]\nidle = '1h'\n[limits.marketing]\nmax = 1\nper = '24h'\n\
         [[orders]]\nname = 'pause'\nuntil = 2021-05-16T21:00:00Z\nforbid = ['marketing']\n\
         [[quiet_hours]]\nregions = ['DE']\ncategories = ['marketing']\n\
         timezone = 'Europe/Berlin'\nfrom = '22:00'\nto = '08:00'",
    );
    let in_hamburg = "2021-01-01T00:00:00Z person.located person=person:bob region=DE-HH";
    // The order ends within the quiet hours, so it is they that end last.
    assert_eq!(
        told(&after(policy.clone(), in_hamburg), MARKETING, "2021-05-16T09:00:00Z"),
        "order_forbids R8; 2021-05-17T06:00:00.000Z start R20"
    );
    // The cap ends in the middle of a night, and is behind the quiet hours when they end.
    let marketed = format!(
        "{in_hamburg}\n2021-05-17T07:00:00Z message from=business:bank to=person:bob \
         category=marketing\n2021-05-18T20:00:00Z message from=business:bank to=person:bob"
    );
    assert_eq!(
        told(&after(policy, &marketed), MARKETING, "2021-05-17T20:30:00Z"),
        "quiet_hours R18; 2021-05-18T07:00:00.000Z start R20"
    );
}
