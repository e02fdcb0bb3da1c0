//! The page on real rows: full, thin and empty.
