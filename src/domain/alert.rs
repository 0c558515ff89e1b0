//! An alert: what a person must look at. One for each cause, however many runs show it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::address::TableAddress;
use super::anomaly::Severity;
use super::identifier::{AlertId, TableGroupId, UserId};
use super::profile_run::words;

words! {
    /// Where an alert stands.
    pub enum AlertState {
        /// Somebody must look.
        Open = "open",
        /// Somebody has; quiet until it worsens or is gone.
        Acknowledged = "acknowledged",
        /// Quiet for a while.
        Snoozed = "snoozed",
        /// Decided to be none.
        Dismissed = "dismissed",
        /// The cause is gone.
        Resolved = "resolved",
    }
}

words! {
    /// What wakes a snoozed alert, beside a date.
    pub enum SnoozeFor {
        /// A date alone.
        Date = "date",
        /// Any change of its level.
        Change = "change",
        /// A worse level.
        Worse = "worse",
    }
}

words! {
    /// Why an alert was dismissed.
    pub enum DismissReason {
        /// It is meant to be so: the rule stays quiet here up to this level.
        Expected = "expected",
        /// The finding is mistaken: the rule stays quiet here for good.
        Wrong = "wrong",
        /// It is so, and stays so.
        WillNotFix = "will_not_fix",
    }
}

impl AlertState {
    /// As the interface says it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Acknowledged => "Acknowledged",
            Self::Snoozed => "Snoozed",
            Self::Dismissed => "Dismissed",
            Self::Resolved => "Resolved",
        }
    }
}

impl DismissReason {
    /// As the interface says it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Expected => "Expected here",
            Self::Wrong => "Wrong",
            Self::WillNotFix => "Will not be fixed",
        }
    }
}

/// Sources of alerts, as `dq_alerts.source_type` has them.
pub mod source {
    /// A finding of a profile.
    pub const ANOMALY: &str = "profile_anomaly";
    /// A run that failed.
    pub const RUN: &str = "profile_run";
}

/// By how much a level must rise to be worse, at least.
const LEAST_RISE: f64 = 0.005;

/// Whether a level is worse than another by more than chance: by half a point and by a tenth, of itself or, for a share, of what is left to
/// the whole (from 91 to 99 % little is left).
pub fn is_worse(level: Option<f64>, held: Option<f64>) -> bool {
    let (Some(level), Some(held)) = (level, held) else { return false };
    let is_share = (0.0..=1.0).contains(&level) && (0.0..=1.0).contains(&held);
    level > held + LEAST_RISE && (level > held * 1.1 || (is_share && 1.0 - level < (1.0 - held) * 0.9))
}

/// Whether a level differs from another by more than chance, in either direction.
pub fn is_changed(level: Option<f64>, held: Option<f64>) -> bool {
    is_worse(level, held) || is_worse(held, level)
}

/// What was decided about a cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Where its alert stands.
    pub state: AlertState,
    /// The level at which that was decided.
    pub held: Option<f64>,
    /// The severity at which that was decided.
    pub severity: Severity,
    /// What wakes it.
    pub snoozed_for: Option<SnoozeFor>,
    /// Why it was dismissed: what was expected once is so, up to its level, also after it was worse or gone.
    pub dismissed_for: Option<DismissReason>,
}

impl Decision {
    /// Where the alert stands after its cause was seen again.
    pub fn after_sight(&self, level: Option<f64>, severity: Severity) -> AlertState {
        let is_worse = is_worse(level, self.held) || severity.rank() > self.severity.rank();
        let is_expected = self.dismissed_for == Some(DismissReason::Expected);
        let wakes = match self.state {
            AlertState::Open | AlertState::Resolved if is_expected && !is_worse => return AlertState::Dismissed,
            AlertState::Open => false,
            AlertState::Resolved => true,
            // Quiet until the value leaves its level for the worse.
            AlertState::Acknowledged => is_worse,
            AlertState::Snoozed => match self.snoozed_for {
                Some(SnoozeFor::Change) => is_changed(level, self.held) || severity != self.severity,
                Some(SnoozeFor::Worse) => is_worse,
                Some(SnoozeFor::Date) | None => false,
            },
            AlertState::Dismissed => is_expected && is_worse,
        };
        if wakes { AlertState::Open } else { self.state }
    }
}

