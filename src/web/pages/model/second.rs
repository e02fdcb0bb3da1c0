//! Second opinions beside the model in use: a small tree as rules, kinds of situations.
//!
//! Never here: a score; neither of them scores anyone.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{PAGE, View as Tab, empty, nav, panels};
use crate::app::card::{Card, Seen};
use crate::app::models::{self, Model, Standing};
use crate::app::second::{Kind, NodeSaid, SegmentsSaid, TreeSaid};
use crate::domain::count::grouped;
use crate::web::State;
use crate::web::charts::{RowBar, RowChart};
use crate::web::pages::Page;
use crate::web::parts::{ButtonView, SegLink, StateKind, StateView, TableView, ThView};
use crate::web::reply::{Reply, html, read};
use crate::web::shell::Shell;

/// Second opinions on the model in use.
pub const SECOND: Page = Page {
    id: "model-second",
    path: "/model/second",
    title: "Second opinions",
    help: "A small tree and kinds of situations, to check the model in use against.",
    nav: None,
};

#[derive(Template)]
#[template(path = "pages/model_second.html")]
struct SecondPage {
    shell: Shell,
    title: String,
    lede: String,
    nav: Vec<SegLink>,
    tree: Result<TreeView, StateView>,
    kinds: Result<KindsView, StateView>,
}

struct TreeView {
    say: String,
    meta: String,
    rules: TableView,
    drawn: RowChart,
}

struct KindsView {
    say: String,
    shares: RowChart,
    kinds: Vec<KindView>,
}

/// One kind with its links.
struct KindView {
    name: String,
    words: String,
    differs: Vec<(String, String, String)>,
}

/// `GET /model/second`.
pub async fn page(state: web::Data<State>, request: HttpRequest) -> Reply {
    let (shell, standing) = read(&state, &request, &SECOND, models::standing).await?;
    let shell = Shell { current: PAGE.id, ..shell };
    match standing {
        Standing::Trained(model) => html(&with(shell, &model)),
        other => html(&empty(shell, &other)),
    }
}

fn with(shell: Shell, model: &Model) -> SecondPage {
    let card = &model.card;
    let title = match model.tree.as_ref().and_then(|it| it.agreement) {
        Some(share) => {
            format!("A small tree gives the model's level to {:.0}% of people", 100.0 * share)
        }
        None => "Second opinions".to_owned(),
    };
    SecondPage {
        shell,
        title,
        lede: format!(
            "Two simpler looks at the data that model v{} learned from, to check it against. \
             Neither scores anyone.",
            model.seal.version
        ),
        nav: nav(Tab::Second),
        tree: match &model.tree {
            Some(it) => Ok(tree(it, card)),
            None => Err(none("tree", card.no_tree.as_deref())),
        },
        kinds: match &model.segments {
            Some(it) => Ok(kinds(it, card)),
            None => Err(none("kinds of situations", card.no_segments.as_deref())),
        },
    }
}

/// Data that allow none, or a card of before.
fn none(what: &str, why: Option<&str>) -> StateView {
    if let Some(why) = why {
        return StateView::new(StateKind::Thin, &format!("No {what} for these data"), why);
    }
    StateView {
        buttons: vec![ButtonView::plain("Open Train", "/train")],
        ..StateView::new(
            StateKind::Empty,
            &format!("No {what} kept with this model"),
            "An earlier version of this program trained it. The next training keeps them.",
        )
    }
}

