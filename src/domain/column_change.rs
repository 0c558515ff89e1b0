//! What changed most in a column since another run, weighed so that columns can be compared and sorted.

use super::column_profile::{ColumnProfile, GeneralType};

/// What changed.
#[derive(Clone, Debug, PartialEq)]
pub enum ChangeKind {
    /// The other run does not have the column.
    New,
    /// The source's type is another one; holds the old one.
    DataType(String),
    /// Share of nulls over rows.
    Nulls,
    /// Share of rows that are empty, blank or a stand-in for "missing", nulls apart.
    Missing,
    /// Share of zeros over rows.
    Zeros,
    /// Share of rows in the future.
    Future,
    /// Share of true over values.
    True,
    /// Number of different values.
    Distinct,
    /// Mean of a number.
    Mean,
    /// Largest number.
    Largest,
    /// Smallest number.
    Smallest,
    /// Mean length of a text.
    Length,
}

/// One change with its size before and after (shares 0..1, else in the unit of the figure).
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnChange {
    /// What.
    pub kind: ChangeKind,
    /// In the other run.
    pub before: f64,
    /// Now.
    pub after: f64,
    /// How much it matters: 1 is the least that is worth a look.
    pub weight: f64,
}

/// Changes below this weight are not worth a word.
const LEAST_WEIGHT: f64 = 0.05;
/// Shares weigh 1 when they move by this much.
const SHARE_STEP: f64 = 0.01;
/// Sizes weigh 1 when they move by this part of themselves, means by this part of a standard deviation.
const SIZE_STEP: f64 = 0.10;
/// Up to so many different values a single new one is worth a look.
const FEW_VALUES: f64 = 50.0;

impl ColumnChange {
    /// Whether it is worth a look: what the filter "changed" keeps.
    pub fn is_notable(&self) -> bool {
        self.weight >= 1.0
    }
}

/// The largest change of a column against the same column of another run. `None` where nothing moved.
pub fn largest_change(column: &ColumnProfile, before: Option<&ColumnProfile>) -> Option<ColumnChange> {
    let Some(before) = before else {
        return Some(ColumnChange {
            kind: ChangeKind::New,
            before: 0.0,
            after: 0.0,
            weight: 100.0,
        });
    };
    if !before.data_type.is_empty() && before.data_type != column.data_type {
        return Some(ColumnChange {
            kind: ChangeKind::DataType(before.data_type.clone()),
            before: 0.0,
            after: 0.0,
            weight: 90.0,
        });
    }
    let mut found = vec![share(ChangeKind::Nulls, before, column, |column| Some(column.null_count))];
    match column.general_type {
        GeneralType::Number => {
            found.push(share(ChangeKind::Zeros, before, column, |column| column.metrics.zero_count));
            found.push(mean(before, column));
            found.push(end(ChangeKind::Largest, before, column, |column| {
                column.metrics.max_value.as_deref()
            }));
            found.push(end(ChangeKind::Smallest, before, column, |column| {
                column.metrics.min_value.as_deref()
            }));
        }
        GeneralType::Text => {
            found.push(share(ChangeKind::Missing, before, column, |column| {
                column.metrics.missing_count.map(|count| count.saturating_sub(column.null_count))
            }));
            found.push(size(ChangeKind::Length, before.metrics.avg_length, column.metrics.avg_length));
        }
        GeneralType::Time => found.push(future(before, column)),
        GeneralType::Boolean => found.push(share(ChangeKind::True, before, column, |column| column.metrics.true_count)),
        GeneralType::Other => {}
    }
    found.push(distinct(before, column));
    found
        .into_iter()
        .flatten()
        .filter(|change| change.weight >= LEAST_WEIGHT)
        .max_by(|a, b| a.weight.total_cmp(&b.weight))
}

fn share(
    kind: ChangeKind,
    before: &ColumnProfile,
    after: &ColumnProfile,
    rows: impl Fn(&ColumnProfile) -> Option<u64>,
) -> Option<ColumnChange> {
    let part = |column: &ColumnProfile| -> Option<f64> {
        (column.row_count > 0).then(|| rows(column).map(|count| count as f64 / column.row_count as f64))?
    };
    let (before, after) = (part(before)?, part(after)?);
    Some(ColumnChange {
        kind,
        before,
        after,
        weight: (after - before).abs() / SHARE_STEP,
    })
}

/// Any row that newly lies in the future is worth a look.
fn future(before: &ColumnProfile, after: &ColumnProfile) -> Option<ColumnChange> {
    let change = share(ChangeKind::Future, before, after, |column| column.metrics.future_count)?;
    let weight = if change.after > change.before {
        change.weight + 2.0
    } else {
        change.weight
    };
    Some(ColumnChange { weight, ..change })
}

