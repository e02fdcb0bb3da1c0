//! Crewkeep: who may leave, why, what it costs, whom to hire and when.

pub mod clock;
pub mod config;
pub mod domain;
pub mod log;

pub mod store;

pub mod app;

pub mod task;

pub mod web;

pub mod cli;
