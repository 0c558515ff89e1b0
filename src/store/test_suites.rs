//! The suite that every connection has from the start (`default_suite`), so that programs which write tests find one to put them in.

use super::{StoreError, Transaction, sql};

/// What the documents call a suite that nobody has chosen; each connection has one of its own.
const DEFAULT: &str = "default_suite";

/// Makes the suite of a connection where it has none, and lets it belong to the connection's project. What somebody wrote into it stays.
pub(super) async fn keep_default(tx: &mut Transaction, connection: &str) -> Result<(), StoreError> {
    sql(
        "insert into dq_test_suites (test_suite_key, project_key, name, description, severity, created_at, updated_at)
         select $2, c.project_key, $3, '', 'medium', {now}, {now} from dq_connections c where c.connection_id = $1
         on conflict (test_suite_key) do update set project_key = excluded.project_key, updated_at = excluded.updated_at
         where coalesce(dq_test_suites.project_key, '') <> excluded.project_key",
    )
    .bind(connection)
    .bind(default_key(connection))
    .bind(DEFAULT)
    .execute(tx)
    .await?;
    Ok(())
}

/// Removes the suite of a connection that goes.
pub(super) async fn delete_default(tx: &mut Transaction, connection: &str) -> Result<(), StoreError> {
    sql("delete from dq_test_suites where test_suite_key = $1")
        .bind(default_key(connection))
        .execute(tx)
        .await?;
    Ok(())
}

fn default_key(connection: &str) -> String {
    format!("{DEFAULT}:{connection}")
}
