//! What is found in the sample data: every planted fault, and nothing in the clean table.

use std::collections::BTreeSet;

use chrono::Utc;

use super::sample_meaning::sample;
use crate::anomalies::{HygieneSettings, find_anomalies};
use crate::demo::faults::{CATALOGUE, CLEAN_TABLE, planted_faults};
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::table_profile::TableProfile;

fn found() -> Vec<ProfileAnomaly> {
    let tables: Vec<&TableProfile> = sample().iter().collect();
    find_anomalies(&tables, &HygieneSettings::default(), Utc::now()).concat()
}

#[test]
fn every_planted_fault_is_found_and_nothing_in_the_clean_table() {
    let found = found();
    let places: BTreeSet<(&str, &str, Option<&str>)> = found
        .iter()
        .map(|anomaly| {
            (
                anomaly.anomaly_type.as_str(),
                anomaly.table_name.as_str(),
                anomaly.column_name.as_deref(),
            )
        })
        .collect();
    assert_eq!(places.len(), found.len(), "a finding is told once");
    if std::env::var_os("LIMN_TELL_FINDINGS").is_some() {
        for anomaly in &found {
            let evidence = anomaly.evidence.clone().unwrap_or_default();
            eprintln!(
                "{}.{} {} [{}] {}, expected {} | {} | {:?} {:?}",
                anomaly.table_name,
                anomaly.column_name.as_deref().unwrap_or("-"),
                anomaly.anomaly_type,
                anomaly.severity,
                evidence.observed,
                evidence.expected,
                anomaly.description,
                evidence.affected_count,
                evidence.samples
            );
        }
    }
    let missed: Vec<_> = planted_faults()
        .into_iter()
        .filter(|fault| !places.contains(&(fault.anomaly_type, fault.table, fault.column)))
        .collect();
    assert!(missed.is_empty(), "planted and not found: {missed:#?}");
    let clean: Vec<_> = found.iter().filter(|anomaly| anomaly.table_name == CLEAN_TABLE).collect();
    assert!(clean.is_empty(), "found in the clean table: {clean:#?}");
    let kinds: BTreeSet<&str> = found.iter().map(|anomaly| anomaly.anomaly_type.as_str()).collect();
    for kind in CATALOGUE {
        assert!(kinds.contains(kind), "{kind} is in no table");
    }
}
