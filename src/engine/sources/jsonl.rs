//! JSON lines: one object a line; columns are added as keys appear, those of objects within as `a.b`; lines that are no
//! object are counted and left out.

use rustc_hash::FxHashMap;

use super::byte_stream::ByteStream;
use super::json_line::{open_members, read_members};
use super::token_batch::TokenBatch;
use super::{BatchSource, SourceBatch, SourceColumn};
use crate::domain::table_profile::{RejectedRows, TextDialect};
use crate::engine::error::EngineError;
use crate::engine::limits::{BATCH_ROWS, COLUMN_LIMIT, RECORD_LIMIT_BYTES};
use crate::engine::rooted_file::RootedFile;
use crate::engine::type_inference::TokenKinds;

/// Bytes of tokens at which a batch is full.
const BATCH_BYTES: usize = 4 << 20;
/// Columns up to which objects are opened.
const OPENED_LIMIT: usize = 2_000;

/// Whether the name leaves open if the file is lines of objects or one document.
pub fn is_plain_json(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".json", ".json.gz", ".json.zst"].iter().any(|ending| lower.ends_with(ending))
}

/// One JSON lines file.
pub struct JsonlSource {
    stream: ByteStream,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    line: u64,
    offset: u64,
    columns: Vec<SourceColumn>,
    by_name: FxHashMap<String, usize>,
    kinds: Vec<TokenKinds>,
    batch: TokenBatch,
    rejected: RejectedRows,
    /// Whether a line was read that is not blank.
    is_begun: bool,
}

impl JsonlSource {
    /// Opens the file. Columns are known once a batch was read.
    pub fn open(file: &RootedFile) -> Result<Self, EngineError> {
        Ok(Self {
            stream: ByteStream::open(file)?,
            buffer: vec![0; 1 << 18],
            start: 0,
            end: 0,
            at_end: false,
            line: 0,
            offset: 0,
            columns: Vec::new(),
            by_name: FxHashMap::default(),
            kinds: Vec::new(),
            batch: TokenBatch::default(),
            rejected: RejectedRows::default(),
            is_begun: false,
        })
    }

    /// Whether the first lines that are not blank, so many, are an object each.
    pub fn begins_with_objects(mut self, count: usize) -> Result<bool, EngineError> {
        let mut objects = 0;
        while objects < count {
            let Some(line) = self.next_line()? else { return Ok(false) };
            let text = self.text_of(line);
            if !text.is_empty() && read_members(text).is_err() {
                return Ok(false);
            }
            objects += usize::from(!text.is_empty());
        }
        Ok(true)
    }

    /// A line without the white space around it and without a byte order mark.
    fn text_of(&self, line: std::ops::Range<usize>) -> &[u8] {
        let text = &self.buffer[line];
        let marked = if self.line == 1 { text.strip_prefix(b"\xEF\xBB\xBF") } else { None };
        marked.unwrap_or(text).trim_ascii()
    }

