//! What a database says of itself: its tables and views with their columns, and its indexes. Changes of the schema are decided by
//! this, never by the text of an error.

use std::collections::{BTreeMap, BTreeSet};

use super::registry::{Column, ColumnKind};
use super::scripts::Makes;
use super::statement::{Place, sql};
use super::{DatabaseKind, StoreError};

/// A column as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundColumn {
    /// The type's name as the database spells it.
    pub type_name: String,
    /// Whether it may never be null.
    pub is_required: bool,
}

/// Tables, views and indexes as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Catalogue {
    /// Table or view, column.
    pub tables: BTreeMap<String, BTreeMap<String, FoundColumn>>,
    /// Which of them are views.
    pub views: BTreeSet<String>,
    /// Names of indexes.
    pub indexes: BTreeSet<String>,
}

impl Catalogue {
    /// Reads the catalogue, in two statements. Take a transaction where the answer decides a change.
    pub(crate) async fn read<P: Place>(place: P, kind: DatabaseKind) -> Result<Self, StoreError> {
        let text = match kind {
            DatabaseKind::Sqlite => {
                "select 'column' as what, t.name as table_name, c.name as item, c.type as type_name, c.\"notnull\" as required
                 from sqlite_master t, pragma_table_info(t.name) c where t.type in ('table', 'view')
                 union all select type, tbl_name, name, '', 0 from sqlite_master where type in ('index', 'view')"
            }
            DatabaseKind::Postgres => {
                "select 'column' as what, table_name::text as table_name, column_name::text as item, data_type::text as type_name,
                     case is_nullable when 'NO' then 1 else 0 end as required
                 from information_schema.columns where table_schema in ('limn', 'dq_metadata')
                 union all select 'index', tablename::text, indexname::text, '', 0 from pg_indexes where schemaname in ('limn', 'dq_metadata')
                 union all select 'view', viewname::text, viewname::text, '', 0 from pg_views where schemaname in ('limn', 'dq_metadata')"
            }
        };
        let mut found = Self::default();
        for row in sql(text).fetch_all(place).await? {
            let (table, item) = (row.text("table_name")?, row.text("item")?);
            match row.text("what")?.as_str() {
                "index" => {
                    found.indexes.insert(item);
                }
                "view" => {
                    found.views.insert(item);
                }
                _ => {
                    let column = FoundColumn {
                        type_name: row.text("type_name")?.to_lowercase(),
                        is_required: row.integer("required")? != 0,
                    };
                    found.tables.entry(table).or_default().insert(item, column);
                }
            }
        }
        Ok(found)
    }

    /// Whether a table or view is there.
    pub(crate) fn has_table(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    /// Whether what a statement makes is there already.
    pub(crate) fn has(&self, makes: &Makes) -> bool {
        match makes {
            Makes::Table(table) => self.has_table(table),
            // The rules of a view come and go with it.
            Makes::View(view) | Makes::Rule(_, view) => self.views.contains(view),
            Makes::Index(index) => self.indexes.contains(index),
            Makes::Column(table, column) => self.tables.get(table).is_some_and(|columns| columns.contains_key(column)),
            Makes::Less(_) | Makes::Other => false,
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
