//! Facts: what holds of a thing, and since when it is known (RULES.md, section 1, "Facts do not depend on order").

use crate::{Answer, Millis, Reach, Region};

/// A value and the `at` of the event that stated it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dated<T> {
    /// When it was stated.
    pub at: Millis,
    /// What was stated.
    pub value: T,
}

/// Which of two values stated at the same time protects the person more.
pub trait Weighs {
    /// Whether this one is the more protective.
    fn outweighs(&self, other: &Self) -> bool;
}

impl<T: Weighs> Dated<T> {
    /// "Of two facts about one thing the newer `at` holds; of two as old, the more protective."
    pub fn yields_to(&self, new: &Dated<T>) -> bool {
        new.at > self.at || new.at == self.at && new.value.outweighs(&self.value)
    }
}

/// A dated value in little memory, as a machine holds it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Held<T> {
    at: Stamp,
    value: T,
}

impl<T: Copy> Held<T> {
    pub(crate) fn get(self) -> Dated<T> {
        Dated { at: self.at.millis(), value: self.value }
    }
}

impl<T> From<Dated<T>> for Held<T> {
    fn from(fact: Dated<T>) -> Held<T> {
        Held { at: fact.at.into(), value: fact.value }
    }
}

/// Whether a new fact would change what is held of its thing; "a first fact about a thing is always recorded".
pub(crate) fn changes<T: Weighs>(held: Option<Dated<T>>, new: &Dated<T>) -> bool {
    held.is_none_or(|held| held.yields_to(new))
}

/// Lets a fact hold if it is the one to hold; whether it did.
pub(crate) fn state<T: Weighs + Copy>(held: &mut Option<Held<T>>, new: Dated<T>) -> bool {
    let changed = changes(held.map(Held::get), &new);
    if changed {
        *held = Some(new.into());
    }
    changed
}

/// `withdrawn` before `declined` before `accepted`.
impl Weighs for Answer {
    fn outweighs(&self, other: &Answer) -> bool {
        self > other
    }
}

/// `nobody` before `known` before `everyone`.
impl Weighs for Reach {
    fn outweighs(&self, other: &Reach) -> bool {
        self > other
    }
}

/// The first in byte order.
impl Weighs for Region {
    fn outweighs(&self, other: &Region) -> bool {
        self < other
    }
}

/// Blocked before unblocked; doubt before none.
impl Weighs for bool {
    fn outweighs(&self, other: &bool) -> bool {
        self > other
    }
}

/// An instant in six bytes, and one spare bit. Unset is zero: no event is as old as that.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Stamp([u16; 3]);

const FLAG: u16 = 1 << 15;

impl Stamp {
    /// The 47 bits as a number.
    pub(crate) fn value(self) -> u64 {
        let [high, middle, low] = self.0;
        u64::from(high & !FLAG) << 32 | u64::from(middle) << 16 | u64::from(low)
    }

    /// This value, with the flag as it is.
    pub(crate) fn set(&mut self, value: u64) {
        let [high, middle, low] = &mut self.0;
        *high = (*high & FLAG) | ((value >> 32) as u16 & !FLAG);
        *middle = (value >> 16) as u16;
        *low = value as u16;
    }

    pub(crate) fn flag(self) -> bool {
        self.0[0] & FLAG != 0
    }

    pub(crate) fn set_flag(&mut self, flag: bool) {
        self.0[0] = (self.0[0] & !FLAG) | if flag { FLAG } else { 0 };
    }

    pub(crate) fn millis(self) -> Millis {
        Millis(self.value() as i64)
    }

    pub(crate) fn get(self) -> Option<Millis> {
        (self.value() != 0).then(|| self.millis())
    }

    /// "Becomes the maximum of itself and t": an older time changes nothing.
    pub(crate) fn raise(&mut self, at: Millis) {
        self.set(self.value().max(Stamp::from(at).value()));
    }
}

impl From<Millis> for Stamp {
    fn from(at: Millis) -> Stamp {
        let mut stamp = Stamp::default();
        stamp.set(at.0.max(0) as u64);
        stamp
    }
}

impl From<Option<Millis>> for Stamp {
    fn from(at: Option<Millis>) -> Stamp {
        at.map_or(Stamp::default(), Stamp::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_holds_a_time_and_a_flag_apart() {
        let mut stamp = Stamp::from(Millis(4_102_444_799_999));
        stamp.set_flag(true);
        assert_eq!((stamp.get(), stamp.flag()), (Some(Millis(4_102_444_799_999)), true));
        stamp.raise(Millis(5));
        assert_eq!((stamp.get(), stamp.flag()), (Some(Millis(4_102_444_799_999)), true));
        stamp.set_flag(false);
        assert_eq!((Stamp::default().get(), stamp.flag()), (None, false));
    }

    #[test]
    fn the_newer_fact_holds_and_of_two_as_old_the_more_protective() {
        let fact = |at, value| Dated { at: Millis(at), value };
        let declined = fact(2, Answer::Declined);
        for (other, yields) in [
            (fact(1, Answer::Withdrawn), false),
            (fact(2, Answer::Accepted), false),
            (fact(2, Answer::Declined), false),
            (fact(2, Answer::Withdrawn), true),
            (fact(3, Answer::Accepted), true),
        ] {
            assert_eq!(declined.yields_to(&other), yields, "{other:?}");
        }
    }
}
