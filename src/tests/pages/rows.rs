//! The rows behind a figure, through the router: what each role sees, what is refused, what is recorded, and what a changed source says.

use crate::domain::user::Role;
use crate::tests::app::TestApp;

/// A table with a personal column, profiled once: `/tables/staff/-/people`.
async fn staff(app: &TestApp) -> std::path::PathBuf {
    let folder = app.folder.path().join("staff");
    std::fs::create_dir_all(&folder).unwrap();
    let mut text = String::from("id,email,team,salary,note\n");
    for id in 0..120 {
        let note = match id % 4 {
            0 => "",
            1 => " n/a",
            2 => "\"two\nlines\"",
            _ => "=1+1",
        };
        text += &format!(
            "{id},person{}@canary-mail.com,{},{},{note}\n",
            id % 40,
            ["red", "blue"][id % 2],
            1000 + id
        );
    }
    let file = folder.join("people.csv");
    std::fs::write(&file, text).unwrap();
    let connection = app.connect("Staff", &folder.canonicalize().unwrap()).await;
    app.profile(&connection).await;
    file
}

const PEOPLE: &str = "/tables/staff/-/people/columns";

#[tokio::test]
async fn each_role_sees_what_the_design_says_and_every_look_is_recorded() {
    let app = TestApp::new().await;
    staff(&app).await;
    for (name, role, sees) in [
        ("ann", Role::Analyst, false),
        ("stew", Role::Steward, true),
        ("tess", Role::Tester, true),
        ("olga", Role::ReportOwner, false),
        ("ada", Role::Admin, true),
    ] {
        let (_, cookie) = app.come_in(name, &[role]).await;
        for format in ["", "&format=json", "&format=csv"] {
            let answer = app.get(&format!("{PEOPLE}/team/rows?value=red{format}"), &cookie).await;
            assert_eq!(answer.status, 200, "{name} {}", answer.body);
            assert_eq!(answer.body.contains("canary-mail"), sees, "{name} {format}");
            assert_eq!(answer.body.contains("•••"), !sees, "{name} {format}");
            assert!(answer.body.contains("red"), "{name} {format}");
        }
        for by_value in [
            "value=person1%40canary-mail.com",
            "top=1",
            "not=x",
            "shape=aaaaaa9%40aaaaaa-aaaa.aaa",
            "length=23",
        ] {
            for format in ["", "&format=json"] {
                let answer = app.get(&format!("{PEOPLE}/email/rows?{by_value}{format}"), &cookie).await;
                assert_eq!(answer.status, if sees { 200 } else { 403 }, "{name} {by_value} {}", answer.body);
                assert_eq!(
                    answer.body.contains("canary-mail.com<"),
                    sees && format.is_empty(),
                    "{name} {by_value}"
                );
            }
        }
        // What a value is may be asked; which it is stays behind the mask.
        let filled = app.get(&format!("{PEOPLE}/email/rows?is=filled&format=json"), &cookie).await;
        assert_eq!(
            (filled.status.as_u16(), filled.json()["found"].as_u64()),
            (200, Some(120)),
            "{name}"
        );
        assert_eq!(filled.body.contains("canary-mail"), sees);
        // The panel of the column leads to rows by value only for those who may.
        let column = app.get(&format!("{PEOPLE}/email"), &cookie).await;
        assert_eq!(column.body.contains("/columns/email/rows?top=1&amp;run=1"), sees, "{name}");
        assert!(!column.body.contains("rows?value="), "no personal value stands in an address");
    }
    let (_, admin) = app.come_in("root", &[Role::Admin]).await;
    let looks = app.get("/settings/looks?format=json&person=ann", &admin).await.json();
    let items = looks["items"].as_array().unwrap();
    assert_eq!(items.len(), 3 + 10 + 1, "every look of one person, refused ones too");
    assert!(items.iter().filter(|look| look["outcome"] == "refused").count() == 10);
    assert!(!looks.to_string().contains("person1"), "no personal value is kept: {looks}");
    let of_team = items.iter().find(|look| look["column_name"] == "team").unwrap();
    assert_eq!(
        (of_team["rows_shown"].as_u64(), of_team["columns_masked"].as_u64()),
        (Some(50), Some(2)),
        "email and salary"
    );
    assert_eq!(of_team["condition"], "is “red”");
    let page = app.get("/settings/looks", &admin).await;
    assert!(
        page.status == 200 && page.body.contains("is “red”") && page.body.contains("people.team"),
        "{}",
        page.body
    );
    let (_, analyst) = app.come_in("bob", &[Role::Analyst]).await;
    for address in ["/settings/looks", "/settings/looks?format=json", "/settings/looks?format=csv"] {
        assert_eq!(app.get(address, &analyst).await.status, 403, "{address}");
    }
}

