-- Rows that other programs insert without a time of their making get one, as the documents say, SQLite. A default is no part of what is stored, so
-- that it is written into the text of the table, as SQLite's documentation describes.

pragma writable_schema = on;
update sqlite_master set sql = replace(sql, 'created_at text', 'created_at text default (strftime(''%Y-%m-%dT%H:%M:%f'', ''now'') || ''000Z'')') where type = 'table' and name in ('dq_projects', 'dq_connections', 'dq_table_groups', 'dq_tables', 'dq_data_table_chars', 'dq_data_column_chars', 'dq_profile_anomaly_types', 'dq_test_suites', 'dq_tests', 'dq_alerts', 'dq_datasets') and sql not like '%created_at text default%';
pragma writable_schema = reset;

-- The history of a column finds the runs of which only typed columns are there.
create index written_columns_by_column on written_columns (table_id, substr(column_name, 1, 400), profile_run_id);
