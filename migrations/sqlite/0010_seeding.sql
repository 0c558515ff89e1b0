-- What programs seed, SQLite: groups and tables that can be switched off, and what a seeding wrote last, so that it never wipes what a person has set since.

alter table dq_table_groups add column is_active boolean;
alter table dq_tables add column is_active boolean;

create table seed_entries (
    -- Who seeds: an entry is its own alone.
    source text not null,
    -- `project`, `connection`, `dataset`, `table_group` or `table`.
    kind text not null,
    entry_id text not null,
    -- The values as they were seeded last, by column.
    values_json text not null,
    seeded_at text not null,
    primary key (source, kind, entry_id)
);
