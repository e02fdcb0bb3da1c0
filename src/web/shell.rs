//! The frame around every page: navigation, breadcrumb, freshness, task chip, palette, toast.
//!
//! Invariant: no page is named here. Navigation, `g` keys, palette and phone tabs all come from the
//! items the caller passes in, which come from the table of pages.

use askama::Template;

use super::assets;

/// The product's name; the only place in the code that spells it.
pub const PRODUCT: &str = "Crewkeep";

/// Links in the phone's bar, before "More".
const TABS_MAX: usize = 4;

/// What `base.html` prints around `{% block main %}`. Every page struct has it as field `shell`.
#[derive(Debug, Clone)]
pub struct Shell {
    /// First part of the window title, such as `Marcus Bell`; starts with `Error:` after a 422.
    pub title: String,
    /// The office in the breadcrumb and the window title.
    pub office: String,
    /// Offices the person may choose from; a menu appears when there is more than one.
    pub offices: Vec<OfficeLink>,
    /// Words and address of each step after the office; the page itself has no address.
    pub crumbs: Vec<(String, Option<String>)>,
    /// Groups of the side navigation, with a gap between them.
    pub nav: Vec<NavGroup>,
    /// `NavItem::id` of the part of the product this page belongs to.
    pub current: &'static str,
    /// How fresh the numbers are.
    pub as_of: AsOfView,
    /// What is running.
    pub task_chip: TaskChip,
    /// Address of the event stream that keeps the task chip fresh, or none.
    pub events: Option<String>,
    /// `light` or `dark` forces a scheme; none follows the system.
    pub theme: Option<&'static str>,
    /// Addresses of the style sheet, scripts and icons.
    pub assets: AssetUrls,
    /// What every page must say first.
    pub notice: Option<String>,
    /// What was just done.
    pub toast: Option<ToastView>,
    /// Lines at the foot of the side, such as `On this machine. Nothing is sent`.
    pub foot: Vec<FootRow>,
    /// Things beyond pages that the palette offers: metrics, questions, settings.
    pub palette: Vec<PaletteEntry>,
    /// Address that answers `?q=` with `<li><a>` lines for the palette, or none.
    pub palette_from: Option<String>,
    /// Where the palette's form goes when scripts are off.
    pub search_href: String,
    /// Whether `g p`, `j`, `k`, `?` work; the person can switch them off.
    pub single_keys: bool,
}

impl Shell {
    /// A frame without navigation, for signing in, setting up and failing.
    pub fn bare(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            office: PRODUCT.to_owned(),
            offices: Vec::new(),
            crumbs: Vec::new(),
            nav: Vec::new(),
            current: "",
            as_of: AsOfView::default(),
            task_chip: TaskChip::idle("/"),
            events: None,
            theme: None,
            assets: AssetUrls::current(),
            notice: None,
            toast: None,
            foot: Vec::new(),
            palette: Vec::new(),
            palette_from: None,
            search_href: "/".to_owned(),
            single_keys: true,
        }
    }

    /// The product's name, for templates.
    pub fn product(&self) -> &'static str {
        PRODUCT
    }

    /// Links of the phone's bar: the items marked `tab`, or else the first four.
    pub fn tabs(&self) -> Vec<&NavItem> {
        let items = || self.nav.iter().flat_map(|group| &group.items);
        let marked: Vec<_> = items().filter(|item| item.tab).take(TABS_MAX).collect();
        if marked.is_empty() { items().take(TABS_MAX).collect() } else { marked }
    }
}

/// Items that stand together in the side navigation.
#[derive(Debug, Clone)]
pub struct NavGroup {
    /// The first group has no gap above it.
    pub first: bool,
    /// In the order shown.
    pub items: Vec<NavItem>,
}

/// One line of the side navigation, of the palette and of the list of keys.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Compared with `Shell::current`.
    pub id: &'static str,
    /// Word shown.
    pub label: String,
    /// Address.
    pub href: String,
    /// Symbol in `icons.svg`.
    pub icon: &'static str,
    /// A number at the right, such as headcount.
    pub count: Option<String>,
    /// Letter after `g`.
    pub key: Option<char>,
    /// Whether the phone's bar shows it.
    pub tab: bool,
    /// More words the palette finds it by.
    pub words: String,
}

