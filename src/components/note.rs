//! Notes: a bar in the colour of the meaning, an icon, a bold finding, one sentence, actions, and code to copy below.

use leptos::prelude::*;

use super::icon::{Icon, icon};

/// What a note means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// Something failed.
    Error,
    /// Something is incomplete.
    Warning,
    /// Something to know.
    Info,
    /// Something was done.
    Done,
}

impl NoteKind {
    /// Class and glyph.
    fn look(self) -> (&'static str, Icon) {
        match self {
            Self::Error => ("note bad", Icon::Fail),
            Self::Warning => ("note med", Icon::Warn),
            Self::Info => ("note", Icon::Info),
            Self::Done => ("note good", Icon::Check),
        }
    }
}

/// A note with what, why and what to do.
pub struct Note {
    kind: NoteKind,
    title: String,
    sentence: Option<AnyView>,
    reference: Option<String>,
    actions: Option<AnyView>,
    code: Option<String>,
    role: Option<&'static str>,
}

impl Note {
    /// A note with its finding.
    pub fn new(kind: NoteKind, title: impl Into<String>) -> Self {
        Self {
            kind,
            title: title.into(),
            sentence: None,
            reference: None,
            actions: None,
            code: None,
            role: None,
        }
    }

    /// The sentence under the finding.
    pub fn sentence(mut self, sentence: impl IntoView + 'static) -> Self {
        self.sentence = Some(sentence.into_any());
        self
    }

    /// The reference under which the cause was logged.
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// Buttons and links at the right.
    pub fn actions(mut self, actions: impl IntoView + 'static) -> Self {
        self.actions = Some(actions.into_any());
        self
    }

    /// A statement to copy.
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Has it read out when it appears: `alert` for refusals, `status` for confirmations.
    pub fn announced(mut self) -> Self {
        self.role = Some(if self.kind == NoteKind::Error { "alert" } else { "status" });
        self
    }

    /// Draws it.
    pub fn view(self) -> AnyView {
        let (class, mark) = self.kind.look();
        view! {
            <div class=class role=self.role>
                {icon(mark, 16)}
                <div>
                    <b>{self.title}</b>
                    {self.sentence.map(|sentence| view! { <p>{sentence}</p> })}
                    {self.reference.map(|reference| view! { <p class="t2 small">"reference "<code>{reference}</code></p> })}
                </div>
                {self.actions.map(|actions| view! { <div class="acts">{actions}</div> })}
                {self.code.map(|code| view! { <pre tabindex="0">{code}</pre> })}
            </div>
        }
        .into_any()
    }
}

/// Names the parts of an address that were not understood and left out; nothing where all was understood.
pub fn ignored_note(ignored: &[String]) -> AnyView {
    if ignored.is_empty() {
        return ().into_any();
    }
    Note::new(NoteKind::Info, "Part of the address was ignored")
        .sentence(format!("Not understood: {}. Everything else in it holds.", ignored.join(", ")))
        .view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_ignored_is_named_and_nothing_else_is_said() {
        let html = |ignored: Vec<String>| Owner::new_root(None).with(|| ignored_note(&ignored).to_html());
        assert!(html(vec!["sort=<b>".into()]).contains("Not understood: sort=&lt;b&gt;."));
        assert!(!html(Vec::new()).contains("note"));
    }

    #[test]
    fn only_an_announced_error_is_an_alert() {
        let html = |note: fn() -> Note| Owner::new_root(None).with(|| note().view().to_html());
        assert!(html(|| Note::new(NoteKind::Error, "No").announced()).contains("role=\"alert\""));
        assert!(!html(|| Note::new(NoteKind::Error, "No")).contains("role="));
        assert!(html(|| Note::new(NoteKind::Done, "Yes").announced()).contains("role=\"status\""));
    }
}