/// One alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Id.
    pub alert_id: AlertId,
    /// What kind of thing it is about: [`source`].
    pub source_type: String,
    /// The latest run that showed it.
    pub source_ref: String,
    /// A type of anomaly, or `run_failed`.
    pub kind: String,
    /// How much it matters.
    pub severity: Severity,
    /// Where it stands.
    pub state: AlertState,
    /// Observed and expected, in one line.
    pub title: String,
    /// The finding in a sentence or two.
    pub details: String,
    /// Group.
    pub table_group_id: Option<TableGroupId>,
    /// Table, where it is about one.
    pub table: Option<TableAddress>,
    /// Column, where it is about one.
    pub column_name: Option<String>,
    /// The figure by which it is compared between runs.
    pub level: Option<f64>,
    /// Runs that have shown it.
    pub seen_count: u64,
    /// When it was first seen.
    pub first_seen_at: DateTime<Utc>,
    /// When it was last seen.
    pub last_seen_at: DateTime<Utc>,
    /// The number of the latest run that showed it.
    pub last_run_number: Option<i64>,
    /// How often it came back after it was gone.
    pub reopened_count: u32,
    /// When it came into its state, and by whom.
    pub state_at: Option<DateTime<Utc>>,
    /// Who brought it there.
    pub state_by: Option<String>,
    /// When it wakes.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// What else wakes it.
    pub snoozed_for: Option<SnoozeFor>,
    /// Why it is dismissed.
    pub dismissed_for: Option<DismissReason>,
    /// Who is to look at it.
    pub assigned_to: Option<UserId>,
    /// The same by name.
    pub assigned_name: Option<String>,
    /// Counts the decisions, so that two people do not undo one another unseen.
    pub revision: i64,
}

/// One line of an alert's trail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor_name: String,
    /// `raised`, `seen`, `worsened`, `reopened`, `resolved`, or an act: `acknowledge`, `assign`, `snooze`, `dismiss`, `comment`, `reopen`, `undo`.
    pub action: String,
    /// What was said.
    pub note: Option<String>,
    /// The run, where one did it.
    pub run_number: Option<i64>,
}

/// What a person does with alerts.
#[derive(Clone, Debug, PartialEq)]
pub enum AlertAct {
    /// Has looked.
    Acknowledge,
    /// Somebody must look again.
    Reopen,
    /// Gives it to somebody, or to nobody.
    Assign(Option<(UserId, String)>),
    /// Puts it off.
    Snooze {
        /// Until when at the latest; none where only the level wakes it.
        until: Option<DateTime<Utc>>,
        /// What else wakes it.
        wakes: SnoozeFor,
    },
    /// Decides that it is none.
    Dismiss(DismissReason),
    /// Says something.
    Comment,
}

