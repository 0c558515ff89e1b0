-- Personal values, PostgreSQL: groups that mask them before they are stored, and what a run has measured once.

alter table dq_metadata.dq_table_groups add column mask_before_storing boolean;
alter table dq_metadata.dq_data_column_chars add column measured_pii_risk text;
