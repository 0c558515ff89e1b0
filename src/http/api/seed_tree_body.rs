//! The seed's tree of datasets in its own words, and how it grows from the list of tables.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::anomalies::score::mean;
use crate::store::seed_tree::{Levels, TreeColumn, TreeTable};

/// A team: what datasets name, else a project.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductTeam {
    product_team_id: String,
    name: Option<String>,
    description: Option<String>,
    applications: Vec<Application>,
}

/// An application: what datasets name, else a connection or the project.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    application_id: String,
    name: Option<String>,
    description: Option<String>,
    physical_name: Option<String>,
    data_objects: Vec<DataObject>,
}

/// A data object: a dataset, or a table group of none.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataObject {
    data_object_id: String,
    name: Option<String>,
    description: Option<String>,
    workspace_id: Option<String>,
    data_definitions: Vec<DataDefinition>,
}

/// A definition: what tables say that they belong to, else a schema of a group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataDefinition {
    data_definition_id: String,
    description: Option<String>,
    tables: Vec<DefinitionTable>,
}

/// A table.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DefinitionTable {
    data_definition_table_id: String,
    table_id: String,
    schema_name: String,
    table_name: String,
    physical_name: String,
    alias: Option<String>,
    description: Option<String>,
    load_order: Option<u32>,
    is_constructed: bool,
    table_type: Option<String>,
    fields: Vec<DefinitionField>,
}

/// A column, as the latest completed run met it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DefinitionField {
    data_definition_field_id: String,
    field_id: String,
    name: String,
    description: Option<String>,
    field_type: Option<String>,
    field_length: Option<u32>,
    decimal_places: Option<u32>,
    application_usage: Option<String>,
    business_definition: Option<String>,
    notes: Option<String>,
    display_order: u32,
    is_unique: bool,
    reference_table: Option<String>,
}

/// What each level comes to, by id.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfilingStats {
    pub(super) product_teams: BTreeMap<String, LevelStats>,
    pub(super) applications: BTreeMap<String, LevelStats>,
    pub(super) data_objects: BTreeMap<String, LevelStats>,
    pub(super) tables: BTreeMap<String, TableStats>,
}

/// What some tables come to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LevelStats {
    table_count: u64,
    profiled_table_count: u64,
    row_count: u64,
    column_count: u64,
    profiled_column_count: u64,
    anomaly_count: u64,
    /// The mean of the tables that have one, by how much each counts: its cells, and what kind of table it is.
    dq_score: Option<f64>,
    #[serde(skip)]
    score_weight: f64,
    last_completed_at: Option<DateTime<Utc>>,
}

/// One table's figures.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TableStats {
    #[serde(flatten)]
    pub(super) stats: LevelStats,
    pub(super) table_group_id: String,
    pub(super) table_id: String,
}

/// Where a table stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TableContext {
    data_definition_table_id: String,
    data_definition_id: String,
    data_object_id: String,
    workspace_id: Option<String>,
    application_id: String,
    product_team_id: String,
    table_group_id: String,
    table_id: String,
    schema_name: String,
    table_name: String,
    physical_name: String,
}

impl LevelStats {
    /// The figures of one table.
    pub fn of(table: &TreeTable) -> Self {
        let columns = table.column_count.unwrap_or(0);
        Self {
            table_count: 1,
            profiled_table_count: u64::from(table.last_completed_at.is_some()),
            row_count: table.row_count.unwrap_or(0),
            column_count: columns,
            profiled_column_count: columns,
            anomaly_count: table.anomaly_count,
            dq_score: table.dq_score,
            score_weight: table.score_weight.unwrap_or(0.0),
            last_completed_at: table.last_completed_at,
        }
    }