/// A line of the palette that is not a page.
#[derive(Debug, Clone)]
pub struct PaletteEntry {
    /// Word shown.
    pub label: String,
    /// What it is, such as `metric`.
    pub kind: String,
    /// Address.
    pub href: String,
    /// Symbol in `icons.svg`.
    pub icon: &'static str,
    /// More words it is found by.
    pub words: String,
}

/// An office the person may look at.
#[derive(Debug, Clone)]
pub struct OfficeLink {
    /// Its name.
    pub name: String,
    /// This page for that office.
    pub href: String,
    /// Whether it is the one shown.
    pub current: bool,
}

/// How fresh the numbers are: a chip, and rows in its popover.
#[derive(Debug, Clone, Default)]
pub struct AsOfView {
    /// Left out on phones: `As of Mon`.
    pub lead: String,
    /// Always shown: `23 Nov, 06:10`.
    pub short: String,
    /// Source and its time; the next sync and its cost.
    pub rows: Vec<(String, String)>,
    /// Where to read more.
    pub href: Option<String>,
}

/// What is running now; also the body of the `tasks` event (`parts/_task_chip.html`).
#[derive(Debug, Clone)]
pub struct TaskChip {
    /// `Nothing running` or `Training v8, 64%`.
    pub text: String,
    /// The task's page, or the list of tasks.
    pub href: String,
    /// Shows the pulse instead of the clock.
    pub running: bool,
}

impl TaskChip {
    /// Nothing to wait for.
    pub fn idle(href: &str) -> Self {
        Self { text: "Nothing running".to_owned(), href: href.to_owned(), running: false }
    }
}

/// A line at the foot of the side.
#[derive(Debug, Clone)]
pub struct FootRow {
    /// What it says.
    pub text: String,
    /// Where the proof is.
    pub href: Option<String>,
    /// Symbol; without one a dot is drawn.
    pub icon: Option<&'static str>,
    /// `""` for well, `warn` or `off`.
    pub dot: &'static str,
}

/// What was just done, with a way back.
#[derive(Debug, Clone)]
pub struct ToastView {
    /// `Interview saved.`
    pub words: String,
    /// A form that takes it back.
    pub undo: Option<UndoView>,
    /// Words and address of a link.
    pub link: Option<(String, String)>,
}

/// The form behind "Undo".
#[derive(Debug, Clone)]
pub struct UndoView {
    /// Where it posts to.
    pub action: String,
    /// The token that proves the form is ours.
    pub csrf: String,
    /// Hidden fields.
    pub fields: Vec<(String, String)>,
}

/// Body of the `tasks` event: the chip alone.
#[derive(Debug, Template)]
#[template(path = "parts/_task_chip.html")]
pub struct TaskChipPart<'a> {
    /// What is running.
    pub chip: &'a TaskChip,
}

/// A toast that rides along with another fragment, out of band into `#toast`.
#[derive(Debug, Template)]
#[template(path = "parts/_toast_oob.html")]
pub struct ToastPart {
    /// What was just done.
    pub toast: ToastView,
}

/// Body of a failed request: htmx puts 4xx and 5xx, but not 422, into `#problem`.
#[derive(Debug, Template)]
#[template(path = "parts/_alert.html")]
pub struct AlertPart {
    /// `The list could not be read`.
    pub title: String,
    /// What is safe, what to do.
    pub words: String,
    /// `Incident 4711`, or nothing.
    pub hint: String,
}

/// Addresses of the files every page names.
#[derive(Debug, Clone)]
pub struct AssetUrls {
    /// Style sheet.
    pub css: String,
    /// Our script.
    pub js: String,
    /// htmx.
    pub htmx: String,
    /// Its event-stream extension.
    pub sse: String,
    /// The sprite; add `#name`.
    pub icons: String,
    /// The mark in the browser's tab.
    pub icon: String,
}

impl AssetUrls {
    /// Addresses of the files in this binary.
    pub fn current() -> Self {
        Self {
            css: assets::url("app.css"),
            js: assets::url("app.js"),
            htmx: assets::url("htmx.min.js"),
            sse: assets::url("sse.js"),
            icons: assets::url("icons.svg"),
            icon: assets::url("icon.svg"),
        }
    }
}
