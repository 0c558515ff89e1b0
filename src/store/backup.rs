//! Copies of a SQLite database, made before its schema changes: `backups/limn-v1-20261121T201500123456Z.db` beside the file.

use std::path::{Path, PathBuf};

use chrono::Utc;

use super::{Database, StoreError, sql};

/// Copies that are kept; older ones are removed when a new one stands.
const KEPT: usize = 5;

/// Makes a whole copy of the database with the version and the time in its name. A copy that was cut off is never taken
/// for one: it gets its name when it is complete and on the disk.
pub(crate) async fn copy_database(db: &Database, file: &Path, version: i64) -> Result<PathBuf, StoreError> {
    let failed = |action: &str, error: std::io::Error| StoreError::Migration {
        reason: format!("the backup before the change could not be made ({action}): {error}. Nothing was changed"),
    };
    let folder = file.parent().unwrap_or(Path::new(".")).join("backups");
    std::fs::create_dir_all(&folder).map_err(|error| failed("making the folder", error))?;
    let name = format!("limn-v{version}-{}.db", Utc::now().format("%Y%m%dT%H%M%S%6fZ"));
    let (copy, unfinished) = (folder.join(&name), folder.join(format!("{name}.unfinished")));
    let target = unfinished.to_str().ok_or_else(|| StoreError::Migration {
        reason: "the backup before the change could not be made: the path of the database is not UTF-8. Nothing was changed".into(),
    })?;
    sql("vacuum into $1").bind(target).execute(db).await?;
    restrict(&unfinished).map_err(|error| failed("closing it to others", error))?;
    std::fs::File::open(&unfinished)
        .and_then(|file| file.sync_all())
        .map_err(|error| failed("writing it out", error))?;
    std::fs::rename(&unfinished, &copy).map_err(|error| failed("naming it", error))?;
    remove_old(&folder);
    tracing::info!(backup = %copy.display(), "The database was copied before its schema changes");
    Ok(copy)
}

/// The copies in a folder, newest first.
pub(crate) fn list_copies(folder: &Path) -> Vec<PathBuf> {
    let mut copies: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| written_at(path).is_some())
        .collect();
    copies.sort_by_key(|path| std::cmp::Reverse(written_at(path)));
    copies
}

/// The time in the name of a copy; nothing for any other file.
fn written_at(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_prefix("limn-v")?.strip_suffix(".db")?;
    let (version, time) = name.split_once('-')?;
    (!version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit())).then(|| time.to_owned())
}

fn remove_old(folder: &Path) {
    for copy in list_copies(folder).into_iter().skip(KEPT) {
        if let Err(error) = std::fs::remove_file(&copy) {
            tracing::warn!(backup = %copy.display(), %error, "An old backup could not be removed");
        }
    }
}

/// The copy holds what the database holds: nobody else may read it.
fn restrict(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}
