//! Today on a small demo, with and without a model.

use super::*;
use crate::app::fixture;

#[test]
fn numbers_stand_without_a_model() {
    for office in [fixture::full(), fixture::untrained(), fixture::thin()] {
        let it = office.look(read).unwrap();
        assert_eq!(it.figures.len(), TILES.len());
        assert!(it.figures[0].1.value.unwrap() > 40.0);
        assert!(it.under.heads.unwrap().holds && it.under.offices == 2);
    }
    let it = fixture::empty().look(read).unwrap();
    assert!(it.figures.is_empty() && matches!(it.standing, Standing::NoData));
}

#[test]
fn those_who_moved_have_what_moved_them() {
    let it = fixture::full().look(read).unwrap();
    assert!(it.moved.len() <= MOVED_MAX);
    for moved in &it.moved {
        assert_eq!(moved.by.is_none(), moved.row.before.is_none(), "{:?}", moved.by);
    }
    assert!(it.under.model.unwrap().version == 1);
    assert!(!matches!(it.trend, Trend::Unknown), "three years hold two");
}
