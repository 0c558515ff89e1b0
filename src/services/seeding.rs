//! Seeding: a program hands over a catalogue, and it is merged. The same twice is once; what a person has set or removed since
//! stays so; and only what this source once made is ever taken away again.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::configuration::Configuration;
use super::error::AppError;
use super::seed_document::{SeedDocument, SeedPlan};
use super::{access, connection_secrets, datasets as dataset_services};
use crate::domain::audit::Actor;
use crate::domain::identifier::ConnectionId;
use crate::domain::seeding::{IS_ACTIVE, SeedEntry, SeedKind, SeedLine, SeedOutcome, SeedValue};
use crate::domain::user::{Permission, Viewer};
use crate::store::{Database, Transaction, audit, datasets, seeding as store};

/// What a seeding came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SeedReport {
    /// Who seeded.
    pub source: String,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// How many parts came to what.
    pub counts: BTreeMap<String, u64>,
    /// Every part that did not simply stand so already, from the top.
    pub parts: Vec<SeedLine>,
}

/// Seeds on behalf of a person or token.
pub async fn seed_as(db: &Database, config: &Configuration, viewer: &Viewer, document: SeedDocument) -> Result<SeedReport, AppError> {
    access::require(viewer, Permission::Configure)?;
    seed(db, config, &access::actor(viewer), document).await
}

/// Merges a document into the catalogue, all of it or nothing.
pub async fn seed(db: &Database, config: &Configuration, actor: &Actor, document: SeedDocument) -> Result<SeedReport, AppError> {
    let (source, prune, dry_run) = (document.source.trim().to_owned(), document.prune, document.dry_run);
    let plan = SeedPlan::check(db, config, document).await?;
    let mut tx = db.begin().await?;
    let mut lines = Vec::new();
    let mut absent: BTreeSet<(SeedKind, String)> = BTreeSet::new();
    for kind in SeedKind::ALL {
        for entry in plan.of(*kind) {
            let line = merge(&mut tx, &source, *kind, entry, &absent).await?;
            if line.outcome == SeedOutcome::RemovedByPerson {
                absent.insert((*kind, entry.id.clone()));
            }
            lines.push(line);
        }
        match kind {
            // Those that groups of other connections keep may lose these groups by the rest of the document.
            SeedKind::Connection => {
                for id in moved(&lines) {
                    datasets::follow_connection(&mut tx, &id, actor).await?;
                }
            }
            SeedKind::TableGroup => {
                for id in moved(&lines) {
                    dataset_services::follow_connection(&mut tx, &id, actor).await?;
                }
            }
            _ => {}
        }
    }
    if prune {
        for kind in SeedKind::ALL.iter().rev() {
            prune_kind(&mut tx, &source, *kind, &plan, actor, &mut lines).await?;
        }
    }
    record(&mut tx, &source, &lines, actor).await?;
    if !dry_run {
        tx.commit().await?;
    }
    let mut counts = BTreeMap::new();
    for line in &lines {
        *counts.entry(line.outcome.word().to_owned()).or_default() += 1;
    }
    lines.retain(|line| line.outcome != SeedOutcome::Unchanged || !line.kept.is_empty() || !line.passed_over.is_empty());
    lines.sort_by_key(|line| line.kind);
    Ok(SeedReport {
        source,
        dry_run,
        counts,
        parts: lines,
    })
}

/// The connections that the document moved to another project: the datasets of their groups go with them.
fn moved(lines: &[SeedLine]) -> Vec<ConnectionId> {
    let changed = lines
        .iter()
        .filter(|line| line.kind == SeedKind::Connection && line.outcome == SeedOutcome::Changed);
    changed
        .filter(|line| line.written.iter().any(|column| column == "project_key"))
        .map(|line| ConnectionId(line.id.clone()))
        .collect()
}

