-- How much a cause mattered when somebody decided about it, and the person whose program alone has reported it, SQLite.

alter table dq_alerts add column held_severity text;
alter table dq_alerts add column reported_by text;

update dq_alerts set held_severity = severity where state in ('acknowledged', 'snoozed', 'dismissed');
update dq_alerts set reported_by = (select coalesce(p.started_by_id, 'unknown') from dq_profiles p
    where p.profile_run_id = dq_alerts.source_ref and p.engine = 'external')
where source_type = 'profile_anomaly';
