//! What a run's profiles show: findings, scores and alerts, made by the completer and nowhere else.

use chrono::{DateTime, Utc};

use super::error::AppError;
use super::finding_settings::{FailurePatience, FindingSettings};
use super::run_completion::Completion;
use crate::anomalies::score::{ScoreWeights, mean, table_score};
use crate::anomalies::{GONE, all_rules, find_anomalies, find_failures, title_of};
use crate::domain::alert::source;
use crate::domain::anomaly::{Findings as ShownFindings, ProfileAnomaly, Severity};
use crate::domain::group_mask::is_in_masks;
use crate::domain::identifier::{RunId, TableId};
use crate::domain::profile_run::RunPhase;
use crate::domain::table::TableDetail;
use crate::domain::table_profile::{FailedTable, TableProfile};
use crate::domain::user::{Permission, Viewer};
use crate::store::alerts::{SeenIn, Sight};
use crate::store::anomalies::{AnomalyType, Dismissed, TableScore};
use crate::store::run_completion::RunOutcome;
use crate::store::{Database, StoreError, Transaction, alert_ends, alerts, anomalies, masking, run_facts};

/// What is odd about the tables of a run.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// By table, in the order of the profiles.
    pub of_tables: Vec<Vec<ProfileAnomaly>>,
    /// About tables that could not be read.
    pub of_failures: Vec<ProfileAnomaly>,
    /// The score of all tables together.
    pub score: Option<f64>,
}

impl Findings {
    /// How many there are.
    pub fn count(&self) -> u64 {
        (self.of_tables.iter().map(Vec::len).sum::<usize>() + self.of_failures.len()) as u64
    }
}

/// Finds what is odd about tables, and about those that could not be read. The score is not known yet: [`score`].
pub fn find(tables: &[&TableProfile], failed: &[FailedTable], settings: &FindingSettings, clock: DateTime<Utc>) -> Findings {
    Findings {
        of_tables: find_anomalies(tables, &settings.hygiene, clock),
        of_failures: find_failures(failed, clock),
        score: None,
    }
}

/// Writes the scores into the profiles and the findings; only findings that are kept count, by the table's place.
pub fn score(
    profiles: &mut [&mut TableProfile],
    findings: &mut Findings,
    weights: &ScoreWeights,
    is_kept: impl Fn(usize, &ProfileAnomaly) -> bool,
) {
    let mut scores = Vec::new();
    for (place, (profile, found)) in profiles.iter_mut().zip(&mut findings.of_tables).enumerate() {
        let places: Vec<usize> = (0..found.len()).filter(|at| is_kept(place, &found[*at])).collect();
        let kept: Vec<&ProfileAnomaly> = places.iter().map(|at| &found[*at]).collect();
        let scored = table_score(profile, &kept, weights);
        for (column, score) in profile.columns.iter_mut().zip(scored.columns) {
            column.meaning.quality_score = score;
        }
        for (at, cost) in places.into_iter().zip(scored.costs) {
            if let Some(evidence) = found[at].evidence.as_mut().filter(|_| cost > 0.0) {
                evidence.score_cost = Some(cost);
            }
        }
        profile.metrics.quality_score = scored.table;
        scores.extend(scored.table.map(|score| (score, table_weight(profile, weights))));
    }
    findings.score = mean(scores.into_iter());
}

/// How much a table counts beside others: its cells, by what kind of table it is.
fn table_weight(profile: &TableProfile, weights: &ScoreWeights) -> f64 {
    let cells = profile.row_count as f64 * f64::from(profile.column_count);
    cells * weights.of_table(profile.metrics.functional_table_type.as_deref())
}

/// What the completer finds in a run, with the scores written into its profiles; and what of it people have dismissed.
pub async fn judge(
    tx: &mut Transaction,
    completion: &mut Completion,
    settings: &FindingSettings,
) -> Result<(Findings, Dismissed), StoreError> {
    let mut failed = completion.failed.clone();
    failed.extend(list_gone(tx, &completion.profile_run_id).await?);
    let tables: Vec<&TableProfile> = completion.profiles.iter().map(|(_, profile)| profile).collect();
    let words = masking::list_group_words(tx, &completion.profile_run_id).await?;
    let mut settings = settings.clone();
    for table in &tables {
        let of_table = table.columns.iter().filter_map(|column| {
            let is_personal = words.is_personal(&table.table_name, &column.column_name, column.meaning.pii_risk);
            is_personal.then(|| (table.table_name.clone(), column.column_name.clone()))
        });
        settings.hygiene.personal.extend(of_table);
    }
    let settings = &settings;
    let mut findings = find(&tables, &failed, settings, Utc::now());
    let ids: Vec<TableId> = completion.profiles.iter().map(|(id, _)| id.clone()).collect();
    let mut cleared = ids.clone();
    if let Some(seen_in) = run_facts::find_seen_in(tx, &completion.profile_run_id).await? {
        for anomaly in &findings.of_failures {
            cleared.extend(find_table_of(tx, &seen_in, anomaly).await?);
        }
    }
    let dismissed = anomalies::list_dismissed(tx, &cleared).await?;
    let mut profiles: Vec<&mut TableProfile> = completion.profiles.iter_mut().map(|(_, profile)| profile).collect();
    score(&mut profiles, &mut findings, &settings.weights, |place, anomaly| {
        !dismissed.holds(&ids[place], anomaly)
    });
    Ok((findings, dismissed))
}

