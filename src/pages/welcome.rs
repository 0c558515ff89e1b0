//! The one-time link: the first person becomes administrator, somebody known comes back in. Looking at the page does
//! not use the link up; pressing its button does.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::first_run::{FirstRunForm, first_run_view};
use super::frame::flash_view;
use super::login::door;
use super::request;
use super::respond::set_status;
use super::{page, titled};
use crate::components::button::Button;
use crate::components::form_field::FormField;
use crate::services::access::{self, LinkKind};

/// `/welcome/{token}`
#[component]
pub fn WelcomePage() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
    page(async move {
        let kind = access::inspect_link(&request::state().db, &token).await?;
        let message = flash_view(request::flash(), "/");
        Ok(match kind {
            Some(LinkKind::FirstPerson) => titled("Welcome", welcome_view(&token, message)),
            Some(LinkKind::Recovery) => titled("Sign in", recovery_view(&token, message)),
            None => {
                set_status(410);
                titled("Link", spent_view(message))
            }
        })
    })
}

/// For the first person: the first-run page, whose buttons also sign in.
pub fn welcome_view(token: &str, message: AnyView) -> AnyView {
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        <main id="main" tabindex="-1">{message}{first_run_view(FirstRunForm::AcceptLink { token: token.to_owned() })}</main>
    }
    .into_any()
}

/// For somebody known: a new password if wanted, and in.
fn recovery_view(token: &str, message: AnyView) -> AnyView {
    let form = view! {
        <p class="ink2">"This link signs you in once."</p>
        <form method="post" action="/actions/accept-link">
            <input type="hidden" name="token" value=token.to_owned() />
            {FormField::password("password", "New password", "new-password")
                .optional()
                .hint("12 characters or more. Leave it empty to keep the present one.")
                .view()}
            {Button::primary("Sign in").large().submit()}
        </form>
    };
    door("Welcome back", message, form)
}

/// For a link that opens nothing.
fn spent_view(message: AnyView) -> AnyView {
    let ways = view! {
        <p class="ink2">"Links work once, and for a day. Make a new one on the server:"</p>
        <p><code>"limn user link NAME"</code></p>
        <p>{Button::new("Sign in with a password").link("/login")}</p>
    };
    door("This link does not work any more", message, ways)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_person_has_one_primary_action_and_the_token_is_posted() {
        let html = Owner::new_root(None).with(|| welcome_view("abc", ().into_any()).to_html());
        assert_eq!(html.matches("btn pri").count(), 1);
        assert!(
            html.contains("action=\"/actions/accept-link\"") && html.contains("value=\"abc\"") && html.contains("value=\"sample\""),
            "{html}"
        );
        assert_eq!(html.matches("<h1").count(), 1);
    }

    #[test]
    fn a_spent_link_names_the_command_that_makes_a_new_one() {
        let html = Owner::new_root(None).with(|| spent_view(().into_any()).to_html());
        assert!(html.contains("limn user link NAME") && !html.contains("<form"), "{html}");
    }
}
