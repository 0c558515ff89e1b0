//! The parts of a filter row. Every one writes the address: links and GET forms, no script.

use leptos::prelude::*;

use super::button::Button;
use super::format::count;
use super::icon::{Icon, icon};

/// The search box of a list: a GET form that keeps the other filters in hidden fields.
pub fn search_form(path: &str, label: &'static str, value: &str, kept: &[(&'static str, String)]) -> AnyView {
    view! {
        <form class="searchform" role="search" method="get" action=path.to_owned() aria-label=label>
            {kept
                .iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| view! { <input type="hidden" name=*name value=value.clone() /> }.into_any())
                .collect::<Vec<_>>()}
            <label class="box w">
                {icon(Icon::Search, 14)}
                <span class="vh">{label}</span>
                <input type="search" name="q" value=value.to_owned() placeholder=label maxlength="200" />
            </label>
            {Button::new("Find").submit()}
        </form>
    }
    .into_any()
}

/// One state of a segmented control.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Word.
    pub label: &'static str,
    /// How many items it would show.
    pub count: Option<u64>,
    /// Address of the state.
    pub href: String,
    /// Whether it is the present one.
    pub is_current: bool,
}

/// Exclusive states beside each other.
pub fn segmented(label: &'static str, segments: Vec<Segment>) -> AnyView {
    let links: Vec<AnyView> = segments
        .into_iter()
        .map(|segment| {
            let current = segment.is_current.then_some("true");
            let number = segment.count.map(|value| view! { <span class="n">{count(value)}</span> });
            view! { <a href=segment.href aria-current=current>{segment.label}{number}</a> }.into_any()
        })
        .collect();
    view! { <div class="seg" role="group" aria-label=label>{links}</div> }.into_any()
}

/// A filter that is on; the link takes it off.
pub fn chip_on(name: &str, value: &str, href_without: String) -> AnyView {
    let said = format!("Remove filter {name} {value}").trim_end().to_owned();
    let value = (!value.is_empty()).then(|| view! { " "<b>{value.to_owned()}</b> });
    view! { <a class="chip" href=href_without title=said>{name.to_owned()}{value}{icon(Icon::Cross, 12)}<span class="vh">", remove"</span></a> }
        .into_any()
}

/// A filter that could be turned on, with how many it would show.
pub fn chip_off(name: &str, value: Option<u64>, href_with: String) -> AnyView {
    let number = value.map(|value| view! { " "<b>{count(value)}</b> });
    view! { <a class="chip off" href=href_with>{name.to_owned()}{number}</a> }.into_any()
}

/// One choice of a menu.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What it says.
    pub label: String,
    /// Grey text after it: a count, a date.
    pub detail: String,
    /// Address of the choice.
    pub href: String,
    /// Whether it is the present one.
    pub is_current: bool,
}

/// A menu button: grey key, ink value, the choices as links below. Works without script.
pub fn menu(key: &str, value: &str, choices: Vec<Choice>) -> AnyView {
    let links: Vec<AnyView> = choices
        .into_iter()
        .map(|choice| {
            let current = choice.is_current.then_some("true");
            let detail = (!choice.detail.is_empty()).then(|| view! { <small>{choice.detail}</small> });
            view! { <li><a href=choice.href aria-current=current><span>{choice.label}</span>{detail}</a></li> }.into_any()
        })
        .collect();
    view! {
        <details class="menu">
            <summary class="btn">
                <span class="t2">{key.to_owned()}</span>
                <span class="val">{value.to_owned()}</span>
                {icon(Icon::Down, 14)}
            </summary>
            <ul>{links}</ul>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_keeps_the_other_filters_and_drops_empty_ones() {
        let html = Owner::new_root(None).with(|| {
            search_form(
                "/tables",
                "Table or column name",
                "a\"b",
                &[("stale", "1".into()), ("group", String::new())],
            )
            .to_html()
        });
        assert!(html.contains("name=\"stale\"") && !html.contains("name=\"group\""), "{html}");
        assert!(html.contains("value=\"a&quot;b\""), "{html}");
    }

    #[test]
    fn only_the_present_state_is_current() {
        let segments = [("All", true), ("Failed", false)].map(|(label, is_current)| Segment {
            label,
            count: Some(1_204),
            href: "/runs".into(),
            is_current,
        });
        let html = Owner::new_root(None).with(|| segmented("Status", segments.to_vec()).to_html());
        assert_eq!(html.matches("aria-current").count(), 1);
        assert!(html.contains("1,204"), "{html}");
    }
}
