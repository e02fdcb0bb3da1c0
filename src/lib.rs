//! Crewkeep.

pub mod web;