    /// What several come to.
    pub fn together(parts: &[Self]) -> Self {
        let sum = |of: fn(&Self) -> u64| parts.iter().map(of).sum();
        let scores = || parts.iter().filter_map(|part| Some((part.dq_score?, part.score_weight)));
        Self {
            table_count: sum(|part| part.table_count),
            profiled_table_count: sum(|part| part.profiled_table_count),
            row_count: sum(|part| part.row_count),
            column_count: sum(|part| part.column_count),
            profiled_column_count: sum(|part| part.profiled_column_count),
            anomaly_count: sum(|part| part.anomaly_count),
            dq_score: mean(scores()),
            score_weight: scores().map(|(_, weight)| weight).sum(),
            last_completed_at: parts.iter().filter_map(|part| part.last_completed_at).max(),
        }
    }
}

impl TableContext {
    /// The place of a table.
    pub fn of(table: TreeTable) -> Self {
        Self {
            data_definition_table_id: table.source_table_id.clone().unwrap_or_else(|| table.table_id.clone()),
            data_definition_id: table.definition_id.clone(),
            physical_name: physical_name(&table),
            data_object_id: table.levels.object.id,
            workspace_id: table.workspace_id,
            application_id: table.levels.application.id,
            product_team_id: table.levels.team.id,
            table_group_id: table.table_group_id,
            table_id: table.table_id,
            schema_name: table.schema_name,
            table_name: table.table_name,
        }
    }
}

/// Makes the tree of a list that is in its order.
pub fn grow(tables: Vec<TreeTable>, mut columns: HashMap<String, Vec<TreeColumn>>) -> Vec<ProductTeam> {
    let mut teams: Vec<ProductTeam> = Vec::new();
    for table in tables {
        let Levels { team, application, object } = table.levels.clone();
        let level = last_or(
            &mut teams,
            |known| known.product_team_id == team.id,
            || ProductTeam {
                product_team_id: team.id.clone(),
                name: Some(team.name.clone()),
                description: team.description.clone(),
                applications: Vec::new(),
            },
        );
        let level = last_or(
            &mut level.applications,
            |known| known.application_id == application.id,
            || Application {
                application_id: application.id.clone(),
                name: Some(application.name.clone()),
                description: application.description.clone(),
                physical_name: table.catalog.clone(),
                data_objects: Vec::new(),
            },
        );
        let level = last_or(
            &mut level.data_objects,
            |known| known.data_object_id == object.id,
            || DataObject {
                data_object_id: object.id.clone(),
                name: Some(object.name.clone()),
                description: object.description.clone(),
                workspace_id: table.workspace_id.clone(),
                data_definitions: Vec::new(),
            },
        );
        let definition = last_or(
            &mut level.data_definitions,
            |known| known.data_definition_id == table.definition_id,
            || DataDefinition {
                data_definition_id: table.definition_id.clone(),
                description: Some(table.definition.clone()),
                tables: Vec::new(),
            },
        );
        let fields = columns.remove(&table.table_id).unwrap_or_default();
        definition.tables.push(DefinitionTable {
            data_definition_table_id: table.source_table_id.clone().unwrap_or_else(|| table.table_id.clone()),
            physical_name: physical_name(&table),
            alias: None,
            description: table.description.clone(),
            load_order: None,
            is_constructed: false,
            table_type: None,
            fields: fields.into_iter().map(|column| field(&table.table_id, column)).collect(),
            table_id: table.table_id,
            schema_name: table.schema_name,
            table_name: table.table_name,
        });
    }
    teams
}

/// The last of a list where it is the one that is meant, else a new one.
fn last_or<T>(list: &mut Vec<T>, is_meant: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> &mut T {
    if !list.last().is_some_and(is_meant) {
        list.push(new());
    }
    list.last_mut().expect("the list has the element that was found or pushed")
}

fn field(table_id: &str, column: TreeColumn) -> DefinitionField {
    let id = format!("{table_id}::{}", column.column_name).to_lowercase();
    DefinitionField {
        data_definition_field_id: id.clone(),
        field_id: id,
        name: column.column_name,
        description: column.description,
        field_type: column.data_type,
        field_length: None,
        decimal_places: None,
        application_usage: None,
        business_definition: None,
        notes: None,
        display_order: column.ordinal_position,
        is_unique: column.is_unique,
        reference_table: None,
    }
}

fn physical_name(table: &TreeTable) -> String {
    format!("{}.{}", table.schema_name, table.table_name)
}
