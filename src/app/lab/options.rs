//! What `--set key=value` may set for each model: one line a key.
//!
//! Never here: ranges. The models check those themselves.

use learn::ebm::EbmOptions;
use learn::forest::ForestOptions;
use learn::tree::TreeOptions;

use super::super::Result;
use super::invalid;
use crate::domain::near::nearest;

/// A key with its meaning and how its text is taken.
pub(super) struct Knob<O> {
    key: &'static str,
    means: &'static str,
    /// False if the text is no value of its kind.
    set: fn(&mut O, &str) -> bool,
}

/// The key of a field of the same name.
macro_rules! knob {
    ($field:ident, $means:literal) => {
        Knob {
            key: stringify!($field),
            means: $means,
            set: |options, text| text.parse().map(|it| options.$field = it).is_ok(),
        }
    };
}

/// Keys of the boosting machine.
pub(super) const EBM: &[Knob<EbmOptions>] = &[
    knob!(seed, "seed of the fit alone (the folds keep --seed)"),
    knob!(threads, "threads; never changes the result"),
    knob!(bags, "models averaged, 2 to 200"),
    knob!(validation_share, "share of rows each bag holds back to know when to stop"),
    knob!(bins_max, "most bins of a column, missing and unseen included"),
    knob!(learning_rate, "share of each step that is taken"),
    knob!(smoothing_rounds, "rounds of random cuts at the start"),
    knob!(pairs, "most pairs of columns; 0: none"),
    knob!(pair_bins_max, "most bins of a column in a pair, missing and unseen included"),
    knob!(pair_smoothing_rounds, "rounds of random cuts at the start of pairs"),
    knob!(pair_errors, "standard errors a pair must pay on held-back rows to stay"),
    knob!(inner_bags, "models averaged in each step; 0: none"),
    knob!(greedy_ratio, "greedy steps a term between two looks at all terms; 0: in turn only"),
    knob!(rounds_max, "most rounds of a bag"),
    knob!(early_stopping_rounds, "rounds without improvement before a bag stops"),
    knob!(early_stopping_tolerance, "share of the loss that counts as improvement"),
    knob!(doubt, "held-back rows that count as the other outcome when a bag decides to stop"),
    knob!(min_samples_leaf, "least rows on either side of a cut"),
    knob!(min_hessian, "least information on either side of a cut"),
    knob!(min_category_rows, "categories with fewer rows are pooled while cutting"),
    knob!(category_smoothing, "pull of a category towards the mean while categories are ordered"),
    knob!(nominal_gain_scale, "factor on the gain of categories"),
];

/// Keys of the tree.
pub(super) const TREE: &[Knob<TreeOptions>] = &[
    knob!(depth, "tests on the way to a leaf at most, 1 to 8; 4 is the default"),
    Knob {
        key: "min_leaf",
        means: "least rows of a leaf; a hundredth of the rows, at least 20, is the default",
        set: |options, text| text.parse().map(|it| options.min_leaf = Some(it)).is_ok(),
    },
    knob!(min_category_rows, "categories with fewer rows in a node are treated as one"),
];

/// Keys of the forest.
pub(super) const FOREST: &[Knob<ForestOptions>] = &[
    knob!(seed, "seed of the fit alone (the folds keep --seed)"),
    knob!(threads, "threads; never changes the result"),
    knob!(trees, "trees; 100 is the default"),
    knob!(min_leaf, "least rows of a leaf; 5 is the default"),
    knob!(rows_max, "rows a tree draws from at most; 20000 is the default"),
];

/// Options of logistic regression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LogisticOptions {
    /// Ridge penalty.
    pub(super) alpha: f64,
}

/// Keys of logistic regression.
pub(super) const LOGISTIC: &[Knob<LogisticOptions>] =
    &[knob!(alpha, "ridge penalty, above 0; 1 is the default")];

/// Applies `key=value` texts in their order.
pub(super) fn apply<O>(options: &mut O, knobs: &[Knob<O>], set: &[String]) -> Result<()> {
    for text in set {
        let Some((key, value)) = text.split_once('=').map(|it| (it.0.trim(), it.1.trim())) else {
            return Err(invalid(format!("`--set {text}` has no `=`."), all(knobs)));
        };
        let Some(knob) = knobs.iter().find(|it| it.key == key) else {
            let near = nearest(key, knobs.iter().map(|it| it.key));
            let near = near.map_or_else(String::new, |it| format!("Did you mean `{it}`? "));
            return Err(invalid(
                format!("This model has no option `{key}`."),
                format!("{near}{}", all(knobs)),
            ));
        };
        if !(knob.set)(options, value) {
            return Err(invalid(
                format!("`{value}` is no value for the option {key}."),
                format!("{key}: {}.", knob.means),
            ));
        }
    }
    Ok(())
}

fn all<O>(knobs: &[Knob<O>]) -> String {
    let line = |it: &Knob<O>| format!("\n  {:<26}{}", it.key, it.means);
    format!("The options are:{}", knobs.iter().map(line).collect::<String>())
}
