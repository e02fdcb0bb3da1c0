//! The panels of a person's page: what is known into receipt, chart, tables and words.
//!
//! Never here: anything computed; `app::person` did that.

use super::super::people::{percent, tenth};
use super::super::uid_text;
use super::last_day;
use crate::app::alike::{self, Alike, PEOPLE_MIN, SITUATIONS_MIN};
use crate::app::person::{Event, Evidence, Scored, Sheet, What};
use crate::app::score::{Ahead, Verdict, Within};
use crate::app::sentences::{GroupSaid, lower_first};
use crate::app::whatif::{Idea, Step};
use crate::domain::calendar::{MONTH_DAYS, months_over, second_text};
use crate::domain::count::{counted, grouped};
use crate::web::charts::{
    Chart, Receipt, ScoreHistory, ScorePoint, Term, TermGroup, receipt as receipt_of, score_history,
};
use crate::web::numbers;
use crate::web::parts::{
    Definition, ReceiptView, RowView, SealView, StateKind, StateView, TableView, ThView,
    TimelineItem,
};
use crate::web::query::escaped;

/// Facts shown; older ones are counted.
const EVENTS_MAX: usize = 16;

/// The line that raises the score most, as it stands after "because of".
pub(super) fn main_reason(it: &Scored) -> Option<String> {
    let most = it.reasons.strongest(true)?;
    let line = it.groups.iter().flat_map(|it| &it.lines).find(|line| line.id == most.feature)?;
    Some(lower_first(&line.title))
}

/// `like`, `left`, what is said instead, what opens behind it.
pub(super) fn like(it: &Scored) -> (String, String, Option<String>, Option<Definition>) {
    let like = match &it.alike {
        Alike::TooFew(..) => {
            let words = "Not enough people alike in past data to say a share.".to_owned();
            return (String::new(), String::new(), Some(words), None);
        }
        Alike::Group(like) => like,
    };
    let share = &like.share;
    let definition = Definition {
        id: "def-like".to_owned(),
        title: format!("{} situations most alike in past data", like.situations),
        words: format!(
            "Past months of other people that lie near in what the model reads, each feature \
             counted by how much it moves scores, at most three months a person; and whether the \
             person then left of their own will within {} days. Matched on work, pay and time here, \
             never on name, age or address.",
            it.horizon_days
        ),
        value: format!("{} of {} ({})", like.left, like.situations, percent_or_zero(share.value)),
        interval: Some(format!(
            "between {} and {} (95%, Wilson, over people)",
            percent_or_zero(share.low),
            percent_or_zero(share.high)
        )),
        n: Some(counted(like.people, "other person").replace("persons", "people")),
        left_out: None,
        sql: None,
        as_of: numbers::plain(last_day(it.evidence.as_of)),
        href: None,
    };
    let like_words = format!("{} situations of {} people", like.situations, like.people);
    (like_words, like.left.to_string(), None, Some(definition))
}

/// What opens behind the level.
pub(super) fn rule(it: &Scored) -> Definition {
    let (chance, interval) = match it.person.verdict {
        Verdict::Scored { probability, low, high, .. } => (
            tenth(probability),
            Some(format!(
                "between {} and {} (90%, over resampled models)",
                tenth(low),
                tenth(high)
            )),
        ),
        Verdict::NotScored(_) => (String::new(), None),
    };
    let before = it.before.map_or_else(String::new, |it| {
        format!(" Four weeks earlier the same model said {}.", tenth(it))
    });
    Definition {
        id: "def-level".to_owned(),
        title: "How a chance becomes a level".to_owned(),
        words: format!("{}{before}", it.rule.words()),
        value: chance,
        interval,
        n: Some(format!(
            "base rate {} of {} months of {} people",
            tenth(it.rule.base_rate),
            grouped(it.evidence.card.rows),
            grouped(it.evidence.card.people)
        )),
        left_out: None,
        sql: None,
        as_of: numbers::plain(last_day(it.evidence.as_of)),
        href: None,
    }
}

