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

-- A share of all rows that another program gave of characters outside ASCII stays as it was given; Limn's own follows from its count.
drop view if exists dq_metadata.dq_profile_columns;
create view dq_metadata.dq_profile_columns as
select w.profile_run_id, w.schema_name, w.table_name, w.column_name, w.qualified_name, w.data_type, w.general_type, w.ordinal_position, w.row_count, w.null_count, w.non_null_count, w.distinct_count, w.min_value, w.max_value, w.avg_value, w.stddev_value, w.median_value, w.p95_value, w.true_count, w.false_count, w.min_length, w.max_length, w.avg_length, w.non_ascii_ratio, w.min_date, w.max_date, w.date_span_days, w.metrics_json, w.generated_at, w.attempt, w.table_id
from limn.written_columns w
union all
select r.profile_run_id, r.schema_name, r.table_name, r.column_name,
    case when coalesce(r.schema_name, '') = '' then '' else r.schema_name || '.' end || r.table_name || '.' || r.column_name, r.data_type, r.general_type,
    r.ordinal_position, r.record_count, r.null_count, coalesce(case when (r.metrics_json::json ->> 'non_null_count') is not null then least((r.metrics_json::json ->> 'non_null_count')::numeric, 9223372036854775807)::bigint end, r.record_count - r.null_count), r.distinct_count, r.min_value, r.max_value, r.avg_value, r.stddev_value,
    (r.percentiles_json::json ->> 'median')::double precision, (r.percentiles_json::json ->> 'p95')::double precision, case when (r.metrics_json::json ->> 'true_count') is not null then least((r.metrics_json::json ->> 'true_count')::numeric, 9223372036854775807)::bigint end, case when (r.metrics_json::json ->> 'false_count') is not null then least((r.metrics_json::json ->> 'false_count')::numeric, 9223372036854775807)::bigint end,
    case when (r.metrics_json::json ->> 'min_length') is not null then least((r.metrics_json::json ->> 'min_length')::numeric, 2147483647)::integer end, case when (r.metrics_json::json ->> 'max_length') is not null then least((r.metrics_json::json ->> 'max_length')::numeric, 2147483647)::integer end, (r.metrics_json::json ->> 'avg_length')::double precision,
    case when json_typeof(r.metrics_json::json -> 'non_ascii_ratio') = 'number' then (r.metrics_json::json ->> 'non_ascii_ratio')::double precision else (r.metrics_json::json ->> 'non_ascii_count')::double precision / nullif(coalesce(case when (r.metrics_json::json ->> 'non_null_count') is not null then least((r.metrics_json::json ->> 'non_null_count')::numeric, 9223372036854775807)::bigint end, r.record_count - r.null_count), 0) end, case when (r.metrics_json::json ->> 'min_date') ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' and (r.metrics_json::json ->> 'min_date') !~ '^0000' then substr((r.metrics_json::json ->> 'min_date'), 1, 10)::date end, case when (r.metrics_json::json ->> 'max_date') ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' and (r.metrics_json::json ->> 'max_date') !~ '^0000' then substr((r.metrics_json::json ->> 'max_date'), 1, 10)::date end,
    case when (r.metrics_json::json ->> 'date_span_days') is not null then greatest(least((r.metrics_json::json ->> 'date_span_days')::numeric, 2147483647), -2147483648)::integer end, null::text, r.generated_at, r.attempt, r.table_id
from (select s.profile_run_id, s.attempt, s.table_id, s.schema_name, s.table_name, s.generated_at, p.ordinal_position, c.column_name, c.data_type, c.general_type,
        c.record_count, c.null_count, c.distinct_count, c.min_value, c.max_value, c.avg_value, c.stddev_value, c.percentiles_json,
        (select '{' || coalesce(string_agg(to_json(n.name)::text || ':' || case n.name
            when 'patterns' then (select '[' || coalesce(string_agg('{"pattern":' || (v.pair -> 0)::text || ',"count":' || (v.pair -> 1)::text || '}', ',' order by v.place), '') || ']'
                from json_array_elements(f.figure) with ordinality v (pair, place))
            when 'length_histogram' then (select '[' || coalesce(string_agg('{"length":' || (v.pair -> 0)::text || ',"count":' || (v.pair -> 1)::text || '}', ',' order by v.place), '') || ']'
                from json_array_elements(f.figure) with ordinality v (pair, place))
            else f.figure::text end, ',' order by n.place), '') || '}'
        from json_array_elements_text(h.body::json) with ordinality n (name, place)
        join json_array_elements(c.figures_json::json) with ordinality f (figure, place) on f.place = n.place) as metrics_json
    from limn.result_sets s join limn.result_rows p on p.set_key = s.set_key join limn.result_contents c on c.content_key = p.content_key
    join limn.result_texts h on h.text_key = c.shape_key left join limn.result_texts a on a.text_key = c.axis_key) r;
create trigger dq_profile_columns_insert instead of insert on dq_metadata.dq_profile_columns for each row execute function limn.insert_columns_of_others();
create rule dq_profile_columns_update as on update to dq_metadata.dq_profile_columns do instead
    update limn.written_columns set profile_run_id = new.profile_run_id, schema_name = new.schema_name, table_name = new.table_name, column_name = new.column_name, qualified_name = new.qualified_name, data_type = new.data_type, general_type = new.general_type, ordinal_position = new.ordinal_position, row_count = new.row_count, null_count = new.null_count, non_null_count = new.non_null_count, distinct_count = new.distinct_count, min_value = new.min_value, max_value = new.max_value, avg_value = new.avg_value, stddev_value = new.stddev_value, median_value = new.median_value, p95_value = new.p95_value, true_count = new.true_count, false_count = new.false_count, min_length = new.min_length, max_length = new.max_length, avg_length = new.avg_length, non_ascii_ratio = new.non_ascii_ratio, min_date = new.min_date, max_date = new.max_date, date_span_days = new.date_span_days, metrics_json = new.metrics_json, generated_at = new.generated_at, attempt = new.attempt, table_id = new.table_id where profile_run_id = old.profile_run_id and attempt = old.attempt and table_id = old.table_id and ordinal_position = old.ordinal_position;
create rule dq_profile_columns_delete as on delete to dq_metadata.dq_profile_columns do instead
    delete from limn.written_columns where profile_run_id = old.profile_run_id and attempt = old.attempt and table_id = old.table_id and ordinal_position = old.ordinal_position;
