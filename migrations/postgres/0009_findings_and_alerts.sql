-- What findings are made of, and alerts that are cleared, PostgreSQL.

alter table dq_metadata.dq_profile_anomaly_results add column evidence_json text;
alter table dq_metadata.dq_profile_anomaly_results add column affected_count bigint;
alter table dq_metadata.dq_profile_anomaly_results add column prevalence double precision;

alter table dq_metadata.dq_alerts add column fingerprint text;
alter table dq_metadata.dq_alerts add column kind text;
alter table dq_metadata.dq_alerts add column table_group_id text;
alter table dq_metadata.dq_alerts add column table_id text;
alter table dq_metadata.dq_alerts add column schema_name text;
alter table dq_metadata.dq_alerts add column table_name text;
alter table dq_metadata.dq_alerts add column column_name text;
alter table dq_metadata.dq_alerts add column observed text;
alter table dq_metadata.dq_alerts add column expected text;
alter table dq_metadata.dq_alerts add column level double precision;
alter table dq_metadata.dq_alerts add column severity_rank integer;
alter table dq_metadata.dq_alerts add column seen_count bigint;
alter table dq_metadata.dq_alerts add column first_seen_at timestamptz;
alter table dq_metadata.dq_alerts add column last_seen_at timestamptz;
alter table dq_metadata.dq_alerts add column last_run_number bigint;
alter table dq_metadata.dq_alerts add column first_run_number bigint;
alter table dq_metadata.dq_alerts add column state text;
alter table dq_metadata.dq_alerts add column state_before text;
alter table dq_metadata.dq_alerts add column state_at timestamptz;
alter table dq_metadata.dq_alerts add column state_by text;
alter table dq_metadata.dq_alerts add column held_level double precision;
alter table dq_metadata.dq_alerts add column snoozed_until timestamptz;
alter table dq_metadata.dq_alerts add column snoozed_for text;
alter table dq_metadata.dq_alerts add column dismissed_for text;
alter table dq_metadata.dq_alerts add column assigned_to text;
alter table dq_metadata.dq_alerts add column assigned_name text;
alter table dq_metadata.dq_alerts add column reopened_count integer;
alter table dq_metadata.dq_alerts add column revision bigint;
alter table dq_metadata.dq_alerts add column updated_at timestamptz;

-- One alert a cause. Rows that other programs insert have no fingerprint.
create unique index dq_alerts_by_cause on dq_metadata.dq_alerts (fingerprint);
create index dq_alerts_by_table on dq_metadata.dq_alerts (state, table_name, schema_name, table_id, severity_rank);
create index dq_alerts_by_severity on dq_metadata.dq_alerts (state, severity_rank, last_seen_at, alert_id);
create index dq_alerts_by_sight on dq_metadata.dq_alerts (state, last_seen_at, alert_id);
create index dq_alerts_of_table on dq_metadata.dq_alerts (table_id, state);
create index dq_alerts_of_group on dq_metadata.dq_alerts (table_group_id, state);
create index dq_alerts_of_person on dq_metadata.dq_alerts (assigned_to, state);

-- What happened to an alert: seen, reopened, resolved, and every act of a person.
create table limn.alert_events (
    event_id text not null primary key,
    alert_id text not null,
    at timestamptz not null,
    actor_id text,
    actor_name text not null,
    action text not null,
    note text,
    run_number bigint,
    batch_id text,
    revision bigint,
    before_json text
);
create index alert_events_of_alert on limn.alert_events (alert_id, at);
create index alert_events_of_batch on limn.alert_events (batch_id);
