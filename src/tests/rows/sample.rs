//! The sample data: the rows behind every finding that has rows, and behind values and bars of every column.

use std::collections::BTreeSet;

use chrono::TimeZone;

use super::*;
use crate::anomalies::{FindingRows, HygieneSettings, find_anomalies, rows_of_finding};
use crate::engine::{discover, profile_table};

#[test]
fn behind_every_finding_that_counts_rows_are_these_rows() {
    let clock = Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap();
    let folder = tempfile::tempdir().unwrap();
    crate::demo::write(folder.path(), clock.date_naive(), crate::demo::DEFAULT_SEED).unwrap();
    let options = ProfileOptions {
        deadline_ms: 0,
        clock,
        ..ProfileOptions::default()
    };
    let found = discover(folder.path()).unwrap();
    let profiles: Vec<TableProfile> = found
        .iter()
        .map(|table| profile_table(folder.path(), table, &options, &Unobserved).unwrap())
        .collect();
    let root = SourceRoot::Folder(folder.path().to_owned());
    let settings = HygieneSettings::default();
    let of_tables = find_anomalies(&profiles.iter().collect::<Vec<_>>(), &settings, clock);
    let (mut kinds, mut held) = (BTreeSet::new(), 0);
    let mut differing = Vec::new();
    for ((table, profile), anomalies) in found.iter().zip(&profiles).zip(&of_tables) {
        for anomaly in anomalies {
            let name = anomaly.column_name.clone().unwrap_or_default();
            let rows = rows_of_finding(profile, &name, &anomaly.anomaly_type, &settings, clock);
            let Some(FindingRows {
                condition,
                affected_count,
                is_least,
            }) = rows
            else {
                continue;
            };
            let column = profile.columns.iter().find(|column| column.column_name == name).unwrap();
            let looked = look(&root, table, profile, column, &condition);
            let what = format!("{} {}.{name} {condition:?}", anomaly.anomaly_type, profile.table_name);
            assert!(looked.found > 0, "{what} finds nothing");
            kinds.insert(anomaly.anomaly_type.clone());
            if let Some(affected) = affected_count {
                let agrees = if is_least {
                    looked.found >= affected
                } else {
                    looked.found == affected
                };
                if !agrees {
                    differing.push(format!("{what}: {} rows, told {affected}", looked.found));
                }
                held += 1;
            }
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
    assert!(
        held > 25 && kinds.len() >= 25,
        "{held} findings of {} kinds: {kinds:?}",
        kinds.len()
    );
    // Of the small tables every figure, of the large ones a few of each kind.
    for (table, profile) in found.iter().zip(&profiles) {
        let is_small = profile.row_count <= 300;
        for column in &profile.columns {
            let all = figures(column);
            let last = all.len().saturating_sub(1);
            for (place, (condition, figure)) in all.into_iter().enumerate() {
                let is_wanted = is_small || profile.row_count <= 20_000 && [1, last / 2].contains(&place);
                if is_wanted {
                    let looked = look(&root, table, profile, column, &condition);
                    assert_eq!(looked.found, figure, "{}.{} {condition:?}", profile.table_name, column.column_name);
                }
            }
        }
    }
}
