//! The pages of 403, 404 and 500: what happened, what to do, and the reference under which the cause was logged.

use leptos::prelude::*;

use super::respond;
use crate::components::button::Button;
use crate::components::icon::{Icon, icon};

/// What an error page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorPage {
    /// HTTP status.
    pub status: u16,
    /// The finding.
    pub title: String,
    /// What to do.
    pub detail: String,
    /// Where the log tells more.
    pub reference: Option<String>,
    /// Whether the ways on lead into the product or to its door.
    pub is_signed_in: bool,
    /// The path that was asked for.
    pub path: String,
}

/// The page of an address that is none.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    respond::not_found()
}

/// Draws the page.
pub fn error_view(page: ErrorPage) -> AnyView {
    let mark = match page.status {
        401 | 403 => Icon::Lock,
        404 => Icon::Search,
        _ => Icon::Fail,
    };
    let ways = if page.is_signed_in {
        let above = place_above(&page.path).map(|(label, path)| Button::new(label).link(path));
        view! { {above}{Button::new("Overview").link("/")}{Button::new("Tables").link("/tables")} }.into_any()
    } else {
        Button::new("Sign in").link("/login")
    };
    view! {
        <div class="empty">
            {icon(mark, 20)}
            <h1>{page.title}</h1>
            <p>{page.detail}</p>
            {page.reference.map(|reference| view! { <p class="t2 small">"reference "<code>{reference}</code></p> })}
            <div class="acts">{ways}</div>
        </div>
    }
    .into_any()
}

/// The page that the asked one is a part of: the column of rows, the table of a column.
fn place_above(path: &str) -> Option<(&'static str, String)> {
    let parts: Vec<&str> = path.split('/').collect();
    let above = |length: usize| parts[..length].join("/");
    match parts.as_slice() {
        ["", "tables", _, _, _, "columns", _, "rows"] => Some(("Back to the column", above(7))),
        ["", "tables", _, _, _, "columns", _] => Some(("Back to the table", above(5))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_shows_its_reference_and_a_stranger_only_the_door() {
        let page = ErrorPage {
            status: 500,
            title: "No".into(),
            detail: "Again".into(),
            reference: Some("ab12".into()),
            is_signed_in: false,
            path: "/tables".into(),
        };
        let html = Owner::new_root(None).with(|| error_view(page).to_html());
        assert!(
            html.contains("ab12") && html.contains("href=\"/login\"") && !html.contains("href=\"/tables\""),
            "{html}"
        );
        assert_eq!(html.matches("<h1").count(), 1);
    }

    #[test]
    fn a_page_within_another_leads_back_to_it() {
        let column = "/tables/shop/-/orders%2Ecsv/columns/a%2Fb";
        assert_eq!(
            place_above(&format!("{column}/rows")),
            Some(("Back to the column", column.to_owned()))
        );
        assert_eq!(
            place_above(column),
            Some(("Back to the table", "/tables/shop/-/orders%2Ecsv".to_owned()))
        );
        for path in ["/tables", "/tables/shop/-/orders", "/runs/3/rows"] {
            assert_eq!(place_above(path), None, "{path}");
        }
    }
}
