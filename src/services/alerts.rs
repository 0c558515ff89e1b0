//! What people do with alerts: each act is allowed, done once, kept in the trail, and can be undone.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};

use super::access;
use super::error::AppError;
use crate::components::format::counted;
use crate::domain::alert::{Alert, AlertAct, DismissReason, SnoozeFor};
use crate::domain::alert_query::AlertsQuery;
use crate::domain::anomaly::Severity;
use crate::domain::identifier::{AlertId, TableGroupId, UserId};
use crate::domain::user::{Permission, User, Viewer};
use crate::store::alert_acts::{self, ActOutcome};
use crate::store::{Database, alert_lists, alert_raises as alerts, connections, users};

/// Most alerts in one act.
pub const MOST_ALERTS: u32 = 10_000;
/// Longest comment (characters).
const LONGEST_NOTE: usize = 2_000;
/// Longest snooze.
pub const LONGEST_SNOOZE_DAYS: i64 = 366;

/// Which alerts an act is about.
#[derive(Clone, Debug)]
pub enum Chosen {
    /// These.
    Alerts(Vec<AlertId>),
    /// All that an address shows.
    Shown(Box<AlertsQuery>),
}

/// Acts on alerts. Those that the person may not clear are left out; none at all is refused.
pub async fn act(db: &Database, viewer: &Viewer, chosen: &Chosen, act: &AlertAct, note: &str) -> Result<ActOutcome, AppError> {
    access::require(viewer, Permission::ClearAlerts)?;
    let note = note.trim();
    if note.chars().count() > LONGEST_NOTE {
        return Err(AppError::refused(
            "The comment is too long",
            format!("Up to {LONGEST_NOTE} characters are kept."),
        ));
    }
    if *act == AlertAct::Comment && note.is_empty() {
        return Err(AppError::refused("There is nothing to say", "Write a comment first."));
    }
    let narrowed = db.within(viewer.user.scope_of(Permission::ClearAlerts));
    let mut unknown = Vec::new();
    let alerts = match chosen {
        Chosen::Alerts(alerts) if alerts.len() > MOST_ALERTS as usize => return Err(too_many()),
        Chosen::Alerts(asked) => {
            let seen = alert_acts::list_seen(&narrowed, asked).await?;
            let known: HashSet<&AlertId> = seen.iter().collect();
            unknown.extend(asked.iter().filter(|id| !known.contains(id)).cloned());
            seen
        }
        Chosen::Shown(query) => {
            let found = alert_lists::list_alert_ids(&narrowed, query, Some(&viewer.user.user_id), MOST_ALERTS + 1).await?;
            if found.len() > MOST_ALERTS as usize {
                return Err(too_many());
            }
            found
        }
    };
    if alerts.is_empty() {
        return Err(AppError::refused("No alert was chosen", "Tick the alerts that it is about."));
    }
    if let AlertAct::Assign(Some(assignee)) = act {
        require_sight(db, assignee, &alerts).await?;
    }
    let mut tx = db.begin().await?;
    let outcome = alert_acts::act(&mut tx, &alerts, act, note, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(ActOutcome { unknown, ..outcome })
}

/// Refuses to give alerts to somebody who does not see them.
async fn require_sight(db: &Database, (user_id, name): &(UserId, String), alerts: &[AlertId]) -> Result<(), AppError> {
    let people = list_stewards(db).await?;
    let scope = people
        .iter()
        .find(|user| user.user_id == *user_id)
        .map(|user| user.scope_of(Permission::ClearAlerts));
    let seen = match scope {
        Some(scope) => alert_acts::list_seen(&db.within(scope), alerts).await?.len(),
        None => 0,
    };
    if seen == alerts.len() {
        return Ok(());
    }
    Err(AppError::refused(
        format!("{name} does not see {} of them", counted((alerts.len() - seen) as u64, "alert")),
        "They lie outside what this person's roles show. Choose somebody else, or fewer alerts.",
    ))
}

fn too_many() -> AppError {
    AppError::refused(
        "These are too many at once",
        format!("Up to {MOST_ALERTS} alerts; narrow the list."),
    )
}

/// The words of an act as forms and programs send them.
#[derive(Clone, Copy, Debug)]
pub struct AskedAct<'a> {
    /// `acknowledge`, `reopen`, `assign`, `snooze`, `dismiss` or `comment`.
    pub act: &'a str,
    /// For assigning.
    pub person: &'a str,
    /// For snoozing.
    pub until: &'a str,
    /// For dismissing.
    pub reason: &'a str,
}

/// Reads an act.
pub async fn read_act(db: &Database, viewer: &Viewer, asked: &AskedAct<'_>) -> Result<AlertAct, AppError> {
    Ok(match asked.act {
        "acknowledge" => AlertAct::Acknowledge,
        "reopen" => AlertAct::Reopen,
        "comment" => AlertAct::Comment,
        "assign" => AlertAct::Assign(find_assignee(db, viewer, asked.person).await?),
        "snooze" => read_snooze(asked.until, Utc::now())?,
        "dismiss" => read_reason(asked.reason)?,
        other => {
            let detail = format!("`{other}` is none of acknowledge, reopen, assign, snooze, dismiss, comment.");
            return Err(AppError::bad_request("There is no such act", detail));
        }
    })
}

/// An alert that another program raises.
#[derive(Clone, Debug)]
pub struct ReportedAlert {
    /// What raises it.
    pub source_type: String,
    /// What it refers to there.
    pub source_ref: String,
    /// How much it matters.
    pub severity: Severity,
    /// In one line.
    pub title: String,
    /// In a sentence or two.
    pub details: String,
    /// The group whose people see it.
    pub table_group_id: Option<TableGroupId>,
}

