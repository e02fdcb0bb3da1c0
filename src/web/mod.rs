//! What the browser gets: pages, parts, charts and files.

pub mod assets;
pub mod parts;
pub mod shell;
