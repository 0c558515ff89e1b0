-- Personal values, Databricks: groups that mask them before they are stored, and what a run has measured once.

alter table dq_table_groups add columns (mask_before_storing boolean);
alter table dq_data_column_chars add columns (measured_pii_risk string);
