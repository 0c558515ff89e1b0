//! Bounds of an Arrow file, looked at before a reader believes them: every message lies within the file, and what its
//! compressed buffers unfold to has an end. A few wrong bytes would otherwise ask for all the memory there is.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;

use arrow::ipc::{Block, Message, MessageHeader, RecordBatch, root_as_footer, root_as_message};

use super::guarded::plain_words;

/// Most bytes that the buffers of one batch may unfold to.
const BATCH_BYTES: u64 = 1 << 30;
/// Bytes of `ARROW1` and its padding: at least, and where a writer aligns everything.
const MAGIC_BYTES: u64 = 8;
const ALIGNED_MAGIC_BYTES: u64 = 64;
/// Largest head of one message.
const HEAD_BYTES: u64 = 64 << 20;
/// Says that the length of a message follows.
const CONTINUATION: [u8; 4] = [0xFF; 4];

/// Where the messages of a file begin.
#[derive(Debug)]
pub struct Messages {
    /// The first that is read when the file is opened.
    pub first: u64,
    /// Of each record batch; in a stream the first message that is read for it, which may be a dictionary.
    pub batches: Vec<u64>,
}

/// What is wrong with a file.
#[derive(Debug)]
pub struct Misfit {
    /// The first row, from 1, that is not in the messages before.
    pub row: u64,
    /// Where the message begins.
    pub byte: u64,
    /// The words.
    pub reason: String,
}

/// Checks a file in the file format, by its footer.
pub fn check_file(file: &File, size: u64) -> Result<Messages, Misfit> {
    let (footer_at, bytes) = read_footer(file, size).map_err(|reason| {
        // The messages tell how far the file is whole.
        let mut walk = Walk::new(file, size, first_message(file).min(size));
        while let Ok(true) = walk.step() {}
        walk.misfit(format!("{reason}; whole record batches end there"))
    })?;
    let mut walk = Walk::new(file, size, footer_at);
    // It was looked through before.
    let footer = root_as_footer(&bytes).map_err(|error| walk.misfit(error.to_string()))?;
    let dictionaries = footer.dictionaries().into_iter().flatten();
    let first = dictionaries.clone().next().and_then(|block| u64::try_from(block.offset()).ok());
    for block in dictionaries.chain(footer.recordBatches().into_iter().flatten()) {
        walk.at = footer_at;
        walk.check_block(block).map_err(|reason| walk.misfit(reason))?;
    }
    Ok(Messages {
        first: first.unwrap_or(footer_at),
        batches: walk.batches,
    })
}

/// Checks a file in the stream format, message by message.
pub fn check_stream(file: &File, size: u64) -> Result<Messages, Misfit> {
    let mut walk = Walk::new(file, size, 0);
    while walk.step().map_err(|reason| walk.misfit(reason))? {}
    Ok(Messages {
        first: 0,
        batches: walk.batches,
    })
}

/// The footer of a file in the file format, looked through once, and where it begins.
fn read_footer(file: &File, size: u64) -> Result<(u64, Vec<u8>), String> {
    let tail: [u8; 10] = read_array(file, size.checked_sub(10).ok_or("the file is too short")?)?;
    if &tail[4..] != b"ARROW1" {
        return Err("the file does not end as an Arrow file does".into());
    }
    let length = u64::try_from(i32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]])).map_err(|_| "the footer's length is negative")?;
    let start = (size - 10).checked_sub(length).filter(|start| *start >= MAGIC_BYTES);
    let start = start.ok_or("the footer is longer than the file")?;
    let bytes = read_bytes(file, start, length)?;
    root_as_footer(&bytes).map_err(|error| format!("the footer is damaged: {}", plain_words(&error.to_string())))?;
    Ok((start, bytes))
}

/// Where the first message of a file in the file format begins.
fn first_message(file: &File) -> u64 {
    let is_padding = |at: &u64| read_array(file, *at) == Ok([0; 8]);
    let mut places = (MAGIC_BYTES..ALIGNED_MAGIC_BYTES).step_by(8);
    places.find(|at| !is_padding(at)).unwrap_or(ALIGNED_MAGIC_BYTES)
}

/// A walk from message to message.
struct Walk<'a> {
    file: &'a File,
    size: u64,
    /// Where the message begins that is looked at.
    at: u64,
    /// Rows of the batches before it.
    rows: u64,
    /// Where what belongs to the next batch of a stream begins.
    batch_at: u64,
    batches: Vec<u64>,
}

impl<'a> Walk<'a> {
    fn new(file: &'a File, size: u64, at: u64) -> Self {
        Self {
            file,
            size,
            at,
            rows: 0,
            batch_at: at,
            batches: Vec::new(),
        }
    }

    fn misfit(&self, reason: impl Into<String>) -> Misfit {
        Misfit {
            row: self.rows.saturating_add(1),
            byte: self.at,
            reason: reason.into(),
        }
    }

