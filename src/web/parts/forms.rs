//! Fields, errors, steps, background work, views of a page.

/// A labelled control with its hint and its error.
#[derive(Debug, Clone, Default)]
pub struct FieldView {
    /// Id and name of the control.
    pub id: String,
    /// Above it.
    pub label: String,
    /// Under the label.
    pub hint: Option<String>,
    /// The same words as in the summary.
    pub error: Option<String>,
    /// As sent; kept after an error.
    pub value: String,
    /// `text`, `date`, `number`, `password`, `email`.
    pub kind: &'static str,
    /// For the browser: `current-password`, `off`.
    pub autocomplete: &'static str,
}

impl FieldView {
    /// A line of text.
    pub fn text(id: &str, label: &str, value: &str) -> Self {
        Self {
            id: id.to_owned(),
            label: label.to_owned(),
            value: value.to_owned(),
            kind: "text",
            ..Self::default()
        }
    }

    /// Ids of hint and error, for `aria-describedby`.
    pub fn described_by(&self) -> Option<String> {
        let hint = self.hint.is_some().then(|| format!("{}-hint", self.id));
        let error = self.error.is_some().then(|| format!("{}-error", self.id));
        let ids: Vec<_> = [hint, error].into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// One line of "There is a problem".
#[derive(Debug, Clone)]
pub struct Problem {
    /// The control to jump to.
    pub field: String,
    /// What to do about it.
    pub words: String,
}

/// One choice of a list.
#[derive(Debug, Clone, Default)]
pub struct OptionView {
    /// Sent.
    pub value: String,
    /// Shown.
    pub label: String,
    /// Chosen.
    pub chosen: bool,
}

/// A step of a longer form.
#[derive(Debug, Clone)]
pub struct StepView {
    /// Word.
    pub label: String,
    /// Where it stands.
    pub state: StepState,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Behind.
    Done,
    /// Here.
    Now,
    /// Ahead.
    Todo,
    /// It stopped here.
    Failed,
}

impl StepState {
    /// Class in a list of a task's steps.
    pub fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Todo => "todo",
            Self::Failed => "bad",
        }
    }
}

/// Background work, live or done.
#[derive(Debug, Clone)]
pub struct TaskView {
    /// `Training v8`.
    pub name: String,
    /// 0 to 100; none draws a bar without an end.
    pub percent: Option<u8>,
    /// `Learning shapes, bag 9 of 14. 64%, 41 s so far.`
    pub status: String,
    /// Whether it still moves.
    pub running: bool,
    /// In order.
    pub steps: Vec<TaskStep>,
}

/// A step of background work.
#[derive(Debug, Clone)]
pub struct TaskStep {
    /// Where it stands.
    pub state: StepState,
    /// `Learn shapes, bag 9 of 14`.
    pub words: String,
    /// `38 s`, or `about 15 s`.
    pub time: String,
    /// One more line.
    pub sub: Option<String>,
}

/// A link of a segmented row.
#[derive(Debug, Clone)]
pub struct SegLink {
    /// Word.
    pub label: String,
    /// Address.
    pub href: String,
    /// Whether it is this view.
    pub current: bool,
}
