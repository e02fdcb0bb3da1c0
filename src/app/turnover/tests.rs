//! Turnover of small offices, worked out by hand.
