-- What was found in a column is kept once, SQLite: a run that finds what an earlier one found refers to it.
--
-- result_sets: a table in one attempt of a run. result_rows: its columns, each with the content that it had; name_hash is the first 8 bytes of the
-- SHA-256 of the column's name. result_contents: the figures, with the metrics without their names (figures_json, in the order of the names in the
-- text of shape_key; patterns and lengths as pairs) and the bars without their axis (counts_json; [label, lower, upper] of each in the text of
-- axis_key, which stays the same while data change); preview_json is a short form of values_json where that is long.
--
-- dq_profile_results and dq_profile_columns are views of these and of the rows that others wrote, or older versions: what is inserted there goes to
-- written_results and written_columns. A row that Limn wrote can be removed through dq_profile_results, and is never changed.

drop view if exists dq_profile_column_values;

create table written_results (
    result_id text not null primary key,
    profile_run_id text not null references dq_profiles (profile_run_id),
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
    top_values_json text,
    metrics_json text,
    generated_at text,
    attempt integer not null,
    ordinal_position integer not null,
    values_json text,
    histogram_json text
);

insert into written_results (result_id, profile_run_id, table_id, column_id, schema_name, table_name, column_name, data_type, general_type, record_count, null_count, distinct_count, min_value, max_value, avg_value, stddev_value, percentiles_json, top_values_json, metrics_json, generated_at, attempt, ordinal_position, values_json, histogram_json)
select result_id, profile_run_id, table_id, column_id, schema_name, table_name, column_name, data_type, general_type, record_count, null_count, distinct_count, min_value, max_value, avg_value, stddev_value, percentiles_json, top_values_json, metrics_json, generated_at, attempt, ordinal_position, values_json, histogram_json from dq_profile_results;

drop table dq_profile_results;

create unique index written_results_by_run on written_results (table_id, profile_run_id, attempt, ordinal_position);
create index written_results_by_column on written_results (table_id, substr(column_name, 1, 400), profile_run_id);
create index written_results_of_run on written_results (profile_run_id);

create table written_columns (
    profile_run_id text not null references dq_profiles (profile_run_id),
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
    generated_at text,
    attempt integer not null,
    table_id text not null,
    primary key (profile_run_id, attempt, table_id, ordinal_position)
) without rowid;

insert into written_columns (profile_run_id, schema_name, table_name, column_name, qualified_name, data_type, general_type, ordinal_position, row_count, null_count, non_null_count, distinct_count, min_value, max_value, avg_value, stddev_value, median_value, p95_value, true_count, false_count, min_length, max_length, avg_length, non_ascii_ratio, min_date, max_date, date_span_days, metrics_json, generated_at, attempt, table_id)
select profile_run_id, schema_name, table_name, column_name, qualified_name, data_type, general_type, ordinal_position, row_count, null_count, non_null_count, distinct_count, min_value, max_value, avg_value, stddev_value, median_value, p95_value, true_count, false_count, min_length, max_length, avg_length, non_ascii_ratio, min_date, max_date, date_span_days, metrics_json, generated_at, attempt, table_id from dq_profile_columns;

drop table dq_profile_columns;

create table result_sets (
    set_key integer not null primary key,
    profile_run_id text not null references dq_profiles (profile_run_id),
    attempt integer not null,
    table_id text not null,
    schema_name text,
    table_name text not null,
    generated_at text
);
create unique index result_sets_by_run on result_sets (profile_run_id, attempt, table_id);

create table result_texts (
    text_key bigint not null primary key,
    body text not null
);

create table result_contents (
    content_key integer not null primary key,
    content_hash bigint not null,
    content_check bigint not null,
    shape_key bigint not null references result_texts (text_key),
    axis_key bigint references result_texts (text_key),
    column_name text not null,
    lower_name text,
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
    figures_json text not null,
    preview_json text,
    values_json text not null,
    counts_json text not null
);
create index result_contents_by_hash on result_contents (content_hash);
create index result_contents_by_axis on result_contents (axis_key);
create index result_contents_by_shape on result_contents (shape_key);

create table result_rows (
    set_key bigint not null references result_sets (set_key),
    name_hash bigint not null,
    ordinal_position integer not null,
    content_key bigint not null references result_contents (content_key),
    primary key (set_key, name_hash, ordinal_position)
) without rowid;
create index result_rows_by_content on result_rows (content_key);

