//! The inbox through the router: groups that are told apart, filters that are kept, days to be quiet until, and a removal that asks.

use chrono::{Duration, Utc};

use crate::domain::alert::AlertState;
use crate::domain::identifier::AlertId;
use crate::domain::user::Role;
use crate::store::{alert_lists, sql};
use crate::tests::app::{Answer, TestApp};

/// Two connections, each with the same table with the same anomalies.
async fn twins() -> (TestApp, String) {
    let app = TestApp::new().await;
    for name in ["Shop", "Crm"] {
        let folder = app.folder.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let line = |id: u32| format!("{id},{},same\n", if id.is_multiple_of(5) { id.to_string() } else { String::new() });
        let lines: String = (0..200).map(line).collect();
        std::fs::write(folder.join("orders.csv"), format!("order_id,amount,status\n{lines}")).unwrap();
        let connection = app.connect(name, &folder.canonicalize().unwrap()).await;
        app.profile(&connection).await;
    }
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    (app, cookie)
}

/// Values of an attribute, each once, in the order of the page.
fn values_of(page: &str, attribute: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in page.split(&format!(" {attribute}=\"")).skip(1) {
        let value = part.split('"').next().unwrap().to_owned();
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

/// What the answer says on the next page.
async fn said(app: &TestApp, cookie: &str, answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let flash = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap())
        .collect::<Vec<_>>()
        .join("; ");
    let place = answer.headers["location"].to_str().unwrap().to_owned();
    app.get(&place, &format!("{cookie}; {flash}")).await.body
}

async fn state_of(app: &TestApp, id: &str) -> Option<AlertState> {
    alert_lists::find_alert(app.db(), &AlertId(id.to_owned()))
        .await
        .unwrap()
        .map(|alert| alert.state)
}

#[tokio::test]
async fn tables_of_one_name_are_two_groups_and_say_where_they_are() {
    let (app, cookie) = twins().await;
    let page = app.get("/alerts?by=table", &cookie).await.body;
    let groups = values_of(&page, "data-group");
    let of_orders: Vec<&String> = groups.iter().filter(|key| key.ends_with("/orders")).collect();
    assert_eq!(of_orders.len(), 2, "{groups:?}");
    let ticks = values_of(&page, "data-of");
    assert!(of_orders.iter().all(|key| ticks.contains(key)), "{ticks:?}");
    for connection in ["shop", "crm"] {
        assert!(
            page.contains(&format!("of orders in {connection}\"")),
            "the tick says which table: {page}"
        );
    }
    let one = app.get("/alerts?by=table&run=1", &cookie).await.body;
    assert!(!one.contains("\"n\">in <span"), "a name that stands once needs no place: {one}");
}

#[tokio::test]
async fn what_programs_report_is_not_said_to_be_of_runs() {
    let (app, cookie) = twins().await;
    app.raise_alert().await;
    let page = app.get("/alerts?by=table", &cookie).await.body;
    assert!(page.contains("Reported by programs"), "{page}");
    assert!(!page.contains(">Runs</span>") && !page.contains("data-of=\"Runs\""), "{page}");
}

#[tokio::test]
async fn a_search_keeps_every_filter_and_each_can_be_taken_off() {
    let (app, cookie) = twins().await;
    let id: String = {
        let row = sql("select table_id from dq_tables where table_name = 'orders' limit 1")
            .fetch_one(app.db())
            .await
            .unwrap();
        row.text("table_id").unwrap()
    };
    let address = format!("/alerts?state=all&severity=low&kind=Null_Ratio_50&assigned=nobody&q=or&table={id}&run=1&column=amount&by=time");
    let page = app.get(&address, &cookie).await.body;
    let form = page.split("action=\"/alerts\"").nth(1).unwrap().split("</form>").next().unwrap();
    let kept = [
        ("state", "all"),
        ("severity", "low"),
        ("kind", "Null_Ratio_50"),
        ("assigned", "nobody"),
        ("table", &id),
        ("run", "1"),
        ("column", "amount"),
        ("by", "time"),
    ];
    for (name, value) in kept {
        assert!(form.contains(&format!("name=\"{name}\" value=\"{value}\"")), "{name}: {form}");
    }
    for name in ["text", "kind", "table", "column", "run"] {
        assert!(page.contains(&format!("Remove filter {name}")), "{name}: {page}");
    }
    let chip = page
        .split("class=\"chip\"")
        .find(|chip| chip.contains("Remove filter run"))
        .unwrap();
    assert!(!chip.split('>').next().unwrap().contains("run=1"), "{chip}");
}

#[tokio::test]
async fn the_inbox_is_exported_as_it_is_narrowed() {
    let (app, cookie) = twins().await;
    let page = app.get("/alerts?state=all&column=amount", &cookie).await.body;
    for form in ["csv", "json"] {
        let link = format!("/alerts?state=all&amp;column=amount&amp;format={form}");
        assert!(page.contains(&link), "{page}");
        assert_eq!(app.get(&link.replace("&amp;", "&"), &cookie).await.status, 200);
    }
}

#[tokio::test]
async fn an_alert_is_quiet_until_a_day_and_no_day_that_is_past() {
    let (app, cookie) = twins().await;
    let path = app.raise_alert().await;
    let id = path.trim_start_matches("/alerts/").to_owned();
    let tomorrow = (Utc::now() + Duration::days(1)).date_naive();
    for page in [path.as_str(), "/alerts", "/alerts?state=all"] {
        let page = app.get(page, &cookie).await.body;
        let field = page.split("name=\"until\"").nth(1).unwrap_or_else(|| panic!("no field: {page}"));
        assert!(field.split('>').next().unwrap().contains(&format!("min=\"{tomorrow}\"")), "{field}");
    }
    for wrong in ["2020-01-01", "2999-01-01", "soon"] {
        let form = format!("act=snooze&alerts%5B0%5D={id}&snooze=7d&until={wrong}&back={path}");
        let answer = app.post("/actions/act-on-alerts", &cookie, &form).await;
        assert!(
            said(&app, &cookie, &answer).await.contains("This is no time to be quiet until"),
            "{wrong}"
        );
        assert_eq!(state_of(&app, &id).await, Some(AlertState::Open), "{wrong}");
    }
    let day = (Utc::now() + Duration::days(40)).date_naive();
    let form = format!("act=snooze&alerts%5B0%5D={id}&snooze=7d&until={day}&back={path}");
    app.post("/actions/act-on-alerts", &cookie, &form).await;
    let alert = alert_lists::find_alert(app.db(), &AlertId(id)).await.unwrap().unwrap();
    assert_eq!(
        alert.snoozed_until.map(|until| until.date_naive()),
        Some(day),
        "the day goes before the choice"
    );
}

#[tokio::test]
async fn the_bar_says_something_of_many_and_opens_them_again() {
    let (app, cookie) = twins().await;
    let bar = |page: &str| {
        page.split("class=\"floatbar\"")
            .nth(1)
            .unwrap()
            .split("</form>")
            .next()
            .unwrap()
            .to_owned()
    };
    let open = bar(&app.get("/alerts", &cookie).await.body);
    assert!(
        open.contains("name=\"note\"") && open.contains("value=\"comment\"") && !open.contains("value=\"reopen\""),
        "{open}"
    );
    let all = bar(&app.get("/alerts?state=all", &cookie).await.body);
    assert!(all.contains("value=\"reopen\"") && all.contains("value=\"acknowledge\""), "{all}");
    let form = "act=comment&everything=1&shown=%3Fcolumn%3Damount&note=Seen+by+us&back=%2Falerts";
    let answer = app.post("/actions/act-on-alerts", &cookie, form).await;
    assert!(said(&app, &cookie, &answer).await.contains("commented"));
}

#[tokio::test]
async fn an_alert_is_removed_only_when_somebody_says_that_it_is_meant() {
    let (app, cookie) = twins().await;
    let path = app.raise_alert().await;
    let id = path.trim_start_matches("/alerts/").to_owned();
    let page = app.get(&path, &cookie).await.body;
    assert!(page.contains("name=\"sure\"") && page.contains("This cannot be undone"), "{page}");
    let form = format!("alert_id={id}&asked_at={path}&back=%2Falerts");
    let answer = app.post("/actions/delete-alert", &cookie, &form).await;
    assert_eq!(answer.headers["location"], path.as_str(), "it comes back to where it was asked");
    assert!(said(&app, &cookie, &answer).await.contains("The alert was not removed"));
    assert!(state_of(&app, &id).await.is_some());
    app.post("/actions/delete-alert", &cookie, &format!("{form}&sure=1")).await;
    assert!(state_of(&app, &id).await.is_none());
}

#[tokio::test]
async fn the_list_of_tables_says_which_have_open_alerts_and_shows_only_those() {
    let (app, cookie) = twins().await;
    app.shop().await;
    let ids = sql(
        "select t.table_id, t.table_name, (select count(*) from dq_alerts a where a.table_id = t.table_id and a.state = 'open') as open
             from dq_tables t order by open desc",
    )
    .fetch_all(app.db())
    .await
    .unwrap();
    let (with, without): (Vec<_>, Vec<_>) = ids.iter().partition(|row| row.count("open").unwrap() > 0);
    assert!(with.len() >= 2 && !without.is_empty(), "{} and {}", with.len(), without.len());
    let page = app.get("/tables", &cookie).await.body;
    let link = |row: &crate::store::Record| format!("href=\"/alerts?table={}\"", row.text("table_id").unwrap());
    for row in &with {
        let cell = page
            .split(&link(row))
            .nth(1)
            .unwrap_or_else(|| panic!("{page}"))
            .split("</a>")
            .next()
            .unwrap();
        assert!(cell.contains(&format!("{}<span", row.count("open").unwrap())), "{cell}");
        assert!(cell.contains("open alerts, the worst "), "{cell}");
    }
    assert!(without.iter().all(|row| !page.contains(&link(row))));
    assert!(page.contains("href=\"/tables?alerts=1\""), "{page}");
    let narrowed = app.get("/tables?alerts=1&format=json", &cookie).await.body;
    let narrowed: serde_json::Value = serde_json::from_str(&narrowed).unwrap();
    assert_eq!(narrowed["tables"]["total"], with.len());
    assert!(
        narrowed["tables"]["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|table| table["open_alerts"]["count"].as_u64() > Some(0))
    );
    let lines = app.get("/tables?alerts=1&format=csv", &cookie).await.body;
    assert_eq!(lines.lines().count(), with.len() + 1);
    assert!(lines.lines().next().unwrap().ends_with(",open_alerts,worst_alert"), "{lines}");
    sql("update dq_alerts set state = 'acknowledged'").execute(app.db()).await.unwrap();
    assert!(
        app.get("/tables?alerts=1", &cookie)
            .await
            .body
            .contains("No table matches these filters")
    );
}

#[tokio::test]
async fn columns_show_their_scores_and_are_ordered_by_them() {
    let (app, cookie) = twins().await;
    let table = "/tables/shop/-/orders";
    let page = app.get(&format!("{table}?sort=score"), &cookie).await.body.replace("<!>", "");
    assert!(
        page.contains("aria-sort=\"ascending\" class=\"num\"><a href=\"/tables/shop/-/orders?sort=score\">Score"),
        "{page}"
    );
    let detail: serde_json::Value = serde_json::from_str(&app.get(&format!("{table}?format=json"), &cookie).await.body).unwrap();
    let mut scores: Vec<(f64, String)> = detail["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| {
            (
                column["quality_score"].as_f64().unwrap(),
                column["column_name"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    assert!(scores.iter().any(|(score, _)| *score < 1.0), "{scores:?}");
    scores.sort_by(|a, b| a.0.total_cmp(&b.0));
    let listed = values_of(&page, "data-name");
    assert_eq!(listed[0], scores[0].1, "the lowest stands first");
    let worst = crate::components::format::percent(scores[0].0);
    assert!(
        page.contains(&format!("data-l=\"score\" class=\"num c-sc\">{worst}")),
        "{worst}: {page}"
    );
    let column = app
        .get(&format!("{table}/columns/{}", scores[0].1), &cookie)
        .await
        .body
        .replace("<!>", "");
    assert!(column.contains(&format!("score <b class=\"score\">{worst}</b>")), "{column}");
    let lines = app.get(&format!("{table}?format=csv"), &cookie).await.body;
    assert!(lines.lines().next().unwrap().contains(",quality_score,"), "{lines}");
}

#[tokio::test]
async fn findings_of_a_run_lead_to_their_rows() {
    let (app, cookie) = twins().await;
    let page = app.get("/runs/1", &cookie).await.body;
    let href = page.split(">See the rows<").next().unwrap().rsplit("href=\"").next().unwrap();
    let href = href.split('"').next().unwrap().replace("&amp;", "&");
    assert!(
        href.starts_with("/tables/shop/-/orders/columns/") && href.ends_with("&run=1"),
        "{href}"
    );
    assert_eq!(app.get(&href, &cookie).await.status, 200);
}
