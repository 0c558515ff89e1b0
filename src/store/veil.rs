//! Personal values on the way out of the store: a handle that may not read them everywhere (`Database::veiled`) gets every row with the
//! word on its column, and whatever reads values out of a row passes them through `domain/masking.rs`.
//!
//! `{personal TABLE_ID COLUMN}` is that word: `open` where the reader may see, else what a steward said of the column, or what was measured
//! of it once. `{personal GROUP SCHEMA TABLE COLUMN}` finds the table by its names. `{personal_columns TABLE_ID}` lists a table's columns
//! with their words. `{searched a}` is what of an alert may be searched. For a handle without a veil all of it costs nothing.

use std::collections::HashMap;

use super::database::DatabaseKind;
use super::scope::{Marks, base_table};
use super::{Record, StoreError, list_of};
use crate::domain::alert::source;
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::column_meaning::PiiRisk;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::masking::{
    MASK, Masking, PersonalWord, QUOTING_KINDS, hides_texts, mask_column, mask_filter, mask_finding, mask_snapshot,
};
use crate::domain::row_filter::RowFilter;
use crate::domain::scope::Scope;
use crate::domain::table_profile::Snapshot;

/// The word of a reader who may see the values.
const OPEN: &str = "open";

/// Writes the marks of a statement, with the lists that they need bound as `$values + 1` and `$values + 2`; nothing where it has no mark.
pub(super) fn write_marks(text: &str, veil: Option<&Scope>, kind: DatabaseKind, values: usize) -> Option<(String, Vec<String>)> {
    if !text.contains("{personal") && !text.contains("{searched") {
        return None;
    }
    let words = Words { veil, kind, values };
    let mut out = String::with_capacity(text.len() + 512);
    let mut rest = text;
    while let Some((before, marked)) = rest.split_once('{') {
        out.push_str(before);
        let (mark, after) = marked.split_once('}').unwrap_or((marked, ""));
        let members: Vec<&str> = mark.split(' ').collect();
        match members.as_slice() {
            ["personal", table, column] => out.push_str(&words.of_column(table, column)),
            ["personal", group, schema, table, column] => out.push_str(&words.of_named(group, schema, table, column)),
            ["personal_columns", table] => out.push_str(&words.of_table(table)),
            ["searched", alert] => out.push_str(&words.searched(alert)),
            _ => out.push_str(&format!("{{{mark}}}")),
        }
        rest = after;
    }
    out.push_str(rest);
    let lists = match veil {
        Some(Scope::Only { projects, groups }) if words.has_places() => vec![
            list_of(projects.iter().map(|key| key.as_str())),
            list_of(groups.iter().map(|id| id.as_str())),
        ],
        _ => Vec::new(),
    };
    Some((out, lists))
}

struct Words<'a> {
    veil: Option<&'a Scope>,
    kind: DatabaseKind,
    values: usize,
}

