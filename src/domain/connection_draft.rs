//! A connection as somebody fills it in: the fields of its kind, and what they come to. The password is never among them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::address::encode_segment;
use super::connection::{Connection, ConnectionKind};
use super::query::query_string;

/// Where PostgreSQL listens when nobody says otherwise.
pub const POSTGRES_PORT: &str = "5432";
/// How the way to a server may be protected; the first is what an empty field means.
pub const TLS_MODES: [(&str, &str); 5] = [
    ("prefer", "If the server offers it"),
    ("require", "Always, any certificate"),
    ("verify-ca", "Always, certificate of a known authority"),
    ("verify-full", "Always, certificate of this very host"),
    ("disable", "Never"),
];
/// What stands unescaped in an address.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What the form holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionDraft {
    /// The connection that is changed; empty for a new one.
    pub connection: String,
    /// Key of the project that it belongs to; empty for the oldest.
    pub project: String,
    /// Kind.
    pub kind: ConnectionKind,
    /// Name of the connection.
    pub name: String,
    /// Folder or file on the server.
    pub location: String,
    /// Host of a database server, or the folder of its socket.
    pub host: String,
    /// Port.
    pub port: String,
    /// Database.
    pub database: String,
    /// Who signs in.
    pub user: String,
    /// One of [`TLS_MODES`].
    pub tls: String,
    /// Whether a test was asked for.
    pub is_checked: bool,
}

impl Default for ConnectionDraft {
    fn default() -> Self {
        Self {
            connection: String::new(),
            project: String::new(),
            kind: ConnectionKind::Folder,
            name: String::new(),
            location: String::new(),
            host: String::new(),
            port: String::new(),
            database: String::new(),
            user: String::new(),
            tls: String::new(),
            is_checked: false,
        }
    }
}

impl ConnectionDraft {
    /// What stands in the form of a connection before anything is changed.
    pub fn of(connection: &Connection) -> Self {
        let draft = Self {
            connection: connection.connection_id.to_string(),
            project: connection.project_key.to_string(),
            kind: connection.kind,
            name: connection.name.clone(),
            ..Self::default()
        };
        match connection.kind {
            ConnectionKind::Folder | ConnectionKind::Sqlite => Self {
                location: connection.location.clone(),
                ..draft
            },
            ConnectionKind::Postgres => draft.with_address(&connection.location),
        }
    }

    /// The fields of a PostgreSQL address; empty where it is none of ours.
    pub fn of_address(address: &str) -> Self {
        Self {
            kind: ConnectionKind::Postgres,
            ..Self::default()
        }
        .with_address(address)
    }

    /// The fields that an address of ours was made of ([`Self::postgres_address`]); empty where it is none.
    fn with_address(self, address: &str) -> Self {
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let fields = || {
            let (user, rest) = address.strip_prefix("postgres://")?.split_once('@')?;
            let (server, rest) = rest.split_once('/')?;
            let (database, options) = rest.split_once('?').unwrap_or((rest, ""));
            let (host, port) = server.rsplit_once(':')?;
            let option = |name: &str| {
                let pair = options
                    .split('&')
                    .filter_map(|pair| pair.split_once('='))
                    .find(|(key, _)| *key == name);
                pair.map(|(_, value)| decode(value))
            };
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            Some((
                option("host").unwrap_or_else(|| bare.to_owned()),
                port.to_owned(),
                decode(database),
                decode(user),
                option("sslmode").unwrap_or_default(),
            ))
        };
        match fields() {
            Some((host, port, database, user, tls)) => Self {
                host,
                port,
                database,
                user,
                tls,
                ..self
            },
            None => self,
        }
    }

    /// Whether both sign in to the same server, as the same role, over an equally protected way: what a password is given for.
    pub fn has_same_door(&self, other: &Self) -> bool {
        let fields = |draft: &Self| {
            let or = |text: &str, usual: &str| if text.is_empty() { usual.to_owned() } else { text.to_owned() };
            (
                draft.host.clone(),
                or(&draft.port, POSTGRES_PORT),
                draft.user.clone(),
                or(&draft.tls, TLS_MODES[0].0),
            )
        };
        fields(self) == fields(other)
    }

    /// Reads a query string. What it does not know it leaves out.
    pub fn parse(query: &str) -> Self {
        Self::default().overlaid(query)
    }

