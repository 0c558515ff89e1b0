-- Top values and bars beside their column, SQLite. A row for each repeated the run, the table and the column some 75 times a column.
--
-- dq_profile_results: values_json is [[value, count]...] by rank; a third member is the ratio where it is not count / record_count, a fourth the
-- hash of the whole text where the value was cut. histogram_json is [[label, lower, upper, count]...]. top_values_json stays the short preview.
-- dq_profile_column_values is a view of both, and of the rows that others wrote; what is inserted there goes to written_column_values.

alter table dq_profile_results add column values_json text;
alter table dq_profile_results add column histogram_json text;

create table written_column_values (
    profile_run_id text not null,
    schema_name text,
    table_name text not null,
    column_name text not null,
    value text,
    value_hash text,
    frequency bigint,
    relative_freq double precision,
    rank integer not null,
    bucket_label text,
    bucket_lower_bound double precision,
    bucket_upper_bound double precision,
    generated_at text,
    attempt integer not null,
    table_id text not null,
    ordinal_position integer not null,
    is_bucket boolean not null,
    primary key (profile_run_id, attempt, table_id, ordinal_position, is_bucket, rank)
) without rowid;

-- What Limn wrote before: its previews were objects.
update dq_profile_results set
    values_json = (select json_group_array(json_array(w.value, w.frequency, w.relative_freq, w.value_hash) order by w.rank) from dq_profile_column_values w
        where w.profile_run_id = dq_profile_results.profile_run_id and w.attempt = dq_profile_results.attempt and w.table_id = dq_profile_results.table_id
            and w.ordinal_position = dq_profile_results.ordinal_position and not w.is_bucket),
    histogram_json = json_extract(top_values_json, '$.histogram'),
    top_values_json = json_extract(top_values_json, '$.top_values')
    where top_values_json like '_"top_values":%';

insert into written_column_values (profile_run_id, schema_name, table_name, column_name, value, value_hash, frequency, relative_freq, rank, bucket_label, bucket_lower_bound, bucket_upper_bound, generated_at, attempt, table_id, ordinal_position, is_bucket)
select w.profile_run_id, w.schema_name, w.table_name, w.column_name, w.value, w.value_hash, w.frequency, w.relative_freq, w.rank, w.bucket_label, w.bucket_lower_bound, w.bucket_upper_bound, w.generated_at, w.attempt, w.table_id, w.ordinal_position, w.is_bucket from dq_profile_column_values w
    where not exists (select 1 from dq_profile_results r where r.table_id = w.table_id and r.profile_run_id = w.profile_run_id and r.attempt = w.attempt
        and r.ordinal_position = w.ordinal_position and r.values_json is not null);

drop table dq_profile_column_values;

create view dq_profile_column_values as
select w.profile_run_id, w.schema_name, w.table_name, w.column_name, w.value, w.value_hash, w.frequency, w.relative_freq, w.rank, w.bucket_label, w.bucket_lower_bound, w.bucket_upper_bound, w.generated_at, w.attempt, w.table_id, w.ordinal_position, w.is_bucket
from written_column_values w
union all
select r.profile_run_id, r.schema_name, r.table_name, r.column_name, v.value ->> 0, v.value ->> 3, v.value ->> 1,
    coalesce(v.value ->> 2, cast(v.value ->> 1 as real) / nullif(r.record_count, 0)), v.key + 1, null, null, null,
    r.generated_at, r.attempt, r.table_id, r.ordinal_position, 0
from dq_profile_results r join json_each(r.values_json) v
union all
select r.profile_run_id, r.schema_name, r.table_name, r.column_name, null, null, v.value ->> 3,
    cast(v.value ->> 3 as real) / nullif(r.record_count, 0), v.key + 1, v.value ->> 0, v.value ->> 1, v.value ->> 2,
    r.generated_at, r.attempt, r.table_id, r.ordinal_position, 1
from dq_profile_results r join json_each(r.histogram_json) v;

create trigger dq_profile_column_values_insert instead of insert on dq_profile_column_values begin
    insert into written_column_values (profile_run_id, schema_name, table_name, column_name, value, value_hash, frequency, relative_freq, rank, bucket_label, bucket_lower_bound, bucket_upper_bound, generated_at, attempt, table_id, ordinal_position, is_bucket) values (new.profile_run_id, new.schema_name, new.table_name, new.column_name, new.value, new.value_hash, new.frequency, new.relative_freq, new.rank, new.bucket_label, new.bucket_lower_bound, new.bucket_upper_bound, new.generated_at, new.attempt, new.table_id, new.ordinal_position, new.is_bucket); end;

create trigger dq_profile_column_values_update instead of update on dq_profile_column_values begin
    update written_column_values set profile_run_id = new.profile_run_id, schema_name = new.schema_name, table_name = new.table_name, column_name = new.column_name, value = new.value, value_hash = new.value_hash, frequency = new.frequency, relative_freq = new.relative_freq, rank = new.rank, bucket_label = new.bucket_label, bucket_lower_bound = new.bucket_lower_bound, bucket_upper_bound = new.bucket_upper_bound, generated_at = new.generated_at, attempt = new.attempt, table_id = new.table_id, ordinal_position = new.ordinal_position, is_bucket = new.is_bucket where profile_run_id = old.profile_run_id and attempt = old.attempt and table_id = old.table_id and ordinal_position = old.ordinal_position and is_bucket = old.is_bucket and rank = old.rank; end;

create trigger dq_profile_column_values_delete instead of delete on dq_profile_column_values begin
    delete from written_column_values where profile_run_id = old.profile_run_id and attempt = old.attempt and table_id = old.table_id and ordinal_position = old.ordinal_position and is_bucket = old.is_bucket and rank = old.rank; end;
