//! Values over bars from zero, with count and share; one last line closes the sum to the whole.

use leptos::prelude::*;

use super::path::percent;
use crate::components::format::{count, share};

/// One line of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frequency {
    /// What occurs.
    pub value: String,
    /// How often.
    pub count: u64,
    /// Change since the compared run, in words; empty for none.
    pub change: String,
    /// Where its rows are.
    pub href: Option<String>,
}

/// What closes the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rest {
    /// `402,109 other values`.
    pub name: String,
    /// How often they occur.
    pub count: u64,
}

/// The list. Shares are of `whole`; counts are marked where they are estimates.
pub fn frequency_list(items: &[Frequency], rest: Option<Rest>, whole: u64, estimated: bool) -> AnyView {
    let largest = items.iter().map(|item| item.count).max().unwrap_or(0).max(1);
    let text = move |rows: u64| crate::components::format::estimate(count(rows), estimated);
    let part = move |rows: u64| share(rows, whole).unwrap_or_default();
    let lines: Vec<AnyView> = items
        .iter()
        .map(|item| {
            view! {
                <li>
                    <svg class="fill" width="100%" height="24" aria-hidden="true">
                        <rect width=percent(item.count as f64 / largest as f64) height="24" />
                    </svg>
                    {value_name(&item.value, item.href.as_deref())}
                    <span class="r">{text(item.count)}</span>
                    <span class="r">{part(item.count)}</span>
                    <span class="r small quiet">{item.change.clone()}</span>
                </li>
            }
            .into_any()
        })
        .collect();
    let rest = rest.filter(|rest| rest.count > 0).map(|rest| {
        view! {
            <li class="rest">
                <span class="v words">{rest.name}</span>
                <span class="r">{text(rest.count)}</span>
                <span class="r">{part(rest.count)}</span>
                <span></span>
            </li>
        }
    });
    // Without a compared run nothing changed: the column for it is left out.
    let class = if items.iter().all(|item| item.change.is_empty()) {
        "freq plain"
    } else {
        "freq"
    };
    view! { <ol class=class>{lines}{rest}</ol> }.into_any()
}

/// A value of the data: the empty text is `''`, outer and special spaces become visible.
fn value_name(value: &str, href: Option<&str>) -> AnyView {
    let (class, title, shown) = if value.is_empty() {
        ("v quiet", "empty text".to_owned(), "''".to_owned())
    } else {
        ("v", value.to_owned(), visible(value))
    };
    match href {
        Some(href) => view! { <a class=class title=title href=href.to_owned()>{shown}</a> }.into_any(),
        None => view! { <span class=class title=title>{shown}</span> }.into_any(),
    }
}

/// Makes leading, trailing and control characters visible, which otherwise look like nothing.
pub fn visible(value: &str) -> String {
    let inner = value.trim_matches(' ');
    let lead = value.len() - value.trim_start_matches(' ').len();
    let trail = if inner.is_empty() {
        0
    } else {
        value.len() - value.trim_end_matches(' ').len()
    };
    let mut out = "·".repeat(lead);
    for ch in inner.chars() {
        match ch {
            '\n' => out.push('⏎'),
            '\t' => out.push('⇥'),
            ch if ch.is_control()
                || matches!(ch, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
            {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(ch)));
            }
            ch => out.push(ch),
        }
    }
    out.push_str(&"·".repeat(trail));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;

    #[test]
    fn the_last_line_closes_the_sum() {
        let items = [Frequency {
            value: "<script>alert(1)</script>".into(),
            count: 60,
            ..Frequency::default()
        }];
        let rest = Rest {
            name: "3 other values".into(),
            count: 40,
        };
        let html = rendered(|| frequency_list(&items, Some(rest), 100, false));
        assert!(
            html.contains(">60.0%<") && html.contains(">40.0%<") && html.contains("3 other values"),
            "{html}"
        );
        assert!(!html.contains("<script>") && !html.contains("style="), "{html}");
        assert!(!rendered(|| frequency_list(&items, Some(Rest::default()), 60, false)).contains("class=\"rest\""));
    }

    #[test]
    fn what_looks_like_nothing_is_made_visible() {
        for (value, shown) in [
            ("  a ", "··a·"),
            ("   ", "···"),
            ("a\tb\n", "a⇥b⏎"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("München", "München"),
        ] {
            assert_eq!(visible(value), shown);
        }
        assert!(rendered(|| frequency_list(&[Frequency::default()], None, 0, false)).contains("''"));
    }
}
