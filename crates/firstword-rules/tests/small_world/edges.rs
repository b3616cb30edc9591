//! Where a time ends: the last millisecond that counts, and the first that does not.

use std::borrow::Cow;

use firstword_rules::{
    Basis, Category, Event, Fact, Hours, Kind, Machine, MarketingCap, Millis, Order, Policy,
    QuietHours, Reason, Region, Regions, Role, Span, StartsCap, Utterance, Verdict, decide,
};
use jiff::tz::TimeZone;

use crate::cast::{NOON, business, person, says};
use crate::meeting::{stated, uttered, visit};
use crate::plain::{free, happened};

const DAY: Span = Span::hours(24);
const TICK: Span = Span(1);

fn from_business(category: Category) -> Utterance<'static> {
    Utterance { category: Some(category), ..says(Kind::Message, business(0), person(0)) }
}

/// What P's machine makes of an utterance at a time: the reason against it, or none.
fn refused(
    policy: &Policy,
    machine: &Machine,
    at: Millis,
    what: &Utterance<'static>,
) -> Option<Reason> {
    let event = uttered("new", at, what.clone());
    let role = if what.from == person(0) { Role::Sender } else { Role::Recipient(None) };
    decide(policy, machine, visit(&event, role)).verdict.reason()
}

/// Refused up to the end, exclusive, and free from then on.
fn ends(policy: &Policy, machine: &Machine, end: Millis, what: &Utterance<'static>, why: Reason) {
    assert_eq!(refused(policy, machine, end - TICK, what), Some(why));
    assert_eq!(refused(policy, machine, end, what), None);
}

fn after(event: &Event<'_>, role: Role, verdict: Verdict) -> Machine {
    let mut machine = Machine::default();
    happened(&mut machine, event, role, verdict);
    machine
}

#[test]
fn a_marketing_start_counts_until_its_time_is_over() {
    let mut policy = free();
    policy.limits.marketing = Some(MarketingCap { max: 1, per: DAY, except: Regions::default() });
    let advert = from_business(Category::Marketing);
    let first = uttered("first", NOON, advert.clone());
    let machine = after(&first, Role::Recipient(None), Verdict::Allowed(Basis::Start));
    ends(&policy, &machine, NOON + DAY, &advert, Reason::MarketingCap);
}

#[test]
fn an_unanswered_start_counts_until_its_time_is_over() {
    let mut policy = free();
    policy.limits.unanswered_starts = Some(StartsCap { max: 1, per: DAY });
    let first = uttered("first", NOON, says(Kind::Message, person(0), person(1)));
    let machine = after(&first, Role::Sender, Verdict::Forwarded(Basis::Start));
    let another = says(Kind::Message, person(0), person(2));
    ends(&policy, &machine, NOON + DAY, &another, Reason::UnansweredStarts);
}

#[test]
fn an_order_holds_from_its_first_to_before_its_last() {
    let mut policy = free();
    policy.orders.push(Order {
        name: "still".into(),
        regions: None,
        from: Some(NOON),
        until: Some(NOON + DAY),
        standing_full: false,
        no_data_sharing: false,
        forbid: vec![Category::Utility],
    });
    let (machine, notice) = (Machine::default(), from_business(Category::Utility));
    assert_eq!(refused(&policy, &machine, NOON - TICK, &notice), None);
    assert_eq!(refused(&policy, &machine, NOON, &notice), Some(Reason::OrderForbids));
    ends(&policy, &machine, NOON + DAY, &notice, Reason::OrderForbids);
}

#[test]
fn doubt_holds_for_its_time_and_before_it_began() {
    let policy = Policy { doubt_hold: Some(DAY), ..free() };
    let doubt = stated("doubt", NOON, person(0), Fact::Unreadable);
    let machine = after(&doubt, Role::Subject, Verdict::Recorded);
    let notice = from_business(Category::Utility);
    assert_eq!(refused(&policy, &machine, NOON - DAY, &notice), Some(Reason::InDoubt));
    ends(&policy, &machine, NOON + DAY, &notice, Reason::InDoubt);
    assert_eq!(refused(&free(), &machine, NOON, &notice), None, "doubt that nothing holds");
}

#[test]
fn quiet_hours_hold_from_their_first_minute_to_before_their_last() {
    let france: Vec<_> = Region::parse("FR").into_iter().collect();
    let mut machine = Machine::default();
    for region in &france {
        let located = stated("region", NOON, person(0), Fact::Located(*region));
        happened(&mut machine, &located, Role::Subject, Verdict::Recorded);
    }
    let quiet = |from, to| {
        let regions = Regions { listed: france.clone(), ..Regions::default() };
        let (categories, hours) = (vec![Category::Utility], Hours::Daily { from, to });
        let entry = QuietHours { regions, categories, timezone: TimeZone::UTC, hours };
        Policy { quiet_hours: vec![entry], ..free() }
    };
    let (notice, minute) = (from_business(Category::Utility), Span(60_000));
    let an_hour = quiet(12 * 60, 13 * 60);
    assert_eq!(refused(&an_hour, &machine, NOON - TICK, &notice), None);
    assert_eq!(refused(&an_hour, &machine, NOON, &notice), Some(Reason::QuietHours));
    ends(&an_hour, &machine, NOON + Span::hours(1), &notice, Reason::QuietHours);
    let past_midnight = quiet(13 * 60, 12 * 60 + 1);
    ends(&past_midnight, &machine, NOON + minute, &notice, Reason::QuietHours);
    let again = NOON + Span::hours(1);
    assert_eq!(refused(&past_midnight, &machine, again - TICK, &notice), None);
    assert_eq!(refused(&past_midnight, &machine, again, &notice), Some(Reason::QuietHours));
    assert_eq!(refused(&quiet(720, 720), &machine, NOON, &notice), None, "equal: never");
}

