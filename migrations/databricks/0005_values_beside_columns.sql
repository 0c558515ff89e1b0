-- Top values and bars beside their column. In Delta, dq_profile_column_values stays a table: columns that repeat cost nothing there.
alter table dq_profile_results add columns (values_json string, histogram_json string);