/// The chance within each number of days; none for scores made before there were several.
pub(super) fn within(it: &Scored) -> Option<TableView> {
    let Verdict::Scored { ahead, .. } = &it.person.verdict else { return None };
    let row = |name: &str, cell: &dyn Fn(&Within) -> String| {
        [name.to_owned()].into_iter().chain(ahead.within.iter().map(cell)).collect()
    };
    let days = ahead.within.iter().map(|it| ThView::number(&format!("{} days", it.days)));
    (!ahead.within.is_empty()).then(|| TableView {
        caption: "Chance of leaving by choice, if nothing else ends the employment and only time \
                  here goes on"
            .to_owned(),
        caption_hidden: true,
        head: [ThView::text("Within")].into_iter().chain(days).collect(),
        rows: vec![
            row("Chance", &|it| percent(it.probability)),
            row("90% interval", &|it| format!("{} to {}", percent(it.low), percent(it.high))),
        ],
    })
}

/// The score line by line.
pub(super) fn receipt(it: &Scored) -> ReceiptView {
    let uid = uid_text(it.person.uid);
    let groups: Vec<TermGroup> = it
        .groups
        .iter()
        .map(|group| TermGroup {
            name: group.title.clone(),
            terms: group
                .lines
                .iter()
                .map(|line| Term {
                    name: line.title.clone(),
                    href: Some(format!("/model?feature={}&person={uid}#shape", line.id)),
                    words: line.words.clone(),
                    points: line.points,
                    half: line.half,
                })
                .collect(),
        })
        .collect();
    let none = Ahead::default();
    let (say, ahead) = match &it.person.verdict {
        Verdict::Scored { probability, ahead, .. } => (
            format!(
                "Start at the office average, add each line, arrive at {} within {} days.",
                percent(*probability),
                it.horizon_days
            ),
            ahead,
        ),
        Verdict::NotScored(_) => (String::new(), &none),
    };
    receipt_of(&Receipt {
        say: &say,
        base: it.reasons.intercept,
        base_words: &format!(
            "where everyone starts; the mean over everyone is {}",
            tenth(it.rule.base_rate)
        ),
        ahead,
        days: it.horizon_days,
        groups: &groups,
        seal: Some(SealView { stability: stability(ahead), ..seal(&it.evidence) }),
    })
}

/// In how many bags the reasons come out the same, in words.
fn stability(ahead: &Ahead) -> String {
    ahead.agreed.map_or_else(String::new, |it| {
        format!("same top reason in {} of {} resamples", it.top, it.bags)
    })
}

/// The reasons in sentences, a group at a time.
pub(super) fn in_words(it: &Scored) -> Vec<(String, Vec<String>)> {
    let group =
        |it: &GroupSaid| (it.words.clone(), it.lines.iter().map(|it| it.words.clone()).collect());
    it.sentences.iter().map(group).collect()
}

/// What would most likely lower a score: what changes, the chance then, the page that shows it.
pub(super) fn ideas(all: &[Idea], path: &str) -> Vec<RowView> {
    let row = |it: &Idea| {
        let moves: Vec<String> = it.moves.iter().map(Step::words).collect();
        let query: Vec<String> =
            it.moves.iter().map(|it| format!("{}={}", it.feature.id, escaped(&it.text))).collect();
        RowView {
            who: moves.join("; and "),
            href: Some(format!("{path}?{}", query.join("&"))),
            why: format!(
                "Chance {} → {}, between {} and {}",
                percent(it.before.chance),
                percent(it.after.chance),
                percent(it.after.low),
                percent(it.after.high)
            ),
            ..RowView::default()
        }
    };
    all.iter().map(row).collect()
}

/// Said where no change is found.
pub(super) const NO_IDEAS: &str = "Nothing within reach lowers this by more than its uncertainty: \
    of what the office can change, no usual value goes with a clearly lower chance in past data.";

