//! Tests, their runs and results, and the stream of alerts.

super::tables! {
    dq_test_suites(test_suite_key) {
        test_suite_key: Text, project_key: Text, name: Text, description: Text, severity: Text, product_team_id: Text,
        application_id: Text, data_object_id: Text, data_definition_id: Text, created_at: Time, updated_at: Time,
    }

    dq_tests(test_id) {
        test_id: Text, table_group_id: Text required, test_suite_key: Text, name: Text, rule_type: Text, definition: Text,
        created_at: Time, updated_at: Time,
    }

    dq_test_runs(test_run_id) {
        test_run_id: Text, test_suite_key: Text, project_key: Text, status: Text, started_at: Time, completed_at: Time,
        duration_ms: Long, total_tests: Integer, failed_tests: Integer, trigger_source: Text,
    }

    dq_test_results(test_result_id) {
        test_result_id: Text, test_run_id: Text required, test_id: Text required, table_name: Text, column_name: Text,
        result_status: Text, expected_value: Text, actual_value: Text, message: Text, detected_at: Time,
    }

    dq_alerts(alert_id) {
        alert_id: Text, source_type: Text, source_ref: Text, severity: Text, title: Text, details: Text, acknowledged: Boolean,
        acknowledged_by: Text, acknowledged_at: Time, created_at: Time,
        // Ours: the cause (one row for each), where it is, what was seen and expected, how often, and what people decided.
        fingerprint: Text, kind: Text, table_group_id: Text, table_id: Text, schema_name: Text, table_name: Text, column_name: Text,
        observed: Text, expected: Text, level: Real, severity_rank: Integer, seen_count: Long, first_seen_at: Time, last_seen_at: Time,
        last_run_number: Long, first_run_number: Long, state: Text, state_before: Text, state_at: Time, state_by: Text,
        held_level: Real, snoozed_until: Time, snoozed_for: Text, dismissed_for: Text, assigned_to: Text, assigned_name: Text,
        reopened_count: Integer, revision: Long, updated_at: Time, held_severity: Text, reported_by: Text,
    }
}
