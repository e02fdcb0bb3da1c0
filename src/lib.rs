//! Crewkeep: who may leave, why, what it costs, whom to hire and when.
pub mod clock;
pub mod domain;
pub mod feature;
pub mod store;
