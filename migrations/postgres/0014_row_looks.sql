-- Looks at rows of sources, PostgreSQL: who looked at which rows of which table, when, and how many were shown. Added to and never changed, like the audit.

create table limn.row_looks (
    look_id text not null primary key,
    looked_at timestamptz not null,
    user_id text,
    user_name text not null,
    table_id text not null,
    connection_id text not null,
    schema_name text not null,
    table_name text not null,
    column_name text not null,
    condition_words text not null,
    run_number bigint,
    page integer not null,
    rows_shown bigint not null,
    columns_masked bigint not null,
    outcome text not null
);

create index row_looks_by_time on limn.row_looks (looked_at, look_id);
create index row_looks_by_table on limn.row_looks (table_id, looked_at);

create function limn.refuse_change_of_looks() returns trigger language plpgsql as $$ begin raise exception 'row_looks is append-only'; end $$;
create trigger row_looks_are_only_added_to before update or delete or truncate on limn.row_looks for each statement execute function limn.refuse_change_of_looks();
