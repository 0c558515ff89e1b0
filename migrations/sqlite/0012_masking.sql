-- Personal values, SQLite: groups that mask them before they are stored, and what a run has measured once.

alter table dq_table_groups add column mask_before_storing boolean;
alter table dq_data_column_chars add column measured_pii_risk text;