create view dq_profile_results as
select w.result_id, w.profile_run_id, w.table_id, w.column_id, w.schema_name, w.table_name, w.column_name, w.data_type, w.general_type, w.record_count, w.null_count, w.distinct_count, w.min_value, w.max_value, w.avg_value, w.stddev_value, w.percentiles_json, w.top_values_json, w.metrics_json, w.generated_at, w.attempt, w.ordinal_position, w.values_json, w.histogram_json
from written_results w
union all
select s.set_key || ':' || p.ordinal_position, s.profile_run_id, s.table_id, lower(s.table_id) || '::' || coalesce(c.lower_name, lower(c.column_name)), s.schema_name, s.table_name, c.column_name,
    c.data_type, c.general_type, c.record_count, c.null_count, c.distinct_count, c.min_value, c.max_value, c.avg_value, c.stddev_value, c.percentiles_json,
    (select json_group_array(json_object('value', case when length(v.value ->> 0) > 120 then substr(v.value ->> 0, 1, 119) || '…' else v.value ->> 0 end,
            'count', v.value ->> 1, 'ratio', coalesce(v.value ->> 2, cast(v.value ->> 1 as real) / nullif(c.record_count, 0))))
        from json_each(coalesce(c.preview_json, c.values_json)) v where v.key < 5),
    (select '{' || coalesce(group_concat(json_quote(n.value) || ':' || case n.value
            when 'patterns' then (select '[' || coalesce(group_concat('{"pattern":' || (v.value -> 0) || ',"count":' || (v.value -> 1) || '}', ','), '') || ']'
                from json_each(c.figures_json -> n.key) v)
            when 'length_histogram' then (select '[' || coalesce(group_concat('{"length":' || (v.value -> 0) || ',"count":' || (v.value -> 1) || '}', ','), '') || ']'
                from json_each(c.figures_json -> n.key) v)
            else c.figures_json -> n.key end, ','), '') || '}'
        from json_each(h.body) n),
    s.generated_at, s.attempt, p.ordinal_position, c.values_json,
    (select '[' || coalesce(group_concat('[' || (b.value -> 0) || ',' || (b.value -> 1) || ',' || (b.value -> 2) || ',' || (c.counts_json -> b.key) || ']', ','), '') || ']'
        from json_each(coalesce(a.body, '[]')) b)
from result_sets s join result_rows p on p.set_key = s.set_key join result_contents c on c.content_key = p.content_key
    join result_texts h on h.text_key = c.shape_key left join result_texts a on a.text_key = c.axis_key;

create view dq_profile_columns as
select w.profile_run_id, w.schema_name, w.table_name, w.column_name, w.qualified_name, w.data_type, w.general_type, w.ordinal_position, w.row_count, w.null_count, w.non_null_count, w.distinct_count, w.min_value, w.max_value, w.avg_value, w.stddev_value, w.median_value, w.p95_value, w.true_count, w.false_count, w.min_length, w.max_length, w.avg_length, w.non_ascii_ratio, w.min_date, w.max_date, w.date_span_days, w.metrics_json, w.generated_at, w.attempt, w.table_id
from written_columns w
union all
select r.profile_run_id, r.schema_name, r.table_name, r.column_name,
    case when coalesce(r.schema_name, '') = '' then '' else r.schema_name || '.' end || r.table_name || '.' || r.column_name, r.data_type, r.general_type,
    r.ordinal_position, r.record_count, r.null_count, coalesce(r.metrics_json ->> '$.non_null_count', r.record_count - r.null_count), r.distinct_count, r.min_value, r.max_value, r.avg_value, r.stddev_value,
    r.percentiles_json ->> '$.median', r.percentiles_json ->> '$.p95', r.metrics_json ->> '$.true_count', r.metrics_json ->> '$.false_count',
    min(r.metrics_json ->> '$.min_length', 2147483647), min(r.metrics_json ->> '$.max_length', 2147483647), r.metrics_json ->> '$.avg_length',
    cast(r.metrics_json ->> '$.non_ascii_count' as real) / nullif(coalesce(r.metrics_json ->> '$.non_null_count', r.record_count - r.null_count), 0), case when r.metrics_json ->> '$.min_date' glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' then date(substr(r.metrics_json ->> '$.min_date', 1, 10)) end, case when r.metrics_json ->> '$.max_date' glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' then date(substr(r.metrics_json ->> '$.max_date', 1, 10)) end,
    max(min(r.metrics_json ->> '$.date_span_days', 2147483647), -2147483648), null, r.generated_at, r.attempt, r.table_id