impl AlertAct {
    /// Its word in the trail.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Reopen => "reopen",
            Self::Assign(_) => "assign",
            Self::Snooze { .. } => "snooze",
            Self::Dismiss(_) => "dismiss",
            Self::Comment => "comment",
        }
    }

    /// What has been done, as a sentence begins: `3 alerts acknowledged`.
    pub fn done(&self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledged",
            Self::Reopen => "opened again",
            Self::Assign(Some(_)) => "assigned",
            Self::Assign(None) => "assigned to nobody",
            Self::Snooze { .. } => "snoozed",
            Self::Dismiss(_) => "dismissed",
            Self::Comment => "commented",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AlertState::*;

    fn decided(state: AlertState, percent: f64, snoozed_for: Option<SnoozeFor>, dismissed_for: Option<DismissReason>) -> Decision {
        Decision {
            state,
            held: Some(percent / 100.0),
            severity: Severity::Medium,
            snoozed_for,
            dismissed_for,
        }
    }

    #[test]
    fn a_cause_that_is_seen_again_wakes_only_what_asked_to_be_woken() {
        let at = |state, held, now: f64, snooze, dismissed| {
            decided(state, held, snooze, dismissed).after_sight(Some(now / 100.0), Severity::Medium)
        };
        assert_eq!(at(Resolved, 5.0, 1.0, None, None), Open, "what was gone is back");
        assert_eq!(at(Acknowledged, 5.0, 5.2, None, None), Acknowledged);
        assert_eq!(at(Acknowledged, 5.0, 1.0, None, None), Acknowledged, "better is no reason");
        assert_eq!(at(Acknowledged, 5.0, 9.0, None, None), Open);
        assert_eq!(at(Snoozed, 5.0, 9.0, Some(SnoozeFor::Date), None), Snoozed);
        assert_eq!(at(Snoozed, 5.0, 1.0, Some(SnoozeFor::Change), None), Open);
        assert_eq!(at(Snoozed, 5.0, 1.0, Some(SnoozeFor::Worse), None), Snoozed);
        let expected = Some(DismissReason::Expected);
        assert_eq!(at(Dismissed, 5.0, 9.0, None, expected), Open, "more than what was expected");
        assert_eq!(at(Dismissed, 5.0, 9.0, None, Some(DismissReason::Wrong)), Dismissed);
    }

    #[test]
    fn a_share_near_the_whole_can_still_worsen() {
        let ask = [
            (Snoozed, Some(SnoozeFor::Worse), None),
            (Snoozed, Some(SnoozeFor::Change), None),
            (Acknowledged, None, None),
            (Dismissed, None, Some(DismissReason::Expected)),
        ];
        for (state, snoozed, dismissed) in ask {
            let decision = decided(state, 91.0, snoozed, dismissed);
            assert_eq!(decision.after_sight(Some(0.99), Severity::Medium), Open, "{decision:?}");
            assert_eq!(decision.after_sight(Some(0.912), Severity::Medium), state, "{decision:?}");
        }
        assert!(is_changed(Some(0.55), Some(0.6)) && !is_changed(Some(0.59), Some(0.6)));
        assert!(
            is_worse(Some(3.0), Some(2.0)) && !is_worse(Some(100.0), Some(99.0)),
            "counts are no shares"
        );
    }

    #[test]
    fn a_cause_without_a_level_wakes_by_its_severity() {
        for (state, snoozed) in [
            (Acknowledged, None),
            (Snoozed, Some(SnoozeFor::Worse)),
            (Snoozed, Some(SnoozeFor::Change)),
        ] {
            let mut decision = decided(state, 0.0, snoozed, None);
            decision.held = None;
            assert_eq!(decision.after_sight(None, Severity::High), Open);
            assert_eq!(decision.after_sight(None, Severity::Medium), state);
            let after_less = decision.after_sight(None, Severity::Low);
            assert_eq!(
                after_less == Open,
                snoozed == Some(SnoozeFor::Change),
                "less is a change, and no worse"
            );
        }
    }

    #[test]
    fn what_was_expected_once_is_so_after_it_was_worse_or_gone() {
        let expected = Some(DismissReason::Expected);
        let seen = |state, percent: f64| decided(state, 60.0, None, expected).after_sight(Some(percent / 100.0), Severity::Medium);
        assert_eq!((seen(Dismissed, 75.0), seen(Open, 75.0)), (Open, Open));
        assert_eq!((seen(Open, 60.0), seen(Resolved, 60.0)), (Dismissed, Dismissed));
        assert_eq!(seen(Resolved, 75.0), Open);
        assert_eq!(decided(Open, 60.0, None, None).after_sight(Some(0.6), Severity::Medium), Open);
    }

    #[test]
    fn chance_is_no_change() {
        assert!(!is_worse(Some(0.0105), Some(0.01)) && is_worse(Some(0.02), Some(0.01)));
        assert!(!is_worse(None, Some(0.1)) && !is_changed(Some(0.1), None));
    }
}
