//! Profiles on stdout: a table for a person, JSON and CSV for programs.

use std::io::{BufWriter, IsTerminal, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table};
use serde::Serialize;
use serde_json::json;

use crate::anomalies::get_rule;
use crate::components::format;
use crate::components::meaning::words_of;
use crate::domain::address::qualified_name;
use crate::domain::anomaly::{ProfileAnomaly, Severity};
use crate::domain::column_meaning::PiiRisk;
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::table_profile::{FailedTable, TableProfile};
use crate::engine::statements::{TableContext, statements_for, table_statements, unsaid_for, unsaid_of_table};
use crate::services::findings::Findings;

/// Longest value in a cell (characters).
const LONGEST_VALUE: usize = 32;

/// One block a table, one line a column; what was found after it.
pub fn tables(profiles: &[TableProfile], found: &Findings) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let styled = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    for (index, profile) in profiles.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let facts = [
            format::counted(profile.row_count, "row"),
            format::counted(u64::from(profile.column_count), "column"),
            format::bytes(profile.bytes_scanned),
            format::duration(profile.duration_ms),
        ];
        writeln!(
            out,
            "{}  {}",
            qualified_name(&profile.schema_name, &profile.table_name),
            facts.join(", ")
        )?;
        if let Some(words) = table_words(profile) {
            writeln!(out, "{words}")?;
        }
        if let Some(rejected) = &profile.rejected {
            writeln!(
                out,
                "{} left out; the first: {}",
                format::counted(rejected.count, "record"),
                rejected.first
            )?;
        }
        for broken in profile.broken_invariants() {
            writeln!(out, "inconsistent: {broken}")?;
        }
        writeln!(out, "{}", column_table(profile, styled))?;
        write_findings(&mut out, found.of_tables.get(index).map_or(&[][..], Vec::as_slice))?;
    }
    out.flush()
}

