-- What people say of the catalogue, PostgreSQL: datasets, how a table is read, tags and descriptions.

create table dq_metadata.dq_datasets (
    dataset_id text not null primary key,
    project_key text not null references dq_metadata.dq_projects (project_key),
    name text,
    description text,
    product_team text,
    application text,
    created_at timestamptz,
    updated_at timestamptz
);
create index dq_datasets_by_project on dq_metadata.dq_datasets (project_key);

alter table dq_metadata.dq_projects add column is_active boolean;
alter table dq_metadata.dq_table_groups add column dataset_id text;
alter table dq_metadata.dq_tables add column data_definition text;
alter table dq_metadata.dq_tables add column left_out_json text;
alter table dq_metadata.dq_tables add column row_filter text;
alter table dq_metadata.dq_tables add column renamed_from text;
alter table dq_metadata.dq_tables add column renamed_to text;
alter table dq_metadata.dq_data_table_chars add column description text;
alter table dq_metadata.dq_data_table_chars add column data_steward text;
alter table dq_metadata.dq_data_table_chars add column tags_json text;
alter table dq_metadata.dq_data_column_chars add column description text;

create index dq_connections_by_project on dq_metadata.dq_connections (project_key);
create index dq_table_groups_by_dataset on dq_metadata.dq_table_groups (dataset_id);
create index dq_data_column_chars_by_table on dq_metadata.dq_data_column_chars (table_id);
