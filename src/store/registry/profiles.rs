//! Runs and what they found: figures, values, anomalies, how each table went, and the states that merge.

super::tables! {
    dq_profiles(profile_run_id) {
        profile_run_id: Text, table_group_id: Text required, status: Text required, started_at: Time, completed_at: Time, row_count: Long,
        anomaly_count: Integer, payload_path: Text, databricks_run_id: Text, table_count: Long, column_count: Long, profile_mode: Text,
        profile_version: Text, dq_score_profiling: Real, dq_score_testing: Real,
        // Ours: the short number, the state machine, who asked for it and why it ended so.
        run_number: Long required, phase: Text required, reason: Text, error_message: Text, attempt: Integer required,
        released_count: Integer required, started_by: Text, started_by_id: Text, trigger_source: Text required, requested_at: Time required,
        lease_owner: Text, lease_expires_at: Time, cancel_requested_at: Time, cancel_requested_by: Text, plan_json: Text required,
        is_whole_group: Boolean required, typical_duration_ms: Long, progress_json: Text, bytes_scanned: Long,
        failed_table_count: Integer required, failed_tables_json: Text, result_digest: Text, engine: Text required,
        row_sequence: Long required,
    }

    // How each table of a run went: its snapshot, what was refused, which checks did not hold.
    run_tables(profile_run_id, attempt, table_id) {
        profile_run_id: Text, attempt: Integer, table_id: Text, run_number: Long required, schema_name: Text required,
        table_name: Text required, row_count: Long required, column_count: Integer required, rows_scanned: Long required,
        bytes_scanned: Long required, null_cell_count: Long required, started_after_ms: Long required, duration_ms: Long required,
        format: Text required, profile_mode: Text required, engine: Text required, engine_version: Text required,
        snapshot_json: Text required, rejected_json: Text, broken_invariants_json: Text, failure_json: Text, completed_at: Time,
        metrics_json: Text,
    }

    dq_profile_results(result_id) {
        result_id: Text, profile_run_id: Text required, table_id: Text required, column_id: Text required, schema_name: Text,
        table_name: Text, column_name: Text required, data_type: Text, general_type: Text, record_count: Long, null_count: Long,
        distinct_count: Long, min_value: Text, max_value: Text, avg_value: Real, stddev_value: Real, percentiles_json: Text,
        top_values_json: Text, metrics_json: Text, generated_at: Time,
        attempt: Integer required, ordinal_position: Integer required,
        values_json: Text, histogram_json: Text,
    }

    dq_profile_columns(profile_run_id, attempt, table_id, ordinal_position) {
        profile_run_id: Text, schema_name: Text, table_name: Text required, column_name: Text required, qualified_name: Text,
        data_type: Text, general_type: Text, ordinal_position: Integer, row_count: Long, null_count: Long, non_null_count: Long,
        distinct_count: Long, min_value: Text, max_value: Text, avg_value: Real, stddev_value: Real, median_value: Real, p95_value: Real,
        true_count: Long, false_count: Long, min_length: Integer, max_length: Integer, avg_length: Real, non_ascii_ratio: Real,
        min_date: Date, max_date: Date, date_span_days: Integer, metrics_json: Text, generated_at: Time,
        attempt: Integer, table_id: Text,
    }

    dq_profile_column_values(profile_run_id, attempt, table_id, ordinal_position, is_bucket, rank) {
        profile_run_id: Text, schema_name: Text, table_name: Text required, column_name: Text required, value: Text, value_hash: Text,
        frequency: Long, relative_freq: Real, rank: Integer, bucket_label: Text, bucket_lower_bound: Real, bucket_upper_bound: Real,
        generated_at: Time,
        attempt: Integer, table_id: Text, ordinal_position: Integer, is_bucket: Boolean,
    }

    dq_profile_anomaly_types(anomaly_type_id) {
        anomaly_type_id: Text, name: Text, category: Text, default_severity: Text, default_likelihood: Text, description: Text,
        created_at: Time, updated_at: Time,
    }

    dq_profile_anomaly_results(anomaly_result_id) {
        anomaly_result_id: Text, profile_run_id: Text required, table_id: Text, column_id: Text, schema_name: Text, table_name: Text,
        column_name: Text, anomaly_type_id: Text, severity: Text, likelihood: Text, detail: Text, pii_risk: Text, dq_dimension: Text,
        detected_at: Time, dismissed: Boolean, dismissed_by: Text, dismissed_at: Time,
        attempt: Integer required,
        // Ours: the figures behind it, how many rows it is about, the share of them that counts against the score, and what it takes from the table's.
        evidence_json: Text, affected_count: Long, prevalence: Real, score_cost: Real,
    }

    // The plain record that callbacks carry; read only where the table above has nothing.
    dq_profile_anomalies(anomaly_id) {
        anomaly_id: Text, profile_run_id: Text required, schema_name: Text, table_name: Text, column_name: Text, anomaly_type: Text,
        severity: Text, description: Text, detected_at: Time,
        attempt: Integer required,
    }

    dq_profile_operations(operation_id) {
        operation_id: Text, profile_run_id: Text, target_table: Text, rows_written: Long, duration_ms: Long, status: Text,
        error_payload: Text, started_at: Time, completed_at: Time,
    }

    // One state of one column in one partition of a table, those of its latest reading. `retired_at` is always empty: states of
    // earlier readings are not kept.
    dq_profile_partition_states(state_id) {
        state_id: Text, table_id: Text required, partition_key: Text required, snapshot_id: Text required, column_name: Text required,
        ordinal_position: Integer required, state_kind: Text required, parameters_json: Text required, state_bytes: Bytes required,
        row_count: Long required, profiled_at: Time required, profile_run_id: Text required, attempt: Integer required, retired_at: Time,
    }
}
