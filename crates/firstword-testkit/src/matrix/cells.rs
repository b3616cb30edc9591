//! What the matrix asks: the standings, the pasts and the utterances, as sentences of the story language.
//!
//! P, Q, B, X and Y stand for people and a business that no other cell knows. Every sentence begins with its date.

/// One table.
pub(super) struct Table {
    pub(super) title: &'static str,
    /// A name, and what happened.
    pub(super) pasts: &'static [(&'static str, &'static [&'static str])],
    /// A name, and what is said now.
    pub(super) utterances: &'static [(&'static str, &'static str)],
    /// Whether Q, too, is asked for every standing.
    pub(super) q_has_standing: bool,
}

/// A standing, and how one comes by it.
pub(super) struct Stand {
    pub(super) name: &'static str,
    pub(super) of_p: &'static [&'static str],
    pub(super) of_q: &'static [&'static str],
}

impl Table {
    /// The standings of Q that are asked for; one, of nobody, where Q has none.
    pub(super) fn standings_of_q(&self) -> impl Iterator<Item = Option<&'static Stand>> {
        let nobody = (!self.q_has_standing).then_some(None);
        let every = if self.q_has_standing { &STANDINGS[..] } else { &[] };
        nobody.into_iter().chain(every.iter().map(Some))
    }

    /// How many cells a line has.
    pub(super) fn columns(&self) -> usize {
        self.standings_of_q().count() * self.utterances.len()
    }
}

pub(super) static STANDINGS: [Stand; 4] = [
    Stand {
        name: "full",
        of_p: &["2021-05-14 23:00 P accepts v1"],
        of_q: &["2021-05-14 23:00 Q accepts v1"],
    },
    Stand {
        name: "reply_only",
        of_p: &["2021-05-14 23:00 P declines v1"],
        of_q: &["2021-05-14 23:00 Q declines v1"],
    },
    Stand { name: "suspended", of_p: &[], of_q: &[] },
    Stand {
        name: "closed",
        of_p: &["2021-05-14 23:00 P accepts v1", "2021-05-15 01:00 P closes the account"],
        of_q: &["2021-05-14 23:00 Q accepts v1", "2021-05-15 01:00 Q closes the account"],
    },
];

pub(super) static PERSON_TO_PERSON: Table = Table {
    title: "1. P speaks to Q, a person",
    q_has_standing: true,
    utterances: &[
        ("message", "2021-05-15 06:00 P writes to Q"),
        ("call", "2021-05-15 06:00 P calls Q"),
    ],
    pasts: &[
        ("nothing", &[]),
        ("Q wrote", &["2021-05-14 12:00 Q writes to P"]),
        ("Q called", &["2021-05-14 12:00 Q calls P"]),
        ("Q wrote yesterday", &["2021-05-13 22:00 Q writes to P"]),
        ("Q wrote last week", &["2021-05-10 12:00 Q writes to P"]),
        ("P wrote", &["2021-05-14 12:00 P writes to Q"]),
        ("both wrote", &["2021-05-14 12:00 P writes to Q", "2021-05-14 13:00 Q writes to P"]),
        ("P blocked Q", &["2021-05-14 12:00 P blocks Q"]),
        (
            "Q wrote, P blocked Q",
            &["2021-05-14 12:00 Q writes to P", "2021-05-14 13:00 P blocks Q"],
        ),
        ("Q blocked P", &["2021-05-14 12:00 Q blocks P"]),
        (
            "Q wrote, Q blocked P",
            &["2021-05-14 12:00 Q writes to P", "2021-05-14 13:00 Q blocks P"],
        ),
        ("Q reached by known", &["2021-05-14 12:00 Q may be reached by known"]),
        (
            "Q reached by known, wrote last week",
            &["2021-05-10 12:00 Q writes to P", "2021-05-14 12:00 Q may be reached by known"],
        ),
        ("Q reached by nobody", &["2021-05-14 12:00 Q may be reached by nobody"]),
        (
            "Q reached by nobody, wrote",
            &["2021-05-14 12:00 Q writes to P", "2021-05-14 13:00 Q may be reached by nobody"],
        ),
        (
            "P's starts are used up",
            &["2021-05-14 12:00 P writes to X", "2021-05-14 12:00 P writes to Y"],
        ),
        (
            "used up, Q wrote",
            &[
                "2021-05-14 12:00 P writes to X",
                "2021-05-14 12:00 P writes to Y",
                "2021-05-14 12:00 Q writes to P",
            ],
        ),
    ],
};

