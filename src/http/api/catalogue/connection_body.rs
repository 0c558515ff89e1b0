//! A connection as programs read and write it. A password goes in and never comes out.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::table_groups::GroupBody;
use crate::domain::connection::{Connection, ConnectionCheck, ConnectionKind, FoundTable};
use crate::domain::connection_draft::{ConnectionDraft, TLS_MODES};
use crate::domain::identifier::{ConnectionId, ProjectKey};
use crate::domain::secret::Secret;
use crate::services::error::AppError;

/// Longest location and password, longest line (characters).
const LONGEST_TEXT: usize = 4_000;
const LONGEST_LINE: usize = 255;
/// Longest name (characters).
const LONGEST_NAME: usize = 120;

/// A connection; never its password.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionBody {
    /// Immutable id.
    pub connection_id: ConnectionId,
    /// Its project.
    pub project_key: ProjectKey,
    /// Name.
    pub name: String,
    /// `folder`, `sqlite` or `postgresql`.
    pub kind: ConnectionKind,
    /// Whether it may be profiled.
    pub is_active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Where it reads; only for those who may change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceBody>,
    /// Its table groups.
    pub table_groups: Vec<GroupBody>,
}

/// Where a connection reads.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct SourceBody {
    /// Folder or SQLite file on the server.
    pub location: Option<String>,
    /// Host of a PostgreSQL server.
    pub host: Option<String>,
    /// Its port.
    pub port: Option<String>,
    /// Database.
    pub database: Option<String>,
    /// Who signs in.
    pub user: Option<String>,
    /// How the way is protected.
    pub tls: Option<String>,
    /// Whether a password is kept.
    pub has_password: bool,
}

impl ConnectionBody {
    /// The body; `has_password` where the source may be shown.
    pub fn new(connection: Connection, has_password: Option<bool>) -> Self {
        Self {
            source: has_password.map(|has_password| SourceBody::of(&connection, has_password)),
            connection_id: connection.connection_id,
            project_key: connection.project_key,
            name: connection.name,
            kind: connection.kind,
            is_active: connection.is_active,
            created_at: connection.created_at,
            table_groups: connection.groups.into_iter().map(GroupBody::from).collect(),
        }
    }
}

impl SourceBody {
    fn of(connection: &Connection, has_password: bool) -> Self {
        let draft = ConnectionDraft::of(connection);
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            location: some(draft.location),
            host: some(draft.host),
            port: some(draft.port),
            database: some(draft.database),
            user: some(draft.user),
            tls: some(draft.tls),
            has_password,
        }
    }
}

/// A connection to make or to try. A folder or SQLite file has a `location`, a PostgreSQL server the other fields.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConnection {
    /// Name; the id is made of it and stays.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// What it reads.
    pub kind: ConnectionKind,
    /// The project that it belongs to; the oldest where none is named.
    pub project_key: Option<String>,
    /// Folder or SQLite file on the server.
    #[schema(max_length = 4_000)]
    pub location: Option<String>,
    /// Host of a PostgreSQL server.
    #[schema(max_length = 255)]
    pub host: Option<String>,
    /// Its port; 5432 where none is named.
    #[schema(minimum = 1, maximum = 65_535)]
    pub port: Option<u16>,
    /// Database.
    #[schema(max_length = 255)]
    pub database: Option<String>,
    /// Who signs in.
    #[schema(max_length = 255)]
    pub user: Option<String>,
    /// `prefer`, `require`, `verify-ca`, `verify-full` or `disable`.
    #[schema(pattern = "^(prefer|require|verify-ca|verify-full|disable)$")]
    pub tls: Option<String>,
    /// Password of a PostgreSQL server: sealed where it is kept, and never shown.
    #[schema(write_only, format = "password", max_length = 4_000)]
    pub password: Option<String>,
    /// Whether groups that were never profiled are so at once; yes unless it says no.
    pub first_run: Option<bool>,
}

/// What changes of a connection; what is left out stays. Its kind never changes.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChangedConnection {
    /// Name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: Option<String>,
    /// Whether it may be profiled.
    pub is_active: Option<bool>,
    /// The project that it belongs to.
    pub project_key: Option<String>,
    /// Folder or SQLite file on the server.
    #[schema(max_length = 4_000)]
    pub location: Option<String>,
    /// Host of a PostgreSQL server.
    #[schema(max_length = 255)]
    pub host: Option<String>,
    /// Its port.
    #[schema(minimum = 1, maximum = 65_535)]
    pub port: Option<u16>,
    /// Database.
    #[schema(max_length = 255)]
    pub database: Option<String>,
    /// Who signs in.
    #[schema(max_length = 255)]
    pub user: Option<String>,
    /// `prefer`, `require`, `verify-ca`, `verify-full` or `disable`.
    #[schema(pattern = "^(prefer|require|verify-ca|verify-full|disable)$")]
    pub tls: Option<String>,
    /// Another password. One that is kept stays for its server and role, and is never sent elsewhere.
    #[schema(write_only, format = "password", max_length = 4_000)]
    pub password: Option<String>,
    /// Whether groups that were never profiled are so at once; yes unless it says no.
    pub first_run: Option<bool>,
}

