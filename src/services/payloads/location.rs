//! Where a payload is: in the row itself, or in a file that connections may read. Other places need a connection that Limn
//! does not have yet, and say so.

use std::io::Read;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::PayloadError;
use super::bounded_json::LARGEST_BYTES;
use crate::engine::rooted_file::RootedFile;
use crate::services::configuration::Configuration;

/// Places that are named in stored runs and cannot be read by this server.
const REMOTE: &[&str] = &["dbfs:", "/Volumes/", "s3:", "s3a:", "abfs:", "abfss:", "gs:", "wasbs:"];

/// Reads the text of a payload: `stored` is what the run's row says, the document itself or its address.
pub async fn load_payload(config: &Configuration, stored: Option<String>) -> Result<Vec<u8>, PayloadError> {
    let stored = stored.filter(|text| !text.trim().is_empty()).ok_or(PayloadError::Absent)?;
    let trimmed = stored.trim_start();
    if trimmed.starts_with(['{', '[']) {
        return Ok(stored.into_bytes());
    }
    if let Some(scheme) = REMOTE.iter().find(|scheme| trimmed.starts_with(**scheme)) {
        return Err(PayloadError::Unreachable(format!(
            "it lies in {scheme}, which this server cannot read; copy it to a folder of the server and store its file:// address"
        )));
    }
    let Some(address) = trimmed.trim_end().strip_prefix("file://") else {
        return Err(PayloadError::Unreachable("its address is of no known kind".into()));
    };
    let path = percent_decode_str(address.strip_prefix("localhost").unwrap_or(address))
        .decode_utf8()
        .map_err(|_| PayloadError::Unreachable("its path is not UTF-8".into()))?
        .into_owned();
    let path = tokio::fs::canonicalize(PathBuf::from(&path))
        .await
        .map_err(|error| PayloadError::Unreachable(format!("{path}: {error}")))?;
    if !path.parent().is_some_and(|folder| config.allows_source(folder)) {
        return Err(PayloadError::Unreachable(
            "its file lies outside the folders that Limn may read (LIMN_SOURCE_ROOTS)".into(),
        ));
    }
    tokio::task::spawn_blocking(move || read_file(&path))
        .await
        .map_err(|error| PayloadError::Unreachable(error.to_string()))?
}

/// Reads a regular file, no link on its way, up to the limit.
fn read_file(path: &Path) -> Result<Vec<u8>, PayloadError> {
    let failed = |error: &dyn std::fmt::Display| PayloadError::Unreachable(format!("{}: {error}", path.display()));
    let below = path
        .strip_prefix("/")
        .ok()
        .and_then(Path::to_str)
        .ok_or_else(|| failed(&"its path is not UTF-8"))?;
    let opened = RootedFile::open(Path::new("/"), below).map_err(|error| failed(&error))?;
    let size = opened.stamp().size;
    if size > LARGEST_BYTES {
        return Err(PayloadError::TooLarge(format!("{size} bytes, at most {LARGEST_BYTES}")));
    }
    let mut text = Vec::with_capacity(size as usize);
    let file = opened.reopen().map_err(|error| failed(&error))?;
    file.take(LARGEST_BYTES + 1)
        .read_to_end(&mut text)
        .map_err(|error| failed(&error))?;
    opened.ensure_unchanged().map_err(|error| failed(&error))?;
    Ok(text)
}
