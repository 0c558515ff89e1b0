//! A table group that masks personal values before they are stored, through the whole program: no value is in a page, in data, in the API,
//! in the log, or in a byte of the database, whoever looks and whatever happened. Without the mask they are, so that the test can fail.

use std::path::Path;
use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::canaries::{COLUMNS, Canaries};
use super::postgres::new_database_url;
use super::program::{LIMN, Person, Server, ended};

/// A folder of three files of one table, another one file, and one that cannot be read.
fn write_files(folder: &Path, canaries: &Canaries) {
    let text = canaries.csv();
    let (head, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let patients = folder.join("patients");
    std::fs::create_dir_all(&patients).unwrap();
    for (part, rows) in rows.chunks(rows.len() / 3 + 1).enumerate() {
        std::fs::write(patients.join(format!("part-{part}.csv")), format!("{head}\n{}\n", rows.join("\n"))).unwrap();
    }
    std::fs::write(folder.join("people.csv"), &text).unwrap();
    let lines: Vec<String> = rows
        .iter()
        .map(|row| json!({ "email": row.split(',').nth(2) }).to_string())
        .collect();
    std::fs::write(
        folder.join("letters.jsonl"),
        format!("{}\n{{\"email\": \"{}\n", lines.join("\n"), canaries.filtered()),
    )
    .unwrap();
    // One record has too few fields, and is named in the profile.
    std::fs::write(folder.join("ragged.csv"), format!("{text}{}\n", rows[1].replace(',', "\t"))).unwrap();
}

async fn call(person: &Person, method: Method, path: &str, body: Value) -> Value {
    let request = person
        .client
        .request(method, format!("{}{path}", person.base))
        .header("sec-fetch-site", "same-origin")
        .header("origin", &person.base)
        .json(&body);
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).unwrap_or_default()
}

/// Connects the folder with a group that masks or not, profiles it twice, and gives the group.
async fn profile(person: &Person, files: &Path, masks: bool) -> String {
    let (_, location) = person
        .post("create-connection", &[("name", "Own"), ("location", files.to_str().unwrap())])
        .await;
    assert_eq!(location, "/tables?connection=own");
    let connections = person.json("/settings/connections?format=json").await;
    let group = connections[0]["groups"][0]["table_group_id"].as_str().unwrap().to_owned();
    let path = format!("/api/table-groups/{group}");
    let changed = call(person, Method::PATCH, &path, json!({ "mask_before_storing": masks })).await;
    assert_eq!(changed["mask_before_storing"], masks);
    // Nothing measures it: a steward says so, before a run has met it.
    for table in person.json("/tables?format=json").await["tables"]["items"].as_array().unwrap() {
        let id = table["table_id"].as_str().unwrap();
        let path = format!("/api/tables/{id}/columns/code_word/characteristics");
        call(person, Method::PUT, &path, json!({ "pii_risk": "high" })).await;
    }
    for number in [1, 2] {
        let (_, location) = person.post("start-run", &[("table_group_id", &group)]).await;
        assert_eq!(location, format!("/runs/{number}"));
        let run = person.run_when(number, ended).await;
        assert_eq!(run["run"]["status"], "completed", "{run}");
    }
    group
}