fn mean(before: &ColumnProfile, after: &ColumnProfile) -> Option<ColumnChange> {
    let (from, to) = (before.metrics.avg_value?, after.metrics.avg_value?);
    let spread = before.metrics.stddev_value.filter(|spread| *spread > 0.0);
    let moved = (to - from).abs();
    let weight = match spread {
        Some(spread) => moved / spread / SIZE_STEP,
        None if moved > 0.0 => 1.0,
        None => 0.0,
    };
    weight.is_finite().then_some(ColumnChange {
        kind: ChangeKind::Mean,
        before: from,
        after: to,
        weight,
    })
}

/// An end weighs by how many times it grew; an end that doubles is worth a look.
fn end(
    kind: ChangeKind,
    before: &ColumnProfile,
    after: &ColumnProfile,
    text: impl Fn(&ColumnProfile) -> Option<&str>,
) -> Option<ColumnChange> {
    let (from, to): (f64, f64) = (text(before)?.parse().ok()?, text(after)?.parse().ok()?);
    let times = to / from;
    (times.is_finite() && times >= 2.0).then_some(ColumnChange {
        kind,
        before: from,
        after: to,
        weight: times / 2.0,
    })
}

fn size(kind: ChangeKind, before: Option<f64>, after: Option<f64>) -> Option<ColumnChange> {
    let (before, after) = (before?, after?);
    let weight = ((after - before) / before).abs() / SIZE_STEP;
    weight.is_finite().then_some(ColumnChange {
        kind,
        before,
        after,
        weight,
    })
}

/// Different values: counted where there are few; else neither their number nor their share of the values may explain it,
/// so that a key that grows with its table and a constant list in a growing table are both quiet.
fn distinct(before: &ColumnProfile, after: &ColumnProfile) -> Option<ColumnChange> {
    let (from, to) = (before.metrics.distinct_count? as f64, after.metrics.distinct_count? as f64);
    let made = |weight: f64| {
        Some(ColumnChange {
            kind: ChangeKind::Distinct,
            before: from,
            after: to,
            weight,
        })
    };
    if from == to || before.non_null_count == 0 || after.non_null_count == 0 {
        return None;
    }
    if from <= FEW_VALUES && to <= FEW_VALUES {
        return made((to - from).abs());
    }
    if from == 0.0 {
        return made(10.0);
    }
    let by_number = (to / from - 1.0).abs();
    let by_share = ((to / after.non_null_count as f64) / (from / before.non_null_count as f64) - 1.0).abs();
    made(by_number.min(by_share) / SIZE_STEP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::column_profile::Metrics;

    fn column(rows: u64, nulls: u64, distinct: u64) -> ColumnProfile {
        let metrics = Metrics {
            distinct_count: Some(distinct),
            ..Metrics::default()
        };
        ColumnProfile {
            row_count: rows,
            null_count: nulls,
            non_null_count: rows - nulls,
            metrics,
            data_type: "int".into(),
            general_type: GeneralType::Number,
            ..ColumnProfile::default()
        }
    }

    #[test]
    fn nothing_moved_is_nothing() {
        assert_eq!(largest_change(&column(100, 1, 60), Some(&column(100, 1, 60))), None);
        assert_eq!(largest_change(&column(0, 0, 0), Some(&column(0, 0, 0))), None);
    }

    #[test]
    fn a_key_that_grows_with_its_table_is_quiet() {
        assert_eq!(largest_change(&column(2_000, 0, 2_000), Some(&column(1_000, 0, 1_000))), None);
        let halved = largest_change(&column(1_000, 0, 500), Some(&column(1_000, 0, 1_000))).unwrap();
        assert_eq!(halved.kind, ChangeKind::Distinct);
        assert!(halved.is_notable());
    }

    #[test]
    fn the_largest_change_wins() {
        let mut after = column(1_000, 38, 900);
        after.metrics.avg_value = Some(10.2);
        let mut before = column(1_000, 1, 900);
        before.metrics.avg_value = Some(10.0);
        before.metrics.stddev_value = Some(20.0);
        let change = largest_change(&after, Some(&before)).unwrap();
        assert_eq!((change.kind, change.before, change.after), (ChangeKind::Nulls, 0.001, 0.038));
    }

    #[test]
    fn new_columns_and_new_types_come_first() {
        assert_eq!(largest_change(&column(9, 0, 9), None).unwrap().kind, ChangeKind::New);
        let before = ColumnProfile {
            data_type: "text".into(),
            ..column(9, 9, 0)
        };
        assert_eq!(
            largest_change(&column(9, 0, 9), Some(&before)).unwrap().kind,
            ChangeKind::DataType("text".into())
        );
    }
}
