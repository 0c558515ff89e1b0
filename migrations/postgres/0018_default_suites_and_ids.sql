-- A test suite for each connection, as the documents have it, PostgreSQL.

insert into dq_metadata.dq_test_suites (test_suite_key, project_key, name, description, severity, created_at, updated_at)
select 'default_suite:' || c.connection_id, c.project_key, 'default_suite', '', 'medium', now(), now()
from dq_metadata.dq_connections c where 'default_suite:' || c.connection_id not in (select test_suite_key from dq_metadata.dq_test_suites);

-- Ids of columns as results have them. Of two that differ by capitals alone both stay.
update dq_metadata.dq_data_column_chars set column_id = lower(column_id) where column_id <> lower(column_id)
    and lower(column_id) in (select lower(o.column_id) from dq_metadata.dq_data_column_chars o group by lower(o.column_id) having count(*) = 1);
