//! One file a screen, named as its route; what a page shows it reads from the store, what it changes it posts as a form.
//!
//! A page is a component that gathers its model and hands it to a view function of the same file, which is pure and is
//! what the tests draw. `page` waits for the model and turns every error into a page with its status; `request` says who
//! asks and for what; `respond` refuses; `frame` is what stands around every page.

pub mod account;
pub mod alerts;
pub mod api_docs;
pub mod column;
pub mod connection;
pub mod connection_form;
pub mod connections;
pub mod datasets;
pub mod errors;
pub mod find;
mod findings;
mod first_run;
mod first_run_choice;
pub mod frame;
pub mod live;
pub mod login;
pub mod looks;
pub mod new_connection;
pub mod overview;
mod overview_attention;
mod overview_lists;
mod panel_sql;
pub mod people;
pub mod projects;
pub mod quality;
mod removal;
pub mod request;
pub mod respond;
pub mod retention;
mod rollup_cells;
pub mod rows;
pub mod run;
mod run_links;
pub mod runs;
pub mod schema;
mod settings_tabs;
pub mod start;
pub mod table;
pub mod table_group;
pub mod tables;
mod tables_edit;
mod tables_list;
pub mod tokens;
pub mod welcome;

use std::future::Future;

use leptos::prelude::*;
use leptos_meta::Title;

use crate::services::error::AppError;

/// Waits for a page and shows it, or the error in its place. All routes are `SsrMode::Async`: the status follows the data.
pub fn page(content: impl Future<Output = Result<AnyView, AppError>> + Send + 'static) -> impl IntoView {
    view! {
        <Suspense>
            {Suspend::new(async move {
                match content.await {
                    Ok(view) => view,
                    Err(error) => respond::failed(error),
                }
            })}
        </Suspense>
    }
}

/// A page's title in the window and its content.
pub fn titled(title: impl Into<String>, content: AnyView) -> AnyView {
    view! { <Title text=title.into() />{content} }.into_any()
}

/// Asks a browser without scripts to look again: put on pages that show something that is still running.
pub fn look_again_without_script(is_wanted: bool) -> AnyView {
    if !is_wanted {
        return ().into_any();
    }
    view! { <noscript><meta http-equiv="refresh" content="3" /></noscript> }.into_any()
}

#[cfg(test)]
mod tests;
