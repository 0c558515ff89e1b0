//! The foot of a list: which items are shown, and the links to the pages before and after.

use leptos::prelude::*;

use super::format::count;
use crate::domain::paging::Page;

/// What the foot says and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pager {
    /// `1 to 50 of 231`.
    pub text: String,
    /// Page before.
    pub previous: Option<String>,
    /// Page after.
    pub next: Option<String>,
}

impl Pager {
    /// Reads a page of items; `href` gives the address of a page by its number.
    pub fn of<T>(page: &Page<T>, href: impl Fn(u32) -> String) -> Self {
        let number = u32::try_from(page.number()).unwrap_or(u32::MAX);
        let (first, last) = (page.offset + 1, page.offset + page.items.len() as u64);
        let text = match page.items.len() {
            0 => format!("none of {}", count(page.total)),
            _ => format!("{} to {} of {}", count(first), count(last), count(page.total)),
        };
        Self {
            text,
            previous: (number > 1).then(|| href(number - 1)),
            next: page.has_next().then(|| href(number + 1)),
        }
    }

    /// Draws it. A list that fits one page has no links.
    pub fn view(self) -> AnyView {
        let links = (self.previous.is_some() || self.next.is_some()).then(|| {
            view! {
                <nav class="more" aria-label="Pages">
                    {page_link("Previous", "prev", self.previous)}
                    {page_link("Next", "next", self.next)}
                </nav>
            }
        });
        view! { <div class="pager"><span>{self.text}</span>{links}</div> }.into_any()
    }
}

/// A link to a page, or the same word at rest where there is none.
fn page_link(word: &'static str, relation: &'static str, href: Option<String>) -> AnyView {
    match href {
        Some(href) => view! { <a class="btn" rel=relation href=href>{word}</a> }.into_any(),
        None => view! { <span class="btn" aria-disabled="true">{word}</span> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_foot_counts_and_leads_only_where_there_is_a_page() {
        let page = |offset, items: usize, total| Page {
            items: vec![(); items],
            total,
            offset,
            limit: 50,
        };
        for (page, text, previous, next) in [
            (page(0, 50, 1_231), "1 to 50 of 1,231", None, Some("?page=2")),
            (page(50, 50, 120), "51 to 100 of 120", Some("?page=1"), Some("?page=3")),
            (page(100, 20, 120), "101 to 120 of 120", Some("?page=2"), None),
            (page(0, 0, 0), "none of 0", None, None),
            (page(500, 0, 120), "none of 120", Some("?page=10"), None),
        ] {
            let pager = Pager::of(&page, |number| format!("?page={number}"));
            assert_eq!(
                (pager.text.as_str(), pager.previous.as_deref(), pager.next.as_deref()),
                (text, previous, next)
            );
        }
    }
}