impl Words<'_> {
    /// Whether the reader may see values anywhere.
    fn has_places(&self) -> bool {
        matches!(self.veil, Some(Scope::Only { projects, groups }) if !projects.is_empty() || !groups.is_empty())
    }

    fn base(&self, table: &str) -> String {
        base_table(self.kind, table)
    }

    /// The groups in which the reader may see values, as a list in brackets.
    fn seen(&self) -> String {
        Marks::new(self.kind, self.values).seen_groups()
    }

    /// A word, unless the table's group is one in which the reader may see values.
    fn unless_open(&self, word: &str, group_of: &str) -> String {
        if self.has_places() {
            format!(
                "case when ({group_of}) in {} then '{OPEN}' else coalesce({word}, '') end",
                self.seen()
            )
        } else {
            format!("coalesce({word}, '')")
        }
    }

    /// What is known of a column whose row is `pc`.
    const KNOWN: &'static str =
        "case when coalesce(pc.pii_risk, '') <> '' then 'said ' || pc.pii_risk else 'measured ' || coalesce(pc.measured_pii_risk, '') end";

    fn of_column(&self, table: &str, column: &str) -> String {
        if self.veil.is_none() {
            return "cast(null as text)".into();
        }
        let columns = self.base("dq_data_column_chars");
        let known = Self::KNOWN;
        // More than one row only where another program wrote one: the later word in the alphabet is a steward's.
        let word = format!("(select max({known}) from {columns} pc where pc.table_id = {table} and pc.column_name = {column})");
        let tables = self.base("dq_tables");
        self.unless_open(
            &word,
            &format!("select pt.table_group_id from {tables} pt where pt.table_id = {table}"),
        )
    }

    fn of_named(&self, group: &str, schema: &str, table: &str, column: &str) -> String {
        if self.veil.is_none() {
            return "cast(null as text)".into();
        }
        let (columns, tables, known) = (self.base("dq_data_column_chars"), self.base("dq_tables"), Self::KNOWN);
        let word = format!(
            "(select max({known}) from {columns} pc join {tables} pt on pt.table_id = pc.table_id
                 where pt.table_group_id = {group} and lower(pt.table_name) = lower({table})
                     and (coalesce({schema}, '') = '' or lower(pt.schema_name) = lower({schema})) and lower(pc.column_name) = lower({column}))"
        );
        self.unless_open(&word, &format!("select {group}"))
    }

    fn of_table(&self, table: &str) -> String {
        if self.veil.is_none() {
            return "cast(null as text)".into();
        }
        let (columns, known) = (self.base("dq_data_column_chars"), Self::KNOWN);
        let list = match self.kind {
            DatabaseKind::Sqlite => format!("json_group_array(json_array(pc.column_name, {known}))"),
            DatabaseKind::Postgres => format!("cast(coalesce(jsonb_agg(jsonb_build_array(pc.column_name, {known})), '[]'::jsonb) as text)"),
        };
        let tables = self.base("dq_tables");
        self.unless_open(
            &format!("(select {list} from {columns} pc where pc.table_id = {table})"),
            &format!("select pt.table_group_id from {tables} pt where pt.table_id = {table}"),
        )
    }

    /// The title of an alert; where it may quote a value, what else tells of it. So a search never tells what the title does not.
    fn searched(&self, alert: &str) -> String {
        if self.veil.is_none() {
            return format!("{alert}.title");
        }
        let kinds: Vec<String> = QUOTING_KINDS.iter().map(|kind| format!("'{kind}'")).collect();
        let open = if self.has_places() {
            format!(" and coalesce({alert}.table_group_id, '') not in {}", self.seen())
        } else {
            String::new()
        };
        format!(
            "case when coalesce({alert}.column_name, '') <> '' and ({alert}.source_type <> '{}' or {alert}.kind in ({})) and {alert}.title not like '%{MASK}%'{open}
                 then {alert}.column_name || ' ' || {alert}.kind else {alert}.title end",
            source::ANOMALY,
            kinds.join(", ")
        )
    }
}

/// Reads a word; nothing where the reader may see the values.
fn read_word(text: &str) -> Option<PersonalWord> {
    if text == OPEN {
        return None;
    }
    let mut word = PersonalWord::default();
    if let Some(said) = text.strip_prefix("said ") {
        said.clone_into(&mut word.said);
    } else if let Some(measured) = text.strip_prefix("measured ") {
        word.measured = PiiRisk::from_word(measured);
    }
    Some(word)
}

/// Whether the values of a row are behind the mask for its reader; `measured` is what the row itself says of the risk.
fn is_masked(row: &Record, measured: Option<PiiRisk>) -> Result<bool, StoreError> {
    if !row.is_veiled() {
        return Ok(false);
    }
    let word = row.text_opt("personal_word")?.unwrap_or_default();
    Ok(read_word(&word).is_some_and(|word| word.is_personal(measured)))
}

/// Masks a column as its reader gets it.
pub(super) fn veil_column(row: &Record, column: &mut ColumnProfile) -> Result<(), StoreError> {
    if is_masked(row, column.meaning.pii_risk)? {
        mask_column(column, Masking::ForReader);
    }
    Ok(())
}

/// Masks a finding as its reader gets it.
pub(super) fn veil_finding(row: &Record, finding: &mut ProfileAnomaly) -> Result<(), StoreError> {
    let measured = finding.pii_risk.as_deref().and_then(PiiRisk::from_word);
    if finding.column_name.is_some() && is_masked(row, measured)? {
        mask_finding(finding);
    }
    Ok(())
}

