//! A policy under which everything is free, and machines to which things just happened.

use firstword_rules::{
    Consequence, Decision, Event, Keywords, Limits, Machine, Millis, Policy, Role, Span, Standing,
    Terms, TermsValues, Verdict, evolve,
};

/// No terms, no orders, no caps: a reply within a day, live for three.
pub fn free() -> Policy {
    Policy {
        name: "small".into(),
        label: "small@000000000000".into(),
        reply_window: Span::hours(24),
        idle: Span::hours(72),
        terms: Vec::new(),
        groups: Vec::new(),
        orders: Vec::new(),
        require_opt_in: false,
        erase_within: Span::days(30),
        sectors: Vec::new(),
        forbidden_content: Vec::new(),
        quiet_hours: Vec::new(),
        keywords: Keywords::default(),
        limits: Limits::default(),
        doubt_hold: None,
        max_skew: Span::hours(24),
    }
}

/// A terms version with one standing for all who have not accepted it.
pub fn terms(version: &str, effective: Millis, standing: Standing) -> Terms {
    let everywhere = TermsValues {
        effective,
        on_declined: Consequence::Always(standing),
        on_silence: Consequence::Always(standing),
        data_sharing: true,
        exempt: false,
    };
    Terms { version: version.into(), everywhere, regions: Vec::new() }
}

/// Lets an event have happened to a machine, with this verdict, whatever a policy would say.
pub fn happened(machine: &mut Machine, event: &Event<'_>, role: Role, verdict: Verdict) {
    let decision =
        Decision::recorded(crate::meeting::visit(event, role), machine.seq() + 1, verdict);
    evolve(machine, &decision);
}

/// Lets a machine know an utterance again, and no more: as a fact it changes nothing else.
pub fn remembers(machine: &mut Machine, event: &Event<'_>) {
    happened(machine, event, Role::Subject, Verdict::Recorded);
}
