-- A test suite for each connection, as the documents have it, SQLite.

insert into dq_test_suites (test_suite_key, project_key, name, description, severity, created_at, updated_at)
select 'default_suite:' || c.connection_id, c.project_key, 'default_suite', '', 'medium', strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z',
    strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'
from dq_connections c where 'default_suite:' || c.connection_id not in (select test_suite_key from dq_test_suites);
