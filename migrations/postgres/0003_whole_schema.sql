-- The rest of the documented tables, PostgreSQL: anomalies, characteristics of columns, tests, alerts, and the states that merge.

alter table dq_metadata.dq_connections add column system_id text;

create table dq_metadata.dq_data_column_chars (
    column_id text not null primary key,
    table_id text,
    schema_name text,
    table_name text,
    column_name text,
    data_type text,
    functional_data_type text,
    critical_data_element boolean,
    pii_risk text,
    dq_dimension text,
    tags_json text,
    dq_score_profiling double precision,
    dq_score_testing double precision,
    last_complete_profile_run_id text,
    latest_anomaly_ct integer,
    latest_run_completed_at timestamptz,
    created_at timestamptz,
    updated_at timestamptz
);

create table dq_metadata.dq_profile_anomaly_types (
    anomaly_type_id text not null primary key,
    name text,
    category text,
    default_severity text,
    default_likelihood text,
    description text,
    created_at timestamptz,
    updated_at timestamptz
);

create table dq_metadata.dq_profile_anomaly_results (
    anomaly_result_id text not null primary key,
    profile_run_id text not null references dq_metadata.dq_profiles (profile_run_id),
    table_id text,
    column_id text,
    schema_name text,
    table_name text,
    column_name text,
    anomaly_type_id text,
    severity text,
    likelihood text,
    detail text,
    pii_risk text,
    dq_dimension text,
    detected_at timestamptz,
    dismissed boolean,
    dismissed_by text,
    dismissed_at timestamptz,
    attempt integer not null
);

create table dq_metadata.dq_profile_anomalies (
    anomaly_id text not null primary key,
    profile_run_id text not null references dq_metadata.dq_profiles (profile_run_id),
    schema_name text,
    table_name text,
    column_name text,
    anomaly_type text,
    severity text,
    description text,
    detected_at timestamptz,
    attempt integer not null
);

create table dq_metadata.dq_profile_operations (
    operation_id text not null primary key,
    profile_run_id text,
    target_table text,
    rows_written bigint,
    duration_ms bigint,
    status text,
    error_payload text,
    started_at timestamptz,
    completed_at timestamptz
);

create table dq_metadata.dq_profile_partition_states (
    state_id text not null primary key,
    table_id text not null references dq_metadata.dq_tables (table_id),
    partition_key text not null,
    snapshot_id text not null,
    column_name text not null,
    ordinal_position integer not null,
    state_kind text not null,
    parameters_json text not null,
    state_bytes bytea not null,
    row_count bigint not null,
    profiled_at timestamptz not null,
    profile_run_id text not null,
    attempt integer not null,
    retired_at timestamptz
);

create table dq_metadata.dq_test_suites (
    test_suite_key text not null primary key,
    project_key text,
    name text,
    description text,
    severity text,
    product_team_id text,
    application_id text,
    data_object_id text,
    data_definition_id text,
    created_at timestamptz,
    updated_at timestamptz
);

create table dq_metadata.dq_tests (
    test_id text not null primary key,
    table_group_id text not null references dq_metadata.dq_table_groups (table_group_id),
    test_suite_key text,
    name text,
    rule_type text,
    definition text,
    created_at timestamptz,
    updated_at timestamptz
);

create table dq_metadata.dq_test_runs (
    test_run_id text not null primary key,
    test_suite_key text,
    project_key text,
    status text,
    started_at timestamptz,
    completed_at timestamptz,
    duration_ms bigint,
    total_tests integer,
    failed_tests integer,
    trigger_source text
);

create table dq_metadata.dq_test_results (
    test_result_id text not null primary key,
    test_run_id text not null,
    test_id text not null,
    table_name text,
    column_name text,
    result_status text,
    expected_value text,
    actual_value text,
    message text,
    detected_at timestamptz
);

create table dq_metadata.dq_alerts (
    alert_id text not null primary key,
    source_type text,
    source_ref text,
    severity text,
    title text,
    details text,
    acknowledged boolean,
    acknowledged_by text,
    acknowledged_at timestamptz,
    created_at timestamptz
);

-- Which payloads were exploded into rows, by their fingerprint.
create table limn.backfill_ledger (
    profile_run_id text not null primary key references dq_metadata.dq_profiles (profile_run_id),
    payload_hash text not null,
    table_count bigint not null,
    column_count bigint not null,
    value_count bigint not null,
    anomaly_count bigint not null,
    done_at timestamptz not null
);

create index dq_table_groups_by_job on dq_metadata.dq_table_groups (profiling_job_id);
create index dq_profiles_by_databricks_run on dq_metadata.dq_profiles (databricks_run_id);
create index dq_data_column_chars_by_table on dq_metadata.dq_data_column_chars (table_id);
create index dq_profile_anomaly_results_of_run on dq_metadata.dq_profile_anomaly_results (profile_run_id, table_id);
create index dq_profile_anomaly_results_by_table on dq_metadata.dq_profile_anomaly_results (table_id, profile_run_id);
create index dq_profile_anomalies_of_run on dq_metadata.dq_profile_anomalies (profile_run_id);
create index dq_profile_operations_of_run on dq_metadata.dq_profile_operations (profile_run_id);
create index dq_profile_partition_states_current on dq_metadata.dq_profile_partition_states (table_id) where retired_at is null;
create index dq_profile_partition_states_by_table on dq_metadata.dq_profile_partition_states (table_id, profiled_at);
create index dq_tests_by_suite on dq_metadata.dq_tests (test_suite_key);
create index dq_test_runs_by_suite on dq_metadata.dq_test_runs (test_suite_key, started_at);
create index dq_test_results_of_run on dq_metadata.dq_test_results (test_run_id);
create index dq_alerts_by_time on dq_metadata.dq_alerts (created_at);
