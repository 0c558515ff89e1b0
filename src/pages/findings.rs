//! Findings as lines: what was seen and expected, what it means, and the way to its alert.

use leptos::prelude::*;

use super::rows::{can_look, rows_of_column};
use crate::anomalies::{get_rule, title_of};
use crate::components::format::{count, percent};
use crate::components::section::{SectionTitle, section};
use crate::components::severity::severity_mark;
use crate::domain::address::qualified_name;
use crate::domain::alert::AlertState;
use crate::domain::anomaly::RunFinding;
use crate::domain::table::TableDetail;

/// What a list of findings leaves out because the page says it already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing: tables and columns are named.
    Run,
    /// The table.
    Table,
    /// The column, too.
    Column,
}

/// Where the rows behind findings of a table are: nothing where its source cannot be looked at.
pub fn rows_of_table(table: &TableDetail) -> impl Fn(&RunFinding) -> Option<String> + '_ {
    move |finding| {
        let run = table.run.as_ref().filter(|_| can_look(table))?;
        let name = finding.anomaly.column_name.as_ref()?;
        let column = table.columns.iter().find(|column| column.column_name == *name)?;
        let kind = &finding.anomaly.anomaly_type;
        rows_of_column(&table.summary.address, name, kind, !column.values_masked, Some(run.number))
    }
}

/// A section of findings; none where nothing was found. `rows_of` says where the rows behind one are.
pub fn findings_section(
    findings: &[&RunFinding],
    place: Place,
    may_clear: bool,
    back: &str,
    rows_of: impl Fn(&RunFinding) -> Option<String>,
) -> Option<AnyView> {
    if findings.is_empty() {
        return None;
    }
    let open = findings
        .iter()
        .filter(|finding| finding.alert_state == Some(AlertState::Open))
        .count() as u64;
    let subtitle = if open == 0 {
        "all looked at".to_owned()
    } else {
        format!("{open} open")
    };
    let title = SectionTitle::new("findings", "Anomalies in this run").subtitle(format!(
        "{}, {subtitle}",
        if findings.len() == 1 {
            "1 anomaly".to_owned()
        } else {
            format!("{} anomalies", count(findings.len() as u64))
        }
    ));
    let inbox = view! { <a href="/alerts">"Open the inbox"</a> };
    let (first, rest) = findings.split_at(findings.len().min(AT_FIRST));
    let rest = (!rest.is_empty()).then(|| {
        let said = format!("Show the other {}", count(rest.len() as u64));
        view! { <details class="more"><summary>{said}</summary>{lines(rest, place, may_clear, back, &rows_of)}</details> }
    });
    let content = view! { {lines(first, place, may_clear, back, &rows_of)}{rest} };
    Some(section(title.controls(inbox), content))
}

/// Findings that are shown before the others are asked for; they come worst first.
const AT_FIRST: usize = 20;

fn lines(findings: &[&RunFinding], place: Place, may_clear: bool, back: &str, rows_of: impl Fn(&RunFinding) -> Option<String>) -> AnyView {
    let lines: Vec<AnyView> = findings
        .iter()
        .map(|finding| line(finding, place, may_clear, back, rows_of(finding)))
        .collect();
    view! { <ul class="anomalies">{lines}</ul> }.into_any()
}

fn line(finding: &RunFinding, place: Place, may_clear: bool, back: &str, rows: Option<String>) -> AnyView {
    let anomaly = &finding.anomaly;
    let evidence = anomaly.evidence.clone().unwrap_or_default();
    let rule = get_rule(&anomaly.anomaly_type);
    let kind = title_of(&anomaly.anomaly_type);
    let title = match (evidence.observed.is_empty(), evidence.expected.is_empty()) {
        (true, _) => kind.clone(),
        (false, true) => evidence.observed,
        (false, false) => format!("{}, expected {}", evidence.observed, evidence.expected),
    };
    let column = anomaly.column_name.clone().unwrap_or_default();
    let where_it_is = match place {
        Place::Run if column.is_empty() => qualified_name(&anomaly.schema_name, &anomaly.table_name),
        Place::Run => format!("{}.{column}", qualified_name(&anomaly.schema_name, &anomaly.table_name)),
        Place::Table => column,
        Place::Column => String::new(),
    };
    let where_it_is = (!where_it_is.is_empty()).then(|| view! { <span class="mono">{where_it_is}</span>" " });
    let samples = (!evidence.samples.is_empty())
        .then(|| view! { <small>"For example "<span class="mono">{evidence.samples.join(", ")}</span></small> });
    let cost = evidence
        .score_cost
        .filter(|_| place != Place::Run)
        .map(|cost| format!(", takes {} of a full score", percent(cost)));
    let likelihood = anomaly.likelihood.clone().unwrap_or_default();
    let state = finding
        .alert_state
        .filter(|state| *state != AlertState::Open)
        .map(|state| format!(", {}", state.label().to_lowercase()));
    let title = match &finding.alert_id {
        Some(id) => view! { <a href=format!("/alerts/{id}")>{title}</a> }.into_any(),
        None => title.into_any(),
    };
    let clear = finding
        .alert_id
        .clone()
        .filter(|_| may_clear && finding.alert_state == Some(AlertState::Open))
        .map(|id| {
            view! {
                <form method="post" action="/actions/act-on-alerts">
                    <input type="hidden" name="alerts[]" value=id.0 />
                    <input type="hidden" name="back" value=back.to_owned() />
                    <button class="btn" type="submit" name="act" value="acknowledge">"Acknowledge"</button>
                </form>
            }
        });
    view! {
        <li>
            {severity_mark(anomaly.severity())}
            <div class="what">
                <b>{where_it_is}{title}</b>
                {anomaly.description.clone()}
                {samples}
                <small>{kind}{(!likelihood.is_empty()).then(|| format!(", {likelihood}"))}{state}{cost}{rule.map(|rule| format!(". {}", rule.remedy))}</small>
            </div>
            <div class="acts">{rows.map(|href| view! { <a class="btn" href=href>"See the rows"</a> })}{clear}</div>
        </li>
    }
    .into_any()
}
