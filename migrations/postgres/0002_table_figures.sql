-- Figures of a table as a whole in one run: its kind, candidate keys, duplicate rows, correlations.
alter table dq_metadata.run_tables add column metrics_json text;
