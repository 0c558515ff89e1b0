//! `limn seed`: a document merged from the command line, twice; and the run of what a form connects.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::program::{LIMN, Person, Server, ended, write_long_table};

fn seed(folder: &Path, document: &str, more: &[&str]) -> Output {
    let mut child = Command::new(LIMN)
        .args(["seed", "-", "--format", "json", "--data-dir"])
        .arg(folder)
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn report(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_document_is_seeded_from_the_command_line_and_the_second_time_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let tables = folder.path().join("tables");
    std::fs::create_dir_all(&tables).unwrap();
    let document = json!({"source": "platform", "connections": [
        {"connection_id": "conn:1:2", "name": "Till", "kind": "folder", "location": tables.canonicalize().unwrap().to_str().unwrap()}]});
    let dry = report(&seed(folder.path(), &document.to_string(), &["--dry-run"]));
    assert_eq!((&dry["dry_run"], &dry["counts"]), (&json!(true), &json!({"created": 3})));
    let first = report(&seed(folder.path(), &document.to_string(), &[]));
    assert_eq!(
        first["counts"],
        json!({"created": 3}),
        "the usual project and group are made with it: {first}"
    );
    assert_eq!(first["parts"][2]["id"], "group:1:2");
    let again = report(&seed(folder.path(), &document.to_string(), &[]));
    assert_eq!((&again["counts"], &again["parts"]), (&json!({"unchanged": 3}), &json!([])));
    let pruned = report(&seed(folder.path(), &json!({"source": "platform"}).to_string(), &["--prune"]));
    assert_eq!(pruned["counts"], json!({"removed": 3}), "{pruned}");
    let refused = seed(
        folder.path(),
        "{\"source\": \"x\", \"connections\": [{\"connection_id\": \"c\"}]}",
        &[],
    );
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("needs a kind"),
        "{}",
        String::from_utf8_lossy(&refused.stderr)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_form_connects_is_profiled_at_once_where_the_tick_stands() {
    let folder = tempfile::tempdir().unwrap();
    let tables = folder.path().join("tables");
    write_long_table(&tables, 1_000);
    let server = Server::start(folder.path());
    let person = Person::at(&server);
    person.come_in(&server).await;
    let (_, location) = person
        .post(
            "create-connection",
            &[("name", "Own"), ("location", tables.to_str().unwrap()), ("first_run", "1")],
        )
        .await;
    assert!(location.starts_with("/tables"), "{location}");
    let run = person.run_when(1, ended).await["run"].clone();
    assert_eq!(
        (&run["status"], &run["trigger"], &run["row_count"]),
        (&json!("completed"), &json!("activation"), &json!(1_000)),
        "{run}"
    );
}
