//! Datasets: listed with their groups, made, changed, removed; a group belongs to one of them or to none.

use super::statement::{Statement, sql_joined};
use super::{Database, Record, StoreError, Transaction, audit, list_of, sql};
use crate::domain::audit::Actor;
use crate::domain::dataset::{Dataset, DatasetText};
use crate::domain::identifier::{ConnectionId, ProjectKey, TableGroupId, slug};

/// Lists all datasets by name.
pub async fn list_datasets(db: &Database) -> Result<Vec<Dataset>, StoreError> {
    read_datasets(&select_datasets("").fetch_all(db).await?)
}

/// Finds one dataset.
pub async fn find_dataset(db: &Database, id: &str) -> Result<Option<Dataset>, StoreError> {
    let rows = select_datasets("where d.dataset_id = $1").bind(id).fetch_all(db).await?;
    Ok(read_datasets(&rows)?.pop())
}

/// Makes a dataset; its id is made of the name and never changes.
pub async fn create_dataset(tx: &mut Transaction, project: &ProjectKey, text: &DatasetText, actor: &Actor) -> Result<String, StoreError> {
    let stem = slug(&text.name, "dataset");
    for number in 1_u32.. {
        let id = if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
        let added = sql(
            "insert into dq_datasets (dataset_id, project_key, name, description, product_team, application, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, {now}, {now}) on conflict (dataset_id) do nothing",
        )
        .bind(&id)
        .bind(project.as_str())
        .bind(&text.name)
        .bind(&text.description)
        .bind(&text.product_team)
        .bind(&text.application)
        .execute(&mut *tx)
        .await?;
        if added == 1 {
            let details = serde_json::json!({ "project_key": project, "text": text });
            audit::record(tx, actor, "dataset.create", &format!("dataset:{id}"), details).await?;
            return Ok(id);
        }
    }
    Err(StoreError::Taken { what: stem })
}

/// Changes what people say of a dataset, and which groups are counted to it. False where there is no such dataset.
pub async fn update_dataset(
    tx: &mut Transaction,
    id: &str,
    text: &DatasetText,
    groups: &[TableGroupId],
    actor: &Actor,
) -> Result<bool, StoreError> {
    let changed = sql(
        "update dq_datasets set name = $2, description = $3, product_team = $4, application = $5, updated_at = {now} where dataset_id = $1",
    )
    .bind(id)
    .bind(&text.name)
    .bind(&text.description)
    .bind(&text.product_team)
    .bind(&text.application)
    .execute(&mut *tx)
    .await?;
    if changed == 0 {
        return Ok(false);
    }
    let listed = list_of(groups.iter().map(TableGroupId::as_str));
    sql("update dq_table_groups set dataset_id = null where dataset_id = $1 and table_group_id not in {list $2}")
        .bind(id)
        .bind(&listed)
        .execute(&mut *tx)
        .await?;
    sql("update dq_table_groups set dataset_id = $1 where table_group_id in {list $2}")
        .bind(id)
        .bind(&listed)
        .execute(&mut *tx)
        .await?;
    let details = serde_json::json!({ "text": text, "groups": groups });
    audit::record(tx, actor, "dataset.change", &format!("dataset:{id}"), details).await?;
    Ok(true)
}

/// Takes the datasets of a connection's groups along into its project. Answers with the names of those that stay, because they hold
/// groups of other connections too, which are not of that project.
pub async fn follow_connection(tx: &mut Transaction, connection: &ConnectionId, actor: &Actor) -> Result<Vec<String>, StoreError> {
    let rows = sql("select d.dataset_id, d.name, c.project_key, case when exists (
                 select 1 from dq_table_groups og join dq_connections oc on oc.connection_id = og.connection_id
                 where og.dataset_id = d.dataset_id and oc.project_key <> c.project_key) then 1 else 0 end as is_shared
         from dq_connections c join dq_datasets d on d.project_key <> c.project_key
         where c.connection_id = $1 and exists (select 1 from dq_table_groups g where g.connection_id = c.connection_id and g.dataset_id = d.dataset_id)
         order by d.dataset_id")
    .bind(connection.as_str())
    .fetch_all(&mut *tx)
    .await?;
    let mut staying = Vec::new();
    for row in &rows {
        let (id, project) = (row.text("dataset_id")?, row.text("project_key")?);
        if row.integer("is_shared")? != 0 {
            staying.push(row.text_opt("name")?.unwrap_or(id));
            continue;
        }
        sql("update dq_datasets set project_key = $2, updated_at = {now} where dataset_id = $1")
            .bind(&id)
            .bind(&project)
            .execute(&mut *tx)
            .await?;
        let details = serde_json::json!({ "project_key": project, "with_connection": connection });
        audit::record(tx, actor, "dataset.change", &format!("dataset:{id}"), details).await?;
    }
    Ok(staying)
}

/// Removes a dataset; its groups stay and belong to none. False where there is no such dataset.
pub async fn delete_dataset(tx: &mut Transaction, id: &str, actor: &Actor) -> Result<bool, StoreError> {
    sql("update dq_table_groups set dataset_id = null where dataset_id = $1")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    let removed = sql("delete from dq_datasets where dataset_id = $1")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    if removed == 1 {
        audit::record(tx, actor, "dataset.delete", &format!("dataset:{id}"), serde_json::json!({})).await?;
    }
    Ok(removed == 1)
}

/// One row a group; a dataset without groups has one row.
fn select_datasets(condition: &'static str) -> Statement {
    sql_joined(format!(
        "select d.dataset_id, d.project_key, d.name, d.description, d.product_team, d.application, g.table_group_id
         from dq_datasets d left join dq_table_groups g on g.dataset_id = d.dataset_id {condition}
         order by lower(d.name), d.dataset_id, g.table_group_id"
    ))
}

fn read_datasets(rows: &[Record]) -> Result<Vec<Dataset>, StoreError> {
    let mut datasets: Vec<Dataset> = Vec::new();
    for row in rows {
        let dataset_id = row.text("dataset_id")?;
        if datasets.last().is_none_or(|last| last.dataset_id != dataset_id) {
            let text = |name: &str| Ok::<_, StoreError>(row.text_opt(name)?.unwrap_or_default());
            datasets.push(Dataset {
                dataset_id,
                project_key: ProjectKey(row.text("project_key")?),
                text: DatasetText {
                    name: text("name")?,
                    description: text("description")?,
                    product_team: text("product_team")?,
                    application: text("application")?,
                },
                groups: Vec::new(),
            });
        }
        if let (Some(group), Some(dataset)) = (row.text_opt("table_group_id")?, datasets.last_mut()) {
            dataset.groups.push(TableGroupId(group));
        }
    }
    Ok(datasets)
}