/// Writes findings, scores and alerts of a run that has just ended. Nothing of it may be written twice: whoever calls this knows
/// that the end was recorded now.
pub async fn store(
    tx: &mut Transaction,
    completion: &Completion,
    outcome: &RunOutcome,
    judged: Option<&(Findings, Dismissed)>,
    settings: &FindingSettings,
) -> Result<(), StoreError> {
    let Some(seen_in) = run_facts::find_seen_in(tx, &completion.profile_run_id).await? else {
        return Ok(());
    };
    match (outcome.phase, judged) {
        (RunPhase::Completed, Some(judged)) => store_completed(tx, completion, &seen_in, judged, &settings.weights).await,
        (RunPhase::Failed, _) => {
            let sight = failed_run_of(tx, &seen_in, outcome, settings).await?;
            alerts::take_sights(tx, &seen_in, &[sight]).await.map(|_| ())
        }
        _ => Ok(()),
    }
}

/// What a program outside reports of a run that it did itself.
#[derive(Clone, Copy, Debug)]
pub struct Reported<'a> {
    /// What it found.
    pub anomalies: &'a [ProfileAnomaly],
    /// Schemas and names of the tables that it looked at, as far as it says.
    pub tables: &'a [(String, String)],
    /// Whether it named everything it found.
    pub is_whole: bool,
}

/// Raises alerts of what a program outside reports, and resolves what earlier reports named and this one does not, in tables that it names, for
/// which it wrote results or found something. Of other tables nobody knows whether it looked at them.
pub async fn take_reported(
    tx: &mut Transaction,
    run: &RunId,
    outcome: &RunOutcome,
    reported: Reported<'_>,
    settings: &FindingSettings,
) -> Result<(), StoreError> {
    let Some(seen_in) = run_facts::find_seen_in(tx, run).await? else {
        return Ok(());
    };
    let mut sights = Vec::new();
    for anomaly in reported.anomalies {
        let table_id = find_table_of(tx, &seen_in, anomaly).await?;
        let mut sight = sight(anomaly, table_id.as_ref());
        if sight.observed.is_empty() {
            sight.observed = title_of(&sight.kind);
        }
        sights.push(sight);
    }
    match outcome.phase {
        RunPhase::Completed => {
            alert_ends::resolve_failed_runs(tx, &seen_in).await?;
            if reported.is_whole {
                let mut looked_at = run_facts::list_tables_with_results(tx, run).await?;
                looked_at.extend_from_slice(reported.tables);
                looked_at.extend(reported.anomalies.iter().map(|it| (it.schema_name.clone(), it.table_name.clone())));
                alert_ends::resolve_unreported(tx, &seen_in, &looked_at, &sights).await?;
            }
        }
        RunPhase::Failed => sights.push(failed_run_of(tx, &seen_in, outcome, settings).await?),
        _ => {}
    }
    alerts::take_sights(tx, &seen_in, &sights).await.map(|_| ())
}

async fn failed_run_of(
    tx: &mut Transaction,
    seen_in: &SeenIn,
    outcome: &RunOutcome,
    settings: &FindingSettings,
) -> Result<Sight, StoreError> {
    let ended = run_facts::list_failures_in_a_row(tx, &seen_in.table_group_id).await?;
    Ok(failed_run(outcome, &settings.failures, &ended))
}

