//! The words that events, policies and decisions share: each is one enum with the text that stands for it.

/// Defines an enum whose values have one text each, in the order of the page.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $($(#[$value_doc])* $value,)+ }

        impl $name {
            /// Every value, in the order of the page.
            pub const ALL: &'static [$name] = &[$($name::$value,)+];

            /// The text that stands for it everywhere.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$value => $text,)+ }
            }

            /// The value that a text stands for.
            pub fn parse(text: &str) -> Option<$name> {
                match text { $($text => Some($name::$value),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// What follows for a person from the terms (section 3).
    Standing {
        /// May start, reply and be spoken to.
        Full = "full",
        /// May reply and be spoken to.
        ReplyOnly = "reply_only",
        /// May do nothing.
        Suspended = "suspended",
        /// The account is closed (section 7).
        Closed = "closed",
    }
}

words! {
    /// What a business's utterance is for; a call has the category `calls`.
    Category {
        /// An answer to what the person wrote; the default of a message.
        Service = "service",
        /// About something agreed: an order, a booking.
        Utility = "utility",
        /// A code, a sign-in.
        Authentication = "authentication",
        /// Anything that promotes.
        Marketing = "marketing",
        /// A call.
        Calls = "calls",
    }
}

words! {
    /// What a person lets a business do without having spoken to it (section 4).
    Scope {
        /// Messages of category `utility`.
        Utility = "utility",
        /// Messages of category `authentication`.
        Authentication = "authentication",
        /// Messages of category `marketing`.
        Marketing = "marketing",
        /// Calls.
        Calls = "calls",
    }
}

words! {
    /// Who may start to speak to a person (section 6).
    Reach {
        /// The default.
        Everyone = "everyone",
        /// Only a person to whom this one has spoken.
        Known = "known",
        /// No person.
        Nobody = "nobody",
    }
}

words! {
    /// A person's answer to a terms version (section 3).
    Answer {
        /// `terms.accepted`.
        Accepted = "accepted",
        /// `terms.declined`.
        Declined = "declined",
        /// `terms.withdrawn`.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What an utterance that is let through is classed as (section 2), and a STOP.
    Basis {
        /// The speaker holds the right to reply.
        Reply = "reply",
        /// The pair is live.
        Continue = "continue",
        /// The first word.
        Start = "start",
        /// A STOP to a business (row S3).
        OptOut = "opt_out",
    }
}

words! {
    /// Which of the two gates decided (section 1).
    Side {
        /// The sender's gate.
        Sender = "sender",
        /// The recipient's gate.
        Recipient = "recipient",
    }
}

words! {
    /// Why an utterance was denied or another event ignored.
    Reason {
        /// The sender's account is closed (S2).
        SenderClosed = "sender_closed",
        /// The sender has blocked the recipient (S4).
        RecipientBlocked = "recipient_blocked",
        /// The person declined the terms in force (S5, S8).
        TermsDeclined = "terms_declined",
        /// The person withdrew from the terms in force (S5, S8).
        TermsWithdrawn = "terms_withdrawn",
        /// The person has not answered the terms in force (S5, S8).
        TermsUnanswered = "terms_unanswered",
        /// Content that no business may be sent or send (S6, R7).
        SensitiveContent = "sensitive_content",
        /// Too many people written to first have not answered (S9).
        UnansweredStarts = "unanswered_starts",
        /// The recipient's account is closed (R2).
        RecipientClosed = "recipient_closed",
        /// The recipient has blocked the sender (R3).
        Blocked = "blocked",
        /// The recipient is suspended (R4).
        RecipientSuspended = "recipient_suspended",
        /// The recipient does not want to be spoken to by this person (R5).
        NotReachable = "not_reachable",
        /// An order forbids the category (R8).
        OrderForbids = "order_forbids",
        /// The sector must say what it writes about (R9).
        PurposeMissing = "purpose_missing",
        /// The sector may not write about this (R10).
        PurposeForbidden = "purpose_forbidden",
        /// The business called too often without an answer (R11).
        UnansweredCalls = "unanswered_calls",
        /// The right to reply has ended or never was (R13).
        WindowClosed = "window_closed",
        /// The person opted out (R14).
        OptedOut = "opted_out",
        /// The opt-in has ended (R15).
        OptInEnded = "opt_in_ended",
        /// Something about the person could not be read; it may have been an opt-out (R16).
        InDoubt = "in_doubt",
        /// The person never opted in (R17).
        NotOptedIn = "not_opted_in",
        /// The hour is quiet where the person is (R18).
        QuietHours = "quiet_hours",
        /// The person got enough marketing for now (R19).
        MarketingCap = "marketing_cap",
        /// The account is closed (events that are no utterance).
        Closed = "closed",
        /// An opt-in that ends before it begins.
        Expired = "expired",
        /// No call of the business to answer.
        NoCall = "no_call",
        /// The event changes nothing.
        Stale = "stale",
    }
}

impl Category {
    /// "The needed scope is the category"; `service` needs none.
    pub fn needed_scope(self) -> Option<Scope> {
        match self {
            Category::Service => None,
            Category::Utility => Some(Scope::Utility),
            Category::Authentication => Some(Scope::Authentication),
            Category::Marketing => Some(Scope::Marketing),
            Category::Calls => Some(Scope::Calls),
        }
    }
}

/// A set of scopes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Scopes(u8);

impl Scopes {
    /// The three scopes of messages: what an opt-in without `scopes` means, and what a duty to erase looks at.
    pub const MESSAGES: Scopes = Scopes(0b0111);
    /// All four: what an opt-out without `scopes` means.
    pub const ALL: Scopes = Scopes(0b1111);

    /// This set and one more.
    #[must_use]
    pub fn with(self, scope: Scope) -> Scopes {
        Scopes(self.0 | 1 << scope as u8)
    }

    /// Whether the set holds a scope.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    /// Whether the set holds none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes of the set, in the order of the page.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }
}
