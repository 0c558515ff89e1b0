//! The sample is written, read back by other code than wrote it, and held to its promises.

mod proofs;
mod reading;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::faults::{CATALOGUE, CLEAN_TABLE, PlantedFault, faults_as_markdown, planted_faults};
use super::{DEFAULT_SEED, DemoError, write};
use proofs::{COLUMN_KINDS, holds_across_tables, holds_for_column, holds_for_table};
use reading::Sample;

fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

/// Every file below a folder with its bytes.
fn all_files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(all_files(&path));
        } else {
            files.insert(path.file_name().unwrap().into(), fs::read(&path).unwrap());
        }
    }
    files
}

#[test]
fn every_planted_fault_is_in_the_files_and_the_clean_table_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let report = write(folder.path(), as_of(), DEFAULT_SEED).unwrap();
    let sample = Sample {
        dir: folder.path(),
        report: &report,
    };

    assert!((950_000..1_150_000).contains(&report.total_rows()), "{}", report.total_rows());
    for table in &report.tables {
        assert_eq!(sample.count_rows(&table.name), table.rows, "{}", table.name);
        assert_eq!(sample.column_names(&table.name).len(), table.columns, "{}", table.name);
    }

    let faults = planted_faults();
    let missing: Vec<&PlantedFault> = faults.iter().filter(|fault| !is_there(fault, &faults, &sample)).collect();
    assert!(missing.is_empty(), "promised but not in the files: {missing:#?}");

    for name in sample.column_names(CLEAN_TABLE) {
        let column = sample.column(CLEAN_TABLE, &name);
        let found: Vec<_> = COLUMN_KINDS
            .iter()
            .filter(|kind| holds_for_column(kind, &name, &column, as_of()))
            .collect();
        assert!(found.is_empty(), "{CLEAN_TABLE}.{name} should be clean: {found:?}");
        for other in report
            .tables
            .iter()
            .filter(|table| sample.column_names(&table.name).contains(&name))
        {
            let other_type = sample.data_type(&other.name, &name);
            assert_eq!(other_type, column.data_type, "{name} in {} and {CLEAN_TABLE}", other.name);
        }
    }
    for kind in ["Recency_One_Year", "Recency_Six_Months", "Empty_Table"] {
        assert!(!holds_for_table(kind, CLEAN_TABLE, &sample, as_of()), "{kind}");
    }
}

fn is_there(fault: &PlantedFault, all: &[PlantedFault], sample: &Sample<'_>) -> bool {
    match fault.column {
        None => holds_for_table(fault.anomaly_type, fault.table, sample, as_of()),
        Some(column) if COLUMN_KINDS.contains(&fault.anomaly_type) => {
            holds_for_column(fault.anomaly_type, column, &sample.column(fault.table, column), as_of())
        }
        Some(column) => {
            let tables: Vec<_> = all
                .iter()
                .filter(|other| (other.anomaly_type, other.column) == (fault.anomaly_type, fault.column))
                .collect();
            let columns: Vec<_> = tables.iter().map(|other| sample.column(other.table, column)).collect();
            holds_across_tables(fault.anomaly_type, &columns)
        }
    }
}

#[test]
fn the_same_seed_and_day_give_the_same_bytes_and_replace_an_earlier_sample() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), as_of(), 5).unwrap();
    let first = all_files(folder.path());
    // A month that this sample does not have must not stay behind as rows of its payments.
    fs::write(folder.path().join("payments/2001-01.parquet"), "an older sample").unwrap();
    write(folder.path(), as_of(), 5).unwrap();
    let second = all_files(folder.path());
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (name, bytes) in &first {
        assert!(*bytes == second[name], "{} differs", name.display());
    }
}

#[test]
fn a_folder_in_use_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for foreign in ["notes.txt", "payments/notes.parquet", "orders.parquet/notes.txt"] {
        let path = folder.path().join(foreign);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine").unwrap();
        fs::write(folder.path().join("stores.csv"), "also mine").unwrap();
        let refused = write(folder.path(), as_of(), 1).unwrap_err();
        assert!(matches!(refused, DemoError::FolderInUse { .. }), "{refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert!(folder.path().join("stores.csv").exists());
        fs::remove_file(&path).unwrap();
        if path.parent().unwrap() != folder.path() {
            fs::remove_dir(path.parent().unwrap()).unwrap();
        }
    }
    let too_early = NaiveDate::from_ymd_opt(1500, 1, 1).unwrap();
    assert!(matches!(write(folder.path(), too_early, 1), Err(DemoError::DateOutOfRange { .. })));
}

#[test]
fn every_kind_of_the_catalogue_is_planted_and_the_written_list_is_current() {
    let faults = planted_faults();
    for kind in CATALOGUE {
        assert!(faults.iter().any(|fault| fault.anomaly_type == *kind), "{kind} is not planted");
    }
    for fault in &faults {
        assert!(
            CATALOGUE.contains(&fault.anomaly_type),
            "{} is not in the catalogue",
            fault.anomaly_type
        );
        assert_ne!(fault.table, CLEAN_TABLE);
    }
    // To renew the file: LIMN_WRITE_FAULTS=1 cargo test --features ssr written_list_is_current
    if std::env::var_os("LIMN_WRITE_FAULTS").is_some() {
        fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/demo/FAULTS.md"), faults_as_markdown()).unwrap();
    }
    let written = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/demo/FAULTS.md")).unwrap();
    assert!(
        written == faults_as_markdown(),
        "FAULTS.md is not what faults.rs says; see the comment above for how to renew it"
    );
}
