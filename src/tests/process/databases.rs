//! Databases through the running program: a form, a test, a run, and a password that is nowhere to be found.

use std::path::Path;

use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use super::postgres::new_database_url;
use super::program::{Person, Server, ended};

const PASSWORD: &str = "c4nary-pa55word";

/// Whether any file below the folder holds the text.
fn holds(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

/// Profiles the only connection and returns the finished run.
async fn profile_it(person: &Person) -> serde_json::Value {
    let connections = person.json("/settings/connections?format=json").await;
    let group = connections[0]["groups"][0]["table_group_id"].as_str().unwrap().to_owned();
    let (_, location) = person.post("start-run", &[("table_group_id", &group)]).await;
    let number = location.strip_prefix("/runs/").unwrap().parse().unwrap();
    person.run_when(number, ended).await
}

#[tokio::test]
async fn a_postgresql_database_is_connected_by_its_form_and_its_password_is_nowhere_to_be_found() {
    let Some(url) = new_database_url().await else { return };
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let statements = format!(
        "create role limn_guarded login password '{PASSWORD}'; create table orders (id int, total numeric(9,2));
         insert into orders select g, g * 1.25 from generate_series(1, 1000) g; grant select on orders to limn_guarded"
    );
    connection.execute(sqlx::AssertSqlSafe(statements)).await.unwrap();
    connection.close().await.unwrap();
    let (address, socket) = url.split_once("?host=").unwrap();
    let (address, database) = address.rsplit_once('/').unwrap();
    let port = address.rsplit(':').next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let person = Person::at(&server);
    person.come_in(&server).await;
    let fields = |password: &'static str| {
        vec![
            ("kind", "postgresql"),
            ("name", "Shop"),
            ("host", socket),
            ("port", port),
            ("database", database),
            ("user", "limn_guarded"),
            ("password", password),
        ]
    };
    let page = async |password| {
        let (status, location) = person.post("test-connection", &fields(password)).await;
        assert_eq!(status.as_u16(), 303);
        assert!(location.starts_with("/settings/connections/new?kind=postgresql"), "{location}");
        let response = person.client.get(format!("{}{location}", person.base)).send().await.unwrap();
        format!("{location} {}", response.text().await.unwrap())
    };
    let refused = page("wr0ng-pa55word").await;
    assert!(refused.contains("Sign-in works") && refused.contains("pg_hba.conf"), "{refused}");
    assert!(!refused.contains("wr0ng-pa55word") && !refused.contains("create-connection"));
    let passed = page(PASSWORD).await;
    assert!(passed.contains("Connect 1 table") && !passed.contains(PASSWORD), "{passed}");
    // The password that was tested is used where the field stays empty.
    let (_, location) = person.post("create-connection", &fields("")).await;
    assert_eq!(location, "/tables?connection=shop", "{}", server.log());
    let run = profile_it(&person).await;
    assert_eq!(
        (&run["run"]["status"], &run["run"]["row_count"]),
        (&json!("completed"), &json!(1_000)),
        "{}",
        server.log()
    );
    let shown = person.json("/settings/connections?format=json").await.to_string();
    assert!(!shown.contains(PASSWORD) && shown.contains("postgres://limn_guarded@"), "{shown}");
    let column = person
        .json("/tables/shop/public/orders/columns/total?format=json")
        .await
        .to_string();
    assert!(column.contains("1250.00"), "{column}");
    for password in ["wr0ng-pa55word", PASSWORD, ""] {
        let mut changed = fields(password);
        changed.push(("connection", "shop"));
        person.post("update-connection", &changed).await;
    }
    let audit = profile_it(&person).await;
    assert_eq!(
        audit["run"]["status"],
        json!("completed"),
        "a password that does not open the door is not kept"
    );
    let printed = std::process::Command::new(super::program::LIMN)
        .args(["profile", "--format", "json", "--quiet", &url.replace("limn@", "limn_guarded@")])
        .env("PGPASSWORD", PASSWORD)
        .output()
        .unwrap();
    let printed: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(printed["tables"][0]["columns"][1]["data_type"], json!("numeric(9,2)"));
    let refused = std::process::Command::new(super::program::LIMN)
        .args(["profile", "--quiet", &url.replace("limn@", "limn_guarded:wr0ng-pa55word@")])
        .env_remove("PGPASSWORD")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("Sign-in works: no") && !said.contains("wr0ng-pa55word"),
        "{said}"
    );
    assert!(server.log().len() > 1_000, "the log is detailed");
    for secret in [PASSWORD, "wr0ng-pa55word"] {
        assert!(!holds(folder.path(), secret), "{secret} was written down");
    }
}

