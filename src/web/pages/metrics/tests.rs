//! The dictionary pages on real rows.
