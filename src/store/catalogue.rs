//! What a database says of itself: its tables and views with their columns, and its indexes. Changes of the schema are decided by
//! this, never by the text of an error.

use std::collections::{BTreeMap, BTreeSet};

use super::registry::{Column, ColumnKind};
use super::scripts::Makes;
use super::statement::sql;
use super::{Database, DatabaseKind, Record, StoreError, Transaction};

/// A column as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundColumn {
    /// The type's name as the database spells it.
    pub type_name: String,
    /// Whether it may never be null.
    pub is_required: bool,
}

/// Tables, views, indexes and rules as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Catalogue {
    /// Table or view, column.
    pub tables: BTreeMap<String, BTreeMap<String, FoundColumn>>,
    /// Which of them are views.
    pub views: BTreeSet<String>,
    /// Views that cannot be read, because what they stand on is gone; none of `views`.
    pub broken_views: BTreeSet<String>,
    /// Names of indexes.
    pub indexes: BTreeSet<String>,
    /// Names of triggers and rules.
    pub rules: BTreeSet<String>,
}

/// SQLite refuses the whole answer where one view stands on what is gone: then its tables, and the columns of each view by itself.
const TABLES_ALONE: &str = "select 'column' as what, t.name as table_name, c.name as item, c.type as type_name, c.\"notnull\" as required
     from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table'
     union all select type, tbl_name, name, '', 0 from sqlite_master where type in ('index', 'view', 'trigger')";
const VIEW_COLUMNS: &str = "select name as item, type as type_name, \"notnull\" as required from pragma_table_info($1)";

fn catalogue_text(kind: DatabaseKind) -> &'static str {
    match kind {
        DatabaseKind::Sqlite => {
            "select 'column' as what, t.name as table_name, c.name as item, c.type as type_name, c.\"notnull\" as required
             from sqlite_master t, pragma_table_info(t.name) c where t.type in ('table', 'view')
             union all select type, tbl_name, name, '', 0 from sqlite_master where type in ('index', 'view', 'trigger')"
        }
        DatabaseKind::Postgres => {
            "select 'column' as what, table_name::text as table_name, column_name::text as item, data_type::text as type_name,
                 case is_nullable when 'NO' then 1 else 0 end as required
             from information_schema.columns where table_schema in ('limn', 'dq_metadata')
             union all select 'index', tablename::text, indexname::text, '', 0 from pg_indexes where schemaname in ('limn', 'dq_metadata')
             union all select 'view', viewname::text, viewname::text, '', 0 from pg_views where schemaname in ('limn', 'dq_metadata')
             union all select 'trigger', tablename::text, rulename::text, '', 0 from pg_rules where schemaname in ('limn', 'dq_metadata')
             union all select 'trigger', c.relname::text, t.tgname::text, '', 0 from pg_trigger t join pg_class c on c.oid = t.tgrelid
                 join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('limn', 'dq_metadata') and not t.tgisinternal"
        }
    }
}

impl Catalogue {
    /// Reads the catalogue.
    pub(crate) async fn of(db: &Database) -> Result<Self, StoreError> {
        let mut found = Self::default();
        match sql(catalogue_text(db.kind())).fetch_all(db).await {
            Err(StoreError::Refused { .. }) if db.kind() == DatabaseKind::Sqlite => found.take(&sql(TABLES_ALONE).fetch_all(db).await?)?,
            rows => found.take(&rows?)?,
        }
        for view in found.unread_views() {
            found.take_view(view.clone(), sql(VIEW_COLUMNS).bind(&view).fetch_all(db).await)?;
        }
        Ok(found)
    }

    /// The same in a transaction, where the answer decides a change.
    pub(crate) async fn within(tx: &mut Transaction) -> Result<Self, StoreError> {
        let mut found = Self::default();
        match sql(catalogue_text(tx.kind())).fetch_all(&mut *tx).await {
            Err(StoreError::Refused { .. }) if tx.kind() == DatabaseKind::Sqlite => {
                found.take(&sql(TABLES_ALONE).fetch_all(&mut *tx).await?)?
            }
            rows => found.take(&rows?)?,
        }
        for view in found.unread_views() {
            found.take_view(view.clone(), sql(VIEW_COLUMNS).bind(&view).fetch_all(&mut *tx).await)?;
        }
        Ok(found)
    }

    fn take(&mut self, rows: &[Record]) -> Result<(), StoreError> {
        for row in rows {
            let (table, item) = (row.text("table_name")?, row.text("item")?);
            match row.text("what")?.as_str() {
                "index" => {
                    self.indexes.insert(item);
                }
                "view" => {
                    self.views.insert(item);
                }
                "trigger" => {
                    self.rules.insert(item);
                }
                _ => self.take_column(table, item, row)?,
            }
        }
        Ok(())
    }

    fn take_column(&mut self, table: String, column: String, row: &Record) -> Result<(), StoreError> {
        let found = FoundColumn {
            type_name: row.text("type_name")?.to_lowercase(),
            is_required: row.integer("required")? != 0,
        };
        self.tables.entry(table).or_default().insert(column, found);
        Ok(())
    }

    /// Views whose columns are not known yet.
    fn unread_views(&self) -> Vec<String> {
        self.views.iter().filter(|view| !self.tables.contains_key(*view)).cloned().collect()
    }

    /// Takes the columns of a view; where what it stands on is gone, SQLite refuses to name them.
    fn take_view(&mut self, view: String, columns: Result<Vec<Record>, StoreError>) -> Result<(), StoreError> {
        match columns {
            Ok(rows) => rows
                .iter()
                .try_for_each(|row| self.take_column(view.clone(), row.text("item")?, row)),
            Err(StoreError::Refused { .. }) => {
                self.views.remove(&view);
                self.broken_views.insert(view);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Whether a table or view is there.
    pub(crate) fn has_table(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    /// Whether what a statement makes is there already.
    pub(crate) fn has(&self, makes: &Makes) -> bool {
        match makes {
            Makes::Table(table) => self.has_table(table),
            Makes::View(view) => self.views.contains(view),
            // The rules of a view go with it.
            Makes::Rule(rule, view) => self.views.contains(view) && self.rules.contains(rule),
            Makes::Index(index) => self.indexes.contains(index),
            Makes::Column(table, column) => self.tables.get(table).is_some_and(|columns| columns.contains_key(column)),
            Makes::Less(_) | Makes::NoRule(_) | Makes::Other => false,
        }
    }
}

impl FoundColumn {
    /// Whether the type is the one that the registry names.
    pub(crate) fn has_type_of(&self, column: &Column, kind: DatabaseKind) -> bool {
        match (kind, column.kind) {
            (DatabaseKind::Postgres, ColumnKind::Time) => self.type_name == "timestamp with time zone",
            _ => self.type_name == column.kind.type_name(kind),
        }
    }
}
