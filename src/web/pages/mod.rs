//! The pages, one file each, and the table they all stand in.
//!
//! From `PAGES` follow the navigation, the keys, the palette, the help page and the all-pages test.

pub mod model;
pub mod task;
pub mod train;

use uuid::Uuid;

use super::shell::{NavGroup, NavItem, PaletteEntry};
use crate::app::frame::Frame;
use crate::app::runs::Uid;

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
pub const PAGES: &[Page] = &[model::PAGE, train::PAGE, task::PAGE];

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
                    count: (page.id == "people").then(|| frame.employed.to_string()),
                    key: Some(nav.key),
                    tab: nav.tab,
                    words: page.help.to_owned(),
                })
                .collect(),
        })
        .collect()
}

/// What the palette offers beyond the navigation.
pub fn palette() -> Vec<PaletteEntry> {
    Vec::new()
}

/// An identity as it stands in addresses.
pub fn uid_text(uid: Uid) -> String {
    Uuid::from_bytes(uid).to_string()
}

/// An identity from an address.
pub fn uid_of(text: &str) -> Option<Uid> {
    Uuid::try_parse(text).ok().map(|it| *it.as_bytes())
}