/// Merges one part, unless what it belongs to was removed by a person.
async fn merge(
    tx: &mut Transaction,
    source: &str,
    kind: SeedKind,
    entry: &SeedEntry,
    absent: &BTreeSet<(SeedKind, String)>,
) -> Result<SeedLine, AppError> {
    let parents = [
        (SeedKind::Project, "project_key"),
        (SeedKind::Connection, "connection_id"),
        (SeedKind::Dataset, "dataset_id"),
        (SeedKind::TableGroup, "table_group_id"),
    ];
    let said = |column: &str| entry.fixed.get(column).or_else(|| entry.values.get(column));
    let lost = parents
        .iter()
        .find(|(parent, column)| said(column).is_some_and(|id| absent.contains(&(*parent, id.text().to_owned()))));
    let mut entry = entry.clone();
    match lost {
        // A group lives without its dataset.
        Some((SeedKind::Dataset, column)) => {
            entry.values.remove(*column);
        }
        Some(_) => {
            return Ok(SeedLine {
                kind,
                id: entry.id,
                outcome: SeedOutcome::RemovedByPerson,
                written: Vec::new(),
                kept: Vec::new(),
                passed_over: Vec::new(),
            });
        }
        None => {}
    }
    if kind == SeedKind::Table {
        let text = |column: &str| entry.fixed.get(column).map(SeedValue::text).unwrap_or_default();
        let found = store::find_table_named(tx, text("table_group_id"), text("schema_name"), text("table_name")).await?;
        entry.id = found.unwrap_or(entry.id);
    }
    Ok(store::merge(tx, source, kind, &entry).await?)
}

/// Takes away what this source made and no longer says. What a person has set something of stays; what something depends on is
/// switched off.
async fn prune_kind(
    tx: &mut Transaction,
    source: &str,
    kind: SeedKind,
    plan: &SeedPlan,
    actor: &Actor,
    lines: &mut Vec<SeedLine>,
) -> Result<(), AppError> {
    let said: BTreeSet<&str> = plan.of(kind).iter().map(|entry| entry.id.as_str()).collect();
    for (id, mut seeded) in store::list_seeded(tx, source, kind).await? {
        if said.contains(id.as_str()) {
            continue;
        }
        let Some(kept) = store::list_set_by_people(tx, kind, &id, &seeded).await? else {
            store::forget(tx, source, kind, &id).await?;
            continue;
        };
        let outcome = if !kept.is_empty() {
            SeedOutcome::Kept
        } else if store::count_dependents(tx, kind, &id).await? == 0 {
            if kind == SeedKind::Connection {
                connection_secrets::forget_password(tx, &ConnectionId(id.clone()), actor).await?;
            }
            store::remove(tx, kind, &id).await?;
            store::forget(tx, source, kind, &id).await?;
            SeedOutcome::Removed
        } else if store::switch_off(tx, kind, &id).await? {
            if kind == SeedKind::Table {
                // From now on it is whatever the next search finds.
                store::forget(tx, source, kind, &id).await?;
            } else {
                seeded.insert(IS_ACTIVE.into(), SeedValue::Flag(false));
                store::note(tx, source, kind, &id, &seeded).await?;
            }
            SeedOutcome::SwitchedOff
        } else {
            SeedOutcome::Unchanged
        };
        lines.push(SeedLine {
            kind,
            id,
            outcome,
            written: Vec::new(),
            kept,
            passed_over: Vec::new(),
        });
    }
    Ok(())
}

/// The trail: a line for each part that changed but tables, and one for the seeding. A seeding that changed nothing leaves none.
async fn record(tx: &mut Transaction, source: &str, lines: &[SeedLine], actor: &Actor) -> Result<(), AppError> {
    use SeedOutcome::{Changed, Created, Removed, SwitchedOff};
    let changed: Vec<&SeedLine> = lines
        .iter()
        .filter(|line| matches!(line.outcome, Created | Changed | Removed | SwitchedOff))
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for line in &changed {
        *counts.entry(format!("{} {}", line.kind, line.outcome)).or_default() += 1;
    }
    for line in changed.iter().filter(|line| line.kind != SeedKind::Table) {
        let details = serde_json::json!({ "source": source, "outcome": line.outcome, "written": line.written });
        audit::record(
            tx,
            actor,
            &format!("{}.seed", line.kind),
            &format!("{}:{}", line.kind, line.id),
            details,
        )
        .await?;
    }
    audit::record(
        tx,
        actor,
        "catalogue.seed",
        &format!("seed:{source}"),
        serde_json::json!({ "counts": counts }),
    )
    .await?;
    Ok(())
}
