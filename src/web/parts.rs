//! View structs of the macros in `templates/ui.html`.
//!
//! Values arrive as text, already formatted; a macro prints, it does not compute. Geometry is
//! percent text made by `charts`. Invariant: no number is decided here, only how it is shown.

mod forms;

pub use forms::{FieldView, OptionView, Problem, SegLink, StepState, StepView, TaskStep, TaskView};

/// How likely a person is to leave, as a word. Always beside the count behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LevelView {
    /// Three bars filled.
    High,
    /// Two.
    Medium,
    /// One.
    Low,
    /// With the reason: `Needs 30 days of jobs; has 11`.
    NotScored(String),
}

impl LevelView {
    /// Class of the badge and of the interval bar.
    pub fn class(&self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::NotScored(_) => "none",
        }
    }

    /// The word on the badge.
    pub fn word(&self) -> &'static str {
        match self {
            Self::High => "HIGH",
            Self::Medium => "MEDIUM",
            Self::Low => "LOW",
            Self::NotScored(_) => "Not scored",
        }
    }

    /// Bars filled in the glyph; none when not scored.
    pub fn bars(&self) -> u8 {
        match self {
            Self::High => 3,
            Self::Medium => 2,
            Self::Low => 1,
            Self::NotScored(_) => 0,
        }
    }

    /// Why there is no score.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::NotScored(reason) => Some(reason),
            _ => None,
        }
    }
}

/// A change in points of chance: vermilion up, blue down, grey for stable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeltaView {
    /// `up`, `down` or `flat`.
    pub class: &'static str,
    /// `▲`, `▼` or `=`, empty when the text says it all.
    pub glyph: &'static str,
    /// `17`, or `14% → 31%`.
    pub text: String,
    /// Read aloud after the text: `points`, or nothing.
    pub unit: &'static str,
}

impl DeltaView {
    /// A change over four weeks in whole points.
    pub fn points(points: i32) -> Self {
        let text = points.unsigned_abs().to_string();
        match points {
            1.. => Self { class: "up", glyph: "▲", text, unit: "points" },
            0 => Self { class: "flat", glyph: "=", text: String::new(), unit: "stable" },
            _ => Self { class: "down", glyph: "▼", text, unit: "points" },
        }
    }

    /// A change from one printed chance to another.
    pub fn between(from: &str, to: &str, points: i32) -> Self {
        Self { glyph: "", text: format!("{from} → {to}"), unit: "", ..Self::points(points) }
    }
}

/// What opens when a number is pressed: rule 2, no bare number.
#[derive(Debug, Clone, Default)]
pub struct Definition {
    /// Unique on the page; `numbtn` names it.
    pub id: String,
    /// `First-90-day attrition, matured`.
    pub title: String,
    /// One or two sentences.
    pub words: String,
    /// `45% (5 of 11)`.
    pub value: String,
    /// `between 21% and 72% (95%, Wilson)`; absent for plain counts.
    pub interval: Option<String>,
    /// `11 hires`.
    pub n: Option<String>,
    /// `7 hires, too recent`.
    pub left_out: Option<String>,
    /// The statement that ran.
    pub sql: Option<String>,
    /// `23 Nov 06:10`.
    pub as_of: String,
    /// Where the rows are.
    pub href: Option<String>,
}

/// A number with everything that makes it honest.
#[derive(Debug, Clone, Default)]
pub struct Tile {
    /// `First-90-day attrition`.
    pub label: String,
    /// `45%`.
    pub value: String,
    /// Small, after the value: `5 of 11 hires`.
    pub beside: String,
    /// Interval or split: `between 21% and 72%`.
    pub n_line: String,
    /// `Hires to 25 Aug`.
    pub as_of: String,
    /// Makes the value a button.
    pub definition: Option<Definition>,
}

/// How a button looks. The safe choice of a dialog is plain, never primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// Paper.
    #[default]
    Plain,
    /// Pine; one a view.
    Primary,
    /// No edge.
    Quiet,
    /// Loses something.
    Danger,
}

/// A link that looks like a button.
#[derive(Debug, Clone, Default)]
pub struct ButtonView {
    /// Finishes "I want to …".
    pub label: String,
    /// Address.
    pub href: String,
    /// How it looks.
    pub kind: ButtonKind,
    /// For rows.
    pub small: bool,
    /// Symbol in the sprite.
    pub icon: Option<&'static str>,
}

impl ButtonView {
    /// A plain one.
    pub fn plain(label: &str, href: &str) -> Self {
        Self { label: label.to_owned(), href: href.to_owned(), ..Self::default() }
    }

    /// A primary one.
    pub fn primary(label: &str, href: &str) -> Self {
        Self { kind: ButtonKind::Primary, ..Self::plain(label, href) }
    }

