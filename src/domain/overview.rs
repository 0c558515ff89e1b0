//! What the overview answers: what needs a person, what runs now, how fresh the tables are.

use std::iter::Sum;
use std::ops::Add;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::address::TableAddress;
use super::anomaly::ProfileAnomaly;
use super::identifier::{AlertId, ConnectionId, TableGroupId};
use super::profile_run::ProfileRun;

/// The overview's figures and lists.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// Tables known, missing ones apart.
    pub table_count: u64,
    /// Tables with a completed profile.
    pub profiled_table_count: u64,
    /// Tables profiled within 24 hours.
    pub fresh_table_count: u64,
    /// Columns in the latest profiles.
    pub column_count: u64,
    /// Rows in the latest profiles.
    pub row_count: u64,
    /// Tables whose newest attempt failed.
    pub failing_table_count: u64,
    /// Runs that ended within 7 days, by status.
    pub completed_runs_7d: u64,
    /// Failed ones.
    pub failed_runs_7d: u64,
    /// Newest runs, active ones first.
    pub runs: Vec<ProfileRun>,
    /// Groups with their freshness, stalest first.
    pub groups: Vec<GroupFreshness>,
    /// What takes most from the score of all tables together, most first.
    pub costliest: Vec<CostlyFinding>,
}

impl Overview {
    /// The score of all tables together, 0..1; none where no table has one.
    pub fn score(&self) -> Option<f64> {
        self.scored().score()
    }

    /// The scores of all tables together.
    pub fn scored(&self) -> Scored {
        self.groups.iter().map(|group| group.score).sum()
    }
}

/// Scores of tables, added up by their weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// Scores times weights.
    pub sum: f64,
    /// Weights of the tables that have a score.
    pub weight: f64,
}

impl Add for Scored {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            weight: self.weight + other.weight,
        }
    }
}

impl Sum for Scored {
    fn sum<I: Iterator<Item = Self>>(scores: I) -> Self {
        scores.fold(Self::default(), Self::add)
    }
}

impl Scored {
    /// The mean, 0..1; none without weight.
    pub fn score(self) -> Option<f64> {
        (self.weight > 0.0).then(|| (self.sum / self.weight).clamp(0.0, 1.0))
    }
}

/// A finding of a table's latest run with what it takes from the score of all tables shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CostlyFinding {
    /// The table.
    pub table: TableAddress,
    /// What was found.
    pub anomaly: ProfileAnomaly,
    /// The alert that stands for it.
    pub alert_id: Option<AlertId>,
    /// What it takes, by the weight of its table: divided by the weight of all tables it is what they would gain without it.
    pub cost: f64,
}

/// How fresh one table group is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupFreshness {
    /// Group.
    pub table_group_id: TableGroupId,
    /// Name.
    pub name: String,
    /// Id and name of the dataset that it is counted to.
    pub dataset: Option<(String, String)>,
    /// Connection.
    pub connection_id: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// Whether the connection may be profiled.
    pub is_active: bool,
    /// Tables.
    pub table_count: u64,
    /// Profiled ones.
    pub profiled_table_count: u64,
    /// Rows in the latest profiles.
    pub row_count: u64,
    /// Their scores.
    pub score: Scored,
    /// The latest completed run's end.
    pub last_completed_at: Option<DateTime<Utc>>,
    /// Its number.
    pub last_run_number: Option<i64>,
    /// Up to 30 completed runs of all its tables, oldest first.
    pub history: Vec<GroupPoint>,
}

/// What one run says of a whole group.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupPoint {
    /// Run.
    pub run_number: i64,
    /// Rows of all tables.
    pub row_count: u64,
    /// The score of all tables; none where it has none.
    pub score: Option<f64>,
}

/// What freshness is shown of: a dataset with all its groups, or a group that belongs to none.
#[derive(Clone, Debug, PartialEq)]
pub struct FreshnessLine<'a> {
    /// Its groups, the stalest first.
    pub groups: Vec<&'a GroupFreshness>,
}

impl<'a> FreshnessLine<'a> {
    /// Puts groups of one dataset together; lines stand where their stalest group does.
    pub fn of(groups: &'a [GroupFreshness]) -> Vec<Self> {
        let mut lines: Vec<Self> = Vec::new();
        for group in groups {
            let same = lines
                .iter_mut()
                .find(|line| group.dataset.is_some() && line.groups[0].dataset == group.dataset);
            match same {
                Some(line) => line.groups.push(group),
                None => lines.push(Self { groups: vec![group] }),
            }
        }
        lines
    }

