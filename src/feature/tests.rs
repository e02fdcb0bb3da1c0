//! Features against cases computed by hand, and the laws of the rows.
