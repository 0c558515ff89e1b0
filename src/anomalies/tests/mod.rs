//! Rules, each with a column that has its fault and one that nearly has.

mod findings;
