//! A fit that was cut off goes on where it was, and nobody can tell from the model.

use super::*;
use crate::ebm::{Keep, fit_kept};
use proptest::prelude::*;
use std::collections::BTreeMap;

type Place = (u64, usize);

/// Bags in memory; the fit is told to stop once it has so many.
struct Shelf {
    bags: Mutex<BTreeMap<Place, Vec<u8>>>,
    most: usize,
    fitted: Mutex<usize>,
}

impl Shelf {
    fn new(bags: BTreeMap<Place, Vec<u8>>, most: usize) -> Self {
        Self { bags: Mutex::new(bags), most, fitted: Mutex::new(0) }
    }

    /// A fit until it ends or the shelf is full; what it kept, and the bags it fitted itself.
    fn run(
        self,
        frame: &Frame,
        options: &EbmOptions,
    ) -> (Result<Ebm>, BTreeMap<Place, Vec<u8>>, usize) {
        let ebm = fit_kept(frame, options, &self, &self);
        (ebm, self.bags.into_inner().unwrap(), self.fitted.into_inner().unwrap())
    }
}

impl Keep for Shelf {
    fn get(&self, part: Part, bag: usize) -> Option<Vec<u8>> {
        self.bags.lock().unwrap().get(&(part as u64, bag)).cloned()
    }

    fn put(&self, part: Part, bag: usize, bytes: &[u8]) {
        self.bags.lock().unwrap().insert((part as u64, bag), bytes.to_vec());
    }
}

impl Progress for Shelf {
    fn step(&self, _done: u64, _of: u64, what: &Step) -> Flow {
        if let Step::Finished { taken: false, .. } = what {
            *self.fitted.lock().unwrap() += 1;
        }
        let full = self.bags.lock().unwrap().len() >= self.most;
        if full { Flow::Stop } else { Flow::Continue }
    }
}

/// Keeps every pair, so that all three parts have work.
fn forced(threads: usize) -> EbmOptions {
    EbmOptions { bags: 3, pairs: 2, pair_errors: -1000.0, ..EbmOptions::new(3, threads) }
}

fn bytes(ebm: &Ebm) -> String {
    artifact::to_json(ebm).unwrap()
}

#[test]
fn a_fit_cut_off_anywhere_goes_on_to_the_same_bytes() {
    let frame = small(400, 21);
    let expected = bytes(&fitted(&frame, &forced(2)));
    let (_, whole, all) = Shelf::new(BTreeMap::new(), usize::MAX).run(&frame, &forced(1));
    assert_eq!((all, whole.len()), (9, 9), "mains, pairs and refit of three bags");
    for most in 1..9 {
        let (cut, kept, before) = Shelf::new(BTreeMap::new(), most).run(&frame, &forced(2));
        assert_eq!(cut, Err(Error::Cancelled));
        assert!(before <= kept.len() && kept.len() < 9);
        let had = kept.len();
        let (again, kept, fitted) = Shelf::new(kept, usize::MAX).run(&frame, &forced(1 + most % 3));
        assert_eq!(bytes(&again.unwrap()), expected, "cut off after {most}");
        assert_eq!(fitted, 9 - had, "what was kept is not fitted again");
        assert_eq!(kept, whole);
    }
}

#[test]
fn bags_of_another_place_or_shape_are_fitted_again() {
    let frame = small(400, 21);
    let (ebm, whole, _) = Shelf::new(BTreeMap::new(), usize::MAX).run(&frame, &forced(2));
    let expected = bytes(&ebm.unwrap());
    let swapped = whole.keys().zip(whole.values().rev()).map(|(at, it)| (*at, it.clone()));
    let (ebm, _, fitted) = Shelf::new(swapped.collect(), usize::MAX).run(&frame, &forced(2));
    assert_eq!(bytes(&ebm.unwrap()), expected);
    assert_eq!(fitted, 8, "only the bag in the middle is where it was");
    let coarse = EbmOptions { bins_max: 6, ..forced(2) };
    let (_, other, _) = Shelf::new(BTreeMap::new(), usize::MAX).run(&frame, &coarse);
    let (ebm, _, fitted) = Shelf::new(other, usize::MAX).run(&frame, &forced(2));
    assert_eq!((bytes(&ebm.unwrap()), fitted), (expected, 9));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_bag_is_fitted_again(at in 0_usize..9, place: prop::sample::Index, change in 1..=255_u8, kind in 0..3) {
        let frame = small(120, 22);
        let options = EbmOptions { rounds_max: 40, ..forced(1) };
        let (ebm, mut kept, all) = Shelf::new(BTreeMap::new(), usize::MAX).run(&frame, &options);
        prop_assert_eq!(all, 9);
        let damaged = kept.values_mut().nth(at).unwrap();
        let place = place.index(damaged.len());
        match kind {
            0 => damaged[place] ^= change,
            1 => damaged.truncate(place),
            _ => damaged.extend(vec![0; usize::from(change)]),
        }
        let (again, _, fitted) = Shelf::new(kept, usize::MAX).run(&frame, &options);
        prop_assert_eq!(bytes(&again.unwrap()), bytes(&ebm.unwrap()));
        prop_assert_eq!(fitted, 1);
    }
}
