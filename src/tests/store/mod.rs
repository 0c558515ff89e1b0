//! The store contract suite, run on both databases.