#[tokio::test]
async fn rows_of_a_postgresql_table_say_that_it_was_written_to_since_the_run() {
    let Some(url) = new_database_url().await else { return };
    let write = async |statement: &'static str| {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        connection.execute(statement).await.unwrap();
        connection.close().await.unwrap();
    };
    write(
        "create table orders (id int, day date) partition by range (day); create table year_2025 partition of orders for values from ('2025-01-01') to ('2026-01-01');
         insert into orders select g, date '2025-01-01' + g from generate_series(1, 300) g; create table calm as select g as id from generate_series(1, 50) g",
    )
    .await;
    // A session hands in its counts when it ends.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let person = Person::at(&server);
    person.come_in(&server).await;
    let (address, socket) = url.split_once("?host=").unwrap();
    let (address, database) = address.rsplit_once('/').unwrap();
    let (user, port) = (
        address.split_once("//").unwrap().1.split([':', '@']).next().unwrap(),
        address.rsplit(':').next().unwrap(),
    );
    let fields = [
        ("kind", "postgresql"),
        ("name", "Shop"),
        ("host", socket),
        ("port", port),
        ("database", database),
        ("user", user),
    ];
    let (_, location) = person.post("create-connection", &fields).await;
    assert_eq!(location, "/tables?connection=shop", "{}", server.log());
    assert_eq!(profile_it(&person).await["run"]["status"], json!("completed"));
    let notes = async |table: &str| {
        let rows = person
            .json(&format!("/tables/shop/public/{table}/columns/id/rows?value=7&format=json"))
            .await;
        assert_eq!(rows["found"], 1, "{rows}");
        rows["notes"].to_string()
    };
    assert!(!notes("orders").await.contains("have changed") && !notes("calm").await.contains("have changed"));
    // As many rows with the value as before: only the count of writes tells.
    write("update orders set day = day + 1 where id = 9").await;
    let mut said = notes("orders").await;
    for _ in 0..40 {
        if said.contains("may have changed since run 1") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        said = notes("orders").await;
    }
    assert!(
        said.contains("may have changed since run 1") && said.contains("written to it since"),
        "{said}"
    );
    assert!(!notes("calm").await.contains("have changed"), "nobody wrote to it");
}

#[tokio::test]
async fn a_sqlite_file_is_connected_and_profiled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap().join("shop.db");
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    connection
        .execute("create table orders (id integer primary key, day date); insert into orders (day) values ('2026-01-01'), ('2026-01-02'), (null)")
        .await
        .unwrap();
    connection.close().await.unwrap();
    let server = Server::start(folder.path());
    let person = Person::at(&server);
    person.come_in(&server).await;
    let location = path.to_str().unwrap();
    let (_, back) = person
        .post("create-connection", &[("kind", "sqlite"), ("name", "Shop"), ("location", location)])
        .await;
    assert_eq!(back, "/tables?connection=shop", "{}", server.log());
    let run = profile_it(&person).await;
    assert_eq!(
        (&run["run"]["status"], &run["run"]["row_count"]),
        (&json!("completed"), &json!(3)),
        "{}",
        server.log()
    );
    let column = person.json("/tables/shop/main/orders/columns/day?format=json").await.to_string();
    assert!(column.contains("2026-01-02"), "{column}");
    // Quoted wildcards are ours to open.
    std::fs::write(folder.path().join("a1.csv"), "x\n1\n").unwrap();
    std::fs::write(folder.path().join("a2.csv"), "x\n2\n").unwrap();
    let mask = format!("{}/a?.csv", folder.path().display());
    let printed = std::process::Command::new(super::program::LIMN)
        .args(["profile", "--format", "json", "--quiet", &mask])
        .output()
        .unwrap();
    let printed: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(printed["tables"][0]["row_count"], json!(2));
    // `limn profile` reads the same file.
    let printed = std::process::Command::new(super::program::LIMN)
        .args(["profile", "--format", "json", "--quiet", location])
        .output()
        .unwrap();
    let printed: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(printed["tables"][0]["row_count"], json!(3));
}

#[tokio::test]
async fn a_text_that_unfolds_without_end_stops_at_the_deadline_within_its_memory() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let mut writer = zstd::stream::write::Encoder::new(std::fs::File::create(folder.path().join("a.csv.zst")).unwrap(), 1).unwrap();
    writer.write_all(b"a,b\n").unwrap();
    let chunk = b"1,2\n".repeat(1 << 18);
    (0..4_096).for_each(|_| writer.write_all(&chunk).unwrap());
    writer.finish().unwrap();
    std::fs::write(folder.path().join("b.csv"), "x,y\n1,2\n").unwrap();
    let began = std::time::Instant::now();
    let child = std::process::Command::new(super::program::LIMN)
        .args(["profile", "--quiet", "--memory", "64", "--deadline", "3"])
        .arg(folder.path())
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("a: the deadline of 3000 ms passed. Allow a longer deadline"),
        "{said}"
    );
    assert!(
        said.contains("b: the deadline of 3000 ms passed"),
        "the deadline is that of the whole plan: {said}"
    );
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}
