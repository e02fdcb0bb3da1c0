//! A frame as the booster wants it: byte bins, equal rows of a person joined, one canonical order.
//!
//! Never depends on the order of the frame's rows, nor on how categories are called.

use super::Objective;
use super::options::EbmOptions;
use crate::bins::{self, Bins};
use crate::error::Result;
use crate::frame::{Column, Frame};
use std::cmp::Ordering;

/// Rows sorted events first, then by person and bins. Rows of one person that agree in
/// target and in all bins are one row with their weights added: exact, since bags hold or drop a
/// person as a whole and the loss is a sum.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) bins: Vec<Bins>,
    /// Per feature, per row.
    pub(crate) index: Vec<Vec<u8>>,
    pub(crate) weight: Vec<f64>,
    /// Rows of the frame behind each row.
    pub(crate) count: Vec<u32>,
    /// Person of each row as a dense number, in ascending order of the frame's numbers.
    pub(crate) group: Vec<u32>,
    pub(crate) groups: usize,
    /// For log loss the first `events` rows have target 1, the others 0; for squared error 0.
    pub(crate) events: usize,
    /// Descending. For squared error in `unit`s.
    pub(crate) target: Vec<f64>,
    /// What a score of 1 stands for: 1 for log loss; for squared error the power of two next to the
    /// spread of the targets, so that steps and grains of scores fit any scale.
    pub(crate) unit: f64,
    pub(crate) frame_rows: usize,
    pub(crate) frame_events: usize,
    pub(crate) base_rate: f64,
    /// Per feature, weight of the rows per bin.
    pub(crate) bin_weight: Vec<Vec<f64>>,
}

impl Data {
    pub(crate) fn new(frame: &Frame, options: &EbmOptions) -> Result<Self> {
        let bins = bins::fit_all(frame.columns(), |row| frame.weight_of(row), options.bins_max)?;
        let raw: Vec<Vec<u8>> =
            bins.iter().zip(frame.columns()).map(|(b, it)| narrow(b, it)).collect::<Result<_>>()?;
        let order = canonical(frame, &bins, &raw);
        let numbers = frame.groups();
        let mut data = Self {
            index: vec![Vec::new(); bins.len()],
            bins,
            weight: Vec::new(),
            count: Vec::new(),
            group: Vec::new(),
            groups: numbers.len(),
            events: 0,
            target: Vec::new(),
            unit: 1.0,
            frame_rows: frame.rows(),
            frame_events: if options.objective == Objective::LogLoss { frame.events() } else { 0 },
            base_rate: 0.0,
            bin_weight: Vec::new(),
        };
        let mut before = None;
        for row in order {
            data.push(frame, &raw, &numbers, before, row);
            before = Some(row);
        }
        match options.objective {
            Objective::LogLoss => data.events = data.target.partition_point(|it| *it > 0.5),
            Objective::Squared => data.scale_target(),
        }
        data.bin_weight = (0..raw.len())
            .map(|f| bins::weights(&data.bins[f], &data.index[f], &data.weight))
            .collect();
        let sum: f64 = data.target.iter().zip(&data.weight).map(|(y, w)| y * w).sum();
        data.base_rate = sum / data.weight.iter().sum::<f64>();
        Ok(data)
    }

    fn scale_target(&mut self) {
        let all: f64 = self.weight.iter().sum();
        let mean = self.target.iter().zip(&self.weight).map(|(y, w)| y * w).sum::<f64>() / all;
        let squares =
            self.target.iter().zip(&self.weight).map(|(y, w)| (y - mean) * (y - mean) * w);
        let (_, exponent) = libm::frexp(libm::sqrt(squares.sum::<f64>() / all));
        self.unit = libm::ldexp(1.0, exponent);
        self.target.iter_mut().for_each(|it| *it /= self.unit);
    }

    pub(crate) fn rows(&self) -> usize {
        self.weight.len()
    }

    fn push(
        &mut self,
        frame: &Frame,
        raw: &[Vec<u8>],
        numbers: &[u32],
        before: Option<usize>,
        row: usize,
    ) {
        let same = |other: usize| {
            frame.group()[other] == frame.group()[row]
                && frame.target()[other] == frame.target()[row]
                && raw.iter().all(|it| it[other] == it[row])
        };
        if let (true, Some(weight), Some(count)) =
            (before.is_some_and(same), self.weight.last_mut(), self.count.last_mut())
        {
            *weight += frame.weight_of(row);
            *count += 1;
            return;
        }
        self.index.iter_mut().zip(raw).for_each(|(column, it)| column.push(it[row]));
        self.weight.push(frame.weight_of(row));
        self.count.push(1);
        let place = numbers.binary_search(&frame.group()[row]).unwrap_or(0);
        self.group.push(place as u32);
        self.target.push(frame.target()[row]);
    }
}

/// Bins of a fit are few enough for a byte.
fn narrow(bins: &Bins, column: &Column) -> Result<Vec<u8>> {
    Ok(bins.index(column)?.into_iter().map(|it| it as u8).collect())
}

/// Rows in an order that neither their order in the frame nor the names of categories touch:
/// continuous bins decide first, then categories by how often they occur.
fn canonical(frame: &Frame, bins: &[Bins], raw: &[Vec<u8>]) -> Vec<usize> {
    let (ordered, nominal): (Vec<usize>, Vec<usize>) =
        (0..bins.len()).partition(|f| bins[*f].is_continuous());
    let ranked: Vec<Vec<u8>> = nominal.iter().map(|f| ranks(frame, &bins[*f], &raw[*f])).collect();
    let keys: Vec<&Vec<u8>> = ordered.iter().map(|f| &raw[*f]).chain(&ranked).collect();
    let mut order: Vec<usize> = (0..frame.rows()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (*a, *b);
        let by_event = frame.target()[b].total_cmp(&frame.target()[a]);
        let by_person = frame.group()[a].cmp(&frame.group()[b]);
        let by_bins = || {
            let mut differing = keys.iter().map(|it| it[a].cmp(&it[b]));
            differing.find(|it| it.is_ne()).unwrap_or(Ordering::Equal)
        };
        by_event
            .then(by_person)
            .then_with(by_bins)
            .then_with(|| frame.weight_of(a).total_cmp(&frame.weight_of(b)))
    });
    order
}

/// Per row the rank of its category by rows, then by events; only full equals fall back on the label.
fn ranks(frame: &Frame, bins: &Bins, raw: &[u8]) -> Vec<u8> {
    let mut seen = vec![(0_usize, 0_usize); bins.len()];
    for (bin, y) in raw.iter().zip(frame.target()) {
        let entry = &mut seen[*bin as usize];
        entry.0 += 1;
        entry.1 += usize::from(*y > 0.5);
    }
    let mut sorted: Vec<usize> = (0..bins.len()).collect();
    sorted.sort_by_key(|bin| (seen[*bin], *bin));
    let mut rank = vec![0_u8; bins.len()];
    for (place, bin) in sorted.into_iter().enumerate() {
        rank[bin] = place as u8;
    }
    raw.iter().map(|bin| rank[*bin as usize]).collect()
}
