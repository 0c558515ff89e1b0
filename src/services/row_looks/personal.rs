//! Which columns of a table hold personal data, and what of a look is masked for a reader who may not see it.

use std::collections::BTreeSet;

use super::RowLook;
use crate::domain::masking::{is_personal, mask_snapshot};
use crate::domain::table::{ColumnDetail, TableRun};
use crate::domain::table_profile::Snapshot;
use crate::services::look_process::Refusal;
use crate::store::row_looks::LookPlace;

/// The columns of a table, as one reader may see them.
#[derive(Clone, Debug, Default)]
pub struct PersonalColumns {
    /// Whether the reader may see personal values here.
    sees: bool,
    /// Columns that a run has looked at.
    known: BTreeSet<String>,
    personal: BTreeSet<String>,
    /// Masked before they were stored: nobody is to see them.
    sealed: BTreeSet<String>,
}

impl PersonalColumns {
    /// As the figures of a run and the words about its columns have it.
    pub fn of(detail: &ColumnDetail, place: &LookPlace) -> Self {
        let mut columns = Self {
            sees: place.personal.is_none(),
            ..Self::default()
        };
        for column in detail.table.columns.iter().chain([&detail.column]) {
            let (name, measured) = (&column.column_name, column.meaning.pii_risk);
            let is_asked = *name == detail.column.column_name;
            let is_personal = match place.personal.as_ref().and_then(|words| words.get(name)) {
                Some(word) => word.is_personal(measured),
                None if is_asked => is_personal(&detail.characteristics.pii_risk, measured),
                None => is_personal("", measured),
            };
            columns.known.insert(name.clone());
            if is_personal {
                columns.personal.insert(name.clone());
            }
            if column.masked_when_stored {
                columns.sealed.insert(name.clone());
            }
        }
        columns
    }

    /// Whether a column holds personal data.
    pub fn is_personal(&self, name: &str) -> bool {
        self.personal.contains(name)
    }

    /// Whether the values of a column are hidden from the reader. What no run has looked at may be anything.
    pub fn hides(&self, name: &str) -> bool {
        self.sealed.contains(name) || !self.sees && (self.personal.contains(name) || !self.known.contains(name))
    }

    /// A run as the reader may read of it: without literals of its filter that are compared with personal columns.
    pub fn told_run(&self, run: &TableRun) -> TableRun {
        let mut told = run.clone();
        mask_snapshot(&mut told.snapshot, |column| self.hides(column));
        // They are counted and never named.
        told.snapshot.files.clone_from(&run.snapshot.files);
        told
    }

    /// A refusal as the reader may read it: the path of a partition tells a value, and so does a filter.
    pub fn told(&self, snapshot: &Snapshot, refusal: Refusal) -> Refusal {
        if self.hides_filter(snapshot) || self.hides_paths(snapshot) {
            return Refusal {
                reason: "A file of the table could not be read".to_owned(),
                ..refusal
            };
        }
        refusal
    }

    /// Takes what the reader may not see out of everything that stands beside the rows.
    pub fn veil(&self, look: &mut RowLook) {
        let Some(run) = &mut look.detail.table.run else { return };
        let (hides_paths, hides_filter) = (self.hides_paths(&run.snapshot), self.hides_filter(&run.snapshot));
        mask_snapshot(&mut run.snapshot, |column| self.hides(column));
        let is_hidden = self.hides(&look.detail.column.column_name);
        if hides_paths || hides_filter || is_hidden {
            look.statement = Err("values of a personal column may stand in it, and your role does not include them");
        }
        if hides_paths && let Some(looked) = &mut look.looked {
            looked.files.clear();
        }
    }

    fn hides_filter(&self, snapshot: &Snapshot) -> bool {
        let columns = snapshot.scope.row_filter.iter().flat_map(|filter| filter.columns());
        columns.into_iter().any(|column| self.hides(column))
    }

    fn hides_paths(&self, snapshot: &Snapshot) -> bool {
        snapshot.origins.partitions.iter().any(|name| self.hides(name))
    }
}
