-- Rows that other programs insert without a time of their making get one, as the documents say, PostgreSQL.

alter table dq_metadata.dq_projects alter column created_at set default clock_timestamp();
alter table dq_metadata.dq_connections alter column created_at set default clock_timestamp();
alter table dq_metadata.dq_table_groups alter column created_at set default clock_timestamp();
alter table dq_metadata.dq_tables alter column created_at set default clock_timestamp();
alter table dq_metadata.dq_data_table_chars alter column created_at set default clock_timestamp();
alter table dq_metadata.dq_data_column_chars alter column created_at set default clock_timestamp();
alter table dq_metadata.dq_profile_anomaly_types alter column created_at set default clock_timestamp();
alter table dq_metadata.dq_test_suites alter column created_at set default clock_timestamp();
alter table dq_metadata.dq_tests alter column created_at set default clock_timestamp();
alter table dq_metadata.dq_alerts alter column created_at set default clock_timestamp();
alter table dq_metadata.dq_datasets alter column created_at set default clock_timestamp();

-- The history of a column finds the runs of which only typed columns are there.
create index written_columns_by_column on limn.written_columns (table_id, substr(column_name, 1, 400), profile_run_id);
