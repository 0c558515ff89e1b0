//! States that merge: the state of one column of one partition (a file) as bytes, and back.
//!
//! **The rule.** A table that is made of several files is profiled partition by partition: the state of each is brought into its
//! stored form ([`store_column`], then [`load_column`]) *whether or not it was read just now*, and what is shown is what the stored
//! forms merge to, in the order of the files. So no figure depends on which partitions came from the store. A table of one file,
//! and a table that is read where no store is (`limn profile`), is read as a whole and is as exact as the limits of its columns allow.
//!
//! **The stored form is bounded** ([`LARGEST_STATE`]). A column of few different values ([`EXACT_VALUES`], [`EXACT_BYTES`]) keeps them with their
//! counts, and merges of such states stay exact as far as the whole table's limits go. Any other column is stored as sketches: HLL
//! registers and KLL in the very bytes that Spark reads, the commonest values with a bound for what is missing, the decimal grid,
//! moments, days, shapes and lengths, each capped. Nothing is dropped silently: a cap widens the error that the figure carries, or
//! makes bins coarser whose counts stay exact.
//!
//! The bytes name what they are (engine, version, format, hash scheme, sketch parameters); states of other parameters are refused by
//! name ([`StateError::OtherParameters`]) and never merged.

mod accumulators;
mod bytes;
mod numbers;
pub mod partition;
mod texts;
mod values;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::sync::LazyLock;

use xxhash_rust::xxh64::xxh64;

use super::ENGINE_VERSION;
use super::accumulators::column::ColumnState;
use super::accumulators::sketch_error::SketchError;
use super::limits::ColumnLimits;
use bytes::{StateReader, StateWriter};

/// Largest stored state of a column. One that does not fit is not stored, and its partition is read again next time.
pub const LARGEST_STATE: usize = 64 << 10;
/// Bytes of different values with their counts up to which a column is stored exactly.
pub const EXACT_BYTES: usize = 40 << 10;
/// Different values up to which it is: the states of a year of days have to merge in a few milliseconds.
pub const EXACT_VALUES: usize = 1_024;
/// What the bytes are, in the store.
pub const STATE_KIND: &str = "column";

/// First bytes of every state.
const MAGIC: &[u8; 4] = b"LMST";
/// Changes when the bytes, or what they mean, change.
const FORMAT: u32 = 5;
/// Bytes that a state may unpack to: nothing that was written here is larger.
const LARGEST_PAYLOAD: usize = 1 << 20;
const COMPRESSION_LEVEL: i32 = 3;

static PARAMETERS: LazyLock<String> = LazyLock::new(|| parameters().to_string());

/// Why the bytes of a state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The bytes are not those of a state.
    #[error("the state is damaged: {reason}")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
    /// A good state, but of another engine, version or parameters.
    #[error("the state was made as {found}, and only {wanted} can be merged")]
    OtherParameters {
        /// What it says of itself.
        found: String,
        /// What this engine makes.
        wanted: String,
    },
    /// A sketch in it cannot be used.
    #[error(transparent)]
    Sketch(#[from] SketchError),
}

/// How states are made by this engine, as they say it themselves and as the store keeps it beside them.
pub fn parameters() -> serde_json::Value {
    serde_json::json!({
        "engine": super::ENGINE_NAME, "engine_version": ENGINE_VERSION, "format": FORMAT, "hash": "xxh64 seed 42, canonical bytes",
        "hll": "lgK 12", "kll": "double k 400", "top_values": "frequent items 4096",
    })
}

/// The stored form of a column's state. A column that failed, or whose type did not hold, has none and comes back.
pub fn store_column(state: ColumnState) -> Result<Vec<u8>, Box<ColumnState>> {
    let mut payload = StateWriter::default();
    accumulators::write_column(state, &mut payload)?;
    let payload = payload.into_bytes();
    let length = payload.len();
    let packed = zstd::bulk::compress(&payload, COMPRESSION_LEVEL).unwrap_or_default();
    let is_packed = !packed.is_empty() && packed.len() < length && length <= LARGEST_PAYLOAD;
    let kept = if is_packed { packed } else { payload };
    let mut out = StateWriter::default();
    out.put_raw(MAGIC);
    out.put_bytes(PARAMETERS.as_bytes());
    out.put_raw(&checksum(&kept).to_le_bytes());
    out.put_count(if is_packed { length as u64 } else { 0 });
    out.put_raw(&kept);
    Ok(out.into_bytes())
}

/// Whether the bytes are whole and made as this engine makes them.
pub fn verify(bytes: &[u8]) -> Result<(), StateError> {
    open(bytes).map(drop)
}

/// The state of the column of that name, to be merged with others; what it keeps from now on is within `limits`.
pub fn load_column(name: &str, bytes: &[u8], limits: ColumnLimits) -> Result<ColumnState, StateError> {
    let (length, kept) = open(bytes)?;
    let unpacked;
    let payload = match length {
        0 => kept,
        length => {
            unpacked = unpack(kept, length).map_err(|error| damaged(&error.to_string()))?;
            unpacked.as_slice()
        }
    };
    let mut payload = StateReader::new(payload);
    let state = accumulators::read_column(name, &mut payload, limits)?;
    if payload.rest().is_empty() {
        Ok(state)
    } else {
        Err(damaged("something stands behind its end"))
    }
}

/// Of a year of states none needs memory of its own to be unpacked.
fn unpack(kept: &[u8], length: usize) -> std::io::Result<Vec<u8>> {
    thread_local! {
        static UNPACKER: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
    }
    UNPACKER.with_borrow_mut(|unpacker| {
        let unpacker = match unpacker {
            Some(unpacker) => unpacker,
            none => none.insert(zstd::bulk::Decompressor::new()?),
        };
        unpacker.decompress(kept, length)
    })
}

/// To how many bytes the contents unpack (0 where they are not packed), and the contents.
fn open(bytes: &[u8]) -> Result<(usize, &[u8]), StateError> {
    let mut input = StateReader::new(bytes);
    if input.raw(MAGIC.len())? != MAGIC {
        return Err(damaged("it does not begin as one"));
    }
    let found = input.bytes()?;
    if found != PARAMETERS.as_bytes() {
        return Err(StateError::OtherParameters {
            found: String::from_utf8_lossy(found).into_owned(),
            wanted: PARAMETERS.clone(),
        });
    }
    let sum = input.raw(8)?;
    let length = usize::try_from(input.count()?).ok().filter(|length| *length <= LARGEST_PAYLOAD);
    let length = length.ok_or_else(|| damaged("it unpacks to more than any state holds"))?;
    if checksum(input.rest()).to_le_bytes() != *sum {
        return Err(damaged("its checksum does not fit"));
    }
    Ok((length, input.rest()))
}

fn checksum(kept: &[u8]) -> u64 {
    xxh64(kept, u64::from(FORMAT))
}

fn damaged(reason: &str) -> StateError {
    StateError::Damaged { reason: reason.into() }
}
