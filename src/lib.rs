//! Crewkeep: who may leave, why, what it costs, whom to hire and when.

pub mod clock;
pub mod config;
pub mod domain;
pub mod log;

pub mod demo;
pub mod store;
pub mod sync;

pub mod feature;
pub mod metric;

pub mod app;

pub mod task;

pub mod web;

pub mod cli;
