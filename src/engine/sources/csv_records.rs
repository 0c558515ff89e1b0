//! Records of a CSV file: fields with quotes undone, quoted or not remembered, newlines inside quotes kept.

use super::byte_stream::ByteStream;
use super::csv_blocks::{Span, take_records};
use crate::engine::error::EngineError;
use crate::engine::limits::RECORD_LIMIT_BYTES;

/// First size of the buffer; it grows with the longest record.
const BUFFER_BYTES: usize = 1 << 18;

/// What Spark and others write before a quote inside quotes.
pub const BACKSLASH: u8 = b'\\';

/// What stands before a quote inside quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// Another quote.
    Quote,
    /// A backslash, which stands before itself too.
    Backslash,
    /// Another quote as far as is known: no backslash has stood before a quote yet.
    Unseen,
}

/// How fields are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Between fields.
    pub delimiter: u8,
    /// Around fields.
    pub quote: u8,
    /// Inside quotes.
    pub escape: Escape,
}

impl Dialect {
    /// Nothing is known of escapes.
    pub fn of(delimiter: u8, quote: u8) -> Self {
        Self {
            delimiter,
            quote,
            escape: Escape::Unseen,
        }
    }

    /// The same with other escapes.
    pub fn with(self, escape: Escape) -> Self {
        Self { escape, ..self }
    }

    fn has_backslashes(self) -> bool {
        self.escape == Escape::Backslash
    }

    /// The place of the next byte that means something inside quotes.
    fn find_mark(self, bytes: &[u8]) -> Option<usize> {
        let has_backslashes = self.has_backslashes();
        bytes
            .iter()
            .position(|byte| *byte == self.quote || (has_backslashes && *byte == BACKSLASH))
    }

    /// Whether the byte, before such another one, is not there for itself: a doubled quote, or what is escaped.
    fn escapes(self, byte: u8, next: u8) -> bool {
        if self.has_backslashes() {
            byte == BACKSLASH && (next == BACKSLASH || next == self.quote)
        } else {
            next == self.quote
        }
    }

    /// Bytes up to the closing quote, it included; nothing where there is none.
    pub fn find_close(self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            at += self.find_mark(&bytes[at..])?;
            match bytes.get(at + 1) {
                Some(next) if self.escapes(bytes[at], *next) => at += 2,
                _ if bytes[at] == self.quote => return Some(at + 1),
                _ => at += 1,
            }
        }
    }
}

/// The fields of one record.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    text: Vec<u8>,
    spans: Vec<(usize, usize, bool)>,
    /// Whether any field is quoted: only then a record can hold more than one line end.
    quoted: bool,
}

impl Fields {
    /// How many.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Whether the record is a blank line.
    pub fn is_blank(&self) -> bool {
        matches!(self.spans.as_slice(), [] | [(0, 0, false)])
    }

    /// The field; nothing where it is empty and not quoted.
    pub fn token(&self, index: usize) -> Option<&[u8]> {
        let (start, end, quoted) = self.spans[index];
        (quoted || end > start).then(|| &self.text[start..end])
    }

    /// Every field, empty ones as empty texts.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.spans.iter().map(|(start, end, _)| &self.text[*start..*end])
    }

    fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
        self.quoted = false;
    }
}

/// What parsing found at the front of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A record, and how many bytes it took with its line end.
    Record(usize),
    /// The bytes end inside the record.
    Unfinished,
    /// The bytes end inside quotes and nothing follows.
    OpenQuote,
    /// No bytes.
    End,
}

/// Reads the record at the front of `bytes`; `is_last` says that nothing follows them.
pub fn parse_record(bytes: &[u8], is_last: bool, dialect: Dialect, fields: &mut Fields) -> Parsed {
    fields.clear();
    if bytes.is_empty() {
        return if is_last { Parsed::End } else { Parsed::Unfinished };
    }
    let mut at = 0;
    loop {
        let start = fields.text.len();
        let quoted = bytes.get(at) == Some(&dialect.quote);
        if quoted {
            fields.quoted = true;
            match unquote(&bytes[at + 1..], is_last, dialect, &mut fields.text) {
                Ok(taken) => at += 1 + taken,
                Err(stop) => return stop,
            }
        }
        // What follows a closing quote before the delimiter belongs to the field as it stands.
        let rest = &bytes[at..];
        let length = rest
            .iter()
            .position(|byte| *byte == dialect.delimiter || *byte == b'\n' || *byte == b'\r')
            .unwrap_or(rest.len());
        fields.text.extend_from_slice(&rest[..length]);
        fields.spans.push((start, fields.text.len(), quoted));
        at += length;
        match bytes.get(at) {
            Some(byte) if *byte == dialect.delimiter => at += 1,
            Some(b'\n') => return Parsed::Record(at + 1),
            Some(_) => {
                return match bytes.get(at + 1) {
                    Some(b'\n') => Parsed::Record(at + 2),
                    Some(_) => Parsed::Record(at + 1),
                    None if is_last => Parsed::Record(at + 1),
                    None => Parsed::Unfinished,
                };
            }
            None if is_last => return Parsed::Record(at),
            None => return Parsed::Unfinished,
        }
    }
}

