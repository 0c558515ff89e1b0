//! The rules on made-up profiles.
