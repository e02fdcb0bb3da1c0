//! What no single module can promise: the rules of the house, and the program as a whole.

mod tidy;
