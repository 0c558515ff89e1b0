//! What an installation has set for findings, scores and failed runs: read for each end of a run, changed by an administrator.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::access;
use super::error::AppError;
use crate::anomalies::score::ScoreWeights;
use crate::anomalies::{Country, HygieneSettings};
use crate::domain::user::{Permission, Viewer};
use crate::store::{Database, StoreError, settings};

/// The setting that names the countries of postal codes and regions, by code with commas between; none for all that are known.
const COUNTRIES_SETTING: &str = "hygiene_countries";
/// The setting that holds the weights of scores as JSON.
const WEIGHTS_SETTING: &str = "score_weights";
/// The setting that says when failed runs are more than bad luck, as JSON.
const FAILURES_SETTING: &str = "repeated_failures";

/// Greatest weight.
const GREATEST_WEIGHT: f64 = 100.0;
/// Greatest number of failures in a row that can be waited for.
const MOST_FAILURES: u32 = 20;
/// Longest silence (hours).
const LONGEST_SILENCE: u32 = 24 * 31;

/// What an installation has set for findings and scores.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindingSettings {
    /// For the rules.
    pub hygiene: HygieneSettings,
    /// For the scores.
    pub weights: ScoreWeights,
    /// For failed runs.
    pub failures: FailurePatience,
}

/// When failed runs of a group are more than bad luck, and how long an alert that somebody acknowledged then stays quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FailurePatience {
    /// Failures in a row from which on the alert is high.
    pub threshold: u32,
    /// Hours from then on until failures that go on wake it again.
    pub cool_down_hours: u32,
}

impl Default for FailurePatience {
    fn default() -> Self {
        Self {
            threshold: 3,
            cool_down_hours: 24,
        }
    }
}

impl FailurePatience {
    /// How bad failures in a row are, by when each ended, the newest first: 0 below the threshold, 1 at it, and one more for each cool-down
    /// that they go on. An acknowledged alert wakes when this rises, and at nothing between.
    pub fn level(&self, ended: &[DateTime<Utc>], now: DateTime<Utc>) -> f64 {
        let failures = ended.len();
        let threshold = self.threshold.max(1) as usize;
        if failures < threshold {
            return 0.0;
        }
        let since = now - ended[failures - threshold];
        let cool_down = Duration::hours(i64::from(self.cool_down_hours.max(1)));
        1.0 + (since.num_seconds().max(0) / cool_down.num_seconds()) as f64
    }

    /// Whether so many failures in a row are more than bad luck.
    pub fn is_repeated(&self, failures: usize) -> bool {
        failures >= self.threshold.max(1) as usize
    }
}

/// Reads the settings; one that cannot be read is named in the log, and what is usual holds.
pub async fn load_settings(db: &Database) -> Result<FindingSettings, StoreError> {
    let mut found = FindingSettings::default();
    if let Some(codes) = settings::get(db, COUNTRIES_SETTING).await? {
        found.hygiene = HygieneSettings::of_countries(&codes);
    }
    found.weights = read_json(db, WEIGHTS_SETTING).await?;
    found.failures = read_json(db, FAILURES_SETTING).await?;
    Ok(found)
}

async fn read_json<T: Default + for<'a> Deserialize<'a>>(db: &Database, key: &str) -> Result<T, StoreError> {
    let Some(text) = settings::get(db, key).await? else {
        return Ok(T::default());
    };
    Ok(serde_json::from_str(&text).unwrap_or_else(|error| {
        tracing::warn!(%error, key, "A setting cannot be read; what is usual holds");
        T::default()
    }))
}

/// The settings as a form sends them: texts, each with the name of what it is about.
#[derive(Clone, Debug, Default)]
pub struct AskedSettings {
    /// Codes of countries; none means all.
    pub countries: Vec<String>,
    /// Weights of columns by semantic type.
    pub columns: HashMap<String, String>,
    /// Weights of tables by kind.
    pub tables: HashMap<String, String>,
    /// Weight of personal columns.
    pub personal: String,
    /// Weight of critical columns.
    pub critical: String,
    /// Failures in a row.
    pub threshold: String,
    /// Hours.
    pub cool_down_hours: String,
}

