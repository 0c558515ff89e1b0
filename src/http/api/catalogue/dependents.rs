//! What goes with something that is removed, and what keeps it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::project::Project;
use crate::domain::table::TableSummary;
use crate::services::connection_changes::refuse_dependents;
use crate::services::error::AppError;
use crate::services::{projects, table_removal};
use crate::store::table_groups::DependentCounts;

/// What depends on a part of the catalogue.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Dependents {
    /// Connections.
    pub connections: u64,
    /// Datasets.
    pub datasets: u64,
    /// Table groups.
    pub table_groups: u64,
    /// Tables.
    pub tables: u64,
    /// Runs that have ended.
    pub runs: u64,
    /// Runs that have not.
    pub active_runs: u64,
    /// Alerts in any state.
    pub alerts: u64,
    /// Tests.
    pub tests: u64,
    /// Test suites.
    pub test_suites: u64,
    /// Whether it can be removed now.
    pub is_removable: bool,
    /// Why not, and what to do.
    pub reason: Option<String>,
}

impl Dependents {
    /// Of a project, with what depends on its connections.
    pub fn of_project(project: &Project, groups: u64, found: &DependentCounts) -> Self {
        Self {
            connections: project.connection_count,
            datasets: project.dataset_count,
            table_groups: groups,
            tables: found.tables,
            runs: found.runs,
            active_runs: found.active_runs,
            alerts: found.alerts,
            tests: found.tests,
            test_suites: project.test_suite_count,
            ..Self::default()
        }
        .kept_by(projects::removal_refusal(project))
    }

    /// Of some groups that go together.
    pub fn of_groups(groups: u64, found: &DependentCounts, noun: &str) -> Self {
        Self {
            table_groups: groups,
            tables: found.tables,
            runs: found.runs,
            active_runs: found.active_runs,
            alerts: found.alerts,
            tests: found.tests,
            ..Self::default()
        }
        .kept_by(refuse_dependents(found, noun).err())
    }

    /// Of a table.
    pub fn of_table(table: &TableSummary, found: DependentCounts) -> Self {
        Self {
            tables: 1,
            runs: found.runs,
            active_runs: found.active_runs,
            alerts: found.alerts,
            ..Self::default()
        }
        .kept_by(table_removal::removal_refusal(table, &found))
    }

    /// Says whether something stands in the way.
    pub fn kept_by(mut self, refusal: Option<AppError>) -> Self {
        self.is_removable = refusal.is_none();
        self.reason = refusal.map(|refusal| refusal.line());
        self
    }
}