fn tree(it: &TreeSaid, card: &Card) -> TreeView {
    let row = |(words, seen): (&String, &Seen)| {
        vec![
            words.clone(),
            format!(
                "{} ({:.0} to {:.0})",
                percent(seen.share),
                100.0 * seen.low,
                100.0 * seen.high
            ),
            grouped(seen.rows),
            grouped(seen.people),
        ]
    };
    let rules = TableView {
        caption: "The tree as rules, the likeliest to leave first".to_owned(),
        caption_hidden: true,
        head: vec![
            ThView::text("If"),
            ThView::number(&format!("Left in {} days", card.horizon_days)),
            ThView::number("Person-months"),
            ThView { class: "r hide-md", ..ThView::text("People") },
        ],
        rows: it.rules.iter().map(|it| row((&it.words, &it.seen))).collect(),
    };
    let agrees = it
        .agreement
        .map_or_else(String::new, |share| format!("; agrees on {} of levels", percent(share)));
    TreeView {
        say: it.words(),
        meta: format!("at most {} tests{agrees}", it.depth),
        rules,
        drawn: drawn(&it.nodes),
    }
}

/// The tree as an indented list: each test under the one before it.
fn drawn(nodes: &[NodeSaid]) -> RowChart {
    let most = nodes.iter().map(|it| it.share).fold(0.0, f64::max).max(0.01);
    let row = |it: &NodeSaid| RowBar {
        name: format!("{}{}", "\u{2003}".repeat(it.depth), it.words),
        bar: Some((
            if it.leaf { "f-acc" } else { "f-imp" },
            "0".to_owned(),
            format!("{:.2}%", 100.0 * it.share / most),
        )),
        value: percent(it.share),
        rest: format!("n {}", grouped(it.rows)),
        ..RowBar::default()
    };
    RowChart {
        say: String::new(),
        state: nodes.is_empty().then(|| {
            StateView::new(
                StateKind::Failed,
                "The tree cannot be drawn",
                "What was kept of it cannot be read. The rules above stand; the next training keeps \
                 a new one.",
            )
        }),
        label: "The tree, test by test: share who left".to_owned(),
        rows: nodes.iter().map(row).collect(),
        legend: Vec::new(),
        note: "Darker bars are ends of the tree; lighter ones still part.".to_owned(),
        table: None,
    }
}

fn kinds(it: &SegmentsSaid, card: &Card) -> KindsView {
    let most = it.kinds.iter().map(|it| it.seen.high).fold(0.01, f64::max);
    let at = |value: f64| format!("{:.2}%", (100.0 * value / most).clamp(0.0, 100.0));
    let row = |it: &Kind| RowBar {
        name: it.name.clone(),
        whisker: Some((at(it.seen.low), at(it.seen.high))),
        dot: Some((at(it.seen.share), "f-acc")),
        zero: Some(at(card.base_rate)),
        value: percent(it.seen.share),
        rest: format!("{:.0} to {:.0}", 100.0 * it.seen.low, 100.0 * it.seen.high),
        ..RowBar::default()
    };
    let view = |kind: &Kind| KindView {
        name: kind.name.clone(),
        words: format!(
            "{} of {} months ({}), {} people. {} were followed by an exit within {} days: {} ({:.0} \
             to {:.0}).",
            grouped(kind.seen.rows),
            grouped(it.rows),
            percent(kind.seen.rows as f64 / it.rows.max(1) as f64),
            grouped(kind.seen.people),
            grouped(kind.seen.events),
            card.horizon_days,
            percent(kind.seen.share),
            100.0 * kind.seen.low,
            100.0 * kind.seen.high
        ),
        differs: kind
            .differs
            .iter()
            .map(|it| {
                let words = format!("{}; all together {}", it.here, it.usual);
                (it.title.to_owned(), panels::line_href(it.feature, None), words)
            })
            .collect(),
    };
    KindsView {
        say: it.words(),
        shares: RowChart {
            say: String::new(),
            state: None,
            label: format!(
                "Share who left within {} days, by kind of situation",
                card.horizon_days
            ),
            rows: it.kinds.iter().map(row).collect(),
            legend: Vec::new(),
            note: format!(
                "Share followed by an exit within {} days, 95% interval over people. The line is \
                 everyone's {}.",
                card.horizon_days,
                percent(card.base_rate)
            ),
            table: None,
        },
        kinds: it.kinds.iter().map(view).collect(),
    }
}

fn percent(share: f64) -> String {
    format!("{:.0}%", 100.0 * share)
}
