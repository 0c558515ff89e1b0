-- What a finding takes from its table's score, and how much a table counts beside others, Databricks.

alter table dq_profile_anomaly_results add columns (score_cost double);
alter table dq_data_table_chars add columns (score_weight double);
