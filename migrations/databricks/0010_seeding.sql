-- What programs seed, Databricks: groups and tables that can be switched off. What a seeding wrote is not kept in Delta.

alter table dq_table_groups add columns (is_active boolean);
alter table dq_tables add columns (is_active boolean);