/// Appends the text up to the closing quote and says how many bytes it took, the quote included.
fn unquote(bytes: &[u8], is_last: bool, dialect: Dialect, text: &mut Vec<u8>) -> Result<usize, Parsed> {
    let mut at = 0;
    loop {
        let Some(length) = dialect.find_mark(&bytes[at..]) else {
            return Err(if is_last { Parsed::OpenQuote } else { Parsed::Unfinished });
        };
        text.extend_from_slice(&bytes[at..at + length]);
        at += length + 1;
        let mark = bytes[at - 1];
        match bytes.get(at) {
            Some(next) if dialect.escapes(mark, *next) => {
                text.push(*next);
                at += 1;
            }
            None if !is_last => return Err(Parsed::Unfinished),
            _ if mark == dialect.quote => return Ok(at),
            // It escapes nothing.
            _ => text.push(mark),
        }
    }
}

/// Reads records from a stream.
pub struct RecordReader {
    stream: ByteStream,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    line: u64,
    offset: u64,
}

impl RecordReader {
    /// Fills the first buffer and steps over a byte order mark.
    pub fn open(stream: ByteStream) -> Result<Self, EngineError> {
        let mut reader = Self {
            stream,
            buffer: vec![0; BUFFER_BYTES],
            start: 0,
            end: 0,
            at_end: false,
            line: 1,
            offset: 0,
        };
        while !reader.at_end && reader.end < reader.buffer.len() {
            reader.read_some()?;
        }
        if reader.buffered().starts_with(b"\xEF\xBB\xBF") {
            reader.start = 3;
            reader.offset = 3;
        }
        Ok(reader)
    }

    /// What is buffered and not yet read: the sample for sniffing at the beginning.
    pub fn buffered(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Whether the buffer holds all that is left.
    pub fn is_complete(&self) -> bool {
        self.at_end
    }

    /// Line (from 1) at which the next record begins.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Path of the file relative to the root.
    pub fn path(&self) -> &str {
        self.stream.path()
    }

    /// What the text is written in.
    pub fn encoding(&self) -> &'static str {
        self.stream.encoding()
    }

    /// Bytes of the file read since the last call.
    pub fn take_consumed(&mut self) -> u64 {
        self.stream.take_consumed()
    }

    /// Takes up to `most` plain records of so many fields from what is buffered: the bytes that the spans lie in, and how many records.
    pub fn take_records(&mut self, dialect: Dialect, columns: usize, most: usize, spans: &mut Vec<Span>) -> (&[u8], usize) {
        let bytes = &self.buffer[self.start..self.end];
        let taken = take_records(bytes, dialect, columns, most, spans);
        self.start += taken.bytes;
        self.offset += taken.bytes as u64;
        self.line += taken.records as u64;
        (bytes, taken.records)
    }

    /// The next record; false at the end.
    pub fn next_record(&mut self, dialect: Dialect, fields: &mut Fields) -> Result<bool, EngineError> {
        let length = match self.peek_record(dialect, fields)? {
            Parsed::Record(length) => length,
            Parsed::End => return Ok(false),
            Parsed::OpenQuote => return Err(self.malformed("a quote that opens in this record is never closed")),
            Parsed::Unfinished => {
                let most = RECORD_LIMIT_BYTES >> 20;
                return Err(self.malformed(&format!("a record is longer than {most} MiB; probably a quote is not closed")));
            }
        };
        let record = &self.buffer[self.start..self.start + length];
        self.line += match record {
            [.., b'\n' | b'\r'] if !fields.quoted => 1,
            _ => count_line_ends(record),
        };
        self.start += length;
        self.offset += length as u64;
        Ok(true)
    }

    /// The next record, which stays the next one; all of it is buffered then. It is unfinished only where it is longer than any may be.
    pub fn peek_record(&mut self, dialect: Dialect, fields: &mut Fields) -> Result<Parsed, EngineError> {
        loop {
            match parse_record(self.buffered(), self.at_end, dialect, fields) {
                Parsed::Unfinished if self.make_room() => self.read_much()?,
                parsed => return Ok(parsed),
            }
        }
    }

