//! All components and charts on one page, for looking at.
//!
//! `cargo test --lib gallery` writes `crewkeep-gallery/` in the temporary directory (or the folder
//! named by `CREWKEEP_GALLERY`); serve that folder and open `light.html`.

use std::path::PathBuf;

use askama::Template;

use super::charts::{Chart, MetricStyle, Mini, RowChart, samples};
use super::parts::{
    ButtonKind, ButtonView, ChipView, Definition, DeltaView, FieldView, IvlView, LevelView,
    OptionView, PagerView, Problem, ReceiptView, RowView, ScoreHead, SegLink, StackbarView,
    StateKind, StateView, StepState, StepView, TableView, TaskStep, TaskView, ThView, Tile,
    TimelineItem,
};
use super::shell::{
    AlertPart, AsOfView, FootRow, NavGroup, NavItem, OfficeLink, PaletteEntry, Shell, TaskChip,
    TaskChipPart, ToastPart, ToastView, UndoView,
};

#[derive(Template)]
#[template(path = "gallery.html")]
struct Gallery {
    shell: Shell,
    seg: Vec<SegLink>,
    problems: Vec<Problem>,
    head: ScoreHead,
    stack: StackbarView,
    options: Vec<OptionView>,
    chips: Vec<ChipView>,
    tiles: Vec<Tile>,
    receipt: ReceiptView,
    rows: Vec<RowView>,
    timeline: Vec<TimelineItem>,
    levels: Vec<LevelView>,
    deltas: Vec<DeltaView>,
    ivls: Vec<IvlView>,
    buttons: Vec<ButtonView>,
    steps: Vec<StepView>,
    pager: PagerView,
    states: Vec<StateView>,
    fields: Vec<FieldView>,
    choice: FieldView,
    notes: FieldView,
    facts: Vec<(String, String)>,
    task: TaskView,
    table: TableView,
    charts: Vec<(&'static str, Chart)>,
    row_charts: Vec<(&'static str, RowChart)>,
    minis: Vec<Mini>,
}

/// The frame of signing in and setting up, empty.
#[derive(Template)]
#[template(path = "bare.html")]
struct Bare {
    shell: Shell,
}

/// The whole gallery as a page.
pub(super) fn page(theme: Option<&'static str>) -> String {
    let gallery = Gallery {
        shell: shell(theme),
        seg: ["Hours", "Headcount", "Exits"].map(seg).to_vec(),
        problems: vec![Problem {
            field: "due".to_owned(),
            words: "Enter a due date after today".to_owned(),
        }],
        head: head(),
        stack: samples::stack_sample(),
        options: vec![option("All zones", true), option("North", false)],
        chips: chips(),
        tiles: tiles(),
        receipt: samples::receipt_sample(),
        rows: rows(),
        timeline: timeline(),
        levels: levels(),
        deltas: [17, -12, 0].map(DeltaView::points).to_vec(),
        ivls: samples::ivl_samples(),
        buttons: buttons(),
        steps: ["Owner and recovery code", "Choose data", "Map columns", "First backup"]
            .iter()
            .zip([StepState::Done, StepState::Done, StepState::Now, StepState::Todo])
            .map(|(label, state)| StepView { label: (*label).to_owned(), state })
            .collect(),
        pager: PagerView {
            words: "21 to 40 of 84".to_owned(),
            back: Some("?page=1".to_owned()),
            next: Some("?page=3".to_owned()),
        },
        states: states(),
        fields: fields(),
        choice: FieldView::text("means", "What it means", ""),
        notes: FieldView::text("notes", "Notes", "He likes the early shift."),
        facts: vec![("Evidence".to_owned(), "271 exits in 3 offices; 24 in yours".to_owned())],
        task: task(),
        table: table(),
        charts: charts(),
        row_charts: vec![
            ("What moves scores most", samples::importance_sample()),
            ("Main trade", samples::categories_sample()),
            ("Time to fill by source", samples::dots_sample()),
            ("The funnel", samples::funnel_sample()),
            ("Do the bands hold?", samples::coverage_sample()),
            ("Need against have", samples::need_have_sample()),
        ],
        minis: (0..6).map(|_| samples::mini_sample()).collect(),
    };
    gallery.render().unwrap()
}

fn charts() -> Vec<(&'static str, Chart)> {
    vec![
        ("Long drives", samples::shape_sample()),
        ("Drives and weekends together", samples::heat_sample()),
        ("When it says 28%, do 28% leave?", samples::calibration_sample()),
        ("Still here, by drive length", samples::km_sample(2)),
        ("Still here, four groups", samples::km_sample(4)),
        ("How wrong it still is", samples::loss_sample()),
        ("Twelve months of scores", samples::score_sample()),
        ("First-90-day attrition", samples::metric_sample(MetricStyle::Line)),
        ("Exits a month", samples::metric_sample(MetricStyle::Bars)),
        ("Hours needed a week", samples::forecast_sample(true)),
        ("Hire-by calendar", samples::hire_by_sample()),
        ("Exits a month, ahead", samples::bars_fc_sample()),
        ("Technicians short, three plans", samples::lines_sample(3)),
        ("Trend alone", samples::lines_sample(1)),
    ]
}

fn shell(theme: Option<&'static str>) -> Shell {
    let office = |name: &str, current| OfficeLink {
        name: name.to_owned(),
        href: format!("?office={name}"),
        current,
    };
    Shell {
        office: "Northgate".to_owned(),
        offices: vec![office("Northgate", true), office("Lakes", false)],
        crumbs: vec![
            ("Admin".to_owned(), Some("#admin".to_owned())),
            ("Components".to_owned(), None),
        ],
        nav: nav(),
        current: "admin",
        as_of: AsOfView {
            lead: "As of Mon".to_owned(),
            short: "23 Nov, 06:10".to_owned(),
            rows: vec![("People".to_owned(), "23 Nov 06:10".to_owned())],
            href: Some("/data".to_owned()),
        },
        task_chip: TaskChip {
            text: "Training v8, 64%".to_owned(),
            href: "#".to_owned(),
            running: true,
        },
        theme,
        notice: None,
        toast: Some(ToastView {
            words: "Interview saved.".to_owned(),
            undo: Some(UndoView {
                action: "/undo".to_owned(),
                csrf: "token".to_owned(),
                fields: vec![("id".to_owned(), "7".to_owned())],
            }),
            link: None,
        }),
        foot: vec![
            FootRow {
                text: "On this machine. Nothing is sent".to_owned(),
                href: Some("#".to_owned()),
                icon: None,
                dot: "",
            },
            FootRow {
                text: "Restore proven 22 Nov".to_owned(),
                href: Some("#".to_owned()),
                icon: Some("shield"),
                dot: "",
            },
        ],
        palette: vec![PaletteEntry {
            label: "First-time fix".to_owned(),
            kind: "metric".to_owned(),
            href: "#".to_owned(),
            icon: "models",
            words: "repair again".to_owned(),
        }],
        ..Shell::bare("Components")
    }
}

fn nav() -> Vec<NavGroup> {
    let item = |(id, label, icon, key): (&'static str, &str, &'static str, char)| NavItem {
        id,
        label: label.to_owned(),
        href: format!("#{id}"),
        icon,
        count: (id == "people").then(|| "84".to_owned()),
        key: Some(key),
        tab: matches!(id, "today" | "people" | "plan" | "ask"),
        words: String::new(),
    };
    let first = [
        ("today", "Today", "today", 't'),
        ("people", "People", "people", 'p'),
        ("hiring", "Hiring", "hiring", 'h'),
        ("plan", "Plan", "plan", 'l'),
        ("money", "Money", "money", 'm'),
    ];
    let second = [
        ("models", "Models", "models", 'o'),
        ("ask", "Ask", "ask", 'a'),
        ("data", "Data", "data", 'd'),
        ("admin", "Admin", "admin", 's'),
    ];
    vec![
        NavGroup { first: true, items: first.map(item).to_vec() },
        NavGroup { first: false, items: second.map(item).to_vec() },
    ]
}

fn head() -> ScoreHead {
    ScoreHead {
        meta: "T-1047, North, refrigeration and laundry, 1 year 2 months".to_owned(),
        sentence: "Marcus Bell may leave in the next 90 days, mostly because of long drives."
            .to_owned(),
        chance: Some("31%".to_owned()),
        interval: "between 22% and 41%".to_owned(),
        level: LevelView::High,
        like: "22 people".to_owned(),
        left: "7".to_owned(),
        alone: None,
        rule: None,
        within: None,
        definition: Some(Definition {
            id: "like".to_owned(),
            title: "22 people scored between 26% and 36%".to_owned(),
            words: "Back-test on months the model had not seen.".to_owned(),
            value: "7 of 22 (32%)".to_owned(),
            interval: Some("between 16% and 53% (95%, Wilson)".to_owned()),
            as_of: "23 Nov 06:10".to_owned(),
            ..Definition::default()
        }),
    }
}

fn tiles() -> Vec<Tile> {
    let tile = |(label, value, beside, n_line): (&str, &str, &str, &str)| Tile {
        label: label.to_owned(),
        value: value.to_owned(),
        beside: beside.to_owned(),
        n_line: n_line.to_owned(),
        as_of: "23 Nov 06:10".to_owned(),
        definition: (value == "45%").then(|| Definition {
            id: "d1".to_owned(),
            title: "First-90-day attrition, matured".to_owned(),
            words: "Exits by day 90, divided by hires whose day 90 has passed.".to_owned(),
            value: "45% (5 of 11)".to_owned(),
            interval: Some("between 21% and 72% (95%, Wilson)".to_owned()),
            left_out: Some("7 hires, too recent".to_owned()),
            sql: Some("select exits, hires\nfrom metric_first90".to_owned()),
            as_of: "23 Nov 06:10".to_owned(),
            ..Definition::default()
        }),
    };
    let list = [
        ("Technicians", "84", "of 88 needed", "North is 3 short, East 1 short"),
        ("First-90-day attrition", "45%", "5 of 11 hires", "between 21% and 72%"),
        ("Regretted exits, 12 months", "9", "of 24 exits", "11% of headcount; between 6% and 19%"),
        ("Open requisitions", "5", "oldest 41 days", "2 offers out; 6 of 8 accepted this year"),
    ];
    list.map(tile).to_vec()
}

fn rows() -> Vec<RowView> {
    vec![
        RowView {
            who: "Marcus Bell".to_owned(),
            href: Some("#".to_owned()),
            level: Some(LevelView::High),
            why: "Drives over 50 min on 34% of jobs since the North re-zoning; office median 12%."
                .to_owned(),
            delta: Some(DeltaView::between("14%", "31%", 17)),
            button: Some(ButtonView::plain("Open receipt", "#").small()),
            ..RowView::default()
        },
        RowView {
            who: "Stay interview: Marcus Bell".to_owned(),
            href: Some("#".to_owned()),
            why: "You. Guide ready, 6 questions".to_owned(),
            end: Some(("Due today".to_owned(), true)),
            ..RowView::default()
        },
    ]
}

fn timeline() -> Vec<TimelineItem> {
    let item = |(date, pip, words): (&str, &'static str, &str)| TimelineItem {
        date: date.to_owned(),
        pip,
        words: words.to_owned(),
        link: None,
    };
    let list = [
        ("23 Nov", "hot", "Entered HIGH at 31%. Stay interview assigned to R. Mercer."),
        ("18 Aug", "", "North zone redrawn. Median drive 24 to 41 min."),
        ("3 Jun", "act", "Refrigerant certification, 12 training hours."),
        ("22 Sep 2025", "", "Hired, referral."),
    ];
    list.map(item).to_vec()
}

fn levels() -> Vec<LevelView> {
    let reason = "Needs 30 days of jobs; has 11".to_owned();
    vec![LevelView::High, LevelView::Medium, LevelView::Low, LevelView::NotScored(reason)]
}

fn chips() -> Vec<ChipView> {
    let chip = |label: &str| ChipView { label: label.to_owned(), ..ChipView::default() };
    let href = Some("#".to_owned());
    vec![
        ChipView { on: true, href: href.clone(), ..chip("HIGH and MEDIUM") },
        ChipView { href, ..chip("No action yet") },
        ChipView { dot: Some(""), ..chip("Fresh") },
        ChipView { dot: Some("warn"), ..chip("9 days old") },
        ChipView { icon: Some("lock"), ..chip("Never read") },
    ]
}

fn buttons() -> Vec<ButtonView> {
    let kind = |kind, label| ButtonView { kind, ..ButtonView::plain(label, "#") };
    vec![
        ButtonView::primary("Start action", "#"),
        ButtonView { icon: Some("file"), ..ButtonView::plain("Case file", "#") },
        kind(ButtonKind::Quiet, "Correct data"),
        kind(ButtonKind::Danger, "Delete demo data"),
        ButtonView::plain("Small", "#").small(),
    ]
}

fn states() -> Vec<StateView> {
    let state = |kind, title, words, button| StateView {
        buttons: vec![button],
        ..StateView::new(kind, title, words)
    };
    vec![
        state(
            StateKind::Empty,
            "No actions yet",
            "When you start a stay interview, it shows here with its owner and due date.",
            ButtonView::primary("Start the first one", "#"),
        ),
        state(
            StateKind::Thin,
            "11 exits; 30 needed for this chart",
            "About 5 more months at your present pace. The three offices together can be shown.",
            ButtonView::plain("Show all offices", "#"),
        ),
        state(
            StateKind::Failed,
            "The pay file could not be read",
            "Row 212 has 14 columns, not 12. Scores still use the file of 14 Nov.",
            ButtonView::plain("See row 212", "#"),
        ),
    ]
}

fn fields() -> Vec<FieldView> {
    vec![
        FieldView::text("owner", "Owner", "Rae Mercer"),
        FieldView {
            hint: Some("For example, 11/30/2026".to_owned()),
            error: Some("Enter a due date after today".to_owned()),
            ..FieldView::text("due", "Due date", "11/20/2026")
        },
    ]
}

fn task() -> TaskView {
    let step = |(state, words, time, sub): (StepState, &str, &str, Option<&str>)| TaskStep {
        state,
        words: words.to_owned(),
        time: time.to_owned(),
        sub: sub.map(str::to_owned),
    };
    let list = [
        (StepState::Done, "Read 13,842 person-months", "2 s", Some("241 people, 271 exits")),
        (StepState::Now, "Learn shapes, bag 9 of 14", "38 s", Some("Round 3,900")),
        (StepState::Todo, "Find pairs", "about 15 s", None),
    ];
    TaskView {
        name: "Training v8".to_owned(),
        percent: Some(64),
        status: "Learning shapes, bag 9 of 14. 64%, 41 s so far.".to_owned(),
        running: true,
        steps: list.map(step).to_vec(),
    }
}

fn table() -> TableView {
    let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    TableView {
        caption: "Five most similar past situations".to_owned(),
        caption_hidden: true,
        head: vec![
            ThView {
                href: Some("?sort=alike".to_owned()),
                sort: Some("descending"),
                ..ThView::text("Alike")
            },
            ThView::text("Situation then"),
            ThView::text("90 days on"),
        ],
        rows: vec![
            row(["0.94", "Long drives, 16 months, weekend 29%", "Left, day 51"]),
            row(["0.92", "Long drives, 12 months, raise late", "Stayed, route changed"]),
        ],
    }
}

fn seg(label: &str) -> SegLink {
    SegLink { label: label.to_owned(), href: "#".to_owned(), current: label == "Hours" }
}

fn option(label: &str, chosen: bool) -> OptionView {
    OptionView { value: label.to_lowercase(), label: label.to_owned(), chosen }
}

#[test]
fn parts_that_travel_alone_are_printed() {
    let chip = shell(None).task_chip;
    let chip = TaskChipPart { chip: &chip }.render().unwrap();
    assert!(chip.contains("Training v8, 64%") && page(None).contains(chip.trim()));
    let toast = ToastPart { toast: shell(None).toast.unwrap() }.render().unwrap();
    assert!(toast.contains("hx-swap-oob") && toast.contains("Interview saved."));
    let bare = Bare { shell: Shell::bare("Sign in") }.render().unwrap();
    assert!(bare.contains("Sign in · Crewkeep") && bare.contains("id=\"main\""));
    let words = |it: &str| it.to_owned();
    let alert = AlertPart { title: words("No"), words: words("a < b"), hint: String::new() };
    assert!(alert.render().unwrap().contains("a &#60; b"));
}

#[test]
fn gallery_is_written_and_small() {
    let folder = std::env::var_os("CREWKEEP_GALLERY")
        .map_or_else(|| std::env::temp_dir().join("crewkeep-gallery"), PathBuf::from);
    let address = super::assets::url("app.css");
    let files = folder.join(address.trim_start_matches('/')).parent().unwrap().to_owned();
    std::fs::create_dir_all(&files).unwrap();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/assets")).unwrap() {
        let entry = entry.unwrap();
        std::fs::write(files.join(entry.file_name()), std::fs::read(entry.path()).unwrap())
            .unwrap();
    }
    for (name, theme) in [("light.html", "light"), ("dark.html", "dark")] {
        std::fs::write(folder.join(name), page(Some(theme))).unwrap();
    }
    let size = page(None).len();
    assert!(size < 240 * 1024, "the gallery is {size} bytes");
}