/// Raises an alert of another program; the same source and reference again count on the same one.
pub async fn raise(db: &Database, viewer: &Viewer, reported: &ReportedAlert) -> Result<Alert, AppError> {
    access::require(viewer, Permission::Configure)?;
    let is_too_long = [
        (&reported.source_type, 100),
        (&reported.source_ref, 500),
        (&reported.title, 500),
        (&reported.details, 4_000),
    ]
    .iter()
    .any(|(text, most)| text.chars().count() > *most);
    if is_too_long || reported.source_type.trim().is_empty() || reported.title.trim().is_empty() {
        return Err(AppError::refused(
            "The alert cannot be kept",
            "It needs a source_type of 1 to 100 characters and a title of 1 to 500; source_ref has up to 500, details up to 4,000.",
        ));
    }
    if let Some(group) = &reported.table_group_id
        && connections::find_table_group(db, group).await?.is_none()
    {
        return Err(AppError::NotFound);
    }
    let mut tx = db.begin().await?;
    let id = alerts::raise(
        &mut tx,
        &alerts::Raised {
            source_type: &reported.source_type,
            source_ref: &reported.source_ref,
            severity: reported.severity,
            title: &reported.title,
            details: &reported.details,
            table_group_id: reported.table_group_id.as_ref(),
        },
        &access::actor(viewer),
    )
    .await?;
    tx.commit().await?;
    alert_lists::find_alert(db, &id).await?.ok_or(AppError::NotFound)
}

/// Takes back what the same person did last.
pub async fn undo(db: &Database, viewer: &Viewer, batch: &str) -> Result<ActOutcome, AppError> {
    access::require(viewer, Permission::ClearAlerts)?;
    let mut tx = db.begin().await?;
    let outcome = alert_acts::undo(&mut tx, batch, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// Removes an alert with its trail: for administrators.
pub async fn delete(db: &Database, viewer: &Viewer, alert: &AlertId) -> Result<(), AppError> {
    access::require(viewer, Permission::Configure)?;
    let mut tx = db.begin().await?;
    if !alert_acts::delete(&mut tx, alert, &access::actor(viewer)).await? {
        return Err(AppError::NotFound);
    }
    tx.commit().await?;
    Ok(())
}

/// People who may be given an alert, by name.
pub async fn list_stewards(db: &Database) -> Result<Vec<User>, AppError> {
    let mut people = users::list_users(db).await?;
    people.retain(|user| user.is_active && user.may(Permission::ClearAlerts));
    Ok(people)
}

/// The person of a name who may be given an alert; `me` is whoever asks, empty is nobody.
pub async fn find_assignee(db: &Database, viewer: &Viewer, name: &str) -> Result<Option<(UserId, String)>, AppError> {
    let wanted = match name {
        "" | "nobody" => return Ok(None),
        "me" => viewer.user.name.as_str(),
        name => name,
    };
    let people = list_stewards(db).await?;
    people
        .into_iter()
        .find(|user| user.name == wanted)
        .map(|user| Some((user.user_id, user.name)))
        .ok_or_else(|| {
            AppError::refused(
                format!("{wanted} cannot be given alerts"),
                format!("Roles that can: {}.", Permission::ClearAlerts.holders()),
            )
        })
}

/// Reads a form's snooze: days, or what wakes it.
pub fn read_snooze(word: &str, now: DateTime<Utc>) -> Result<AlertAct, AppError> {
    let until = |days: i64| Some(now + Duration::days(days));
    let (until, wakes) = match word {
        "change" => (None, SnoozeFor::Change),
        "worse" => (None, SnoozeFor::Worse),
        days => match days.strip_suffix('d').and_then(|days| days.parse::<i64>().ok()) {
            Some(days) if (1..=LONGEST_SNOOZE_DAYS).contains(&days) => (until(days), SnoozeFor::Date),
            _ => return read_date(word, now),
        },
    };
    Ok(AlertAct::Snooze { until, wakes })
}

fn read_date(word: &str, now: DateTime<Utc>) -> Result<AlertAct, AppError> {
    let day = word
        .parse::<chrono::NaiveDate>()
        .ok()
        .and_then(|day| day.and_hms_opt(0, 0, 0))
        .map(|day| day.and_utc());
    match day {
        Some(day) if day > now && day <= now + Duration::days(LONGEST_SNOOZE_DAYS) => Ok(AlertAct::Snooze {
            until: Some(day),
            wakes: SnoozeFor::Date,
        }),
        _ => Err(AppError::refused(
            "This is no time to be quiet until",
            "Ask for days such as 7d, a coming day such as 2030-01-31 within a year, change, or worse.",
        )),
    }
}

/// Reads why an alert is dismissed.
pub fn read_reason(word: &str) -> Result<AlertAct, AppError> {
    DismissReason::from_word(word)
        .map(AlertAct::Dismiss)
        .ok_or_else(|| AppError::refused("This is no reason", "Ask for expected, wrong or will_not_fix."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snooze_is_read_and_nonsense_is_refused() {
        let now = "2026-11-21T12:00:00Z".parse::<DateTime<Utc>>().unwrap();
        assert_eq!(
            read_snooze("7d", now).unwrap(),
            AlertAct::Snooze {
                until: Some(now + Duration::days(7)),
                wakes: SnoozeFor::Date
            }
        );
        assert!(matches!(
            read_snooze("worse", now),
            Ok(AlertAct::Snooze {
                until: None,
                wakes: SnoozeFor::Worse
            })
        ));
        assert!(matches!(
            read_snooze("2026-12-01", now),
            Ok(AlertAct::Snooze { until: Some(_), .. })
        ));
        for word in ["", "0d", "999d", "2026-11-01", "soon"] {
            assert!(read_snooze(word, now).is_err(), "{word}");
        }
    }
}
