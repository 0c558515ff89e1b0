//! The top of a page: breadcrumb, title row with actions, one line of facts.

use leptos::prelude::*;

/// One step of the way to a page.
#[derive(Clone, Debug)]
pub struct Crumb {
    /// Text.
    pub text: String,
    /// Where it leads.
    pub href: String,
}

impl Crumb {
    /// A step with its link.
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: href.into(),
        }
    }
}

/// The way to this page; the page itself is not in it, its title is right below.
pub fn breadcrumb(crumbs: Vec<Crumb>) -> AnyView {
    let steps: Vec<AnyView> = crumbs
        .into_iter()
        .map(|crumb| view! { <li><a href=crumb.href>{crumb.text}</a></li> }.into_any())
        .collect();
    view! { <nav aria-label="Breadcrumb"><ol class="crumbs">{steps}</ol></nav> }.into_any()
}

/// The title row of a page.
pub struct PageHead {
    title: AnyView,
    is_name: bool,
    lede: Option<AnyView>,
    facts: Vec<AnyView>,
    actions: Option<AnyView>,
}

impl PageHead {
    /// A title in words.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into().into_any(),
            is_name: false,
            lede: None,
            facts: Vec::new(),
            actions: None,
        }
    }

    /// A title that is a name of the data: monospaced, with tags after it.
    pub fn name(name: impl Into<String>, tags: impl IntoView + 'static) -> Self {
        let title = view! { <span>{name.into()}</span>{tags.into_any()} }.into_any();
        Self {
            title,
            is_name: true,
            lede: None,
            facts: Vec::new(),
            actions: None,
        }
    }

    /// A sentence under the title.
    pub fn lede(mut self, lede: impl IntoView + 'static) -> Self {
        self.lede = Some(lede.into_any());
        self
    }

    /// One fact more in the line under the title.
    pub fn fact(mut self, fact: impl IntoView + 'static) -> Self {
        self.facts.push(fact.into_any());
        self
    }

    /// The actions at the right.
    pub fn actions(mut self, actions: impl IntoView + 'static) -> Self {
        self.actions = Some(actions.into_any());
        self
    }

    /// Draws it.
    pub fn view(self) -> AnyView {
        let class = if self.is_name { "mono" } else { "" };
        let facts: Vec<AnyView> = self
            .facts
            .into_iter()
            .map(|fact| view! { <span>{fact}</span> }.into_any())
            .collect();
        let line = (!facts.is_empty()).then(|| view! { <div class="facts">{facts}</div> });
        view! {
            <header class="head">
                <div>
                    <h1 class=class>{self.title}</h1>
                    {self.lede.map(|lede| view! { <p class="lede">{lede}</p> })}
                    {line}
                </div>
                {self.actions.map(|actions| view! { <div class="acts">{actions}</div> })}
            </header>
        }
        .into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_head_has_one_heading_and_only_what_it_was_given() {
        let html = Owner::new_root(None).with(|| PageHead::new("Tables").lede("6 tables").view().to_html());
        assert_eq!(html.matches("<h1").count(), 1);
        assert!(
            html.contains("6 tables") && !html.contains("class=\"acts\"") && !html.contains("class=\"facts\""),
            "{html}"
        );
    }
}
