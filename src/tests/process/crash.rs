//! Kill the server or the engine at any moment: the run ends right, or is taken up again.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use super::program::{PATIENCE, Person, Server, ended, write_long_table};

const ROWS: u64 = 400_000;

async fn started(folder: &std::path::Path) -> (Server, Person, i64) {
    write_long_table(&folder.join("files"), ROWS);
    let server = Server::start(folder);
    let person = Person::at(&server);
    person.come_in(&server).await;
    let number = person.profile_folder(&folder.join("files")).await;
    (server, person, number)
}

async fn engine_pid(server: &Server) -> u32 {
    let began = Instant::now();
    loop {
        if let Some(pid) = server.engine_pid() {
            return pid;
        }
        assert!(began.elapsed() < PATIENCE, "no engine process appeared: {}", server.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_run_is_taken_up_again_within_a_minute_after_the_server_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (server, mut person, number) = started(folder.path()).await;
    let engine = engine_pid(&server).await;
    server.kill();
    let gone = Instant::now();
    while std::path::Path::new(&format!("/proc/{engine}")).exists() && gone.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(
        !std::path::Path::new(&format!("/proc/{engine}")).exists(),
        "the engine outlived its server"
    );

    let server = Server::start(folder.path());
    person.follow(&server);
    let restarted = Instant::now();
    person.run_when(number, |run| run["attempt"] == json!(2)).await;
    assert!(
        restarted.elapsed() < Duration::from_secs(60),
        "taken up after {:?}",
        restarted.elapsed()
    );
    let run = person.run_when(number, ended).await;
    assert_eq!(run["run"]["status"], "completed", "{}", server.log());
    assert_eq!(run["run"]["row_count"], json!(ROWS));
    assert_eq!(run["tables"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_killed_engine_fails_its_table_with_a_reason_and_leaves_the_server_alone() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    std::fs::create_dir_all(&files).unwrap();
    std::fs::write(files.join("zebra.csv"), "a,b\n1,x\n2,y\n").unwrap();
    let (server, person, number) = started(folder.path()).await;
    let engine = engine_pid(&server).await;
    Command::new("kill").args(["-9", &engine.to_string()]).status().unwrap();
    let run = person.run_when(number, ended).await;
    let tables = run["tables"].as_array().unwrap();
    let lost = tables.iter().find(|table| table["table_name"] == "readings").unwrap();
    assert!(lost["failure"]["error"].as_str().unwrap().contains("was killed"), "{lost}");
    let kept = tables.iter().find(|table| table["table_name"] == "zebra").unwrap();
    assert_eq!((kept["row_count"].clone(), kept["failure"].clone()), (json!(2), json!(null)));
    assert_eq!(
        (run["run"]["status"].as_str(), run["run"]["reason"].as_str()),
        (Some("completed"), Some("some_tables_failed"))
    );
    assert_eq!(person.json("/readyz").await["status"], "ready");
}

#[tokio::test]
async fn a_stopped_server_hands_its_run_to_the_next_one_without_counting_an_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let (server, mut person, number) = started(folder.path()).await;
    engine_pid(&server).await;
    let (status, took) = server.terminate();
    assert!(status.success() && took < Duration::from_secs(30), "{status} after {took:?}");
    let server = Server::start(folder.path());
    person.follow(&server);
    let run = person.run_when(number, ended).await;
    assert_eq!(
        (run["run"]["status"].as_str(), run["run"]["attempt"].clone()),
        (Some("completed"), json!(1)),
        "{}",
        server.log()
    );
}

#[tokio::test]
async fn a_cancelled_run_ends_within_seconds_and_can_be_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let (server, person, number) = started(folder.path()).await;
    engine_pid(&server).await;
    let run = person.run_when(number, |run| run["status"] == "running").await;
    let id = run["run"]["profile_run_id"].as_str().unwrap().to_owned();
    let asked = Instant::now();
    person.post("cancel-run", &[("profile_run_id", &id)]).await;
    let run = person.run_when(number, ended).await;
    assert_eq!(run["run"]["status"], "cancelled");
    assert!(asked.elapsed() < Duration::from_secs(10), "cancelled after {:?}", asked.elapsed());
    let (_, location) = person.post("retry-run", &[("profile_run_id", &id)]).await;
    assert_eq!(location, format!("/runs/{}", number + 1));
    let run = person.run_when(number + 1, ended).await;
    assert_eq!(
        (run["run"]["status"].as_str(), run["run"]["trigger"].as_str()),
        (Some("completed"), Some("retry"))
    );
}
