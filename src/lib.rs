//! Crewkeep: who may leave, why, what it costs, whom to hire and when.
pub mod domain;
pub mod sync;
