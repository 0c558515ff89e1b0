-- States of partitions go with the run that made them.
create index dq_profile_partition_states_by_run on dq_metadata.dq_profile_partition_states (profile_run_id);
