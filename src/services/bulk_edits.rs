//! One change to several tables at once: tags, characteristics, switched off or on. All of it or nothing.

use super::access;
use super::characteristics::{check_lengths, checked_tags, require_on_table};
use super::error::AppError;
use crate::domain::characteristics::TableCharacteristics;
use crate::domain::identifier::TableId;
use crate::domain::user::{Permission, Viewer};
use crate::store::{Database, characteristics as store, tables};

/// Most tables of one change.
const MOST_TABLES: usize = 500;

/// What changes of each table; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct TableChange {
    /// Tags that each carries afterwards.
    pub add_tags: Vec<String>,
    /// Tags that none carries afterwards, whatever their capitals.
    pub remove_tags: Vec<String>,
    /// Fields of one line by their name ([`TableCharacteristics::lines`]), with what stands in them.
    pub lines: Vec<(String, String)>,
    /// Whether they are critical data elements.
    pub critical: Option<bool>,
    /// Whether runs read them.
    pub is_active: Option<bool>,
}

impl TableChange {
    fn is_empty(&self) -> bool {
        let lists = self.add_tags.is_empty() && self.remove_tags.is_empty() && self.lines.is_empty();
        lists && self.critical.is_none() && self.is_active.is_none()
    }

    /// What is said of a table afterwards.
    fn over(&self, known: &TableCharacteristics) -> Result<TableCharacteristics, AppError> {
        let mut said = known.clone();
        let removed = checked_tags(&self.remove_tags)?;
        said.tags
            .retain(|tag| !removed.iter().any(|gone| gone.to_lowercase() == tag.to_lowercase()));
        said.tags.extend(self.add_tags.iter().cloned());
        said.tags = checked_tags(&said.tags)?;
        for (name, text) in &self.lines {
            let Some(line) = said.line_mut(name) else {
                return Err(AppError::refused(
                    format!("There is no field {name:?}"),
                    "See /api/docs for the fields.",
                ));
            };
            text.trim().clone_into(line);
        }
        said.critical_data_element = self.critical.unwrap_or(said.critical_data_element);
        check_lengths(&said.description, said.lines().map(|(_, _, text)| text).as_slice())?;
        Ok(said)
    }
}

/// Changes several tables; says how many changed. Each leaves its own line in the trail.
pub async fn edit_tables(db: &Database, viewer: &Viewer, ids: &[TableId], change: &TableChange) -> Result<u64, AppError> {
    access::require(viewer, Permission::Describe)?;
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    if ids.is_empty() || ids.len() > MOST_TABLES {
        return Err(AppError::refused("Choose some tables", format!("1 to {MOST_TABLES} at once.")));
    }
    if change.is_empty() {
        return Err(AppError::refused(
            "Nothing is to be changed",
            "Fill in a tag, a field or the switch.",
        ));
    }
    let mut planned = Vec::new();
    for id in &ids {
        require_on_table(db, viewer, id).await?;
        let known = tables::find_table(db, id).await?.ok_or(AppError::NotFound)?;
        planned.push((id, change.over(&known.characteristics)?, known));
    }
    let actor = access::actor(viewer);
    let mut tx = db.begin().await?;
    let mut changed = 0;
    for (id, said, known) in planned {
        let mut has_changed = false;
        if said != known.characteristics {
            has_changed |= store::update_table(&mut tx, id, &said, &actor).await?;
        }
        if let Some(is_active) = change.is_active {
            has_changed |= tables::set_table_active(&mut tx, id, is_active, &actor).await?;
        }
        changed += u64::from(has_changed);
    }
    tx.commit().await?;
    Ok(changed)
}
