//! Acknowledging, assigning, snoozing, dismissing and commenting alerts, and taking that back.

use leptos::prelude::*;

use super::reply::{go_saying, go_telling, refuse, safe_path, state, viewer};
use crate::components::format::counted;
use crate::domain::alert::AlertAct;
use crate::domain::alert_query::AlertsQuery;
use crate::domain::identifier::AlertId;
use crate::domain::user::Permission;
use crate::http::cookies::Flash;
use crate::services::access;
use crate::services::alerts::{self as service, AskedAct, Chosen};
use crate::services::error::AppError;

/// Acts on the ticked alerts, or on all that the address `shown` lists.
#[server(prefix = "/actions", endpoint = "act-on-alerts")]
#[allow(clippy::too_many_arguments)] // One field of the form each.
pub async fn act_on_alerts(
    act: String,
    #[server(default)] alerts: Vec<String>,
    #[server(default)] shown: String,
    #[server(default)] everything: String,
    #[server(default)] person: String,
    #[server(default)] snooze: String,
    #[server(default)] until: String,
    #[server(default)] reason: String,
    #[server(default)] note: String,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/alerts");
    let asked = AskedAct {
        act: &act,
        person: &person,
        // A day that was named goes before the choice beside it.
        until: if until.trim().is_empty() { &snooze } else { until.trim() },
        reason: &reason,
    };
    let read = match service::read_act(&state.db, &viewer, &asked).await {
        Ok(read) => read,
        Err(error) => return refuse(&back, error),
    };
    // An empty query is the inbox as it opens, so the box alone says that everything is meant.
    let chosen = if everything.is_empty() {
        Chosen::Alerts(alerts.into_iter().map(AlertId).collect())
    } else {
        Chosen::Shown(Box::new(AlertsQuery::parse(&shown)))
    };
    match service::act(&state.db, &viewer, &chosen, &read, &note).await {
        Ok(outcome) if outcome.changed == 0 => go_saying(&back, true, "Nothing was left to do", "They stood so already."),
        Ok(outcome) => go_telling(
            &back,
            Flash {
                ok: true,
                title: format!("{} {}", counted(outcome.changed, "alert"), read.done()),
                detail: match outcome.unchanged {
                    0 => String::new(),
                    unchanged => format!("{} stood so already.", counted(unchanged, "alert")),
                },
                undo: (read != AlertAct::Comment).then_some(outcome.batch_id),
            },
        ),
        Err(error) => refuse(&back, error),
    }
}

/// Takes an act back.
#[server(prefix = "/actions", endpoint = "undo-alerts")]
pub async fn undo_alerts(batch: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/alerts");
    match service::undo(&state.db, &viewer, &batch).await {
        Ok(outcome) if outcome.changed == 0 => go_saying(
            &back,
            false,
            "This cannot be taken back any more",
            "Somebody has acted on these alerts since, or it was taken back before.",
        ),
        Ok(outcome) => {
            let detail = match outcome.unchanged {
                0 => String::new(),
                unchanged => format!("{} had changed since and stay as they are.", counted(unchanged, "alert")),
            };
            go_saying(&back, true, format!("{} as before", counted(outcome.changed, "alert")), detail)
        }
        Err(error) => refuse(&back, error),
    }
}

/// Removes an alert for good, once somebody says that this is meant; otherwise comes back to where it was asked.
#[server(prefix = "/actions", endpoint = "delete-alert")]
pub async fn delete_alert(
    alert_id: String,
    #[server(default)] sure: String,
    #[server(default)] asked_at: String,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/alerts");
    if let Err(error) = access::require(&viewer, Permission::Configure) {
        return refuse(&back, error);
    }
    if sure != "1" {
        let unsure = AppError::refused(
            "The alert was not removed",
            "Say that it may go with its trail: tick the box above the button.",
        );
        return refuse(&safe_path(&asked_at, &back), unsure);
    }
    match service::delete(&state.db, &viewer, &AlertId(alert_id)).await {
        Ok(()) => go_saying(
            &back,
            true,
            "The alert was removed",
            "It comes back when a run shows its cause again.",
        ),
        Err(error) => refuse(&back, error),
    }
}
