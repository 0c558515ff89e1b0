-- How much a cause mattered when somebody decided about it, and the person whose program alone has reported it, Databricks.

alter table dq_alerts add columns (held_severity string, reported_by string);
