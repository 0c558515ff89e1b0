//! The worker, in this process and as a real child process.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;

use super::protocol::{WorkerEvent, WorkerPlan};
use super::worker::{carry_out, run_worker};
use super::{EngineError, ProfileOptions, discover};

/// Set in the child that is to be a worker.
const CHILD: &str = "LIMN_TEST_WORKER";

fn folder(rows: usize) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let text: String = std::iter::once("n,s\n".to_owned())
        .chain((0..rows).map(|i| format!("{i},name {}\n", i % 10)))
        .collect();
    fs::write(root.path().join("a.csv"), text).unwrap();
    fs::write(root.path().join("b.parquet"), "no parquet").unwrap();
    fs::write(root.path().join("c.jsonl"), "{\"x\":1}\n").unwrap();
    root
}

fn plan(root: &tempfile::TempDir) -> WorkerPlan {
    WorkerPlan {
        root: root.path().into(),
        tables: discover(root.path()).unwrap(),
        options: ProfileOptions::default(),
        keeps_states: false,
        partition_lines: 0,
    }
}

fn events(output: &[u8]) -> Vec<WorkerEvent> {
    output
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

#[test]
fn a_failed_table_does_not_take_the_others() {
    let root = folder(20_000);
    let mut output = Vec::new();
    carry_out(&plan(&root), Vec::new(), &AtomicBool::new(false), &mut output).unwrap();
    let events = events(&output);
    let tables: Vec<&str> = events
        .iter()
        .filter_map(|event| {
            if let WorkerEvent::Table(table) = event {
                Some(table.table_name.as_str())
            } else {
                None
            }
        })
        .collect();
    assert_eq!(tables, ["a", "c"]);
    let failed = events
        .iter()
        .find_map(|event| {
            if let WorkerEvent::Failed(failed) = event {
                Some(failed)
            } else {
                None
            }
        })
        .unwrap();
    assert!(failed.table_name == "b" && failed.error.contains("b.parquet") && !failed.remedy.is_empty());
    assert_eq!(events.last(), Some(&WorkerEvent::Done));
    let last = events
        .iter()
        .rev()
        .find_map(|event| {
            if let WorkerEvent::Progress(progress) = event {
                Some(progress)
            } else {
                None
            }
        })
        .unwrap();
    assert_eq!(
        (last.tables_done, last.tables_failed, last.tables_total, last.rows_read),
        (3, 1, 3, 20_001)
    );
    assert_eq!(last.bytes_read, last.bytes_total);
}

#[test]
fn cancelling_and_the_deadline_end_the_plan_without_done() {
    let root = folder(20_000);
    let mut output = Vec::new();
    assert!(matches!(
        carry_out(&plan(&root), Vec::new(), &AtomicBool::new(true), &mut output),
        Err(EngineError::Cancelled)
    ));
    assert!(!events(&output).contains(&WorkerEvent::Done));
    let mut hasty = plan(&root);
    hasty.options.deadline_ms = 1;
    let result = carry_out(&hasty, Vec::new(), &AtomicBool::new(false), Vec::new());
    assert!(matches!(result, Err(EngineError::DeadlinePassed { .. })), "{result:?}");
}

/// Not a test of its own: what the child process of the tests below runs.
#[test]
fn child_process_runs_the_worker() {
    if std::env::var_os(CHILD).is_some() {
        let result = run_worker(BufReader::new(std::io::stdin()), std::io::stdout());
        std::process::exit(i32::from(result.is_err()));
    }
}

fn start_child(plan: &WorkerPlan) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "engine::worker_tests::child_process_runs_the_worker", "--nocapture"])
        .env(CHILD, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = serde_json::to_vec(plan).unwrap();
    line.push(b'\n');
    child.stdin.as_mut().unwrap().write_all(&line).unwrap();
    child
}

/// Events on the child's output; the test harness writes a few lines of its own before them.
fn read_events(child: &mut Child) -> impl Iterator<Item = WorkerEvent> {
    let output = BufReader::new(child.stdout.take().unwrap());
    output
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| serde_json::from_str(&line[line.find('{')?..]).ok())
}

#[test]
fn a_worker_process_limits_itself_reports_and_ends_well() {
    let root = folder(200_000);
    let mut child = start_child(&plan(&root));
    let pid = child.id();
    let mut limit = None;
    let mut tables = 0;
    let mut done = false;
    for event in read_events(&mut child) {
        limit = limit.or_else(|| fs::read_to_string(format!("/proc/{pid}/limits")).ok());
        tables += usize::from(matches!(event, WorkerEvent::Table(_)));
        done |= event == WorkerEvent::Done;
    }
    assert!(done && tables == 2);
    assert!(child.wait().unwrap().success());
    let expected = ((512_u64 << 20) + (1 << 30)).to_string();
    let line = limit
        .unwrap()
        .lines()
        .find(|line| line.starts_with("Max address space"))
        .unwrap()
        .to_owned();
    assert!(line.contains(&expected), "{line}");
}

#[test]
fn a_worker_process_ends_when_its_input_closes() {
    let root = folder(3_000_000);
    let mut child = start_child(&plan(&root));
    let mut seen = Vec::new();
    let mut input = child.stdin.take();
    for event in read_events(&mut child) {
        // The first sign of life is answered by hanging up.
        drop(input.take());
        seen.push(event);
    }
    assert!(!child.wait().unwrap().success());
    assert!(!seen.is_empty() && !seen.contains(&WorkerEvent::Done));
}
