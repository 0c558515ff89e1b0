//! A running `limn serve` and a person at its door.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::Value;

/// The program under test.
pub const LIMN: &str = env!("CARGO_BIN_EXE_limn");
/// Patience with a loaded machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A server with its folder; killed when dropped.
pub struct Server {
    child: Child,
    pub base: String,
    pub first_link: Option<String>,
    folder: PathBuf,
}

impl Server {
    /// Starts on a free port and waits for the printed address.
    pub fn start(folder: &Path) -> Self {
        Self::start_on(folder, None)
    }

    /// The same with a control database elsewhere than in the folder.
    pub fn start_on(folder: &Path, database_url: Option<&str>) -> Self {
        let mut command = Command::new(LIMN);
        command.env_remove("LIMN_DATABASE_URL");
        if let Some(url) = database_url {
            command.env("LIMN_DATABASE_URL", url);
        }
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.join("data"))
            .env("LIMN_LOG", "debug")
            .stdout(Stdio::piped())
            .stderr(
                std::fs::OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(folder.join("log"))
                    .unwrap(),
            )
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.contains("http://"))
            .expect("the server prints its address");
        let url = address
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .unwrap()
            .to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        let base = url.split('/').take(3).collect::<Vec<_>>().join("/");
        let first_link = url.contains("/welcome/").then_some(url);
        Self {
            child,
            base,
            first_link,
            folder: folder.to_owned(),
        }
    }

    /// SIGKILL: no farewell.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and how long the farewell took.
    pub fn terminate(mut self) -> (std::process::ExitStatus, Duration) {
        let began = Instant::now();
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        (self.child.wait().unwrap(), began.elapsed())
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The engine's child process, if one runs. Children belong to the thread that made them.
    pub fn engine_pid(&self) -> Option<u32> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid())).ok()?;
        let children = tasks
            .flatten()
            .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
        let pids: Vec<u32> = children
            .flat_map(|line| line.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
            .collect();
        pids.into_iter()
            .find(|pid| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|command| command.contains("profile-worker")))
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser with a cookie jar.
pub struct Person {
    pub client: Client,
    pub base: String,
}

impl Person {
    pub fn at(server: &Server) -> Self {
        let client = Client::builder()
            .cookie_store(true)
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()
            .unwrap();
        Self {
            client,
            base: server.base.clone(),
        }
    }

    /// The same person after the server came back on another port.
    pub fn follow(&mut self, server: &Server) {
        self.base = server.base.clone();
    }

    /// Posts a form as a browser on our own page does; returns status and where it leads.
    pub async fn post(&self, action: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let response = self
            .client
            .post(format!("{}/actions/{action}", self.base))
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin")
            .form(fields)
            .send()
            .await
            .unwrap();
        let location = response
            .headers()
            .get("location")
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default();
        (response.status(), location)
    }

    pub async fn json(&self, path: &str) -> Value {
        let response = self.client.get(format!("{}{path}", self.base)).send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {status} {error}: {text}"))
    }

    /// A page as a browser gets it.
    pub async fn page(&self, path: &str) -> String {
        let request = self.client.get(format!("{}{path}", self.base)).header("accept", "text/html");
        request.send().await.unwrap().text().await.unwrap()
    }

    /// Uses the first link up; the session lives on over restarts.
    pub async fn come_in(&self, server: &Server) {
        let token = server.first_link.as_ref().unwrap().rsplit('/').next().unwrap().to_owned();
        let (status, _) = self.post("accept-link", &[("token", &token)]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
    }

    /// Connects a folder and starts a run; returns the run's number.
    pub async fn profile_folder(&self, folder: &Path) -> i64 {
        let (status, location) = self
            .post("create-connection", &[("name", "Own"), ("location", folder.to_str().unwrap())])
            .await;
        assert_eq!((status, location.as_str()), (StatusCode::SEE_OTHER, "/tables?connection=own"));
        let connections = self.json("/settings/connections?format=json").await;
        let group = connections[0]["groups"][0]["table_group_id"].as_str().unwrap().to_owned();
        let (status, location) = self.post("start-run", &[("table_group_id", &group)]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        location.strip_prefix("/runs/").unwrap().parse().unwrap()
    }

    /// The run, as soon as the condition holds.
    pub async fn run_when(&self, number: i64, holds: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let run = self.json(&format!("/runs/{number}?format=json")).await;
            if holds(&run["run"]) {
                return run;
            }
            assert!(began.elapsed() < PATIENCE, "run {number} stays {run}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Whether a run has ended.
pub fn ended(run: &Value) -> bool {
    matches!(run["status"].as_str(), Some("completed" | "failed" | "cancelled"))
}

/// A CSV file that takes an engine a while.
pub fn write_long_table(folder: &Path, rows: u64) {
    use std::io::Write;
    std::fs::create_dir_all(folder).unwrap();
    let mut file = std::io::BufWriter::new(std::fs::File::create(folder.join("readings.csv")).unwrap());
    writeln!(file, "id,reading,station,at").unwrap();
    for id in 0..rows {
        writeln!(
            file,
            "{id},{}.{},station-{},2026-{:02}-{:02}",
            id * 7_919 % 10_007,
            id % 97,
            id % 311,
            id % 12 + 1,
            id % 28 + 1
        )
        .unwrap();
    }
}
