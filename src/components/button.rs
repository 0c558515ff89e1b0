//! Buttons and the forms of one button that change something. A page has one primary action.

use leptos::prelude::*;

use super::icon::{Icon, icon};

/// How much a button wants to be pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// One a view.
    Primary,
    /// The usual one.
    #[default]
    Standard,
    /// Ends or removes something.
    Danger,
    /// Without a frame, for places that are crowded.
    Bare,
}

/// What a button says and how.
#[derive(Clone, Debug)]
pub struct Button {
    label: String,
    weight: Weight,
    mark: Option<Icon>,
    is_large: bool,
}

impl Button {
    /// A button with its label, verb first.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            weight: Weight::Standard,
            mark: None,
            is_large: false,
        }
    }

    /// The one primary button of a view.
    pub fn primary(label: impl Into<String>) -> Self {
        Self {
            weight: Weight::Primary,
            ..Self::new(label)
        }
    }

    /// Sets the weight.
    pub fn weight(mut self, weight: Weight) -> Self {
        self.weight = weight;
        self
    }

    /// Puts an icon before the label.
    pub fn icon(mut self, mark: Icon) -> Self {
        self.mark = Some(mark);
        self
    }

    /// Makes it 36 px high, for forms.
    pub fn large(mut self) -> Self {
        self.is_large = true;
        self
    }

    /// The class attribute.
    fn class(&self) -> String {
        let weight = match self.weight {
            Weight::Primary => " pri",
            Weight::Standard => "",
            Weight::Danger => " danger",
            Weight::Bare => " bare",
        };
        format!("btn{weight}{}", if self.is_large { " big" } else { "" })
    }

    /// Icon and label.
    fn content(&self) -> AnyView {
        view! { {self.mark.map(|mark| icon(mark, 14))}{self.label.clone()} }.into_any()
    }

    /// A link that looks like a button: it goes somewhere and changes nothing.
    pub fn link(self, href: impl Into<String>) -> AnyView {
        view! { <a class=self.class() href=href.into()>{self.content()}</a> }.into_any()
    }

    /// The button that submits the form around it.
    pub fn submit(self) -> AnyView {
        view! { <button class=self.class() type="submit">{self.content()}</button> }.into_any()
    }

    /// A whole form of this one button: posts `fields` to `/actions/{action}`.
    pub fn post(self, action: &str, fields: &[(&'static str, String)]) -> AnyView {
        post_form(action, fields, self.submit())
    }
}

/// A form that posts hidden fields and whatever controls it holds to `/actions/{action}`.
pub fn post_form(action: &str, fields: &[(&'static str, String)], controls: impl IntoView + 'static) -> AnyView {
    view! {
        <form class="act" method="post" action=format!("/actions/{action}")>
            {fields
                .iter()
                .map(|(name, value)| view! { <input type="hidden" name=*name value=value.clone() /> }.into_any())
                .collect::<Vec<_>>()}
            {controls.into_any()}
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_that_changes_something_is_a_form() {
        let html = Owner::new_root(None).with(|| {
            Button::primary("Profile now")
                .icon(Icon::Play)
                .post("start-run", &[("table_group_id", "g\"1".into())])
                .to_html()
        });
        assert!(
            html.contains("method=\"post\"") && html.contains("action=\"/actions/start-run\""),
            "{html}"
        );
        assert!(
            html.contains("name=\"table_group_id\"") && html.contains("value=\"g&quot;1\""),
            "{html}"
        );
        assert!(
            html.contains("type=\"submit\"") && html.contains("class=\"btn pri\"") && html.contains("Profile now"),
            "{html}"
        );
    }
}
