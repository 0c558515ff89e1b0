//! The engine's child process: started with a plan on its stdin, read line by line, killed with its group.
//!
//! A file that takes the child down takes only itself: the table being read is recorded as failed, and a new child
//! goes on with the tables after it.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;

use super::error::AppError;
use crate::domain::connection::{ConnectionCheck, FoundTable};
use crate::domain::table_profile::FailedTable;
use crate::engine::protocol::{PlannedPartition, WorkerEvent, WorkerPlan};
use crate::engine::states::partition::StoredPartition;
use crate::engine::{ProfileOptions, SourceRoot};

/// Last bytes of the child's stderr that are kept for the log.
const STDERR_KEPT: usize = 4_096;
/// Longest line that a child may send (a wide table's profile); beyond it the child is not trusted.
const LONGEST_LINE: usize = 512 << 20;

/// Reports of the child that may wait while the database is busy.
pub const REPORTS_WAITING: usize = 64;
/// Looking through a folder may take this long.
const FIND_WITHIN: Duration = Duration::from_secs(60);
/// Tables that may take their child down before the rest is given up.
const MOST_LOST_CHILDREN: usize = 20;

/// How a child ended.
#[derive(Debug)]
enum ChildEnd {
    /// It said that all tables were tried.
    Done,
    /// It stopped in good order before that, at its deadline for example: why, and what to do.
    Stopped {
        /// Why.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// It went away before that; why, in words.
    Lost(String),
}

/// The code with which a worker ends that stopped in good order; the last two lines that it wrote say why.
const STOPPED: i32 = 1;

/// A table to profile, and what is stored of its partitions.
pub type PlannedTable = (FoundTable, Vec<StoredPartition>);

/// Children one after the other until every table was tried. Where states are kept, tables of several files are profiled
/// partition by partition, and new states are reported before their table.
pub async fn run_children(
    root: &SourceRoot,
    tables: Vec<PlannedTable>,
    options: ProfileOptions,
    keeps_states: bool,
    reports: mpsc::Sender<WorkerEvent>,
) -> Result<(), AppError> {
    let mut rest = tables;
    let mut lost = 0;
    while !rest.is_empty() {
        // A tap between child and collector counts the tables, to know which one a lost child was reading.
        let (tap, mut tapped) = mpsc::channel(REPORTS_WAITING);
        let forward = async {
            let mut tried = 0_usize;
            while let Some(event) = tapped.recv().await {
                tried += usize::from(matches!(event, WorkerEvent::Table(_) | WorkerEvent::Failed(_)));
                if reports.send(event).await.is_err() {
                    break;
                }
            }
            tried
        };
        let child = async {
            let end = run_child(root, &rest, options.clone(), keeps_states, &tap).await;
            drop(tap);
            end
        };
        let (end, tried) = tokio::join!(child, forward);
        match end? {
            ChildEnd::Done => return Ok(()),
            ChildEnd::Stopped { reason, remedy } => {
                // What stops one child would stop the next as well.
                for (table, _) in rest.split_off(tried.min(rest.len())) {
                    let failed = FailedTable {
                        schema_name: table.schema_name,
                        table_name: table.table_name,
                        error: reason.clone(),
                        remedy: remedy.clone(),
                    };
                    if reports.send(WorkerEvent::Failed(failed)).await.is_err() {
                        break;
                    }
                }
                return Ok(());
            }
            ChildEnd::Lost(reason) => {
                lost += 1;
                let Some((culprit, _)) = rest.get(tried) else { return Ok(()) };
                let culprit = culprit.clone();
                tracing::warn!(table.name = %culprit.table_name, reason, "The engine's child process was lost");
                let after = rest.split_off(tried + 1);
                let mut failed = vec![lost_table(&culprit, &reason)];
                if lost >= MOST_LOST_CHILDREN {
                    failed.extend(
                        after
                            .iter()
                            .map(|(table, _)| lost_table(table, "too many tables before it had taken their process down")),
                    );
                    rest = Vec::new();
                } else {
                    rest = after;
                }
                for table in failed {
                    if reports.send(WorkerEvent::Failed(table)).await.is_err() {
                        return Ok(());
                    }
                }
            }
        }
    }
    Ok(())
}

/// Runs one child over the tables and forwards what it reports. Dropping the future kills the child.
async fn run_child(
    root: &SourceRoot,
    planned: &[PlannedTable],
    options: ProfileOptions,
    keeps_states: bool,
    events: &mpsc::Sender<WorkerEvent>,
) -> Result<ChildEnd, AppError> {
    let memory_bytes = options.memory_bytes;
    let plan = WorkerPlan {
        root: root.clone(),
        tables: planned.iter().map(|(table, _)| table.clone()).collect(),
        options,
        keeps_states,
        partition_lines: planned.iter().map(|(_, stored)| stored.len()).sum(),
    };
    let mut line = serde_json::to_vec(&plan).map_err(AppError::internal)?;
    line.push(b'\n');
    let mut child = spawn("profile-worker")?;
    // The open pipe is the child's lifeline: when this process dies, it closes, and the child ends itself.
    let lifeline = match hand_over(&mut child, &line).await {
        Some(stdin) => hand_over_partitions(stdin, planned).await?,
        None => None,
    };
    let mut stdout = BufReader::with_capacity(
        1 << 16,
        child.stdout.take().ok_or_else(|| AppError::internal("the child has no stdout"))?,
    );
    let stderr = child.stderr.take().ok_or_else(|| AppError::internal("the child has no stderr"))?;
    let complaints = tokio::spawn(keep_last(stderr));

    let mut done = false;
    let mut broken = None;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let read = (&mut stdout)
            .take(LONGEST_LINE as u64)
            .read_until(b'\n', &mut buffer)
            .await
            .map_err(AppError::internal)?;
        if read == 0 {
            break;
        }
        match serde_json::from_slice::<WorkerEvent>(&buffer) {
            Ok(WorkerEvent::Done) => done = true,
            Ok(event) => {
                if events.send(event).await.is_err() {
                    break;
                }
            }
            Err(error) => {
                broken = Some(format!("it sent a line that is no event: {error}"));
                break;
            }
        }
    }
    drop(lifeline);
    if broken.is_some() {
        child.kill().await.map_err(AppError::internal)?;
    }
    let status = child.wait().await.map_err(AppError::internal)?;
    let complaints = complaints.await.unwrap_or_default();
    if done && broken.is_none() {
        return Ok(ChildEnd::Done);
    }
    if let (None, Some(STOPPED), Some((reason, remedy))) = (&broken, status.code(), last_two_lines(&complaints)) {
        return Ok(ChildEnd::Stopped { reason, remedy });
    }
    let reason = broken.unwrap_or_else(|| explain(status, &complaints, memory_bytes));
    if !complaints.is_empty() {
        tracing::warn!(complaints = %complaints.escape_debug(), "The engine's child process complained");
    }
    Ok(ChildEnd::Lost(reason))
}

