//! The program from outside: slow checks and house rules, one module each.

mod truth;
