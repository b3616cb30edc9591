//! The sender's gate: may P speak to Q? (RULES.md, section 5)
//!
//! The table is the rule. Rows are tried from the top; the first that applies decides. A condition is named here
//! in the words of the page and defined once, in `facts`. `tests/page.rs` compares this table with the page, row
//! by row, so neither can change alone.

use super::{Gate, Then::*, otherwise, row};
use crate::explain::Look::*;
use crate::{Basis::*, Reason::*, facts::*};

/// Section 5.
#[rustfmt::skip]
pub static SENDER_GATE: Gate = Gate {
    section: "5. The sender's gate",
    rows: &[
        //  id    if (the page's words)                                                               in code                  which looks at     then
        row("S1", "the event was seen",                                                               was_seen,                &[Memory],         Duplicate),
        row("S2", "P's account is closed",                                                            account_is_closed,       &[Account],        Deny(SenderClosed)),
        row("S3", "a message, Q is a business, and the findings name `opt_out`",                      says_stop_to_business,   &[Says],           Stop),
        row("S4", "P has blocked Q",                                                                  peer_is_blocked,         &[Block],          Deny(RecipientBlocked)),
        row("S5", "P's standing is `suspended`",                                                      is_suspended,            &[Stands],         DenyForStanding),
        row("S6", "Q is a business and the findings name a kind in `content.forbidden`",              a_business_would_see_it, &[Forbidden],      Deny(SensitiveContent)),
        row("S7", "P holds the right to reply to Q",                                                  holds_right_to_reply,    &[Right],          Pass(Reply)),
        row("S8", "P's standing is `reply_only`",                                                     may_only_reply,          &[Stands],         DenyForStanding),
        row("S9", "as would be `start`, Q is a person, and P's unanswered starts reached the cap",    starts_are_used_up,      &[Words, Starts],  Deny(UnansweredStarts)),
    ],
    otherwise: otherwise("S10", &[Words], PassAsItStands),
};
