//! A connection's password opens for the connection and the address that it was given for, and nowhere else.
use super::app::TestApp;
use crate::domain::audit::Actor;
use crate::domain::connection::ConnectionKind;
use crate::domain::secret::Secret;
use crate::engine::SourceRoot;
use crate::services::connection_secrets::{keep_password, open_root};
use crate::store::{connections, settings};

#[tokio::test]
async fn a_password_opens_only_for_the_address_that_it_was_given_for() {
    let app = TestApp::new().await;
    let (db, config) = (app.db(), &app.state.config);
    let address = "postgres://ada@db.example:5432/shop?sslmode=prefer";
    let secret = Secret::new("hunter2-canary").unwrap();
    let mut tx = db.begin().await.unwrap();
    let new = connections::NewConnection {
        project_key: None,
        name: "Shop".into(),
        kind: ConnectionKind::Postgres,
        location: address.into(),
    };
    let mut connection = connections::create_connection(&mut tx, new, &Actor::limn()).await.unwrap();
    let id = connection.connection_id.clone();
    keep_password(&mut tx, config, &id, address, &secret, &Actor::limn()).await.unwrap();
    tx.commit().await.unwrap();
    let SourceRoot::Postgres(target) = open_root(db, config, &connection).await.unwrap() else {
        panic!("a database")
    };
    assert_eq!((target.url.as_str(), target.password), (address, Some(secret)));
    let kept = settings::get(db, &format!("connection_password:{id}")).await.unwrap().unwrap();
    assert!(kept.starts_with("limn1.") && !kept.contains("hunter2"), "{kept}");
    connection.location = address.replace("db.example", "evil.example");
    let error = open_root(db, config, &connection).await.unwrap_err();
    assert!(error.to_string().contains("cannot be opened"), "{error}");
}