from (select s.profile_run_id, s.attempt, s.table_id, s.schema_name, s.table_name, s.generated_at, p.ordinal_position, c.column_name, c.data_type, c.general_type,
        c.record_count, c.null_count, c.distinct_count, c.min_value, c.max_value, c.avg_value, c.stddev_value, c.percentiles_json,
        (select '{' || coalesce(group_concat(json_quote(n.value) || ':' || case n.value
            when 'patterns' then (select '[' || coalesce(group_concat('{"pattern":' || (v.value -> 0) || ',"count":' || (v.value -> 1) || '}', ','), '') || ']'
                from json_each(c.figures_json -> n.key) v)
            when 'length_histogram' then (select '[' || coalesce(group_concat('{"length":' || (v.value -> 0) || ',"count":' || (v.value -> 1) || '}', ','), '') || ']'
                from json_each(c.figures_json -> n.key) v)
            else c.figures_json -> n.key end, ','), '') || '}'
        from json_each(h.body) n) as metrics_json
    from result_sets s join result_rows p on p.set_key = s.set_key join result_contents c on c.content_key = p.content_key
    join result_texts h on h.text_key = c.shape_key left join result_texts a on a.text_key = c.axis_key) r;

create view dq_profile_column_values as
select w.profile_run_id, w.schema_name, w.table_name, w.column_name, w.value, w.value_hash, w.frequency, w.relative_freq, w.rank, w.bucket_label, w.bucket_lower_bound, w.bucket_upper_bound, w.generated_at, w.attempt, w.table_id, w.ordinal_position, w.is_bucket
from written_column_values w
union all
select r.profile_run_id, r.schema_name, r.table_name, r.column_name, v.value ->> 0, v.value ->> 3, v.value ->> 1,
    coalesce(v.value ->> 2, cast(v.value ->> 1 as real) / nullif(r.record_count, 0)), v.key + 1, null, null, null,
    r.generated_at, r.attempt, r.table_id, r.ordinal_position, 0
from written_results r join json_each(r.values_json) v
union all
select r.profile_run_id, r.schema_name, r.table_name, r.column_name, null, null, v.value ->> 3,
    cast(v.value ->> 3 as real) / nullif(r.record_count, 0), v.key + 1, v.value ->> 0, v.value ->> 1, v.value ->> 2,
    r.generated_at, r.attempt, r.table_id, r.ordinal_position, 1
from written_results r join json_each(r.histogram_json) v
union all
select s.profile_run_id, s.schema_name, s.table_name, c.column_name, v.value ->> 0, v.value ->> 3, v.value ->> 1,
    coalesce(v.value ->> 2, cast(v.value ->> 1 as real) / nullif(c.record_count, 0)), v.key + 1, null, null, null,
    s.generated_at, s.attempt, s.table_id, p.ordinal_position, 0
from result_sets s join result_rows p on p.set_key = s.set_key join result_contents c on c.content_key = p.content_key join json_each(c.values_json) v
union all
select s.profile_run_id, s.schema_name, s.table_name, c.column_name, null, null, c.counts_json ->> v.key,
    cast(c.counts_json ->> v.key as real) / nullif(c.record_count, 0), v.key + 1, v.value ->> 0, v.value ->> 1, v.value ->> 2,
    s.generated_at, s.attempt, s.table_id, p.ordinal_position, 1
from result_sets s join result_rows p on p.set_key = s.set_key join result_contents c on c.content_key = p.content_key join result_texts a on a.text_key = c.axis_key
    join json_each(a.body) v;

create trigger dq_profile_results_insert instead of insert on dq_profile_results begin
    insert into written_results (result_id, profile_run_id, table_id, column_id, schema_name, table_name, column_name, data_type, general_type, record_count, null_count, distinct_count, min_value, max_value, avg_value, stddev_value, percentiles_json, top_values_json, metrics_json, generated_at, attempt, ordinal_position, values_json, histogram_json) values (new.result_id, new.profile_run_id, new.table_id, new.column_id, new.schema_name, new.table_name, new.column_name, new.data_type, new.general_type, new.record_count, new.null_count, new.distinct_count, new.min_value, new.max_value, new.avg_value, new.stddev_value, new.percentiles_json, new.top_values_json, new.metrics_json, new.generated_at, new.attempt, new.ordinal_position, new.values_json, new.histogram_json); end;

create trigger dq_profile_results_update instead of update on dq_profile_results begin
    update written_results set result_id = new.result_id, profile_run_id = new.profile_run_id, table_id = new.table_id, column_id = new.column_id, schema_name = new.schema_name, table_name = new.table_name, column_name = new.column_name, data_type = new.data_type, general_type = new.general_type, record_count = new.record_count, null_count = new.null_count, distinct_count = new.distinct_count, min_value = new.min_value, max_value = new.max_value, avg_value = new.avg_value, stddev_value = new.stddev_value, percentiles_json = new.percentiles_json, top_values_json = new.top_values_json, metrics_json = new.metrics_json, generated_at = new.generated_at, attempt = new.attempt, ordinal_position = new.ordinal_position, values_json = new.values_json, histogram_json = new.histogram_json where result_id = old.result_id; end;

