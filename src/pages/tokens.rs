//! `/account/tokens`: the person's API tokens, and the form that makes one.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::{page, request, titled};
use crate::components::button::{Button, Weight};
use crate::components::form_field::FormField;
use crate::components::format::counted;
use crate::components::head::PageHead;
use crate::components::moment::moment;
use crate::components::section::{SectionTitle, section};
use crate::domain::user::TokenScope;
use crate::store::api_tokens::{ApiToken, list_tokens};

/// `/account/tokens`
#[component]
pub fn TokensPage() -> impl IntoView {
    page(async move {
        let viewer = request::viewer()?;
        let tokens = list_tokens(&request::state().db, &viewer.user.user_id).await?;
        Ok(titled("API tokens", tokens_view(&tokens, request::now())))
    })
}

/// Draws the page.
pub fn tokens_view(tokens: &[ApiToken], now: DateTime<Utc>) -> AnyView {
    let works = |token: &&ApiToken| token.revoked_at.is_none() && token.expires_at > now;
    let working = tokens.iter().filter(works).count();
    let lede = format!(
        "{} of yours in use. A program sends one as Authorization: Bearer.",
        counted(working as u64, "token")
    );
    let rows: Vec<AnyView> = tokens.iter().map(|token| row(token, now)).collect();
    let list = (!tokens.is_empty()).then(|| {
        section(
            SectionTitle::new("tokens", "Your tokens"),
            view! {
                <table class="tbl tight rec">
                    <caption class="vh">"Your API tokens"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"May"</th>
                            <th scope="col">"Made"</th>
                            <th scope="col">"Ends"</th>
                            <th scope="col">"Last used"</th>
                            <th scope="col" class="num"><span class="vh">"Next"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            },
        )
    });
    view! {
        {PageHead::new("API tokens").lede(lede).view()}
        {list}
        {section(SectionTitle::new("new-token", "New token"), form())}
        <p class="t2">"What programs can ask is described on "<a href="/api/docs">"the API's page"</a>"."</p>
    }
    .into_any()
}

fn row(token: &ApiToken, now: DateTime<Utc>) -> AnyView {
    let ends = match token.revoked_at {
        Some(_) => view! { "revoked" }.into_any(),
        None if token.expires_at <= now => view! { "ended" }.into_any(),
        None => view! { <time datetime=token.expires_at.to_rfc3339()>{token.expires_at.format("%d %b %Y").to_string()}</time> }.into_any(),
    };
    let used = match token.last_used_at {
        Some(at) => moment(at, now),
        None => view! { "never" }.into_any(),
    };
    let revoke = (token.revoked_at.is_none() && token.expires_at > now).then(|| {
        Button::new("Revoke")
            .weight(Weight::Danger)
            .post("revoke-token", &[("token_id", token.token_id.clone())])
    });
    view! {
        <tr>
            <th scope="row" class="strong">{token.name.clone()}</th>
            <td data-l="May">{token.scope.label()}</td>
            <td data-l="Made">{moment(token.created_at, now)}</td>
            <td data-l="Ends">{ends}</td>
            <td data-l="Last used">{used}</td>
            <td class="num">{revoke}</td>
        </tr>
    }
    .into_any()
}

fn form() -> AnyView {
    let scopes: Vec<AnyView> = TokenScope::ALL
        .iter()
        .map(|scope| view! { <option value=scope.word()>{scope.label()}</option> }.into_any())
        .collect();
    view! {
        <form class="lone" method="post" action="/actions/create-token">
            {FormField::new("name", "What uses it").longest(80).hint("For example: nightly export. It is shown here only.").view()}
            <div class="field">
                <label for="field-scope">"What it may do"</label>
                <select class="in" id="field-scope" name="scope">{scopes}</select>
            </div>
            {FormField::new("days", "Days until it ends").value("90").longest(3).view()}
            {Button::primary("Make the token").submit()}
        </form>
    }
    .into_any()
}
