//! PostgreSQL over TCP: encrypted where it is asked for, and with a server that is who it says it is.

use std::path::Path;

use super::{column, profile, table, try_profile};
use crate::engine::{PostgresTarget, SourceRoot};
use crate::tests::store::postgres::encrypted_server;

fn at(host: &str, port: u16, mode: &str, certificate: Option<&Path>) -> SourceRoot {
    let certificate = certificate.map_or(String::new(), |path| format!("&sslrootcert={}", path.display()));
    let url = format!("postgres://limn@{host}:{port}/postgres?sslmode={mode}{certificate}");
    SourceRoot::Postgres(PostgresTarget::new(url, None))
}

#[test]
fn a_server_is_read_encrypted_and_only_where_its_certificate_holds() {
    let Some((port, certificate)) = encrypted_server() else { return };
    let certificate = Some(certificate.as_path());
    // Each session is a row of this view, and this very one says whether it is encrypted.
    let sessions = table("postgres", "pg_catalog", "pg_stat_ssl");
    for (mode, certificate) in [("require", None), ("verify-ca", certificate), ("verify-full", certificate)] {
        let root = at("localhost", port, mode, certificate);
        let found = profile(&root, &sessions);
        assert!(column(&found, "ssl").metrics.true_count > Some(0), "{mode}");
    }
    for (host, mode, certificate, why) in [
        // The server refuses who does not encrypt.
        ("localhost", "disable", None, "pg_hba"),
        // Nobody vouches for it, or somebody does, but for another name.
        ("localhost", "verify-full", None, "certificate"),
        ("127.0.0.1", "verify-full", certificate, "certificate"),
    ] {
        let error = try_profile(&at(host, port, mode, certificate), &sessions).unwrap_err();
        assert!(
            error.to_string().contains(why) && !error.remedy().is_empty(),
            "{host} {mode}: {error}"
        );
    }
}