/// Proof of what was scored, with what, when.
pub(super) fn seal(it: &Evidence) -> SealView {
    SealView {
        when: format!("on data to {}", numbers::plain(last_day(it.as_of))),
        model: format!("v{}", it.version),
        model_hash: short(&it.model_hash),
        data_hash: short(&it.data_hash),
        stability: String::new(),
        verify: Some("/models#verify".to_owned()),
    }
}

/// The twelve months in one sentence.
pub(super) fn history_words(it: &Scored) -> String {
    let Verdict::Scored { probability, .. } = it.person.verdict else { return String::new() };
    let (Some(first), true) = (it.past.first(), it.past.len() > 1) else {
        return "There are no earlier months to compare with.".to_owned();
    };
    let chances = || it.past.iter().map(|it| it.chance);
    let low = chances().fold(probability, f64::min);
    let high = chances().fold(probability, f64::max);
    format!(
        "{} in {}, {} now; between {} and {} in all these months.",
        percent(first.chance),
        first.on.month().words(),
        percent(probability),
        percent(low),
        percent(high)
    )
}

/// The same model over the past months, and the score itself at the end.
pub(super) fn history(it: &Scored, year: i16) -> Chart {
    let mut points: Vec<ScorePoint> = it
        .past
        .iter()
        .map(|past| {
            let month = past.on.month();
            let new_year = past.on.year() != year && month.0.rem_euclid(12) == 0;
            ScorePoint {
                label: month.words(),
                short: if new_year { month.words() } else { month.short_name().to_owned() },
                chance: past.chance,
                low: past.low,
                high: past.high,
            }
        })
        .collect();
    if let Verdict::Scored { probability, low, high, .. } = it.person.verdict {
        points.push(ScorePoint {
            label: last_day(it.evidence.as_of).words(year),
            short: "now".to_owned(),
            chance: probability,
            low,
            high,
        });
    }
    let finding = history_words(it);
    let mut chart = score_history(&ScoreHistory {
        finding: &finding,
        points: &points,
        ends: "90% interval",
        base: it.rule.base_rate,
        marks: &[],
    });
    chart.note = format!(
        "Today's model asked about each month's first day. It learned from months up to {}, so it \
         knows how those ended: a look back, not a forecast that was made then.",
        it.evidence.card.months.1
    );
    chart
}

/// The situations most alike, or why none are shown; then the sentence, meta and foot.
pub(super) fn alike(it: &Scored) -> (Result<TableView, StateView>, String, String, String) {
    let like = match &it.alike {
        Alike::Group(like) => like,
        Alike::TooFew(situations, people) => {
            let words = format!(
                "{} More months of data or more offices will bring them.",
                alike::too_few(*situations, *people)
            );
            let title = format!(
                "{situations} of {SITUATIONS_MIN} situations, {people} of {PEOPLE_MIN} people"
            );
            let state = StateView::new(StateKind::Thin, &title, &words);
            return (Err(state), String::new(), String::new(), String::new());
        }
    };
    let rows = like.nearest.iter().map(|near| {
        let then = match near.left_after {
            Some(days) => format!("Left, day {days}"),
            None => "Stayed".to_owned(),
        };
        vec![format!("{:.2}", near.alike), near.words.clone(), then]
    });
    let table = TableView {
        caption: "Past situations most alike".to_owned(),
        caption_hidden: true,
        head: vec![
            ThView::text("Alike"),
            ThView::text("Situation then"),
            ThView { class: "tight", ..ThView::text(&format!("{} days on", it.horizon_days)) },
        ],
        rows: rows.collect(),
    };
    let meta = format!("the nearest {} shown, one a person", like.nearest.len());
    let foot = "Matched on work, pay and time here, never on name, age or address; what moves \
                scores most counts most. Alike: 1 is the same in everything, 0.50 is one standard \
                deviation apart on average. The interval counts people, not months. Shown by the \
                lines that move this score most."
        .to_owned();
    (Ok(table), like.words(it.horizon_days), meta, foot)
}

