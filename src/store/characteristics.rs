//! What people say of tables and columns, and how a table is to be read. Only the functions here write it: runs and
//! discoveries leave it alone.

use std::collections::BTreeMap;

use super::column_contents::name_hash;
use super::column_ids::ids_of_characteristics;
use super::statement::sql_joined;
use super::veil::veil_filter;
use super::{Database, Record, StoreError, Transaction, audit, list_of, sql};
use crate::domain::audit::Actor;
use crate::domain::characteristics::{ColumnCharacteristics, TableCharacteristics};
use crate::domain::dataset::{Dataset, DatasetText};
use crate::domain::identifier::{ProjectKey, TableGroupId, TableId};
use crate::domain::row_filter::RowFilter;
use crate::domain::table_scope::TableScope;

/// The group that a table belongs to.
pub async fn find_group(db: &Database, table: &TableId) -> Result<Option<TableGroupId>, StoreError> {
    let row = sql("select table_group_id from dq_tables where table_id = $1")
        .bind(table.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| Ok(TableGroupId(row.text("table_group_id")?))).transpose()
}

/// Reads what people say of a table.
pub(super) fn read_table_characteristics(row: &Record) -> Result<TableCharacteristics, StoreError> {
    let text = |name: &str| Ok::<_, StoreError>(row.text_opt(name)?.unwrap_or_default());
    Ok(TableCharacteristics {
        critical_data_element: row.flag("critical_data_element")?,
        description: text("table_description")?,
        data_steward: text("data_steward")?,
        data_source: text("data_source")?,
        source_system: text("source_system")?,
        source_process: text("source_process")?,
        business_domain: text("business_domain")?,
        stakeholder_group: text("stakeholder_group")?,
        transform_level: text("transform_level")?,
        data_product: text("data_product")?,
        data_definition: text("data_definition")?,
        tags: row.json_opt("tags_json")?.unwrap_or_default(),
    })
}

/// Reads how a table is to be read; the row has `personal_columns` for readers behind a veil.
pub(super) fn read_scope(row: &Record) -> Result<TableScope, StoreError> {
    let row_filter = row.text_opt("row_filter")?.filter(|text| !text.is_empty());
    let mut scope = TableScope {
        left_out: row.json_opt("left_out_json")?.unwrap_or_default(),
        row_filter: row_filter
            .map(|text| RowFilter::parse(&text).map_err(|reason| StoreError::unreadable("row_filter", reason)))
            .transpose()?,
    };
    veil_filter(row, &mut scope.row_filter, &scope.left_out)?;
    Ok(scope)
}

