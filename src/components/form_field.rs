//! One field of a form: label, input, hint, and the error that names what is wrong with it.

use leptos::prelude::*;

use super::icon::{Icon, icon};

/// A text field with its words.
#[derive(Clone, Debug)]
pub struct FormField {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    value: String,
    hint: Option<String>,
    error: Option<String>,
    autocomplete: &'static str,
    is_required: bool,
    is_code: bool,
    longest: u32,
    shortest: Option<u32>,
}

impl FormField {
    /// A required line of text.
    pub fn new(name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            label,
            kind: "text",
            value: String::new(),
            hint: None,
            error: None,
            autocomplete: "off",
            is_required: true,
            is_code: false,
            longest: 200,
            shortest: None,
        }
    }

    /// A password; its value is never written into a page.
    pub fn password(name: &'static str, label: &'static str, autocomplete: &'static str) -> Self {
        Self {
            kind: "password",
            autocomplete,
            longest: 1_000,
            ..Self::new(name, label)
        }
    }

    /// What stands in it.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// What to know before filling it in.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What is wrong with it, and what to do.
    pub fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// What a browser may fill in.
    pub fn autocomplete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    /// Shows it monospaced: paths, names of the data.
    pub fn code(mut self) -> Self {
        self.is_code = true;
        self
    }

    /// May stay empty.
    pub fn optional(mut self) -> Self {
        self.is_required = false;
        self
    }

    /// Most characters.
    pub fn longest(mut self, characters: u32) -> Self {
        self.longest = characters;
        self
    }

    /// Fewest characters.
    pub fn shortest(mut self, characters: u32) -> Self {
        self.shortest = Some(characters);
        self
    }

    /// Draws it.
    pub fn view(self) -> AnyView {
        let id = format!("field-{}", self.name);
        let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
        let described: Vec<&str> = [
            self.hint.is_some().then_some(hint_id.as_str()),
            self.error.is_some().then_some(error_id.as_str()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let is_wrong = self.error.is_some();
        let value = if self.kind == "password" { None } else { Some(self.value) };
        view! {
            <div class=if is_wrong { "field err" } else { "field" }>
                <label for=id.clone()>{self.label}</label>
                <input
                    class=if self.is_code { "in mono" } else { "in" }
                    id=id
                    name=self.name
                    type=self.kind
                    value=value
                    autocomplete=self.autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    required=self.is_required
                    maxlength=self.longest
                    minlength=self.shortest
                    aria-invalid=is_wrong.then_some("true")
                    aria-describedby=described
                />
                {self.hint.map(|hint| view! { <span class="hint" id=hint_id>{hint}</span> })}
                {self.error.map(|error| view! { <span class="msg" id=error_id>{icon(Icon::Fail, 14)}<span>{error}</span></span> })}
            </div>
        }
        .into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_tied_to_its_field() {
        let html = Owner::new_root(None).with(|| {
            FormField::new("name", "Name")
                .hint("Short")
                .error(Some("Taken".into()))
                .view()
                .to_html()
        });
        assert!(
            html.contains("aria-invalid=\"true\"") && html.contains("aria-describedby=\"field-name-hint field-name-error\""),
            "{html}"
        );
        assert!(html.contains("for=\"field-name\"") && html.contains("id=\"field-name\""), "{html}");
    }

    #[test]
    fn a_password_is_never_written_back() {
        let html = Owner::new_root(None).with(|| {
            FormField::password("password", "Password", "current-password")
                .value("secret")
                .view()
                .to_html()
        });
        assert!(!html.contains("secret"), "{html}");
    }
}