/// Masks a text of an alert about a column as its reader gets it, whether it is Limn's or a program's; `hidden` is what stands for it.
pub(super) fn veil_text(row: &Record, kind: &str, is_ours: bool, text: &mut String, hidden: &str) -> Result<(), StoreError> {
    if hides_texts(kind, is_ours, text) && is_masked(row, None)? {
        hidden.clone_into(text);
    }
    Ok(())
}

/// The personal columns of a table, as `{personal_columns ...} as personal_columns` told them; none where the reader may see.
pub(super) fn personal_columns(row: &Record) -> Result<Option<HashMap<String, PersonalWord>>, StoreError> {
    if !row.is_veiled() {
        return Ok(None);
    }
    let text = row.text_opt("personal_columns")?.unwrap_or_default();
    if text == OPEN {
        return Ok(None);
    }
    let words: Vec<(String, String)> = if text.is_empty() {
        Vec::new()
    } else {
        serde_json::from_str(&text).map_err(|error| StoreError::unreadable("personal_columns", error))?
    };
    Ok(Some(
        words
            .into_iter()
            .filter_map(|(column, word)| Some((column, read_word(&word)?)))
            .collect(),
    ))
}

/// Whether a column of a table is hidden from a reader; one that is left out was never measured.
fn is_hidden(words: &HashMap<String, PersonalWord>, left_out: &[String], column: &str) -> bool {
    match words.get(column) {
        Some(word) if !word.said.is_empty() || word.measured.is_some() => word.is_personal(None),
        _ => left_out.iter().any(|name| name == column),
    }
}

/// Masks the literals of a filter as its reader gets it.
pub(super) fn veil_filter(row: &Record, filter: &mut Option<RowFilter>, left_out: &[String]) -> Result<(), StoreError> {
    let Some(filter) = filter else { return Ok(()) };
    if let Some(words) = personal_columns(row)? {
        mask_filter(filter, |column| is_hidden(&words, left_out, column));
    }
    Ok(())
}

/// Masks what a snapshot quotes as its reader gets it.
pub(super) fn veil_snapshot(row: &Record, snapshot: &mut Snapshot) -> Result<(), StoreError> {
    if let Some(words) = personal_columns(row)? {
        let left_out = snapshot.scope.left_out.clone();
        mask_snapshot(snapshot, |column| is_hidden(&words, &left_out, column));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_without_a_veil_asks_nothing_and_one_with_a_veil_asks_for_each_mark() {
        let text = "select {personal s.table_id c.column_name} as personal_word, {personal_columns t.table_id} as x, {searched a} from t where a = {now}";
        let (open, lists) = write_marks(text, None, DatabaseKind::Sqlite, 1).unwrap();
        assert_eq!(
            open,
            "select cast(null as text) as personal_word, cast(null as text) as x, a.title from t where a = {now}"
        );
        assert!(lists.is_empty());
        let (veiled, lists) = write_marks(text, Some(&Scope::nothing()), DatabaseKind::Sqlite, 1).unwrap();
        assert!(
            veiled.contains("pc.table_id = s.table_id") && !veiled.contains("{list") && lists.is_empty(),
            "{veiled}"
        );
        let some = Scope::Only {
            projects: Vec::new(),
            groups: vec!["g".into()],
        };
        let (veiled, lists) = write_marks(text, Some(&some), DatabaseKind::Postgres, 1).unwrap();
        assert!(
            veiled.contains("{list $2}") && veiled.contains("{list $3}") && veiled.contains("{now}"),
            "{veiled}"
        );
        assert_eq!(lists, ["[]", "[\"g\"]"]);
        assert!(write_marks("select 1", Some(&some), DatabaseKind::Sqlite, 0).is_none());
    }

    #[test]
    fn a_word_says_who_said_it() {
        assert_eq!(read_word("open"), None);
        assert!(read_word("said high").unwrap().is_personal(None));
        assert!(!read_word("said none").unwrap().is_personal(Some(PiiRisk::High)));
        assert!(read_word("measured moderate").unwrap().is_personal(None));
        assert!(read_word("measured ").unwrap().is_personal(Some(PiiRisk::High)));
        assert!(!read_word("").unwrap().is_personal(Some(PiiRisk::Low)));
    }
}