/// Keeps how a table is to be read; false where it stood so already.
pub async fn update_scope(tx: &mut Transaction, table: &TableId, scope: &TableScope, actor: &Actor) -> Result<bool, StoreError> {
    let filter = scope.row_filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let left_out = list_of(&scope.left_out);
    let changed = sql("update dq_tables set left_out_json = $2, row_filter = $3
         where table_id = $1 and (coalesce(left_out_json, '[]') <> $2 or coalesce(row_filter, '') <> $3)")
    .bind(table.as_str())
    .bind(&left_out)
    .bind(&filter)
    .execute(&mut *tx)
    .await?;
    if changed == 1 {
        // The filter may hold a value of the data: the trail says that there is one, not which.
        let details = serde_json::json!({ "left_out": scope.left_out, "has_row_filter": scope.row_filter.is_some() });
        audit::record(tx, actor, "table.scope", &format!("table:{table}"), details).await?;
    }
    Ok(changed == 1)
}

/// Keeps what people say of a table. Nothing where there is no such table.
pub async fn update_table(tx: &mut Transaction, table: &TableId, said: &TableCharacteristics, actor: &Actor) -> Result<bool, StoreError> {
    let known = sql("update dq_tables set data_definition = $2 where table_id = $1")
        .bind(table.as_str())
        .bind(&said.data_definition)
        .execute(&mut *tx)
        .await?;
    if known == 0 {
        return Ok(false);
    }
    sql("insert into dq_data_table_chars (table_id, table_group_id, schema_name, table_name, critical_data_element, description, data_steward, data_source,
             source_system, source_process, business_domain, stakeholder_group, transform_level, data_product, tags_json, created_at, updated_at)
         select t.table_id, t.table_group_id, t.schema_name, t.table_name, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, {now}, {now}
         from dq_tables t where t.table_id = $1
         on conflict (table_id) do update set critical_data_element = excluded.critical_data_element, description = excluded.description,
             data_steward = excluded.data_steward, data_source = excluded.data_source, source_system = excluded.source_system,
             source_process = excluded.source_process, business_domain = excluded.business_domain, stakeholder_group = excluded.stakeholder_group,
             transform_level = excluded.transform_level, data_product = excluded.data_product, tags_json = excluded.tags_json,
             updated_at = excluded.updated_at")
    .bind(table.as_str())
    .bind(said.critical_data_element)
    .bind(&said.description)
    .bind(&said.data_steward)
    .bind(&said.data_source)
    .bind(&said.source_system)
    .bind(&said.source_process)
    .bind(&said.business_domain)
    .bind(&said.stakeholder_group)
    .bind(&said.transform_level)
    .bind(&said.data_product)
    .bind(list_of(&said.tags))
    .execute(&mut *tx)
    .await?;
    let details = serde_json::json!({ "characteristics": said });
    audit::record(tx, actor, "table.describe", &format!("table:{table}"), details).await?;
    Ok(true)
}

/// What people say of the columns of a table, by name.
pub async fn list_columns(db: &Database, table: &TableId) -> Result<BTreeMap<String, ColumnCharacteristics>, StoreError> {
    let rows = sql_joined(format!(
        "select {COLUMN_CHARACTERISTICS} from dq_data_column_chars cc where cc.table_id = $1"
    ))
    .bind(table.as_str())
    .fetch_all(db)
    .await?;
    let mut said = BTreeMap::new();
    for row in &rows {
        let column = read_column_characteristics(row)?;
        // A row may stand for what a run has measured alone.
        if !column.is_empty() {
            said.insert(row.text_opt("said_name")?.unwrap_or_default(), column);
        }
    }
    Ok(said)
}

/// What people say of one column. Nothing where there is no such table, or where it was profiled and no run ever met such a column.
pub async fn find_column(db: &Database, table: &TableId, column_name: &str) -> Result<Option<ColumnCharacteristics>, StoreError> {
    let published = "rt.table_id = t.table_id and rt.completed_at is not null and rt.failure_json is null";
    let row = sql_joined(format!(
        "select {COLUMN_CHARACTERISTICS},
             (exists (select 1 from run_tables rt where {published})
                 or exists (select 1 from written_results r where r.table_id = t.table_id)) as is_profiled,
             (exists (select 1 from run_tables rt join result_sets s on s.profile_run_id = rt.profile_run_id and s.attempt = rt.attempt
                     and s.table_id = rt.table_id
                 join result_rows p on p.set_key = s.set_key join result_contents c on c.content_key = p.content_key
                 where {published} and p.name_hash = $3 and c.column_name = $2)
                 or exists (select 1 from written_results r where r.table_id = t.table_id
                     and substr(r.column_name, 1, 400) = substr($2, 1, 400) and r.column_name = $2)) as is_met
         from dq_tables t left join dq_data_column_chars cc on cc.table_id = t.table_id and cc.column_name = $2 where t.table_id = $1"
    ))
    .bind(table.as_str())
    .bind(column_name)
    .bind(name_hash(column_name))
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let is_column = row.text_opt("said_name")?.is_some() || row.flag("is_met")? || !row.flag("is_profiled")?;
    is_column.then(|| read_column_characteristics(&row)).transpose()
}

/// What is read of a column; `cc` are its characteristics.
pub(super) const COLUMN_CHARACTERISTICS: &str =
    "cc.column_name as said_name, cc.critical_data_element as said_critical, cc.description as said_description,
     cc.pii_risk as said_pii_risk, cc.dq_dimension as said_dimension, cc.tags_json as said_tags";

/// Reads what people say of a column; nothing said where there is no row.
pub(super) fn read_column_characteristics(row: &Record) -> Result<ColumnCharacteristics, StoreError> {
    Ok(ColumnCharacteristics {
        critical_data_element: row.flag("said_critical")?,
        description: row.text_opt("said_description")?.unwrap_or_default(),
        pii_risk: row.text_opt("said_pii_risk")?.unwrap_or_default(),
        dq_dimension: row.text_opt("said_dimension")?.unwrap_or_default(),
        tags: row.json_opt("said_tags")?.unwrap_or_default(),
    })
}

/// Keeps what people say of a column. False where there is no such table.
pub async fn update_column(
    tx: &mut Transaction,
    table: &TableId,
    column_name: &str,
    said: &ColumnCharacteristics,
    actor: &Actor,
) -> Result<bool, StoreError> {
    let ids = ids_of_characteristics(tx, table, &[column_name]).await?;
    let changed = sql("insert into dq_data_column_chars (column_id, table_id, schema_name, table_name, column_name, critical_data_element, description,
             pii_risk, dq_dimension, tags_json, created_at, updated_at)
         select $2, t.table_id, t.schema_name, t.table_name, $3, $4, $5, $6, $7, $8, {now}, {now} from dq_tables t where t.table_id = $1
         on conflict (column_id) do update set critical_data_element = excluded.critical_data_element, description = excluded.description,
             pii_risk = excluded.pii_risk, dq_dimension = excluded.dq_dimension, tags_json = excluded.tags_json, updated_at = excluded.updated_at")
    .bind(table.as_str())
    .bind(ids.concat())
    .bind(column_name)
    .bind(said.critical_data_element)
    .bind(&said.description)
    .bind(&said.pii_risk)
    .bind(&said.dq_dimension)
    .bind(list_of(&said.tags))
    .execute(&mut *tx)
    .await?;
    if changed == 1 {
        let details = serde_json::json!({ "column_name": column_name, "characteristics": said });
        audit::record(tx, actor, "column.describe", &format!("table:{table}"), details).await?;
    }
    Ok(changed == 1)
}

/// What lists of tables can be narrowed to, in one statement: the tags in use, and the datasets by name, without their groups.
pub async fn list_filters(db: &Database) -> Result<(Vec<String>, Vec<Dataset>), StoreError> {
    let rows = sql(
        "select 'tags' as what, tags_json, null as dataset_id, null as project_key, null as name, null as product_team
         from dq_data_table_chars where tags_json is not null and tags_json <> '[]'
         union select 'tags', tags_json, null, null, null, null from dq_data_column_chars where tags_json is not null and tags_json <> '[]'
         union select 'dataset', null, dataset_id, project_key, name, product_team from dq_datasets",
    )
    .fetch_all(db)
    .await?;
    let (mut tags, mut datasets): (Vec<String>, Vec<Dataset>) = Default::default();
    for row in &rows {
        if row.text("what")? == "tags" {
            tags.extend(row.json_opt::<Vec<String>>("tags_json")?.unwrap_or_default());
            continue;
        }
        datasets.push(Dataset {
            dataset_id: row.text("dataset_id")?,
            project_key: ProjectKey(row.text("project_key")?),
            text: DatasetText {
                name: row.text_opt("name")?.unwrap_or_default(),
                product_team: row.text_opt("product_team")?.unwrap_or_default(),
                ..DatasetText::default()
            },
            groups: Vec::new(),
        });
    }
    tags.sort_by_key(|tag| tag.to_lowercase());
    tags.dedup();
    datasets.sort_by_key(|dataset| (dataset.text.name.to_lowercase(), dataset.dataset_id.clone()));
    Ok((tags, datasets))
}
