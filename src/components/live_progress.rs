//! The words of a run under way, the same on the server and where the browser patches them.

use super::format::{bytes, count, duration};
use crate::domain::progress::RunProgress;

/// The text of one `data-live` element; the attribute's value is its name.
pub fn live_text(name: &str, progress: &RunProgress) -> String {
    match name {
        "line" => progress_line(progress),
        "tables" => tables(progress),
        "rows" => count(progress.rows_read),
        "bytes" if progress.bytes_total > 0 => format!("{} of {}", bytes(progress.bytes_read), bytes(progress.bytes_total)),
        "bytes" => bytes(progress.bytes_read),
        "left" => progress
            .remaining_ms()
            .map_or_else(|| "not known yet".to_owned(), |left| format!("about {}", rough(left))),
        _ => String::new(),
    }
}

/// `22%, table 7 of 41: sales.orders, about 14 min left`.
pub fn progress_line(progress: &RunProgress) -> String {
    if progress.tables_total == 0 {
        return "Looking for the tables".to_owned();
    }
    let mut line = format!("{}%", percent_done(progress));
    if !progress.current_table.is_empty() && progress.tables_done < progress.tables_total {
        line.push_str(&format!(
            ", table {} of {}: {}",
            progress.tables_done + 1,
            progress.tables_total,
            progress.current_table
        ));
    } else {
        line.push_str(&format!(", tables {}", tables(progress)));
    }
    if let Some(left) = progress.remaining_ms().filter(|left| *left > 0) {
        line.push_str(&format!(", about {} left", rough(left)));
    }
    line
}

/// Whole percent, never rounded up to done.
pub fn percent_done(progress: &RunProgress) -> u32 {
    (progress.ratio() * 100.0).floor() as u32
}

fn tables(progress: &RunProgress) -> String {
    let failed = if progress.tables_failed > 0 {
        format!(", {} failed", progress.tables_failed)
    } else {
        String::new()
    };
    format!("{} of {}{failed}", progress.tables_done, progress.tables_total)
}

/// A forecast without false precision: seconds below a minute, then whole minutes.
fn rough(milliseconds: u64) -> String {
    match milliseconds {
        0..60_000 => duration((milliseconds / 1_000).max(1) * 1_000),
        60_000..3_600_000 => format!("{} min", milliseconds.div_ceil(60_000)),
        _ => duration(milliseconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress() -> RunProgress {
        RunProgress {
            tables_total: 41,
            tables_done: 6,
            tables_failed: 1,
            current_table: "sales.orders".into(),
            rows_read: 1_234_567,
            bytes_total: 1_000,
            bytes_read: 220,
            elapsed_ms: 240_000,
        }
    }

    #[test]
    fn a_line_says_how_far_where_and_how_long() {
        assert_eq!(progress_line(&progress()), "22%, table 7 of 41: sales.orders, about 15 min left");
        assert_eq!(progress_line(&RunProgress::default()), "Looking for the tables");
        let done = RunProgress {
            tables_done: 41,
            bytes_read: 1_000,
            current_table: String::new(),
            ..progress()
        };
        assert_eq!(progress_line(&done), "100%, tables 41 of 41, 1 failed");
    }

    #[test]
    fn every_named_text_has_words() {
        for name in ["line", "tables", "rows", "bytes", "left"] {
            assert!(!live_text(name, &progress()).is_empty(), "{name}");
        }
        assert_eq!(live_text("rows", &progress()), "1,234,567");
        assert_eq!(live_text("left", &RunProgress::default()), "not known yet");
    }
}