/// Keeps the settings. They count from the next run on.
pub async fn save_settings(db: &Database, viewer: &Viewer, asked: &AskedSettings) -> Result<(), AppError> {
    access::require(viewer, Permission::Configure)?;
    let countries = read_countries(&asked.countries)?;
    let weights = ScoreWeights {
        column_types: read_weights(&asked.columns)?,
        table_types: read_weights(&asked.tables)?,
        personal: read_weight("personal", &asked.personal)?,
        critical: read_weight("critical", &asked.critical)?,
    };
    let failures = FailurePatience {
        threshold: read_count("The number of failures", &asked.threshold, MOST_FAILURES)?,
        cool_down_hours: read_count("The number of hours", &asked.cool_down_hours, LONGEST_SILENCE)?,
    };
    let text = |value: Result<String, serde_json::Error>| value.map_err(|error| AppError::from(StoreError::unreadable("settings", error)));
    let values = [
        (COUNTRIES_SETTING, countries),
        (WEIGHTS_SETTING, text(serde_json::to_string(&weights))?),
        (FAILURES_SETTING, text(serde_json::to_string(&failures))?),
    ];
    let mut tx = db.begin().await?;
    for (key, value) in values {
        settings::set(&mut tx, key, &value, &access::actor(viewer)).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// All of them is none: so that a country which a later version knows is asked too.
fn read_countries(codes: &[String]) -> Result<String, AppError> {
    let mut known: Vec<&str> = Vec::new();
    for code in codes {
        let country = Country::of_code(code)
            .ok_or_else(|| AppError::refused("A country is not known", format!("{code} is none that Limn knows.")))?;
        if !known.contains(&country.code) {
            known.push(country.code);
        }
    }
    Ok(if known.len() == Country::all().len() {
        String::new()
    } else {
        known.join(",")
    })
}

/// Those that are not 1, in order of their names.
fn read_weights(asked: &HashMap<String, String>) -> Result<Vec<(String, f64)>, AppError> {
    let mut weights = Vec::new();
    for (name, text) in asked {
        let weight = read_weight(name, text)?;
        if weight != 1.0 {
            weights.push((name.clone(), weight));
        }
    }
    weights.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(weights)
}

/// Empty is 1.
fn read_weight(name: &str, text: &str) -> Result<f64, AppError> {
    let weight = match text.trim() {
        "" => Ok(1.0),
        text => text.parse::<f64>(),
    };
    match weight {
        Ok(weight) if (0.0..=GREATEST_WEIGHT).contains(&weight) => Ok(weight),
        _ => Err(AppError::refused(
            "A weight cannot be read",
            format!("{name}: write a number from 0 to {GREATEST_WEIGHT}."),
        )),
    }
}

fn read_count(what: &str, text: &str, most: u32) -> Result<u32, AppError> {
    match text.trim().parse::<u32>() {
        Ok(count) if (1..=most).contains(&count) => Ok(count),
        _ => Err(AppError::refused(
            format!("{what} cannot be read"),
            format!("Write a whole number from 1 to {most}."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acknowledged_failure_wakes_at_the_threshold_and_once_a_cool_down() {
        let patience = FailurePatience {
            threshold: 3,
            cool_down_hours: 24,
        };
        let now: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
        // One run an hour, all failed, the newest first.
        let streak = |failures: i64| (0..failures).map(|hours| now - Duration::hours(hours)).collect::<Vec<_>>();
        let levels: Vec<f64> = [1, 2, 3, 4, 26, 27, 50, 51]
            .map(|failures| patience.level(&streak(failures), now))
            .into();
        assert_eq!(levels, [0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 3.0]);
        assert!(!patience.is_repeated(2) && patience.is_repeated(3));
    }

    #[test]
    fn a_weight_is_a_number_in_bounds_and_one_needs_no_entry() {
        for text in ["-1", "NaN", "inf", "1e9", "many", "101"] {
            assert!(read_weight("x", text).is_err(), "{text}");
        }
        let asked = HashMap::from([("b".into(), "2.5".into()), ("a".into(), " ".into()), ("c".into(), "0".into())]);
        assert_eq!(read_weights(&asked).unwrap(), [("b".to_owned(), 2.5), ("c".to_owned(), 0.0)]);
        let all: Vec<String> = Country::all().iter().map(|country| country.code.to_owned()).collect();
        assert_eq!(read_countries(&all).unwrap(), "");
        assert_eq!(read_countries(&["de".into(), "US".into(), "DE".into()]).unwrap(), "DE,US");
        assert!(read_countries(&["Atlantis".into()]).is_err());
    }
}
