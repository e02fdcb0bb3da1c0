//! Scales, ticks and number text shared by all charts.

use super::{HLine, Text};

/// Beyond this a number is a mistake, not a measurement.
const VALUE_MAX: f64 = 1e12;

/// Most grid lines in one picture.
const TICKS_MAX: usize = 9;

/// How values of an axis are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 0 to 1, written as percent.
    Share,
    /// Log-odds with a sign and two decimals.
    Points,
    /// Whole things.
    Count,
    /// A measure with so many decimals.
    Decimal(u8),
    /// Dollars without cents.
    Dollars,
}

impl Unit {
    /// A value as a page writes it.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Share if value.abs() < 0.0995 => format!("{}%", fixed(value * 100.0, 1)),
            Self::Share => format!("{}%", fixed(value * 100.0, 0)),
            Self::Points => signed(value, 2),
            Self::Count => fixed(value, 0),
            Self::Decimal(places) => fixed(value, places.into()),
            Self::Dollars if value < 0.0 => format!("−${}", fixed(-value, 0)),
            Self::Dollars => format!("${}", fixed(value, 0)),
        }
    }

    /// A value on an axis whose lines are `step` apart.
    pub(super) fn tick(self, value: f64, step: f64) -> String {
        match self {
            Self::Share => format!("{}%", fixed(value * 100.0, places(step * 100.0))),
            Self::Points => signed(value, places(step).max(1)),
            Self::Count | Self::Decimal(_) => fixed(value, places(step)),
            Self::Dollars if value < 0.0 => format!("−${}", fixed(-value, places(step))),
            Self::Dollars => format!("${}", fixed(value, places(step))),
        }
    }
}

/// Maps values to percent across and pixels down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) height: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    /// Percent kept clear at the left for y labels.
    pub(super) gut: f64,
    /// Percent where the data end at the right.
    pub(super) right: f64,
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
}

impl Frame {
    /// Percent across.
    pub(super) fn at(&self, x: f64) -> f64 {
        let share = ((x - self.x.0) / (self.x.1 - self.x.0)).clamp(0.0, 1.0);
        self.gut + share * (self.right - self.gut)
    }

    /// Pixels down.
    pub(super) fn down(&self, y: f64) -> f64 {
        let share = ((y - self.y.0) / (self.y.1 - self.y.0)).clamp(0.0, 1.0);
        self.bottom - share * (self.bottom - self.top)
    }

    /// A point of the stretched drawing.
    pub(super) fn point(&self, x: f64, y: f64) -> (f64, f64) {
        (self.at(x) * 10.0, self.down(y))
    }

    /// Grid lines of the y scale; zero is darker when the scale has two sides.
    pub(super) fn grid(&self, unit: Unit, lines: usize) -> Vec<HLine> {
        let (ticks, step) = ticks(self.y, lines);
        let two_sided = self.y.0 < 0.0 && 0.0 < self.y.1;
        ticks
            .into_iter()
            .map(|value| {
                let y = self.down(value);
                let zero = two_sided && value.abs() < step / 1e6;
                let text = if zero { "0".to_owned() } else { unit.tick(value, step) };
                let class = if zero { "zero" } else { "gl" };
                HLine { class, y: num(y), text_y: num(y - 4.0), text }
            })
            .collect()
    }

    /// Words along x, at most about six of them; every second one leaves on phones.
    pub(super) fn x_words(&self, words: &[(f64, String)]) -> Vec<Text> {
        let step = words.len().saturating_sub(1).div_ceil(6).max(1);
        let last = words.len().saturating_sub(1);
        let shown = words.iter().enumerate().filter(|(at, _)| (last - at).is_multiple_of(step));
        shown
            .map(|(at, (x, text))| {
                let x = self.at(*x);
                let class = match x {
                    _ if x > 96.0 => "end",
                    _ if x > self.right - 4.0 => "end wide",
                    _ if x <= self.gut + 1.0 => "",
                    _ if ((last - at) / step) % 2 == 1 => "mid wide",
                    _ => "mid",
                };
                Text { class, x: pct(x), y: num(self.height - 4.0), text: text.clone() }
            })
            .collect()
    }
}