/// The allocator keeps up to 64 MiB that were freed and takes blocks of up to 8 MiB from there: batch after batch is made and dropped,
/// and the system would hand out (and clear) the same pages each time. A tenth of the time for some tables, and hardly any memory.
const KEPT_MEMORY: &str = "glibc.malloc.trim_threshold=67108864:glibc.malloc.mmap_threshold=8388608";

/// Starts the same binary with one of its hidden commands, in a process group of its own.
pub(super) fn spawn(command: &str) -> Result<Child, AppError> {
    let program: PathBuf = std::env::current_exe().map_err(AppError::internal)?;
    Command::new(program)
        .arg(command)
        .env_clear()
        .env("GLIBC_TUNABLES", KEPT_MEMORY)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(AppError::internal)
}

/// Tests a source and lists its tables in a child process: heads of files and answers of servers are not trusted here.
/// A refusal comes back in the child's words. What the child is told, passwords too, goes over its stdin alone.
pub async fn check_source(root: &SourceRoot) -> Result<ConnectionCheck, AppError> {
    let line = serde_json::to_vec(root).map_err(AppError::internal)?;
    let mut child = spawn("find-tables")?;
    drop(hand_over(&mut child, &line).await);
    let output = tokio::time::timeout(FIND_WITHIN, child.wait_with_output())
        .await
        .map_err(|_| {
            AppError::refused(
                "Looking for tables took too long",
                "Name a folder deeper down, with fewer files in it, or a database that answers sooner.",
            )
        })?
        .map_err(AppError::internal)?;
    if output.status.success() {
        return serde_json::from_slice(&output.stdout).map_err(AppError::internal);
    }
    let said = String::from_utf8_lossy(&output.stderr)
        .trim()
        .trim_start_matches("limn: ")
        .to_owned();
    let detail = if output.status.code() == Some(1) {
        said
    } else {
        "A file in it cannot be read safely. Move the newest files away, then try again.".to_owned()
    };
    Err(AppError::refused("The tables cannot be listed", detail))
}

