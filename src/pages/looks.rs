//! `/settings/looks`: who has looked at which rows of which table, newest first.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::run_links::export_link;
use super::settings_tabs::settings_tabs;
use super::{page, request, titled};
use crate::components::button::Button;
use crate::components::empty_state::empty_state;
use crate::components::format::{count, counted};
use crate::components::graphics::frequency_list::visible;
use crate::components::head::PageHead;
use crate::components::icon::Icon;
use crate::components::moment::moment;
use crate::components::pagination::Pager;
use crate::domain::paging::Page;
use crate::domain::query::query_string;
use crate::domain::row_look::{LooksQuery, RowLookEntry};
use crate::domain::user::Permission;
use crate::store::row_looks;

/// Where the list is.
const HERE: &str = "/settings/looks";

/// `/settings/looks?person=&page=`
#[component]
pub fn LooksPage() -> impl IntoView {
    page(async move {
        request::viewer_with(Permission::Configure)?;
        let asked = LooksQuery::parse(&request::raw_query());
        let looks = row_looks::list_looks(&request::state().db, &asked).await?;
        Ok(titled("Looks at rows", looks_view(&looks, &asked, request::now())))
    })
}

/// Draws the list.
pub fn looks_view(looks: &Page<RowLookEntry>, asked: &LooksQuery, now: DateTime<Utc>) -> AnyView {
    let lede = match &asked.person {
        Some(person) => view! { "By "<b>{person.clone()}</b>". "<a href=HERE>"Everybody's"</a> }.into_any(),
        None => view! { "Every look at rows of a source is kept, as long as the audit: who, when, which rows, how many." }.into_any(),
    };
    let export = view! { {Button::new("CSV").icon(Icon::Export).link(export_link(HERE, &asked.at_page(1), "csv"))} };
    let list = if looks.items.is_empty() {
        empty_state(
            None,
            "Nobody has looked at rows",
            "Rows are looked at from a bar, a value or a finding of a column.",
            (),
        )
    } else {
        view! {
            <table class="tbl tight rec looks">
                <caption class="vh">"Looks at rows, newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"When"</th>
                        <th scope="col">"Who"</th>
                        <th scope="col">"Column"</th>
                        <th scope="col">"Which rows"</th>
                        <th scope="col">"Run"</th>
                        <th scope="col" class="num">"Rows shown"</th>
                        <th scope="col">"Outcome"</th>
                    </tr>
                </thead>
                <tbody>{looks.items.iter().map(|look| row(look, now)).collect::<Vec<_>>()}</tbody>
            </table>
            {Pager::of(looks, |page| format!("{HERE}{}", asked.at_page(page))).view()}
        }
        .into_any()
    };
    view! {
        {PageHead::new("Looks at rows").lede(lede).actions(export).view()}
        {settings_tabs(HERE)}
        {list}
    }
    .into_any()
}

fn row(look: &RowLookEntry, now: DateTime<Utc>) -> AnyView {
    let of_person = query_string(&[("person", &look.user_name)]);
    let masked = (look.columns_masked > 0).then(|| format!(", {} masked", counted(look.columns_masked, "column")));
    let page = (look.page > 1).then(|| format!(", page {}", look.page));
    view! {
        <tr>
            <th scope="row">{moment(look.looked_at, now)}</th>
            <td data-l="Who"><a href=format!("{HERE}{of_person}")>{look.user_name.clone()}</a></td>
            <td class="mono" data-l="Column"><a class="breaks" href=look.address.column_path(&look.column_name)>{format!("{}.{}", look.address.qualified_name(), look.column_name)}</a></td>
            <td data-l="Which rows"><span class="breaks">{visible(&look.condition)}</span>{page}</td>
            <td data-l="Run">{look.run_number.map(|number| view! { <a href=format!("/runs/{number}")>{number.to_string()}</a> })}</td>
            <td class="num" data-l="Rows shown">{count(look.rows_shown)}</td>
            <td data-l="Outcome">{look.outcome.clone()}{masked}</td>
        </tr>
    }
    .into_any()
}
