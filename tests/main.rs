//! What no single module can promise: the rules of the house, and the program as a whole.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod errors;
mod http;
mod office;
mod pages;
mod program;
mod recover;
mod server;
mod tidy;
mod truth;