    /// The group that was not looked at for longest.
    pub fn stalest(&self) -> &'a GroupFreshness {
        self.groups[0]
    }

    /// One figure of all groups together.
    pub fn sum(&self, of: impl Fn(&GroupFreshness) -> u64) -> u64 {
        self.groups.iter().map(|group| of(group)).fold(0, u64::saturating_add)
    }

    /// Rows after each run of any of its groups, oldest first, from where every group that has runs has one.
    pub fn row_history(&self) -> Vec<u64> {
        let of_groups: Vec<Vec<(i64, u64)>> = self
            .groups
            .iter()
            .map(|group| group.history.iter().map(|point| (point.run_number, point.row_count)).collect())
            .collect();
        merge(&of_groups)
            .iter()
            .map(|step| step.iter().copied().fold(0, u64::saturating_add))
            .collect()
    }

    /// Scores after each run of any of its groups, as far as they have one; groups weigh what their tables weigh today.
    pub fn score_history(&self) -> Vec<f64> {
        let of_groups: Vec<Vec<(i64, Scored)>> = self
            .groups
            .iter()
            .filter(|group| group.score.weight > 0.0)
            .map(|group| {
                let weight = group.score.weight;
                let scored = |score: f64| Scored {
                    sum: score * weight,
                    weight,
                };
                let points = group.history.iter();
                points.filter_map(|point| Some((point.run_number, scored(point.score?)))).collect()
            })
            .collect();
        merge(&of_groups)
            .iter()
            .filter_map(|step| step.iter().copied().sum::<Scored>().score())
            .collect()
    }

    /// The score of all its tables.
    pub fn score(&self) -> Option<f64> {
        self.groups.iter().map(|group| group.score).sum::<Scored>().score()
    }
}

/// The latest figure of every group after each run, oldest first, from where all have one; groups without any are left out.
fn merge<T: Copy>(of_groups: &[Vec<(i64, T)>]) -> Vec<Vec<T>> {
    let with_runs: Vec<&Vec<(i64, T)>> = of_groups.iter().filter(|points| !points.is_empty()).collect();
    let mut runs: Vec<i64> = with_runs.iter().flat_map(|points| points.iter().map(|(run, _)| *run)).collect();
    runs.sort_unstable();
    let latest = |points: &[(i64, T)], run: i64| points.iter().rev().find(|(number, _)| *number <= run).map(|(_, figure)| *figure);
    runs.iter()
        .filter_map(|run| with_runs.iter().map(|points| latest(points, *run)).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_a_dataset_are_one_line_and_the_score_goes_by_weight() {
        let group = |id: &str, dataset: Option<&str>, sum: f64, weight: f64| GroupFreshness {
            table_group_id: id.into(),
            name: id.into(),
            dataset: dataset.map(|id| (id.to_owned(), id.to_uppercase())),
            connection_id: "c".into(),
            connection_name: "C".into(),
            is_active: true,
            table_count: 2,
            profiled_table_count: 1,
            row_count: 10,
            score: Scored { sum, weight },
            last_completed_at: None,
            last_run_number: None,
            history: Vec::new(),
        };
        let groups = [
            group("a", Some("sales"), 9.0, 10.0),
            group("b", None, 0.0, 0.0),
            group("c", Some("sales"), 1.0, 10.0),
            group("d", None, 1.0, 1.0),
        ];
        let lines = FreshnessLine::of(&groups);
        assert_eq!(lines.len(), 3);
        assert_eq!(
            (lines[0].stalest().name.as_str(), lines[0].sum(|group| group.table_count)),
            ("a", 4)
        );
        assert_eq!((lines[0].score(), lines[1].score(), lines[2].score()), (Some(0.5), None, Some(1.0)));
    }

    #[test]
    fn the_history_of_several_groups_goes_on_with_each_run_of_any() {
        let group = |id: &str, weight: f64, history: &[(i64, u64, Option<f64>)]| GroupFreshness {
            table_group_id: id.into(),
            name: id.into(),
            dataset: Some(("sales".to_owned(), "Sales".to_owned())),
            connection_id: "c".into(),
            connection_name: "C".into(),
            is_active: true,
            table_count: 1,
            profiled_table_count: 1,
            row_count: 10,
            score: Scored { sum: weight, weight },
            last_completed_at: None,
            last_run_number: None,
            history: history
                .iter()
                .map(|(run_number, row_count, score)| GroupPoint {
                    run_number: *run_number,
                    row_count: *row_count,
                    score: *score,
                })
                .collect(),
        };
        let groups = [
            group("a", 3.0, &[(1, 100, Some(0.5)), (4, 120, Some(0.9))]),
            group("b", 1.0, &[(2, 10, Some(0.5)), (3, 20, None), (5, 30, Some(0.1))]),
            group("c", 0.0, &[]),
        ];
        let line = &FreshnessLine::of(&groups)[0];
        assert_eq!(line.row_history(), [110, 120, 140, 150]);
        let scores: Vec<String> = line.score_history().iter().map(|score| format!("{score:.2}")).collect();
        assert_eq!(scores, ["0.50", "0.80", "0.70"], "by weight, and only where a run has one");
    }
}
