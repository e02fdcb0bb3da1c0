//! Numbers in, models out.
