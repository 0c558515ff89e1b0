//! Why the bytes of a sketch cannot be used.

/// An error of reading a sketch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SketchError {
    /// The bytes are not what their kind promises.
    #[error("the {kind} sketch is damaged: {reason}")]
    Damaged {
        /// HLL, KLL, frequent items.
        kind: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A good sketch, but of parameters that cannot be merged with ours.
    #[error("the {kind} sketch has {found}, and only {wanted} can be merged")]
    OtherParameters {
        /// HLL, KLL, frequent items.
        kind: &'static str,
        /// Its parameters.
        found: String,
        /// Ours.
        wanted: String,
    },
}
