-- First schema, PostgreSQL. The schemas limn and dq_metadata exist already (`Database::migrate` makes them).

-- People and their sessions. Times are UTC.
create table limn.users (
    user_id text not null primary key,
    name text not null,
    -- Lower-case form of the name: two names that differ only in case are one.
    name_key text not null unique,
    display_name text not null,
    password_hash text,
    is_active boolean not null default true,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create table limn.user_roles (
    user_id text not null references limn.users (user_id),
    role text not null,
    primary key (user_id, role)
);

create table limn.sessions (
    -- Hash of the session's id: whoever reads this table cannot sign in with it.
    session_hash text not null primary key,
    user_id text,
    data_json text not null,
    expires_at timestamptz not null
);
create index sessions_by_user on limn.sessions (user_id);
create index sessions_by_expiry on limn.sessions (expires_at);

create table limn.sign_in_links (
    link_id text not null primary key,
    token_hash text not null unique,
    -- Absent in the link for the first person of an installation.
    user_id text references limn.users (user_id),
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);

create table limn.sign_in_attempts (
    attempt_id bigint generated always as identity primary key,
    name_key text not null,
    address text not null,
    succeeded boolean not null,
    attempted_at timestamptz not null
);
create index sign_in_attempts_by_name on limn.sign_in_attempts (name_key, attempted_at);
create index sign_in_attempts_by_address on limn.sign_in_attempts (address, attempted_at);

-- The trail is only ever added to (triggers below).
create table limn.audit_log (
    audit_id bigint generated always as identity primary key,
    recorded_at timestamptz not null,
    actor_id text,
    actor_name text not null,
    action text not null,
    subject text not null,
    details_json text not null
);
create index audit_log_by_subject on limn.audit_log (subject, audit_id);

create table limn.outbox (
    outbox_id text not null primary key,
    kind text not null,
    subject text not null,
    payload_json text not null,
    created_at timestamptz not null,
    available_at timestamptz not null,
    attempt integer not null default 0,
    lease_owner text,
    lease_expires_at timestamptz,
    done_at timestamptz,
    last_error text
);
create index outbox_open on limn.outbox (available_at, outbox_id) where done_at is null;
create index outbox_by_subject on limn.outbox (kind, subject);

-- Numbers that are handed out one by one inside the transaction that uses them.
create table limn.counters (
    name text not null primary key,
    value bigint not null
);
insert into limn.counters (name, value) values ('run_number', 0);

-- Data quality: what people with SQL read.
create table dq_metadata.dq_settings (
    key text not null primary key,
    value text,
    updated_at timestamptz
);

create table dq_metadata.dq_projects (
    project_key text not null primary key,
    name text,
    description text,
    sql_flavor text,
    workspace_id text,
    created_at timestamptz,
    updated_at timestamptz
);

create table dq_metadata.dq_connections (
    connection_id text not null primary key,
    project_key text not null references dq_metadata.dq_projects (project_key),
    name text,
    catalog text,
    schema_name text,
    http_path text,
    managed_credentials_ref text,
    created_at timestamptz,
    updated_at timestamptz,
    is_active boolean,
    kind text not null,
    location text not null
);

create table dq_metadata.dq_table_groups (
    table_group_id text not null primary key,
    connection_id text not null references dq_metadata.dq_connections (connection_id),
    name text,
    description text,
    profiling_include_mask text,
    profiling_exclude_mask text,
    profiling_job_id text,
    created_at timestamptz,
    updated_at timestamptz
);
create index dq_table_groups_by_connection on dq_metadata.dq_table_groups (connection_id);

create table dq_metadata.dq_tables (
    table_id text not null primary key,
    table_group_id text not null references dq_metadata.dq_table_groups (table_group_id),
    schema_name text not null,
    table_name text not null,
    source_table_id text,
    created_at timestamptz not null,
    format text not null,
    bytes bigint not null,
    files_json text not null,
    missing_since timestamptz,
    unique (table_group_id, schema_name, table_name)
);

create table dq_metadata.dq_profiles (
    profile_run_id text not null primary key,
    table_group_id text not null references dq_metadata.dq_table_groups (table_group_id),
    status text not null,
    started_at timestamptz,
    completed_at timestamptz,
    row_count bigint,
    anomaly_count integer,
    payload_path text,
    databricks_run_id text,
    table_count bigint,
    column_count bigint,
    profile_mode text,
    profile_version text,
    dq_score_profiling double precision,
    dq_score_testing double precision,
    run_number bigint not null unique,
    phase text not null,
    reason text,
    error_message text,
    -- Fencing token: grows with every claim and never falls.
    attempt integer not null default 0,
    -- Claims that were given back on purpose and do not count against the most attempts.
    released_count integer not null default 0,
    started_by text,
    started_by_id text,
    trigger_source text not null,
    requested_at timestamptz not null,
    lease_owner text,
    lease_expires_at timestamptz,
    cancel_requested_at timestamptz,
    cancel_requested_by text,
    plan_json text not null,
    -- Whether the run covers every table of its group: only such runs compare with each other as a whole.
    is_whole_group boolean not null,
    typical_duration_ms bigint,
    progress_json text,
    bytes_scanned bigint,
    failed_table_count integer not null default 0,
    failed_tables_json text,
    result_digest text,
    engine text not null,
    -- Grows with every change of the row.
    row_sequence bigint not null default 1
);
create unique index dq_profiles_one_active on dq_metadata.dq_profiles (table_group_id) where status in ('pending', 'running');
create index dq_profiles_open on dq_metadata.dq_profiles (requested_at, run_number) where status in ('pending', 'running');
create index dq_profiles_by_group on dq_metadata.dq_profiles (table_group_id, run_number);
create index dq_profiles_by_request on dq_metadata.dq_profiles (requested_at);

-- How each table of a run went. A row is published (completed_at set) by the completer only, in its transaction.
create table dq_metadata.run_tables (
    profile_run_id text not null references dq_metadata.dq_profiles (profile_run_id),
    attempt integer not null,
    table_id text not null references dq_metadata.dq_tables (table_id),
    run_number bigint not null,
    schema_name text not null,
    table_name text not null,
    row_count bigint not null,
    column_count integer not null,
    rows_scanned bigint not null,
    bytes_scanned bigint not null,
    null_cell_count bigint not null,
    started_after_ms bigint not null,
    duration_ms bigint not null,
    format text not null,
    profile_mode text not null,
    engine text not null,
    engine_version text not null,
    snapshot_json text not null,
    rejected_json text,
    broken_invariants_json text,
    failure_json text,
    completed_at timestamptz,
    primary key (profile_run_id, attempt, table_id)
);
create index run_tables_published on dq_metadata.run_tables (table_id, run_number) where completed_at is not null and failure_json is null;

create table dq_metadata.dq_profile_results (
    result_id text not null primary key,
    profile_run_id text not null references dq_metadata.dq_profiles (profile_run_id),
    table_id text not null,
    column_id text not null,
    schema_name text,
    table_name text,
    column_name text not null,
    data_type text,
    general_type text,
    record_count bigint,
    null_count bigint,
    distinct_count bigint,
    min_value text,
    max_value text,
    avg_value double precision,
    stddev_value double precision,
    percentiles_json text,
    -- Short preview for lists: the first five values and the histogram. All values are in dq_profile_column_values.
    top_values_json text,
    -- Every metric that has no column of its own.
    metrics_json text,
    generated_at timestamptz,
    attempt integer not null,
    ordinal_position integer not null
);
create unique index dq_profile_results_by_run on dq_metadata.dq_profile_results (table_id, profile_run_id, attempt, ordinal_position);
-- A name may be longer than an index entry can be.
create index dq_profile_results_by_column on dq_metadata.dq_profile_results (table_id, substr(column_name, 1, 400), profile_run_id);
create index dq_profile_results_of_run on dq_metadata.dq_profile_results (profile_run_id);

-- The same figures in typed columns, for people with SQL; pages never read them.
create table dq_metadata.dq_profile_columns (
    profile_run_id text not null references dq_metadata.dq_profiles (profile_run_id),
    schema_name text,
    table_name text not null,
    column_name text not null,
    qualified_name text,
    data_type text,
    general_type text,
    ordinal_position integer,
    row_count bigint,
    null_count bigint,
    non_null_count bigint,
    distinct_count bigint,
    min_value text,
    max_value text,
    avg_value double precision,
    stddev_value double precision,
    median_value double precision,
    p95_value double precision,
    true_count bigint,
    false_count bigint,
    min_length integer,
    max_length integer,
    avg_length double precision,
    non_ascii_ratio double precision,
    min_date date,
    max_date date,
    date_span_days integer,
    metrics_json text,
    generated_at timestamptz,
    attempt integer not null,
    table_id text not null,
    primary key (profile_run_id, attempt, table_id, ordinal_position)
);

create table dq_metadata.dq_profile_column_values (
    profile_run_id text not null,
    schema_name text,
    table_name text not null,
    column_name text not null,
    value text,
    value_hash text,
    frequency bigint,
    relative_freq double precision,
    -- Place among the commonest values, or of the bar in the histogram, from 1.
    rank integer not null,
    -- Present for the bars of the histogram, absent for values.
    bucket_label text,
    bucket_lower_bound double precision,
    bucket_upper_bound double precision,
    generated_at timestamptz,
    attempt integer not null,
    table_id text not null,
    ordinal_position integer not null,
    is_bucket boolean not null,
    primary key (profile_run_id, attempt, table_id, ordinal_position, is_bucket, rank)
);

-- What the latest completed run says about each table.
create table dq_metadata.dq_data_table_chars (
    table_id text not null primary key references dq_metadata.dq_tables (table_id),
    table_group_id text,
    schema_name text,
    table_name text,
    record_count bigint,
    column_count integer,
    data_point_count bigint,
    critical_data_element boolean,
    data_source text,
    source_system text,
    source_process text,
    business_domain text,
    stakeholder_group text,
    transform_level text,
    data_product text,
    dq_score_profiling double precision,
    dq_score_testing double precision,
    last_complete_profile_run_id text,
    latest_anomaly_ct integer,
    latest_run_completed_at timestamptz,
    created_at timestamptz,
    updated_at timestamptz,
    last_complete_run_number bigint,
    last_complete_attempt integer,
    null_cell_count bigint,
    -- The newest run that tried this table and could not read it.
    last_failed_run_number bigint,
    last_failed_at timestamptz,
    last_failure_json text
);

create table limn.run_log (
    line_id bigint generated always as identity primary key,
    profile_run_id text not null,
    attempt integer not null,
    logged_at timestamptz not null,
    level text not null,
    message text not null
);
create index run_log_by_run on limn.run_log (profile_run_id, line_id);

insert into dq_metadata.dq_settings (key, value, updated_at) values ('schema_version', '1', now());

create function limn.refuse_change() returns trigger language plpgsql as $$ begin raise exception 'audit_log is append-only'; end $$;
create trigger audit_log_is_only_added_to before update or delete or truncate on limn.audit_log for each statement execute function limn.refuse_change();
