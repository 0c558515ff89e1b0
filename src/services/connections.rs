//! Connections: test a folder step by step, make the connection, find its tables.

use std::path::{Path, PathBuf};

use super::access;
use super::configuration::Configuration;
use super::error::AppError;
use super::worker_process;
use crate::domain::audit::Actor;
use crate::domain::connection::{CheckStep, Connection, ConnectionCheck, ConnectionKind, FoundTable, TableGroup};
use crate::domain::identifier::ConnectionId;
use crate::domain::user::{Permission, Viewer};
use crate::store::{Database, connections, tables};

/// Longest name (characters).
const LONGEST_NAME: usize = 120;

/// Tries a folder in steps that stop at the first failure. Reads names and sizes only.
pub async fn check_folder(config: &Configuration, location: &str) -> (ConnectionCheck, Option<PathBuf>) {
    let mut check = ConnectionCheck {
        steps: Vec::new(),
        tables: Vec::new(),
    };
    let location = location.trim().to_owned();
    let path = PathBuf::from(&location);
    let mut step = |name: &str, outcome: Result<String, String>| -> bool {
        let passed = outcome.is_ok();
        check.steps.push(CheckStep {
            name: name.into(),
            passed,
            message: outcome.unwrap_or_else(|message| message),
        });
        passed
    };
    if !step(
        "Path is absolute",
        if path.is_absolute() {
            Ok(location.clone())
        } else {
            Err("Give the whole path of a folder on the server, beginning with /.".into())
        },
    ) {
        return (check, None);
    }
    let canonical = match tokio::fs::canonicalize(&path).await {
        Ok(found) if found.is_dir() => found,
        Ok(_) => {
            step("Folder exists", Err("This is a file. Give the folder that holds it.".into()));
            return (check, None);
        }
        Err(error) => {
            step(
                "Folder exists",
                Err(format!("{error}. Check the spelling, and that the server's user may enter it.")),
            );
            return (check, None);
        }
    };
    step("Folder exists", Ok(canonical.display().to_string()));
    let allowed = if config.allows_source(&canonical) {
        Ok("Inside the folders that Limn may read.".to_owned())
    } else if config.source_roots.is_empty() {
        Err(format!(
            "Limn listens beyond this machine, so the folders it may read must be named: set LIMN_SOURCE_ROOTS={} and start again.",
            canonical.display()
        ))
    } else {
        Err("Outside the folders named by LIMN_SOURCE_ROOTS. Add it there and start again.".to_owned())
    };
    if !step("Limn may read it", allowed) {
        return (check, None);
    }
    match discover(&canonical).await {
        Ok(found) if found.is_empty() => {
            step(
                "Tables are found",
                Err("No Parquet, CSV or JSON-lines file lies in it (.parquet .csv .tsv .jsonl .ndjson, also .gz and .zst).".into()),
            );
            (check, None)
        }
        Ok(found) => {
            step("Tables are found", Ok(format!("{} tables", found.len())));
            check.tables = found;
            (check, Some(canonical))
        }
        Err(error) => {
            step("Tables are found", Err(error.to_string()));
            (check, None)
        }
    }
}

/// Lists the tables below a folder, in a child process: the heads of files are not trusted either.
pub async fn discover(root: &Path) -> Result<Vec<FoundTable>, AppError> {
    worker_process::find_tables(root).await
}

/// Makes a folder connection whose test passes, with one group of all its tables.
pub async fn create_folder_connection(
    db: &Database,
    config: &Configuration,
    viewer: &Viewer,
    name: &str,
    location: &str,
) -> Result<Connection, AppError> {
    access::require(viewer, Permission::Configure)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(AppError::refused(
            "The connection needs a name",
            format!("1 to {LONGEST_NAME} characters; it can be changed later, its address cannot."),
        ));
    }
    let (check, folder) = check_folder(config, location).await;
    let Some(folder) = folder else {
        let failed = check.steps.into_iter().find(|step| !step.passed);
        let (title, detail) = failed.map_or_else(
            || ("The test failed".to_owned(), String::new()),
            |step| (format!("{}: no", step.name), step.message),
        );
        return Err(AppError::refused(title, detail));
    };
    let Some(location) = folder.to_str() else {
        return Err(AppError::refused(
            "The path cannot be kept",
            "Its name is not valid UTF-8. Rename the folder or link it under another name.",
        ));
    };
    store_connection(db, name, location, &check.tables, &access::actor(viewer)).await
}

