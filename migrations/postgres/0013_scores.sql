-- What a finding takes from its table's score, and how much a table counts beside others, PostgreSQL.

alter table dq_profile_anomaly_results add column score_cost double precision;
alter table dq_data_table_chars add column score_weight double precision;
