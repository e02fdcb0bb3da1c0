//! What the browser gets: pages, parts, charts and files.

pub mod assets;
pub mod charts;
#[cfg(test)]
mod gallery;
#[cfg(test)]
mod lint;
pub mod parts;
pub mod shell;