/// A number worth drawing.
pub(super) fn sound(value: f64) -> bool {
    value.is_finite() && value.abs() < VALUE_MAX
}

/// Lowest and highest, widened by `pad` of their distance; equal ends are pulled apart.
pub(super) fn span(values: impl Iterator<Item = f64>, pad: f64) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values.filter(|it| sound(*it)) {
        low = low.min(value);
        high = high.max(value);
    }
    if low > high {
        return (0.0, 1.0);
    }
    let wide = high - low;
    if wide < 1e-9_f64.max(high.abs() * 1e-9) {
        let half = (high.abs() * 0.5).max(0.05);
        return (low - half, high + half);
    }
    (low - wide * pad, high + wide * pad)
}

/// Round values inside a range, and how far apart they are.
pub(super) fn ticks((low, high): (f64, f64), wanted: usize) -> (Vec<f64>, f64) {
    let rough = (high - low) / wanted.max(1) as f64;
    if !(rough.is_finite() && rough > 0.0) {
        return (Vec::new(), 1.0);
    }
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|it| it * power)
        .find(|it| *it >= rough * 0.999)
        .unwrap_or(power * 10.0);
    let first = (low / step - 1e-9).ceil();
    let values = (0..TICKS_MAX).map(|at| (first + at as f64) * step);
    (values.take_while(|it| *it <= high + step * 1e-9).collect(), step)
}

/// At most two decimals, no trailing zeros, never `-0`.
pub(super) fn num(value: f64) -> String {
    let text = format!("{:.2}", if sound(value) { value } else { 0.0 });
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// The same with a percent sign.
pub(super) fn pct(value: f64) -> String {
    num(value) + "%"
}

/// `x,y x,y`.
pub(super) fn points(list: &[(f64, f64)]) -> String {
    let list: Vec<_> = list.iter().map(|(x, y)| format!("{},{}", num(*x), num(*y))).collect();
    list.join(" ")
}

/// Fixed decimals, commas between thousands, a real minus.
pub(super) fn fixed(value: f64, places: usize) -> String {
    let text = format!("{:.places$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let zero = text.chars().all(|it| matches!(it, '0' | '.'));
    let sign = if value < 0.0 && !zero { "−" } else { "" };
    format!("{sign}{grouped}{rest}")
}

/// The same with a plus when above zero.
pub(super) fn signed(value: f64, places: usize) -> String {
    let text = fixed(value, places);
    let zero = text.chars().all(|it| matches!(it, '0' | '.'));
    if text.starts_with('−') || zero { text } else { format!("+{text}") }
}

/// `between 22% and 41%`.
pub(super) fn between(unit: Unit, low: f64, high: f64) -> String {
    format!("between {} and {}", unit.show(low), unit.show(high))
}

/// The first so many characters; labels in pictures cannot wrap.
pub(super) fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept.trim_end().to_owned() + "…"
}

/// Pushes base lines apart until none is closer than `gap`, inside the picture.
pub(super) fn spread(mut at: Vec<f64>, gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..at.len()).collect();
    order.sort_by(|a, b| at[*a].total_cmp(&at[*b]));
    let mut floor = low;
    for slot in &order {
        at[*slot] = at[*slot].max(floor);
        floor = at[*slot] + gap;
    }
    let mut ceiling = high;
    for slot in order.iter().rev() {
        at[*slot] = at[*slot].min(ceiling);
        ceiling = at[*slot] - gap;
    }
    at
}

fn places(step: f64) -> usize {
    (0..6).find(|places| is_whole(step * 10_f64.powi(*places))).map_or(6, |it| it as usize)
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6 && value.round() >= 1.0
}
