//! The catalogue: what is connected, how it is grouped, what is known of each table and column, the settings.

super::tables! {
    dq_settings(key) { key: Text, value: Text, updated_at: Time }

    dq_projects(project_key) {
        project_key: Text, name: Text, description: Text, sql_flavor: Text, workspace_id: Text, created_at: Time, updated_at: Time,
        // Ours: an inactive project refuses profiling.
        is_active: Boolean,
    }

    dq_connections(connection_id) {
        connection_id: Text, project_key: Text required, name: Text, catalog: Text, schema_name: Text, http_path: Text,
        managed_credentials_ref: Text, created_at: Time, updated_at: Time, is_active: Boolean,
        // Ours: what is read and where. `system_id` is S2's reference to another catalogue.
        kind: Text required, location: Text required, system_id: Text,
    }

    dq_table_groups(table_group_id) {
        table_group_id: Text, connection_id: Text required, name: Text, description: Text, profiling_include_mask: Text,
        profiling_exclude_mask: Text, profiling_job_id: Text, created_at: Time, updated_at: Time,
        // Ours: the dataset that people count it to; an inactive group refuses profiling.
        dataset_id: Text, is_active: Boolean,
        // Ours: whether values of personal columns are masked before they are stored.
        mask_before_storing: Boolean,
    }

    // Ours: what people think of as one thing, with the upper levels of the seed's hierarchy as attributes.
    dq_datasets(dataset_id) {
        dataset_id: Text, project_key: Text required, name: Text, description: Text, product_team: Text, application: Text,
        created_at: Time, updated_at: Time,
    }

    dq_tables(table_id) {
        table_id: Text, table_group_id: Text required, schema_name: Text required, table_name: Text required, source_table_id: Text,
        created_at: Time required,
        // Ours: what discovery found.
        format: Text required, bytes: Long required, files_json: Text required, missing_since: Time,
        // Ours: the seed's definition that it belongs to, how it is read, and which name it had before or has now.
        data_definition: Text, left_out_json: Text, row_filter: Text, renamed_from: Text, renamed_to: Text,
        // Ours: an inactive table is left out of runs.
        is_active: Boolean,
    }

    dq_data_table_chars(table_id) {
        table_id: Text, table_group_id: Text, schema_name: Text, table_name: Text, record_count: Long, column_count: Integer,
        data_point_count: Long, critical_data_element: Boolean, data_source: Text, source_system: Text, source_process: Text,
        business_domain: Text, stakeholder_group: Text, transform_level: Text, data_product: Text, dq_score_profiling: Real,
        dq_score_testing: Real, last_complete_profile_run_id: Text, latest_anomaly_ct: Integer, latest_run_completed_at: Time,
        created_at: Time, updated_at: Time,
        // Ours: which published rows are the latest, and the newest failure to read the table.
        last_complete_run_number: Long, last_complete_attempt: Integer, null_cell_count: Long, last_failed_run_number: Long,
        last_failed_at: Time, last_failure_json: Text,
        // Ours: what people say of it beyond the documented characteristics.
        description: Text, data_steward: Text, tags_json: Text,
        // Ours: how much the table counts beside others.
        score_weight: Real,
    }

    dq_data_column_chars(column_id) {
        column_id: Text, table_id: Text, schema_name: Text, table_name: Text, column_name: Text, data_type: Text,
        functional_data_type: Text, critical_data_element: Boolean, pii_risk: Text, dq_dimension: Text, tags_json: Text,
        dq_score_profiling: Real, dq_score_testing: Real, last_complete_profile_run_id: Text, latest_anomaly_ct: Integer,
        latest_run_completed_at: Time, created_at: Time, updated_at: Time,
        // Ours: what is in it, and the worst risk that a run has measured.
        description: Text, measured_pii_risk: Text,
    }
}
