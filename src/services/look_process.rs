//! The child process that looks for rows: the plan goes in over its stdin, the rows come out over its stdout, and it is killed when it
//! takes too long or nobody waits any more. A file that takes it down takes only this look.

use std::time::Duration;

use super::error::AppError;
use crate::domain::row_look::LookedRows;
use crate::engine::rows::LookPlan;

/// Beyond its own deadline a child gets so long to start, and to say what it found.
const GRACE: Duration = Duration::from_secs(5);

/// Why rows could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What happened.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}

/// Looks for the rows of a plan in a child process.
#[cfg(not(test))]
pub async fn look_at_rows(plan: &LookPlan) -> Result<Result<LookedRows, Refusal>, AppError> {
    use super::worker_process::{explain, hand_over, last_two_lines, spawn};

    let mut line = serde_json::to_vec(plan).map_err(AppError::internal)?;
    line.push(b'\n');
    let mut child = spawn("find-rows")?;
    // The open pipe is the child's lifeline, as for a profile.
    let lifeline = hand_over(&mut child, &line).await;
    let within = Duration::from_millis(plan.options.deadline_ms) + GRACE;
    let Ok(output) = tokio::time::timeout(within, child.wait_with_output()).await else {
        return Ok(Err(Refusal {
            reason: format!("The source did not answer within {} s", within.as_secs()),
            remedy: "Try again later, or run the statement below in its own time.".to_owned(),
        }));
    };
    drop(lifeline);
    let output = output.map_err(AppError::internal)?;
    if output.status.success() {
        return serde_json::from_slice(&output.stdout).map(Ok).map_err(AppError::internal);
    }
    let complaints = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.code() == Some(1)
        && let Some((reason, remedy)) = last_two_lines(&complaints)
    {
        return Ok(Err(Refusal {
            reason: reason.trim_start_matches("limn: ").to_owned(),
            remedy,
        }));
    }
    tracing::warn!(complaints = %complaints.escape_debug(), "The process that looked for rows was lost");
    Ok(Err(Refusal {
        reason: format!(
            "The process that read the source was lost: {}",
            explain(output.status, &complaints, plan.options.memory_bytes)
        ),
        remedy: "Look at the file with another reader; the statement below finds the rows with its own.".to_owned(),
    }))
}

/// Tests have no program to start: the same look, in a thread.
#[cfg(test)]
pub async fn look_at_rows(plan: &LookPlan) -> Result<Result<LookedRows, Refusal>, AppError> {
    let plan = plan.clone();
    let looked = tokio::task::spawn_blocking(move || crate::engine::rows::look_at_rows(&plan, &crate::engine::Unobserved));
    let looked = tokio::time::timeout(GRACE * 12, looked)
        .await
        .map_err(AppError::internal)?
        .map_err(AppError::internal)?;
    Ok(looked.map_err(|error| Refusal {
        reason: error.to_string(),
        remedy: error.remedy().to_owned(),
    }))
}
