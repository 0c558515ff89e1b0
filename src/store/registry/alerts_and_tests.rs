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
    }
}