    /// The same, for a row of a list.
    #[must_use]
    pub fn small(self) -> Self {
        Self { small: true, ..self }
    }

    /// Classes.
    pub fn class(&self) -> &'static str {
        match (self.kind, self.small) {
            (ButtonKind::Plain, false) => "btn",
            (ButtonKind::Plain, true) => "btn sm",
            (ButtonKind::Primary, false) => "btn primary",
            (ButtonKind::Primary, true) => "btn primary sm",
            (ButtonKind::Quiet, false) => "btn quiet",
            (ButtonKind::Quiet, true) => "btn quiet sm",
            (ButtonKind::Danger, false) => "btn danger",
            (ButtonKind::Danger, true) => "btn danger sm",
        }
    }
}

/// A filter, or a fact, in a pill.
#[derive(Debug, Clone, Default)]
pub struct ChipView {
    /// Word.
    pub label: String,
    /// This list with the filter set, or removed when `on`.
    pub href: Option<String>,
    /// Carries × and "remove filter".
    pub on: bool,
    /// `""`, `warn` or `off` draws a dot of freshness.
    pub dot: Option<&'static str>,
    /// Symbol in the sprite.
    pub icon: Option<&'static str>,
}

/// A line of a list of people or actions: one reason, one action.
#[derive(Debug, Clone, Default)]
pub struct RowView {
    /// Name, or what is to be done.
    pub who: String,
    /// Address.
    pub href: Option<String>,
    /// Badge after the name.
    pub level: Option<LevelView>,
    /// One reason in words.
    pub why: String,
    /// At the right: a change.
    pub delta: Option<DeltaView>,
    /// At the right: words such as `Due today`, and whether they press.
    pub end: Option<(String, bool)>,
    /// At the right.
    pub button: Option<ButtonView>,
}

/// A column head.
#[derive(Debug, Clone, Default)]
pub struct ThView {
    /// Word.
    pub label: String,
    /// Address that sorts by it.
    pub href: Option<String>,
    /// `ascending` or `descending` when sorted by it.
    pub sort: Option<&'static str>,
    /// `r`, `hide-md`, `hide-lg`.
    pub class: &'static str,
}

impl ThView {
    /// Words at the left.
    pub fn text(label: &str) -> Self {
        Self { label: label.to_owned(), ..Self::default() }
    }

    /// A number at the right.
    pub fn number(label: &str) -> Self {
        Self { class: "r", ..Self::text(label) }
    }

    /// An arrow after the word.
    pub fn arrow(&self) -> &'static str {
        match self.sort {
            Some("ascending") => " ↑",
            Some(_) => " ↓",
            None => "",
        }
    }
}

/// A plain table. The first cell of a row heads it; later cells take their column's class.
#[derive(Debug, Clone, Default)]
pub struct TableView {
    /// Every table has one.
    pub caption: String,
    /// Whether the caption is only read aloud, because the panel's title says it.
    pub caption_hidden: bool,
    /// Columns.
    pub head: Vec<ThView>,
    /// Text, a row at a time.
    pub rows: Vec<Vec<String>>,
}

impl TableView {
    /// Class of a column.
    pub fn class(&self, column: usize) -> &'static str {
        self.head.get(column).map_or("", |it| it.class)
    }
}

/// Which part of a list is shown.
#[derive(Debug, Clone, Default)]
pub struct PagerView {
    /// `21 to 40 of 84`.
    pub words: String,
    /// The page before.
    pub back: Option<String>,
    /// The page after.
    pub next: Option<String>,
}

/// A chance and its interval on a scale shared by every row. Made by `charts::ivl`.
#[derive(Debug, Clone)]
pub struct IvlView {
    /// `31%, between 22% and 41%`.
    pub label: String,
    /// Class of the level.
    pub class: &'static str,
    /// Left end of the interval.
    pub x: String,
    /// Its width.
    pub width: String,
    /// The chance.
    pub mark: String,
    /// The office average.
    pub base: String,
}

/// Counts as parts of one bar. Made by `charts::stackbar`.
#[derive(Debug, Clone)]
pub struct StackbarView {
    /// `84 technicians: 6 HIGH, 14 MEDIUM, 59 LOW, 5 not scored`.
    pub label: String,
    /// In order.
    pub parts: Vec<StackPart>,
}

/// One part of a stacked bar and its line in the legend.
#[derive(Debug, Clone)]
pub struct StackPart {
    /// `f-high`, `f-med`, `f-low`, `f-none`.
    pub class: &'static str,
    /// Word in the legend.
    pub name: String,
    /// Count in the legend.
    pub count: String,
    /// Left end.
    pub x: String,
    /// Width.
    pub width: String,
}