/// What the score rests on.
pub(super) fn evidence(it: &Scored, year: i16) -> Vec<(String, String)> {
    let (of, card) = (&it.evidence, &it.evidence.card);
    let own = |name: &str, words: String| (name.to_owned(), words);
    let tested = match card.validation.as_ref().map(|it| (it.ebm.auc, it)) {
        Some((auc, test)) => match (auc.value, auc.low, auc.high) {
            (Some(value), Some(low), Some(high)) => format!(
                "AUC {value:.2} (between {low:.2} and {high:.2}) on {} people in months it had not \
                 seen",
                grouped(test.people)
            ),
            _ => "No figure could be computed".to_owned(),
        },
        None => card.no_validation.clone().unwrap_or_else(|| "Not tested".to_owned()),
    };
    vec![
        own("Facts", format!("up to {}", last_day(of.as_of).words(year))),
        own("Model", format!("v{}, trained {} UTC", of.version, second_text(of.created_at))),
        own(
            "Learned from",
            format!(
                "{} exits among {} people, {} to {}",
                grouped(card.exits),
                grouped(card.people),
                card.months.0,
                card.months.1
            ),
        ),
        own("Test", tested),
        own("Sum", format!("{:.6} log-odds, checked to 1e-9", it.reasons.log_odds)),
    ]
}

/// Dated facts in words, and how many there are.
pub(super) fn timeline(sheet: &Sheet, year: i16) -> (Vec<TimelineItem>, String) {
    let items = sheet.events.iter().take(EVENTS_MAX).map(|it| item(it, year)).collect();
    let more = sheet.events.len().saturating_sub(EVENTS_MAX);
    let meta = match more {
        0 => String::new(),
        more => format!("the last {EVENTS_MAX}; {} older", counted(more as u64, "fact")),
    };
    (items, meta)
}

fn item(it: &Event, year: i16) -> TimelineItem {
    let (pip, words) = match &it.what {
        What::Hired(None) => ("act", "Hired.".to_owned()),
        What::Hired(Some(source)) => ("act", format!("Hired, {}.", source.replace('_', " "))),
        What::Left(kind) => (
            "",
            match kind.as_deref() {
                Some("voluntary") => "Last day; left by choice.".to_owned(),
                Some("involuntary") => "Last day; the office's decision.".to_owned(),
                _ => "Last day.".to_owned(),
            },
        ),
        What::Pay(cents) => ("", pay(*cents)),
        What::Manager => ("", "Another manager.".to_owned()),
        What::Zone(zone) => ("", format!("Moved to zone {zone}.")),
        What::Course(name, minutes) => {
            ("act", format!("{}, {} of training.", name.replace('_', " "), hours(*minutes)))
        }
    };
    TimelineItem { date: it.on.words(year), pip, words, link: None }
}

fn pay(cents: i64) -> String {
    let amount = format!("${}.{:02}", cents.abs() / 100, cents.abs() % 100);
    if cents > 0 {
        format!("Raise of {amount} an hour.")
    } else {
        format!("Pay {amount} an hour lower.")
    }
}

fn hours(minutes: i64) -> String {
    if minutes % 60 == 0 {
        return counted((minutes / 60).unsigned_abs(), "hour");
    }
    format!("{:.1} hours", minutes as f64 / 60.0)
}

/// Time since the hire: `1 year 2 months`.
pub(super) fn tenure(days: i32) -> String {
    let months = u64::from(months_over(f64::from(days) / MONTH_DAYS));
    match (months / 12, months % 12) {
        (0, 0) => counted(days.max(0) as u64, "day"),
        (0, months) => counted(months, "month"),
        (years, 0) => counted(years, "year"),
        (years, months) => format!("{} {}", counted(years, "year"), counted(months, "month")),
    }
}

/// A share that may be exactly zero or one.
fn percent_or_zero(share: f64) -> String {
    format!("{:.0}%", 100.0 * share)
}

/// The ends of a hash: `9f3c…e1a0`.
fn short(hash: &str) -> String {
    match (hash.get(..4), hash.get(hash.len().saturating_sub(4)..)) {
        (Some(first), Some(last)) if hash.len() > 8 => format!("{first}…{last}"),
        _ => hash.to_owned(),
    }
}
