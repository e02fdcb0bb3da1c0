//! The hiring plan: the hours that will be asked for, the people who will be here, and when to post.
//!
//! Hours ahead come from the forecast of booked hours; people ahead from each person's own chance
//! of leaving and from hires already agreed; the difference, in technicians, says where somebody is
//! short and from which week. Everything is drawn together from a seed, so that bands of sums are
//! bands of sums. Never here: HTML, a sum of medians, a fact dated after the plan's day.

pub mod shape;

pub use shape::{
    Ask, Band, ExitsAhead, Giving, MonthAhead, NeedDate, Opening, Plan, Scenario, Week, ZonePlan,
};
