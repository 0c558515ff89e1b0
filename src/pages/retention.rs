//! `/settings/retention`: how long runs are kept, and what an age would remove, before it does.

use leptos::prelude::*;

use super::settings_tabs::settings_tabs;
use super::{page, request, titled};
use crate::components::button::{Button, Weight};
use crate::components::form_field::FormField;
use crate::components::format::{count, counted};
use crate::components::head::PageHead;
use crate::components::section::{SectionTitle, section};
use crate::domain::user::Permission;
use crate::services::retention;
use crate::store::run_deletion::RunRemoval;

/// Where the forms of this page come back to.
const HERE: &str = "/settings/retention";
/// Runs that the preview names.
const NAMED: usize = 12;

/// `/settings/retention?days=`
#[component]
pub fn RetentionPage() -> impl IntoView {
    page(async move {
        request::viewer_with(Permission::Configure)?;
        let db = request::state().db;
        let set = retention::retention_days(&db).await?;
        let query = request::raw_query();
        let asked = form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == "days")
            .and_then(|(_, value)| retention::read_days(&value).ok().flatten());
        let days = asked.or(set);
        let removal = match days {
            Some(days) => Some((days, retention::preview(&db, days, request::now()).await?)),
            None => None,
        };
        Ok(titled("Retention", retention_view(set, removal)))
    })
}

/// Draws the page: the age that is set, and what the previewed age would remove.
pub fn retention_view(set: Option<u32>, removal: Option<(u32, RunRemoval)>) -> AnyView {
    let lede = match set {
        Some(days) => format!("Runs are kept for {}.", counted(u64::from(days), "day")),
        None => "Runs are kept for ever.".to_owned(),
    };
    let typed = removal.as_ref().map(|(days, _)| days.to_string()).unwrap_or_default();
    view! {
        {PageHead::new("Retention").lede(lede).view()}
        {settings_tabs(HERE)}
        <form class="lone" method="get" action=HERE>
            {FormField::new("days", "Days to keep a run")
                .value(typed)
                .optional()
                .longest(5)
                .hint("The run that a table's current figures are of always stays. Empty keeps runs for ever.")
                .view()}
            <div class="acts">{Button::new("Show what would go").submit()}</div>
        </form>
        {removal.map(|(days, removal)| preview(set, days, &removal))}
        {set.map(|_| keep_for_ever())}
    }
    .into_any()
}

fn preview(set: Option<u32>, days: u32, removal: &RunRemoval) -> AnyView {
    let rows: u64 = removal.rows.values().sum();
    let said = if removal.runs.is_empty() {
        format!("Nothing is older than {}.", counted(u64::from(days), "day"))
    } else {
        let named: Vec<String> = removal.runs.iter().take(NAMED).map(|(_, number)| number.to_string()).collect();
        let more = removal.runs.len().saturating_sub(NAMED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!(
            "{} with {}: run {}{rest}.",
            counted(removal.runs.len() as u64, "run"),
            counted(rows, "row"),
            named.join(", ")
        )
    };
    let lines: Vec<AnyView> = removal
        .rows
        .iter()
        .filter(|(_, rows)| **rows > 0)
        .map(|(table, rows)| {
            view! { <tr><th scope="row"><code>{table.clone()}</code></th><td class="num" data-l="Rows">{count(*rows)}</td></tr> }.into_any()
        })
        .collect();
    let fields = [("days", days.to_string()), ("back", HERE.to_owned())];
    let action = if set == Some(days) {
        (!removal.runs.is_empty()).then(|| {
            Button::new("Remove them now")
                .weight(Weight::Danger)
                .post("remove-old-runs", &[("back", HERE.to_owned())])
        })
    } else {
        Some(
            Button::new(format!("Keep runs for {}", counted(u64::from(days), "day")))
                .weight(Weight::Danger)
                .post("set-retention", &fields),
        )
    };
    section(
        SectionTitle::new("preview", "What would go"),
        view! {
            <p>{said}</p>
            {(!lines.is_empty()).then(|| view! {
                <table class="tbl tight rec">
                    <caption class="vh">"Rows that would go"</caption>
                    <thead><tr><th scope="col">"Table"</th><th scope="col" class="num">"Rows"</th></tr></thead>
                    <tbody>{lines}</tbody>
                </table>
            })}
            <div class="acts">{action}</div>
        },
    )
}

fn keep_for_ever() -> AnyView {
    let fields = [("days", String::new()), ("back", HERE.to_owned())];
    view! { <div class="acts">{Button::new("Keep runs for ever").post("set-retention", &fields)}</div> }.into_any()
}