/// Writes the plan; a child that is gone already shows itself by its silent stdout.
pub(super) async fn hand_over(child: &mut Child, plan: &[u8]) -> Option<ChildStdin> {
    let mut stdin = child.stdin.take()?;
    match stdin.write_all(plan).await {
        Ok(()) => stdin.flush().await.is_ok().then_some(stdin),
        Err(error) => {
            tracing::warn!(%error, "The plan could not be handed to the child process");
            None
        }
    }
}

/// Writes the stored partitions of all tables, one a line.
async fn hand_over_partitions(mut stdin: ChildStdin, planned: &[PlannedTable]) -> Result<Option<ChildStdin>, AppError> {
    for (table, (_, stored)) in planned.iter().enumerate() {
        for partition in stored {
            let partition = PlannedPartition {
                table,
                partition: partition.clone(),
            };
            let mut line = serde_json::to_vec(&partition).map_err(AppError::internal)?;
            line.push(b'\n');
            if let Err(error) = stdin.write_all(&line).await {
                tracing::warn!(%error, "A stored partition could not be handed to the child process");
                return Ok(None);
            }
        }
    }
    Ok(stdin.flush().await.is_ok().then_some(stdin))
}

/// Reads to the end and keeps the last part.
async fn keep_last(mut stderr: tokio::process::ChildStderr) -> String {
    let mut kept = Vec::new();
    let mut chunk = [0_u8; 1_024];
    while let Ok(read) = stderr.read(&mut chunk).await {
        if read == 0 {
            break;
        }
        kept.extend_from_slice(&chunk[..read]);
        if kept.len() > STDERR_KEPT {
            kept.drain(..kept.len() - STDERR_KEPT);
        }
    }
    String::from_utf8_lossy(&kept).trim().to_owned()
}

/// What a worker that stopped says last: why, and what to do.
pub(super) fn last_two_lines(complaints: &str) -> Option<(String, String)> {
    let mut lines = complaints.lines().rev();
    let (remedy, reason) = (lines.next()?, lines.next()?);
    Some((reason.to_owned(), remedy.to_owned()))
}

/// Says in words why a child went away.
pub(super) fn explain(status: ExitStatus, complaints: &str, memory_bytes: u64) -> String {
    let budget = memory_bytes >> 20;
    let out_of_memory =
        complaints.contains("memory allocation") || complaints.contains("capacity overflow") || complaints.contains("out of memory");
    match (status.signal(), status.code()) {
        _ if out_of_memory => format!("it needed more memory than the engine's budget of {budget} MiB"),
        (Some(9), _) => "it was killed by the system, most likely for its memory".into(),
        (Some(signal), _) => format!("it was ended by signal {signal}"),
        (None, Some(code)) => format!("it ended with code {code}"),
        (None, None) => "it ended without a word".into(),
    }
}

/// The failure of the table that a lost child was reading.
fn lost_table(table: &FoundTable, reason: &str) -> FailedTable {
    FailedTable {
        schema_name: table.schema_name.clone(),
        table_name: table.table_name.clone(),
        error: format!(
            "The process that read {} was lost: {reason}",
            table.files.first().map_or("this table", String::as_str)
        ),
        remedy: "Look at the file with another reader; if it is sound, raise LIMN_ENGINE_MEMORY, or leave the table out of the group."
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_is_explained_in_words() {
        for (raw, complaints, words) in [
            (9, "", "killed by the system"),
            (6, "memory allocation of 9 bytes failed", "budget of 512 MiB"),
            (11, "", "signal 11"),
            (3 << 8, "", "code 3"),
        ] {
            assert!(explain(ExitStatus::from_raw(raw), complaints, 512 << 20).contains(words), "{raw}");
        }
    }
}
