//! Alerts of one page under headings: those of one table stand together, those of runs, and those that other programs reported.

use crate::components::format::counted;
use crate::domain::address::TableAddress;
use crate::domain::alert::{Alert, source};

/// What stands under one heading.
pub struct AlertGroup<'a> {
    /// Tells it from every other group of the page; ticks belong together by it.
    pub key: String,
    /// What its heading says.
    pub heading: String,
    /// Where the table is, in words; only where another group has the same heading.
    pub place: Option<String>,
    /// The table.
    pub table: Option<&'a TableAddress>,
    /// Its alerts, in the order of the page.
    pub alerts: Vec<&'a Alert>,
}

impl<'a> AlertGroup<'a> {
    /// The groups of a page, in the order in which each first appears.
    pub fn of(alerts: &'a [Alert]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for alert in alerts {
            let key = key_of(alert);
            match groups.iter_mut().find(|group| group.key == key) {
                Some(group) => group.alerts.push(alert),
                None => groups.push(Self {
                    key,
                    heading: heading_of(alert),
                    place: None,
                    table: alert.table.as_ref(),
                    alerts: vec![alert],
                }),
            }
        }
        let places: Vec<Option<String>> = groups.iter().map(|group| group.place_among(&groups)).collect();
        for (group, place) in groups.iter_mut().zip(places) {
            group.place = place;
        }
        groups
    }

    /// `3 alerts of orders in shop`.
    pub fn words(&self) -> String {
        let place = self.place.as_ref().map(|place| format!(" in {place}")).unwrap_or_default();
        format!("{} of {}{place}", counted(self.alerts.len() as u64, "alert"), self.heading)
    }

    /// The connection where another group says the same of itself, and the table group where that is the same, too.
    fn place_among(&self, all: &[Self]) -> Option<String> {
        let table = self.table?;
        let same: Vec<&Self> = all
            .iter()
            .filter(|other| other.key != self.key && other.table.is_some() && other.heading == self.heading)
            .collect();
        let is_shared = same
            .iter()
            .any(|other| other.table.is_some_and(|other| other.connection_id == table.connection_id));
        let group = self
            .alerts
            .first()
            .and_then(|alert| alert.table_group_id.as_ref())
            .filter(|_| is_shared);
        let group = group.map(|group| format!(", group {group}")).unwrap_or_default();
        (!same.is_empty()).then(|| format!("{}{group}", table.connection_id))
    }
}

/// What tells the group of an alert from others. A table has one name in its table group, and the same name may be in another.
pub fn key_of(alert: &Alert) -> String {
    match &alert.table {
        Some(table) => {
            let group = alert.table_group_id.as_ref().map_or("", |group| group.as_str());
            format!("{group}/{}/{}/{}", table.connection_id, table.schema_name, table.table_name)
        }
        None => heading_of(alert),
    }
}

fn heading_of(alert: &Alert) -> String {
    match (&alert.table, alert.source_type.as_str()) {
        (Some(table), _) => table.qualified_name(),
        (None, source::RUN | source::ANOMALY) => "Runs".to_owned(),
        (None, _) => "Reported by programs".to_owned(),
    }
}
