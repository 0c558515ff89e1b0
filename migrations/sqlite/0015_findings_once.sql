-- What was found is kept once, SQLite: the plain record of a finding is a view of the finding itself.
--
-- dq_profile_anomalies shows the plain records that programs wrote (written_anomalies, where what is inserted goes), and beside them what Limn found
-- or read from a payload, which stands in dq_profile_anomaly_results alone and is changed there.

create table written_anomalies (
    anomaly_id text not null primary key,
    profile_run_id text not null references dq_profiles (profile_run_id),
    schema_name text,
    table_name text,
    column_name text,
    anomaly_type text,
    severity text,
    description text,
    detected_at text,
    attempt integer not null
);

insert into written_anomalies (anomaly_id, profile_run_id, schema_name, table_name, column_name, anomaly_type, severity, description, detected_at, attempt)
select anomaly_id, profile_run_id, schema_name, table_name, column_name, anomaly_type, severity, description, detected_at, attempt from dq_profile_anomalies a
where not exists (select 1 from dq_profile_anomaly_results r where r.anomaly_result_id = a.anomaly_id and (substr(r.anomaly_result_id, 1, 6) = 'found:' or substr(r.anomaly_result_id, 1, 8) = 'payload:'));

drop table dq_profile_anomalies;

create index written_anomalies_of_run on written_anomalies (profile_run_id);

create view dq_profile_anomalies as
select w.anomaly_id, w.profile_run_id, w.schema_name, w.table_name, w.column_name, w.anomaly_type, w.severity, w.description, w.detected_at, w.attempt
from written_anomalies w
union all
select r.anomaly_result_id, r.profile_run_id, r.schema_name, r.table_name, r.column_name, r.anomaly_type_id, r.severity, r.detail, r.detected_at, r.attempt
from dq_profile_anomaly_results r where substr(r.anomaly_result_id, 1, 6) = 'found:' or substr(r.anomaly_result_id, 1, 8) = 'payload:';

create trigger dq_profile_anomalies_insert instead of insert on dq_profile_anomalies begin
    insert into written_anomalies (anomaly_id, profile_run_id, schema_name, table_name, column_name, anomaly_type, severity, description, detected_at, attempt) values (new.anomaly_id, new.profile_run_id, new.schema_name, new.table_name, new.column_name, new.anomaly_type, new.severity, new.description, new.detected_at, new.attempt); end;

create trigger dq_profile_anomalies_update instead of update on dq_profile_anomalies begin
    update written_anomalies set anomaly_id = new.anomaly_id, profile_run_id = new.profile_run_id, schema_name = new.schema_name, table_name = new.table_name, column_name = new.column_name, anomaly_type = new.anomaly_type, severity = new.severity, description = new.description, detected_at = new.detected_at, attempt = new.attempt where anomaly_id = old.anomaly_id; end;

create trigger dq_profile_anomalies_delete instead of delete on dq_profile_anomalies begin
    delete from written_anomalies where anomaly_id = old.anomaly_id; end;