    /// Checks the next message of a stream and steps over it; false at the end.
    fn step(&mut self) -> Result<bool, String> {
        if self.at == self.size {
            return Ok(false);
        }
        let mut word: [u8; 4] = read_array(self.file, self.at)?;
        let mut head_at = self.at + 4;
        if word == CONTINUATION {
            word = read_array(self.file, head_at)?;
            head_at += 4;
        }
        let length = u64::try_from(i32::from_le_bytes(word)).map_err(|_| "the length of the message there is negative")?;
        if length == 0 {
            return Ok(false);
        }
        if length > self.size - head_at {
            return Err("the message there reaches beyond the file".into());
        }
        let head = read_bytes(self.file, head_at, length)?;
        let body_at = head_at + length;
        let message = parse_message(&head)?;
        let body = u64::try_from(message.bodyLength()).map_err(|_| "the length of the message there is negative")?;
        if body > self.size - body_at {
            return Err("the message there reaches beyond the file".into());
        }
        if let Some(rows) = check_message(self.file, message, body_at, body)? {
            self.batches.push(self.batch_at);
            self.rows = self.rows.saturating_add(rows);
        }
        self.at = body_at + body;
        if message.header_type() != MessageHeader::DictionaryBatch {
            self.batch_at = self.at;
        }
        Ok(true)
    }

    /// Checks a message that a footer names, and stays there.
    fn check_block(&mut self, block: &Block) -> Result<(), String> {
        const OUTSIDE: &str = "the footer there names a block that does not lie within the file";
        let at = u64::try_from(block.offset()).map_err(|_| OUTSIDE)?;
        let head = u64::try_from(block.metaDataLength()).map_err(|_| OUTSIDE)?;
        let body = u64::try_from(block.bodyLength()).map_err(|_| OUTSIDE)?;
        let end = at.checked_add(head).and_then(|end| end.checked_add(body));
        if end.is_none_or(|end| end > self.size) {
            return Err(OUTSIDE.into());
        }
        self.at = at;
        let bytes = read_bytes(self.file, self.at, head)?;
        let skipped = if bytes.starts_with(&CONTINUATION) { 8 } else { 4 };
        let message = parse_message(bytes.get(skipped..).ok_or("the block there is too short")?)?;
        if let Some(rows) = check_message(self.file, message, self.at + head, body)? {
            self.batches.push(self.at);
            self.rows = self.rows.saturating_add(rows);
        }
        Ok(())
    }
}

fn parse_message(head: &[u8]) -> Result<Message<'_>, String> {
    root_as_message(head).map_err(|error| format!("the message there is damaged: {}", plain_words(&error.to_string())))
}

/// Looks at the buffers of a message; says how many rows it holds where it is a record batch.
fn check_message(file: &File, message: Message, body_at: u64, body: u64) -> Result<Option<u64>, String> {
    let batch = match message.header_type() {
        MessageHeader::RecordBatch => message.header_as_record_batch(),
        MessageHeader::DictionaryBatch => message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data()),
        _ => None,
    };
    let Some(batch) = batch else { return Ok(None) };
    check_batch(file, batch, body_at, body)?;
    let is_rows = message.header_type() == MessageHeader::RecordBatch;
    Ok(is_rows.then(|| u64::try_from(batch.length()).unwrap_or(0)))
}

/// Buffers lie within the body; compressed ones begin with the length that they unfold to.
fn check_batch(file: &File, batch: RecordBatch, body_at: u64, body: u64) -> Result<(), String> {
    let is_compressed = batch.compression().is_some();
    let mut unfolded: u64 = 0;
    for buffer in batch.buffers().into_iter().flatten() {
        let at = u64::try_from(buffer.offset()).map_err(|_| "a buffer of the message there begins before it")?;
        let length = u64::try_from(buffer.length()).map_err(|_| "the length of a buffer of the message there is negative")?;
        if at.checked_add(length).is_none_or(|end| end > body) {
            return Err("a buffer of the message there reaches beyond it".into());
        }
        let whole = if is_compressed && length >= 8 {
            // -1 means: not compressed after all.
            u64::try_from(i64::from_le_bytes(read_array(file, body_at + at)?)).unwrap_or(length)
        } else {
            length
        };
        unfolded = unfolded.saturating_add(whole);
    }
    if unfolded > BATCH_BYTES {
        return Err(format!(
            "the batch there unfolds to {unfolded} bytes, more than {} MiB",
            BATCH_BYTES >> 20
        ));
    }
    Ok(())
}

fn read_bytes(file: &File, at: u64, length: u64) -> Result<Vec<u8>, String> {
    if length > HEAD_BYTES {
        return Err(format!("the head of the message there has {length} bytes"));
    }
    let mut bytes = vec![0; length as usize];
    read_exact(file, &mut bytes, at)?;
    Ok(bytes)
}

fn read_array<const N: usize>(file: &File, at: u64) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    read_exact(file, &mut bytes, at)?;
    Ok(bytes)
}

fn read_exact(file: &File, bytes: &mut [u8], at: u64) -> Result<(), String> {
    file.read_exact_at(bytes, at).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => "the file ends within the message there".to_owned(),
        _ => error.to_string(),
    })
}
