//! Values as they are shown: the canonical text of typed values, the very text of a file's fields, cut where they are long.

use arrow::array::ArrayRef;

use super::values::ColumnValues;
use crate::domain::column_profile::TEXT_LIMIT_CHARS;
use crate::domain::row_look::RowCell;
use crate::engine::type_inference::TokenType;

/// Characters of all cells of a page together, beyond which cells are cut short.
const PAGE_CHARS: usize = 4 << 20;
/// Characters of a cell from then on.
const SHORT: usize = 80;

/// Makes cells, and counts what they take.
#[derive(Default)]
pub struct CellWriter {
    written: usize,
}

impl CellWriter {
    /// The cells of one column, a few rows long.
    pub fn write(&mut self, array: &ArrayRef, are_tokens: bool) -> Result<Vec<RowCell>, String> {
        let values = ColumnValues::read(array, are_tokens.then_some(TokenType::Text))?;
        let mut cells = vec![RowCell::default(); values.rows()];
        values.for_each_text(|row, text| cells[row] = self.cell(text))?;
        Ok(cells)
    }

    fn cell(&mut self, bytes: &[u8]) -> RowCell {
        let limit = if self.written < PAGE_CHARS { TEXT_LIMIT_CHARS } else { SHORT };
        // No more of a long text is looked at than can be shown.
        let beginning = &bytes[..bytes.len().min(limit * 4 + 4)];
        let text: String = String::from_utf8_lossy(beginning).chars().take(limit).collect();
        self.written += text.len();
        RowCell {
            is_cut: text.len() < bytes.len() && String::from_utf8_lossy(beginning).len() > text.len() || beginning.len() < bytes.len(),
            text: Some(text),
        }
    }
}
