//! The upper levels of the seed's hierarchy for a table group: product team, application, data object.
//!
//! A dataset is a data object; its attributes name the application and the team, and where they do not, its project stands for
//! both. A group of no dataset is a data object of its own, its connection the application, its project the team.

use super::{Record, StoreError};

/// One level.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level {
    /// Name.
    pub name: String,
    /// Id.
    pub id: String,
    /// In words.
    pub description: Option<String>,
}

/// What stands above a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Levels {
    /// Product team.
    pub team: Level,
    /// Application.
    pub application: Level,
    /// Data object.
    pub object: Level,
}

/// What [`read_levels`] reads: `pr` is the project, `c` the connection, `g` the group, `d` its dataset.
pub(super) const LEVEL_COLUMNS: &str =
    "pr.project_key as level_project, pr.name as level_project_name, pr.description as level_project_text,
     c.connection_id as level_connection, c.name as level_connection_name, g.table_group_id as level_group, g.name as level_group_name,
     g.description as level_group_text, d.dataset_id as level_dataset, d.name as level_dataset_name, d.description as level_dataset_text,
     d.product_team as level_team, d.application as level_application";

/// Where it reads from, after the group.
pub(super) const LEVEL_TABLES: &str = "join dq_connections c on c.connection_id = g.connection_id
     join dq_projects pr on pr.project_key = c.project_key left join dq_datasets d on d.dataset_id = g.dataset_id";

/// Reads the levels above a group.
pub(super) fn read_levels(row: &Record) -> Result<Levels, StoreError> {
    let said = |name: &str| Ok::<_, StoreError>(row.text_opt(name)?.filter(|text| !text.is_empty()));
    let level = |id: String, name: Option<String>, description: Option<String>| Level {
        name: name.unwrap_or_else(|| id.clone()),
        id,
        description,
    };
    let project = level(row.text("level_project")?, said("level_project_name")?, said("level_project_text")?);
    let Some(dataset) = said("level_dataset")? else {
        return Ok(Levels {
            team: project,
            application: level(row.text("level_connection")?, said("level_connection_name")?, None),
            object: level(row.text("level_group")?, said("level_group_name")?, said("level_group_text")?),
        });
    };
    let team = match said("level_team")? {
        Some(name) => level(format!("team:{name}"), Some(name), None),
        None => project.clone(),
    };
    let application = match said("level_application")? {
        Some(name) => level(format!("application:{}:{name}", team.id), Some(name), None),
        None => level(
            format!("project:{}:{}", team.id, project.id),
            Some(project.name),
            project.description,
        ),
    };
    Ok(Levels {
        team,
        application,
        object: level(dataset, said("level_dataset_name")?, said("level_dataset_text")?),
    })
}
