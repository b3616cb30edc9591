//! The machines, by their people's numbers.
//!
//! Many a person is only known as somebody's peer: in a stream the machines of most peers are at other tasks. Such a
//! one takes the four bytes of a place, not those of a machine.

use std::num::NonZero;

use firstword_rules::Machine;

use crate::pages::Pages;

/// Machines by number.
#[derive(Clone, Debug)]
pub(crate) struct Machines {
    /// Where among all a person's machine stands, counted from 1.
    places: Pages<Option<NonZero<u32>>>,
    all: Pages<Machine>,
}

impl Machines {
    pub(crate) const fn new() -> Machines {
        Machines { places: Pages::new(), all: Pages::new() }
    }

    /// The machine of a number, where there is one.
    pub(crate) fn get(&self, number: u32) -> Option<&Machine> {
        self.at(*self.places.get(number)?)
    }

    /// Where looking for a machine begins.
    pub(crate) fn place(&self, number: u32) -> Option<*const u8> {
        self.places.get(number).map(|place| std::ptr::from_ref(place).cast())
    }

    /// The machine of a number, a blank one if there was none.
    pub(crate) fn reach(&mut self, number: u32) -> &mut Machine {
        let Machines { places, all } = self;
        let next = || NonZero::<u32>::MIN.saturating_add(all.len() as u32);
        let place = places.reach(number, || None).get_or_insert_with(next).get() - 1;
        all.reach(place, Machine::default)
    }

    /// Every machine, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Machine)> {
        let places = (0..).zip(self.places.iter());
        places.filter_map(|(number, place)| Some((number, self.at(*place)?)))
    }

    /// The bytes that they take.
    pub(crate) fn heap_bytes(&self) -> usize {
        let outside: usize = self.all.iter().map(Machine::heap_bytes).sum();
        self.places.heap_bytes() + self.all.heap_bytes() + outside
    }

    fn at(&self, place: Option<NonZero<u32>>) -> Option<&Machine> {
        self.all.get(place?.get() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_no_machine_takes_a_place() {
        let mut machines = Machines::new();
        for number in [50_000, 7, 50_000, 20_000] {
            let machine = machines.reach(number);
            machine.pass(machine.seq() + u64::from(number));
        }
        let seq = |number| machines.get(number).map(Machine::seq);
        assert_eq!(
            [7, 8, 20_000, 50_000, 50_001].map(seq),
            [Some(7), None, Some(20_000), Some(100_000), None]
        );
        assert!(machines.iter().map(|(number, _)| number).eq([7, 20_000, 50_000]));
        assert!(machines.heap_bytes() < 50_000 * 16);
    }
}
