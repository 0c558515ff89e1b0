//! The schema's versions, oldest first. A new version is a new file for each database, added to both lists below.
//! A file that was ever released never changes: sqlx keeps its checksum and refuses to start otherwise.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::DatabaseKind;

/// One version: number, what it does, text.
type Version = (i64, &'static str, &'static str);

const SQLITE: &[Version] = &[
    (1, "first schema", include_str!("../../migrations/sqlite/0001_first_schema.sql")),
    (2, "table figures", include_str!("../../migrations/sqlite/0002_table_figures.sql")),
];
const POSTGRES: &[Version] = &[
    (1, "first schema", include_str!("../../migrations/postgres/0001_first_schema.sql")),
    (2, "table figures", include_str!("../../migrations/postgres/0002_table_figures.sql")),
];

/// All versions for one database.
pub(super) fn migrator(kind: DatabaseKind) -> Migrator {
    let versions = match kind {
        DatabaseKind::Sqlite => SQLITE,
        DatabaseKind::Postgres => POSTGRES,
    };
    let migrations = versions
        .iter()
        .map(|(number, what, text)| Migration::new(*number, (*what).into(), MigrationType::Simple, text.into_sql_str(), false));
    Migrator::with_migrations(migrations.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_have_the_same_versions_and_every_file_is_listed() {
        let numbers = |versions: &[Version]| versions.iter().map(|(number, ..)| *number).collect::<Vec<_>>();
        assert_eq!(numbers(SQLITE), numbers(POSTGRES));
        for (folder, versions) in [("sqlite", SQLITE), ("postgres", POSTGRES)] {
            let files = std::fs::read_dir(format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR")))
                .unwrap()
                .count();
            assert_eq!(files, versions.len(), "{folder}");
        }
    }
}
