//! Readers of others, run so that what they object to, and what makes them panic, is an error of the engine.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::engine::error::EngineError;
use crate::engine::table_scan::panic_text;

/// What the readers put before each other's words.
const WRAPPINGS: [&str; 9] = [
    "External: ",
    "External error: ",
    "Parquet argument error: ",
    "Parquet error: ",
    "Invalid argument error: ",
    "Parser error: ",
    "Ipc error: ",
    "Io error: ",
    "EOF: ",
];

/// Runs a reader. `part` says what of the file cannot be read where it fails; the place is left to [`EngineError::at`].
pub fn guard<T, E: Display>(path: &str, part: &str, read: impl FnOnce() -> Result<T, E>) -> Result<T, EngineError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(EngineError::malformed(path, format!("{part}: {}", plain_words(&error.to_string())))),
        Err(panic) => Err(EngineError::ReaderFault {
            path: path.to_owned(),
            row: None,
            byte: None,
            reason: format!("{part}: {}", panic_text(&*panic)),
        }),
    }
}

/// The reader's own words: their first line, without the names of the errors around it.
pub fn plain_words(mut words: &str) -> &str {
    while let Some(inner) = WRAPPINGS.iter().find_map(|wrapping| words.strip_prefix(wrapping)) {
        words = inner;
    }
    words.lines().next().unwrap_or_default().trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_panics_say_what_could_not_be_read_in_plain_words() {
        let nested = "External: Parquet argument error: External: corrupt deflate stream.\n\twhile reading";
        let error = guard("a", "the page there cannot be read", || Err::<(), _>(nested)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a is damaged: the page there cannot be read: corrupt deflate stream"
        );
        let error = guard("a", "the page there cannot be read", || -> Result<(), &str> { panic!("beyond") }).unwrap_err();
        assert_eq!(
            error.at(Some(7), 9).to_string(),
            "a made the reader fail at row 7, byte 9: the page there cannot be read: beyond"
        );
        assert_eq!(guard("a", "", || Ok::<_, &str>(1)).unwrap(), 1);
    }
}
