//! What a run found, table by table, in the form that the seed's newest programs read.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::column_profile_body::{BinBody, TopValueBody, metrics};
use super::column_profile_parts::{NumericProfile, TextProfile};
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::column_id;
use crate::store::run_tables::ResultTable;

/// All that a run found.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunResults {
    /// Group.
    pub table_group_id: String,
    /// Run.
    pub profile_run_id: String,
    /// How it went.
    pub summary: RunSummary,
    /// Where the figures were read: `results`, `columns`, `payload`, or `none` where no place has anything.
    pub source: &'static str,
    /// Why they were not read from the first place.
    pub source_reason: Option<String>,
    /// Its tables, by name.
    pub tables: Vec<TableResults>,
}

/// How a run went.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunSummary {
    /// Run.
    pub profile_run_id: String,
    /// Group.
    pub table_group_id: String,
    /// Status.
    pub status: String,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
    /// The run in Databricks.
    pub databricks_run_id: Option<String>,
    /// Rows of all tables.
    pub row_count: Option<u64>,
    /// Findings.
    pub anomaly_count: u64,
}

/// One table of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct TableResults {
    /// Table.
    pub table_id: String,
    /// Group.
    pub table_group_id: String,
    /// Schema.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
    /// Figures of the whole table.
    pub metrics: TableFigures,
    /// Columns in their order.
    pub columns: Vec<ColumnResults>,
    /// Findings about the table itself.
    pub anomalies: Vec<FindingBody>,
}

/// Figures of a whole table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultFigures)]
pub struct TableFigures {
    /// Rows.
    pub row_count: u64,
    /// Columns.
    pub column_count: u32,
}

/// One column of a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct ColumnResults {
    /// Id of the column.
    pub column_id: String,
    /// Column.
    pub column_name: String,
    /// Place in the table, from 1.
    pub ordinal_position: u32,
    /// Type as the source spells it.
    pub data_type: Option<String>,
    /// Family: A, N, D, B, X.
    pub general_type: &'static str,
    /// Figures by their key.
    #[schema(value_type = Object)]
    pub metrics: Map<String, Value>,
    /// Derived figures of a text.
    pub text_profile: Option<TextProfile>,
    /// Derived figures of a number.
    pub numeric_profile: Option<NumericProfile>,
    /// The commonest values.
    pub top_values: Vec<TopValueBody>,
    /// Bars.
    pub histogram: Vec<BinBody>,
    /// Findings about the column.
    pub anomalies: Vec<FindingBody>,
}

/// One finding.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingBody {
    /// Type of the catalogue.
    pub anomaly_type_id: String,
    /// Severity in the writer's word.
    pub severity: String,
    /// How sure it is.
    pub likelihood: Option<String>,
    /// In words.
    pub detail: String,
    /// Risk where it is about personal data.
    pub pii_risk: Option<String>,
    /// The dimension of quality that it touches.
    pub dq_dimension: Option<String>,
    /// When it was found.
    pub detected_at: Option<DateTime<Utc>>,
    /// Column; none for a finding about the table.
    pub column_name: Option<String>,
}

impl TableResults {
    /// A table with its columns and the findings of its run that are about it.
    pub fn new(group: &str, table: ResultTable, columns: &[ColumnProfile], findings: &[ProfileAnomaly]) -> Self {
        let of_table: Vec<&ProfileAnomaly> = findings
            .iter()
            .filter(|found| {
                let is_schema = found.schema_name.is_empty() || found.schema_name.eq_ignore_ascii_case(&table.schema_name);
                is_schema && found.table_name.eq_ignore_ascii_case(&table.table_name)
            })
            .collect();
        let about = |column: Option<&str>| {
            let found = of_table.iter().filter(|found| found.column_name.as_deref() == column);
            found.map(|found| FindingBody::from(*found)).collect()
        };
        Self {
            table_group_id: group.to_owned(),
            metrics: TableFigures {
                row_count: table.row_count,
                column_count: table.column_count,
            },
            columns: columns
                .iter()
                .map(|column| ColumnResults {
                    anomalies: about(Some(&column.column_name)),
                    ..ColumnResults::new(table.table_id.as_str(), column)
                })
                .collect(),
            anomalies: about(None),
            table_id: table.table_id.0,
            schema_name: table.schema_name,
            table_name: table.table_name,
        }
    }
}

impl ColumnResults {
    fn new(table_id: &str, column: &ColumnProfile) -> Self {
        Self {
            column_id: column_id(table_id, &column.column_name),
            column_name: column.column_name.clone(),
            ordinal_position: column.ordinal_position,
            data_type: Some(column.data_type.clone()).filter(|name| !name.is_empty()),
            general_type: column.general_type.letter(),
            metrics: metrics(column).into_iter().map(|metric| (metric.key, metric.value)).collect(),
            text_profile: TextProfile::of(column),
            numeric_profile: NumericProfile::of(column),
            top_values: column.top_values.iter().map(TopValueBody::from).collect(),
            histogram: column.histogram.iter().map(BinBody::from).collect(),
            anomalies: Vec::new(),
        }
    }
}

impl From<&ProfileAnomaly> for FindingBody {
    fn from(found: &ProfileAnomaly) -> Self {
        Self {
            anomaly_type_id: found.anomaly_type.clone(),
            severity: found.severity.clone(),
            likelihood: found.likelihood.clone(),
            detail: found.description.clone(),
            pii_risk: found.pii_risk.clone(),
            dq_dimension: found.dq_dimension.clone(),
            detected_at: found.detected_at,
            column_name: found.column_name.clone(),
        }
    }
}
