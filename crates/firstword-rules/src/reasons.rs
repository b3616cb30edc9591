//! What REASONS.md says of each reason, part by part, for whoever shows one.

use crate::Reason;

impl Reason {
    /// What it means in one sentence: the first of its entry in REASONS.md.
    ///
    /// ```
    /// # use firstword_rules::Reason;
    /// assert_eq!(Reason::NotOptedIn.meaning(), "The person never opted in to this.");
    /// ```
    pub fn meaning(self) -> &'static str {
        // A row in brackets, or the next part of the entry, ends it.
        let entry = self.entry();
        let ends = [" (", "\nComes from"].into_iter().filter_map(|end| entry.find(end)).min();
        ends.and_then(|end| entry.get(..end)).unwrap_or_default()
    }

    /// What it rests on.
    ///
    /// ```
    /// # use firstword_rules::Reason;
    /// assert_eq!(Reason::NotOptedIn.comes_from(), "`business.require_opt_in`.");
    /// ```
    pub fn comes_from(self) -> &'static str {
        let from = self.entry().split_once("Comes from: ").map_or("", |(_, from)| from);
        from.split_once("Ends").map_or(from, |(from, _)| from).trim_end()
    }

    /// When it ends, as a phrase that says so.
    ///
    /// ```
    /// # use firstword_rules::Reason;
    /// assert_eq!(Reason::PurposeForbidden.ends(), "Ends: with another purpose.");
    /// ```
    pub fn ends(self) -> &'static str {
        let entry = self.entry();
        let end = entry.find("Ends").and_then(|start| entry.get(start..)).unwrap_or_default();
        end.lines().next().unwrap_or_default()
    }

    /// Whether it ends by itself: time alone takes it away.
    pub fn passes(self) -> bool {
        matches!(
            self,
            Reason::QuietHours | Reason::MarketingCap | Reason::UnansweredStarts | Reason::InDoubt
        )
    }

    /// What somebody can do about it.
    ///
    /// ```
    /// # use firstword_rules::Reason;
    /// assert_eq!(Reason::QuietHours.to_do(), "send it later; nothing is wrong with it otherwise.");
    /// ```
    pub fn to_do(self) -> &'static str {
        self.entry().split_once("To do: ").map_or("", |(_, what)| what.trim_end())
    }

    /// Its entry in REASONS.md, without the heading.
    fn entry(self) -> &'static str {
        let mut entries = include_str!("../REASONS.md").split("\n## ");
        entries
            .find_map(|entry| entry.strip_prefix(self.as_str())?.strip_prefix('\n'))
            .unwrap_or_default()
    }
}
