//! Which columns of a table hold personal data, and whether somebody may see their values there.

use std::collections::{BTreeMap, BTreeSet};

use super::access;
use super::error::AppError;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::masking::is_personal;
use crate::domain::table::TableDetail;
use crate::domain::user::{Permission, Viewer};
use crate::store::{Database, characteristics};

/// The columns of a table, as one reader may see them.
#[derive(Clone, Debug, Default)]
pub struct PersonalColumns {
    sees: bool,
    known: BTreeSet<String>,
    personal: BTreeSet<String>,
    /// Masked before they were stored: nobody is to see them.
    sealed: BTreeSet<String>,
}

impl PersonalColumns {
    /// Whether a column holds personal data.
    pub fn is_personal(&self, name: &str) -> bool {
        self.personal.contains(name)
    }

    /// Whether its values are hidden from this reader.
    pub fn hides(&self, column: &ColumnProfile) -> bool {
        self.hides_named(&column.column_name)
    }

    /// The same by name. What no run has looked at may be anything.
    pub fn hides_named(&self, name: &str) -> bool {
        self.sealed.contains(name) || !self.sees && (self.personal.contains(name) || !self.known.contains(name))
    }
}

/// What a reader may see of the columns of a table: a steward's word wins over what was measured, and a role may hold only in some groups.
pub async fn columns_of(db: &Database, viewer: &Viewer, table: &TableDetail) -> Result<PersonalColumns, AppError> {
    let group = &table.summary.table_group_id;
    let sees = match access::require_on_group(db, viewer, Permission::SeePersonalValues, group).await {
        Ok(()) => true,
        Err(AppError::Denied(_)) => false,
        Err(error) => return Err(error),
    };
    let said: BTreeMap<String, String> = characteristics::list_columns(db, &table.summary.table_id)
        .await?
        .into_iter()
        .map(|(name, said)| (name, said.pii_risk))
        .collect();
    let said_of = |name: &str| said.get(name).map_or("", String::as_str);
    let names = |columns: &mut dyn Iterator<Item = &ColumnProfile>| columns.map(|column| column.column_name.clone()).collect();
    Ok(PersonalColumns {
        sees,
        known: names(&mut table.columns.iter()),
        personal: names(
            &mut table
                .columns
                .iter()
                .filter(|column| is_personal(said_of(&column.column_name), column.meaning.pii_risk)),
        ),
        sealed: names(&mut table.columns.iter().filter(|column| column.masked_when_stored)),
    })
}
