//! Sessions of signed-in people, for tower-sessions. The table holds the hash of a session's id, not the id.
//!
//! Where the session's data has a text under `user_id`, the row says so too: that is how all sessions of one person end.

use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use tower_sessions::session::{Id, Record as Session};
use tower_sessions::session_store::{Error, Result as SessionResult};
use tower_sessions::{SessionStore, cookie::time::OffsetDateTime};

use super::{Database, StoreError, Transaction, sql};
use crate::domain::identifier::UserId;

/// The key under which a session's data names its person.
pub const USER_KEY: &str = "user_id";

/// The session store over the control database.
#[derive(Clone, Debug)]
pub struct Sessions {
    db: Database,
}

impl Sessions {
    /// Keeps sessions in `db`.
    pub fn new(db: Database) -> Self {
        Self { db }
    }
}

impl SessionStore for Sessions {
    fn create<'a, 'b, 'c>(&'a self, session: &'b mut Session) -> BoxFuture<'c, SessionResult<()>>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        Box::pin(async move {
            let text = "insert into sessions (session_hash, user_id, data_json, expires_at) values ($1, $2, $3, $4) on conflict (session_hash) do nothing";
            // An id that exists already belongs to somebody else: take another.
            while write_session(&self.db, text, session).await? == 0 {
                session.id = Id::default();
            }
            Ok(())
        })
    }

    fn save<'a, 'b, 'c>(&'a self, session: &'b Session) -> BoxFuture<'c, SessionResult<()>>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        Box::pin(async move {
            // Only a row that is there: a request that began before a sign-out must not bring the session back.
            let text = "update sessions set user_id = $2, data_json = $3, expires_at = $4 where session_hash = $1";
            write_session(&self.db, text, session).await?;
            Ok(())
        })
    }

    fn load<'a, 'b, 'c>(&'a self, id: &'b Id) -> BoxFuture<'c, SessionResult<Option<Session>>>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        Box::pin(async move {
            let row = sql("select data_json, expires_at from sessions where session_hash = $1 and expires_at > {now}")
                .bind(hash_id(id))
                .fetch_optional(&self.db)
                .await
                .map_err(backend)?;
            let Some(row) = row else { return Ok(None) };
            let data = serde_json::from_str(&row.text("data_json").map_err(backend)?).map_err(|error| Error::Decode(error.to_string()))?;
            let expires_at = row.time("expires_at").map_err(backend)?;
            let nanoseconds = i128::from(expires_at.timestamp_micros()) * 1_000;
            let expiry_date = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).map_err(|error| Error::Decode(error.to_string()))?;
            Ok(Some(Session {
                id: *id,
                data,
                expiry_date,
            }))
        })
    }

    fn delete<'a, 'b, 'c>(&'a self, id: &'b Id) -> BoxFuture<'c, SessionResult<()>>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        Box::pin(async move {
            sql("delete from sessions where session_hash = $1")
                .bind(hash_id(id))
                .execute(&self.db)
                .await
                .map_err(backend)?;
            Ok(())
        })
    }
}

/// Ends all sessions of one person: after a new password, or when they may no longer sign in.
pub async fn delete_user_sessions(tx: &mut Transaction, user_id: &UserId) -> Result<u64, StoreError> {
    sql("delete from sessions where user_id = $1")
        .bind(user_id.as_str())
        .execute(tx)
        .await
}

/// Removes sessions that have ended by themselves.
pub async fn delete_expired(db: &Database) -> Result<u64, StoreError> {
    sql("delete from sessions where expires_at <= {now}").execute(db).await
}

async fn write_session(db: &Database, text: &'static str, session: &Session) -> SessionResult<u64> {
    let data = serde_json::to_string(&session.data).map_err(|error| Error::Encode(error.to_string()))?;
    let micros = i64::try_from(session.expiry_date.unix_timestamp_nanos() / 1_000).map_err(|error| Error::Encode(error.to_string()))?;
    let expires_at = chrono::DateTime::from_timestamp_micros(micros).ok_or_else(|| Error::Encode("expiry is out of range".into()))?;
    sql(text)
        .bind(hash_id(&session.id))
        .bind(session.data.get(USER_KEY).and_then(|value| value.as_str()))
        .bind(data)
        .bind(expires_at)
        .execute(db)
        .await
        .map_err(backend)
}

/// SHA-256 of the id. The id has 128 random bits, so that a plain hash cannot be guessed back.
fn hash_id(id: &Id) -> String {
    hex(&Sha256::digest(id.0.to_le_bytes()))
}

/// Lower-case hexadecimal text.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn backend(error: StoreError) -> Error {
    Error::Backend(error.to_string())
}
