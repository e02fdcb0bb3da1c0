//! Crewkeep: who may leave, why, what it costs, whom to hire and when.
pub mod demo;
pub mod domain;
