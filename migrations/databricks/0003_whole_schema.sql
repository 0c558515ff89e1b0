-- The rest of the documented tables.

alter table dq_connections add columns (system_id string);

create table if not exists dq_data_column_chars (
    column_id string not null,
    table_id string,
    schema_name string,
    table_name string,
    column_name string,
    data_type string,
    functional_data_type string,
    critical_data_element boolean,
    pii_risk string,
    dq_dimension string,
    tags_json string,
    dq_score_profiling double,
    dq_score_testing double,
    last_complete_profile_run_id string,
    latest_anomaly_ct int,
    latest_run_completed_at timestamp,
    created_at timestamp default current_timestamp(),
    updated_at timestamp,
    constraint dq_data_column_chars_key primary key (column_id)
) using delta tblproperties ('delta.feature.allowColumnDefaults' = 'supported', 'delta.autoOptimize.optimizeWrite' = 'true', 'delta.autoOptimize.autoCompact' = 'true');

create table if not exists dq_profile_anomaly_types (
    anomaly_type_id string not null,
    `name` string,
    category string,
    default_severity string,
    default_likelihood string,
    description string,
    created_at timestamp default current_timestamp(),
    updated_at timestamp,
    constraint dq_profile_anomaly_types_key primary key (anomaly_type_id)
) using delta tblproperties ('delta.feature.allowColumnDefaults' = 'supported', 'delta.autoOptimize.optimizeWrite' = 'true', 'delta.autoOptimize.autoCompact' = 'true');

create table if not exists dq_profile_anomaly_results (
    anomaly_result_id string not null,
    profile_run_id string not null,
    table_id string,
    column_id string,
    schema_name string,
    table_name string,
    column_name string,
    anomaly_type_id string,
    severity string,
    likelihood string,
    detail string,
    pii_risk string,
    dq_dimension string,
    detected_at timestamp,
    dismissed boolean,
    dismissed_by string,
    dismissed_at timestamp,
    attempt int not null,
    constraint dq_profile_anomaly_results_key primary key (anomaly_result_id)
) using delta cluster by (profile_run_id, table_name, column_name) tblproperties ('delta.feature.allowColumnDefaults' = 'supported', 'delta.autoOptimize.optimizeWrite' = 'true', 'delta.autoOptimize.autoCompact' = 'true');

create table if not exists dq_profile_anomalies (
    anomaly_id string not null,
    profile_run_id string not null,
    schema_name string,
    table_name string,
    column_name string,
    anomaly_type string,
    severity string,
    description string,
    detected_at timestamp,
    attempt int not null,
    constraint dq_profile_anomalies_key primary key (anomaly_id)
) using delta cluster by (profile_run_id, table_name, column_name) tblproperties ('delta.feature.allowColumnDefaults' = 'supported', 'delta.autoOptimize.optimizeWrite' = 'true', 'delta.autoOptimize.autoCompact' = 'true');

create table if not exists dq_profile_operations (
    operation_id string not null,
    profile_run_id string,
    target_table string,
    rows_written bigint,
    duration_ms bigint,
    status string,
    error_payload string,
    started_at timestamp,
    completed_at timestamp,
    constraint dq_profile_operations_key primary key (operation_id)
) using delta cluster by (profile_run_id) tblproperties ('delta.feature.allowColumnDefaults' = 'supported', 'delta.autoOptimize.optimizeWrite' = 'true', 'delta.autoOptimize.autoCompact' = 'true');

create table if not exists dq_profile_partition_states (
    state_id string not null,
    table_id string not null,
    partition_key string not null,
    snapshot_id string not null,
    column_name string not null,
    ordinal_position int not null,
    state_kind string not null,
    parameters_json string not null,
    state_bytes binary not null,
    row_count bigint not null,
    profiled_at timestamp not null,
    profile_run_id string not null,
    attempt int not null,
    retired_at timestamp,
    constraint dq_profile_partition_states_key primary key (state_id)
) using delta cluster by (table_id, partition_key) tblproperties ('delta.feature.allowColumnDefaults' = 'supported', 'delta.autoOptimize.optimizeWrite' = 'true', 'delta.autoOptimize.autoCompact' = 'true');

create table if not exists dq_test_suites (
    test_suite_key string not null,
    project_key string,
    `name` string,
    description string,
    severity string,
    product_team_id string,
    application_id string,
    data_object_id string,
    data_definition_id string,
    created_at timestamp default current_timestamp(),
    updated_at timestamp,
    constraint dq_test_suites_key primary key (test_suite_key)
) using delta tblproperties ('delta.feature.allowColumnDefaults' = 'supported', 'delta.autoOptimize.optimizeWrite' = 'true', 'delta.autoOptimize.autoCompact' = 'true');

create table if not exists dq_tests (
    test_id string not null,
    table_group_id string not null,
    test_suite_key string,
    `name` string,
    rule_type string,
    definition string,
    created_at timestamp default current_timestamp(),
    updated_at timestamp,
    constraint dq_tests_key primary key (test_id)
) using delta tblproperties ('delta.feature.allowColumnDefaults' = 'supported', 'delta.autoOptimize.optimizeWrite' = 'true', 'delta.autoOptimize.autoCompact' = 'true');

create table if not exists dq_test_runs (
    test_run_id string not null,
    test_suite_key string,
    project_key string,
    status string,
    started_at timestamp,
    completed_at timestamp,
    duration_ms bigint,
    total_tests int,
    failed_tests int,
    trigger_source string,
    constraint dq_test_runs_key primary key (test_run_id)
) using delta tblproperties ('delta.feature.allowColumnDefaults' = 'supported', 'delta.autoOptimize.optimizeWrite' = 'true', 'delta.autoOptimize.autoCompact' = 'true');

create table if not exists dq_test_results (
    test_result_id string not null,
    test_run_id string not null,
    test_id string not null,
    table_name string,
    column_name string,
    result_status string,
    expected_value string,
    actual_value string,
    message string,
    detected_at timestamp,
    constraint dq_test_results_key primary key (test_result_id)
) using delta cluster by (test_run_id, detected_at) tblproperties ('delta.feature.allowColumnDefaults' = 'supported', 'delta.autoOptimize.optimizeWrite' = 'true', 'delta.autoOptimize.autoCompact' = 'true');

create table if not exists dq_alerts (
    alert_id string not null,
    source_type string,
    source_ref string,
    severity string,
    title string,
    details string,
    acknowledged boolean,
    acknowledged_by string,
    acknowledged_at timestamp,
    created_at timestamp default current_timestamp(),
    constraint dq_alerts_key primary key (alert_id)
) using delta cluster by (created_at) tblproperties ('delta.feature.allowColumnDefaults' = 'supported', 'delta.autoOptimize.optimizeWrite' = 'true', 'delta.autoOptimize.autoCompact' = 'true');
