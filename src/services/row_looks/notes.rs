//! What a reader of rows must know before believing them: a changed source, a count that differs, a look that was cut off, masked columns.

use serde::{Deserialize, Serialize};

use super::{DEADLINE, RowLook, newly_left_out};
use crate::components::format::{count, counted};
use crate::domain::connection::ConnectionKind;
use crate::domain::profile_run::words;
use crate::domain::row_condition::RowCondition;
use crate::domain::row_look::{LookEnd, LookedRows};
use crate::domain::table::TableRun;
use crate::domain::user::Permission;
use crate::services::look_process::Refusal;
use crate::store::row_looks::LookPlace;

words! {
    /// How much a note matters.
    pub enum Weight {
        /// Something failed.
        Error = "error",
        /// Rows and figure need not agree.
        Warning = "warning",
        /// Something to know.
        Info = "info",
    }
}

/// A finding in a few words, and a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RowsNote)]
pub struct LookNote {
    /// How much it matters.
    pub weight: Weight,
    /// The finding.
    pub title: String,
    /// More of it.
    pub detail: String,
}

impl LookNote {
    fn new(weight: Weight, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            weight,
            title: title.into(),
            detail: detail.into(),
        }
    }

    /// A look that could not be done.
    pub fn failed(refusal: &Refusal) -> Self {
        Self::new(
            Weight::Error,
            "The rows could not be read",
            format!("{}. {}", refusal.reason, refusal.remedy),
        )
    }
}

/// All notes of a look that brought something.
pub fn of(look: &RowLook, looked: &LookedRows, run: &TableRun, place: &LookPlace, condition: &RowCondition) -> Vec<LookNote> {
    let changed = changed_source(look, looked, run, place);
    let differs = differing_count(look, looked, changed.is_some(), condition);
    let mut notes: Vec<LookNote> = changed.into_iter().chain(cut_off(looked, run)).chain(differs).collect();
    notes.extend(changed_scope(run, place));
    if !look.masked.is_empty() {
        let columns = look.masked.join(", ");
        let why = match place.personal {
            Some(_) => format!(
                "which your roles do not include here. {} see it.",
                Permission::SeePersonalValues.holders()
            ),
            None => "which is masked before it is stored here: nobody is shown it.".to_owned(),
        };
        notes.push(LookNote::new(
            Weight::Info,
            format!("Values of {} are masked", counted(look.masked.len() as u64, "column")),
            format!("{columns}: personal data, {why}"),
        ));
    }
    notes
}

const NOW_AND_THEN: &str = "The rows are those of now, and the figure is of then: profile the table again to bring them together.";

/// The source is not what the run read, as far as one can know.
fn changed_source(look: &RowLook, looked: &LookedRows, run: &TableRun, place: &LookPlace) -> Option<LookNote> {
    if place.kind == ConnectionKind::Postgres {
        let marks = run.snapshot.writes.as_ref().zip(looked.writes.as_ref());
        if marks.is_some_and(|(then, now)| then.is_passed_by(now)) {
            return Some(LookNote::new(
                Weight::Warning,
                format!("The table may have changed since run {}", run.number),
                format!(
                    "The server has counted rows written to it since; it counts a little late, and what was undone too. The run read {}. {NOW_AND_THEN}",
                    run.snapshot.description
                ),
            ));
        }
        // Where the server does not count, only the rows can tell: every transaction is a version of its own.
        let figure = look.figure.filter(|figure| !figure.is_estimate && looked.ended.is_none())?;
        return (figure.rows != looked.found).then(|| {
            LookNote::new(
                Weight::Warning,
                format!("The table has changed since run {}", run.number),
                format!(
                    "The run counted {}, and the table now holds {}. It read {}.",
                    counted(figure.rows, "such row"),
                    count(looked.found),
                    run.snapshot.description
                ),
            )
        });
    }
    if looked.snapshot_id != run.snapshot.id {
        return Some(LookNote::new(
            Weight::Warning,
            format!("The source has changed since run {}", run.number),
            format!(
                "The run read {}; there is now {}. {NOW_AND_THEN}",
                run.snapshot.description, looked.snapshot
            ),
        ));
    }
    let is_of_file = place.kind == ConnectionKind::Folder;
    let added = place.table.files.iter().filter(|file| !run.snapshot.files.contains(file)).count();
    (is_of_file && added > 0).then(|| {
        LookNote::new(
            Weight::Info,
            format!("{} came after run {}", counted(added as u64, "file"), run.number),
            "They are no part of its figure, and were not looked through.",
        )
    })
}

/// Fewer or more rows than the figure, where the whole table was looked through.
fn differing_count(look: &RowLook, looked: &LookedRows, is_explained: bool, condition: &RowCondition) -> Option<LookNote> {
    let figure = look.figure.filter(|figure| looked.ended.is_none() && figure.rows != looked.found)?;
    let (found, counted_then) = (counted(looked.found, "row"), counted(figure.rows, "row"));
    if figure.is_estimate {
        let detail =
            format!("{found} were found, and the figure says {counted_then}: it is an estimate, or the least that the profile proves.");
        return Some(LookNote::new(Weight::Info, "The figure is no exact count", detail));
    }
    if matches!(condition, RowCondition::Begins(_)) {
        let detail =
            format!("Its value was cut when it was kept; {found} begin with the same characters, and {counted_then} hold that value.");
        return Some(LookNote::new(Weight::Info, "These are more rows than the figure counts", detail));
    }
    let title = if looked.found < figure.rows {
        "Fewer rows than the figure"
    } else {
        "More rows than the figure"
    };
    let why = if is_explained {
        "The source has changed since."
    } else {
        "The whole table was looked through."
    };
    Some(LookNote::new(
        if is_explained { Weight::Info } else { Weight::Warning },
        title,
        format!("{found} were found, and the figure says {counted_then}. {why}"),
    ))
}

/// A look that was stopped before it knew all.
fn cut_off(looked: &LookedRows, run: &TableRun) -> Option<LookNote> {
    (looked.ended == Some(LookEnd::TimedOut)).then(|| {
        LookNote::new(
            Weight::Warning,
            format!("The look was stopped after {} s", DEADLINE.as_secs()),
            format!(
                "{} of {} were looked at, and {} found among them. The statement below finds all of them, in its own time.",
                counted(looked.searched, "row"),
                count(run.row_count),
                count(looked.found)
            ),
        )
    })
}

/// What is profiled has changed since the run.
fn changed_scope(run: &TableRun, place: &LookPlace) -> Option<LookNote> {
    let hidden = newly_left_out(place, run);
    if !hidden.is_empty() {
        let columns = hidden.join(", ");
        return Some(LookNote::new(
            Weight::Info,
            format!("{} left out since the run", counted(hidden.len() as u64, "column")),
            format!("Not shown: {columns}."),
        ));
    }
    let (then, now) = (&run.snapshot.scope.row_filter, &place.table.scope.row_filter);
    // For a reader who may not see every value, literals of the filter of now are masked: only its columns are compared.
    let is_same = match (then, now) {
        (Some(then), Some(now)) if place.personal.is_some() => then.columns() == now.columns(),
        (then, now) => then == now,
    };
    (!is_same).then(|| {
        let detail = match then {
            Some(_) => "These are rows of the run, chosen by the filter of then.",
            None => "These are rows of the run, which read all of them.",
        };
        LookNote::new(Weight::Info, "The filter of rows has changed since the run", detail)
    })
}
