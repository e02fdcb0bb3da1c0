//! The columns of a frame as plain numbers, for models that know neither gaps nor categories.
//!
//! A column of numbers becomes itself, standardised, with missing values filled by the mean and, if
//! there were any in training, an indicator of them. A category becomes an indicator, the most
//! frequent one left out, as are those past the [`LABELS_MAX`] most frequent: both, and categories
//! never seen, are the reference. Never looks at the target.

use crate::error::{Error, Result};
use crate::frame::{Column, ColumnKind, Frame, MISSING};

/// Most indicators of one column: more would cost time and memory for rows no model can use.
pub(crate) const LABELS_MAX: usize = 40;

/// How the columns of a training frame become inputs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Design {
    columns: Vec<String>,
    inputs: Vec<Input>,
    /// Columns without any variation, which have no input.
    pub(crate) constant: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Input {
    column: usize,
    what: What,
    mean: f64,
    scale: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Number { fill: f64 },
    Missing,
    Label(String),
}

impl Design {
    /// The inputs of a frame. [`Error::AllConstant`] if there is none.
    pub(crate) fn fit(frame: &Frame) -> Result<Self> {
        frame.check_some_column_varies()?;
        let weight: Vec<f64> = (0..frame.rows()).map(|row| frame.weight_of(row)).collect();
        let (mut inputs, mut constant) = (Vec::new(), Vec::new());
        for (place, column) in frame.columns().iter().enumerate() {
            let before = inputs.len();
            let of = |what| Input::new(place, column, what, &weight);
            inputs.extend(kinds(column, &weight).into_iter().filter_map(of));
            if inputs.len() == before {
                constant.push(column.name.clone());
            }
        }
        // Columns that vary only beyond what a double can square have no input either.
        if inputs.is_empty() {
            return Err(Error::AllConstant);
        }
        let columns = frame.columns().iter().map(|it| it.name.clone()).collect();
        Ok(Self { columns, inputs, constant })
    }

    /// Number of inputs, at least 1.
    pub(crate) fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Name of an input: `pay`, `pay missing`, `zone = north`.
    pub(crate) fn name(&self, input: usize) -> String {
        let column = &self.columns[self.inputs[input].column];
        match &self.inputs[input].what {
            What::Number { .. } => column.clone(),
            What::Missing => format!("{column} missing"),
            What::Label(label) => format!("{column} = {label}"),
        }
    }

    /// Standard deviation of an input in its own unit.
    pub(crate) fn scale(&self, input: usize) -> f64 {
        self.inputs[input].scale
    }

    /// The number of rows of columns that match the training columns by name, order and kind.
    pub(crate) fn check(&self, columns: &[Column]) -> Result<usize> {
        if columns.len() != self.columns.len() {
            let expected = format!("{} columns", self.columns.len());
            return Err(Error::ColumnMismatch { expected, found: columns.len().to_string() });
        }
        if let Some((name, it)) = self.columns.iter().zip(columns).find(|it| *it.0 != it.1.name) {
            return Err(Error::ColumnMismatch { expected: name.clone(), found: it.name.clone() });
        }
        let rows = columns.first().map_or(0, Column::len);
        if let Some(odd) = columns.iter().find(|it| it.len() != rows) {
            return Err(Error::Length { what: odd.name.clone(), have: odd.len(), need: rows });
        }
        match self.inputs.iter().find(|it| !it.fits(&columns[it.column])) {
            Some(input) => {
                let expected = self.columns[input.column].clone();
                let found = "a column of the other kind".to_owned();
                Err(Error::ColumnMismatch { expected, found })
            }
            None => Ok(rows),
        }
    }

    /// Standardised values of an input, one per row of checked columns.
    pub(crate) fn values(&self, input: usize, columns: &[Column]) -> Vec<f64> {
        let input = &self.inputs[input];
        input.values(&columns[input.column])
    }