    /// Whether there is room for more of the record.
    fn make_room(&mut self) -> bool {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end * 2 > self.buffer.len() && self.buffer.len() < RECORD_LIMIT_BYTES {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        self.end < self.buffer.len()
    }

    fn read_much(&mut self) -> Result<(), EngineError> {
        // A record is parsed again from its start after each read, so a read should bring much.
        let goal = self.end + (self.buffer.len() - self.end).div_ceil(2);
        while !self.at_end && self.end < goal {
            self.read_some()?;
        }
        Ok(())
    }

    fn read_some(&mut self) -> Result<(), EngineError> {
        let read = self.stream.read(&mut self.buffer[self.end..]);
        let count = read.map_err(|error| {
            let waiting = self.buffered();
            error.at(Some(self.line + count_line_ends(waiting)), self.offset + waiting.len() as u64)
        })?;
        self.end += count;
        self.at_end = count == 0;
        Ok(())
    }

    fn malformed(&self, reason: &str) -> EngineError {
        EngineError::malformed(self.path(), reason).at(Some(self.line), self.offset)
    }
}

/// Line ends of a record: `\n`, `\r\n` or a lone `\r`.
fn count_line_ends(record: &[u8]) -> u64 {
    let feeds = record.iter().filter(|byte| **byte == b'\n').count();
    let lone = record
        .iter()
        .enumerate()
        .filter(|(i, byte)| **byte == b'\r' && record.get(i + 1) != Some(&b'\n'))
        .count();
    (feeds + lone) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Dialect = Dialect {
        delimiter: b',',
        quote: b'"',
        escape: Escape::Unseen,
    };

    fn parse(text: &str) -> (Parsed, Vec<Option<String>>) {
        parse_as(text, COMMA)
    }

    fn parse_as(text: &str, dialect: Dialect) -> (Parsed, Vec<Option<String>>) {
        let mut fields = Fields::default();
        let parsed = parse_record(text.as_bytes(), true, dialect, &mut fields);
        let tokens = (0..fields.len())
            .map(|i| fields.token(i).map(|token| String::from_utf8_lossy(token).into_owned()))
            .collect();
        (parsed, tokens)
    }

    #[test]
    fn backslashes_before_quotes_and_themselves_are_undone_where_they_escape() {
        let escaped = COMMA.with(Escape::Backslash);
        for (text, fields) in [
            (r#""say \"hi\", you",x"#, [r#"say "hi", you"#, "x"]),
            (r#""C:\\","a\nb""#, [r"C:\", r"a\nb"]),
            (r#""\\\"",\""#, [r#"\""#, r#"\""#]),
            (r#"a\b,"""#, [r"a\b", ""]),
        ] {
            let found = parse_as(text, escaped).1;
            assert_eq!(found, fields.map(|field| Some(field.to_owned())), "{text}");
        }
        assert_eq!(parse_as(r#""open\""#, escaped).0, Parsed::OpenQuote);
    }

    #[test]
    fn quotes_newlines_and_empty_fields_are_read_as_meant() {
        let some = |text: &str| Some(text.to_owned());
        for (text, length, tokens) in [
            ("a,b\nc", 4, vec![some("a"), some("b")]),
            ("a,,\"\"\r\nc", 7, vec![some("a"), None, some("")]),
            ("\"x\ny\",\"say \"\"hi\"\"\"\rz", 19, vec![some("x\ny"), some("say \"hi\"")]),
            ("\"a\"b,c", 6, vec![some("ab"), some("c")]),
            ("a\"b,c", 5, vec![some("a\"b"), some("c")]),
            ("\n", 1, vec![None]),
            (",", 1, vec![None, None]),
        ] {
            assert_eq!(parse(text), (Parsed::Record(length), tokens), "{text:?}");
        }
        assert_eq!(parse("\"open,1\n2").0, Parsed::OpenQuote);
        assert_eq!(parse("").0, Parsed::End);
    }

    #[test]
    fn a_record_that_is_cut_off_asks_for_more() {
        let mut fields = Fields::default();
        for text in ["a,b", "\"a", "\"a\"", "a\r", ""] {
            assert_eq!(
                parse_record(text.as_bytes(), false, COMMA, &mut fields),
                Parsed::Unfinished,
                "{text:?}"
            );
        }
        assert_eq!(count_line_ends(b"a\r\nb\rc\n"), 3);
    }
}
