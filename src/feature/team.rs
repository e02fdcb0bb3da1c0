//! The people around.

use super::{Direction, Feature, Group, Unit, words};

const MANAGER_DAYS: i32 = 365;
const CREW_DAYS: i32 = 90;

/// Changes of manager in a year.
pub(super) const MANAGER_CHANGES_365D: Feature = Feature {
    id: "manager_changes_365d",
    title: "Manager changes",
    sentence: "Times the manager changed from one assignment to the next, over 365 days; missing \
               when no assignment names a manager.",
    unit: Unit::Changes,
    group: Group::Team,
    actionable: false,
    direction: Some(Direction::Raises),
    decimals: 0,
    compute: |of, _, as_of| {
        let from = as_of.plus(-MANAGER_DAYS);
        let known = of.who.assignments.iter().take_while(|it| it.from_on < as_of);
        let named: Vec<_> =
            known.filter_map(|it| it.manager.map(|manager| (it.from_on, manager))).collect();
        let changed = named.windows(2).filter(|it| it[0].1 != it[1].1 && from <= it[1].0);
        (!named.is_empty()).then(|| changed.count() as f64)
    },
    phrase: |changes| match words::number(changes, 0).as_str() {
        "0" => "same manager for a year".to_owned(),
        "1" => "a new manager within a year".to_owned(),
        many => format!("{many} new managers within a year"),
    },
    missing: "manager unknown",
};

/// People of the own crew who left.
pub(super) const CREW_EXITS_90D: Feature = Feature {
    id: "crew_exits_90d",
    title: "Crew exits",
    sentence: "People of the own crew who left, for whatever reason, in 90 days; missing without a \
               crew.",
    unit: Unit::People,
    group: Group::Team,
    actionable: false,
    direction: Some(Direction::Raises),
    decimals: 0,
    compute: |of, around, as_of| {
        let exits = around.crew_exits(of.who, as_of.plus(-CREW_DAYS), as_of)?;
        Some(exits as f64)
    },
    phrase: |exits| match words::number(exits, 0).as_str() {
        "0" => "no exits in the crew in 3 months".to_owned(),
        _ => format!("{} in the crew in 3 months", words::count(exits, 0, "exit", "exits")),
    },
    missing: "crew unknown",
};