    /// What a query string says, over what stands here.
    pub fn overlaid(self, query: &str) -> Self {
        let mut draft = self;
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            match key.as_ref() {
                "project" => draft.project = value.to_owned(),
                "kind" if draft.connection.is_empty() => draft.kind = ConnectionKind::from_word(value).unwrap_or(ConnectionKind::Folder),
                "name" => draft.name = value.to_owned(),
                "location" => draft.location = value.to_owned(),
                "host" => draft.host = value.to_owned(),
                "port" => draft.port = value.to_owned(),
                "database" => draft.database = value.to_owned(),
                "user" => draft.user = value.to_owned(),
                "tls" => draft.tls = value.to_owned(),
                "check" => draft.is_checked = value == "1",
                _ => {}
            }
        }
        draft
    }

    /// Without blanks around the fields.
    pub fn trimmed(mut self) -> Self {
        let fields = [
            &mut self.connection,
            &mut self.project,
            &mut self.name,
            &mut self.location,
            &mut self.host,
            &mut self.port,
            &mut self.database,
            &mut self.user,
            &mut self.tls,
        ];
        for field in fields {
            *field = field.trim().to_owned();
        }
        self
    }

    /// The address of the form with these fields in it.
    pub fn path(&self) -> String {
        let mut fields = vec![("kind", self.kind.word()), ("name", &self.name), ("project", &self.project)];
        match self.kind {
            ConnectionKind::Folder | ConnectionKind::Sqlite => fields.push(("location", &self.location)),
            ConnectionKind::Postgres => fields.extend([
                ("host", self.host.as_str()),
                ("port", &self.port),
                ("database", &self.database),
                ("user", &self.user),
                ("tls", &self.tls),
            ]),
        }
        if self.is_checked {
            fields.push(("check", "1"));
        }
        fields.retain(|(_, value)| !value.is_empty());
        format!("{}{}", self.page(), query_string(&fields))
    }

    /// The page that the form is on.
    pub fn page(&self) -> String {
        if self.connection.is_empty() {
            "/settings/connections/new".to_owned()
        } else {
            format!("/settings/connections/{}", encode_segment(&self.connection))
        }
    }

    /// Whether the fields that its kind needs are filled in.
    pub fn is_complete(&self) -> bool {
        match self.kind {
            ConnectionKind::Folder | ConnectionKind::Sqlite => !self.location.is_empty(),
            ConnectionKind::Postgres => ![&self.host, &self.database, &self.user].iter().any(|field| field.is_empty()),
        }
    }

    /// `postgres://user@host:port/database?sslmode=...`, or which field is wrong and why.
    pub fn postgres_address(&self) -> Result<String, String> {
        if !self.is_complete() {
            return Err("Host, database and user are needed.".into());
        }
        let port = if self.port.is_empty() { POSTGRES_PORT } else { &self.port };
        if port.parse::<u16>().map_or(true, |port| port == 0) {
            return Err(format!("The port is a number from 1 to 65535, not {port}."));
        }
        let tls = if self.tls.is_empty() { TLS_MODES[0].0 } else { &self.tls };
        if !TLS_MODES.iter().any(|(mode, _)| *mode == tls) {
            return Err("The TLS mode is none of those listed.".into());
        }
        let encode = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
        let (user, database) = (encode(&self.user), encode(&self.database));
        if self.host.starts_with('/') {
            let socket = encode(&self.host);
            return Ok(format!("postgres://{user}@localhost:{port}/{database}?host={socket}&sslmode={tls}"));
        }
        let is_name = self
            .host
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']'));
        if !is_name {
            return Err("The host is a name or an address, without a scheme, a path or blanks.".into());
        }
        let is_bare_v6 = self.host.parse::<std::net::Ipv6Addr>().is_ok();
        let host = if is_bare_v6 {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        Ok(format!("postgres://{user}@{host}:{port}/{database}?sslmode={tls}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(host: &str, port: &str, database: &str, user: &str) -> ConnectionDraft {
        ConnectionDraft {
            kind: ConnectionKind::Postgres,
            host: host.into(),
            port: port.into(),
            database: database.into(),
            user: user.into(),
            ..ConnectionDraft::default()
        }
    }

    #[test]
    fn an_address_is_made_of_the_fields_and_escapes_them() {
        for (host, port, database, user, address) in [
            (
                "db.example",
                "",
                "shop",
                "ada",
                "postgres://ada@db.example:5432/shop?sslmode=prefer",
            ),
            ("::1", "5433", "a/b", "a@b", "postgres://a%40b@[::1]:5433/a%2Fb?sslmode=prefer"),
            (
                "/run/pg",
                "",
                "x?y",
                "u",
                "postgres://u@localhost:5432/x%3Fy?host=%2Frun%2Fpg&sslmode=prefer",
            ),
        ] {
            let filled = draft(host, port, database, user);
            assert_eq!(filled.postgres_address().unwrap(), address);
            let back = ConnectionDraft::default().with_address(address);
            assert_eq!(
                (back.host.as_str(), back.database.as_str(), back.user.as_str()),
                (host, database, user)
            );
            let kind = ConnectionKind::Postgres;
            assert_eq!(ConnectionDraft { kind, ..back.clone() }.postgres_address().unwrap(), address);
            assert!(back.has_same_door(&filled), "{address}");
        }
        for (host, port, database, user) in [
            ("", "", "d", "u"),
            ("h", "0", "d", "u"),
            ("h", "x", "d", "u"),
            ("a@b", "", "d", "u"),
            ("h/../x", "", "d", "u"),
        ] {
            assert!(draft(host, port, database, user).postgres_address().is_err(), "{host} {port}");
        }
    }

    #[test]
    fn a_password_is_for_one_server_and_role() {
        let here = draft("db", "", "shop", "ada");
        assert!(here.has_same_door(&draft("db", "5432", "other", "ada")));
        for other in [
            draft("evil", "", "shop", "ada"),
            draft("db", "1", "shop", "ada"),
            draft("db", "", "shop", "bob"),
        ] {
            assert!(!here.has_same_door(&other));
        }
        let open = ConnectionDraft {
            tls: "disable".into(),
            ..here.clone()
        };
        assert!(!here.has_same_door(&open));
    }

    #[test]
    fn a_draft_comes_back_from_its_address_without_a_password() {
        let mut draft = draft("db", "5432", "shop", "ada");
        draft.is_checked = true;
        let path = draft.path();
        assert_eq!(ConnectionDraft::parse(path.split_once('?').unwrap().1), draft);
        let fed = ConnectionDraft::parse("kind=postgresql&host=db&password=hunter2");
        assert!(!format!("{fed:?}{}", fed.path()).contains("hunter2"));
    }
}
