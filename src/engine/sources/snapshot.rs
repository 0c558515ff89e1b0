//! Which version of the data was read, as an id and in words.

use chrono::DateTime;
use xxhash_rust::xxh64::xxh64;

use crate::domain::table_profile::Snapshot;
use crate::domain::table_scope::TableScope;
use crate::engine::rooted_file::RootedFile;

/// The version of some files: their names, sizes and times.
pub fn describe_files<'a>(files: impl Iterator<Item = &'a RootedFile>) -> Snapshot {
    let mut identity = Vec::new();
    let mut paths = Vec::new();
    let (mut newest, mut total) = (0, 0);
    for file in files {
        let stamp = file.stamp();
        newest = newest.max(stamp.modified_ns);
        total += stamp.size;
        identity.extend_from_slice(file.path().as_bytes());
        identity.push(0);
        identity.extend_from_slice(&stamp.size.to_le_bytes());
        identity.extend_from_slice(&stamp.modified_ns.to_le_bytes());
        paths.push(file.path().to_owned());
    }
    let count = paths.len();
    let when = DateTime::from_timestamp((newest / 1_000_000_000) as i64, 0)
        .map_or_else(String::new, |at| at.format(", newest %Y-%m-%d %H:%M UTC").to_string());
    Snapshot {
        id: identify(&identity),
        description: format!(
            "{count} {}, {}{when}",
            if count == 1 { "file" } else { "files" },
            describe_bytes(total)
        ),
        files: paths,
        ..Snapshot::default()
    }
}

/// The same version of the data, of which only so much was read: another snapshot.
pub fn scoped(whole: Snapshot, scope: &TableScope) -> Snapshot {
    if scope.is_whole() {
        return whole;
    }
    let said = format!("{}\n{}\n{}", whole.id, scope.left_out.join("\0"), scope.words());
    Snapshot {
        id: identify(said.as_bytes()),
        description: format!("{}, {}", whole.description, scope.words()),
        scope: scope.clone(),
        ..whole
    }
}

/// The version of one file: its size and time.
pub fn identify_file(file: &RootedFile) -> String {
    let stamp = file.stamp();
    identify(&[&stamp.size.to_le_bytes()[..], &stamp.modified_ns.to_le_bytes()].concat())
}

/// A short id of what tells versions apart.
pub fn identify(identity: &[u8]) -> String {
    format!("{:016x}", xxh64(identity, 42))
}

/// `41.2 MB`
pub fn describe_bytes(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1_000.0;
    let mut unit = 0;
    while size >= 999.95 && unit + 1 < units.len() {
        size /= 1_000.0;
        unit += 1;
    }
    format!("{size:.1} {}", units[unit])
}