pub(super) static PERSON_TO_BUSINESS: Table = Table {
    title: "2. P speaks to B, a business",
    q_has_standing: false,
    utterances: &[
        ("message", "2021-05-15 06:00 P writes to B"),
        ("call", "2021-05-15 06:00 P calls B"),
        ("a STOP", "2021-05-15 06:00 P writes to B with opt_out"),
        ("with a card", "2021-05-15 06:00 P writes to B with payment_card"),
    ],
    pasts: &[
        ("nothing", &[]),
        ("B wrote", &["2021-05-14 11:00 P opts in to B", "2021-05-14 12:00 B writes utility to P"]),
        ("B called", &["2021-05-14 11:00 P opts in to B for calls", "2021-05-14 12:00 B calls P"]),
        (
            "B wrote yesterday",
            &["2021-05-13 21:00 P opts in to B", "2021-05-13 22:00 B writes utility to P"],
        ),
        ("P wrote", &["2021-05-14 12:00 P writes to B"]),
        (
            "P wrote, opted out",
            &["2021-05-14 12:00 P writes to B", "2021-05-14 13:00 P opts out of B"],
        ),
        ("P opted out", &["2021-05-14 13:00 P opts out of B"]),
        ("P in doubt", &["2021-05-14 13:00 a record about P is unreadable"]),
        ("P blocked B", &["2021-05-14 13:00 P blocks B"]),
        (
            "B wrote, P blocked B",
            &[
                "2021-05-14 11:00 P opts in to B",
                "2021-05-14 12:00 B writes utility to P",
                "2021-05-14 13:00 P blocks B",
            ],
        ),
    ],
};

/// All four scopes.
const IN: &str = "2021-05-14 11:00 P opts in to B for utility, authentication, marketing, calls";

pub(super) static BUSINESS_TO_PERSON: Table = Table {
    title: "3. B, a business, speaks to P",
    q_has_standing: false,
    utterances: &[
        ("service", "2021-05-15 06:00 B writes to P"),
        ("utility", "2021-05-15 06:00 B writes utility to P"),
        ("authentication", "2021-05-15 06:00 B writes authentication to P"),
        ("marketing", "2021-05-15 06:00 B writes marketing to P"),
        ("call", "2021-05-15 06:00 B calls P"),
        ("with a card", "2021-05-15 06:00 B writes utility to P with payment_card"),
    ],
    pasts: &[
        ("nothing", &[]),
        ("P wrote", &["2021-05-14 12:00 P writes to B"]),
        ("P called", &["2021-05-14 12:00 P calls B"]),
        ("P wrote yesterday", &["2021-05-13 22:00 P writes to B"]),
        ("opted in", &[IN]),
        ("opted in, P wrote", &[IN, "2021-05-14 12:00 P writes to B"]),
        ("opted in, P wrote yesterday", &["2021-05-13 22:00 P writes to B", IN]),
        (
            "opted in, ended",
            &[
                "2021-05-14 11:00 P opts in to B for utility, authentication, marketing, calls until 2021-05-15 06:00",
            ],
        ),
        (
            "opted in, ended, P wrote",
            &[
                "2021-05-14 11:00 P opts in to B for utility, authentication, marketing, calls until 2021-05-15 06:00",
                "2021-05-14 12:00 P writes to B",
            ],
        ),
        ("opted out", &["2021-05-14 13:00 P opts out of B"]),
        (
            "opted out, P wrote",
            &["2021-05-14 11:00 P opts out of B", "2021-05-14 12:00 P writes to B"],
        ),
        (
            "P wrote, opted out",
            &["2021-05-14 12:00 P writes to B", "2021-05-14 13:00 P opts out of B"],
        ),
        (
            "P wrote, said STOP",
            &["2021-05-14 12:00 P writes to B", "2021-05-14 13:00 P writes to B with opt_out"],
        ),
        ("in doubt", &["2021-05-14 12:00 a record about P is unreadable"]),
        ("opted in, in doubt", &[IN, "2021-05-14 12:00 a record about P is unreadable"]),
        ("in doubt, opted in", &["2021-05-14 10:00 a record about P is unreadable", IN]),
        (
            "P wrote, in doubt",
            &["2021-05-14 11:00 P writes to B", "2021-05-14 12:00 a record about P is unreadable"],
        ),
        (
            "in doubt, P wrote",
            &["2021-05-14 10:00 a record about P is unreadable", "2021-05-14 12:00 P writes to B"],
        ),
        ("blocked", &["2021-05-14 13:00 P blocks B"]),
        (
            "opted in, P wrote, blocked",
            &[IN, "2021-05-14 12:00 P writes to B", "2021-05-14 13:00 P blocks B"],
        ),
        ("opted in, B called in vain", &[IN, "2021-05-14 12:00 B calls P"]),
        (
            "opted in, P answered a call",
            &[IN, "2021-05-14 12:00 B calls P", "2021-05-14 12:00 P answers B's call"],
        ),
        ("opted in, marketing came", &[IN, "2021-05-14 12:00 B writes marketing to P"]),
    ],
};
