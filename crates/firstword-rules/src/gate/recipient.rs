//! The recipient's gate: may Q speak to P? (RULES.md, section 6)
//!
//! The table is the rule, as in the sender's gate. From row R7 on Q is a business.

use super::{Gate, Then::*, otherwise, row};
use crate::explain::Look::*;
use crate::{Basis::*, Reason::*, facts::*};

/// Section 6.
#[rustfmt::skip]
pub static RECIPIENT_GATE: Gate = Gate {
    section: "6. The recipient's gate",
    rows: &[
        //  id     if (the page's words)                                                                              in code                      which looks at        then
        row("R1",  "the event was seen",                                                                              was_seen,                    &[Memory],            Duplicate),
        row("R2",  "P's account is closed",                                                                           account_is_closed,           &[Account],           Deny(RecipientClosed)),
        row("R3",  "P has blocked Q",                                                                                 peer_is_blocked,             &[Block],             Deny(Blocked)),
        row("R4",  "P's standing is `suspended`",                                                                     is_suspended,                &[Stands],            Deny(RecipientSuspended)),
        row("R5",  "Q is a person, the sender's gate did not say `reply`, and P's reach does not admit Q",            a_person_out_of_reach,       &[Said, Reached],     Deny(NotReachable)),
        row("R6",  "Q is a person",                                                                                   a_person_speaks,             &[Said],              AllowAsSaid),
        row("R7",  "the findings name a kind in `content.forbidden`",                                                 names_forbidden_content,     &[Forbidden],         Deny(SensitiveContent)),
        row("R8",  "an order that holds forbids the category",                                                        an_order_forbids_it,         &[Orders],            Deny(OrderForbids)),
        row("R9",  "the policy lists purposes for Q's sector and the event has no `purpose`",                         purpose_is_missing,          &[Purpose],           Deny(PurposeMissing)),
        row("R10", "the event's `purpose` is one of that sector's `deny`, or the sector has `allow` and it is none of them", purpose_is_forbidden, &[Purpose],           Deny(PurposeForbidden)),
        row("R11", "a call, and the pair's unanswered calls reached `limits.unanswered_calls`",                       calls_are_used_up,           &[Calls],             Deny(UnansweredCalls)),
        row("R12", "Q holds the right to reply, and the category is not `marketing`",                                 replies_and_does_not_market, &[Right, Kept],       Allow(Reply)),
        row("R13", "a message of category `service`",                                                                 is_service,                  &[Kept],              Deny(WindowClosed)),
        row("R14", "the needed scope is `out`",                                                                       scope_is_out,                &[Granted],           Deny(OptedOut)),
        row("R15", "the needed scope's `in` has ended",                                                               scope_has_ended,             &[Granted],           Deny(OptInEnded)),
        row("R16", "the category is not `authentication`, P's machine is in doubt, and the needed scope is not set or not newer than doubt", doubt_forbids, &[Doubted, Granted], Deny(InDoubt)),
        row("R17", "`business.require_opt_in` and the needed scope is not set",                                       opt_in_is_missing,           &[Granted],           Deny(NotOptedIn)),
        row("R18", "quiet hours hold for the category in P's region",                                                 hours_are_quiet,             &[Quiet],             Deny(QuietHours)),
        row("R19", "a message of category `marketing`, as would not be `reply`, and P's marketing starts reached the cap", marketing_is_used_up,   &[Kept, Right, Marketed], Deny(MarketingCap)),
    ],
    otherwise: otherwise("R20", &[Right, Words], AllowAsItStands),
};
