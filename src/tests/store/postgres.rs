//! A PostgreSQL server of our own for the tests: one a test program, one database a test, gone when the program ends.
//!
//! A small shell holds the server. It waits on a pipe from this program; when the program ends, however it ends, the pipe
//! closes, the shell stops the server and removes its folder.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::{Connection, Executor};

/// Set to `1`, missing programs are a failure rather than a skipped test.
const REQUIRE: &str = "LIMN_REQUIRE_POSTGRES";
/// Users that the server may run as where the tests run as root, which PostgreSQL refuses.
const USERS: [&str; 2] = ["postgres", "nobody"];

struct Server {
    folder: PathBuf,
    port: u16,
    /// Held for the life of this program: its standard input is the pipe.
    _keeper: Child,
}

static SERVER: OnceLock<Option<Server>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The address of a new empty database; nothing where PostgreSQL is not installed.
pub async fn new_database_url() -> Option<String> {
    let server = server()?;
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let address = |database: &str| {
        format!(
            "postgres://limn@localhost:{}/{database}?host={}",
            server.port,
            server.folder.display()
        )
    };
    let mut admin = sqlx::PgConnection::connect(&address("postgres"))
        .await
        .expect("the test server answers");
    admin
        .execute(sqlx::AssertSqlSafe(format!("create database {name}")))
        .await
        .expect("a test database is made");
    admin.close().await.expect("the connection closes");
    Some(address(&name))
}

/// The port where the server answers over TCP, encrypted only, and the certificate of who vouches for it (as `localhost`);
/// nothing where PostgreSQL or openssl is not installed.
pub fn encrypted_server() -> Option<(u16, PathBuf)> {
    let server = server()?;
    let certificate = server.folder.join("ca.crt");
    if !server.folder.join("server.crt").is_file() {
        eprintln!("SKIPPED: openssl is not installed, the test server has no certificate");
        return None;
    }
    Some((server.port, certificate))
}

fn server() -> Option<&'static Server> {
    let Some(server) = SERVER.get_or_init(start) else {
        assert!(
            std::env::var(REQUIRE).as_deref() != Ok("1"),
            "{REQUIRE}=1, but PostgreSQL's initdb and postgres are not installed"
        );
        eprintln!("SKIPPED: PostgreSQL's initdb and postgres are not installed; this test ran on SQLite only");
        return None;
    };
    Some(server)
}

fn start() -> Option<Server> {
    let programs = find_programs()?;
    let folder = tempfile::Builder::new()
        .prefix("limn-pg-")
        .tempdir()
        .expect("a temporary folder")
        .keep();
    let user = if is_root() {
        Some(
            USERS
                .iter()
                .find(|user| run(Command::new("id").arg("-u").arg(user)))
                .expect("a user without privileges"),
        )
    } else {
        None
    };
    if let Some(user) = user {
        assert!(run(Command::new("chown").arg(user).arg(&folder)), "the folder changes hands");
    }
    // Free a moment ago; nobody else on this machine takes ports in the same moment.
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = free.expect("a free port").port();
    let mut keeper = Command::new("sh");
    keeper
        .args(["-c", KEEPER, "keeper"])
        .arg(&folder)
        .arg(&programs)
        .arg(port.to_string());
    if let Some(user) = user {
        keeper.args([
            "setpriv",
            &format!("--reuid={user}"),
            &format!("--regid={}", group_of(user)),
            "--clear-groups",
        ]);
    }
    let keeper = keeper
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the keeper of the server starts");
    wait_until_ready(&programs, &folder, port);
    Some(Server {
        folder,
        port,
        _keeper: keeper,
    })
}

/// `$1` is the folder, `$2` that of the programs, `$3` the port, the rest what makes a command run without privileges. A keyboard
/// interrupt must not end the keeper before its work. The role `limn_guarded`, where a test makes it, needs its password. Nothing is worth a tidy shutdown: the folder goes.
const KEEPER: &str = r#"trap '' INT TERM HUP
folder=$1; programs=$2; port=$3; shift 3
"$@" "$programs/initdb" --no-sync --auth=trust --username=limn --encoding=UTF8 --locale=C.UTF-8 -D "$folder/data" >"$folder/log" 2>&1
"$@" sed -i '1i local all limn_guarded scram-sha-256' "$folder/data/pg_hba.conf"
"$@" sed -i '1i hostnossl all all all reject' "$folder/data/pg_hba.conf"
key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
encrypted=off
"$@" openssl req -x509 $key -days 2 -subj "/CN=Limn's tests" -keyout "$folder/ca.key" -out "$folder/ca.crt" >>"$folder/log" 2>&1 &&
    "$@" openssl req $key -subj /CN=localhost -addext subjectAltName=DNS:localhost -addext basicConstraints=CA:FALSE \
        -keyout "$folder/server.key" -out "$folder/server.csr" >>"$folder/log" 2>&1 &&
    "$@" openssl x509 -req -in "$folder/server.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -CAcreateserial -days 2 -copy_extensions copy \
        -out "$folder/server.crt" >>"$folder/log" 2>&1 && encrypted=on
"$@" "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses=127.0.0.1 -c "port=$port" -c "ssl=$encrypted" \
    -c "ssl_cert_file=$folder/server.crt" -c "ssl_key_file=$folder/server.key" -c max_connections=150 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off >>"$folder/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT "$server"
wait "$server"
rm -rf "$folder""#;

fn wait_until_ready(programs: &Path, folder: &Path, port: u16) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !run(Command::new(programs.join("pg_isready"))
        .arg("-q")
        .arg("-h")
        .arg(folder)
        .arg("-p")
        .arg(port.to_string()))
    {
        let log = || std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        assert!(Instant::now() < deadline, "the test server did not start: {}", log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The folder of Debian's programs (the newest version), or the one on the search path.
fn find_programs() -> Option<PathBuf> {
    let is_complete = |folder: &Path| {
        ["initdb", "postgres", "pg_isready"]
            .iter()
            .all(|program| folder.join(program).is_file())
    };
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    versions.sort();
    let on_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    versions.into_iter().rev().chain(on_path).find(|folder| is_complete(folder))
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn group_of(user: &str) -> String {
    let output = Command::new("id").arg("-g").arg(user).output().expect("id runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn run(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