    /// All inputs of all rows of checked columns, row by row.
    pub(crate) fn matrix(&self, columns: &[Column], rows: usize) -> Vec<f64> {
        let mut x = vec![0.0; self.len() * rows];
        for input in 0..self.len() {
            for (row, value) in self.values(input, columns).into_iter().enumerate() {
                x[row * self.len() + input] = value;
            }
        }
        x
    }
}

impl Input {
    /// `None` if the input does not vary.
    fn new(column: usize, values: &Column, what: What, weight: &[f64]) -> Option<Self> {
        let plain = Self { column, what, mean: 0.0, scale: 1.0 };
        let raw = plain.values(values);
        let total: f64 = weight.iter().sum();
        let mean = raw.iter().zip(weight).map(|(x, w)| x * w).sum::<f64>() / total;
        let square = |(x, w): (&f64, &f64)| w * (x - mean) * (x - mean);
        let scale = libm::sqrt(raw.iter().zip(weight).map(square).sum::<f64>() / total);
        let varies = scale.is_finite() && mean.is_finite() && scale > 1e-12 * mean.abs();
        varies.then_some(Self { mean, scale, ..plain })
    }

    fn fits(&self, column: &Column) -> bool {
        matches!(
            (&self.what, &column.kind),
            (What::Missing, _)
                | (What::Number { .. }, ColumnKind::Continuous(_))
                | (What::Label(_), ColumnKind::Nominal { .. })
        )
    }

    /// Standardised values of all rows.
    fn values(&self, column: &Column) -> Vec<f64> {
        let standard = |x: f64| (x - self.mean) / self.scale;
        let flag = |is: bool| standard(f64::from(u8::from(is)));
        match (&self.what, &column.kind) {
            (What::Number { fill }, ColumnKind::Continuous(values)) => {
                values.iter().map(|x| standard(if x.is_nan() { *fill } else { *x })).collect()
            }
            (What::Missing, ColumnKind::Continuous(values)) => {
                values.iter().map(|x| flag(x.is_nan())).collect()
            }
            (What::Missing, ColumnKind::Nominal { index, .. }) => {
                index.iter().map(|i| flag(*i == MISSING)).collect()
            }
            (What::Label(label), ColumnKind::Nominal { labels, index }) => {
                let place = labels.iter().position(|it| it == label).map(|i| i as u32);
                index.iter().map(|i| flag(Some(*i) == place)).collect()
            }
            // Excluded by `fits`; the mean of a standardised input is 0.
            _ => vec![0.0; column.len()],
        }
    }
}

/// The inputs a column gives rise to.
fn kinds(column: &Column, weight: &[f64]) -> Vec<What> {
    match &column.kind {
        ColumnKind::Continuous(values) => {
            let known = || values.iter().zip(weight).filter(|it| !it.0.is_nan());
            let total: f64 = known().map(|it| it.1).sum();
            let fill = known().map(|(x, w)| x * w).sum::<f64>() / total;
            let mut kinds = vec![What::Number { fill: if fill.is_finite() { fill } else { 0.0 } }];
            kinds.extend(values.iter().any(|x| x.is_nan()).then_some(What::Missing));
            kinds
        }
        ColumnKind::Nominal { labels, index } => {
            let mut counts = vec![0.0; labels.len()];
            let known = index.iter().zip(weight).filter(|it| *it.0 != MISSING);
            known.for_each(|(i, w)| counts[*i as usize] += w);
            let mut most: Vec<usize> = (0..labels.len()).filter(|i| counts[*i] > 0.0).collect();
            let by_name = |a: &usize, b: &usize| labels[*a].cmp(&labels[*b]);
            most.sort_by(|a, b| counts[*b].total_cmp(&counts[*a]).then(by_name(a, b)));
            let mut others: Vec<usize> = most.into_iter().skip(1).take(LABELS_MAX).collect();
            others.sort_unstable();
            let label = |i: usize| What::Label(labels[i].clone());
            let mut kinds: Vec<What> = others.into_iter().map(label).collect();
            kinds.extend(index.contains(&MISSING).then_some(What::Missing));
            kinds
        }
    }
}
