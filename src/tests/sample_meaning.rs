//! What is said of every column of the sample data, read over by eye: semantic types, risks, better types, critical columns.

use chrono::{TimeZone, Utc};

use crate::domain::table_profile::TableProfile;
use crate::engine::{ProfileOptions, Unobserved, discover, profile_table};

/// The sample's profiles, made once for all tests.
pub(super) fn sample() -> &'static [TableProfile] {
    static SAMPLE: std::sync::OnceLock<Vec<TableProfile>> = std::sync::OnceLock::new();
    SAMPLE.get_or_init(profile_sample)
}

fn profile_sample() -> Vec<TableProfile> {
    let clock = Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap();
    let folder = tempfile::tempdir().unwrap();
    crate::demo::write(folder.path(), clock.date_naive(), crate::demo::DEFAULT_SEED).unwrap();
    let options = ProfileOptions {
        threads: 1,
        memory_bytes: 512 << 20,
        deadline_ms: 0,
        clock,
    };
    let mut tables: Vec<TableProfile> = discover(folder.path())
        .unwrap()
        .iter()
        .map(|table| profile_table(folder.path(), table, &options, &Unobserved).unwrap())
        .collect();
    tables.sort_by(|a, b| a.table_name.cmp(&b.table_name));
    tables
}

/// Table and kind; column, semantic type, risk (its first letter), suggested type, `!` for a critical one.
fn said(tables: &[TableProfile]) -> String {
    let mut out = String::new();
    for table in tables {
        let kind = table.metrics.functional_table_type.as_deref().unwrap_or("-");
        out += &format!("{}: {kind}, keys {}\n", table.table_name, table.metrics.candidate_keys.join(" "));
        for column in &table.columns {
            let meaning = &column.meaning;
            out += &format!(
                "  {} {}{}{}{}\n",
                column.column_name,
                meaning.functional_data_type.as_deref().unwrap_or("-"),
                meaning
                    .pii_risk
                    .filter(|risk| risk.word() != "none")
                    .map(|risk| format!(" {}", risk.word()))
                    .unwrap_or_default(),
                meaning
                    .suggested_type
                    .as_ref()
                    .map(|kind| format!(" -> {kind}"))
                    .unwrap_or_default(),
                if meaning.critical_data_element == Some(true) { " !" } else { "" },
            );
        }
    }
    out
}

#[test]
fn the_sample_is_described_as_somebody_who_knows_it_would() {
    let said = said(sample());
    assert_eq!(
        said.trim(),
        include_str!("sample_meaning.txt").trim(),
        "the sample is described as:\n{said}"
    );
}
