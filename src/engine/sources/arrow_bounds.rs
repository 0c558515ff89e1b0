//! Bounds of an Arrow file, looked at before a reader believes them: every message lies within the file, and what its
//! compressed buffers unfold to has an end. A few wrong bytes would otherwise ask for all the memory there is.

use std::fs::File;
use std::os::unix::fs::FileExt;

use arrow::ipc::{MessageHeader, RecordBatch, root_as_footer, root_as_message};

/// Most bytes that the buffers of one batch may unfold to.
const BATCH_BYTES: u64 = 1 << 30;
/// Bytes of `ARROW1` and its padding.
const MAGIC_BYTES: u64 = 8;
/// Largest head of one message.
const HEAD_BYTES: u64 = 64 << 20;
/// Says that the length of a message follows.
const CONTINUATION: [u8; 4] = [0xFF; 4];

/// Checks a file in the file format, by its footer.
pub fn check_file(file: &File, size: u64) -> Result<(), String> {
    let tail: [u8; 10] = read_array(file, size.checked_sub(10).ok_or("the file is too short")?)?;
    if &tail[4..] != b"ARROW1" {
        return Err("the file does not end as an Arrow file does".into());
    }
    let length = u64::try_from(i32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]])).map_err(|_| "the footer's length is negative")?;
    let start = (size - 10).checked_sub(length).filter(|start| *start >= MAGIC_BYTES);
    let bytes = read_bytes(file, start.ok_or("the footer is longer than the file")?, length)?;
    let footer = root_as_footer(&bytes).map_err(|error| format!("the footer is damaged: {error}"))?;
    let blocks = footer
        .dictionaries()
        .into_iter()
        .flatten()
        .chain(footer.recordBatches().into_iter().flatten());
    for block in blocks {
        let at = u64::try_from(block.offset()).map_err(|_| "a block begins before the file")?;
        let head = u64::try_from(block.metaDataLength()).map_err(|_| "a block's length is negative")?;
        let body = u64::try_from(block.bodyLength()).map_err(|_| "a block's length is negative")?;
        let end = at.checked_add(head).and_then(|end| end.checked_add(body));
        if end.is_none_or(|end| end > size) {
            return Err("a block reaches beyond the file".into());
        }
        let head_bytes = read_bytes(file, at, head)?;
        let skipped = if head_bytes.starts_with(&CONTINUATION) { 8 } else { 4 };
        check_message(file, head_bytes.get(skipped..).ok_or("a block is too short")?, at + head, body)?;
    }
    Ok(())
}

/// Checks a file in the stream format, message by message.
pub fn check_stream(file: &File, size: u64) -> Result<(), String> {
    let mut at = 0;
    while at + 4 <= size {
        let mut word: [u8; 4] = read_array(file, at)?;
        at += 4;
        if word == CONTINUATION {
            word = read_array(file, at)?;
            at += 4;
        }
        let length = u64::try_from(i32::from_le_bytes(word)).map_err(|_| "a message's length is negative")?;
        if length == 0 {
            return Ok(());
        }
        if length > size - at {
            return Err(format!("the message at byte {at} reaches beyond the file"));
        }
        let head = read_bytes(file, at, length)?;
        at += length;
        let message = root_as_message(&head).map_err(|error| format!("the message before byte {at} is damaged: {error}"))?;
        let body = u64::try_from(message.bodyLength()).map_err(|_| "a message's length is negative")?;
        if body > size - at {
            return Err(format!("the message at byte {at} reaches beyond the file"));
        }
        check_message(file, &head, at, body)?;
        at += body;
    }
    Ok(())
}

fn check_message(file: &File, head: &[u8], body_at: u64, body: u64) -> Result<(), String> {
    let message = root_as_message(head).map_err(|error| format!("a message is damaged: {error}"))?;
    let batch = match message.header_type() {
        MessageHeader::RecordBatch => message.header_as_record_batch(),
        MessageHeader::DictionaryBatch => message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data()),
        _ => None,
    };
    batch.map_or(Ok(()), |batch| check_batch(file, batch, body_at, body))
}

/// Buffers lie within the body; compressed ones begin with the length that they unfold to.
fn check_batch(file: &File, batch: RecordBatch, body_at: u64, body: u64) -> Result<(), String> {
    let is_compressed = batch.compression().is_some();
    let mut unfolded: u64 = 0;
    for buffer in batch.buffers().into_iter().flatten() {
        let at = u64::try_from(buffer.offset()).map_err(|_| "a buffer begins before its message")?;
        let length = u64::try_from(buffer.length()).map_err(|_| "a buffer's length is negative")?;
        if at.checked_add(length).is_none_or(|end| end > body) {
            return Err("a buffer reaches beyond its message".into());
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
            "one batch unfolds to {unfolded} bytes, more than {} MiB",
            BATCH_BYTES >> 20
        ));
    }
    Ok(())
}

fn read_bytes(file: &File, at: u64, length: u64) -> Result<Vec<u8>, String> {
    if length > HEAD_BYTES {
        return Err(format!("the head of a message has {length} bytes"));
    }
    let mut bytes = vec![0; length as usize];
    file.read_exact_at(&mut bytes, at).map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn read_array<const N: usize>(file: &File, at: u64) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    file.read_exact_at(&mut bytes, at).map_err(|error| error.to_string())?;
    Ok(bytes)
}
