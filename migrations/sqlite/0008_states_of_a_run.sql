-- The states of partitions that a run read, SQLite: they go with it.

create index dq_profile_partition_states_of_run on dq_profile_partition_states (profile_run_id);
