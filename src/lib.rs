//! Crewkeep: who may leave, why, what it costs, whom to hire and when.
pub mod app;
pub mod clock;
pub mod config;
pub mod domain;
pub mod log;
pub mod store;