async fn store_completed(
    tx: &mut Transaction,
    completion: &Completion,
    seen_in: &SeenIn,
    (findings, dismissed): &(Findings, Dismissed),
    weights: &ScoreWeights,
) -> Result<(), StoreError> {
    let run = &completion.profile_run_id;
    let mut sights = Vec::new();
    let mut scores = Vec::new();
    for ((table_id, profile), found) in completion.profiles.iter().zip(&findings.of_tables) {
        anomalies::insert_found(tx, run, completion.attempt, Some(table_id), found, dismissed).await?;
        sights.extend(found.iter().map(|anomaly| sight(anomaly, Some(table_id))));
        scores.push(TableScore {
            table_id: table_id.clone(),
            score: profile.metrics.quality_score,
            weight: table_weight(profile, weights),
            anomalies: found.iter().filter(|anomaly| !dismissed.holds(table_id, anomaly)).count() as u64,
        });
    }
    // A table that could not be read keeps its alerts: nobody has looked.
    let looked_at: Vec<TableId> = completion.profiles.iter().map(|(id, _)| id.clone()).collect();
    for anomaly in &findings.of_failures {
        let table_id = find_table_of(tx, seen_in, anomaly).await?;
        anomalies::insert_found(
            tx,
            run,
            completion.attempt,
            table_id.as_ref(),
            std::slice::from_ref(anomaly),
            dismissed,
        )
        .await?;
        sights.push(sight(anomaly, table_id.as_ref()));
    }
    alerts::take_sights(tx, seen_in, &sights).await?;
    // What compares tables was not asked of all of them where some were not read.
    let is_whole = seen_in.is_whole_group && completion.failed.is_empty();
    let unasked: Vec<&str> = all_rules()
        .filter(|rule| !is_whole && rule.compares_tables())
        .map(|rule| rule.name)
        .collect();
    alert_ends::resolve_unseen(tx, seen_in, &looked_at, &sights, &unasked).await?;
    alert_ends::resolve_failed_runs(tx, seen_in).await?;
    anomalies::keep_scores(tx, run, findings.score, findings.count(), &scores).await
}

async fn find_table_of(tx: &mut Transaction, seen_in: &SeenIn, anomaly: &ProfileAnomaly) -> Result<Option<TableId>, StoreError> {
    run_facts::find_table_id(tx, &seen_in.table_group_id, &anomaly.schema_name, &anomaly.table_name).await
}

fn sight(anomaly: &ProfileAnomaly, table_id: Option<&TableId>) -> Sight {
    let evidence = anomaly.evidence.clone().unwrap_or_default();
    Sight {
        source_type: source::ANOMALY,
        kind: anomaly.anomaly_type.clone(),
        table_id: table_id.cloned(),
        schema_name: anomaly.schema_name.clone(),
        table_name: anomaly.table_name.clone(),
        column_name: anomaly.column_name.clone(),
        severity: anomaly.severity(),
        observed: evidence.observed,
        expected: evidence.expected,
        details: anomaly.description.clone(),
        level: evidence.level,
    }
}

/// A failed run as a cause of its group; `ended` says when each of the failures in a row ended, the newest first.
fn failed_run(outcome: &RunOutcome, patience: &FailurePatience, ended: &[DateTime<Utc>]) -> Sight {
    let (severity, observed) = if patience.is_repeated(ended.len()) {
        (Severity::High, format!("{} runs failed in a row", ended.len()))
    } else {
        (Severity::Medium, "the run failed".to_owned())
    };
    Sight {
        source_type: source::RUN,
        kind: "run_failed".to_owned(),
        table_id: None,
        schema_name: String::new(),
        table_name: String::new(),
        column_name: None,
        severity,
        observed,
        expected: "a profile".to_owned(),
        details: outcome.error_message.clone().unwrap_or_default(),
        level: Some(patience.level(ended, Utc::now())),
    }
}

/// Keeps the catalogue of types in the database.
pub async fn keep_catalogue(db: &Database) -> Result<(), AppError> {
    let types: Vec<AnomalyType> = all_rules()
        .map(|rule| AnomalyType {
            anomaly_type_id: rule.name,
            name: rule.title,
            category: if rule.name == "Potential_PII" { "pii" } else { "hygiene" },
            default_severity: rule.severity.word(),
            default_likelihood: rule.likelihood.word(),
            description: format!("{} {}", rule.explanation, rule.remedy),
        })
        .collect();
    let mut tx = db.begin().await?;
    anomalies::keep_types(&mut tx, &types).await?;
    tx.commit().await?;
    Ok(())
}

/// Tables that the run's group still asks for and that are no longer there, as tables that could not be read.
async fn list_gone(tx: &mut Transaction, run: &RunId) -> Result<Vec<FailedTable>, StoreError> {
    let gone = run_facts::list_gone(tx, run).await?;
    Ok(gone
        .into_iter()
        .filter(|table| is_in_masks(&table.include_mask, &table.exclude_mask, &table.schema_name, &table.table_name))
        .map(|table| FailedTable {
            schema_name: table.schema_name,
            table_name: table.table_name,
            error: GONE.to_owned(),
            remedy: String::new(),
        })
        .collect())
}

/// Findings of a table that its pages show; the inbox has all of them.
const MOST_SHOWN: u32 = 500;

/// What was found about a table in the run shown, and whether whoever looks may clear it.
pub async fn of_table(db: &Database, viewer: &Viewer, table: &TableDetail) -> Result<ShownFindings, AppError> {
    let Some(run) = &table.run else {
        return Ok(ShownFindings::default());
    };
    Ok(ShownFindings {
        list: anomalies::list_findings(db, &run.profile_run_id, Some(&table.summary.table_id), MOST_SHOWN).await?,
        may_clear: viewer.may(Permission::ClearAlerts),
    })
}
