//! Tests of the whole demo.
