//! Terms versions as a policy lists them: what follows from an answer, where, and from when (RULES.md, sections 3
//! and 7).

use crate::{Millis, Region, Span, Standing};

/// One terms version.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// The version's name, an identifier.
    pub version: Box<str>,
    /// What holds where no region says otherwise.
    pub everywhere: TermsValues,
    /// What single regions say otherwise, key by key.
    pub regions: Vec<(Region, TermsPatch)>,
}

/// What a terms version means for one person.
#[derive(Clone, Debug, PartialEq)]
pub struct TermsValues {
    /// When the version takes effect.
    pub effective: Millis,
    /// The standing of who declined or withdrew.
    pub on_declined: Consequence,
    /// The standing of who did not answer.
    pub on_silence: Consequence,
    /// Whether who accepted agreed that data be shared.
    pub data_sharing: bool,
    /// Whether the version is skipped.
    pub exempt: bool,
}

/// The keys of a terms version that a region gives other values.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TermsPatch {
    /// Instead of [`TermsValues::effective`].
    pub effective: Option<Millis>,
    /// Instead of [`TermsValues::on_declined`].
    pub on_declined: Option<Consequence>,
    /// Instead of [`TermsValues::on_silence`].
    pub on_silence: Option<Consequence>,
    /// Instead of [`TermsValues::data_sharing`].
    pub data_sharing: Option<bool>,
    /// Instead of [`TermsValues::exempt`].
    pub exempt: Option<bool>,
}

/// What follows from not accepting: one standing, or stages of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Consequence {
    /// The same standing from the first day.
    Always(Standing),
    /// Ascending by `after`; `full` before the first.
    Stages(Vec<Stage>),
}

/// A standing that holds from a time after the version's effective date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Counted from `effective`.
    pub after: Span,
    /// The standing from then on.
    pub standing: Standing,
}

impl Terms {
    /// When the version takes effect for a person of `region`.
    pub fn effective(&self, region: Option<Region>) -> Millis {
        *self.value(region, &self.everywhere.effective, |patch| patch.effective.as_ref())
    }

    /// The standing there of who declined or withdrew.
    pub fn on_declined(&self, region: Option<Region>) -> &Consequence {
        self.value(region, &self.everywhere.on_declined, |patch| patch.on_declined.as_ref())
    }

    /// The standing there of who did not answer.
    pub fn on_silence(&self, region: Option<Region>) -> &Consequence {
        self.value(region, &self.everywhere.on_silence, |patch| patch.on_silence.as_ref())
    }

    /// Whether who accepted there agreed that data be shared.
    pub fn data_sharing(&self, region: Option<Region>) -> bool {
        *self.value(region, &self.everywhere.data_sharing, |patch| patch.data_sharing.as_ref())
    }

    /// Whether the version is skipped there.
    pub fn exempt(&self, region: Option<Region>) -> bool {
        *self.value(region, &self.everywhere.exempt, |patch| patch.exempt.as_ref())
    }

    /// One key's value: "a terms version's entry for the country applies first, then that for the region
    /// itself over it, key by key" (section 7).
    fn value<'a, T>(
        &'a self,
        region: Option<Region>,
        everywhere: &'a T,
        key: impl Fn(&'a TermsPatch) -> Option<&'a T>,
    ) -> &'a T {
        let Some(region) = region else { return everywhere };
        let of = |wanted: Region| {
            self.regions
                .iter()
                .find(|(named, _)| *named == wanted)
                .and_then(|(_, patch)| key(patch))
        };
        of(region).or_else(|| of(region.country())).unwrap_or(everywhere)
    }
}

impl Consequence {
    /// The standing at `at` of a version in effect since `effective`: that of the last stage begun.
    pub fn standing(&self, effective: Millis, at: Millis) -> Standing {
        match self {
            Consequence::Always(standing) => *standing,
            Consequence::Stages(stages) => stages
                .iter()
                .rfind(|stage| effective + stage.after <= at)
                .map_or(Standing::Full, |stage| stage.standing),
        }
    }
}