create trigger dq_profile_results_delete instead of delete on dq_profile_results begin
    delete from written_results where result_id = old.result_id; delete from result_rows where ordinal_position = old.ordinal_position and set_key in (select s.set_key from result_sets s where s.profile_run_id = old.profile_run_id and s.attempt = old.attempt and s.table_id = old.table_id); end;

create trigger dq_profile_columns_insert instead of insert on dq_profile_columns begin
    insert into written_columns (profile_run_id, schema_name, table_name, column_name, qualified_name, data_type, general_type, ordinal_position, row_count, null_count, non_null_count, distinct_count, min_value, max_value, avg_value, stddev_value, median_value, p95_value, true_count, false_count, min_length, max_length, avg_length, non_ascii_ratio, min_date, max_date, date_span_days, metrics_json, generated_at, attempt, table_id) values (new.profile_run_id, new.schema_name, new.table_name, new.column_name, new.qualified_name, new.data_type, new.general_type, new.ordinal_position, new.row_count, new.null_count, new.non_null_count, new.distinct_count, new.min_value, new.max_value, new.avg_value, new.stddev_value, new.median_value, new.p95_value, new.true_count, new.false_count, new.min_length, new.max_length, new.avg_length, new.non_ascii_ratio, new.min_date, new.max_date, new.date_span_days, new.metrics_json, new.generated_at, new.attempt, new.table_id); end;

create trigger dq_profile_columns_update instead of update on dq_profile_columns begin
    update written_columns set profile_run_id = new.profile_run_id, schema_name = new.schema_name, table_name = new.table_name, column_name = new.column_name, qualified_name = new.qualified_name, data_type = new.data_type, general_type = new.general_type, ordinal_position = new.ordinal_position, row_count = new.row_count, null_count = new.null_count, non_null_count = new.non_null_count, distinct_count = new.distinct_count, min_value = new.min_value, max_value = new.max_value, avg_value = new.avg_value, stddev_value = new.stddev_value, median_value = new.median_value, p95_value = new.p95_value, true_count = new.true_count, false_count = new.false_count, min_length = new.min_length, max_length = new.max_length, avg_length = new.avg_length, non_ascii_ratio = new.non_ascii_ratio, min_date = new.min_date, max_date = new.max_date, date_span_days = new.date_span_days, metrics_json = new.metrics_json, generated_at = new.generated_at, attempt = new.attempt, table_id = new.table_id where profile_run_id = old.profile_run_id and attempt = old.attempt and table_id = old.table_id and ordinal_position = old.ordinal_position; end;

create trigger dq_profile_columns_delete instead of delete on dq_profile_columns begin
    delete from written_columns where profile_run_id = old.profile_run_id and attempt = old.attempt and table_id = old.table_id and ordinal_position = old.ordinal_position; end;

create trigger dq_profile_column_values_insert instead of insert on dq_profile_column_values begin
    insert into written_column_values (profile_run_id, schema_name, table_name, column_name, value, value_hash, frequency, relative_freq, rank, bucket_label, bucket_lower_bound, bucket_upper_bound, generated_at, attempt, table_id, ordinal_position, is_bucket) values (new.profile_run_id, new.schema_name, new.table_name, new.column_name, new.value, new.value_hash, new.frequency, new.relative_freq, new.rank, new.bucket_label, new.bucket_lower_bound, new.bucket_upper_bound, new.generated_at, new.attempt, new.table_id, new.ordinal_position, new.is_bucket); end;

create trigger dq_profile_column_values_update instead of update on dq_profile_column_values begin
    update written_column_values set profile_run_id = new.profile_run_id, schema_name = new.schema_name, table_name = new.table_name, column_name = new.column_name, value = new.value, value_hash = new.value_hash, frequency = new.frequency, relative_freq = new.relative_freq, rank = new.rank, bucket_label = new.bucket_label, bucket_lower_bound = new.bucket_lower_bound, bucket_upper_bound = new.bucket_upper_bound, generated_at = new.generated_at, attempt = new.attempt, table_id = new.table_id, ordinal_position = new.ordinal_position, is_bucket = new.is_bucket where profile_run_id = old.profile_run_id and attempt = old.attempt and table_id = old.table_id and ordinal_position = old.ordinal_position and is_bucket = old.is_bucket and rank = old.rank; end;

create trigger dq_profile_column_values_delete instead of delete on dq_profile_column_values begin
    delete from written_column_values where profile_run_id = old.profile_run_id and attempt = old.attempt and table_id = old.table_id and ordinal_position = old.ordinal_position and is_bucket = old.is_bucket and rank = old.rank; end;