#[tokio::test]
async fn a_role_that_holds_elsewhere_sees_no_personal_value_here() {
    use crate::domain::audit::Actor;
    use crate::domain::scope::RoleGrant;
    use crate::store::users;

    let app = TestApp::new().await;
    app.shop().await;
    staff(&app).await;
    let (user, cookie) = app.come_in("narrow", &[Role::Analyst]).await;
    let grants: Vec<RoleGrant> = ["analyst", "steward@group:shop-all"]
        .iter()
        .map(|text| RoleGrant::parse(text).unwrap())
        .collect();
    let mut tx = app.db().begin().await.unwrap();
    users::set_grants(&mut tx, &user.user_id, &grants, &Actor::limn()).await.unwrap();
    tx.commit().await.unwrap();
    let rows = app.get(&format!("{PEOPLE}/team/rows?value=red&format=json"), &cookie).await;
    assert!(rows.status == 200 && !rows.body.contains("canary-mail") && rows.body.contains("•••"));
    assert_eq!(app.get(&format!("{PEOPLE}/email/rows?top=1"), &cookie).await.status, 403);
    // And the other way round: a table that the person does not see is not there.
    let (user, cookie) = app.come_in("shut", &[Role::Analyst]).await;
    let grants = vec![RoleGrant::parse("analyst@group:shop-all").unwrap()];
    let mut tx = app.db().begin().await.unwrap();
    users::set_grants(&mut tx, &user.user_id, &grants, &Actor::limn()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(app.get(&format!("{PEOPLE}/team/rows?value=red"), &cookie).await.status, 404);
}

#[tokio::test]
async fn a_stewards_word_decides_what_is_masked() {
    let app = TestApp::new().await;
    staff(&app).await;
    let (_, steward) = app.come_in("stew", &[Role::Steward]).await;
    let (_, analyst) = app.come_in("ann", &[Role::Analyst]).await;
    let id = app.get("/tables/staff/-/people?format=json", &steward).await.json()["summary"]["table_id"]
        .as_str()
        .unwrap()
        .to_owned();
    for (column, word) in [("email", "none"), ("team", "high")] {
        let form = format!("table_id={id}&column_name={column}&pii_risk={word}&back=/");
        let answer = app.post("/actions/describe-column", &steward, &form).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
    let rows = app.get(&format!("{PEOPLE}/id/rows?from=0&to=2&format=json"), &analyst).await.json();
    assert_eq!(rows["masked_columns"], serde_json::json!(["team", "salary"]), "{rows}");
    assert!(rows.to_string().contains("canary-mail") && !rows.to_string().contains("blue"));
    assert_eq!(app.get(&format!("{PEOPLE}/team/rows?value=red"), &analyst).await.status, 403);
}

#[tokio::test]
async fn a_filter_by_a_personal_value_tells_it_nowhere() {
    let app = TestApp::new().await;
    let file = staff(&app).await;
    let (_, steward) = app.come_in("stew", &[Role::Steward]).await;
    let (_, analyst) = app.come_in("ann", &[Role::Analyst]).await;
    let id = app.get("/tables/staff/-/people?format=json", &steward).await.json()["summary"]["table_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut tx = app.db().begin().await.unwrap();
    let scope = crate::domain::table_scope::TableScope {
        left_out: Vec::new(),
        row_filter: Some(crate::domain::row_filter::RowFilter::parse("email <> 'person7@canary-mail.com'").unwrap()),
    };
    crate::store::characteristics::update_scope(&mut tx, &id.as_str().into(), &scope, &crate::domain::audit::Actor::limn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let connection = crate::store::connections::find_connection(app.db(), &"staff".into())
        .await
        .unwrap()
        .unwrap();
    app.profile(&connection).await;
    let mut text = std::fs::read_to_string(&file).unwrap();
    text += "500,x@canary-mail.com,red,5,\n";
    std::fs::write(&file, text).unwrap();
    for format in ["", "&format=json"] {
        let address = format!("{PEOPLE}/team/rows?value=red{format}");
        let told = app.get(&address, &steward).await;
        assert!(told.status == 200 && told.body.contains("person7@canary"), "{}", told.body);
        let hidden = app.get(&address, &analyst).await;
        assert!(
            hidden.status == 200 && hidden.body.contains("has changed since run 2"),
            "{}",
            hidden.body
        );
        assert!(!hidden.body.contains("canary-mail"), "{}", hidden.body);
    }
}

#[tokio::test]
async fn a_changed_or_missing_source_says_so() {
    let app = TestApp::new().await;
    let file = staff(&app).await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let address = format!("{PEOPLE}/team/rows?value=red&run=1");
    let before = app.get(&address, &cookie).await;
    assert!(
        before.body.contains("60 found, all 120 rows looked through") && !before.body.contains("has changed"),
        "{}",
        before.body
    );
    let text = std::fs::read_to_string(&file).unwrap();
    let short: String = text.split_inclusive('\n').take(40).collect();
    std::fs::write(&file, short).unwrap();
    let after = app.get(&address, &cookie).await;
    assert_eq!(after.status, 200);
    for said in ["The source has changed since run 1", "Fewer rows than the figure"] {
        assert!(after.body.contains(said), "{said}: {}", after.body);
    }
    std::fs::remove_file(&file).unwrap();
    let gone = app.get(&address, &cookie).await;
    assert_eq!(gone.status, 200);
    for said in ["The rows could not be read", "Check that the file still exists"] {
        assert!(gone.body.contains(said), "{said}: {}", gone.body);
    }
    let data = app.get(&format!("{address}&format=json"), &cookie).await.json();
    assert!(data["found"].is_null() && data["notes"][0]["weight"] == "error", "{data}");
    let list = app.get(&format!("{address}&format=csv"), &cookie).await;
    assert!(
        list.status == 409 && list.body.contains("The rows could not be read"),
        "no table without rows: {}",
        list.body
    );
}

#[tokio::test]
async fn a_page_of_rows_costs_few_statements_and_refuses_what_names_no_rows() {
    let app = TestApp::new().await;
    staff(&app).await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    for query in ["value=red", "is=null", "finding=Non_Standard_Blanks", "top=2&page=2"] {
        let column = if query.starts_with("finding") { "note" } else { "team" };
        let before = app.db().statement_count();
        let answer = app.get(&format!("{PEOPLE}/{column}/rows?{query}"), &cookie).await;
        assert_eq!(answer.status, 200, "{query} {}", answer.body);
        let statements = app.db().statement_count() - before;
        assert!(statements <= 7, "{query} took {statements} statements");
    }
    for (query, status) in [
        ("", 422),
        ("is=odd", 422),
        ("value=red&page=201", 422),
        ("finding=Multiple_Types_Major", 422),
        ("finding=nothing", 422),
        ("top=26", 422),
        ("value=red&run=99", 404),
    ] {
        assert_eq!(
            app.get(&format!("{PEOPLE}/team/rows?{query}"), &cookie).await.status,
            status,
            "{query}"
        );
    }
    assert_eq!(app.get(&format!("{PEOPLE}/nobody/rows?is=null"), &cookie).await.status, 404);
    // A formula stays text for a spreadsheet, and control characters are seen.
    let csv = app.get(&format!("{PEOPLE}/note/rows?value=%3D1%2B1&format=csv"), &cookie).await;
    assert!(csv.body.contains("'=1+1"), "{}", csv.body);
    let page = app.get(&format!("{PEOPLE}/note/rows?value=two%0Alines"), &cookie).await;
    assert!(
        page.body.contains("two⏎lines") && page.body.contains("SQL for these rows"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn the_api_answers_the_same_rows_and_the_table_says_where_they_are() {
    let app = TestApp::new().await;
    staff(&app).await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let api = app
        .get(
            "/api/table-groups/staff-all/rows?tableName=people&columnName=team&value=red&page=2",
            &cookie,
        )
        .await;
    assert_eq!(api.status, 200, "{}", api.body);
    let page = app.get(&format!("{PEOPLE}/team/rows?value=red&page=2&format=json"), &cookie).await;
    assert_eq!(api.json(), page.json());
    let rows = api.json();
    assert_eq!(
        (rows["rows"].as_array().unwrap().len(), &rows["figure"], &rows["found"]),
        (10, &60.into(), &60.into())
    );
    assert_eq!(rows["columns"], serde_json::json!(["id", "email", "team", "salary", "note"]));
    assert!(rows["sql"].as_str().unwrap().contains("= 'red'"));
    for missing in ["columnName=team&is=null", "tableName=people&is=null"] {
        assert_eq!(
            app.get(&format!("/api/table-groups/staff-all/rows?{missing}"), &cookie)
                .await
                .status,
            400
        );
    }
    for (page, link) in [
        (format!("{PEOPLE}/note"), "rows?finding=Non_Standard_Blanks&amp;run=1"),
        (format!("{PEOPLE}/note"), "/columns/note/rows?is=null&amp;run=1"),
        (format!("{PEOPLE}/salary"), "/columns/salary/rows?from="),
        (format!("{PEOPLE}/team"), "/columns/team/rows?value=red&amp;run=1"),
        (
            "/tables/staff/-/people?tab=alerts".into(),
            "rows?finding=Non_Standard_Blanks&amp;run=1",
        ),
    ] {
        let answer = app.get(&page, &cookie).await;
        assert!(answer.body.contains(link), "{page} lacks {link}");
    }
}
