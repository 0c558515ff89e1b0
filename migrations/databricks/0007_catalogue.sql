-- What people say of the catalogue, Databricks: datasets, how a table is read, tags and descriptions.

alter table dq_projects add columns (is_active boolean);
alter table dq_table_groups add columns (dataset_id string);
alter table dq_tables add columns (data_definition string, left_out_json string, row_filter string, renamed_from string, renamed_to string);
alter table dq_data_table_chars add columns (description string, data_steward string, tags_json string);
alter table dq_data_column_chars add columns (description string);

create table if not exists dq_datasets (
    dataset_id string not null,
    project_key string not null,
    `name` string,
    description string,
    product_team string,
    application string,
    created_at timestamp default current_timestamp(),
    updated_at timestamp,
    constraint dq_datasets_key primary key (dataset_id)
) using delta tblproperties ('delta.feature.allowColumnDefaults' = 'supported', 'delta.autoOptimize.optimizeWrite' = 'true', 'delta.autoOptimize.autoCompact' = 'true');
