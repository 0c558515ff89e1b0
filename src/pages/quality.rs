//! `/settings/quality`: the countries that rules know, the weights of scores, and when failed runs are more than bad luck.

use leptos::prelude::*;

use super::settings_tabs::settings_tabs;
use super::{page, request, titled};
use crate::anomalies::Country;
use crate::components::button::{Button, Weight};
use crate::components::form_field::FormField;
use crate::components::head::PageHead;
use crate::components::meaning::words_of;
use crate::components::section::{SectionTitle, section};
use crate::domain::user::Permission;
use crate::engine::semantics::{table_type_names, type_names};
use crate::services::finding_settings::{FindingSettings, load_settings};

/// Where the form of this page comes back to.
const HERE: &str = "/settings/quality";

/// `/settings/quality`
#[component]
pub fn QualityPage() -> impl IntoView {
    page(async move {
        request::viewer_with(Permission::Configure)?;
        let settings = load_settings(&request::state().db).await?;
        Ok(titled("Quality", quality_view(&settings)))
    })
}

/// Draws the page: one form.
pub fn quality_view(settings: &FindingSettings) -> AnyView {
    view! {
        {PageHead::new("Quality").lede("What rules know of countries, how much columns and tables count in scores, and when failed runs are more than bad luck. Changes count from the next run on.").view()}
        {settings_tabs(HERE)}
        <form class="quality" method="post" action="/actions/set-finding-settings">
            <input type="hidden" name="back" value=HERE />
            {countries(settings)}
            {weights(settings)}
            {failures(settings)}
            <div class="acts">{Button::new("Save").weight(Weight::Primary).submit()}</div>
        </form>
    }
    .into_any()
}

fn countries(settings: &FindingSettings) -> AnyView {
    let boxes: Vec<AnyView> = Country::all()
        .iter()
        .map(|country| {
            let is_on = settings.hygiene.countries.iter().any(|known| known.code == country.code);
            view! {
                <label class="check-line"><input class="check" type="checkbox" name="countries[]" value=country.code checked=is_on /><span>{country.name.trim_start_matches("the ")}</span><span class="t2">{country.postal_form}</span></label>
            }
            .into_any()
        })
        .collect();
    section(
        SectionTitle::new("countries", "Countries").subtitle("postal codes and regions are held against these; none chosen means all"),
        view! { <div class="check-grid">{boxes}</div> },
    )
}

fn weights(settings: &FindingSettings) -> AnyView {
    let field = |group: &'static str, name: &'static str, list: &[(String, f64)]| {
        let weight = list.iter().find(|(known, _)| known == name).map(|(_, weight)| weight.to_string());
        view! {
            <label class="weight"><span>{words_of(name)}</span>
                <input class="in" name=format!("{group}[{name}]") value=weight inputmode="decimal" placeholder="1" maxlength="6" /></label>
        }
        .into_any()
    };
    let columns: Vec<AnyView> = type_names()
        .map(|name| field("columns", name, &settings.weights.column_types))
        .collect();
    let tables: Vec<AnyView> = table_type_names()
        .map(|name| field("tables", name, &settings.weights.table_types))
        .collect();
    let plain = |name: &'static str, label: &'static str, weight: f64| {
        view! {
            <label class="weight"><span>{label}</span>
                <input class="in" name=name value=weight.to_string() inputmode="decimal" placeholder="1" maxlength="6" /></label>
        }
        .into_any()
    };
    view! {
        {section(
            SectionTitle::new("tables", "Weights of tables").subtitle("for each of their cells, by kind; empty is 1, 0 leaves them out"),
            view! { <div class="weights">{tables}</div> },
        )}
        {section(
            SectionTitle::new("columns", "Weights of columns").subtitle("within their table, by what they hold; empty is 1"),
            view! {
                <div class="weights">
                    {plain("personal", "Personal data, times", settings.weights.personal)}
                    {plain("critical", "Critical data element, times", settings.weights.critical)}
                    {columns}
                </div>
            },
        )}
    }
    .into_any()
}

fn failures(settings: &FindingSettings) -> AnyView {
    section(
        SectionTitle::new("failures", "Failed runs").subtitle("one alert for each table group"),
        view! {
            <div class="pair">
                {FormField::new("threshold", "Failures in a row until it is high").value(settings.failures.threshold.to_string()).longest(2)
                    .hint("A first failure is medium. An acknowledged alert wakes here.").view()}
                {FormField::new("cool_down_hours", "Hours until it wakes again").value(settings.failures.cool_down_hours.to_string()).longest(3)
                    .hint("While runs go on failing, an acknowledged alert stays quiet for so long.").view()}
            </div>
        },
    )
}
