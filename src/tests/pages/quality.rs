//! What findings and scores go by is set on a page, and counts from the next run on; what cannot be read changes nothing.

use crate::domain::user::Role;
use crate::services::finding_settings::load_settings;
use crate::tests::app::TestApp;

#[tokio::test]
async fn weights_countries_and_patience_are_set_by_a_form() {
    let app = TestApp::new().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let page = app.get("/settings/quality", &cookie).await.body;
    assert!(
        page.contains("name=\"columns[row_identifier]\"") && page.contains("Germany"),
        "{page}"
    );
    let form = "countries[]=DE&countries[]=US&columns[row_identifier]=4.5&columns[city]=&tables[entity]=2&personal=1&critical=3&threshold=5&cool_down_hours=12";
    assert_eq!(app.post("/actions/set-finding-settings", &cookie, form).await.status, 303);
    let set = load_settings(app.db()).await.unwrap();
    let countries: Vec<&str> = set.hygiene.countries.iter().map(|country| country.code).collect();
    assert_eq!(countries, ["DE", "US"]);
    assert_eq!(set.weights.column_types, [("row_identifier".to_owned(), 4.5)]);
    assert_eq!(set.weights.table_types, [("entity".to_owned(), 2.0)]);
    assert_eq!((set.weights.personal, set.weights.critical), (1.0, 3.0));
    assert_eq!((set.failures.threshold, set.failures.cool_down_hours), (5, 12));
    let shown = app.get("/settings/quality", &cookie).await.body;
    assert!(shown.contains("value=\"4.5\""), "{shown}");
    for wrong in [
        "threshold=0&cool_down_hours=12",
        "threshold=5&cool_down_hours=soon",
        "threshold=5&cool_down_hours=12&columns[city]=-1",
        "threshold=5&cool_down_hours=12&countries[]=Atlantis",
    ] {
        app.post("/actions/set-finding-settings", &cookie, wrong).await;
        assert_eq!(load_settings(app.db()).await.unwrap(), set, "{wrong}");
    }
}
