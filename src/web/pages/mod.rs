//! The pages, one file each, and the table they all stand in.
//!
//! From `PAGES` follow the navigation, the keys, the palette, the help page and the all-pages test.

#[cfg(test)]
pub(crate) mod fixture;

pub mod data;
pub mod first_run;
pub mod help;
pub mod hiring;
pub mod import;
pub mod metrics;
pub mod model;
pub mod palette;
pub mod people;
pub mod person;
pub mod plan;
pub mod registry;
pub mod task;
pub mod today;
pub mod train;
pub mod turnover;
pub mod upload;

use uuid::Uuid;

use super::shell::{NavGroup, NavItem};
use crate::app::frame::Frame;
use crate::app::runs::Uid;
use crate::app::scope::Scope;
use crate::web::parts::OptionView;

/// One page.
#[derive(Debug)]
pub struct Page {
    /// Name used by the navigation and the tests.
    pub id: &'static str,
    /// Address; `{uid}` where it takes one.
    pub path: &'static str,
    /// Title.
    pub title: &'static str,
    /// What it is for, one sentence.
    pub help: &'static str,
    /// Where it stands in the navigation; none for pages reached from another.
    pub nav: Option<Nav>,
}

/// A place in the navigation.
#[derive(Debug)]
pub struct Nav {
    /// 0 or 1: the group.
    pub group: usize,
    /// Symbol in the sprite.
    pub icon: &'static str,
    /// Letter after `g`.
    pub key: char,
    /// Whether the phone's bar shows it.
    pub tab: bool,
}

/// Every page, in the order of the navigation.
pub const PAGES: &[Page] = &[
    today::PAGE,
    people::PAGE,
    person::PAGE,
    person::whatif::PAGE,
    hiring::PAGE,
    plan::PAGE,
    plan::series::PAGE,
    plan::compare::PAGE,
    turnover::PAGE,
    model::PAGE,
    model::test::TEST,
    model::second::SECOND,
    registry::PAGE,
    registry::VERSION,
    registry::COMPARE,
    train::PAGE,
    task::PAGE,
    data::PAGE,
    data::LOAD,
    import::PAGE,
    metrics::PAGE,
    metrics::METRIC,
    help::PAGE,
];

/// The side navigation.
pub fn navigation(frame: &Frame) -> Vec<NavGroup> {
    (0..2)
        .map(|group| NavGroup {
            first: group == 0,
            items: PAGES
                .iter()
                .filter_map(|page| Some((page, page.nav.as_ref()?)))
                .filter(|(_, nav)| nav.group == group)
                .map(|(page, nav)| NavItem {
                    id: page.id,
                    label: page.title.to_owned(),
                    href: page.path.to_owned(),
                    icon: nav.icon,
                    count: match page.id {
                        "people" => Some(frame.employed.to_string()),
                        "hiring" => frame.open_positions.map(|it| it.to_string()),
                        _ => None,
                    },
                    key: Some(nav.key),
                    tab: nav.tab,
                    words: page.help.to_owned(),
                })
                .collect(),
        })
        .collect()
}

/// An identity as it stands in addresses.
pub fn uid_text(uid: Uid) -> String {
    Uuid::from_bytes(uid).to_string()
}

/// An identity from an address.
pub fn uid_of(text: &str) -> Option<Uid> {
    Uuid::try_parse(text).ok().map(|it| *it.as_bytes())
}

/// Everyone, every office and every zone, for a select.
pub fn places(scope: &Scope, chosen: Option<Uid>) -> Vec<OptionView> {
    let everyone = OptionView {
        value: String::new(),
        label: "All offices".to_owned(),
        chosen: chosen.is_none(),
    };
    let options = scope.choices.iter().map(|it| OptionView {
        value: uid_text(it.uid),
        label: it.name.clone(),
        chosen: chosen == Some(it.uid),
    });
    std::iter::once(everyone).chain(options).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_page_stands_once_in_the_table() {
        for of in [|it: &Page| it.id, |it: &Page| it.path] {
            let known: BTreeSet<&str> = PAGES.iter().map(of).collect();
            assert_eq!(known.len(), PAGES.len());
        }
        let keys: BTreeSet<char> =
            PAGES.iter().filter_map(|it| Some(it.nav.as_ref()?.key)).collect();
        assert_eq!(keys.len(), PAGES.iter().filter(|it| it.nav.is_some()).count());
    }
}