/// All that the program says of the group: pages, their data, the API.
async fn all_answers(person: &Person, group: &str) -> Vec<(String, String)> {
    let mut paths: Vec<String> = [
        "/",
        "/tables",
        "/runs",
        "/alerts",
        "/settings/schema",
        "/settings/connections",
        "/settings/people",
    ]
    .map(str::to_owned)
    .to_vec();
    for run in [1, 2] {
        paths.push(format!("/runs/{run}"));
        paths.push(format!("/runs/{run}?tab=log"));
    }
    for table in ["people", "patients", "letters", "ragged"] {
        paths.push(format!("/tables/own/-/{table}"));
        for tab in ["definition", "runs", "alerts"] {
            paths.push(format!("/tables/own/-/{table}?tab={tab}"));
        }
        for column in COLUMNS {
            paths.push(format!("/tables/own/-/{table}/columns/{column}"));
            paths.push(format!(
                "/api/table-groups/{group}/column-profile?tableName={table}&columnName={column}"
            ));
            paths.push(format!(
                "/api/table-groups/{group}/column-history?tableName={table}&columnName={column}"
            ));
        }
        paths.push(format!("/api/table-groups/{group}/column-profiles?tableName={table}"));
    }
    for run in person.json("/api/profile-runs").await["profile_runs"]
        .as_array()
        .cloned()
        .unwrap_or_default()
    {
        let id = run["profile_run_id"].as_str().unwrap_or_default().to_owned();
        paths.extend(["", "/results", "/anomalies"].map(|part| format!("/api/profile-runs/{id}{part}")));
    }
    for alert in person.json("/api/alerts?limit=200").await["alerts"]
        .as_array()
        .cloned()
        .unwrap_or_default()
    {
        paths.push(format!("/alerts/{}", alert["alert_id"].as_str().unwrap_or_default()));
    }
    let mut answers = Vec::new();
    for path in paths {
        answers.push((path.clone(), person.page(&path).await));
        let joint = if path.contains('?') { '&' } else { '?' };
        for format in ["json", "csv"] {
            let address = format!("{path}{joint}format={format}");
            let text = person
                .client
                .get(format!("{}{address}", person.base))
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap();
            answers.push((address, text));
        }
    }
    answers
}

/// Every file of the data folder, and the log.
fn all_bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = vec![("log".to_owned(), std::fs::read(folder.join("log")).unwrap())];
    let mut folders = vec![folder.join("data")];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                found.push((entry.path().display().to_string(), std::fs::read(entry.path()).unwrap()));
            }
        }
    }
    found
}

/// Every row of every table of a PostgreSQL database, by table.
async fn all_rows(url: &str) -> Vec<(String, Vec<u8>)> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "select quote_ident(table_schema) || '.' || quote_ident(table_name) from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(tables.len() > 30, "{tables:?}");
    let mut found = Vec::new();
    for table in tables {
        let text = format!("select coalesce(string_agg(t::text, chr(10)), '') from {table} t");
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(text))
            .fetch_one(&mut connection)
            .await
            .unwrap();
        found.push((table, rows.into_bytes()));
    }
    found
}