impl NewConnection {
    /// What a form would hold, and the password.
    pub fn into_draft(self) -> Result<(ConnectionDraft, Option<Secret>), AppError> {
        check_fields(Some(&self.name), &self.tls, self.port)?;
        check_lengths([&self.location, &self.password], [&self.host, &self.database, &self.user])?;
        let draft = ConnectionDraft {
            connection: String::new(),
            project: self.project_key.unwrap_or_default(),
            kind: self.kind,
            name: self.name,
            location: self.location.unwrap_or_default(),
            host: self.host.unwrap_or_default(),
            port: self.port.map(|port| port.to_string()).unwrap_or_default(),
            database: self.database.unwrap_or_default(),
            user: self.user.unwrap_or_default(),
            tls: self.tls.unwrap_or_default(),
            is_checked: true,
        };
        Ok((draft.trimmed(), self.password.and_then(Secret::new)))
    }
}

impl ChangedConnection {
    /// Whether anything but the switch is named.
    pub fn has_fields(&self) -> bool {
        let texts = [
            &self.name,
            &self.project_key,
            &self.location,
            &self.host,
            &self.database,
            &self.user,
            &self.tls,
            &self.password,
        ];
        self.port.is_some() || texts.iter().any(|text| text.is_some())
    }

    /// What a form would hold of the connection with these changes, and the password.
    pub fn over(self, connection: &Connection) -> Result<(ConnectionDraft, Option<Secret>), AppError> {
        check_fields(self.name.as_ref(), &self.tls, self.port)?;
        check_lengths([&self.location, &self.password], [&self.host, &self.database, &self.user])?;
        let old = ConnectionDraft::of(connection);
        let draft = ConnectionDraft {
            project: self.project_key.unwrap_or(old.project),
            name: self.name.unwrap_or(old.name),
            location: self.location.unwrap_or(old.location),
            host: self.host.unwrap_or(old.host),
            port: self.port.map_or(old.port, |port| port.to_string()),
            database: self.database.unwrap_or(old.database),
            user: self.user.unwrap_or(old.user),
            tls: self.tls.unwrap_or(old.tls),
            is_checked: true,
            connection: old.connection,
            kind: old.kind,
        };
        Ok((draft.trimmed(), self.password.and_then(Secret::new)))
    }
}

/// Refuses what no kind takes, also where this one has no use for it.
fn check_fields(name: Option<&String>, tls: &Option<String>, port: Option<u16>) -> Result<(), AppError> {
    if port == Some(0) {
        return Err(AppError::refused("No server listens at port 0", "It is one of 1 to 65535."));
    }
    if name.is_some_and(|name| name.trim().is_empty() || name.chars().count() > LONGEST_NAME) {
        let detail = format!("1 to {LONGEST_NAME} characters.");
        return Err(AppError::refused("The connection needs a name", detail));
    }
    let is_unknown = |word: &String| TLS_MODES.iter().all(|(mode, _)| mode != word);
    if tls.as_ref().is_some_and(is_unknown) {
        let modes: Vec<&str> = TLS_MODES.iter().map(|(mode, _)| *mode).collect();
        return Err(AppError::refused(
            "There is no such protection",
            format!("It is one of {}.", modes.join(", ")),
        ));
    }
    Ok(())
}

/// Refuses what is longer than any address is, whatever the kind makes of it.
fn check_lengths(long: [&Option<String>; 2], short: [&Option<String>; 3]) -> Result<(), AppError> {
    let is_over = |text: &Option<String>, most: usize| text.as_ref().is_some_and(|text| text.chars().count() > most);
    if long.iter().any(|text| is_over(text, LONGEST_TEXT)) || short.iter().any(|text| is_over(text, LONGEST_LINE)) {
        let detail = format!("Location and password have up to {LONGEST_TEXT} characters, host, database and user {LONGEST_LINE}.");
        return Err(AppError::refused("A text is too long", detail));
    }
    Ok(())
}

/// How a test went.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckBody {
    /// Whether every step passed.
    pub passed: bool,
    /// The steps, in order; it stops at the first that fails.
    pub steps: Vec<StepBody>,
    /// Tables that were found.
    pub tables: Vec<FoundBody>,
}

/// One step of a test.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepBody {
    /// What was tried.
    pub name: String,
    /// Whether it worked.
    pub passed: bool,
    /// What was found, or what to do.
    pub message: String,
}

/// A table that was found at a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundBody {
    /// Schema.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
    /// Format.
    pub format: String,
    /// Bytes.
    pub bytes: u64,
}

impl From<ConnectionCheck> for CheckBody {
    fn from(check: ConnectionCheck) -> Self {
        Self {
            passed: check.passed(),
            steps: check
                .steps
                .into_iter()
                .map(|step| StepBody {
                    name: step.name,
                    passed: step.passed,
                    message: step.message,
                })
                .collect(),
            tables: check.tables.into_iter().map(FoundBody::from).collect(),
        }
    }
}

impl From<FoundTable> for FoundBody {
    fn from(table: FoundTable) -> Self {
        Self {
            schema_name: table.schema_name,
            table_name: table.table_name,
            format: table.format,
            bytes: table.bytes,
        }
    }
}
