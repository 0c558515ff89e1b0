//! The document around every page, and the table of routes.

use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::assets;
use crate::components::icon::sprite;
use crate::http::cookies::Scheme;
use crate::pages::account::AccountPage;
use crate::pages::alerts::{AlertPage, AlertsPage};
use crate::pages::api_docs::ApiDocsPage;
use crate::pages::column::ColumnPage;
use crate::pages::connection::ConnectionPage;
use crate::pages::connections::ConnectionsPage;
use crate::pages::datasets::{DatasetPage, DatasetsPage};
use crate::pages::errors::NotFoundPage;
use crate::pages::find::FindPage;
use crate::pages::frame::Frame;
use crate::pages::login::LoginPage;
use crate::pages::looks::LooksPage;
use crate::pages::new_connection::NewConnectionPage;
use crate::pages::overview::OverviewPage;
use crate::pages::people::{PeoplePage, PersonPage};
use crate::pages::projects::{ProjectPage, ProjectsPage};
use crate::pages::quality::QualityPage;
use crate::pages::request;
use crate::pages::retention::RetentionPage;
use crate::pages::rows::RowsPage;
use crate::pages::run::{CancelRunPage, RunPage};
use crate::pages::runs::RunsPage;
use crate::pages::schema::SchemaPage;
use crate::pages::start::StartPage;
use crate::pages::table::TablePage;
use crate::pages::table_group::{NewTableGroupPage, TableGroupPage};
use crate::pages::tables::TablesPage;
use crate::pages::tokens::TokensPage;
use crate::pages::welcome::WelcomePage;

/// The document: what the browser needs before the first pixel, then the page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let scheme = request::scheme();
    let pinned = (scheme != Scheme::Auto).then(|| scheme.word());
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=pinned>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <link rel="icon" href=assets::url("favicon.svg") type="image/svg+xml" />
                <link rel="preload" href=assets::url("fonts/inter.woff2") r#as="font" r#type="font/woff2" crossorigin="anonymous" />
                <link rel="stylesheet" href=assets::url("main.css") />
                <HydrationScripts options=options islands=true />
                <MetaTags />
            </head>
            <body>
                {sprite()}
                <App />
            </body>
        </html>
    }
}

/// The routes. Every one is `SsrMode::Async`: status, redirect and title follow the data, and all is there without script.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=window_title />
        <Router>
            <Frame>
                <Routes fallback=NotFoundPage>
                    // The door.
                    <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async />
                    <Route path=path!("/welcome/:token") view=WelcomePage ssr=SsrMode::Async />
                    <Route path=path!("/start") view=StartPage ssr=SsrMode::Async />
                    // Explore.
                    <Route path=path!("/") view=OverviewPage ssr=SsrMode::Async />
                    <Route path=path!("/tables") view=TablesPage ssr=SsrMode::Async />
                    <Route path=path!("/tables/:connection/:schema/:table") view=TablePage ssr=SsrMode::Async />
                    <Route path=path!("/tables/:connection/:schema/:table/columns/:column") view=ColumnPage ssr=SsrMode::Async />
                    <Route path=path!("/tables/:connection/:schema/:table/columns/:column/rows") view=RowsPage ssr=SsrMode::Async />
                    <Route path=path!("/find") view=FindPage ssr=SsrMode::Async />
                    // Operate.
                    <Route path=path!("/runs") view=RunsPage ssr=SsrMode::Async />
                    <Route path=path!("/runs/:number") view=RunPage ssr=SsrMode::Async />
                    <Route path=path!("/runs/:number/cancel") view=CancelRunPage ssr=SsrMode::Async />
                    <Route path=path!("/alerts") view=AlertsPage ssr=SsrMode::Async />
                    <Route path=path!("/alerts/:alert") view=AlertPage ssr=SsrMode::Async />
                    // Settings and account.
                    <Route path=path!("/settings/projects") view=ProjectsPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/projects/:project") view=ProjectPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/connections") view=ConnectionsPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/connections/new") view=NewConnectionPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/connections/:connection") view=ConnectionPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/connections/:connection/new-group") view=NewTableGroupPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/groups/:group") view=TableGroupPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/datasets") view=DatasetsPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/datasets/:dataset") view=DatasetPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/schema") view=SchemaPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/quality") view=QualityPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/retention") view=RetentionPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/looks") view=LooksPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/people") view=PeoplePage ssr=SsrMode::Async />
                    <Route path=path!("/settings/people/:name") view=PersonPage ssr=SsrMode::Async />
                    <Route path=path!("/api/docs") view=ApiDocsPage ssr=SsrMode::Async />
                    <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async />
                    <Route path=path!("/account/tokens") view=TokensPage ssr=SsrMode::Async />
                </Routes>
            </Frame>
        </Router>
    }
}

/// The text of the `title` element. It may hold a name of the data, and leptos writes it into the document as it is.
fn window_title(title: String) -> String {
    if title.is_empty() {
        return "Limn".to_owned();
    }
    format!("{} · Limn", title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_the_title_stays_text() {
        assert_eq!(window_title("</title><script>&".into()), "&lt;/title&gt;&lt;script&gt;&amp; · Limn");
        assert_eq!(window_title(String::new()), "Limn");
    }
}