#[tokio::test]
async fn the_same_holds_where_the_database_is_postgresql() {
    let canaries = Canaries::new(120);
    for masks in [true, false] {
        let Some(url) = new_database_url().await else { return };
        let folder = tempfile::tempdir().unwrap();
        let files = folder.path().join("files");
        write_files(&files, &canaries);
        let server = Server::start_on(folder.path(), Some(&url));
        let person = Person::at(&server);
        person.come_in(&server).await;
        let group = profile(&person, &files, masks).await;
        let answers = all_answers(&person, &group).await;
        let told = answers.iter().filter(|(_, text)| canaries.find_in(text).is_some()).count();
        let (status, _) = server.terminate();
        assert!(status.success());
        let mut kept = all_rows(&url).await;
        kept.extend(all_bytes(folder.path()));
        let kept: Vec<String> = kept
            .into_iter()
            .filter_map(|(name, bytes)| Some(format!("{name}: {}", canaries.find_in_bytes(&bytes)?)))
            .collect();
        if masks {
            assert!(told == 0 && kept.is_empty(), "{told} {kept:#?}");
        } else {
            assert!(
                told > 60 && kept.iter().any(|name| name.contains("result_contents")),
                "{told} {kept:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_group_that_masks_before_storing_leaves_no_value_anywhere() {
    let canaries = Canaries::new(120);
    for masks in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let files = folder.path().join("files");
        write_files(&files, &canaries);
        let server = Server::start(folder.path());
        let person = Person::at(&server);
        person.come_in(&server).await;
        let group = profile(&person, &files, masks).await;
        let answers = all_answers(&person, &group).await;
        let told: Vec<&(String, String)> = answers.iter().filter(|(_, text)| canaries.find_in(text).is_some()).collect();
        let kept = |files: Vec<(String, Vec<u8>)>| -> Vec<String> {
            files
                .into_iter()
                .filter_map(|(name, bytes)| Some(format!("{name}: {}", canaries.find_in_bytes(&bytes)?)))
                .collect()
        };
        let running = kept(all_bytes(folder.path()));
        // A clean end writes the log of the database into its file.
        let (status, _) = server.terminate();
        assert!(status.success());
        let ended = kept(all_bytes(folder.path()));
        if masks {
            let told: Vec<String> = told
                .iter()
                .map(|(path, text)| format!("{path}: {}", canaries.find_in(text).unwrap()))
                .collect();
            let is_clean = told.is_empty() && running.is_empty() && ended.is_empty();
            assert!(is_clean, "{told:#?}\n{running:#?}\n{ended:#?}");
            let page = answers.iter().find(|(path, _)| path.ends_with("/people/columns/email")).unwrap();
            assert!(page.1.contains("masked before they are stored"), "the page says so");
        } else {
            assert!(told.len() > 60, "{} places tell", told.len());
            assert!(ended.iter().any(|file| file.contains("limn.db")), "{ended:?}");
        }
        assert!(!ended.iter().any(|file| file.starts_with("log")), "a log holds no value: {ended:?}");
    }
}

/// Profiles in the open, switches the group over, and masks what is stored.
async fn mask_afterwards(person: &Person, files: &Path, canaries: &Canaries) -> String {
    let group = profile(person, files, false).await;
    let path = format!("/api/table-groups/{group}");
    // A program has its own words for what it finds.
    let begun = call(person, Method::POST, "/api/profile-runs", json!({ "table_group_id": group })).await;
    let finding = json!({"table_name": "people", "column_name": "email", "anomaly_type": "odd_mail", "description": canaries.filtered()});
    let end = format!("/api/profile-runs/{}/complete", begun["profile_run_id"].as_str().unwrap());
    call(person, Method::POST, &end, json!({"status": "completed", "anomalies": [finding]})).await;
    let mask = async |name: &str| {
        let address = format!("{}{path}/mask-stored?confirm={name}", person.base);
        let answer = person.client.post(address).header("origin", &person.base).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let name = person.json("/settings/connections?format=json").await[0]["groups"][0]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(mask(&name).await.0, 409, "the next run would store them again");
    call(person, Method::PATCH, &path, json!({ "mask_before_storing": true })).await;
    assert_eq!(mask("another").await.0, 422);
    let (status, done) = mask(&name).await;
    assert!(status == 200 && done["columns"].as_u64() > Some(10), "{status} {done}");
    let (_, again) = mask(&name).await;
    assert_eq!(again, json!({"columns": 0, "findings": 0, "alerts": 0}), "once");
    group
}

#[tokio::test]
async fn what_was_stored_in_the_open_is_masked_when_somebody_asks() {
    let canaries = Canaries::new(120);
    let mut places = vec![None];
    places.extend(new_database_url().await.map(Some));
    for url in places {
        let folder = tempfile::tempdir().unwrap();
        let files = folder.path().join("files");
        write_files(&files, &canaries);
        let server = Server::start_on(folder.path(), url.as_deref());
        let person = Person::at(&server);
        person.come_in(&server).await;
        let group = mask_afterwards(&person, &files, &canaries).await;
        let told = all_answers(&person, &group).await;
        let told: Vec<String> = told
            .iter()
            .filter_map(|(path, text)| Some(format!("{path}: {}", canaries.find_in(text)?)))
            .collect();
        let (status, _) = server.terminate();
        assert!(status.success());
        let mut kept = all_bytes(folder.path());
        if let Some(url) = &url {
            kept.extend(all_rows(url).await);
        }
        let kept: Vec<String> = kept
            .into_iter()
            .filter_map(|(name, bytes)| Some(format!("{name}: {}", canaries.find_in_bytes(&bytes)?)))
            .collect();
        assert!(told.is_empty() && kept.is_empty(), "{url:?} {told:#?}\n{kept:#?}");
    }
}

#[test]
fn the_command_line_shows_whoever_has_the_file_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let canaries = Canaries::new(60);
    std::fs::write(folder.path().join("people.csv"), canaries.csv()).unwrap();
    let out = Command::new(LIMN)
        .args(["profile", "--format", "json"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(canaries.find_in_bytes(&out.stdout).is_some());
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    let columns = told["tables"][0]["columns"].as_array().unwrap();
    // No steward has a word here.
    for column in columns.iter().filter(|column| column["column_name"] != "code_word") {
        for finding in column["anomalies"].as_array().into_iter().flatten() {
            let texts = [&finding["detail"], &finding["evidence"]["observed"]].map(|text| text.as_str().unwrap_or_default());
            assert_eq!(canaries.find_in(&texts.join(" ")), None, "{finding}");
        }
    }
}
