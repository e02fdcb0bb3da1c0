//! A score taken apart, line by line, so that it can be checked with a pencil.
//!
//! Invariant: printed points add up to the printed total, whatever is rounded.

use super::frame::{fixed, num, pct, sound};
use crate::app::score::Ahead;
use crate::web::parts::{BarView, ReceiptGroup, ReceiptLine, ReceiptView, SealView};

/// Terms smaller than this are added up in one line.
const SMALL: f64 = 0.06;
/// Decimals of printed points.
const PLACES: u32 = 2;

/// What [`receipt`] prints.
#[derive(Debug, Clone)]
pub struct Receipt<'a> {
    /// The sentence above.
    pub say: &'a str,
    /// Log-odds of the office average.
    pub base: f64,
    /// Under its name: `where everyone starts`.
    pub base_words: &'a str,
    /// Log-odds to chances.
    pub ahead: &'a Ahead,
    /// Days the chances speak of.
    pub days: i32,
    /// In the order shown.
    pub groups: &'a [TermGroup],
    /// At the foot.
    pub seal: Option<SealView>,
}

/// Terms under one heading.
#[derive(Debug, Clone)]
pub struct TermGroup {
    /// `Load and travel`.
    pub name: String,
    /// In any order.
    pub terms: Vec<Term>,
}

/// One additive part of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// `Long drives`.
    pub name: String,
    /// Its shape.
    pub href: Option<String>,
    /// The person's value and the comparison.
    pub words: String,
    /// Log-odds.
    pub points: f64,
    /// Half of the 90% range; zero draws none.
    pub half: f64,
}

/// Numbers rounded so that they still add up, in units of the last decimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rounded {
    /// In the order given.
    pub parts: Vec<i64>,
    /// Their sum, which is also the rounded sum.
    pub total: i64,
}

/// Rounds by largest remainder: parts add up to the rounded sum, and none moves by a whole unit.
pub fn round_to_sum(values: &[f64], places: u32) -> Rounded {
    let scale = 10_f64.powi(places.min(6) as i32);
    let scaled = values.iter().map(|it| if sound(*it) { it * scale } else { 0.0 });
    let scaled: Vec<f64> = scaled.collect();
    let mut parts: Vec<i64> = scaled.iter().map(|it| it.floor() as i64).collect();
    let total = scaled.iter().sum::<f64>().round() as i64;
    let mut order: Vec<usize> = (0..parts.len()).collect();
    let rest = |at: &usize| scaled[*at] - scaled[*at].floor();
    order.sort_by(|a, b| rest(b).total_cmp(&rest(a)).then(a.cmp(b)));
    let missing = (total - parts.iter().sum::<i64>()).max(0) as usize;
    for at in order.into_iter().take(missing) {
        parts[at] += 1;
    }
    Rounded { total: parts.iter().sum(), parts }
}

/// Points in hundredths with a sign: `+0.82`, `−0.18`, `0.00`.
pub fn points_text(hundredths: i64) -> String {
    let text = fixed(hundredths as f64 / 100.0, PLACES as usize);
    if hundredths > 0 { format!("+{text}") } else { text }
}

/// Office average, groups by size, small terms, total.
pub fn receipt(it: &Receipt<'_>) -> ReceiptView {
    let base = if sound(it.base) { it.base } else { 0.0 };
    let (groups, small) = sorted(it.groups);
    let listed: Vec<&Term> =
        groups.iter().flat_map(|group| &group.terms).chain(small.as_ref()).collect();
    let values: Vec<f64> = [base].into_iter().chain(listed.iter().map(|it| it.points)).collect();
    let printed = round_to_sum(&values, PLACES);
    let scale = Scale::over(base, &listed);
    let mut walk =
        Walk { of: it, at: base, printed: &printed.parts, next: 1, scale, headed: false };
    let groups = groups.iter().map(|group| walk.group(group)).collect();
    let small = small.map(|term| walk.line(&term));
    let total = walk.at;
    ReceiptView {
        say: it.say.to_owned(),
        base: ReceiptLine {
            name: "Office average".to_owned(),
            words: it.base_words.to_owned(),
            points: points_text(printed.parts[0]),
            chance: it.chance(base, 1),
            bar: scale.edge("f-base", base),
            ..ReceiptLine::default()
        },
        groups,
        small,
        total: ReceiptLine {
            name: "Total".to_owned(),
            words: "turned into a chance".to_owned(),
            points: points_text(printed.total),
            chance: it.chance(total, 0),
            bar: scale.edge("f-total", total),
            ..ReceiptLine::default()
        },
        seal: it.seal.clone(),
    }
}

