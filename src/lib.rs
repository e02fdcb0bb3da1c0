//! Crewkeep.