/// Writes the connection, its group and its tables in one transaction.
pub async fn store_connection(
    db: &Database,
    name: &str,
    location: &str,
    found: &[FoundTable],
    actor: &Actor,
) -> Result<Connection, AppError> {
    let mut tx = db.begin().await?;
    let new = connections::NewConnection {
        name: name.into(),
        kind: ConnectionKind::Folder,
        location: location.into(),
    };
    let connection = connections::create_connection(&mut tx, new, actor).await?;
    if let Some(group) = connection.groups.first() {
        tables::replace_found_tables(&mut tx, &group.table_group_id, found, actor).await?;
    }
    tx.commit().await?;
    Ok(connection)
}

/// Looks for tables again and says what changed, in words.
pub async fn find_tables(db: &Database, viewer: &Viewer, id: &ConnectionId) -> Result<String, AppError> {
    access::require(viewer, Permission::Configure)?;
    let connection = connections::find_connection(db, id).await?.ok_or(AppError::NotFound)?;
    let found = discover(Path::new(&connection.location)).await?;
    let mut said = Vec::new();
    for group in &connection.groups {
        let inside = in_group(group, &found);
        let mut tx = db.begin().await?;
        let difference = tables::replace_found_tables(&mut tx, &group.table_group_id, &inside, &access::actor(viewer)).await?;
        tx.commit().await?;
        said.push(format!(
            "{} tables, {} new, {} missing",
            inside.len(),
            difference.added + difference.returned,
            difference.missing
        ));
    }
    Ok(said.join("; "))
}

/// The tables that a group's masks let through.
pub fn in_group(group: &TableGroup, found: &[FoundTable]) -> Vec<FoundTable> {
    let include = patterns(&group.include_mask);
    let exclude = patterns(&group.exclude_mask);
    found
        .iter()
        .filter(|table| {
            let names = [
                table.table_name.to_lowercase(),
                format!("{}.{}", table.schema_name, table.table_name).to_lowercase(),
            ];
            let any = |masks: &[String]| masks.iter().any(|mask| names.iter().any(|name| matches_mask(mask, name)));
            (include.is_empty() || any(&include)) && !any(&exclude)
        })
        .cloned()
        .collect()
}

/// Splits a mask at commas and line ends.
fn patterns(mask: &str) -> Vec<String> {
    mask.split([',', '\n'])
        .map(|part| part.trim().to_lowercase())
        .filter(|part| !part.is_empty())
        .collect()
}

/// Whether a lower-case name fits a mask with the wildcards `*`, `%` (any text) and `?` (one character).
fn matches_mask(mask: &str, name: &str) -> bool {
    let (mask, name): (Vec<char>, Vec<char>) = (mask.chars().collect(), name.chars().collect());
    let (mut m, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match mask.get(m) {
            Some('*' | '%') => {
                retry = Some((m, n));
                m += 1;
            }
            Some(&ch) if ch == '?' || ch == name[n] => {
                m += 1;
                n += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    m = star + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    mask[m..].iter().all(|ch| matches!(ch, '*' | '%'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_know_stars_percents_and_question_marks() {
        for (mask, name, fits) in [
            ("orders", "orders", true),
            ("order*", "order_lines", true),
            ("%lines", "order_lines", true),
            ("o?ders", "orders", true),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxbxx", false),
            ("sales.*", "sales.orders", true),
            ("sales.*", "crm.orders", false),
            ("*", "", true),
        ] {
            assert_eq!(matches_mask(mask, name), fits, "{mask} {name}");
        }
    }

    #[test]
    fn exclusion_wins_over_inclusion() {
        let table = |schema: &str, name: &str| FoundTable {
            schema_name: schema.into(),
            table_name: name.into(),
            ..FoundTable::default()
        };
        let group = TableGroup {
            table_group_id: "g".into(),
            connection_id: "c".into(),
            name: "g".into(),
            description: String::new(),
            include_mask: "sales.*, crm.people".into(),
            exclude_mask: "*_tmp".into(),
            table_count: 0,
        };
        let found = [
            table("sales", "orders"),
            table("sales", "x_tmp"),
            table("crm", "people"),
            table("crm", "other"),
        ];
        let names: Vec<String> = in_group(&group, &found).into_iter().map(|table| table.table_name).collect();
        assert_eq!(names, ["orders", "people"]);
    }
}
