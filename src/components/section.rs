//! A section of a page: a rule, a title, a grey subtitle that counts or dates, its own controls at the right end.

use leptos::prelude::*;

/// What stands above the content of a section.
pub struct SectionTitle {
    /// Id of the heading; the section is named by it.
    id: &'static str,
    /// Title.
    title: String,
    /// Grey text that counts or dates.
    subtitle: AnyView,
    /// Links and controls of the section.
    controls: Option<AnyView>,
}

impl SectionTitle {
    /// A title; `id` names the section to readers of the screen and to links.
    pub fn new(id: &'static str, title: impl Into<String>) -> Self {
        Self {
            id,
            title: title.into(),
            subtitle: ().into_any(),
            controls: None,
        }
    }

    /// The grey text beside the title.
    pub fn subtitle(mut self, subtitle: impl IntoView + 'static) -> Self {
        self.subtitle = view! { <span class="sub">{subtitle.into_any()}</span> }.into_any();
        self
    }

    /// Links and buttons at the right end.
    pub fn controls(mut self, controls: impl IntoView + 'static) -> Self {
        self.controls = Some(controls.into_any());
        self
    }
}

/// The section with its content.
pub fn section(title: SectionTitle, content: impl IntoView + 'static) -> AnyView {
    view! {
        <section class="sec" aria-labelledby=title.id>
            <header>
                <h2 id=title.id>{title.title}</h2>
                {title.subtitle}
                {title.controls.map(|controls| view! { <div class="more">{controls}</div> })}
            </header>
            {content.into_any()}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_named_by_its_heading() {
        let html = Owner::new_root(None).with(|| section(SectionTitle::new("runs", "Runs").subtitle("2 running"), "body").to_html());
        assert!(
            html.contains("<section aria-labelledby=\"runs\" class=\"sec\"><header><h2 id=\"runs\">Runs"),
            "{html}"
        );
        assert!(!html.contains("class=\"more\""), "{html}");
    }
}
