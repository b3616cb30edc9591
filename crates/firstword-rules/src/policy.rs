//! A policy as one checked value: what the rules leave to whoever runs the engine.
//!
//! Files, lines and hints are `firstword-policy`'s matter; a value of this type is already consistent.
//! Nothing here decides: the chapters of the page ask it.

mod terms;

use jiff::tz::TimeZone;

pub use terms::{Consequence, Stage, Terms, TermsPatch, TermsValues};

use crate::{Category, Millis, Region, Regions, Span};

/// All that a policy file says, with its defaults filled in (POLICY.md).
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The policy's own name, an identifier.
    pub name: Box<str>,
    /// What decisions name: the name, `@`, and the first 12 hex digits of the SHA-256 of the canonical form.
    pub label: Box<str>,
    /// `conversation.reply_window`: how long the other party's words give the right to reply (section 2).
    pub reply_window: Span,
    /// `conversation.idle`: how long a pair stays live (section 2).
    pub idle: Span,
    /// The terms versions in their order (section 3).
    pub terms: Vec<Terms>,
    /// Lists of regions under a name.
    pub groups: Vec<Group>,
    /// Dated decrees (section 7).
    pub orders: Vec<Order>,
    /// `business.require_opt_in` (row R17).
    pub require_opt_in: bool,
    /// `business.erase_within` (section 4, duty to erase).
    pub erase_within: Span,
    /// What businesses of a sector may write about (rows R9 and R10).
    pub sectors: Vec<Sector>,
    /// `content.forbidden`: content kinds that no business may be sent or send (rows S6 and R7).
    pub forbidden_content: Vec<Box<str>>,
    /// When businesses must keep still (row R18).
    pub quiet_hours: Vec<QuietHours>,
    /// The words that a person writes to a business to opt out or in; for the reader, not for the rules.
    pub keywords: Keywords,
    /// The caps of section 6.
    pub limits: Limits,
    /// `doubt.hold`: for how long doubt holds; `None` not at all (section 4).
    pub doubt_hold: Option<Span>,
    /// `stream.max_skew`; for the stream, not for the rules.
    pub max_skew: Span,
}

/// A named list of regions.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name, in lower case.
    pub name: Box<str>,
    /// What it holds.
    pub regions: Vec<Region>,
}

/// What a regulator or the operator decrees for a time (section 7).
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Its name.
    pub name: Box<str>,
    /// For whom; `None` for everyone.
    pub regions: Option<Regions>,
    /// From when, inclusive; `None` since always.
    pub from: Option<Millis>,
    /// Until when, exclusive; `None` for good.
    pub until: Option<Millis>,
    /// `standing = "full"`.
    pub standing_full: bool,
    /// `data_sharing = false`.
    pub no_data_sharing: bool,
    /// The categories that it forbids.
    pub forbid: Vec<Category>,
}

/// What businesses of one sector may write about.
#[derive(Clone, Debug, PartialEq)]
pub struct Sector {
    /// The sector, an identifier.
    pub name: Box<str>,
    /// Its purposes.
    pub purposes: Purposes,
}

/// The purposes that a sector may or may not have.
#[derive(Clone, Debug, PartialEq)]
pub enum Purposes {
    /// All but these.
    Deny(Vec<Box<str>>),
    /// Only these.
    Allow(Vec<Box<str>>),
}

/// One `[[quiet_hours]]` entry.
#[derive(Clone, Debug, PartialEq)]
pub struct QuietHours {
    /// Where.
    pub regions: Regions,
    /// For what.
    pub categories: Vec<Category>,
    /// The zone of the local times, from the database in the program.
    pub timezone: TimeZone,
    /// When, by local time.
    pub hours: Hours,
}

/// The times of a quiet-hours entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hours {
    /// Every day, in minutes since local midnight: from inclusive, to exclusive; past midnight where `to` is
    /// before `from`, never where they are equal.
    Daily {
        /// The first minute.
        from: u16,
        /// The minute after the last.
        to: u16,
    },
    /// Whole local days.
    Days(Vec<Day>),
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names of the days say it")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Day {
    /// The days in order.
    pub const ALL: [Day; 7] = [
        Day::Monday,
        Day::Tuesday,
        Day::Wednesday,
        Day::Thursday,
        Day::Friday,
        Day::Saturday,
        Day::Sunday,
    ];

    /// The day as a policy file writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Day::Monday => "monday",
            Day::Tuesday => "tuesday",
            Day::Wednesday => "wednesday",
            Day::Thursday => "thursday",
            Day::Friday => "friday",
            Day::Saturday => "saturday",
            Day::Sunday => "sunday",
        }
    }
}

/// Words and phrases, as the policy file has them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Keywords {
    /// A text that equals one of these has the finding `opt_out`.
    pub opt_out: Vec<Box<str>>,
    /// A text that equals one of these has the finding `opt_in`.
    pub opt_in: Vec<Box<str>>,
}

/// The caps of section 6; an absent one is no cap.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Limits {
    /// `limits.marketing` (row R19).
    pub marketing: Option<MarketingCap>,
    /// `limits.unanswered_calls` (row R11), 1 to 16.
    pub unanswered_calls: Option<u8>,
    /// `limits.unanswered_starts` (row S9).
    pub unanswered_starts: Option<StartsCap>,
}

/// How many marketing starts a person may get in a time.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketingCap {
    /// At most 16.
    pub max: u8,
    /// The time.
    pub per: Span,
    /// Where it does not hold.
    pub except: Regions,
}

/// How many people who have not answered one may have written to first in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartsCap {
    /// At most 1,024.
    pub max: u16,
    /// The time.
    pub per: Span,
}

impl Policy {
    /// Where a version stands in the list; `None` where the policy does not list it.
    pub fn listed(&self, version: &str) -> Option<usize> {
        self.terms.iter().position(|terms| &*terms.version == version)
    }
}
