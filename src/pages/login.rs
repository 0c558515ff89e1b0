//! Sign in. The page shows nothing of what is inside; after signing in one is where one wanted to go.

use leptos::prelude::*;

use super::frame::flash_view;
use super::request;
use super::titled;
use crate::components::button::Button;
use crate::components::form_field::FormField;
use crate::components::icon::brand_mark;

/// `/login?next=`
#[component]
pub fn LoginPage() -> impl IntoView {
    titled(
        "Sign in",
        login_view(&next_of(&request::raw_query()), flash_view(request::flash(), "/")),
    )
}

/// Where to go afterwards, from the query string.
fn next_of(query: &str) -> String {
    form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == "next")
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// Draws the page.
pub fn login_view(next: &str, message: AnyView) -> AnyView {
    let form = view! {
        <form method="post" action="/actions/sign-in">
            <input type="hidden" name="next" value=next.to_owned() />
            {FormField::new("name", "Name").autocomplete("username").longest(80).view()}
            {FormField::password("password", "Password", "current-password").view()}
            {Button::primary("Sign in").large().submit()}
        </form>
        <p class="t2 small">"Without a password, use a one-time link. An administrator makes one on the server: "<code>"limn user link NAME"</code></p>
    };
    door("Sign in", message, form)
}

/// The two halves of the door: a form, and a drawing.
pub fn door(title: &'static str, message: AnyView, form: impl IntoView + 'static) -> AnyView {
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        <div class="door">
            <main class="form" id="main" tabindex="-1">
                <div>
                    <span class="brand">{brand_mark(20)}"Limn"</span>
                    <h1>{title}</h1>
                </div>
                {message}
                {form.into_any()}
            </main>
            <div class="show" aria-hidden="true"><figure>{drawing()}</figure></div>
        </div>
    }
    .into_any()
}

/// Heights of the drawing's bars: no data, only a shape to look at.
const HEIGHTS: [u16; 34] = [
    44, 74, 103, 139, 186, 207, 212, 219, 179, 155, 135, 109, 94, 85, 87, 91, 100, 103, 121, 121, 120, 111, 93, 86, 71, 56, 44, 31, 23, 16,
    10, 7, 4, 3,
];

/// Bars, the curve over them, and the quill that draws it.
fn drawing() -> AnyView {
    let places = || HEIGHTS.iter().enumerate().map(|(position, height)| (position * 20, 320 - height));
    let bars: String = places().map(|(x, y)| format!("M{x} 320V{y}h17V320z")).collect();
    let curve: String = places()
        .map(|(x, y)| format!("{}{}.5 {}", if x == 0 { 'M' } else { 'L' }, x + 8, y - 6))
        .collect();
    view! {
        <svg width="680" height="320" viewBox="0 0 680 320">
            <path class="gd" d="M0 319H680M0 213H680M0 107H680"></path>
            <path class="k4" d=bars></path>
            <path class="outline" d=curve></path>
            <g class="quill" transform="translate(668.5 311) rotate(38)"><path d="M0 0l-6 -20v-52h12v52z"></path><path d="M0 0v-16"></path></g>
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_survives_and_is_text() {
        assert_eq!(next_of("next=%2Ftables%3Fq%3Da%26b&x=1"), "/tables?q=a&b");
        let html = Owner::new_root(None).with(|| login_view("/x\"><script>", ().into_any()).to_html());
        assert!(
            html.contains("value=\"/x&quot;&gt;&lt;script&gt;\"") && !html.contains("<script>"),
            "{html}"
        );
        assert_eq!(html.matches("<h1").count(), 1);
        assert!(html.contains("autocomplete=\"current-password\""), "{html}");
    }
}