/// The columns as a table without lines.
fn column_table(profile: &TableProfile, styled: bool) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let head = [
        "#",
        "column",
        "type",
        "null",
        "distinct",
        "min",
        "median or leading value",
        "max",
        "meaning",
    ];
    table.set_header(head.iter().map(|name| {
        let cell = Cell::new(name);
        if styled { cell.add_attribute(Attribute::Bold) } else { cell }
    }));
    for column in &profile.columns {
        table.add_row(column_row(column));
    }
    for index in [0, 3, 4] {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// One column.
fn column_row(column: &ColumnProfile) -> Vec<Cell> {
    let metrics = &column.metrics;
    if let Some(error) = &metrics.query_error {
        return [
            column.ordinal_position.to_string(),
            cut(&column.column_name),
            cut(&column.data_type),
            String::new(),
            String::new(),
            String::new(),
            format!("failed: {error}"),
        ]
        .into_iter()
        .map(Cell::new)
        .collect();
    }
    let distinct = metrics
        .distinct_count
        .map(|count| format::estimate(format::count(count), column.is_estimate("distinct_count")))
        .unwrap_or_default();
    let middle = match column.general_type {
        GeneralType::Number => metrics.median.map(format::number).unwrap_or_default(),
        _ => column
            .top_values
            .first()
            .map(|top| format!("{} ({})", cut(&top.value), format::percent(top.ratio)))
            .unwrap_or_default(),
    };
    let show = |value: &Option<String>| value.as_deref().map(cut).unwrap_or_default();
    let cells = [
        column.ordinal_position.to_string(),
        cut(&column.column_name),
        cut(&column.data_type),
        format::percent(metrics.null_ratio.unwrap_or(0.0)),
        distinct,
        show(&metrics.min_value),
        middle,
        show(&metrics.max_value),
        meaning_words(column),
    ];
    cells.into_iter().map(Cell::new).collect()
}

/// Semantic type, risk and better type in a few words.
fn meaning_words(column: &ColumnProfile) -> String {
    let meaning = &column.meaning;
    let risk = meaning.pii_risk.filter(|risk| *risk != PiiRisk::None);
    let parts = [
        meaning.functional_data_type.as_deref().map(words_of),
        risk.map(|risk| format!("PII {}", risk.word())),
        meaning.suggested_type.as_ref().map(|kind| format!("fits {kind}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What the table is for, and what identifies its rows.
fn table_words(profile: &TableProfile) -> Option<String> {
    let metrics = &profile.metrics;
    let kind = metrics.functional_table_type.as_ref().map(|kind| format!("{kind} table"));
    let keys = (!metrics.candidate_keys.is_empty()).then(|| {
        let names: Vec<String> = metrics.candidate_keys.iter().map(|name| cut(name)).collect();
        format!("candidate keys {}", names.join(", "))
    });
    let duplicates = metrics.duplicate_row_count.map(|rows| {
        let text = format::estimate(
            format::counted(rows, "duplicate row"),
            metrics.estimates.contains_key("duplicate_row_count"),
        );
        format!("{text} in this run")
    });
    let together = metrics.pairwise.as_deref().and_then(<[_]>::first).map(|pair| {
        let (left, right) = (cut(&pair.left), cut(&pair.right));
        format!("{left} and {right} move together most ({})", format::decimal(pair.coefficient, 2))
    });
    let parts: Vec<String> = [kind, keys, duplicates, together].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Shortens a value and keeps control characters off the terminal.
fn cut(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(LONGEST_VALUE)
        .map(|ch| if ch.is_control() { '\u{fffd}' } else { ch })
        .collect();
    if text.chars().nth(LONGEST_VALUE).is_some() {
        shown.push('…');
    }
    shown
}

/// Everything, as `metrics.md` names it, with what was found. With roots: beside each table and column the statements that find its
/// figures again (`sql`) and what SQL cannot say (`unsaid`).
pub fn json(profiles: &[TableProfile], roots: Option<&[String]>, found: &Findings, failed: &[FailedTable]) -> std::io::Result<()> {
    let mut tables = json!(profiles);
    for (index, (profile, anomalies)) in profiles.iter().zip(&found.of_tables).enumerate() {
        let table = &mut tables[index];
        table["anomalies"] = anomalies_json(anomalies, None);
        for (place, column) in profile.columns.iter().enumerate() {
            table["columns"][place]["anomalies"] = anomalies_json(anomalies, Some(&column.column_name));
        }
        let Some(root) = roots.and_then(|roots| roots.get(index)) else {
            continue;
        };
        let context = TableContext::of_profile(profile, Some(root));
        for (place, column) in profile.columns.iter().enumerate() {
            table["columns"][place]["sql"] = json!(statements_for(&context, column));
            table["columns"][place]["unsaid"] = json!(unsaid_for(&context, column));
        }
        table["sql"] = json!(table_statements(&context));
        table["unsaid"] = json!(unsaid_of_table(&context));
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    let document = Document {
        tables,
        failed,
        anomalies: found.of_failures.iter().map(anomaly_json).collect(),
    };
    serde_json::to_writer_pretty(&mut out, &document)?;
    writeln!(out)?;
    out.flush()
}

/// The findings about one column, or those about the table itself.
fn anomalies_json(anomalies: &[ProfileAnomaly], column: Option<&str>) -> serde_json::Value {
    let of_place = anomalies.iter().filter(|anomaly| anomaly.column_name.as_deref() == column);
    of_place.map(anomaly_json).collect()
}

fn anomaly_json(anomaly: &ProfileAnomaly) -> serde_json::Value {
    let mut said = json!({
        "anomaly_type": anomaly.anomaly_type,
        "severity": anomaly.severity,
        "likelihood": anomaly.likelihood,
        "detail": anomaly.description,
        "dq_dimension": anomaly.dq_dimension,
        "evidence": anomaly.evidence,
    });
    if let Some(risk) = &anomaly.pii_risk {
        said["pii_risk"] = json!(risk);
    }
    said
}

/// The findings of a table, a line each, worst first.
fn write_findings(out: &mut impl Write, anomalies: &[ProfileAnomaly]) -> std::io::Result<()> {
    let rank = |anomaly: &ProfileAnomaly| Severity::parse(&anomaly.severity).map_or(0, |severity| -severity.rank());
    let mut sorted: Vec<&ProfileAnomaly> = anomalies.iter().collect();
    sorted.sort_by_key(|anomaly| rank(anomaly));
    if !sorted.is_empty() {
        writeln!(out, "{}", format::counted(sorted.len() as u64, "finding"))?;
    }
    for anomaly in sorted {
        let title = get_rule(&anomaly.anomaly_type).map_or(anomaly.anomaly_type.as_str(), |rule| rule.title);
        let place = anomaly
            .column_name
            .as_ref()
            .map(|name| format!("{}: ", cut(name)))
            .unwrap_or_default();
        let detail: String = anomaly
            .description
            .chars()
            .map(|ch| if ch.is_control() { '\u{fffd}' } else { ch })
            .collect();
        writeln!(out, "  {:<8} {place}{title}. {detail}", anomaly.severity)?;
    }
    Ok(())
}

/// What is printed.
#[derive(Serialize)]
struct Document<'a> {
    tables: serde_json::Value,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    failed: &'a [FailedTable],
    /// What was found of tables that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    anomalies: Vec<serde_json::Value>,
}

/// One line a column.
pub fn csv(profiles: &[TableProfile]) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(std::io::stdout().lock());
    writer.write_record([
        "schema_name",
        "table_name",
        "ordinal_position",
        "column_name",
        "data_type",
        "general_type",
        "row_count",
        "null_count",
        "distinct_count",
        "min_value",
        "max_value",
        "avg_value",
    ])?;
    for profile in profiles {
        for column in &profile.columns {
            let metrics = &column.metrics;
            let text = |value: Option<String>| value.unwrap_or_default();
            writer.write_record([
                profile.schema_name.clone(),
                profile.table_name.clone(),
                column.ordinal_position.to_string(),
                column.column_name.clone(),
                column.data_type.clone(),
                column.general_type.letter().to_owned(),
                column.row_count.to_string(),
                column.null_count.to_string(),
                text(metrics.distinct_count.map(|count| count.to_string())),
                text(metrics.min_value.clone()),
                text(metrics.max_value.clone()),
                text(metrics.avg_value.map(|value| value.to_string())),
            ])?;
        }
    }
    writer.flush()
}