#[test]
fn a_stop_sets_no_time_and_an_opt_in_by_word_grants() {
    let says = |finding: &'static str| Utterance {
        findings: vec![Cow::Borrowed(finding)],
        ..says(Kind::Message, person(0), business(0))
    };
    let stop = uttered("stop", NOON, says("opt_out"));
    let machine = after(&stop, Role::Sender, Verdict::Allowed(Basis::OptOut));
    assert!(machine.conversations().is_empty(), "a STOP opens no window");
    let policy = Policy { require_opt_in: true, ..free() };
    let advert = from_business(Category::Marketing);
    assert_eq!(refused(&policy, &machine, NOON, &advert), Some(Reason::OptedOut));

    assert_eq!(refused(&policy, &Machine::default(), NOON, &advert), Some(Reason::NotOptedIn));
    let start = uttered("start", NOON, says("opt_in"));
    let machine = after(&start, Role::Sender, Verdict::Allowed(Basis::Start));
    assert_eq!(refused(&policy, &machine, NOON + Span::days(90), &advert), None);
}

#[test]
fn who_is_answered_may_start_with_another() {
    let mut policy = free();
    policy.limits.unanswered_starts = Some(StartsCap { max: 1, per: DAY });
    let first = uttered("first", NOON, says(Kind::Message, person(0), person(1)));
    let mut machine = after(&first, Role::Sender, Verdict::Forwarded(Basis::Start));
    let another = says(Kind::Message, person(0), person(2));
    assert_eq!(refused(&policy, &machine, NOON, &another), Some(Reason::UnansweredStarts));
    let answer = uttered("answer", NOON, says(Kind::Call, person(1), person(0)));
    let said = Role::Recipient(Some(Basis::Start));
    happened(&mut machine, &answer, said, Verdict::Allowed(Basis::Start));
    assert_eq!(refused(&policy, &machine, NOON, &another), None);
}

#[test]
fn unanswered_calls_are_forgotten_by_a_call_an_answer_or_an_opt_in_to_calls() {
    let mut policy = free();
    policy.limits.unanswered_calls = Some(1);
    let call = says(Kind::Call, business(0), person(0));
    let rang = uttered("rang", NOON, call.clone());
    let machine = after(&rang, Role::Recipient(None), Verdict::Allowed(Basis::Start));
    let used_up =
        |machine: &Machine| refused(&policy, machine, NOON, &call) == Some(Reason::UnansweredCalls);
    assert!(used_up(&machine));

    let mut called_back = machine.clone();
    let back = uttered("back", NOON, says(Kind::Call, person(0), business(0)));
    happened(&mut called_back, &back, Role::Sender, Verdict::Allowed(Basis::Reply));
    assert!(!used_up(&called_back));
    let mut wrote_back = machine.clone();
    let back = uttered("back", NOON, says(Kind::Message, person(0), business(0)));
    happened(&mut wrote_back, &back, Role::Sender, Verdict::Allowed(Basis::Reply));
    assert!(used_up(&wrote_back), "a message answers no call");

    let opt_in = |scopes| Fact::OptedIn { business: business(0), scopes, until: None };
    let all = Some(firstword_rules::Scopes::ALL);
    for (fact, still) in [
        (Fact::CallAnswered { business: business(0) }, false),
        (opt_in(all), false),
        (opt_in(None), true),
        (Fact::OptedOut { business: business(0), scopes: None }, true),
    ] {
        let mut machine = machine.clone();
        let event = stated("fact", NOON, person(0), fact.clone());
        happened(&mut machine, &event, Role::Subject, Verdict::Recorded);
        assert_eq!(used_up(&machine), still, "{fact:?}");
    }
}

#[test]
fn only_marketing_that_is_no_reply_is_a_marketing_start() {
    let heard = |category, basis| {
        let event = uttered("heard", NOON, from_business(category));
        after(&event, Role::Recipient(None), Verdict::Allowed(basis)).marketing_starts().len()
    };
    assert_eq!(heard(Category::Marketing, Basis::Start), 1);
    assert_eq!(heard(Category::Marketing, Basis::Continue), 1);
    assert_eq!(heard(Category::Marketing, Basis::Reply), 0);
    assert_eq!(heard(Category::Utility, Basis::Start), 0);
}