    /// Where the next line lies in the buffer; nothing at the end.
    fn next_line(&mut self) -> Result<Option<std::ops::Range<usize>>, EngineError> {
        let mut searched = self.start;
        loop {
            if let Some(length) = self.buffer[searched..self.end].iter().position(|byte| *byte == b'\n') {
                let line = self.start..searched + length;
                self.step_over(line.end + 1);
                return Ok(Some(line));
            }
            if self.at_end {
                let line = self.start..self.end;
                self.step_over(line.end);
                return Ok((!line.is_empty()).then_some(line));
            }
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            searched = self.end;
            if self.end == self.buffer.len() {
                if self.end >= RECORD_LIMIT_BYTES {
                    let reason = format!("a line is longer than {} MiB", RECORD_LIMIT_BYTES >> 20);
                    return Err(EngineError::malformed(self.stream.path(), reason).at(Some(self.line + 1), self.offset));
                }
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
            let read = self.stream.read(&mut self.buffer[self.end..]);
            let count = read.map_err(|error| error.at(Some(self.line + 1), self.offset + self.end as u64))?;
            self.end += count;
            self.at_end = count == 0;
        }
    }

    fn step_over(&mut self, end: usize) {
        self.offset += (end - self.start) as u64;
        self.start = end;
        self.line += 1;
    }

    fn add_line(&mut self, line: std::ops::Range<usize>) -> Result<(), EngineError> {
        let mut text = &self.buffer[line.clone()];
        if self.line == 1 {
            text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        }
        if text.trim_ascii().is_empty() {
            return Ok(());
        }
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        let read = read_members(text).and_then(|members| {
            let is_flat = members.iter().all(|member| member.kind != TokenKinds::NESTED);
            let opened = if is_flat { None } else { Some(open_members(&members)?) };
            Ok((members, opened))
        });
        let (members, opened) = match read {
            Ok(read) => read,
            Err(_) if is_first && is_plain_json(self.stream.path()) => return Err(self.refuse_document(line)),
            Err((byte, reason)) => {
                if self.rejected.count == 0 {
                    self.rejected.first = format!("{}, line {}, byte {}: {reason}", self.stream.path(), self.line, byte + 1);
                }
                self.rejected.count += 1;
                return Ok(());
            }
        };
        // Objects with ever new keys (maps in disguise) are not opened any further.
        let members = match opened {
            Some(opened) => {
                let fresh = opened.iter().filter(|member| !self.by_name.contains_key(&*member.name)).count();
                let is_too_wide = fresh > 0 && self.columns.len() + fresh > OPENED_LIMIT;
                if is_too_wide { members } else { opened }
            }
            None => members,
        };
        let mut row: Vec<Option<usize>> = vec![None; self.columns.len()];
        for (index, member) in members.iter().enumerate() {
            let column = match self.by_name.get(member.name.as_ref()) {
                Some(column) => *column,
                None if self.columns.len() >= COLUMN_LIMIT => {
                    return Err(EngineError::Unsupported {
                        what: format!("a table of more than {COLUMN_LIMIT} different keys, as in {}", self.stream.path()),
                    });
                }
                None => {
                    let column = self.columns.len();
                    self.columns.push(SourceColumn {
                        name: member.name.to_string(),
                        data_type: None,
                    });
                    self.by_name.insert(member.name.to_string(), column);
                    self.kinds.push(TokenKinds::default());
                    self.batch.add_column();
                    row.push(None);
                    column
                }
            };
            self.kinds[column] = self.kinds[column].with(member.kind);
            // Where a key comes twice, the last one counts, as most readers have it.
            row[column] = Some(index);
        }
        for (column, index) in row.into_iter().enumerate() {
            if let Some(index) = index {
                self.batch.push(column, members[index].token.as_deref());
            }
        }
        self.batch.end_row();
        Ok(())
    }

    /// What a `.json` file is whose first line is no object.
    fn refuse_document(&self, line: std::ops::Range<usize>) -> EngineError {
        let what = match self.text_of(line).first() {
            Some(b'[') => "one JSON array",
            Some(b'{') => "one JSON object over several lines",
            _ => "JSON that begins with no object",
        };
        EngineError::Unsupported {
            what: format!("{what} instead of one object a line, as in {},", self.stream.path()),
        }
    }

    /// How it is read; of JSON lines only the encoding may differ.
    pub fn text_dialect(&self) -> TextDialect {
        TextDialect {
            encoding: self.stream.encoding().into(),
            ..TextDialect::default()
        }
    }
}

impl BatchSource for JsonlSource {
    fn columns(&self) -> &[SourceColumn] {
        &self.columns
    }

    fn token_kinds(&self, column: usize) -> TokenKinds {
        self.kinds[column]
    }

    fn next_batch(&mut self) -> Result<Option<SourceBatch>, EngineError> {
        let mut lines = 0;
        let mut more = true;
        while lines < BATCH_ROWS && self.batch.bytes() < BATCH_BYTES {
            let Some(line) = self.next_line()? else {
                more = false;
                break;
            };
            lines += 1;
            self.add_line(line)?;
        }
        if !more && self.batch.rows() == 0 {
            return Ok(None);
        }
        let rows = self.batch.take(&self.columns, self.stream.path())?;
        Ok(Some(SourceBatch {
            rows,
            bytes: self.stream.take_consumed(),
        }))
    }

    fn rejected(&self) -> RejectedRows {
        self.rejected.clone()
    }
}