/// Largest first inside a group; small and unsound terms go to one line at the end.
fn sorted(groups: &[TermGroup]) -> (Vec<TermGroup>, Option<Term>) {
    let is_small = |term: &Term| !sound(term.points) || term.points.abs() < SMALL;
    let all = || groups.iter().flat_map(|group| &group.terms);
    let small: Vec<f64> = all().filter(|it| is_small(it)).map(|it| it.points).collect();
    let points = small.iter().filter(|it| sound(**it)).sum();
    let kept = groups.iter().map(|group| {
        let mut terms: Vec<_> = group.terms.iter().filter(|it| !is_small(it)).cloned().collect();
        terms.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
        TermGroup { name: group.name.clone(), terms }
    });
    let kept = kept.filter(|group| !group.terms.is_empty()).collect();
    let plural = if small.len() == 1 { "small term" } else { "small terms" };
    let line = (!small.is_empty()).then(|| Term {
        name: format!("{} {plural}", small.len()),
        href: None,
        words: format!("each under {} either way", num(SMALL)),
        points,
        half: 0.0,
    });
    (kept, line)
}

/// Log-odds to percent across.
#[derive(Clone, Copy)]
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn over(base: f64, terms: &[&Term]) -> Self {
        let (mut low, mut high, mut at) = (base, base, base);
        for term in terms {
            at += term.points;
            let half = if sound(term.half) { term.half.abs() } else { 0.0 };
            low = low.min(at - half);
            high = high.max(at + half);
        }
        let wide = (high - low).max(0.2);
        Self { low: low - wide * 0.12, high: high + wide * 0.03 }
    }

    fn at(self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0) * 100.0
    }

    fn edge(self, class: &'static str, value: f64) -> BarView {
        let width = pct(self.at(value));
        BarView { class, x: "0".to_owned(), width, ..BarView::default() }
    }
}

/// Goes down the lines, adding up.
struct Walk<'a> {
    of: &'a Receipt<'a>,
    at: f64,
    printed: &'a [i64],
    next: usize,
    scale: Scale,
    /// A heading lies between this line and the one above.
    headed: bool,
}

impl Walk<'_> {
    fn group(&mut self, group: &TermGroup) -> ReceiptGroup {
        self.headed = true;
        let lines = group.terms.iter().map(|term| self.line(term)).collect();
        ReceiptGroup { name: group.name.clone(), lines }
    }

    fn line(&mut self, term: &Term) -> ReceiptLine {
        let from = self.at;
        self.at += term.points;
        let printed = self.printed[self.next];
        self.next += 1;
        let up = if self.headed { "-62" } else { "-34" };
        self.headed = false;
        let (left, right) = (self.scale.at(from.min(self.at)), self.scale.at(from.max(self.at)));
        let half = if sound(term.half) { term.half.abs() } else { 0.0 };
        let ends = (self.scale.at(self.at - half), self.scale.at(self.at + half));
        let raises = term.points > 0.0;
        ReceiptLine {
            name: term.name.clone(),
            href: term.href.clone(),
            words: term.words.clone(),
            points: points_text(printed),
            class: match printed {
                0 => "",
                _ if raises => "tag-raise",
                _ => "tag-lower",
            },
            chance: self.of.chance(self.at, 1),
            bar: BarView {
                class: if raises { "f-raise" } else { "f-lower" },
                x: pct(left),
                width: pct((right - left).max(0.3)),
                whisker: (half > 0.0).then(|| (pct(ends.0), pct(ends.1))),
                link: Some((pct(self.scale.at(from)), up)),
            },
        }
    }
}

impl Receipt<'_> {
    fn chance(&self, log_odds: f64, places: usize) -> String {
        format!("{}%", fixed(100.0 * self.ahead.chance(log_odds, self.days), places))
    }
}