/// A score taken apart. Made by `charts::receipt`: printed points add up to the printed total.
#[derive(Debug, Clone)]
pub struct ReceiptView {
    /// One sentence above.
    pub say: String,
    /// Where everyone starts.
    pub base: ReceiptLine,
    /// Load and travel, pay and growth, time and team, other.
    pub groups: Vec<ReceiptGroup>,
    /// What is left over, in one line.
    pub small: Option<ReceiptLine>,
    /// The sum and the chance it stands for.
    pub total: ReceiptLine,
    /// At the foot.
    pub seal: Option<SealView>,
}

/// Lines under one heading.
#[derive(Debug, Clone)]
pub struct ReceiptGroup {
    /// `Load and travel`.
    pub name: String,
    /// By size.
    pub lines: Vec<ReceiptLine>,
}

/// One line of a receipt.
#[derive(Debug, Clone, Default)]
pub struct ReceiptLine {
    /// `Long drives`.
    pub name: String,
    /// The term's shape.
    pub href: Option<String>,
    /// The person's value and the comparison.
    pub words: String,
    /// `+0.82`.
    pub points: String,
    /// `tag-raise`, `tag-lower` or nothing.
    pub class: &'static str,
    /// Running chance.
    pub chance: String,
    /// The bar.
    pub bar: BarView,
}

/// A bar of a receipt with its whisker and the dotted link to the line above.
#[derive(Debug, Clone, Default)]
pub struct BarView {
    /// `f-base`, `f-raise`, `f-lower`, `f-total`.
    pub class: &'static str,
    /// Left end.
    pub x: String,
    /// Width.
    pub width: String,
    /// Ends of the 90% range.
    pub whisker: Option<(String, String)>,
    /// Where the line above ended, and how far up it is.
    pub link: Option<(String, &'static str)>,
}

/// Proof of what was scored, with what, when.
#[derive(Debug, Clone, Default)]
pub struct SealView {
    /// `23 Nov 06:14`.
    pub when: String,
    /// `v7`.
    pub model: String,
    /// `9f3c…e1a0`.
    pub model_hash: String,
    /// `b27d…40fe`.
    pub data_hash: String,
    /// `reasons stable in 18 of 20 resamples`.
    pub stability: String,
    /// Where the hashes are checked.
    pub verify: Option<String>,
}

/// The head of a person's page. The sentence says "may leave", never "will".
#[derive(Debug, Clone)]
pub struct ScoreHead {
    /// Small, above: `T-1047, North, refrigeration and laundry, 1 year 2 months`.
    pub meta: String,
    /// `Marcus Bell may leave in the next 90 days, mostly because of long drives.`
    pub sentence: String,
    /// `31%`; none when not scored.
    pub chance: Option<String>,
    /// `between 22% and 41%`.
    pub interval: String,
    /// Badge.
    pub level: LevelView,
    /// `64 situations of 41 people`, the button in "Like … in past data, 12 of them followed by
    /// leaving."
    pub like: String,
    /// `7`.
    pub left: String,
    /// Said instead when too few are alike.
    pub alone: Option<String>,
    /// What opens behind `like`.
    pub definition: Option<Definition>,
    /// What opens behind the level: its rule.
    pub rule: Option<Definition>,
    /// The chance within each number of days.
    pub within: Option<TableView>,
}

/// A dated event.
#[derive(Debug, Clone, Default)]
pub struct TimelineItem {
    /// `23 Nov`.
    pub date: String,
    /// `""`, `hot` or `act`.
    pub pip: &'static str,
    /// What happened.
    pub words: String,
    /// Words and address of a link after it.
    pub link: Option<(String, String)>,
}

/// Which of the three designed states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateKind {
    /// What it will hold, the first thing to do.
    Empty,
    /// What there is, what is needed, when, and what can be shown instead.
    Thin,
    /// What failed, what still works, what was left untouched, try again.
    Failed,
}

/// A panel without its numbers.
#[derive(Debug, Clone)]
pub struct StateView {
    /// Which state.
    pub kind: StateKind,
    /// `11 exits; 30 needed for this chart`.
    pub title: String,
    /// One or two sentences.
    pub words: String,
    /// What to do next.
    pub buttons: Vec<ButtonView>,
}

impl StateView {
    /// One without buttons.
    pub fn new(kind: StateKind, title: &str, words: &str) -> Self {
        Self { kind, title: title.to_owned(), words: words.to_owned(), buttons: Vec::new() }
    }

    /// Class.
    pub fn class(&self) -> &'static str {
        match self.kind {
            StateKind::Empty => "",
            StateKind::Thin => "thin",
            StateKind::Failed => "failed",
        }
    }

    /// Symbol in the sprite.
    pub fn icon(&self) -> &'static str {
        match self.kind {
            StateKind::Empty => "empty",
            StateKind::Thin => "thin",
            StateKind::Failed => "warn",
        }
    }
}
