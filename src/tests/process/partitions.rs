//! A folder of files, run after run through the whole program: only what changed is read, whatever happens in between.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::program::{PATIENCE, Person, Server, ended, write_long_table};

fn write_part(folder: &Path, part: u32, rows: u32) {
    let text: String = std::iter::once("id,city,amount\n".to_owned())
        .chain((0..rows).map(|row| format!("{},City {},{}.5\n", part * 1_000 + row, row % 7, row % 13)))
        .collect();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(format!("part-{part}.csv")), text).unwrap();
}

/// A folder of four files, profiled once.
async fn profiled_folder(folder: &Path) -> (Server, Person, String) {
    let files = folder.join("files");
    (1..=4).for_each(|part| write_part(&files.join("sales"), part, 100));
    let server = Server::start(folder);
    let person = Person::at(&server);
    person.come_in(&server).await;
    let number = person.profile_folder(&files).await;
    let run = person.run_when(number, ended).await;
    assert_eq!(
        (run["run"]["mode"].clone(), run["run"]["row_count"].clone()),
        (json!("full"), json!(400))
    );
    let connections = person.json("/settings/connections?format=json").await;
    let group = connections[0]["groups"][0]["table_group_id"].as_str().unwrap().to_owned();
    (server, person, group)
}

async fn start(person: &Person, group: &str, mode: &str) -> i64 {
    let (_, location) = person.post("start-run", &[("table_group_id", group), ("mode", mode)]).await;
    location
        .strip_prefix("/runs/")
        .unwrap_or_else(|| panic!("it leads to {location}"))
        .parse()
        .unwrap()
}

async fn run(person: &Person, group: &str, mode: &str) -> Value {
    let number = start(person, group, mode).await;
    let run = person.run_when(number, ended).await;
    assert_eq!(run["run"]["status"], "completed", "{run}");
    run
}

fn size(folder: &Path, parts: &[u32]) -> u64 {
    let size = |part: &u32| {
        std::fs::metadata(folder.join(format!("files/sales/part-{part}.csv")))
            .unwrap()
            .len()
    };
    parts.iter().map(size).sum()
}

#[tokio::test]
async fn only_changed_files_are_read_and_the_run_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, person, group) = profiled_folder(folder.path()).await;
    let sales = folder.path().join("files/sales");
    let read = |run: &Value| {
        let table = run["tables"][0].clone();
        (table["mode"].clone(), table["row_count"].clone(), table["bytes_scanned"].clone())
    };

    let same = run(&person, &group, "").await;
    assert_eq!(read(&same), (json!("partial"), json!(400), json!(0)));
    assert_eq!(same["run"]["mode"], "partial");

    write_part(&sales, 3, 150);
    let changed = run(&person, &group, "").await;
    assert_eq!(read(&changed), (json!("partial"), json!(450), json!(size(folder.path(), &[3]))));
    let page = person.page(&format!("/runs/{}", changed["run"]["number"])).await;
    assert!(page.contains("3 of 4 files unchanged since run 1"), "{page}");

    std::fs::remove_file(sales.join("part-1.csv")).unwrap();
    write_part(&sales, 9, 20);
    let moved = run(&person, &group, "partial").await;
    assert_eq!(read(&moved), (json!("partial"), json!(370), json!(size(folder.path(), &[9]))));

    // A text in a column of numbers: what is stored of the others stays good while all of it is exact.
    std::fs::write(sales.join("part-9.csv"), "id,city,amount\nnone,Nowhere,1\n").unwrap();
    let widened = run(&person, &group, "").await;
    assert_eq!(widened["tables"][0]["row_count"], json!(351));

    let all = run(&person, &group, "full").await;
    assert_eq!(read(&all), (json!("full"), json!(351), json!(size(folder.path(), &[2, 3, 4, 9]))));
    assert_eq!(all["run"]["mode"], "full");
}

#[tokio::test]
async fn a_server_killed_while_it_reads_a_changed_file_takes_the_others_over_all_the_same() {
    const ROWS: u64 = 400_000;
    let folder = tempfile::tempdir().unwrap();
    let (server, mut person, group) = profiled_folder(folder.path()).await;
    let sales = folder.path().join("files/sales");
    write_long_table(&folder.path().join("long"), ROWS);
    let long = std::fs::read_to_string(folder.path().join("long/readings.csv")).unwrap();
    // The same columns as the other files have.
    let part: String = std::iter::once("id,city,amount\n".to_owned())
        .chain(long.lines().skip(1).map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            format!("{},{},{}\n", fields[0], fields[2], fields[1])
        }))
        .collect();
    std::fs::write(sales.join("part-2.csv"), part).unwrap();
    let number = start(&person, &group, "").await;
    let began = Instant::now();
    while server.engine_pid().is_none() {
        assert!(began.elapsed() < PATIENCE, "no engine process appeared");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.kill();
    let server = Server::start(folder.path());
    person.follow(&server);
    let taken_up = person.run_when(number, ended).await;
    assert_eq!(
        (taken_up["run"]["status"].as_str(), taken_up["run"]["mode"].as_str()),
        (Some("completed"), Some("partial")),
        "{}",
        server.log()
    );
    let table = taken_up["tables"][0].clone();
    assert_eq!(
        (table["row_count"].clone(), table["bytes_scanned"].clone()),
        (json!(ROWS + 300), json!(size(folder.path(), &[2])))
    );
    let same = run(&person, &group, "").await;
    assert_eq!(
        (same["tables"][0]["row_count"].clone(), same["tables"][0]["bytes_scanned"].clone()),
        (json!(ROWS + 300), json!(0))
    );
}
