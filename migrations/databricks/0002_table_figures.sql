-- Figures of a table as a whole in one run: its kind, candidate keys, duplicate rows, correlations.
alter table run_tables add columns (metrics_json string);
